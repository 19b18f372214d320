"""The last seal of each record, as the log says: in a file that goes with the check.

There is one for every record that ever was, so that in memory they would grow with the log. SQLite
holds them in a temporary file of its own, and in memory only what its cache takes.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Final, NamedTuple

CHUNK: Final = 250
"""So many seals are looked up at once."""
_WRITTEN: Final = 2_000
_CACHE_KB: Final = 16_384
_MAKE: Final = (
    "PRAGMA journal_mode = OFF",
    "PRAGMA synchronous = OFF",
    f"PRAGMA cache_size = -{_CACHE_KB}",
    "BEGIN",
    "CREATE TABLE seal (name BLOB PRIMARY KEY, value BLOB, seq INTEGER, as_found INTEGER)"
    " WITHOUT ROWID",
)
_PUT: Final = "INSERT OR REPLACE INTO seal VALUES (?, ?, ?, ?)"
_TAKE: Final = (
    f"DELETE FROM seal WHERE name IN ({', '.join('?' * CHUNK)})"  # noqa: S608 - marks alone
    " RETURNING name, value, seq, as_found"
)
_FIRST: Final = "SELECT name, seq FROM seal ORDER BY seq, name LIMIT 1"


class Sealed(NamedTuple):
    """The last seal of a record, the entry it stands in, and whether that took it as found."""

    seal: str
    seq: int
    as_found: bool


class KnownSeals:
    """Seals by the names that records have in the data of entries."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        self._fresh: list[tuple[bytes, bytes, int, bool]] = []

    def put(self, name: str, sealed: Sealed) -> None:
        """Keep a seal; a later one of the same record replaces it."""
        self._fresh.append((_bytes(name), _bytes(sealed.seal), sealed.seq, sealed.as_found))
        if len(self._fresh) >= _WRITTEN:
            self._write()

    def take(self, names: Sequence[str]) -> dict[str, Sealed]:
        """Return the seals of at most `CHUNK` records and forget them; unknown names lack."""
        self._write()
        wanted = [_bytes(name) for name in names]
        if not wanted:
            return {}
        wanted += wanted[:1] * (CHUNK - len(wanted))
        rows = self._database.execute(_TAKE, wanted).fetchall()
        return {
            _text(name): Sealed(_text(value), seq, bool(as_found))
            for name, value, seq, as_found in rows
        }

    def first(self) -> tuple[str, int] | None:
        """Return the name and entry of the seal that was written first of those still here."""
        self._write()
        row = self._database.execute(_FIRST).fetchone()
        return (_text(row[0]), row[1]) if row else None

    def _write(self) -> None:
        if self._fresh:
            self._database.executemany(_PUT, self._fresh)
            self._fresh.clear()


@contextmanager
def known_seals() -> Iterator[KnownSeals]:
    """Give a place for seals, gone afterwards; raises sqlite3.Error where there is no room."""
    with closing(sqlite3.connect("", isolation_level=None)) as database:
        for statement in _MAKE:
            database.execute(statement)
        yield KnownSeals(database)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _text(kept: bytes) -> str:
    return kept.decode("utf-8", "surrogatepass")
