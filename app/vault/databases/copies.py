"""The rows in PostgreSQL's SQL text, table by table, hashed as they were at the source."""

import hashlib
import re

from app.vault.format import Table

_BEGIN = re.compile(rb"^COPY (?P<name>(?:\"(?:[^\"]|\"\")*\"|[^\" (])+) \(.*\) FROM stdin;$", re.S)
_START = re.compile(rb"(?:^|\n)COPY ")
_MAX_STATEMENT = 1 << 20


class CopyReader:
    """Fed with what ``pg_restore -f -`` writes; knows rows and SHA-256 of every table in it."""

    def __init__(self) -> None:
        self._rest = b""
        self._name: str | None = None
        self._digest = hashlib.sha256()
        self._rows = 0
        self.tables: list[Table] = []

    def feed(self, data: bytes) -> None:
        """Take the next bytes."""
        self._rest += data
        while self._step():
            pass

    def _step(self) -> bool:
        """Go one piece further; return whether there may be more in what is at hand."""
        return self._take_rows() if self._name is not None else self._find_table()

    def _find_table(self) -> bool:
        found = _START.search(self._rest)
        if found is None:
            self._rest = self._rest[-8:]
            return False
        start = found.end() - 5
        end = self._rest.find(b" FROM stdin;\n", start)
        if end < 0 and len(self._rest) - start < _MAX_STATEMENT:
            self._rest = self._rest[max(0, start - 1) :]
            return False
        matched = _BEGIN.match(self._rest[start : end + 12]) if end >= 0 else None
        if matched is None:  # text of a function that looks like it
            self._rest = self._rest[start + 5 :]
            return True
        self._name = matched["name"].decode("utf-8", "replace")
        self._rest = b"\n" + self._rest[end + 13 :]
        return True

    def _take_rows(self) -> bool:
        """Hash rows up to the line of a backslash and a dot; a line feed leads what is at hand."""
        end = self._rest.find(b"\n\\.\n")
        whole = end if end >= 0 else self._rest.rfind(b"\n", 0, max(0, len(self._rest) - 3))
        if whole > 0:
            rows = self._rest[1 : whole + 1]
            self._digest.update(rows)
            self._rows += rows.count(b"\n")
            self._rest = self._rest[whole:]
        if end < 0:
            return False
        self.tables.append(Table(self._name or "", self._rows, self._digest.hexdigest()))
        self._name, self._rows, self._digest = None, 0, hashlib.sha256()
        self._rest = self._rest[3:]
        return True
