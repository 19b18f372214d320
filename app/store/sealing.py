"""Seal what was written before every write was sealed, once, as it is found."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Connection, select

from app.domain.event import Actor, NewEvent
from app.i18n import _
from app.store.log import write_events
from app.store.mapping import KINDS
from app.store.seals import AS_FOUND, seal, seal_name, seal_of_setting
from app.store.tables import SETTING, TABLES

_CHUNK = 500
"""Records in one entry."""


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
