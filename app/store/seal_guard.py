"""Watches over an upgrade: no step alters a sealed record without sealing it anew.

Otherwise the log would say ever after that somebody altered the record past the program. The rows
are hashed before and after the steps, in a temporary table, so that a million of them need no
memory; the steps that rewrite some say so with `app.store.sealing.reseal`.
"""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from app.domain.event import SEAL
from app.errors import StoreError
from app.i18n import _
from app.store.mapping import KINDS
from app.store.seals import SETTING, seal, seal_name, seal_of_setting

_MAKE = "CREATE TEMP TABLE sealed_before (name TEXT PRIMARY KEY, seal TEXT) WITHOUT ROWID"
_FIND = "SELECT seal FROM temp.sealed_before WHERE name = ?"


class SealGuard:
    """What the records of a database were before an upgrade; made inside its transaction."""

    def __init__(self, driver: sqlite3.Connection) -> None:
        self._driver = driver
        self._entries = _entries(driver)
        driver.execute("DROP TABLE IF EXISTS temp.sealed_before")
        driver.execute(_MAKE)
        driver.executemany("INSERT INTO temp.sealed_before VALUES (?, ?)", _rows(driver))

    def check(self, path: Path) -> None:
        """Raise StoreError for a record that is no longer as it was and was not sealed anew."""
        anew = self._sealed_since()
        for name, now in _rows(self._driver):
            found = self._driver.execute(_FIND, (name,)).fetchone()
            before = found[0] if found else None
            if now != anew.get(name, before):
                raise _unsealed(path, name.removeprefix(SEAL))
        self._driver.execute("DROP TABLE temp.sealed_before")

    def _sealed_since(self) -> dict[str, str]:
        """Return the seals that the steps have written into the log."""
        wanted = "SELECT data FROM event WHERE seq > ? ORDER BY seq"
        return {
            name: value
            for (data,) in self._driver.execute(wanted, (self._entries,))
            for name, value in json.loads(data)
            if name.startswith(SEAL)
        }


def _unsealed(path: Path, record: str) -> StoreError:
    return StoreError(
        _(
            "The upgrade of {path} would rewrite {record} without a word in the log;"
            " nothing was changed."
        ).format(path=path, record=record),
        hint=_("Keep the older version of the program and report this."),
    )


def _entries(driver: sqlite3.Connection) -> int:
    (count,) = driver.execute("SELECT coalesce(max(seq), 0) FROM event").fetchone()
    return int(count)


def _rows(driver: sqlite3.Connection) -> Iterator[tuple[str, str]]:
    """Yield each record and setting with the seal it would get now."""
    there = {name for (name,) in driver.execute("SELECT name FROM sqlite_master")}
    for kind in KINDS:
        if kind.table in there:
            query = f'SELECT row, version, id, body FROM "{kind.table}"'  # noqa: S608 - names are ours
            for row, version, key, body in driver.execute(query):
                yield seal_name(kind.table, key), seal(kind.table, row, version, key, body)
    for name, value in driver.execute("SELECT name, value FROM setting"):
        yield seal_name(SETTING, name), seal_of_setting(name, value)
