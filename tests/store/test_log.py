import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain.event import NewEvent, entry_hash
from app.store.log import CLOCK_ANOMALY
from app.store.sqlite import FILE_NAME
from tests.store.conftest import write_entries

ENTRIES = 12
COLUMNS = ("at", "by", "actor", "kind", "text", "change", "refs", "data", "prev_hash", "hash")


@pytest.fixture(scope="module")
def written(empty_data, tmp_path_factory):
    """A database file with some entries and no program that has it open, and its rows."""
    import shutil

    from app.store.store import open_store
    from tests.fakes import SetClock

    data = tmp_path_factory.mktemp("log") / "data"
    shutil.copytree(empty_data, data)
    store = open_store(data, clock=SetClock(), actor="Thabo")
    write_entries(store, ENTRIES)
    store.close()
    with closing(sqlite3.connect(data / FILE_NAME)) as connection:
        rows = connection.execute("SELECT * FROM event ORDER BY seq").fetchall()
    return store, rows


def rewrite(store, rows):
    """Do what somebody with the file in their hands can do: no trigger stops them."""
    with closing(sqlite3.connect(store.data / FILE_NAME)) as connection, connection:
        for trigger in ("event_no_update", "event_no_delete", "event_in_order"):
            connection.execute(f"DROP TRIGGER IF EXISTS {trigger}")
        connection.execute("DELETE FROM event")
        marks = ", ".join("?" * (1 + len(COLUMNS)))
        connection.executemany(f"INSERT INTO event VALUES ({marks})", rows)
    return store.verify()


def test_an_untouched_log_fits(written):
    store, rows = written
    found = rewrite(store, rows)
    assert found.intact
    assert found.entries == ENTRIES
    assert found.head == rows[-1][-1]


@given(data=st.data())
def test_every_edit_of_an_entry_is_found(written, data):
    store, rows = written
    n = data.draw(st.integers(0, ENTRIES - 1))
    column = data.draw(st.sampled_from(COLUMNS))
    at = 1 + COLUMNS.index(column)
    old = rows[n][at]
    new = data.draw(
        st.one_of(
            st.text(st.characters(codec="utf-8"), max_size=20),
            st.just(old + " "),
            st.just(old[:-1]),
            st.just(old.swapcase()),
        ).filter(lambda text: text != old)
    )
    found = rewrite(store, [(*r[:at], new, *r[at + 1 :]) if r[0] == n + 1 else r for r in rows])
    assert not found.intact
    assert found.bad_seq in (n + 1, n + 2)


@given(gone=st.sets(st.integers(0, ENTRIES - 1), min_size=1))
def test_every_deletion_is_found_also_of_the_end(written, gone):
    store, rows = written
    found = rewrite(store, [row for n, row in enumerate(rows) if n not in gone])
    assert not found.intact
    assert found.bad_seq == min(gone) + 1


@given(order=st.permutations(range(ENTRIES)).filter(lambda order: list(order) != sorted(order)))
def test_every_new_order_is_found(written, order):
    store, rows = written
    found = rewrite(store, [(n, *rows[old][1:]) for n, old in enumerate(order, start=1)])
    assert not found.intact
    assert found.bad_seq == 1 + next(n for n, old in enumerate(order) if n != old)


@given(n=st.integers(0, ENTRIES - 1), text=st.text(st.characters(codec="utf-8"), max_size=20))
def test_writing_the_whole_log_anew_is_found_by_its_anchor(written, n, text):
    """All hashes fit again; only what lies outside the database can tell."""
    from app.store.log import to_event

    store, rows = written

    class Named:
        def __init__(self, row):
            for name, value in zip(("seq", *COLUMNS), row, strict=True):
                setattr(self, name, value)

    from app.store.codec import from_text

    forged, previous = [], ""
    for row in rows:
        at = from_text(row[1])
        event = replace(to_event(Named((row[0], at, *row[2:]))), prev_hash=previous)
        if row[0] == n + 1:
            event = replace(event, text=f"forged {text}")
        previous = entry_hash(event)
        forged.append((*row[:5], event.text, *row[6:9], event.prev_hash, previous))
    found = rewrite(store, forged)
    assert "anchored" in found.reason
    assert found.bad_seq == ENTRIES


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE event SET text = 'x' WHERE seq = 1",
        "DELETE FROM event WHERE seq = 3",
        "INSERT OR REPLACE INTO event SELECT * FROM event WHERE seq = 2",
        "INSERT INTO event SELECT seq + 7, at, by, actor, kind, text, change, refs, data, '', ''"
        " FROM event WHERE seq = 3",
    ],
)
def test_the_database_itself_refuses_to_alter_the_log(store, statement):
    write_entries(store, 3)
    with (
        closing(sqlite3.connect(store.data / FILE_NAME)) as connection,
        pytest.raises(sqlite3.IntegrityError, match="only ever added to"),
    ):
        connection.execute(statement)
    assert store.verify().intact


def test_a_clock_that_goes_back_is_marked_and_order_stays(store, clock):
    write_entries(store, 1)
    clock.pass_by(days=-365)
    write_entries(store, 1)
    clock.pass_by(days=2 * 365)
    write_entries(store, 1)
    newest, odd, oldest = store.queries.events()
    assert [event.seq for event in (oldest, odd, newest)] == [1, 2, 3]
    assert odd.at < oldest.at
    assert dict(odd.data)[CLOCK_ANOMALY] == "31536000 s before the entry above"
    assert CLOCK_ANOMALY not in dict(newest.data)
    assert store.verify().intact


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=st.text(max_size=50),
    data=st.lists(st.tuples(st.text(max_size=10), st.text(max_size=10)), max_size=3),
)
def test_any_text_can_be_logged_and_still_fits(store, text, data):
    with store.unit_of_work() as uow:
        uow.log.append(NewEvent("note.added", text, text, (text,), tuple(data)))
        uow.commit()
    (entry,) = store.queries.events(limit=1)
    assert entry.text == text.encode("utf-8", "replace").decode()
    assert entry.hash == entry_hash(entry)
    assert store.verify().intact


def test_entries_are_read_in_pages_and_by_change(store, add_change):
    first, second = add_change("First"), add_change("Second")
    write_entries(store, 4)
    page = store.queries.events(limit=3)
    assert [event.seq for event in page] == [6, 5, 4]
    assert [event.seq for event in store.queries.events(before=4)] == [3, 2, 1]
    assert [event.change for event in store.queries.events(change=second.id)] == [second.id]
    with store.unit_of_work() as uow:
        assert [event.text for event in uow.log.of(first.id)] == ["Opened First"]
    assert store.first.log_head() == page[0].hash
