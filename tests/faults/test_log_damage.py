"""Edit, delete, swap, cut and rewrite the log with the file in hand: looking at it finds each.

The ordinary run does it some hundred times; soaking as often as was promised.
"""

import random
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.domain.event import NewEvent, entry_hash
from app.store.codec import from_text
from app.store.log import to_event
from app.store.sqlite import FILE_NAME
from app.store.store import Store, open_store
from tests.fakes import SetClock
from tests.faults.ledger import trials, tried
from tests.faults.rounds import SOAK, rounds
from tests.store.conftest import write_entries

pytestmark = [pytest.mark.soak] if SOAK else []
Row = tuple[Any, ...]
COLUMNS = ("seq", "at", "by", "actor", "kind", "text", "change", "refs", "data", "prev_hash",
           "hash")  # fmt: skip
ENTRIES, MANY = 30, rounds(5_000, 100_000)
TRIALS = rounds(60, 2_000)
"""For each of the ways."""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A closed store with entries, as it lies on the disk."""
    opened = open_store(tmp_path / "data", clock=SetClock(), actor="Thabo")
    write_entries(opened, ENTRIES)
    opened.close()
    yield opened
    opened.sql().ledger.engine.dispose()


def rows_of(store: Store) -> list[Row]:
    with closing(sqlite3.connect(store.data / FILE_NAME)) as connection:
        return connection.execute("SELECT * FROM event ORDER BY seq").fetchall()


def rewrite(store: Store, rows: list[Row]) -> None:
    """Do what somebody with the file in their hands can do: no trigger stops them."""
    with closing(sqlite3.connect(store.data / FILE_NAME)) as connection, connection:
        for trigger in ("event_no_update", "event_no_delete", "event_in_order"):
            connection.execute(f"DROP TRIGGER IF EXISTS {trigger}")
        connection.execute("DELETE FROM event")
        marks = ", ".join("?" * len(COLUMNS))
        connection.executemany(f"INSERT INTO event VALUES ({marks})", rows)


def edited(rows: list[Row], dice: random.Random) -> list[Row]:
    n, at = dice.randrange(len(rows)), dice.randrange(1, len(COLUMNS))
    old = str(rows[n][at])
    place = dice.randrange(len(old) + 1)
    new = old[:place] + chr(dice.randrange(32, 0x2500)) + old[place + dice.randrange(2) :]
    if new == old:
        new += "."
    return [(*r[:at], new, *r[at + 1 :]) if i == n else r for i, r in enumerate(rows)]


def thinned(rows: list[Row], dice: random.Random) -> list[Row]:
    n = dice.randrange(len(rows))
    kept = rows[:n] + rows[n + 1 :]
    if dice.random() < 0.5:  # with the numbers closed up again
        return [(seq, *row[1:]) for seq, row in enumerate(kept, start=1)]
    return kept


def swapped(rows: list[Row], dice: random.Random) -> list[Row]:
    a, b = dice.sample(range(len(rows)), 2)
    order = list(rows)
    order[a], order[b] = (rows[a][0], *rows[b][1:]), (rows[b][0], *rows[a][1:])
    return order


def cut(rows: list[Row], dice: random.Random) -> list[Row]:
    return rows[: dice.randrange(len(rows))]


def hashed(row: Row, previous: str, more: str = "") -> Row:
    """Return an entry with the hash of what it says then; ``more`` is put behind its text."""
    named = type("Named", (), dict(zip(COLUMNS, row, strict=True)))
    named.at = from_text(row[1])  # type: ignore[attr-defined]  # made of the columns
    event = replace(to_event(named), prev_hash=previous)
    event = replace(event, text=event.text + more)
    return (*row[:5], event.text, *row[6:9], previous, entry_hash(event))


def edited_with_its_hash(rows: list[Row], dice: random.Random) -> list[Row]:
    """One entry that fits in itself: only the next one, or the anchor of the end, speaks of it."""
    n = dice.randrange(len(rows))
    return [hashed(row, row[9], ", and more") if i == n else row for i, row in enumerate(rows)]


def forged(rows: list[Row], dice: random.Random) -> list[Row]:
    """One text altered and all hashes computed anew; the chain itself fits again."""
    n, previous, found = dice.randrange(len(rows)), "", list[Row]()
    for i, row in enumerate(rows):
        found.append(hashed(row, previous, ", and more" if i == n else ""))
        previous = found[-1][10]
    return found


WAYS: dict[str, Callable[[list[Row], random.Random], list[Row]]] = {
    "edited": edited,
    "edited with its hash": edited_with_its_hash,
    "deleted": thinned,
    "swapped": swapped,
    "cut off": cut,
    "written anew": forged,
}


@pytest.mark.parametrize("way", WAYS)
def test_whatever_is_done_to_the_log_is_found(store: Store, way: str) -> None:
    rows, dice = rows_of(store), random.Random(way)
    for _turn in trials(16, f"entry of the log {way}: found", TRIALS):
        after = WAYS[way](rows, dice)
        rewrite(store, after)
        assert not store.verify().intact, [one for one in after if one not in rows]
    rewrite(store, rows)
    assert store.verify().intact


def test_a_long_log_is_looked_through_in_seconds(tmp_path: Path) -> None:
    store = open_store(tmp_path / "data", clock=SetClock(), actor="Thabo")
    for _block in range(MANY // 1000):
        with store.unit_of_work() as uow:
            for n in range(1000):
                uow.log.append(NewEvent("note.added", f"Note {n}", data=(("n", str(n)),)))
            uow.commit()
    with tried(16, f"log of {MANY} entries: looked through in its share of ten seconds"):
        begun_s = time.perf_counter()
        assert store.verify().entries == MANY
        took_s = time.perf_counter() - begun_s
        assert took_s < 10.0 * max(MANY / 100_000, 0.2)
    print(f"{MANY} entries: {took_s:.2f} s")
    store.close()
