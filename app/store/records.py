"""Compare every record with the last seal of it in the log: altered, missing, invented.

Streams straight from the driver, record by record; see `app.store.seals` for what a seal covers.
"""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from app.domain.event import ChainReport
from app.errors import StoreError
from app.i18n import _, later
from app.store.codec import to_text
from app.store.known_seals import CHUNK, KnownSeals, Sealed
from app.store.mapping import CHANGE, KINDS, Instant, Kind
from app.store.seals import SETTING, seal, seal_name, seal_of_setting

_Reads = tuple[Callable[[Any], object], ...]


@dataclass(frozen=True, slots=True)
class _Found:
    """One row: whose it is, whether it was sealed as it was found, what is wrong with it."""

    record: str
    as_found: bool
    reason: str = ""


def check_records(
    connection: sqlite3.Connection, seals: KnownSeals, chain: ChainReport
) -> ChainReport:
    """Return the report of an intact log with what was found about its records.

    The seals are used up: what is left belongs to records that are no longer there.
    """
    count = as_found = 0
    for found in _rows(connection, seals):
        if found.reason:
            return _bad(chain, count, as_found, found)
        count, as_found = count + 1, as_found + found.as_found
    if missing := seals.first():
        name, seq = missing
        reason = _("it is missing, and entry {n} of the log still knows it").format(n=seq)
        return _bad(chain, count, as_found, _Found(_gone(name), False, reason))
    return replace(chain, records=count, as_found=as_found)


def _bad(chain: ChainReport, count: int, as_found: int, found: _Found) -> ChainReport:
    return replace(
        chain, records=count, as_found=as_found, bad_record=found.record, reason=found.reason
    )


def _rows(connection: sqlite3.Connection, seals: KnownSeals) -> Iterator[_Found]:
    for kind in KINDS:
        names = ", ".join(f'"{lifted.name}"' for lifted in kind.columns)
        query = f'SELECT row, version, id, body, {names} FROM "{kind.table}" ORDER BY row'  # noqa: S608 - names are ours
        reads = _reads(kind)
        for rows in _chunks(connection.execute(query)):
            sealed_as = [seal_name(kind.table, str(row[2])) for row in rows]
            known = seals.take(sealed_as)
            for name, row in zip(sealed_as, rows, strict=True):
                yield _record(kind, reads, row, known.pop(name, None))
    yield from _settings(connection, seals)


def _chunks(rows: sqlite3.Cursor) -> Iterator[Sequence[Any]]:
    while some := rows.fetchmany(CHUNK):
        yield some


def _settings(connection: sqlite3.Connection, seals: KnownSeals) -> Iterator[_Found]:
    for name, value in connection.execute("SELECT name, value FROM setting ORDER BY name"):
        sealed_as = seal_name(SETTING, str(name))
        known = seals.take([sealed_as]).get(sealed_as)
        reason = _NOT_LOGGED if known is None else ""
        if known is not None and seal_of_setting(str(name), str(value)) != known.seal:
            reason = _ALTERED
        as_found = known is not None and known.as_found
        yield _Found(_("setting {name}").format(name=name), as_found, reason and _(reason))


def _record(kind: Kind[Any], reads: _Reads, row: Sequence[Any], known: Sealed | None) -> _Found:
    place, version, key, body, *columns = row
    if known is None:
        return _Found(_name(kind, row), False, _(_NOT_LOGGED))
    try:
        same = seal(kind.table, place, version, key, body) == known.seal
    except (TypeError, AttributeError):
        same = False
    if not same:
        return _Found(_name(kind, row), known.as_found, _(_ALTERED))
    reason = _stray_column(kind, reads, body, columns)
    return _Found(_name(kind, row) if reason else "", known.as_found, reason)


def _stray_column(kind: Kind[Any], reads: _Reads, body: str, columns: Sequence[Any]) -> str:
    """Say which column beside an unaltered body does not follow from it, or nothing."""
    try:
        item = kind.read(body)
    except StoreError:
        return ""  # sealed like this, by another version of the program
    derived = [read(item) for read in reads]
    if derived == columns:
        return ""
    for lifted, wanted, stored in zip(kind.columns, derived, columns, strict=True):
        if wanted != stored:
            return _("its column “{name}” was altered past the program").format(name=lifted.name)
    return ""


def _reads(kind: Kind[Any]) -> _Reads:
    """Return what works out each column, as the database holds it."""
    return tuple(
        partial(_as_text, lifted.read) if isinstance(lifted.type, Instant) else lifted.read
        for lifted in kind.columns
    )


def _as_text(read: Callable[[Any], Any], item: object) -> str | None:
    at = read(item)
    return None if at is None else to_text(at)


def _name(kind: Kind[Any], row: Sequence[Any]) -> str:
    """Return what people know a record by: the number of a change, else its kind and id."""
    if kind is CHANGE:
        names = [lifted.name for lifted in kind.columns]
        return _("change {number}").format(number=row[4 + names.index("number")])
    return f"{_(kind.noun)} {row[2]}"


def _gone(name: str) -> str:
    table, _slash, key = name.partition(":")[2].partition("/")
    noun = next((kind.noun for kind in KINDS if kind.table == table), table)
    return f"{_(noun)} {key}"


_ALTERED = later("it was altered past the program")
_NOT_LOGGED = later("no entry of the log knows it")
