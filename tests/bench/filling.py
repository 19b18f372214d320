"""Fills a store with very many changes, fast: real records, written past the unit of work.

Each row is made by the same mapping as every other (`app.store.mapping`), each text by the same
words, each log entry by the same chain. What is left out is what costs time and adds nothing to a
measurement: one transaction per save, reading back, and syncing the disk.
"""

import random
import sqlite3
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import event, insert

from app.domain.change import Change, ChangeState, ChangeType
from app.domain.event import NewEvent
from app.domain.host import Host
from app.domain.ids import ChangeId, HostId, new_id
from app.domain.lesson import Lesson
from app.domain.need import Need, NeedCategory
from app.domain.review import CloseCode
from app.domain.risk import Grade, RiskAssessment, RiskScore
from app.domain.window import TimeRange, Window
from app.store.engine import WRITES
from app.store.log import write_events
from app.store.mapping import CHANGE, ordinal
from app.store.seals import seal, seal_name
from app.store.search import index
from app.store.store import Store, open_store
from app.store.tables import TABLES
from app.store.words import texts_of

START = datetime(2018, 1, 1, tzinfo=UTC)
NOW = datetime(2026, 11, 14, 12, tzinfo=UTC)
PEOPLE = tuple(f"Person {number}" for number in range(1, 41))
VERBS = ("Upgrade", "Renew", "Patch", "Replace", "Migrate", "Move", "Rebuild", "Rotate", "Extend",
         "Rewrite", "Fix", "Add", "Restart", "Resize")  # fmt: skip
THINGS = ("index", "kernel", "certificate", "cache", "database", "schema", "proxy", "firewall",
          "orders", "payment", "storage", "cluster", "router", "switch", "queue", "broker",
          "search", "mail gateway", "tenant", "ledger", "invoice export", "branch", "VPN",
          "backup", "PostgreSQL", "OpenSSL", "Jenkins", "load balancer")  # fmt: skip
PLACES = ("of shop {n}", "in hall {n}", "for tenant {n}", "on node {n}", "at site {n}")
REASONS = ("It reached its end of life.", "Customers wait too long in the evening.",
           "An advisory names this version.", "It stopped three times last month.",
           "The queue grows faster than it is emptied.")  # fmt: skip
HOSTS = 400
TAUGHT = 20
"""One change in so many taught something."""
_LESSON = Lesson("It ran late.", "Nobody had looked.", "Users waited.", "Look a day before.")
_CHUNK = 5000


class _Clock:
    def now(self) -> datetime:
        return NOW


def fill(data: Path, count: int) -> None:
    """Put ``count`` changes, each with a log entry, into a new store; about 80 µs each."""
    store = open_store(data, clock=_Clock(), actor="Nomsa")
    try:
        chance = random.Random(count)
        event.listen(store.ledger.engine, "connect", _hurry)
        store.ledger.engine.dispose()
        _add_hosts(store)
        for first in range(1, count + 1, _CHUNK):
            numbers = range(first, min(first + _CHUNK, count + 1))
            _write(store, [change_of(number, count, chance) for number in numbers])
        with store.ledger.engine.connect().execution_options(**{WRITES: True}) as connection:
            connection.exec_driver_sql("INSERT INTO change_text(change_text) VALUES('optimize')")
            connection.commit()
    finally:
        store.close()


def _add_hosts(store: Store) -> None:
    with store.unit_of_work() as uow:
        for number in range(HOSTS):
            name = f"host-{number}"
            uow.hosts.add(Host(HostId(name), name, f"{name}.example"))
        uow.log.append(NewEvent("host.added", "Added the hosts"))
        uow.commit()


def _hurry(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("PRAGMA cache_size = -262144")


def _write(store: Store, changes: list[Change]) -> None:
    rows = [
        CHANGE.row(change) | {"version": 0, "row": ordinal(change.number)} for change in changes
    ]
    with store.ledger.engine.connect().execution_options(**{WRITES: True}) as connection:
        connection.execute(insert(TABLES["change"]), rows)
        numbers = [row["ordinal"] for row in rows]
        index(connection, {n: texts_of(c, n) for n, c in zip(numbers, changes, strict=True)})
        events = [
            NewEvent("change.opened", f"Opened “{c.title}”", c.id, data=(_seal_of(row),))
            for row, c in zip(rows, changes, strict=True)
        ]
        write_events(connection, events, NOW, "Nomsa")
        connection.commit()


def _seal_of(row: Mapping[str, Any]) -> tuple[str, str]:
    key = row["id"]
    return seal_name("change", key), seal("change", row["row"], 0, key, row["body"])


def change_of(number: int, count: int, chance: random.Random) -> Change:
    """Return one change: mostly closed ones, and some hundred open ones near the end."""
    opened = START + (NOW - START) * (number / count)
    start = opened.replace(minute=0, second=0, microsecond=0) + timedelta(
        days=chance.randint(3, 30)
    )
    state = _state(number, count, chance)
    closed = state in (ChangeState.CLOSED, ChangeState.CANCELED)
    level = Grade(chance.randint(1, 5))
    score = RiskScore(level, level)
    where = chance.choice(PLACES).format(n=number % 9973)
    return Change(
        id=ChangeId(new_id()),
        number=f"CHG-{number:06d}",
        title=f"{chance.choice(VERBS)} the {chance.choice(THINGS)} {chance.choice(THINGS)} {where}",
        description=f"{chance.choice(REASONS)} Work is done at night by {chance.choice(PEOPLE)}.",
        state=state,
        type=chance.choices(list(ChangeType), (70, 25, 5))[0],
        priority=chance.randint(1, 4),
        coordinator=chance.choice(PEOPLE),
        implementer=chance.choice((*PEOPLE, "")),
        business_service=f"Service {number % 60}",
        hosts=(HostId(f"host-{number % HOSTS}"),),
        need=Need(chance.choice(tuple(NeedCategory))),
        risk=RiskAssessment(score, score),
        window=Window(TimeRange(start, start + timedelta(hours=chance.randint(1, 5))), "UTC"),
        close_code=chance.choices(list(CloseCode), (80, 9, 4, 5, 2))[0] if closed else None,
        opened_at=opened,
        updated_at=opened + timedelta(days=chance.randint(0, 40)),
        closed_at=start + timedelta(days=9) if closed else None,
        lessons=(_LESSON,) if closed and not number % TAUGHT else (),
    )


def _state(number: int, count: int, chance: random.Random) -> ChangeState:
    if number < count - 400 and chance.random() < 0.999:
        return ChangeState.CLOSED if chance.random() < 0.95 else ChangeState.CANCELED
    return chance.choice(tuple(ChangeState))


def typed(chance: random.Random, words: int) -> Iterator[str]:
    """Yield what stands in a search field after each key, while words of titles are typed."""
    for _each in range(words):
        text = f"{chance.choice(VERBS)} {chance.choice(THINGS)}".casefold()
        for length in range(1, len(text) + 1):
            if text[length - 1] != " ":
                yield text[:length]
