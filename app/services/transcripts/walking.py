"""Walk through the pieces of a transcript from any row on, a block at a time.

A row is what a person calls a line: bytes of one stream up to a line feed, whether it came in one
piece or in several. Where another stream speaks in between, the row ends.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, NamedTuple

from app.domain.transcript import LONGEST_HEADER, read_header

BLOCK_BYTES = 128 * 1024


class Place(NamedTuple):
    """Where a row begins: so many bytes into the piece whose header begins there."""

    row: int
    header_at: int
    inside: int


START = Place(0, 0, 0)


@dataclass(frozen=True, slots=True)
class Block:
    """Some bytes of one piece, and which row they begin in."""

    at: datetime
    stream: str
    header_at: int
    inside: int
    data: bytes
    row: int
    begins: bool
    """Whether its first byte begins the row; otherwise it goes on with it."""
    line_feeds: int

    @property
    def rows_after(self) -> int:
        """How many rows there are up to the end of this block."""
        return self.row + self.line_feeds + (not self.data.endswith(b"\n"))

    @property
    def file_end(self) -> int:
        """A little more than where the block ends in the file."""
        return self.header_at + LONGEST_HEADER + self.inside + len(self.data)

    def place_after(self, offset: int, row: int) -> Place:
        """Return where a row begins that follows the line feed at ``offset`` of the data."""
        return Place(row, self.header_at, self.inside + offset + 1)


def walk(file: BinaryIO, place: Place = START) -> Iterator[Block]:
    """Yield what stands in the file from a row on; a torn end is left out."""
    file.seek(place.header_at)
    row, begins, stream, inside = place.row, True, "", place.inside
    header_at = place.header_at
    while header := read_header(file.readline(LONGEST_HEADER)):
        if inside:
            file.seek(inside, 1)
        left = header.length - inside
        if left and header.stream != stream:
            row += not begins
            begins, stream = True, header.stream
        while left:
            data = file.read(min(left, BLOCK_BYTES))
            if not data:
                return
            feeds = data.count(b"\n")
            yield Block(header.at, stream, header_at, inside, data, row, begins, feeds)
            row, begins = row + feeds, data.endswith(b"\n")
            left, inside = left - len(data), inside + len(data)
        if file.read(1) != b"\n":
            return
        header_at, inside = file.tell(), 0
