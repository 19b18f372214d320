"""A table of series: a time column and columns of values, whatever kind of file it came from.

Tables are wide (a column per series) or long (a row per time and series, which names it). What the
columns hold is found from the beginning of a file, so that the rest can be read piece by piece.
Pure parsing: text in, arrays out. What is no number is missing, and missing is never zero. Rows may
come in any order; nothing is sorted, filled or dropped but rows without a usable time.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from app.domain.metric import Series
from app.errors import InvalidInput
from app.i18n import _
from app.services.ports.series import Piece, Rejected, Rows
from app.services.series_files.columns import ColumnPiece, Columns
from app.services.series_files.figures import NOTHING, FigureForm, is_figure
from app.services.series_files.labels import (
    cell_at,
    constant_cells,
    is_words,
    label_of,
    words_at_of,
)
from app.services.series_files.moments import TimeForm, is_moment
from app.services.series_files.zones import named_zone

_TIME_NAMES = (
    "time", "timestamp", "ts", "datetime", "date", "date_time", "date time", "_time", "at", "at_s",
    "epoch", "epoch_s", "epoch_ms", "unix", "unixtime", "when", "clock", "zeit", "zeitstempel",
    "datum", "time (utc)", "timestamp (utc)", "date/time", "timestamp_ms", "time_ms",
)  # fmt: skip
_DATE_NAMES, _CLOCK_NAMES = ("date", "datum", "day"), ("time", "zeit", "uhrzeit", "clock", "hour")
_SNIFFED_LINES = 50
_MOST_BAD_ROWS, _MOST_ABOVE = 0.5, 20
KEPT_REJECTS, _SHOWN = 20, 40
_MOST_ONCE = 0.7
"""Share of rows with a time of their own, above which a file is wide."""


@dataclass(frozen=True, slots=True)
class _Column:
    """One series: where its values stand, and in a long file which rows are its own."""

    name: str
    place: int
    label: str = ""


@dataclass(frozen=True, slots=True)
class Timed:
    """Rows that have a time, and what became of the others."""

    at_s: NDArray[np.float64]
    rows: Rows
    skipped: int
    rejected: tuple[Rejected, ...]
    """The first of those that were skipped."""
    lines: Sequence[int] = ()
    """The line of each of the rows."""
    columns: Columns | None = None
    """The rows by columns, where they were read so; ``rows`` is empty then."""

    def ends(self, place: int) -> tuple[str, ...]:
        """Return the cells of a column in the first and in the last row."""
        if not len(self.at_s):
            return ()
        if self.columns is None:
            return cell_at(self.rows[0], place), cell_at(self.rows[-1], place)
        edge = np.zeros(len(self.at_s), bool)
        edge[[0, -1]] = True
        return tuple(self.columns.some(edge).texts(place))

    def texts(self, place: int) -> list[str]:
        """Return the cells of a column in all rows."""
        if self.columns is None:
            return [cell_at(row, place) for row in self.rows]
        return self.columns.texts(place)


@dataclass(frozen=True, slots=True)
class TableForm:
    """What the columns of a file hold, found from its beginning and then true for all of it."""

    time_at: tuple[int, ...]
    times: TimeForm
    columns: tuple[_Column, ...]
    """The series, in the order of the file."""
    words_at: tuple[int, ...] = ()
    """In a long file: the cells that name the series of a row."""
    comma_is_usual: bool = False
    """Whether the file's delimiter speaks for decimal commas."""
    constant: tuple[tuple[int, str], ...] = ()
    """Cells with one word throughout, such as a host; where it changes, another series begins."""

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the series."""
        return tuple(column.name for column in self.columns)

    def strangers(self, timed: Timed) -> dict[str, None]:
        """Return the labels of rows of a long file that are those of no series so far."""
        if not self.words_at:
            return {}
        known = {column.label for column in self.columns}
        return {label: None for label in self._labels_of(timed) if label not in known}

    def with_labels(self, labels: Iterable[str]) -> "TableForm":
        """Return the form of a long file with further series, named like those it has."""
        first = [each for each in self.columns if each.label == self.columns[0].label]
        more = (
            replace(each, name=label + each.name.removeprefix(each.label), label=label)
            for label in labels
            for each in first
        )
        return replace(self, columns=(*self.columns, *more))

    def places(self, names: Iterable[str]) -> frozenset[int]:
        """Return which cells of a row these series are read from."""
        wanted = (self._column(name).place for name in names)
        same = (place for place, _word in self.constant)
        return frozenset((*self.time_at, *self.words_at, *wanted, *same))

    def timed(self, piece: Piece) -> Timed:
        """Return the rows that have a time."""
        if isinstance(piece, ColumnPiece):
            return self._timed_columns(piece.columns)
        cells = _joined(piece.rows, self.time_at)
        at_s = self.times.read(cells)
        good = np.isfinite(at_s)
        if good.all():
            skipped = len(piece.rejected)
            first = tuple(piece.rejected[:KEPT_REJECTS])
            return Timed(at_s, piece.rows, skipped, first, piece.lines)
        bad = np.flatnonzero(~good).tolist()
        untimed = [Rejected(piece.lines[i], self.times.why(cells[i])) for i in bad[:KEPT_REJECTS]]
        rejected = sorted((*piece.rejected, *untimed), key=lambda each: each.line)[:KEPT_REJECTS]
        known = np.flatnonzero(good).tolist()
        rows, lines = [piece.rows[i] for i in known], [piece.lines[i] for i in known]
        skipped = len(bad) + len(piece.rejected)
        return Timed(at_s[good], rows, skipped, tuple(rejected), lines)

    def _timed_columns(self, columns: Columns) -> Timed:
        if len(self.time_at) == 1:
            at_s = self.times.read_column(columns, self.time_at[0])
        else:
            at_s = self.times.read(self._joined(columns, self.time_at))
        good = np.isfinite(at_s)
        if good.all():
            return Timed(at_s, [], 0, (), columns=columns)
        bad = np.flatnonzero(~good)
        bad = bad[columns.some(~good).holding()]
        texts = self._joined(columns, self.time_at)
        first = bad[:KEPT_REJECTS]
        lines = columns.lines(first)
        rejected = [
            Rejected(line, self.times.why(texts[i]))
            for line, i in zip(lines, first.tolist(), strict=True)
        ]
        return Timed(at_s[good], [], len(bad), tuple(rejected), columns=columns.some(good))

    def _labels(self, columns: Columns) -> list[str]:
        if len(self.words_at) == 1:
            return columns.texts(self.words_at[0])
        words = zip(*map(columns.texts, self.words_at), strict=True)
        return [" ".join(filter(None, each)) for each in words]

    @staticmethod
    def _joined(columns: Columns, places: Sequence[int]) -> list[str]:
        if len(places) == 1:
            return columns.texts(places[0])
        return [" ".join(cells) for cells in zip(*map(columns.texts, places), strict=True)]

    def figures(self, name: str, timed: Timed) -> FigureForm:
        """Find how a series writes its figures; raises InvalidInput where there is no such one."""
        cells = self._cells(self._column(name), timed)[1]
        return FigureForm.of(cells, comma_is_usual=self.comma_is_usual)

    def series(self, name: str, timed: Timed, figures: FigureForm) -> Series:
        """Return what some rows hold of a series; cells without a number are NaN."""
        column = self._column(name)
        if timed.columns is None:
            at_s, cells = self._cells(column, timed)
            return Series(at_s, figures.read(cells))
        own = self._own(column, timed)
        columns = timed.columns.some(own)
        return Series(timed.at_s[own], figures.read_column(columns, column.place))

    def odd(
        self, name: str, timed: Timed, value: NDArray[np.float64]
    ) -> tuple[int, list[Rejected]]:
        """Return how many cells of a series hold something that is no figure, and the first ones.

        Args:
            name: The series.
            timed: Some rows.
            value: What `series` gives of them.
        """
        none = np.flatnonzero(~np.isfinite(value))
        if not len(none):
            return 0, []
        column = self._column(name)
        rows = np.flatnonzero(self._own(column, timed))[none]
        if timed.columns is None:
            cells = [cell_at(timed.rows[row], column.place) for row in rows.tolist()]
            lines = [timed.lines[row] for row in rows.tolist()]
        else:
            texts = timed.columns.texts(column.place)
            cells, lines = [texts[row] for row in rows.tolist()], timed.columns.lines(rows)
        told = [
            Rejected(line, _("“{text}” is no figure").format(text=cell[:_SHOWN]))
            for line, cell in zip(lines, cells, strict=True)
            if cell.strip().lower() not in NOTHING
        ]
        return len(told), told[:KEPT_REJECTS]

    def _own(self, column: _Column, timed: Timed) -> NDArray[np.bool_]:
        """Tell which rows are those of a series."""
        if not self.words_at:
            return np.ones(len(timed.at_s), bool)
        return np.array([label == column.label for label in self._labels_of(timed)], bool)

    def _labels_of(self, timed: Timed) -> list[str]:
        if timed.columns is not None:
            return self._labels(timed.columns)
        return [label_of(row, self.words_at) for row in timed.rows]

    def _column(self, name: str) -> _Column:
        column = next((each for each in self.columns if each.name == name), None)
        if column is None:
            raise InvalidInput(
                _("There is no column “{name}”.").format(name=name),
                hint=_("The file has: {names}.").format(names=", ".join(self.names)),
            )
        return column

    def _cells(self, column: _Column, timed: Timed) -> tuple[NDArray[np.float64], list[str]]:
        place = column.place
        if not self.words_at:
            return timed.at_s, [row[place] if place < len(row) else "" for row in timed.rows]
        own = self._own(column, timed)
        rows = [timed.rows[row] for row in np.flatnonzero(own).tolist()]
        return timed.at_s[own], [cell_at(row, place) for row in rows]


def _told_why(reason: str) -> str:
    return _("Of the first row: {reason}.").format(reason=reason)


def form_of(
    first: Piece, *, zone: str = "UTC", comma_is_usual: bool = False
) -> tuple[TableForm, Piece]:
    """Recognise what the columns hold; return it with the rows below the header, if there is one.

    The time column (or a column of dates beside one of times of day) and its form are recognised.

    Args:
        first: The beginning of the file, or all of it; the first row may be a header.
        zone: The zone of times that name none.
        comma_is_usual: Whether commas are more likely decimal.

    Raises:
        InvalidInput: It holds no rows, no time column, nothing but times, or dates that could be
            read in two ways.
    """
    header, body, above = _split_header(first.rows) if first.rows else ([], [], 0)
    if not body:
        hint = _told(first.rejected) or _("Give one with a column of times and one of values.")
        raise InvalidInput(_("The file holds no rows."), hint=hint)
    time_at = _time_columns(header, body)
    cells = _joined(body, time_at)
    times = TimeForm.of(cells, named_zone(header[time_at[0]]) or zone)
    at_s = times.read(cells)
    good = np.isfinite(at_s)
    bad = [cell for cell, is_good in zip(cells, good.tolist(), strict=True) if not is_good]
    strange = [cell for cell in bad if not times.knows(cell)]
    if not good.any() or len(strange) > _MOST_BAD_ROWS * len(cells):
        hint = _("Use ISO 8601, such as 2026-11-15T02:00:00Z, or seconds since 1970.")
        if bad and not strange:
            hint = f"{hint} {_told_why(times.why(bad[0]))}"
        raise InvalidInput(
            _("The times in the column “{name}” cannot be read.").format(name=header[time_at[0]]),
            hint=hint,
        )
    places = tuple(i for i, name in enumerate(header) if i not in time_at and name)
    if not places:
        raise InvalidInput(_("The file has no column of values beside the time."))
    kept = [row for row, known in zip(body, good.tolist(), strict=True) if known]
    words_at = words_at_of(kept, at_s[good], places)
    columns = tuple(_columns(header, places, kept, words_at))
    same = () if words_at else constant_cells(kept, at_s[good], places)
    form = TableForm(time_at, times, columns, words_at, comma_is_usual, same)
    titles = [Rejected(line, _("it stands above the table")) for line in first.lines[:above]]
    lines = first.lines[len(first.rows) - len(body) :]
    return form, Piece(body, lines, first.done, (*titles, *first.rejected))


def _told(rejected: Sequence[Rejected]) -> str:
    text = _("Line {line}: {why}.")
    return text.format(line=rejected[0].line, why=rejected[0].why) if rejected else ""


def _columns(
    header: Sequence[str], places: Sequence[int], rows: Rows, words_at: Sequence[int]
) -> Iterator[_Column]:
    if not words_at:
        yield from (_Column(header[place], place) for place in places)
        return
    for label in dict.fromkeys(label_of(row, words_at) for row in rows):
        yield from _labelled(label, header, _values(places, rows, words_at))


def _values(places: Sequence[int], rows: Rows, words_at: Sequence[int]) -> list[int]:
    return [place for place in places if place not in words_at and not is_words(rows, place)]


def _labelled(label: str, header: Sequence[str], values: Sequence[int]) -> Iterator[_Column]:
    for place in values:
        name = label if len(values) == 1 else f"{label} {header[place]}"
        yield _Column(name, place, label)


def _split_header(rows: list[list[str]]) -> tuple[list[str], list[list[str]], int]:
    """Return the names of the columns, the rows, and how many rows stand above them.

    A file may come without a header, or with lines above it that name the report or its host.
    """
    above = _above(rows)
    first = rows[above]
    if not _is_data(first):
        return _unique(first), rows[above + 1 :], above
    width = max(len(row) for row in rows[:_SNIFFED_LINES])
    time_at = next((i for i, cell in enumerate(first) if is_moment(cell)), 0)
    names = ["value" if width == 2 else f"column {i}" for i in range(1, width + 1)]
    return [*names[:time_at], "time", *names[time_at + 1 :]], rows, 0


def _above(rows: list[list[str]]) -> int:
    """Return how many rows stand above the header; it names a time, and data may not stand there.

    Without a header that is plain to see it is the first row.
    """
    for above, row in enumerate(rows[:_MOST_ABOVE]):
        if _is_data(row):
            return 0
        if len(row) > 1 and any(name.lower() in _TIME_NAMES for name in row):
            return above
    return 0


def _is_data(row: Sequence[str]) -> bool:
    """Tell whether a row holds a time, or nothing but figures."""
    if any(is_moment(cell) for cell in row):
        return True
    return all(cell.lower() in NOTHING or is_figure(cell) for cell in row)


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


def _joined(rows: Rows, places: Sequence[int]) -> list[str]:
    """Return what stands in these cells of each row, together."""
    if len(places) == 1:
        place = places[0]
        return [row[place] if place < len(row) else "" for row in rows]
    return [" ".join([row[place] for place in places if place < len(row)]) for row in rows]
