"""Which planned changes collide: their windows overlap on a host they share."""

from collections.abc import Iterable
from datetime import datetime

import msgspec
from sqlalchemy import Connection, select

from app.domain.change import ChangeState
from app.store.tables import TABLES

PLANNED = (ChangeState.AUTHORIZE, ChangeState.SCHEDULED, ChangeState.IMPLEMENT)
"""States in which a window counts; a draft's is not yet anybody's."""


class _Hosts(msgspec.Struct):
    """The one part of a body that is read."""

    hosts: tuple[str, ...] = ()


def numbers(connection: Connection, now: datetime) -> tuple[int, ...]:
    """Return the numbers of planned changes that collide with another one from now on."""
    change = TABLES["change"]
    rows = connection.execute(
        select(change.c.ordinal, change.c.starts_at, change.c.ends_at, change.c.body).where(
            change.c.state.in_([state.value for state in PLANNED]), change.c.ends_at > now
        )
    )
    decode = msgspec.json.Decoder(_Hosts).decode
    return colliding(
        (row.ordinal, row.starts_at, row.ends_at, decode(row.body).hosts) for row in rows
    )


Booked = tuple[int, datetime, datetime, tuple[str, ...]]


def colliding(booked: Iterable[Booked]) -> tuple[int, ...]:
    """Return the numbers whose time on some host overlaps another one's; ends may touch.

    One sweep per host in the order of starts: what begins before the latest end so far collides
    with whatever ends then.
    """
    by_host: dict[str, list[tuple[datetime, datetime, int]]] = {}
    for number, start, end, hosts in booked:
        for host in set(hosts):
            by_host.setdefault(host, []).append((start, end, number))
    found: set[int] = set()
    for spans in by_host.values():
        last_end, last_number = None, 0
        for start, end, number in sorted(spans):
            if last_end is not None and start < last_end:
                found |= {number, last_number}
            if last_end is None or end > last_end:
                last_end, last_number = end, number
    return tuple(sorted(found))
