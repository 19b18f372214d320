"""Rows of CSV text one by one; lines that are no rows are told, and spoil no others.

A quoted cell may go over several lines. A quote that is never closed would swallow what follows it,
up to the next quote or the end: such a line is rejected, and reading goes on with the next one.
"""

import csv
import io
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from app.i18n import _
from app.services.ports.series import Piece, Rejected, Rows
from app.services.series_files.dates import iso, parts_of
from app.services.series_files.figures import is_figure

LONGEST_LINE = 1 << 20
_PIECE_ROWS, _PIECE_LETTERS = 20_000, 1 << 22
_TELLING = 2
"""Times and figures in a line that make it a row of its own."""


@dataclass(slots=True)
class Taken:
    """Rows that hold anything, the lines they end in, and lines that are no rows."""

    rows: Rows = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.rows or self.rejected)

    def __iadd__(self, more: "Taken") -> "Taken":
        self.rows += more.rows
        self.lines += more.lines
        self.rejected += more.rejected
        return self

    def piece(self, done: int) -> Piece:
        """Return them as a piece of the file."""
        return Piece(self.rows, self.lines, done, self.rejected)


class CsvRows:
    """Reads rows from text.

    Args:
        text: Where the lines come from.
        delimiter: What stands between cells.
        number: The number of the line before the first one.
    """

    def __init__(self, text: io.TextIOBase, delimiter: str, number: int = 0) -> None:
        self._text, self._delimiter = text, delimiter
        self.number = number
        """That of the last line that was used."""
        self._letters = 0
        self._row: list[tuple[int, str]] = []
        """The lines of the row that is being read."""
        self._again: deque[tuple[int, str]] = deque()
        self._rejected: list[Rejected] = []
        self._width = 0
        self._reader = self._new_reader()

    def pass_line(self) -> None:
        """Pass over the next line."""
        next(self._lines(), None)
        self._row.clear()

    def taken(self) -> Taken:
        """Return the next rows; nothing at the end."""
        taken = Taken(rejected=self._rejected)
        most = self._letters + _PIECE_LETTERS
        while (row := self._next()) is not None:
            cells = list(map(str.strip, row))
            if any(cells):
                taken.rows.append(cells)
                taken.lines.append(self.number)
                if len(taken.rows) == _PIECE_ROWS or self._letters > most:
                    break
        self._rejected = []
        return taken

    def _next(self) -> list[str] | None:
        while True:
            self._row.clear()
            try:
                row = next(self._reader)
            except StopIteration:
                self._reader = self._new_reader()
                return None
            except csv.Error:  # a cell grew beyond all measure
                if not self._row:
                    continue
                self._spoil(_("a cell is longer than a cell may be"))
                continue
            if len(self._row) > 1 and self._is_swallowed():
                self._spoil(_("a quote is never closed"))
                continue
            self._width = self._width or len(row)
            return row

    def _spoil(self, why: str) -> None:
        """Reject the first line of the row, and read the others once more."""
        (number, _line), *others = self._row
        quote = _("a quote is never closed")
        self._rejected.append(Rejected(number, quote if others else why))
        self._again.extendleft(reversed(others))
        self.number = number
        self._reader = self._new_reader()

    def _is_swallowed(self) -> bool:
        """Tell whether the lines of a row are rows of their own, behind a quote that is open."""
        if sum(line.count('"') for _number, line in self._row) % 2:
            return True
        return any(self._is_row(line) for _number, line in self._row[1:])

    def _is_row(self, line: str) -> bool:
        try:
            cells = next(csv.reader([line], delimiter=self._delimiter, skipinitialspace=True), [])
        except csv.Error:
            return False
        if len(cells) != self._width:
            return False
        telling = (iso(cell) or parts_of(cell) or is_figure(cell) for cell in cells)
        return sum(map(bool, telling)) >= _TELLING

    def _new_reader(self) -> "Iterator[list[str]]":
        return csv.reader(self._lines(), delimiter=self._delimiter, skipinitialspace=True)

    def _lines(self) -> Iterator[str]:
        """Yield the lines that hold anything."""
        while True:
            if self._again:
                self.number, line = self._again.popleft()
            elif not (line := self._read()):
                return
            if line[0] > "#" or holds(line):
                self._row.append((self.number, line))
                yield line

    def _read(self) -> str:
        """Return the next line; one that is too long is rejected and passed over."""
        while line := self._text.readline(LONGEST_LINE):
            self.number += 1
            self._letters += len(line)
            if len(line) < LONGEST_LINE or line[-1] == "\n":
                return line
            self._rejected.append(Rejected(self.number, _("longer than a row may be")))
            while line and line[-1] != "\n":
                line = self._text.readline(LONGEST_LINE)
        return ""


def holds(line: str) -> bool:
    """Tell whether a line holds anything but a comment."""
    stripped = line.lstrip()
    return stripped != "" and stripped[0] != "#"
