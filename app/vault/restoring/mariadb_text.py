"""A dump of MariaDB on its way into a new database: other names, and no events yet."""

import re
from collections.abc import Callable

from app.errors import BackupFailed

_MARKED = re.compile(
    rb"^(?:USE `[^\n]*|CREATE DATABASE [^\n]*|ALTER DATABASE `[^\n]*|DELIMITER [^\n]*"
    rb"|-- Dumping (?:events|routines) for database [^\n]*"
    rb"|  `[^\n]* DEFAULT [^\n]*val\(`[^\n]*"
    rb"|/\*M?!999999[^\n]*enable the sandbox mode[^\n]*)",
    re.MULTILINE,
)
_LONG = 1 << 16
"""No line that matters is as long."""
_MAX_EVENTS = 16 << 20


class IntoNewDatabase:
    """A sink: hands on the dump of one database so that it fills another.

    Only lines between statements are looked at: data never begins a line with such words, for line
    feeds in it are written as backslash and n, and what stands between ``DELIMITER`` lines is
    code. Events are held back in ``events``: they would run, on what is not in use yet. A default
    that counts by a sequence names the sequence's database, even its own.
    """

    def __init__(self, database: str, new: str, write: Callable[[bytes], object]) -> None:
        self._old, self._new = f"`{database}`".encode(), f"`{new}`".encode()
        self._write = write
        self._rest = b""
        self._inside_line = False
        self._in_code = False
        self._in_events = False
        self._events: list[bytes] = []
        self._held = 0

    @property
    def events(self) -> bytes:
        """The statements that make the events, as the dump has them."""
        return b"".join(self._events)

    def feed(self, data: bytes) -> None:
        """Take the next bytes; raises BackupFailed when the dump is not of one database."""
        text = self._rest + data
        end = text.rfind(b"\n") + 1
        if not end and len(text) > _LONG:
            end = len(text)
        self._rest = text[end:]
        if end:
            self._take(text[:end])

    def finish(self) -> None:
        """Hand on what is left; raises BackupFailed when the events have no end."""
        if self._rest:
            self._take(self._rest)
            self._rest = b""
        if self._in_events:
            raise _by_hand("The dump does not say where its events end.")

    def _take(self, text: bytes) -> None:
        at = 0
        start = text.find(b"\n") + 1 if self._inside_line else 0
        if self._inside_line and not start:
            self._emit(text)
            return
        for found in _MARKED.finditer(text, start):
            self._emit(text[at : found.start()])
            self._mark(found[0])
            at = found.end()
        self._emit(text[at:])
        self._inside_line = not text.endswith(b"\n")

    def _mark(self, line: bytes) -> None:
        if line.startswith(b"DELIMITER "):
            self._in_code = line.split()[1:2] != [b";"]
        elif not self._in_code:
            if line.startswith(b"-- Dumping "):
                self._in_events = line.startswith(b"-- Dumping events ")
            elif line.startswith(b"/*"):
                return
            elif line.startswith(b"  "):
                column, comment, text = line.partition(b" COMMENT '")
                here = column.replace(b"val(" + self._old + b".", b"val(" + self._new + b".")
                line = here + comment + text
            else:
                line = self._renamed(line)
        self._emit(line)

    def _renamed(self, line: bytes) -> bytes:
        if self._old not in line:
            words = line[:80].decode("utf-8", "replace")
            raise _by_hand(f"The dump speaks of another database: {words}.")
        self._in_events = False
        return line.replace(self._old, self._new, 1)

    def _emit(self, text: bytes) -> None:
        if not self._in_events:
            self._write(text)
            return
        self._events.append(text)
        self._held += len(text)
        if self._held > _MAX_EVENTS:
            raise _by_hand("The dump holds more events than fit into memory.")


def _by_hand(text: str) -> BackupFailed:
    return BackupFailed(text, hint="Restore it by hand, as the restore plan says.", step="restore")
