"""Write the change log and list it; the chain that binds its entries is `app.store.chain`."""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select

from app.domain.event import Actor, Event, NewEvent, canonical, digest
from app.i18n import _
from app.store.chain import READ_HEAD, Head, head_of
from app.store.codec import to_text
from app.store.tables import EVENT

PROGRAM = "Change Desk"
CLOCK_ANOMALY = "clock_anomaly"


class ChangeLog:
    """The log inside a unit of work; entries get their place in the chain at the commit."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.pending: list[NewEvent] = []

    def append(self, event: NewEvent) -> None:
        """Add an entry; it becomes part of the chain when the unit of work commits."""
        self.pending.append(event)

    def head(self) -> str:
        """Return the hash of the last committed entry, "" for an empty log."""
        return read_head(self._connection).hash

    def latest(self) -> datetime | None:
        """Return the latest time in the log (UTC), None for an empty log."""
        return self._connection.execute(select(func.max(EVENT.c.at))).scalar()

    def of(self, change: str) -> Sequence[Event]:
        """Return the committed entries of one change, oldest first."""
        rows = self._connection.execute(
            select(EVENT).where(EVENT.c.change == change).order_by(EVENT.c.seq)
        )
        return tuple(to_event(row) for row in rows)


def read_head(connection: Connection) -> Head:
    """Return the end of the log."""
    return head_of(connection.exec_driver_sql(READ_HEAD).first())


def write_events(
    connection: Connection, events: Iterable[NewEvent], now: datetime, by: str
) -> Head:
    """Chain entries to the log inside the caller's transaction; return its new end.

    An entry that the clock puts before its predecessor says so in its data; order is by number.
    """
    head = read_head(connection)
    rows: list[dict[str, Any]] = []
    for event in events:
        data = list(event.data)
        if head.at and now < head.at:
            behind_s = (head.at - now).total_seconds()
            data.append((CLOCK_ANOMALY, _("{n:.0f} s before the entry above").format(n=behind_s)))
        row = {
            "seq": head.size + 1,
            "at": to_text(now),
            "by": _clean(by if event.actor is Actor.HUMAN else PROGRAM),
            "actor": event.actor.value,
            "kind": _clean(event.kind),
            "text": _clean(event.text),
            "change": _clean(event.change),
            "refs": [_clean(ref) for ref in event.refs],
            "data": [[_clean(name), _clean(value)] for name, value in data],
            "prev_hash": head.hash,
        }
        row_hash = digest(row)
        stored = row | {"at": now, "refs": canonical(row["refs"]), "data": canonical(row["data"])}
        rows.append(stored | {"hash": row_hash})
        head = Head(head.size + 1, row_hash, now)
    connection.execute(insert(EVENT), rows)
    return head


def to_event(row: Row[Any]) -> Event:
    """Return the entry in a row of the event table."""
    return Event(
        seq=row.seq,
        at=row.at,
        by=row.by,
        actor=Actor(row.actor),
        kind=row.kind,
        text=row.text,
        change=row.change,
        refs=tuple(json.loads(row.refs)),
        data=tuple((name, value) for name, value in json.loads(row.data)),
        prev_hash=row.prev_hash,
        hash=row.hash,
    )


def newest_first(
    connection: Connection, *, change: str = "", limit: int, before: int | None = None
) -> Iterator[Event]:
    """Yield entries from the end, or from ``before`` on, back to the beginning."""
    wanted = select(EVENT).order_by(EVENT.c.seq.desc()).limit(limit)
    if change:
        wanted = wanted.where(EVENT.c.change == change)
    if before is not None:
        wanted = wanted.where(EVENT.c.seq < before)
    yield from map(to_event, connection.execute(wanted))


def _clean(text: str) -> str:
    """Replace what UTF-8 cannot hold, so that hostile output cannot stop the log."""
    return text.encode("utf-8", "replace").decode()
