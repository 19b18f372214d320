"""Cut delimited text into rows and cells, a block at a time.

A quoted cell may hold delimiters and line ends. A quote that is never closed spoils its own line
and no other: the row is rejected, and reading goes on with the next line.
"""

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from app.i18n import _
from app.services.loadtests.files.batch import Flags, Ints
from app.services.loadtests.files.cells import PAD, Bytes, Cells

BLOCK_BYTES = 1 << 20
_LONGEST_ROW = 1 << 20
_NEWLINE, _RETURN, _QUOTE = 10, 13, 34

Reject = Callable[[int, str], None]


class Readable(Protocol):
    """What rows are read from."""

    def read(self, size: int, /) -> bytes:
        """Return some bytes, none at the end."""
        ...


@dataclass(frozen=True, slots=True)
class Block:
    """Whole rows, all of the expected width."""

    buf: Bytes
    start: Ints
    end: Ints
    marks: Ints
    """Where the delimiters of all rows of the block stand."""
    first_mark: Ints
    """The place of each row's first delimiter in ``marks``."""
    width: int
    line: Ints
    """The line of the file where each row begins."""

    def column(self, index: int) -> Cells:
        """Return the cells of one column."""
        first, last = index == 0, index == self.width - 1
        start = self.start if first else self.marks[self.first_mark + index - 1] + 1
        end = self.end if last else self.marks[self.first_mark + index]
        return Cells.of(self.buf, start, end)

    def __len__(self) -> int:
        return len(self.start)


def blocks(
    file: Readable, *, delimiter: int, width: int, line: int, reject: Reject
) -> Iterator[Block]:
    """Yield the rows of a file from where it stands.

    Args:
        file: Text in an encoding that leaves ASCII as it is.
        delimiter: The byte between cells.
        width: How many cells a row has.
        line: The number of the first line.
        reject: Called with the line and the reason for every row that cannot be used.
    """
    rest = b""
    while True:
        data = file.read(BLOCK_BYTES)
        text = rest + data
        if not text:
            return
        if data:
            cut = text.rfind(b"\n") + 1
            text, rest = text[:cut], text[cut:]
            if len(rest) > _LONGEST_ROW:
                reject(line, _("longer than a row may be"))
                rest = b""
        else:
            rest = b""
            text += b"" if text.endswith(b"\n") else b"\n"
        if text:
            block, kept, lines = _cut(text, delimiter, width, line, reject, final=not data)
            line += lines
            rest = kept + rest
            yield block


def _cut(
    text: bytes, delimiter: int, width: int, line: int, reject: Reject, *, final: bool
) -> tuple[Block, bytes, int]:
    """Return the rows of a block, the end of it that goes on in the next one, and its lines."""
    buf = np.frombuffer(bytes(PAD) + text + bytes(PAD), np.uint8)
    ends = np.flatnonzero(buf == _NEWLINE)
    starts = np.concatenate(([PAD], ends[:-1] + 1))
    number = np.arange(line, line + len(ends))
    quote = buf == _QUOTE
    kept = b""
    lines = len(ends)
    usable = np.ones(lines, bool)
    if quote.any():
        joined = _Joining(buf, starts, ends, quote)
        joined.settle(delimiter, width, final=final)
        for bad in joined.bad:
            reject(line + bad, _("a quote is never closed"))
        usable[joined.bad] = False
        if joined.open_at is not None:
            kept = text[starts[joined.open_at] - PAD :]
            starts, ends = starts[: joined.open_at], ends[: joined.open_at]
            number, usable = number[: joined.open_at], usable[: joined.open_at]
        lines = len(ends)
        begins, closes = joined.rows(lines)
        starts, ends, number = starts[begins], ends[closes], number[begins]
        usable = usable[begins]
        quoted = np.bitwise_xor.accumulate(quote.view(np.uint8))
        marks = np.flatnonzero((buf == delimiter) & (quoted == 0))
    else:
        marks = np.flatnonzero(buf == delimiter)
    begun = np.concatenate(([0], np.searchsorted(marks, ends)))
    counts = np.diff(begun)
    ends = ends - ((buf[ends - 1] == _RETURN) & (ends > starts))
    empty = (ends == starts) & usable
    fits = usable & ~empty & (counts == width - 1)
    for row in np.flatnonzero(usable & ~empty & ~fits):
        reject(int(number[row]), _misfit(int(counts[row]) + 1, width, final, row == len(ends) - 1))
    block = Block(buf, starts[fits], ends[fits], marks, begun[:-1][fits], width, number[fits])
    return block, kept, lines


def _misfit(cells: int, width: int, final: bool, last: bool) -> str:
    if final and last and cells < width:
        return _("the last line is cut off")
    return _("{n} cells instead of {width}").format(n=cells, width=width)


class _Joining:
    """Puts together rows that go over several lines, inside quotes."""

    def __init__(self, buf: Bytes, starts: Ints, ends: Ints, quote: Flags) -> None:
        self._buf, self._starts, self._ends, self._quote = buf, starts, ends, quote
        self.bad: list[int] = []
        self.open_at: int | None = None
        self._joins: list[tuple[int, int]] = []

    def settle(self, delimiter: int, width: int, *, final: bool) -> None:
        """Decide for every line with an odd number of quotes what it is."""
        at = np.flatnonzero(self._quote)
        counts = np.diff(np.searchsorted(at, np.append(self._starts, len(self._buf))))
        odd = np.flatnonzero(counts & 1).tolist()
        place = 0
        while place < len(odd):
            first = odd[place]
            if place + 1 == len(odd):
                if not final and len(self._buf) - self._starts[first] < _LONGEST_ROW:
                    self.open_at = first
                    self._mask(first, len(self._starts) - 1)
                else:
                    self._spoil(first)
                return
            last = odd[place + 1]
            if self._is_row(first, last, delimiter, width):
                self._joins.append((first, last))
                place += 2
            else:
                self._spoil(first)
                place += 1

    def rows(self, n: int) -> tuple[Flags, Flags]:
        """Tell which of the first ``n`` lines begin a row, and which end one."""
        begins, closes = np.ones(n, bool), np.ones(n, bool)
        for first, last in self._joins:
            begins[first + 1 : last + 1] = False
            closes[first:last] = False
        return begins, closes

    def _is_row(self, first: int, last: int, delimiter: int, width: int) -> bool:
        start, end = self._starts[first], self._ends[last]
        if end - start > _LONGEST_ROW:
            return False
        text = self._buf[start:end].tobytes().decode("latin-1")
        try:
            rows = list(csv.reader([text], delimiter=chr(delimiter), strict=True))
        except csv.Error:
            return False
        return len(rows) == 1 and len(rows[0]) == width

    def _spoil(self, line: int) -> None:
        self.bad.append(line)
        self._mask(line, line)

    def _mask(self, first: int, last: int) -> None:
        self._quote[self._starts[first] : self._ends[last] + 1] = False
