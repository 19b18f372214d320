"""A real store in a folder of its own, made from a template so that each test starts at once."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from app.domain.change import Change
from app.domain.event import NewEvent
from app.domain.ids import ChangeId, new_id
from app.store.store import Store, open_store
from tests.fakes import SetClock


@pytest.fixture
def data(new_data: Path) -> Path:
    """A data folder of this test alone."""
    return new_data


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def told() -> list[tuple[frozenset[str], str]]:
    """What the store said after each commit."""
    return []


@pytest.fixture
def store(data: Path, clock: SetClock, told: list[tuple[frozenset[str], str]]) -> Iterator[Store]:
    opened = open_store(
        data, clock=clock, actor="Thabo", on_commit=lambda tables, by: told.append((tables, by))
    )
    yield opened
    opened.close()


@pytest.fixture
def add_change(store: Store) -> Callable[..., Change]:
    """Record a change with the given fields, and log it."""

    def add(title: str = "Upgrade PostgreSQL", **more: object) -> Change:
        with store.unit_of_work() as uow:
            change = Change(ChangeId(new_id()), uow.changes.next_number(), title, **more)  # type: ignore[arg-type]  # the test names real fields
            uow.changes.add(change)
            uow.log.append(NewEvent("change.opened", f"Opened {title}", change.id))
            uow.commit()
        return change

    return add


def write_entries(store: Store, count: int) -> None:
    """Add log entries, one commit each."""
    for n in range(count):
        with store.unit_of_work() as uow:
            uow.log.append(NewEvent("note.added", f"Note {n}", data=(("n", str(n)),)))
            uow.commit()


@pytest.fixture
def emptied(store: Store) -> Callable[[], Store]:
    """Return what gives the store back without a change, for one example after the other."""

    def empty() -> Store:
        with store.ledger.engine.begin() as connection:
            connection.exec_driver_sql("DELETE FROM change")
            connection.exec_driver_sql("DELETE FROM change_text")
        return store

    return empty


def keep_changes(store: Store, fields: Sequence[dict[str, Any]]) -> list[Change]:
    """Record changes with the given fields in one commit."""
    with store.unit_of_work() as uow:
        made = []
        for each in fields:
            values = {"id": ChangeId(new_id()), "number": uow.changes.next_number(), **each}
            made.append(Change(**values))
            uow.changes.add(made[-1])
        uow.log.append(NewEvent("test.added", "Added"))
        uow.commit()
    return made
