import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import DatabaseDamaged
from app.store import copies
from app.store.copies import copy_database, copy_if_due, good_copies, kept
from app.store.recovery import recover
from app.store.sqlite import FILE_NAME, check_file
from app.store.store import open_store
from tests.fakes import NOON
from tests.store.conftest import write_entries


def entries(path):
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("SELECT count(*) FROM event").fetchone()[0]


def damage(path):
    content = bytearray(path.read_bytes())
    content[100:300] = b"\xff" * 200
    path.write_bytes(content)


def test_a_copy_holds_what_is_still_in_the_journal(store, data, tmp_path):
    write_entries(store, 7)
    copy_database(data / FILE_NAME, tmp_path / "copy.db")
    assert entries(tmp_path / "copy.db") == 7
    check_file(tmp_path / "copy.db")
    assert [path.name for path in tmp_path.iterdir() if "copy" in path.name] == ["copy.db"]


def test_a_damaged_database_gives_no_copy(data, tmp_path):
    damage(data / FILE_NAME)
    with pytest.raises(DatabaseDamaged):
        copy_database(data / FILE_NAME, tmp_path / "copy.db")
    assert not list(tmp_path.glob("copy*"))


def test_there_is_one_copy_a_day(data, clock):
    assert copy_if_due(data / FILE_NAME, clock.now()).name == "daily-20261114T120000Z.db"
    clock.pass_by(hours=3)
    assert copy_if_due(data / FILE_NAME, clock.now()) is None
    clock.pass_by(hours=20)
    assert copy_if_due(data / FILE_NAME, clock.now()).name == "daily-20261115T110000Z.db"


def test_seven_days_and_four_weeks_of_copies_are_kept(data, clock):
    for _ in range(60):
        copy_if_due(data / FILE_NAME, clock.now())
        clock.pass_by(days=1)
    names = sorted(path.name for path in (data / "copies").iterdir())
    days = [datetime.strptime(name[6:14], "%Y%m%d").replace(tzinfo=UTC) for name in names]
    assert days[-7:] == [datetime(2027, 1, 6, tzinfo=UTC) + timedelta(days=n) for n in range(7)]
    assert [day.isoformat()[:10] for day in days[:-7]] == [
        "2026-12-20",
        "2026-12-27",
        "2027-01-03",
        "2027-01-05",
    ]


@given(st.sets(st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)), max_size=60))
def test_the_newest_copy_is_always_kept_and_never_more_than_eleven(times):
    aware = {at.replace(tzinfo=UTC) for at in times}
    chosen = kept(aware)
    assert chosen <= aware
    assert len(chosen) <= copies.DAILY_KEPT + copies.WEEKLY_KEPT
    assert not aware or max(aware) in chosen
    assert len(chosen) >= min(len(aware), copies.DAILY_KEPT)


def test_a_clock_that_ran_ahead_costs_no_later_copy(data, clock):
    clock.pass_by(days=365)
    for _ in range(9):
        copy_if_due(data / FILE_NAME, clock.now())
        clock.pass_by(days=1)
    clock.pass_by(days=-374)
    for _ in range(3):
        taken = copy_if_due(data / FILE_NAME, clock.now())
        assert taken is not None
        assert taken.exists()
        clock.pass_by(days=1)


def test_a_full_disk_at_the_daily_copy_keeps_nobody_from_working(data, clock, monkeypatch):
    def full(source, target):
        raise DatabaseDamaged("The copy failed.")

    monkeypatch.setattr(copies, "copy_database", full)
    store = open_store(data, clock=clock, actor="Thabo")
    assert store.copy_if_due() == ("The copy failed.",)
    write_entries(store, 1)
    store.close()


def test_a_damaged_database_is_put_aside_and_the_last_good_copy_restored(data, clock):
    store = open_store(data, clock=clock, actor="Thabo")
    write_entries(store, 4)
    store.close()
    clock.pass_by(days=1)
    store = open_store(data, clock=clock, actor="Thabo")
    assert store.copy_if_due() == ()
    write_entries(store, 3)
    store.close()
    damage(data / FILE_NAME)
    damaged = (data / FILE_NAME).read_bytes()
    with pytest.raises(DatabaseDamaged):
        open_store(data, clock=clock, actor="Thabo")

    found = recover(data, clock=clock, actor="Thabo")

    assert (found.aside / FILE_NAME).read_bytes() == damaged
    assert found.copy is not None
    store = open_store(data, clock=clock, actor="Thabo")
    (entry, *older) = store.queries.events()
    assert entry.kind == "store.recovered"
    assert dict(entry.data)["lost"] == "entries 5 to 7"
    assert len(older) == 4
    assert store.warnings == ()
    assert store.verify().intact
    store.close()


def test_without_a_good_copy_one_begins_anew_and_keeps_the_damaged_one(data, clock):
    damage(data / FILE_NAME)
    found = recover(data, clock=clock, actor="Thabo")
    assert found.copy is None
    store = open_store(data, clock=clock, actor="Thabo")
    assert [event.kind for event in store.queries.events()] == ["store.recovered"]
    store.close()


def test_a_damaged_copy_is_passed_over(data, clock):
    first = copy_if_due(data / FILE_NAME, NOON)
    second = copy_if_due(data / FILE_NAME, NOON + timedelta(days=1))
    damage(second)
    assert good_copies(data / "copies") == (first,)
