"""The form of a transcript: what a step put out, byte for byte, with the time and the stream.

Each piece is a line such as ``2026-11-14T12:00:00.000000Z stdout 5``, then that many raw bytes,
then a line feed. Any editor shows it; no output can forge a header, because lengths are counted.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

_HEADER = re.compile(rb"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z) ([a-z]{1,16}) (\d{1,12})\n")


LONGEST_HEADER = 64
"""No header is longer, in bytes."""


@dataclass(frozen=True, slots=True)
class Header:
    """What stands before a piece; ``length`` is that of the bytes behind it."""

    at: datetime
    stream: str
    length: int


def read_header(line: bytes) -> Header | None:
    """Read the line before a piece; None when it is none, or not whole."""
    found = _HEADER.fullmatch(line)
    if found is None:
        return None
    try:
        at = datetime.fromisoformat(found[1].decode())
    except ValueError:
        return None
    return Header(at, found[2].decode(), int(found[3]))


@dataclass(frozen=True, slots=True)
class Piece:
    """Some output of one stream, as it came at one moment."""

    at: datetime
    stream: str
    data: bytes


def write_piece(piece: Piece) -> bytes:
    """Return a piece in the form of a transcript."""
    at = piece.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return f"{at} {piece.stream} {len(piece.data)}\n".encode() + piece.data + b"\n"


def read_pieces(transcript: bytes) -> Iterator[Piece]:
    """Yield the whole pieces of a transcript; a torn end is left out."""
    start = 0
    while found := whole_piece(transcript, start):
        piece, start = found
        yield piece


def whole_piece(transcript: bytes, start: int) -> tuple[Piece, int] | None:
    """Return the piece at ``start`` and where the next one begins; None when it is not whole."""
    header = _HEADER.match(transcript, start)
    if header is None:
        return None
    end = header.end() + int(header[3])
    if transcript[end : end + 1] != b"\n":
        return None
    try:
        at = datetime.fromisoformat(header[1].decode())
    except ValueError:
        return None
    return Piece(at, header[2].decode(), transcript[header.end() : end]), end + 1
