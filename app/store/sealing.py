"""Seal records outside a unit of work: once as they were found, and again when a step rewrites."""

from collections.abc import Collection, Iterator
from datetime import UTC, datetime

from sqlalchemy import Connection, select, text

from app.domain.event import Actor, NewEvent
from app.i18n import _
from app.store.log import write_events
from app.store.mapping import KINDS
from app.store.seals import AS_FOUND, REWRITTEN, seal, seal_name, seal_of_setting
from app.store.tables import SETTING, TABLES

_CHUNK = 500
"""Records in one entry."""


def reseal(
    connection: Connection, table: str, why: str, keys: Collection[str] | None = None
) -> None:
    """Seal the records of a table anew that a step of an upgrade has rewritten.

    Call it in the step itself, after the last of its writes; `app.store.seal_guard` refuses an
    upgrade that forgot it. It reads the table as it stands then, whatever columns it has later.

    Args:
        connection: That of the step, ``op.get_bind()``.
        table: Of a kind of record, or ``setting``.
        why: What was done to them, for the log: "Gave every option a currency".
        keys: The ids of the rewritten ones, or the names of settings; None for all.
    """
    wanted = None if keys is None else set(keys)
    found = [(name, value) for key, name, value in _table(connection, table)
             if wanted is None or key in wanted]  # fmt: skip
    events = [
        NewEvent(REWRITTEN, why, data=tuple(found[at : at + _CHUNK]), actor=Actor.SYSTEM)
        for at in range(0, len(found), _CHUNK)
    ]
    if events:
        write_events(connection, events, datetime.now(UTC), "")


def _table(connection: Connection, table: str) -> Iterator[tuple[str, str, str]]:
    """Yield key, name of the seal and seal of each record of a table."""
    if table == SETTING.name:
        rows = connection.execute(text("SELECT name, value FROM setting ORDER BY name"))
        for name, value in rows:
            yield name, seal_name(table, name), seal_of_setting(name, value)
        return
    if table not in TABLES:
        raise ValueError(table)
    query = f'SELECT row, version, id, body FROM "{table}" ORDER BY row'  # noqa: S608 - names are ours
    for row, version, key, body in connection.execute(text(query)):
        yield key, seal_name(table, key), seal(table, row, version, key, body)


def seal_as_found(connection: Connection, now: datetime) -> None:
    """Seal all records as they are, once: those written before each write was sealed."""
    found = list(_all(connection))
    events = [
        NewEvent(
            AS_FOUND,
            _("Sealed {n} records as they were found").format(n=len(found[at : at + _CHUNK])),
            data=tuple(found[at : at + _CHUNK]),
            actor=Actor.SYSTEM,
        )
        for at in range(0, len(found), _CHUNK)
    ]
    if events:
        write_events(connection, events, now, "")


def _all(connection: Connection) -> Iterator[tuple[str, str]]:
    for kind in KINDS:
        table = TABLES[kind.table]
        wanted = select(table.c.row, table.c.version, table.c.id, table.c.body)
        for row, version, key, body in connection.execute(wanted.order_by(table.c.row)):
            yield seal_name(kind.table, key), seal(kind.table, row, version, key, body)
    for name, value in connection.execute(select(SETTING.c.name, SETTING.c.value)):
        yield seal_name(SETTING.name, name), seal_of_setting(name, value)
