"""One transcript open on a screen: its rows by number, and where a text stands in them."""

import hashlib
from array import array
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Lock

from app.i18n import _
from app.services.transcripts.walking import BLOCK_BYTES, Block, Place, walk
from app.tasks import TaskContext

LONGEST_ROW = 4096
"""Bytes of a row that are read; what is longer is cut, and says so."""
_FAR_BYTES = 8 * 1024 * 1024
"""How far a row is read for its end while the index has not come to it."""
_HASHED_BYTES = 1024 * 1024
_STRETCH = 64
"""Places that one step of a search backwards goes over."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a transcript; ``size`` is its length, None where only its begin was read."""

    number: int
    at: datetime
    stream: str
    data: bytes
    size: int | None

    @property
    def is_cut(self) -> bool:
        """Whether there is more of it than ``data``."""
        return self.size is None or self.size > len(self.data)


class _Places:
    """Where rows begin, one place for every block of the file; grows while it is built."""

    def __init__(self) -> None:
        self._rows, self._headers, self._insides = array("Q", [0]), array("Q", [0]), array("Q", [0])
        self._lock = Lock()

    def add(self, place: Place) -> None:
        with self._lock:
            self._rows.append(place.row)
            self._headers.append(place.header_at)
            self._insides.append(place.inside)

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, n: int) -> Place:
        with self._lock:
            return Place(self._rows[n], self._headers[n], self._insides[n])

    def number_before(self, row: int) -> int:
        """Return which place is the last at or before a row."""
        with self._lock:
            return bisect_right(self._rows, row) - 1

    def exactly(self, row: int) -> Place | None:
        """Return where a row begins if there is a place for it."""
        place = self[self.number_before(row)]
        return place if place.row == row else None


class OpenTranscript:
    """A sealed transcript; safe to use from several threads, one of which builds the index.

    ``sha256`` is what its bytes came to when they were kept; "" is not compared.
    """

    def __init__(self, path: Path, sha256: str = "") -> None:
        self._path, self._sha256 = path, sha256
        self._places = _Places()
        self.size = path.stat().st_size
        """Bytes of the file."""
        self.known_rows = 0
        """How many rows are known so far."""
        self.indexed_bytes = 0
        """How far the index has come."""
        self.is_indexed = False
        """Whether all rows are known."""
        self.is_genuine: bool | None = None
        """Whether its bytes are those that were kept; None while nobody has compared them."""

    def build_index(self, context: TaskContext) -> None:
        """Find out where rows begin; raises TaskCancelled, OSError."""
        last = 0
        with self._path.open("rb", BLOCK_BYTES) as file:
            for block in walk(file):
                self.known_rows = block.rows_after
                end = block.file_end
                if block.begins and end - last >= BLOCK_BYTES:
                    self._places.add(Place(block.row, block.header_at, block.inside))
                    last = end
                if end - last >= BLOCK_BYTES and block.line_feeds:
                    self._places.add(block.place_after(block.data.index(b"\n"), block.row + 1))
                    last = end
                self.indexed_bytes = end
                context.progress(end, self.size, _("Counting lines"))
        self.indexed_bytes, self.is_indexed = self.size, True

    def check(self, context: TaskContext) -> None:
        """Compare the bytes with those that were kept; raises TaskCancelled, OSError."""
        digest, done = hashlib.sha256(), 0
        with self._path.open("rb", 0) as file:
            while self._sha256 and (block := file.read(_HASHED_BYTES)):
                digest.update(block)
                done += len(block)
                context.progress(done, self.size, _("Comparing"))
        self.is_genuine = digest.hexdigest() == self._sha256 if self._sha256 else None

    def rows(self, first: int, n: int) -> tuple[Row, ...]:
        """Return rows by number; fewer at the end, or beyond what is known so far."""
        with self._path.open("rb", BLOCK_BYTES) as file:
            place: Place | None = self._places[self._places.number_before(first)]
            reader = _Rows(first, n)
            while place is not None and not reader.is_full:
                place = self._read_into(reader, walk(file, place))
            return reader.taken

    def _read_into(self, reader: "_Rows", blocks: Iterator[Block]) -> Place | None:
        """Fill the reader; return where to go on behind a row that is too long to be read."""
        for block in blocks:
            reader.take(block)
            if reader.is_full:
                return None
            if reader.open_bytes > 2 * BLOCK_BYTES:
                place = self._places.exactly(reader.open_row + 1)
                if place is not None:
                    reader.skip()
                    return place
                if self.is_indexed or reader.open_bytes > _FAR_BYTES:  # its end is far, or the end
                    reader.skip()
                    return None
        reader.end()
        return None

    def find(self, text: str, row: int, context: TaskContext, *, back: bool = False) -> int | None:
        """Return the next row after ``row``, or the last before it, that holds a text.

        Letters A to Z match in both cases. None when there is no such row; what is not indexed
        yet is found forwards, but not backwards.

        Raises:
            TaskCancelled: A stop was asked for.
        """
        needle = text.encode("utf-8", "surrogateescape").lower()
        if not needle:
            return None
        row = max(-1, row)
        with self._path.open("rb", BLOCK_BYTES) as file:
            if not back:
                place = self._places[self._places.number_before(row + 1)]
                for block, hit in _hits(walk(file, place), needle):
                    context.progress(block.file_end, self.size, _("Searching"))
                    if hit is not None and hit > row:
                        return hit
                return None
            last = self._places.number_before(max(0, row - 1))
            while last >= 0:
                begin = max(0, last - _STRETCH)
                found = None
                for block, hit in _hits(walk(file, self._places[begin]), needle):
                    context.progress(
                        self.size - min(self.size, block.file_end), self.size, _("Searching")
                    )
                    if block.row >= row:
                        break
                    found = hit if hit is not None and hit < row else found
                if found is not None:
                    return found
                last, row = begin - 1, min(row, self._places[begin].row)
            return None


class _Rows:
    """Puts rows together from blocks, and keeps those that are wanted."""

    def __init__(self, first: int, n: int) -> None:
        self._first, self._end = first, first + n
        self._taken: list[Row] = []
        self._head: Block | None = None
        self._data = b""
        self.open_row, self.open_bytes = 0, 0

    @property
    def taken(self) -> tuple[Row, ...]:
        return tuple(self._taken)

    @property
    def is_full(self) -> bool:
        return len(self._taken) >= self._end - self._first

    def take(self, block: Block) -> None:
        if block.begins and self._head is not None:
            self.end()
        start = 0
        row = block.row
        if row + block.line_feeds < self._first:  # none of these rows is wanted
            start = block.data.rfind(b"\n") + 1
            row += block.line_feeds
            if start:
                self._head = None
        while start < len(block.data) and not self.is_full:
            feed = block.data.find(b"\n", start)
            stop = len(block.data) if feed < 0 else feed
            self._add(block, row, block.data[start : min(stop, start + LONGEST_ROW)], stop - start)
            if feed < 0:
                return
            self.end()
            start, row = feed + 1, row + 1

    def _add(self, block: Block, row: int, data: bytes, size: int) -> None:
        if self._head is None:
            self._head, self._data, self.open_bytes = block, b"", 0
        self.open_row = row
        self._data += data[: max(0, LONGEST_ROW - len(self._data))]
        self.open_bytes += size

    def skip(self) -> None:
        """End a row whose length nobody has read."""
        self._finish(None)

    def end(self) -> None:
        """End the row that is open, if one is."""
        self._finish(self.open_bytes)

    def _finish(self, size: int | None) -> None:
        if self._head is not None and self._first <= self.open_row < self._end:
            row = Row(self.open_row, self._head.at, self._head.stream, self._data, size)
            self._taken.append(row)
        self._head, self._data, self.open_bytes = None, b"", 0


def _hits(blocks: Iterator[Block], needle: bytes) -> Iterator[tuple[Block, int | None]]:
    """Yield each block with every row of it that holds the needle; with None where there is none.

    A needle that lies across two blocks of one row is found too.
    """
    carry = b""
    for block in blocks:
        carry = b"" if block.begins else carry
        text = carry + block.data.lower()
        at, row, counted, found = text.find(needle), block.row, len(carry), False
        while at >= 0:
            if at > counted:
                row += text.count(b"\n", counted, at)
                counted = at
            yield block, row
            found = True
            feed = text.find(b"\n", at)
            at = text.find(needle, feed + 1) if feed >= 0 else -1
        if not found:
            yield block, None
        carry = text[-(len(needle) - 1) :] if len(needle) > 1 else b""
