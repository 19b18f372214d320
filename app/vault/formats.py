"""The ends of formats: how a stream itself says that it is whole."""

from typing import Protocol

from app.vault.tarheader import TarError
from app.vault.tarstream import TarReader


class FormatError(ValueError):
    """A stream is not what it should be, or its own end is missing."""


class Format(Protocol):
    """Fed with a whole stream; knows whether it is complete."""

    def feed(self, data: bytes) -> None:
        """Take the next bytes; raises FormatError."""
        ...

    def finish(self) -> int:
        """Return the number of members; raises FormatError when the end is missing."""
        ...


class TarFormat:
    """A tar archive is whole when its end mark was read."""

    def __init__(self, reader: TarReader) -> None:
        self._reader = reader

    def feed(self, data: bytes) -> None:
        """Take the next bytes; raises FormatError."""
        try:
            self._reader.feed(data)
        except TarError as error:
            raise FormatError(str(error)) from error

    def finish(self) -> int:
        """Return the number of members; raises FormatError."""
        try:
            self._reader.finish()
        except TarError as error:
            raise FormatError(str(error)) from error
        if self._reader.members == 0:
            raise FormatError("The archive is empty.")
        return self._reader.members


class SqliteFormat:
    """A database file is whole when it has as many pages as its header says.

    Layout of the header: https://sqlite.org/fileformat2.html, section 1.3.
    """

    def __init__(self) -> None:
        self._head = b""
        self._size = 0

    def feed(self, data: bytes) -> None:
        """Take the next bytes; raises FormatError."""
        if len(self._head) < 100:
            self._head += data[: 100 - len(self._head)]
        self._size += len(data)

    def finish(self) -> int:
        """Return the number of pages; raises FormatError."""
        head = self._head
        if len(head) < 100 or not head.startswith(b"SQLite format 3\0"):
            raise FormatError("This is not an SQLite database.")
        page_bytes = int.from_bytes(head[16:18], "big")
        page_bytes = 65536 if page_bytes == 1 else page_bytes
        pages = int.from_bytes(head[28:32], "big")
        if page_bytes * pages != self._size:
            raise FormatError(
                f"The database says {page_bytes * pages} bytes, {self._size} arrived."
            )
        return pages


class MarkedFormat:
    """A stream with a known beginning, and a known text near its end."""

    def __init__(self, start: bytes = b"", end: bytes = b"") -> None:
        self._start = start
        self._end = end
        self._head = b""
        self._tail = b""

    def feed(self, data: bytes) -> None:
        """Take the next bytes."""
        if len(self._head) < len(self._start):
            self._head += data[: len(self._start) - len(self._head)]
        self._tail = (self._tail + data[-256:])[-256:]

    def finish(self) -> int:
        """Return 1, a dump has no members; raises FormatError."""
        if self._head != self._start:
            raise FormatError("The stream does not begin as it should.")
        if self._end not in self._tail:
            raise FormatError("The stream ends without its closing line.")
        return 1
