"""The ends of the dumps of PostgreSQL, MySQL and Redis: how each says that it is whole."""

import re

from app.vault.formats import FormatError, MarkedFormat

_LINE = re.compile(
    rb"\n(?P<what>CREATE TABLE (?:IF NOT EXISTS )?|INSERT INTO |DELIMITER )"
    rb"(?P<name>`(?:[^`]|``)+`(?=[^`])|;;(?=\n)|;(?=\n))"
)
_CARRY = 1024
_HEADS = (b"-- MySQL dump", b"-- MariaDB dump")


class CustomDumpFormat(MarkedFormat):
    """PostgreSQL's own format has no mark at its end: what is missing, only reading to it shows."""

    def __init__(self) -> None:
        super().__init__(b"PGDMP")


class MysqlFormat:
    """SQL text whose last line says that it is whole; knows the tables it makes and fills.

    What stands between ``DELIMITER`` lines is code of routines and triggers, and is not counted.
    """

    def __init__(self) -> None:
        self._head = b""
        self._rest = b"\n"
        self._tail = b""
        self._in_code = False
        self._tables = 0
        self.filled: set[str] = set()

    def feed(self, data: bytes) -> None:
        """Take the next bytes."""
        if len(self._head) < 256:
            self._head += data[: 256 - len(self._head)]
        self._tail = (self._tail + data[-256:])[-256:]
        text, end = self._rest + data, 0
        for found in _LINE.finditer(text):
            end = found.end()
            if found["what"] == b"DELIMITER ":
                self._in_code = found["name"] == b";;"
            elif not self._in_code and found["what"] == b"INSERT INTO ":
                name = found["name"][1:-1].replace(b"``", b"`")
                self.filled.add(name.decode("utf-8", "replace"))
            elif not self._in_code:
                self._tables += 1
        self._rest = text[max(end, len(text) - _CARRY) :]

    def finish(self) -> int:
        """Return the number of tables; raises FormatError."""
        if not any(head in self._head for head in _HEADS):
            raise FormatError("This is not a dump of MySQL or MariaDB.")
        last = self._tail.rstrip(b"\n").rpartition(b"\n")[2]
        if not last.startswith(b"-- Dump completed"):
            raise FormatError("The dump ends without its closing line.")
        return self._tables


class RdbFormat:
    """A file of Redis ends with an end mark (255) and the checksum of all before, 8 bytes.

    Layout: https://rdb.fnordig.de/file_format.html. The checksum is for Redis's own tool to check.
    """

    def __init__(self) -> None:
        self._head = b""
        self._tail = b""

    def feed(self, data: bytes) -> None:
        """Take the next bytes."""
        if len(self._head) < 10:
            self._head += data[: 10 - len(self._head)]
        self._tail = (self._tail + data[-9:])[-9:]

    def finish(self) -> int:
        """Return 1, the file is one member; raises FormatError."""
        if not re.match(rb"(?:REDIS\d{4}|VALKEY\d{3,4})", self._head):
            raise FormatError("This is not a file of Redis.")
        if len(self._tail) < 9 or self._tail[0] != 0xFF:
            raise FormatError("The file ends without its end mark.")
        return 1
