"""The change log: entries that are only ever added, each bound to the one before by a hash.

The hash of an entry is the SHA-256 of its canonical JSON: one object with the keys actor, at, by,
change, data, kind, prev_hash, refs, seq and text, sorted, without spaces, in UTF-8. Editing,
deleting or swapping entries breaks the chain. Cutting off its end, or writing all of it anew, does
not: that is what the anchors of `app.store.anchors` are for.
"""

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, insert, select

from app.domain.event import Actor, ChainReport, Event, NewEvent
from app.i18n import _
from app.store.mapping import to_text
from app.store.tables import EVENT

PROGRAM = "Change Desk"
CLOCK_ANOMALY = "clock_anomaly"
_json = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode
_COLUMNS = ("seq", "at", "by", "actor", "kind", "text", "change", "refs", "data", "prev_hash")
_READ: Final = (
    'SELECT seq, at, "by", actor, kind, text, "change", refs, data, prev_hash, hash'
    " FROM event ORDER BY seq"
)


@dataclass(frozen=True, slots=True)
class Head:
    """The last entry of the log: how many there are, its hash, its time."""

    size: int = 0
    hash: str = ""
    at: datetime | None = None


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

    def of(self, change: str) -> Sequence[Event]:
        """Return the committed entries of one change, oldest first."""
        rows = self._connection.execute(
            select(EVENT).where(EVENT.c.change == change).order_by(EVENT.c.seq)
        )
        return tuple(to_event(row) for row in rows)


def read_head(connection: Connection) -> Head:
    """Return the end of the log."""
    row = connection.execute(
        select(EVENT.c.seq, EVENT.c.hash, EVENT.c.at).order_by(EVENT.c.seq.desc()).limit(1)
    ).first()
    return Head(row.seq, row.hash, row.at) if row else Head()


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
        row_hash = _digest(row)
        stored = row | {"at": now, "refs": _json(row["refs"]), "data": _json(row["data"])}
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


def event_hash(event: Event) -> str:
    """Return the hash an entry must have."""
    values = {name: getattr(event, name) for name in _COLUMNS}
    return _digest(values | {"at": to_text(event.at), "actor": event.actor.value})


def check_chain(
    connection: sqlite3.Connection, wanted: frozenset[int]
) -> tuple[ChainReport, dict[int, str]]:
    """Read the whole log once; return what was found, and the hashes of the wanted entries.

    Streams straight from the driver: a hundred thousand entries take about a second.
    """
    hashes: dict[int, str] = {}
    previous, count = "", 0
    for row in connection.execute(_READ):
        if reason := _misfit(row, count + 1, previous):
            return ChainReport(count, previous, count + 1, reason), hashes
        count, previous = count + 1, row[-1]
        if count in wanted:
            hashes[count] = previous
    return ChainReport(count, previous), hashes


def _misfit(row: Sequence[Any], expected: int, previous: str) -> str:
    """Say why an entry does not fit, or nothing."""
    if row[0] != expected:
        return _("entry {n} is missing").format(n=expected)
    *values, row_hash = row
    entry = dict(zip(_COLUMNS, values, strict=True))
    if entry["prev_hash"] != previous:
        return _("entry {n} does not follow from the one before").format(n=expected)
    try:
        for name in ("refs", "data"):
            raw, entry[name] = entry[name], json.loads(entry[name])
            if _json(entry[name]) != raw:
                return _("entry {n} was altered").format(n=expected)
        same = _digest(entry) == row_hash
    except (TypeError, ValueError):
        same = False
    return "" if same else _("entry {n} was altered").format(n=expected)


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


def _digest(values: dict[str, Any]) -> str:
    return hashlib.sha256(_json(values).encode()).hexdigest()


def _clean(text: str) -> str:
    """Replace what UTF-8 cannot hold, so that hostile output cannot stop the log."""
    return text.encode("utf-8", "replace").decode()
