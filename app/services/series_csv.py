"""Read series from CSV text: a time column and columns of values, as tools export them.

Pure parsing: bytes in, arrays out. What is no number is missing, and missing is never zero. Rows
may come in any order; nothing is sorted, filled or dropped but rows without a usable time.
"""

import csv
import io
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np

from app.domain.metric import Series
from app.domain.window import to_utc
from app.errors import InvalidInput
from app.i18n import _

_TIME_NAMES = (
    "time", "timestamp", "ts", "datetime", "date", "date_time", "date time", "_time", "at", "at_s",
    "epoch", "epoch_s", "epoch_ms", "unix", "unixtime", "when", "clock", "zeit", "zeitstempel",
)  # fmt: skip
_NOTHING = ("", "nan", "null", "none", "na", "n/a", "-")
_DELIMITERS = (";", "\t", "|", ",")
_SNIFFED_LINES = 50
_MOST_BAD_ROWS = 0.5
_EPOCH_UNITS = ((1e17, 1e9), (1e14, 1e6), (1e11, 1e3))
"""From which size on a number counts nanoseconds, microseconds, milliseconds."""
_LAST_S = 4e10
_GERMAN = re.compile(r"^(\d{1,2})\.(\d{1,2})\.(\d{4})(.*)$")
_LOOSE_OFFSET = re.compile(r"\s*(?:([+-]\d\d:?\d\d)|(UTC|GMT|Z))$")
_DECIMAL_COMMA = re.compile(r"^[+-]?\d+,\d+(?:[eE][+-]?\d+)?$")


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of a file that have a time; values are parsed when a column is asked for."""

    names: tuple[str, ...]
    """Value columns, in the order of the file."""
    at_s: "np.ndarray[tuple[int], np.dtype[np.float64]]"
    cells: tuple[tuple[str, ...], ...]
    places: tuple[int, ...]
    """Where each value column stands in a row."""
    skipped: int = 0
    """Rows without a usable time."""

    def series(self, name: str) -> Series:
        """Return one column; cells without a number are NaN.

        Raises:
            InvalidInput: There is no such column, or it holds no number at all.
        """
        if name not in self.names:
            raise InvalidInput(
                _("There is no column “{name}”.").format(name=name),
                hint=_("The file has: {names}.").format(names=", ".join(self.names)),
            )
        place = self.places[self.names.index(name)]
        value = np.array(
            [_number(row[place]) if place < len(row) else math.nan for row in self.cells]
        )
        if not np.isfinite(value).any():
            raise InvalidInput(_("The column “{name}” holds no numbers.").format(name=name))
        return Series(self.at_s, value)


def read_table(data: bytes, *, zone: str = "UTC") -> Table:
    """Read a CSV file.

    The delimiter (comma, semicolon, tab, bar), the time column and its form (ISO 8601, or seconds
    to nanoseconds since 1970) are recognised; lines that start with # are comments.

    Args:
        data: The file as it is; UTF-8, UTF-16 with a mark, or Latin-1.
        zone: The zone of times that name none.

    Raises:
        InvalidInput: It holds no rows, no time column, or nothing but times.
    """
    rows = _rows(_decoded(data))
    header, body = _split_header(rows) if rows else ([], [])
    if not body:
        raise InvalidInput(_("The file holds no rows."))
    time_at = _time_column(header, body)
    at_s = _times([row[time_at] if time_at < len(row) else "" for row in body], zone)
    good = np.isfinite(at_s)
    if not good.any() or (~good).mean() > _MOST_BAD_ROWS:
        raise InvalidInput(
            _("The times in the column “{name}” cannot be read.").format(name=header[time_at]),
            hint=_("Use ISO 8601, such as 2026-11-15T02:00:00Z, or seconds since 1970."),
        )
    places = tuple(i for i, name in enumerate(header) if i != time_at and name)
    if not places:
        raise InvalidInput(_("The file has no column of values beside the time."))
    return Table(
        names=tuple(header[i] for i in places),
        at_s=at_s[good],
        cells=tuple(tuple(row) for row, known in zip(body, good, strict=True) if known),
        places=places,
        skipped=int((~good).sum()),
    )


def read_moment(text: str, zone: str) -> float:
    """Return one instant in Unix seconds; a time without an offset is meant in ``zone``.

    Raises:
        InvalidInput: It is no time, or the clocks skip it in that zone.
    """
    moment = _parsed(text)
    if moment is None:
        value = _number(text)
        if not math.isfinite(value):
            raise InvalidInput(
                _("“{text}” is not a time.").format(text=text),
                hint=_("Use ISO 8601, such as 2026-11-15T02:00:00Z, or seconds since 1970."),
            )
        value = float(_from_epoch(np.array([value]))[0])
        if not 0 <= value < _LAST_S:
            raise InvalidInput(_("“{text}” is no time of this age.").format(text=text))
        return value
    if moment.tzinfo is None:
        moment = to_utc(moment, zone)
    return moment.timestamp()


def _decoded(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _rows(text: str) -> list[list[str]]:
    lines = [
        line for line in io.StringIO(text) if line.strip() and not line.lstrip().startswith("#")
    ]
    delimiter = ""
    if lines and lines[0].lower().startswith("sep=") and len(lines[0].rstrip("\r\n")) == 5:
        delimiter, lines = lines[0][4], lines[1:]
    try:
        reader = csv.reader(lines, delimiter=delimiter or _delimiter(lines), skipinitialspace=True)
        rows = [[cell.strip() for cell in row] for row in reader]
    except csv.Error as error:
        raise InvalidInput(_("The file is not CSV: {reason}.").format(reason=error)) from error
    return [row for row in rows if any(row)]


def _delimiter(lines: Sequence[str]) -> str:
    """Return the delimiter that stands in every line; commas may be decimal ones, so last."""
    first = lines[:_SNIFFED_LINES]
    return next(
        (mark for mark in _DELIMITERS if first and all(mark in line for line in first)), ","
    )


def _split_header(rows: list[list[str]]) -> tuple[list[str], list[list[str]]]:
    """Return the names of the columns and the rows; a file may come without a header."""
    first = rows[0]
    figures = all(math.isfinite(_number(cell)) or cell.lower() in _NOTHING for cell in first)
    if not figures and not any(_parsed(cell) for cell in first):
        return _unique(first), rows[1:]
    width = max(len(row) for row in rows[:_SNIFFED_LINES])
    names = ["time", *(["value"] if width == 2 else [f"column {i}" for i in range(2, width + 1)])]
    return names, rows


def _unique(names: Iterable[str]) -> list[str]:
    """Return the names, numbered where they repeat."""
    seen: dict[str, int] = {}
    unique = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        unique.append(name if seen[name] == 1 or not name else f"{name} ({seen[name]})")
    return unique


def _time_column(header: Sequence[str], body: Sequence[Sequence[str]]) -> int:
    lowered = [name.lower() for name in header]
    for name in _TIME_NAMES:
        if name in lowered:
            return lowered.index(name)
    for index in range(len(header)):
        cells = [row[index] for row in body[:_SNIFFED_LINES] if index < len(row) and row[index]]
        if cells and all(_parsed(cell) for cell in cells):
            return index
    return next((i for i, name in enumerate(lowered) if name.startswith(("time", "date"))), 0)


def _times(cells: Sequence[str], zone: str) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    numbers = np.array([_number(cell) for cell in cells])
    if 2 * np.isfinite(numbers).sum() > len(numbers):
        return _from_epoch(numbers)
    there = _zone(zone)
    moments = (_parsed(cell) for cell in cells)
    return np.array([math.nan if at is None else _unix(at, there) for at in moments])


def _unix(at: datetime, zone: ZoneInfo) -> float:
    try:
        return (at if at.tzinfo else at.replace(tzinfo=zone)).timestamp()
    except (OverflowError, ValueError):  # year 1 or 9999, shifted over the edge
        return math.nan


def _from_epoch(
    numbers: "np.ndarray[tuple[int], np.dtype[np.float64]]",
) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    """Return seconds; the size of the middle one tells the unit of all."""
    size = float(np.median(np.abs(numbers[np.isfinite(numbers)])))
    return numbers / next((unit for least, unit in _EPOCH_UNITS if size >= least), 1.0)


@lru_cache(maxsize=16)
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InvalidInput(
            _("The time zone “{zone}” is not known.").format(zone=name),
            hint=_("Use a name such as Europe/Berlin."),
        ) from error


def check_zone(name: str) -> None:
    """Raise InvalidInput when there is no such time zone."""
    _zone(name)


def _parsed(cell: str) -> datetime | None:
    """Return a time of day with its date, None when it is none; plain numbers are none."""
    text = cell.strip()
    if len(text) < 8 or not text[0].isdigit() or text.isdigit():
        return None
    for form in (_as_it_is, _tidied):
        try:
            return datetime.fromisoformat(form(text))
        except ValueError:
            continue
    return None


def _as_it_is(text: str) -> str:
    return text


def _tidied(text: str) -> str:
    """Return ISO 8601 for 2026/11/15, 15.11.2026, "… UTC" and "… +0100"."""
    offset = _LOOSE_OFFSET.search(text)
    if offset:
        text = text[: offset.start()] + (offset[1] or "+00:00")
    if german := _GERMAN.match(text):
        day, month, year, rest = german.groups()
        text = f"{year}-{int(month):02}-{int(day):02}{rest}"
    return text.replace("/", "-")


def _number(cell: str) -> float:
    """Return the number in a cell, NaN when there is none; infinities are none."""
    try:
        value = float(cell)
    except ValueError:
        if not _DECIMAL_COMMA.match(cell):
            return math.nan
        value = float(cell.replace(",", "."))
    return value if math.isfinite(value) else math.nan
