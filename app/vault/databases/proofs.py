"""What can be proven of a database in a set: readable, as at its source, restorable."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.backup import SourceKind
from app.errors import BackupFailed, VaultDamaged
from app.processes import ToolMissing
from app.services.ports.world import Remote
from app.vault.databases import mysql_scripts, postgresql_scripts, redis_scripts
from app.vault.databases.archive import ArchiveFormat
from app.vault.databases.asking import (
    Question,
    Told,
    ask_somewhere,
    ask_with,
    places,
    room_kib,
)
from app.vault.databases.copies import CopyReader
from app.vault.databases.dumps import MysqlFormat
from app.vault.databases.producing import query_of
from app.vault.databases.roles import role_lines
from app.vault.databases.samples import compare_samples, samples_in
from app.vault.databases.tally import QUERY, Comparison, compare
from app.vault.format import ObjectRecord, Table
from app.vault.formats import MarkedFormat
from app.vault.reading import SetReader

SAMPLES = 100
"""Keys of every Redis database whose values are compared with the live server."""


class NotProven(Exception):
    """Nothing can be said, and the reason why."""


@dataclass(frozen=True)
class Case:
    """One database object of a set under proof."""

    reader: SetReader
    record: ObjectRecord
    remote: Remote | None

    @property
    def title(self) -> str:
        """What it is, in a few words."""
        return self.record.stored.title


def read_database(case: Case) -> str:
    """L2: decode to the end of its own format; raises VaultDamaged, FormatError, ToolMissing."""
    match case.record.stored.kind:
        case SourceKind.POSTGRESQL if case.record.is_globals:
            text = MarkedFormat(b"--", b"-- PostgreSQL database cluster dump complete")
            case.reader.stored(case.record, text)
            text.finish()
            return "closing line read"
        case SourceKind.POSTGRESQL:
            question = Question(postgresql_scripts.READ, (), "pg_restore", "reading a dump")
            told = ask_somewhere(case.reader, case.record, case.remote, question)
            _check_count(case, int(told.one("data") or 0), "tables with their rows")
            return "decoded by pg_restore to its end"
        case SourceKind.MYSQL:
            return _read_mysql(case)
        case SourceKind.REDIS:
            question = Question(redis_scripts.CHECK, (), "redis-check-rdb", "reading a file")
            told = ask_somewhere(case.reader, case.record, case.remote, question)
            _check_keys(case, int(told.one("keys") or 0))
            return f"{told.one('keys')} keys read by redis-check-rdb, checksum included"
        case _:
            return _read_mongodb(case)


def _check_count(case: Case, found: int, what: str) -> None:
    """Compare with how many tables the source had, where it has said so; raises VaultDamaged.

    More may come with an extension.
    """
    held = [table for table in case.record.tables or () if table.name != QUERY]
    if case.record.tables is not None and found < len(held):
        raise VaultDamaged(f"The dump holds {found} {what}, the source had {len(held)}.")


def _check_keys(case: Case, found: int) -> None:
    tables = case.record.tables
    held = sum(table.rows or 0 for table in tables or ())
    if tables is None or any(table.rows is None for table in tables):
        return
    if found != held:
        raise VaultDamaged(f"The file holds {found} keys, the server had {held}.")


def _read_mysql(case: Case) -> str:
    text = MysqlFormat()
    case.reader.stored(case.record, text)
    made = text.finish()
    _check_count(case, made, "tables")
    for table in case.record.tables or ():
        if table.rows and table.name != QUERY and table.name not in text.filled:
            raise VaultDamaged(f"The dump has no rows of {table.name}, the source {table.rows}.")
    return f"{made} tables, closing line read"


def _read_mongodb(case: Case) -> str:
    archive = ArchiveFormat(checked=True)
    case.reader.stored(case.record, archive)
    documents = archive.finish()
    for table in case.record.tables or ():
        found = archive.collections.get(table.name)
        if found is None or found.documents != table.rows:
            has = found.documents if found else 0
            raise VaultDamaged(f"{table.name} has {has} documents, mongodump said {table.rows}.")
    return f"{documents} documents of {len(archive.collections)} collections, checksums match"


def match_database(case: Case) -> str:
    """L3: compare with what the source held; raises NotProven, BackupFailed and as `restore`."""
    if case.record.stored.kind is SourceKind.POSTGRESQL and (rows := _rows_of_dump(case)):
        source = tuple(table for table in _source(case) if table.name != QUERY)
        names = {table.name for table in source}
        found = compare(source, [table for table in rows if table.name in names])
        return f"{case.title}: {_agreed(case, found).detail}"
    if case.record.stored.kind is SourceKind.REDIS:
        told = _drill(case, samples=SAMPLES)
        return f"{case.title}: {_keys_agreed(case, told)}, {_look_at_live(case, told)}"
    told = _drill(case)
    return f"{case.title}: {_agreed(case, compare(_source(case), _tables(told))).detail}"


def restore_database(case: Case) -> str:
    """L4: restore into a throwaway server and compare; raises NotProven, BackupFailed.

    Raises:
        ToolMissing: No place has the programs of such a server.
        VaultDamaged: The server refuses what is stored.
        RemoteError: The place was in the way.
    """
    told = _drill(case)
    found = (
        _keys_agreed(case, told)
        if case.record.stored.kind is SourceKind.REDIS
        else _agreed(case, compare(_source(case), _tables(told))).detail
    )
    return f"{case.title}: restored into a throwaway {told.one('version')} on {told.where}, {found}"


def _source(case: Case) -> tuple[Table, ...]:
    if case.record.tables is None:
        raise NotProven(f"{case.title}: the source did not say what it holds when it was captured")
    return case.record.tables


def _tables(told: Told) -> tuple[Table, ...]:
    if told.tables is None:
        raise NotProven("What was restored did not say what it holds.")
    return told.tables


def _agreed(case: Case, found: Comparison) -> Comparison:
    if found.differing:
        raise BackupFailed(
            f"{case.title} is not as at its source: {found.complaint}.",
            hint="Do not rely on this set; take another one.",
        )
    if not found.same and found.moving:
        raise NotProven(f"{case.title}: every table changed while the backup ran")
    return found


def _rows_of_dump(case: Case) -> tuple[Table, ...] | None:
    """Hash the rows in a dump of PostgreSQL on this computer; None where its tool is missing."""
    question = Question(postgresql_scripts.TEXT, (), "pg_restore", "reading a dump")
    copies = CopyReader()
    for place in places(None):
        try:
            ask_with(case.reader, case.record, place, question, copies.feed)
        except ToolMissing:
            return None
        return tuple(copies.tables)
    return None


def _drill(case: Case, samples: int = 0) -> Told:
    return ask_somewhere(case.reader, case.record, case.remote, _drill_question(case, samples))


def _drill_question(case: Case, samples: int) -> Question:
    source, room, step = case.record.source, room_kib([case.record]), "restore drill"
    query = query_of(source)
    match case.record.stored.kind:
        case SourceKind.POSTGRESQL:
            name, script = "A throwaway PostgreSQL", postgresql_scripts.DRILL
            return Question(script, (query, room), name, step, _roles(case))
        case SourceKind.MYSQL:
            name, script = "A throwaway MariaDB", mysql_scripts.DRILL
            return Question(script, (source.database, query, room), name, step)
        case SourceKind.REDIS:
            name, script = "A throwaway Redis", redis_scripts.DRILL
            return Question(script, (room, str(samples), redis_scripts.PICK), name, step)
        case _:
            raise NotProven(
                f"{case.title}: MongoDB is not compared with its source nor restored in drills yet"
            )


def _roles(case: Case) -> bytes:
    """Return the names of the roles of the same server, as far as the set holds them."""
    for record in case.reader.manifest.captured:
        if record.is_globals and record.source == case.record.source:
            return role_lines(case.reader, record)
    return b"0\n"


def _keys_agreed(case: Case, told: Told) -> str:
    """Compare the keys of every database; those that expired while it was loaded are counted."""
    source, expired = _source(case), int(told.one("expired") or 0)
    held, loaded = _keys(source), _keys(_tables(told))
    moving = sorted(table.name for table in source if table.rows is None)
    missing = 0
    for name in held.keys() | (loaded.keys() - set(moving)):
        left, right = held.get(name, 0), loaded.get(name, 0)
        missing += left - right
        if right > left or missing > expired:
            raise BackupFailed(
                f"{case.title} is not as at its source: {name} has {right} keys, at the source "
                f"{left}.",
                hint="Do not rely on this set; take another one.",
            )
    if moving and not held:
        raise NotProven(f"{case.title}: every database changed while it was saved")
    words = f"{sum(held.values())} keys in {len(held)} databases as at the source"
    words += f", {missing} of them expired since" if missing else ""
    return words + (f", not compared: {', '.join(moving)}" if moving else "")


def _keys(tables: Sequence[Table]) -> dict[str, int]:
    return {table.name: table.rows for table in tables if table.rows is not None}


def _look_at_live(case: Case, told: Told) -> str:
    """Compare a random sample of values with the live server."""
    if case.remote is None:
        raise NotProven(f"{case.title}: there is no connection to the server")
    return compare_samples(case.reader, case.record, case.remote, samples_in(told.answers))
