"""Bring the schema of a database to the one this program knows.

An up-to-date database is recognised with plain SQL, so that starting does not import Alembic. All
steps run in one transaction: a program killed half-way leaves the old schema.
"""

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

from app.errors import SchemaTooNew, StoreError
from app.i18n import _
from app.store.seals import SEALED_SINCE
from app.store.sqlite import damaged, reading

MIGRATIONS = Path(__file__).parent / "migrations"
HEAD = max(path.name[:4] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))
"""The newest step: file names begin with their number, and a test holds both together."""


def current_revision(path: Path) -> str | None:
    """Return the last step a database has seen, None for a new one; raises StoreError."""
    with reading(path) as connection:
        there = "SELECT count(*) FROM sqlite_master WHERE name = 'alembic_version'"
        if not connection.execute(there).fetchone()[0]:
            return None
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        return str(row[0]) if row else None


def refuse_newer(path: Path, revision: str | None) -> None:
    """Raise SchemaTooNew when a later version has written a database; steps count upwards."""
    if revision is not None and revision > HEAD:
        raise _too_new(path, revision)


def _too_new(path: Path, revision: str) -> SchemaTooNew:
    return SchemaTooNew(
        _("A later version of Change Desk has written {path} (schema {revision}).").format(
            path=path, revision=revision
        ),
        hint=_("Install that version, or open a copy that was made before it."),
    )


def upgrade_database(path: Path, *, migrations: Path = MIGRATIONS, target: str = HEAD) -> None:
    """Apply all pending steps; the caller has made a copy before.

    Raises:
        SchemaTooNew: A later version of the program has written this file.
        StoreError: A step failed, lost rows, left dangling references, or rewrote sealed records
            without `app.store.sealing.reseal`; nothing was changed.
    """
    from alembic import command  # noqa: PLC0415 - 0.2 s that an up-to-date database does not need
    from alembic.config import Config  # noqa: PLC0415 - loads slowly
    from alembic.script import ScriptDirectory  # noqa: PLC0415 - loads slowly

    from app.store.derive import derive_all  # noqa: PLC0415 - loads slowly
    from app.store.engine import WRITES, open_engine  # noqa: PLC0415 - loads slowly
    from app.store.seal_guard import SealGuard  # noqa: PLC0415 - loads slowly
    from app.store.sealing import seal_as_found  # noqa: PLC0415 - loads slowly

    config = Config()
    config.set_main_option("script_location", str(migrations).replace("%", "%%"))
    known = {step.revision for step in ScriptDirectory.from_config(config).walk_revisions()}
    current = current_revision(path)
    if current is not None and current not in known:
        raise _too_new(path, current)
    engine = open_engine(path)
    try:
        with engine.connect().execution_options(**{WRITES: True}) as connection:
            driver = connection.connection.driver_connection
            assert isinstance(driver, sqlite3.Connection)  # noqa: S101 - tells the type checker
            driver.execute("PRAGMA foreign_keys = OFF")  # has no effect inside a transaction
            with connection.begin():
                before = _row_counts(driver)
                sealed = current is not None and current >= SEALED_SINCE
                guard = SealGuard(driver) if sealed else None
                config.attributes["connection"] = connection
                command.upgrade(config, target)
                if current is not None:
                    derive_all(connection)
                _check(driver, before, path)
                if guard is not None:
                    guard.check(path)
                if current is not None and current < SEALED_SINCE <= target:
                    seal_as_found(connection, datetime.now(UTC))
    finally:
        engine.dispose()


def _check(driver: sqlite3.Connection, before: dict[str, int], path: Path) -> None:
    """Raise when a step has lost rows of a table or left references to nothing."""
    if dangling := driver.execute("PRAGMA foreign_key_check").fetchone():
        raise damaged(
            path, _("the new schema has dangling references in {t}").format(t=dangling[0])
        )
    after = _row_counts(driver)
    for table, count in before.items():
        if after.get(table, count) < count:
            raise StoreError(
                _("The upgrade of {path} would lose rows of {table}; nothing was changed.").format(
                    path=path, table=table
                ),
                hint=_("Keep the older version of the program and report this."),
            )


def _row_counts(driver: sqlite3.Connection) -> dict[str, int]:
    names = driver.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'alembic_version'"
        " AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'change_text%'"
    ).fetchall()
    return {
        name: driver.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608 - our own tables
        for (name,) in names
    }
