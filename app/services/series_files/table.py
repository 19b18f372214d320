"""A table of series: a time column and columns of values, whatever kind of file it came from.

Tables are wide (a column per series) or long (a row per time and series, which names it). Pure
parsing: text in, arrays out. What is no number is missing, and missing is never zero. Rows may come
in any order; nothing is sorted, filled or dropped but rows without a usable time.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from app.domain.metric import Series
from app.errors import InvalidInput
from app.i18n import _
from app.services.ports_series import Rows
from app.services.series_files.figures import NOTHING, is_figure, read_figures
from app.services.series_files.moments import is_moment, read_times

_TIME_NAMES = (
    "time", "timestamp", "ts", "datetime", "date", "date_time", "date time", "_time", "at", "at_s",
    "epoch", "epoch_s", "epoch_ms", "unix", "unixtime", "when", "clock", "zeit", "zeitstempel",
    "datum", "time (utc)", "timestamp (utc)", "date/time", "timestamp_ms", "time_ms",
)  # fmt: skip
_DATE_NAMES, _CLOCK_NAMES = ("date", "datum", "day"), ("time", "zeit", "uhrzeit", "clock", "hour")
_SNIFFED_LINES = 50
_MOST_BAD_ROWS = 0.5
_KEPT_REJECTS = 20
_MOST_ONCE = 0.7
"""Share of rows with a time of their own, above which a file is wide."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that could not be used, and why."""

    line: int
    """Counted from 1, among the lines that hold anything."""
    why: str


@dataclass(frozen=True, slots=True)
class _Column:
    """One series: where its values stand, and in a long file which rows are its own."""

    name: str
    place: int
    label: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of a file that have a time; values are parsed when a column is asked for."""

    at_s: NDArray[np.float64]
    cells: tuple[tuple[str, ...], ...]
    columns: tuple[_Column, ...]
    """The series, in the order of the file."""
    labels: tuple[str, ...] = ()
    """In a long file: the series of each row."""
    skipped: int = 0
    """Rows without a usable time."""
    rejected: tuple[Rejected, ...] = ()
    """The first of them."""
    comma_is_usual: bool = False
    """Whether the file's delimiter speaks for decimal commas."""

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the series."""
        return tuple(column.name for column in self.columns)

    def series(self, name: str) -> Series:
        """Return one series; cells without a number are NaN.

        Raises:
            InvalidInput: There is no such series, or it holds no number at all.
        """
        column = next((each for each in self.columns if each.name == name), None)
        if column is None:
            raise InvalidInput(
                _("There is no column “{name}”.").format(name=name),
                hint=_("The file has: {names}.").format(names=", ".join(self.names)),
            )
        rows, at_s = self.cells, self.at_s
        if self.labels:
            own = [label == column.label for label in self.labels]
            rows = tuple(row for row, is_own in zip(rows, own, strict=True) if is_own)
            at_s = at_s[np.array(own)]
        cells = [_cell(row, column.place) for row in rows]
        value = read_figures(cells, comma_is_usual=self.comma_is_usual)
        if not np.isfinite(value).any():
            raise InvalidInput(_("The column “{name}” holds no numbers.").format(name=name))
        return Series(at_s, value)


def table_of(rows: Rows, *, zone: str = "UTC", comma_is_usual: bool = False) -> Table:
    """Make a table of rows of text; the first row may be a header.

    The time column (or a column of dates beside one of times of day) and its form are recognised.

    Args:
        rows: Cells without surrounding spaces; rows that hold nothing are left out before.
        zone: The zone of times that name none.
        comma_is_usual: Whether commas are more likely decimal.

    Raises:
        InvalidInput: It holds no rows, no time column, nothing but times, or dates that could be
            read in two ways.
    """
    header, body = _split_header(rows) if rows else ([], [])
    if not body:
        raise InvalidInput(_("The file holds no rows."))
    time_at = _time_columns(header, body)
    at_s = read_times([_joined(row, time_at) for row in body], zone)
    good = np.isfinite(at_s)
    if not good.any() or (~good).mean() > _MOST_BAD_ROWS:
        raise InvalidInput(
            _("The times in the column “{name}” cannot be read.").format(name=header[time_at[0]]),
            hint=_("Use ISO 8601, such as 2026-11-15T02:00:00Z, or seconds since 1970."),
        )
    places = tuple(i for i, name in enumerate(header) if i not in time_at and name)
    if not places:
        raise InvalidInput(_("The file has no column of values beside the time."))
    bad = np.flatnonzero(~good)
    first = len(rows) - len(body) + 1
    kept = [row for row, known in zip(body, good, strict=True) if known]
    labels = _labels(kept, at_s[good], places)
    return Table(
        at_s=at_s[good],
        cells=tuple(tuple(row) for row in kept),
        columns=tuple(_columns(header, places, kept, labels)),
        labels=labels,
        skipped=len(bad),
        rejected=tuple(
            Rejected(first + int(i), _why(_joined(body[i], time_at))) for i in bad[:_KEPT_REJECTS]
        ),
        comma_is_usual=comma_is_usual,
    )


def _why(cell: str) -> str:
    if not cell:
        return _("it has no time")
    return _("“{text}” is not a time").format(text=cell[:40])


def _columns(
    header: Sequence[str],
    places: Sequence[int],
    rows: Sequence[Sequence[str]],
    labels: Sequence[str],
) -> Iterator[_Column]:
    if not labels:
        yield from (_Column(header[place], place) for place in places)
        return
    values = [place for place in places if not _is_words(rows, place)]
    for label in dict.fromkeys(labels):
        for place in values:
            name = label if len(values) == 1 else f"{label} {header[place]}"
            yield _Column(name, place, label)


def _labels(
    rows: Sequence[Sequence[str]], at_s: NDArray[np.float64], places: Sequence[int]
) -> tuple[str, ...]:
    """Return the series that each row belongs to; nothing when every row is of all series.

    A file is long when times repeat, and words in the rows tell the repeated ones apart.
    """
    words = [place for place in places if _is_words(rows, place)]
    once = len(np.unique(at_s))
    if not words or len(words) == len(places) or once > _MOST_ONCE * len(rows):
        return ()
    labels = tuple(" ".join(filter(None, (_cell(row, at) for at in words))) for row in rows)
    told_apart = len(set(zip(at_s.tolist(), labels, strict=True)))
    return labels if told_apart > max(once, _MOST_ONCE * len(rows)) else ()


def _is_words(rows: Sequence[Sequence[str]], place: int) -> bool:
    cells = [cell for row in rows[:_SNIFFED_LINES] if (cell := _cell(row, place))]
    cells = [cell for cell in cells if cell.lower() not in NOTHING]
    return bool(cells) and not any(is_figure(cell) for cell in cells)


def _cell(row: Sequence[str], place: int) -> str:
    return row[place] if place < len(row) else ""


def _split_header(rows: list[list[str]]) -> tuple[list[str], list[list[str]]]:
    """Return the names of the columns and the rows; a file may come without a header."""
    first = rows[0]
    figures = all(cell.lower() in NOTHING or is_figure(cell) for cell in first)
    if not figures and not any(is_moment(cell) for cell in first):
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


def _time_columns(header: Sequence[str], body: Sequence[Sequence[str]]) -> tuple[int, ...]:
    """Return where the time stands: one column, or a date and a time of day beside each other."""
    lowered = [name.lower() for name in header]
    for date_at, (date, clock) in enumerate(pairwise(lowered)):
        if date in _DATE_NAMES and clock in _CLOCK_NAMES and _is_clock(body, date_at + 1):
            return date_at, date_at + 1
    for name in _TIME_NAMES:
        if name in lowered:
            return (lowered.index(name),)
    for index in range(len(header)):
        cells = [row[index] for row in body[:_SNIFFED_LINES] if index < len(row) and row[index]]
        if cells and all(is_moment(cell) for cell in cells):
            return (index,)
    starts = ("time", "date", "zeit")
    return (next((i for i, name in enumerate(lowered) if name.startswith(starts)), 0),)


def _is_clock(body: Sequence[Sequence[str]], place: int) -> bool:
    cells = [row[place] for row in body[:_SNIFFED_LINES] if place < len(row)]
    return bool(cells) and all(is_moment(f"2026-01-31 {cell}") for cell in cells if cell)


def _joined(row: Sequence[str], places: Sequence[int]) -> str:
    return " ".join(row[place] for place in places if place < len(row))
