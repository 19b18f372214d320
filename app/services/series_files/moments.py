"""Read times as people's tools write them, a whole column at a time.

A date such as 03/04/2026 says nothing by itself: which part is the day is decided once for a
column, from all its cells. Where it cannot be decided it is refused, never guessed.
"""

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from app.domain.window import exists, is_plain, to_utc
from app.errors import InvalidInput
from app.i18n import _
from app.services.series_files.columns import Columns
from app.services.series_files.dates import Parts, iso, made_of, parts_of
from app.services.series_files.zones import zone_of

Array = NDArray[np.float64]

LAST_S = 4e10
"""Later than any time of a measurement (year 3237)."""
_EPOCH_UNITS = ((1e17, 1e9), (1e14, 1e6), (1e11, 1e3))
"""From which size on a number counts nanoseconds, microseconds, milliseconds."""
_SHEET_DAYS = 36526.0, 73051.0
"""Days since 1899-12-30 as spreadsheets count them, for the years 2000 to 2099."""
_SHEET_START = datetime(1899, 12, 30)  # noqa: DTZ001 - a wall clock, whose zone comes later
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - a wall clock too
_QUARTER_US, _MICROSECOND = 900_000_000, timedelta(microseconds=1)
_ISO = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(?!\d)")
_SHOWN = 40


@dataclass(frozen=True, slots=True)
class TimeForm:
    """How a column writes its times, found from its first cells and then true for all of them."""

    zone: ZoneInfo
    """Of times that name none."""
    per_s: float = 0.0
    """Numbers: how many make a second; 0 where the cells are dates, or days of a spreadsheet."""
    is_sheet: bool = False
    day_first: bool | None = None
    """None where no cell left open which part is the day; one that does so later is no time."""

    @classmethod
    def of(cls, cells: Sequence[str], zone: str) -> "TimeForm":
        """Find the form.

        Args:
            cells: ISO 8601, dates with names or in the order of any country, seconds to
                nanoseconds since 1970, or a spreadsheet's count of days.
            zone: The zone of times that name none.

        Raises:
            InvalidInput: Day and month cannot be told apart, or there is no such zone.
        """
        there = zone_of(zone)
        numbers = _numbers(cells)
        if 2 * np.isfinite(numbers).sum() > len(numbers):
            return cls._counted(numbers, there)
        is_open = next(_open_parts(cells), None) is not None
        return cls(there, day_first=_day_is_first(cells) if is_open else None)

    @classmethod
    def _counted(cls, numbers: Array, zone: ZoneInfo) -> "TimeForm":
        """Tell the unit of all numbers by the size of the middle one."""
        known = numbers[np.isfinite(numbers)]
        low, high = _SHEET_DAYS
        if bool(((known >= low) & (known < high)).all()) and bool((known % 1).any()):
            return cls(zone, is_sheet=True)
        size = float(np.median(np.abs(known)))
        return cls(zone, next((unit for least, unit in _EPOCH_UNITS if size >= least), 1.0))

    def read(self, cells: Sequence[str]) -> Array:
        """Return the times of a column, or of a part of it, in Unix seconds; NaN where none is.

        None are also times that the clocks of the zone skip or show twice, and those before 1970
        or of an age in which nobody measures.
        """
        return _of_this_age(self._read(cells))

    def knows(self, cell: str) -> bool:
        """Tell whether a cell is written as times are here, though the clocks may deny it."""
        return not (self.per_s or self.is_sheet) and self._moment(cell) is not None

    def why(self, cell: str) -> str:
        """Say why a cell gives no time."""
        if not cell:
            return _("it has no time")
        shown = cell[:_SHOWN]
        moment = None if self.per_s or self.is_sheet else self._moment(cell)
        if moment is not None and moment.tzinfo is None and _offset_s(moment, self.zone) is None:
            text = _("the clocks show “{text}” twice in {zone}")
            if not exists(moment, self.zone):
                text = _("the clocks skip “{text}” in {zone}")
            return text.format(text=shown, zone=self.zone.key)
        if moment is not None or math.isfinite(_plain(cell)):
            return _("“{text}” is no time of this age").format(text=shown)
        return _("“{text}” is not a time").format(text=shown)

    def _read(self, cells: Sequence[str]) -> Array:
        if self.per_s:
            return _numbers(cells) / self.per_s
        if self.is_sheet:
            return self._of_days(_numbers(cells))
        fast = _all_iso(cells, self.zone)
        return np.array([self._read_one(cell) for cell in cells]) if fast is None else fast

    def read_column(self, columns: Columns, place: int) -> Array:
        """Return the times of a column of a block, as `read` does."""
        return _of_this_age(self._read_column(columns, place))

    def _read_column(self, columns: Columns, place: int) -> Array:
        if self.per_s:
            value, good = columns.numbers(place, b".")
            if not good.all():
                texts = columns.texts(place)
                odd = np.flatnonzero(~good)
                value[odd] = _numbers([texts[row] for row in odd.tolist()])
            return value / self.per_s
        letters = None if self.is_sheet else columns.letters(place)
        fast = None if letters is None else _iso_letters(letters, self.zone)
        return self.read(columns.texts(place)) if fast is None else fast

    def _of_days(self, numbers: Array) -> Array:
        walls = (_SHEET_START + timedelta(days=float(day)) for day in np.nan_to_num(numbers))
        rounded = (wall + timedelta(microseconds=-wall.microsecond % 1000) for wall in walls)
        at_s = np.array([_unix(wall, self.zone) for wall in rounded])
        return np.where(np.isfinite(numbers), at_s, np.nan)

    def _read_one(self, cell: str) -> float:
        moment = self._moment(cell)
        return math.nan if moment is None else _unix(moment, self.zone)

    def _moment(self, cell: str) -> datetime | None:
        moment = iso(cell)
        if moment is None and (parts := parts_of(cell)):
            if parts.is_open and self.day_first is None:
                return None
            moment = made_of(parts, day_first=bool(self.day_first))
        return moment


def _of_this_age(at_s: Array) -> Array:
    at_s[~((at_s >= 0) & (at_s < LAST_S))] = math.nan
    return at_s


def read_moment(text: str, zone: str) -> float:
    """Return one instant in Unix seconds; a time without an offset is meant in ``zone``.

    Raises:
        InvalidInput: It is no time, could be two, or the clocks skip it in that zone or show it
            twice.
    """
    moment = iso(text)
    if moment is None and (parts := parts_of(text)):
        moment = made_of(parts, day_first=_day_is_first([text]) if parts.is_open else True)
    if moment is not None and moment.tzinfo is None:
        moment = to_utc(moment, zone)
        if not is_plain(
            wall := moment.astimezone(zone_of(zone)).replace(tzinfo=None), zone_of(zone)
        ):
            raise InvalidInput(
                _("The clocks show “{text}” twice in {zone}.").format(text=text, zone=zone),
                hint=_("Write it with its offset, such as {example}.").format(
                    example=wall.replace(tzinfo=zone_of(zone)).isoformat(timespec="minutes")
                ),
            )
    if moment is not None:
        return moment.timestamp()
    value = _plain(text)
    if not math.isfinite(value):
        raise InvalidInput(
            _("“{text}” is not a time.").format(text=text),
            hint=_("Use ISO 8601, such as 2026-11-15T02:00:00Z, or seconds since 1970."),
        )
    value = float(TimeForm._counted(np.array([value]), zone_of(zone)).read([text])[0])
    if not 0 <= value < LAST_S:
        raise InvalidInput(_("“{text}” is no time of this age.").format(text=text))
    return value


def is_moment(cell: str) -> bool:
    """Tell whether a cell is a date with or without a time of day; plain numbers are none."""
    return iso(cell) is not None or parts_of(cell) is not None


def _plain(cell: str) -> float:
    try:
        value = float(cell)
    except ValueError:
        return math.nan
    return value if math.isfinite(value) else math.nan


def _numbers(cells: Sequence[str]) -> Array:
    """Return a column of plain numbers; NaN where a cell is none, or not a finite one."""
    try:
        value = np.fromiter(map(float, cells), np.float64, len(cells))
    except ValueError:
        value = np.array([_plain(cell) for cell in cells])
    value[~np.isfinite(value)] = math.nan
    return value


def _all_iso(cells: Sequence[str], zone: ZoneInfo) -> Array | None:
    """Return times at once where all are ISO 8601 of one width and offset; else None."""
    shape = _ISO.match(cells[0]) if cells else None
    if shape is None or len(set(map(len, cells))) > 1 or not (text := "".join(cells)).isascii():
        return None
    return _iso_letters(np.frombuffer(text.encode(), np.uint8).reshape(len(cells), -1), zone)


def _iso_letters(letters: NDArray[np.uint8], zone: ZoneInfo) -> Array | None:
    """Do so with times that are rows of letters."""
    example = letters[0].tobytes().decode("latin-1")
    shape = _ISO.match(example)
    if shape is None:
        return None
    body = shape.end()
    if example[body : body + 1] == ",":  # a decimal comma, which numpy does not know
        return None
    if (letters[:, body:] != letters[0, body:]).any() or (letters[:, 0] - ord("0") > 9).any():
        return None
    try:
        first = datetime.fromisoformat(example)
        walls = np.ascontiguousarray(letters[:, :body]).view(f"S{body}").ravel()
        at_us = walls.astype("datetime64[us]").astype(np.int64)
        offset = first.utcoffset()
        if offset is None:
            return (at_us - _offsets_s(at_us, zone) * 1e6) / 1e6
        return (at_us - offset // _MICROSECOND) / 1e6
    except (ValueError, OverflowError):  # one is no date, or year 1 or 9999
        return None


def _offsets_s(wall_us: NDArray[np.int64], zone: ZoneInfo) -> Array:
    """Return the offset of wall times, looked up once for every quarter of an hour."""
    quarters, place = np.unique(wall_us // _QUARTER_US, return_inverse=True)
    walls = (_EPOCH + timedelta(microseconds=int(each) * _QUARTER_US) for each in quarters)
    gaps = (_offset_s(wall, zone) for wall in walls)
    return np.array([math.nan if gap is None else gap for gap in gaps])[place]


def _unix(at: datetime, zone: ZoneInfo) -> float:
    try:
        if at.tzinfo:
            return at.timestamp()
        gap_s = _offset_s(at, zone)
        return math.nan if gap_s is None else (at - _EPOCH).total_seconds() - gap_s
    except (OverflowError, ValueError):  # year 1 or 9999, shifted over the edge
        return math.nan


def _offset_s(wall: datetime, zone: ZoneInfo) -> float | None:
    """Return the offset of a wall time; None where the clocks skip it or show it twice.

    The second reading of such an hour would otherwise be laid over the first.
    """
    return _quarter_offset_s(
        wall.replace(minute=wall.minute // 15 * 15, second=0, microsecond=0), zone
    )


@lru_cache(maxsize=4096)
def _quarter_offset_s(wall: datetime, zone: ZoneInfo) -> float | None:
    if not is_plain(wall, zone):
        return None
    return (wall.replace(tzinfo=zone).utcoffset() or timedelta()).total_seconds()


def _day_is_first(cells: Iterable[str]) -> bool:
    """Tell whether 03/04 is the third of April, from everything the column says.

    A figure above twelve is a day; dots mean the day comes first; AM and PM mean it does not.
    Otherwise the reading under which the times lie closest together is the right one: rows of a
    measurement follow each other, and swapped parts would scatter them over the year.

    Raises:
        InvalidInput: Both readings are equally likely.
    """
    found = [parts for parts in _open_parts(cells) if parts.first != parts.middle]
    if any(parts.first > 12 for parts in found) or all(parts.mark == "." for parts in found):
        return True
    if any(parts.middle > 12 for parts in found) or any(parts.has_half for parts in found):
        return False
    spans = [_span_days(found, day_first=day_first) for day_first in (True, False)]
    if spans[0] == spans[1]:
        example = found[0]
        raise InvalidInput(
            _("The date {first}{mark}{middle} can be read in two ways.").format(
                first=f"{example.first:02}", mark=example.mark, middle=f"{example.middle:02}"
            ),
            hint=_("Write dates as 2026-11-15."),
        )
    return spans[0] < spans[1]


def _open_parts(cells: Iterable[str]) -> Iterator[Parts]:
    for cell in cells:
        if iso(cell) is None and (parts := parts_of(cell)) and parts.is_open:
            yield parts


def _span_days(found: Sequence[Parts], *, day_first: bool) -> int:
    days = [made.toordinal() for parts in found if (made := made_of(parts, day_first=day_first))]
    return max(days) - min(days) if days else 0
