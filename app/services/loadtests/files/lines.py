"""Cut delimited text into rows and cells, a block at a time.

A quoted cell may hold delimiters and line ends. A quote that is never closed spoils its own line
and no other: the row is rejected, and reading goes on with the next line.
"""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from app.domain.load_summary import RejectedRow
from app.i18n import _
from app.services.loadtests.files.batch import Flags, Ints
from app.services.loadtests.files.cells import PAD, Cells
from app.services.loadtests.files.eights import Bytes

BLOCK_BYTES = 1 << 20
_LONGEST_ROW = 1 << 20
_NEWLINE, _RETURN, _QUOTE = 10, 13, 34
_ODD = b"\t\x00\x0b\x0c\x1c\x1d\x1e\x1f"
"""Blanks that are rare in cells, and nothing at all."""
_COMMENT = re.compile(rb"(?:\A|\n)[ \t]*#")


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
    """Where the delimiters of each row stand: one row each, a column less than the cells."""
    width: int
    line: Ints
    """The line of the file where each row begins."""
    rejected: Sequence[RejectedRow] = ()
    """Rows that cannot be used."""

    def column(self, index: int) -> Cells:
        """Return the cells of one column."""
        first, last = index == 0, index == self.width - 1
        start = self.start if first else self.marks[:, index - 1] + 1
        end = self.end if last else np.ascontiguousarray(self.marks[:, index])
        return Cells.of(self.buf, start, end)

    def __len__(self) -> int:
        return len(self.start)


def blocks(file: Readable, *, delimiter: int, width: int, line: int) -> Iterator[Block]:
    """Yield the rows of a file from where it stands.

    Args:
        file: Text in an encoding that leaves ASCII as it is.
        delimiter: The byte between cells.
        width: How many cells a row has.
        line: The number of the first line.
    """
    _keep_freed_memory()
    rest = b""
    bad: list[RejectedRow] = []
    is_within = False
    while True:
        data = file.read(BLOCK_BYTES)
        if is_within and data:  # the rest of a row that was too long
            _row, end, data = data.partition(b"\n")
            if not end:
                continue
            is_within, line = False, line + 1
            if not data:
                continue
        text = rest + data
        if not text:
            if bad:  # the last row was too long
                yield _cut(b"\n", delimiter, width, line, bad, final=True)[0]
            return
        if data:
            cut = text.rfind(b"\n") + 1
            text, rest = text[:cut], text[cut:]
            if len(rest) > _LONGEST_ROW:
                bad.append(RejectedRow(line + text.count(b"\n"), _("longer than a row may be")))
                rest, is_within = b"", True
        else:
            rest = b""
            text += b"" if text.endswith(b"\n") else b"\n"
        if text:
            block, kept, lines = _cut(text, delimiter, width, line, bad, final=not data)
            line += lines
            rest = kept + rest
            bad = []
            yield block


def _keep_freed_memory() -> None:
    """Have the memory of a block kept for the next one, a few MB of it.

    glibc gives it back and fetches it anew page by page, half of all page faults and a twentieth of
    the time of a million rows; not so once something larger has been freed (mallopt(3),
    M_MMAP_THRESHOLD). Elsewhere this does nothing.
    """
    np.empty(4 * BLOCK_BYTES, np.uint8)


def regular_block(text: bytes, delimiter: int, line: int) -> Block | None:
    """Return whole lines as rows, None unless all have one width and quotes stand around cells.

    Args:
        text: Whole lines, none of them within a quoted cell.
        delimiter: The byte between cells.
        line: The number of the first line.
    """
    odd = _ODD.replace(bytes([delimiter]), b"")
    if len(text.translate(None, odd)) < len(text) or (b"#" in text and _COMMENT.search(text)):
        return None
    if text.count(b"\r") != text.count(b"\r\n"):
        return None
    if not text.endswith(b"\n"):
        text += b"\n"
    first = text[: text.index(b"\n")].decode("latin-1")
    try:
        width = len(next(csv.reader([first], delimiter=chr(delimiter)), []))
    except csv.Error:  # a cell is longer than that module takes
        return None
    if not width or not _quotes_are_around_cells(text, delimiter):
        return None
    rejected: list[RejectedRow] = []
    block, kept, _lines = _cut(text, delimiter, width, line, rejected, final=False)
    return None if rejected or kept else block


def ends_alone(text: bytes, delimiter: int) -> bool:
    """Tell whether whole lines surely end outside quotes, and each of them at a newline."""
    whole = text.count(b"\r") == text.count(b"\r\n")
    return whole and _quotes_are_around_cells(text, delimiter)


def _quotes_are_around_cells(text: bytes, delimiter: int) -> bool:
    if b'"' not in text:
        return True
    buf = np.frombuffer(b"\n" + text + b"\n", np.uint8)
    at = np.flatnonzero(buf == _QUOTE)
    if len(at) % 2:
        return False
    opens, closes, ends = at[0::2], at[1::2], np.flatnonzero(buf == _NEWLINE)
    before, after = buf[opens - 1], buf[closes + 1]
    return bool(
        ((before == delimiter) | (before == _NEWLINE)).all()
        and ((after == delimiter) | (after == _NEWLINE) | (after == _RETURN)).all()
        and (np.searchsorted(ends, opens) == np.searchsorted(ends, closes)).all()
    )


def _cut(
    text: bytes, delimiter: int, width: int, line: int, rejected: list[RejectedRow], *, final: bool
) -> tuple[Block, bytes, int]:
    """Return the rows of a block, the end of it that goes on in the next one, and its lines."""
    buf = np.frombuffer(b"".join((bytes(PAD), text, bytes(PAD))), np.uint8)
    stops = _even_stops(buf, delimiter, width, has_quotes=b'"' in text)
    if stops is None:
        return _cut_uneven(buf, delimiter, width, line, rejected, final=final)
    ends = stops[:, -1]
    starts = np.concatenate(([PAD], ends[:-1] + 1))
    ends = ends - (buf[ends - 1] == _RETURN)
    number = np.arange(line, line + len(ends))
    return Block(buf, starts, ends, stops[:, :-1], width, number, rejected), b"", len(ends)


def _even_stops(buf: Bytes, delimiter: int, width: int, *, has_quotes: bool) -> Ints | None:
    """Return where the cells of each row end; None unless every line is a row of this width.

    As a rule it is, and one search then finds the ends of cells and of rows alike.
    """
    is_end, is_stop = buf == _NEWLINE, buf == delimiter
    is_stop |= is_end
    if has_quotes:
        quotes = np.flatnonzero(buf == _QUOTE)
        if len(quotes) % 2:
            return None
        within = _within(quotes)
        if is_end[within].any():
            return None
        is_stop[within] = False
    if width == 1 or np.count_nonzero(is_stop) != width * np.count_nonzero(is_end):
        return None  # a row of one cell may be a blank line
    stops: Ints = np.flatnonzero(is_stop).reshape(-1, width)
    return stops if is_end[stops[:, -1]].all() else None


def _cut_uneven(
    buf: Bytes, delimiter: int, width: int, line: int, rejected: list[RejectedRow], *, final: bool
) -> tuple[Block, bytes, int]:
    """Cut a block in which rows go over several lines, or are of another width or blank."""
    ends = np.flatnonzero(buf == _NEWLINE)
    starts = np.concatenate(([PAD], ends[:-1] + 1))
    number = np.arange(line, line + len(ends))
    joined = _Joining(buf, starts, ends)
    joined.settle(delimiter, width, final=final)
    why = _("a quote is never closed")
    rejected += (RejectedRow(line + bad, why) for bad in joined.bad)
    usable = np.ones(len(ends), bool)
    usable[joined.bad] = False
    kept = b""
    if joined.open_at is not None:
        kept = buf[starts[joined.open_at] : -PAD].tobytes()
        starts, ends = starts[: joined.open_at], ends[: joined.open_at]
    lines = len(ends)
    begins, closes = joined.rows(lines)
    starts, ends, number = starts[begins], ends[closes], number[:lines][begins]
    usable = usable[:lines][begins]
    is_mark = buf == delimiter
    is_mark[_within(joined.quotes)] = False
    marks = np.flatnonzero(is_mark)
    begun = np.concatenate(([0], np.searchsorted(marks, ends)))
    counts = np.diff(begun)
    ends = ends - ((buf[ends - 1] == _RETURN) & (ends > starts))
    usable &= ends > starts
    fits = usable & (counts == width - 1)
    for row in np.flatnonzero(usable & ~fits):
        why = _misfit(int(counts[row]) + 1, width, final, row == len(ends) - 1)
        rejected.append(RejectedRow(int(number[row]), why))
    table = _by_row(marks, begun[:-1][fits], width)
    block = Block(buf, starts[fits], ends[fits], table, width, number[fits], rejected)
    return block, kept, lines


def _within(quotes: Ints) -> Ints:
    """Return the places between quotes, which come in pairs."""
    opens, lengths = quotes[0::2] + 1, quotes[1::2] - quotes[0::2] - 1
    before = np.cumsum(lengths) - lengths
    places: Ints = np.arange(int(lengths.sum())) + np.repeat(opens - before, lengths)
    return places


def _by_row(marks: Ints, first: Ints, width: int) -> Ints:
    """Return the delimiters of rows with equally many; ``first`` is the place of each row's own."""
    cells = width - 1
    if len(marks) != cells * len(first):
        marks = marks[first[:, None] + np.arange(cells)]
    by_row: Ints = marks.reshape(len(first), cells)
    return by_row


def _misfit(cells: int, width: int, final: bool, last: bool) -> str:
    if final and last and cells < width:
        return _("the last line is cut off")
    return _("{n} cells instead of {width}").format(n=cells, width=width)


class _Joining:
    """Puts together rows that go over several lines, inside quotes."""

    def __init__(self, buf: Bytes, starts: Ints, ends: Ints) -> None:
        self._buf, self._starts, self._ends = buf, starts, ends
        self.quotes = np.flatnonzero(buf == _QUOTE)
        """Where quotes stand; those of lines that are no rows by themselves are taken out."""
        self.bad: list[int] = []
        self.open_at: int | None = None
        self._joins: list[tuple[int, int]] = []

    def settle(self, delimiter: int, width: int, *, final: bool) -> None:
        """Decide for every line with an odd number of quotes what it is."""
        counts = np.diff(np.searchsorted(self.quotes, np.append(self._starts, len(self._buf))))
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
        within = np.searchsorted(self.quotes, (self._starts[first], self._ends[last] + 1))
        self.quotes = np.delete(self.quotes, slice(*within))
