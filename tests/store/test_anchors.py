import json
import shutil
import sqlite3
from contextlib import closing

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.domain.event import NewEvent
from app.store.anchors import ANCHORS, EVERY, TIP
from app.store.sqlite import FILE_NAME
from app.store.store import open_store
from tests.store.conftest import write_entries


class Key:
    """An Ed25519 key that signs."""

    def __init__(self):
        self._key = Ed25519PrivateKey.generate()

    def sign(self, data):
        return self._key.sign(data)

    def public_key(self):
        return self._key.public_key().public_bytes_raw()


def anchored(data):
    path = data / ANCHORS
    return [json.loads(line)["size"] for line in path.read_bytes().splitlines()]


def cut_to(data, size):
    with closing(sqlite3.connect(data / FILE_NAME)) as connection, connection:
        connection.execute("DROP TRIGGER IF EXISTS event_no_delete")
        connection.execute("DELETE FROM event WHERE seq > ?", (size,))


def test_an_anchor_is_written_every_hundred_entries_at_each_report_and_at_the_end(data, clock):
    store = open_store(data, clock=clock, actor="Thabo")
    with store.unit_of_work() as uow:
        for n in range(EVERY - 1):
            uow.log.append(NewEvent("note.added", str(n)))
        uow.commit()
    assert not (data / ANCHORS).exists()
    write_entries(store, 3)
    assert anchored(data) == [EVERY]
    with store.unit_of_work() as uow:
        uow.log.append(NewEvent("report.made", "Made the report"))
        uow.commit()
    write_entries(store, 2)
    store.close()
    assert anchored(data) == [100, 103, 105]
    open_store(data, clock=clock, actor="Thabo").close()
    assert anchored(data) == [100, 103, 105]


def test_a_cut_off_end_is_found_to_the_very_last_entry(store, data):
    write_entries(store, 5)
    cut_to(data, 4)
    found = store.verify()
    assert (found.bad_seq, found.entries) == (5, 4)
    assert "had 5 entries" in found.reason


def test_a_cut_off_end_is_found_by_the_anchor_when_the_tip_was_removed_too(data, clock):
    store = open_store(data, clock=clock, actor="Thabo")
    write_entries(store, 5)
    store.close()
    cut_to(data, 2)
    (data / TIP).unlink()
    found = store.verify()
    assert found.bad_seq == 3


def test_a_log_that_was_emptied_is_found(store, data):
    write_entries(store, 5)
    cut_to(data, 0)
    assert store.verify().bad_seq == 1


def test_lost_entries_are_told_when_the_program_starts(data, clock):
    store = open_store(data, clock=clock, actor="Thabo")
    write_entries(store, 5)
    store.close()
    cut_to(data, 4)
    store = open_store(data, clock=clock, actor="Thabo")
    assert any("5 entries" in warning for warning in store.warnings)
    store.close()


def test_a_journal_that_was_removed_after_a_crash_is_told_of(store, data, clock, tmp_path):
    """A copy without the journal is what a crash and a helpful cleaner leave behind."""
    write_entries(store, 5)
    crashed = tmp_path / "crashed"
    shutil.copytree(data, crashed, ignore=shutil.ignore_patterns("*-wal", "*-shm"))
    found = open_store(crashed, clock=clock, actor="Thabo")
    assert found.lock is not None
    assert found.lock.after_crash
    assert any("had 5 entries and now has 0" in warning for warning in found.warnings)
    assert found.verify().bad_seq == 1
    found.close()


def test_signed_anchors_hold_and_forged_ones_do_not(data, clock):
    key = Key()
    store = open_store(data, clock=clock, actor="Thabo", open_signer=lambda: key)
    write_entries(store, 3)
    store.close()
    assert store.verify().intact

    line = json.loads((data / ANCHORS).read_text())
    for altered in (
        {"head": "0" * 64},
        {"size": 2},
        {"at": "2020-01-01T00:00:00+00:00"},
        {"signature": ""},
        {"key": Key().public_key().hex()},
    ):
        (data / ANCHORS).write_text(json.dumps(line | altered) + "\n")
        found = store.verify()
        assert "not signed by this installation" in found.reason, altered
    stranger = open_store(data, clock=clock, actor="Thabo", open_signer=Key)
    assert not stranger.verify().intact
    stranger.close()


def test_a_torn_last_line_is_no_alarm_but_an_altered_one_is(data, clock):
    store = open_store(data, clock=clock, actor="Thabo")
    write_entries(store, 3)
    store.close()
    path = data / ANCHORS
    path.write_bytes(path.read_bytes() + b'{"size":4,"he')
    store = open_store(data, clock=clock, actor="Thabo")
    assert store.verify().intact
    write_entries(store, 1)
    store.close()
    assert store.verify().intact
    assert len(path.read_bytes().splitlines()) == 3
    path.write_bytes(b'{"size": "x}\n' + path.read_bytes())
    assert "line 1 of the anchors" in store.verify().reason


@pytest.mark.parametrize("torn", [b"", b"{", b'{"size": 3}', b'{"size": "x", "head": ""}', b"[]"])
def test_a_torn_tip_is_no_alarm(store, data, torn):
    write_entries(store, 3)
    (data / TIP).write_bytes(torn)
    assert store.verify().intact


def test_a_commit_holds_even_when_it_cannot_be_anchored(store, data, caplog):
    (data / TIP).unlink(missing_ok=True)
    (data / TIP).mkdir()
    write_entries(store, 2)
    assert "could not be anchored" in caplog.text
    assert store.verify().entries == 2
    (data / TIP).rmdir()
