"""Whether a database file is sound, asked of SQLite itself."""

import hashlib
import sqlite3
from contextlib import closing
from pathlib import Path

from app.errors import BackupFailed, VaultDamaged


def check_database(path: Path) -> str:
    """Check a restored database and say what was found; raises VaultDamaged.

    The file is opened immutable: nothing is written beside it.
    """
    try:
        with closing(_open(path)) as database:
            found = [row[0].decode() for row in database.execute("PRAGMA integrity_check(5)")]
            orphans = database.execute("PRAGMA foreign_key_check").fetchmany(5)
            tables = _count(database, "SELECT count(*) FROM sqlite_schema WHERE type = 'table'")
    except sqlite3.DatabaseError as error:
        raise VaultDamaged(f"{path.name} is not a sound database ({error}).") from error
    if found != ["ok"]:
        raise VaultDamaged(f"{path.name} fails the integrity check: {'; '.join(found)}.")
    if orphans:
        table = orphans[0][0].decode("utf-8", "replace")
        raise VaultDamaged(f"{path.name} holds rows in {table} whose foreign keys lead nowhere.")
    return f"{tables} tables, integrity check ok, no broken foreign keys"


def answer(path: Path, query: str) -> str:
    """Ask a restored database one reading query and return its first row as text.

    Raises:
        BackupFailed: It cannot be answered.
    """
    try:
        with closing(_open(path)) as database:
            database.execute("PRAGMA query_only = ON")
            row = database.execute(query).fetchone()
    except (sqlite3.Error, sqlite3.Warning) as error:
        raise BackupFailed(
            f"The restored database does not answer the query of the plan ({error}).",
            hint="Check the query, or do not rely on this set.",
        ) from error
    cells = ["" if cell is None else cell for cell in row or ("no row",)]
    words = [c.decode("utf-8", "replace") if isinstance(c, bytes) else str(c) for c in cells]
    return "“" + ", ".join(words)[:200] + "”"


def differences(stored: Path, live: Path) -> tuple[bool, tuple[str, ...]]:
    """Compare two database files; return whether the schemas agree, and the tables that differ."""
    with closing(_open(stored)) as left, closing(_open(live)) as right:
        if _schema(left) != _schema(right):
            return False, ()
        tables = [name for kind, name, _ in _schema(left) if kind == "table"]
        return True, tuple(name for name in tables if _content(left, name) != _content(right, name))


def count_rows(path: Path) -> dict[str, tuple[int, str]]:
    """Return how many rows each table of a database file holds, and a hash over them."""
    with closing(_open(path)) as database:
        names = [name for kind, name, _ in _schema(database) if kind == "table"]
        return {name: _content(database, name) for name in names if not _is_internal(name)}


def _is_internal(table: str) -> bool:
    return table.startswith("sqlite_")


def _open(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
    database.execute("PRAGMA trusted_schema = OFF")
    database.execute("PRAGMA cell_size_check = ON")
    database.text_factory = bytes
    return database


def _schema(database: sqlite3.Connection) -> list[tuple[str, str, bytes | None]]:
    rows = database.execute("SELECT type, name, sql FROM sqlite_schema ORDER BY type, name")
    return [
        (kind.decode(), name.decode("utf-8", "surrogateescape"), sql) for kind, name, sql in rows
    ]


def _content(database: sqlite3.Connection, table: str) -> tuple[int, str]:
    """Return the number of rows of a table and a hash over them."""
    digest, rows = hashlib.sha256(), 0
    quoted = '"' + table.replace('"', '""') + '"'
    for row in database.execute(f"SELECT * FROM {quoted}"):  # noqa: S608 - quoted
        digest.update(repr(row).encode("utf-8", "surrogatepass"))
        rows += 1
    return rows, digest.hexdigest()


def _count(database: sqlite3.Connection, query: str) -> int:
    return int(database.execute(query).fetchone()[0])
