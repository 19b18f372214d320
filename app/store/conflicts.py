"""Which planned changes have something in the way: read once for each state of the store."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select

from app.services.schedule.conflicting import Booked, conflicting
from app.services.schedule.conflicts import PLANNED
from app.store.mapping import CHANGE, HOST, SCHEDULE_WINDOW
from app.store.tables import EVENT, TABLES

_FRESH = timedelta(minutes=1)
"""What has ended meanwhile drops out that soon."""


class Conflicts:
    """Remembers what was found until something is written; safe from any thread."""

    def __init__(self) -> None:
        self._known: tuple[int, datetime, tuple[int, ...]] | None = None

    def numbers(self, connection: Connection, now: datetime) -> tuple[int, ...]:
        """Return the numbers of planned changes with a conflict that nobody has accepted.

        Only windows that have not ended count. Every write is an entry of the log, so its last
        number tells one state of the store from another.
        """
        entry = int(connection.scalar(select(func.max(EVENT.c.seq))) or 0)
        known = self._known
        if known and known[0] == entry and abs(now - known[1]) < _FRESH:
            return known[2]
        found = _read(connection, now)
        self._known = (entry, now, found)
        return found


def _read(connection: Connection, now: datetime) -> tuple[int, ...]:
    change = TABLES["change"].c
    planned = connection.execute(
        select(change.ordinal, change.body).where(
            change.state.in_([state.value for state in PLANNED]), change.ends_at > now
        )
    )
    booked = [Booked(row.ordinal, CHANGE.read(row.body)) for row in planned]
    hosts = [HOST.read(body) for body in _bodies(connection, HOST.table)]
    windows = [SCHEDULE_WINDOW.read(body) for body in _bodies(connection, SCHEDULE_WINDOW.table)]
    return tuple(sorted(conflicting(booked, hosts, windows)))


def _bodies(connection: Connection, table: str) -> Sequence[str]:
    return connection.scalars(select(TABLES[table].c.body)).all()
