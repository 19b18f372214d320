"""Read times as people's tools write them, a whole column at a time.

A date such as 03/04/2026 says nothing by itself: which part is the day is decided once for a
column, from all its cells. Where it cannot be decided it is refused, never guessed.
"""

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
from numpy.typing import NDArray

from app.domain.window import to_utc
from app.errors import InvalidInput
from app.i18n import _
from app.services.series_files.columns import Columns

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
_PIVOT = 70
_MONTHS = {
    name: month
    for month, names in enumerate(
        ("jan", "feb", "mar mär mrz", "apr", "may mai", "jun", "jul", "aug", "sep", "oct okt",
         "nov", "dec dez"), start=1,
    )
    for name in names.split()
}  # fmt: skip
_OFFSETS_H = {
    "z": 0, "utc": 0, "gmt": 0, "wet": 0, "west": 1, "cet": 1, "cest": 2, "eet": 2, "eest": 3,
    "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7,
}  # fmt: skip
"""Letters for zones: those of RFC 5322 (section 4.3), and Europe's."""

_CLOCK = (
    r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,](?P<part>\d{1,9}))?)?"
    r"(?:\s*(?P<half>[ap])\.?m\.?)?"
)
_ZONE = r"(?:\s*(?P<zone>z|[a-z]{3,4}|(?:utc|gmt)?[+-]\d{2}(?::?\d{2})?))?(?:\s*\([^)]*\))?"
_DATES = (
    r"(?P<year>\d{4})(?P<mark>[-/.])(?P<month>\d{1,2})(?P=mark)(?P<day>\d{1,2})",
    r"(?P<first>\d{1,2})(?P<mark>[-/.])(?P<middle>\d{1,2})(?P=mark)(?P<year>\d{4}|\d{2})",
    r"(?P<day>\d{1,2})(?:st|nd|rd|th)?[-/.\s]+(?P<name>[a-zä]{3,9})\.?[-/,\s]+(?P<year>\d{4}|\d{2})",
    r"(?P<name>[a-zä]{3,9})\.?\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<year>\d{4})",
    r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})",
)
_WEEKDAY = r"(?:[a-zäé]{2,10}\.?,?\s+)?"
_FORMS = tuple(
    re.compile(rf"{_WEEKDAY}{date}(?:(?:t|,?\s+|:|\s+-\s+|,){_CLOCK}{_ZONE})?", re.IGNORECASE)
    for date in _DATES
)
_ASCTIME = re.compile(
    rf"{_WEEKDAY}(?P<name>[a-zä]{{3,9}})\.?\s+(?P<day>\d{{1,2}})\s+{_CLOCK}{_ZONE}\s+(?P<year>\d{{4}})",
    re.IGNORECASE,
)


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
        there = _zone(zone)
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
        """Return the times of a column, or of a part of it, in Unix seconds; NaN where none is."""
        if self.per_s:
            return _numbers(cells) / self.per_s
        if self.is_sheet:
            return self._of_days(_numbers(cells))
        fast = _all_iso(cells, self.zone)
        return np.array([self._read_one(cell) for cell in cells]) if fast is None else fast

    def read_column(self, columns: Columns, place: int) -> Array:
        """Return the times of a column of a block, as `read` does."""
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
        moment = _iso(cell)
        if moment is None and (parts := _parts(cell)):
            if parts.is_open and self.day_first is None:
                return math.nan
            moment = _made(parts, day_first=bool(self.day_first))
        return math.nan if moment is None else _unix(moment, self.zone)


def read_moment(text: str, zone: str) -> float:
    """Return one instant in Unix seconds; a time without an offset is meant in ``zone``.

    Raises:
        InvalidInput: It is no time, could be two, or the clocks skip it in that zone.
    """
    moment = _iso(text)
    if moment is None and (parts := _parts(text)):
        moment = _made(parts, day_first=_day_is_first([text]) if parts.is_open else True)
    if moment is not None:
        return (moment if moment.tzinfo else to_utc(moment, zone)).timestamp()
    value = _plain(text)
    if not math.isfinite(value):
        raise InvalidInput(
            _("“{text}” is not a time.").format(text=text),
            hint=_("Use ISO 8601, such as 2026-11-15T02:00:00Z, or seconds since 1970."),
        )
    value = float(TimeForm._counted(np.array([value]), _zone(zone)).read([text])[0])
    if not 0 <= value < LAST_S:
        raise InvalidInput(_("“{text}” is no time of this age.").format(text=text))
    return value


def is_moment(cell: str) -> bool:
    """Tell whether a cell is a date with or without a time of day; plain numbers are none."""
    return _iso(cell) is not None or _parts(cell) is not None


def check_zone(name: str) -> None:
    """Raise InvalidInput when there is no such time zone."""
    _zone(name)


@lru_cache(maxsize=16)
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InvalidInput(
            _("The time zone “{zone}” is not known.").format(zone=name),
            hint=_("Use a name such as Europe/Berlin."),
        ) from error


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
    if (letters[:, body:] != letters[0, body:]).any() or (letters[:, 0] - ord("0") > 9).any():
        return None
    try:
        first = datetime.fromisoformat(example)
        walls = np.ascontiguousarray(letters[:, :body]).view(f"S{body}").ravel()
        at_us = walls.astype("datetime64[us]").astype(np.int64)
        offset = first.utcoffset()
        gap_us = _offsets_us(at_us, zone) if offset is None else offset // _MICROSECOND
        return (at_us - gap_us) / 1e6
    except (ValueError, OverflowError):  # one is no date, or year 1 or 9999
        return None


def _offsets_us(wall_us: NDArray[np.int64], zone: ZoneInfo) -> NDArray[np.int64]:
    """Return the offset of wall times, looked up once for every quarter of an hour."""
    quarters, place = np.unique(wall_us // _QUARTER_US, return_inverse=True)
    walls = (_EPOCH + timedelta(microseconds=int(each) * _QUARTER_US) for each in quarters)
    gaps = (wall.replace(tzinfo=zone).utcoffset() or timedelta() for wall in walls)
    return np.array([gap // _MICROSECOND for gap in gaps], np.int64)[place]


def _unix(at: datetime, zone: ZoneInfo) -> float:
    try:
        return (at if at.tzinfo else at.replace(tzinfo=zone)).timestamp()
    except (OverflowError, ValueError):  # year 1 or 9999, shifted over the edge
        return math.nan


def _iso(cell: str) -> datetime | None:
    text = cell.strip()
    if len(text) < 8 or not text[0].isdigit() or text.isdigit():
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class _Parts:
    """A date in pieces; ``first`` and ``middle`` are day and month in an order not yet known."""

    clock: timedelta
    zone: timezone | None
    year: int
    month: int = 0
    day: int = 0
    first: int = 0
    middle: int = 0
    mark: str = ""
    has_half: bool = False

    @property
    def is_open(self) -> bool:
        """Whether the cell alone leaves open which part is the day."""
        return not self.month


def _parts(cell: str) -> _Parts | None:
    text = cell.strip()
    if len(text) < 6 or len(text) > 64:
        return None
    for form in (*_FORMS, _ASCTIME):
        if found := form.fullmatch(text):
            return _taken_apart(found.groupdict())
    return None


def _taken_apart(found: dict[str, str | None]) -> _Parts | None:
    clock, offset = _clock(found), _offset(found.get("zone"))
    month = _MONTHS.get((found.get("name") or "")[:3].lower(), 0) if "name" in found else None
    if clock is None or offset is False or month == 0:
        return None
    year = int(found["year"] or 0)
    if year < 100:
        year += 1900 if year >= _PIVOT else 2000
    zone = offset if isinstance(offset, timezone) else None
    if "first" in found:
        return _Parts(
            clock,
            zone,
            year,
            first=int(found["first"] or 0),
            middle=int(found["middle"] or 0),
            mark=found["mark"] or "",
            has_half=bool(found.get("half")),
        )
    month = int(found["month"] or 0) if month is None else month
    return _Parts(clock, zone, year, month=month, day=int(found["day"] or 0))


def _clock(found: dict[str, str | None]) -> timedelta | None:
    hour, minute, second = (int(found.get(name) or 0) for name in ("hour", "minute", "second"))
    if half := found.get("half"):
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half.lower() == "p" else 0)
    if hour > 23 or minute > 59 or second > 60:
        return None
    micro = int(((found.get("part") or "") + "000000")[:6])
    return timedelta(hours=hour, minutes=minute, seconds=min(second, 59), microseconds=micro)


def _offset(zone: str | None) -> timezone | bool | None:
    """Return the offset that is written, None without one, False where the letters are unknown."""
    if not zone:
        return None
    letters = zone.lower()
    if letters in _OFFSETS_H:
        return timezone(timedelta(hours=_OFFSETS_H[letters]))
    figures = letters.removeprefix("utc").removeprefix("gmt").replace(":", "")
    if figures[:1] not in ("+", "-"):
        return False
    hours, minutes = int(figures[1:3]), int(figures[3:5] or 0)
    if hours > 14 or minutes > 59:
        return False
    gap = timedelta(hours=hours, minutes=minutes)
    return timezone(-gap if figures[0] == "-" else gap) if gap else UTC


def _made(parts: _Parts, *, day_first: bool) -> datetime | None:
    month, day = parts.month, parts.day
    if parts.is_open:
        day, month = (parts.first, parts.middle) if day_first else (parts.middle, parts.first)
    try:
        return datetime(parts.year, month, day, tzinfo=parts.zone) + parts.clock
    except (ValueError, OverflowError):
        return None


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


def _open_parts(cells: Iterable[str]) -> Iterator[_Parts]:
    for cell in cells:
        if _iso(cell) is None and (parts := _parts(cell)) and parts.is_open:
            yield parts


def _span_days(found: Sequence[_Parts], *, day_first: bool) -> int:
    days = [made.toordinal() for parts in found if (made := _made(parts, day_first=day_first))]
    return max(days) - min(days) if days else 0
