import threading
from dataclasses import replace

import pytest
from sqlalchemy import event

from app.domain.backup import BackupSet, CaptureState
from app.domain.change import ChangeState
from app.domain.event import Actor, NewEvent
from app.domain.health import HealthReport, Phase
from app.domain.host import Host
from app.domain.ids import ChangeId, HealthId, HostId, RunId, SetId, new_id
from app.domain.run import Run, RunState
from app.errors import Busy, Conflict, NotFound, StoreError
from app.store import unit_of_work
from app.store.store import open_store
from app.store.unit_of_work import UnloggedWrite
from tests.fakes import NOON

DB = Host(HostId("db-01"), "db-01", "127.0.0.1")


def test_what_is_committed_is_there_for_the_next_one(store, add_change):
    change = add_change("Upgrade PostgreSQL", state=ChangeState.ASSESS)
    with store.unit_of_work() as uow:
        assert uow.changes.get(change.id) == change
        assert uow.changes.by_number("CHG-000001") == change
        assert uow.changes.list(state="assess") == (change,)
        assert uow.changes.list(state="draft") == ()


def test_leaving_without_a_commit_leaves_nothing_behind(store):
    with store.unit_of_work() as uow:
        uow.hosts.add(DB)
        uow.log.append(NewEvent("host.added", "Added db-01"))
    with store.unit_of_work() as uow:
        assert uow.hosts.find(DB.id) is None
        assert uow.log.head() == ""


def test_an_error_inside_the_block_leaves_nothing_behind(store):
    def fail_half_way():
        with store.unit_of_work() as uow:
            uow.hosts.add(DB)
            uow.log.append(NewEvent("host.added", "Added db-01"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_half_way()
    with store.unit_of_work() as uow:
        assert uow.hosts.list() == ()


def test_a_write_that_no_entry_tells_of_is_refused(store):
    with store.unit_of_work() as uow:
        uow.hosts.add(DB)
        with pytest.raises(UnloggedWrite, match="host"):
            uow.commit()
    with store.unit_of_work() as uow:
        assert uow.hosts.find(DB.id) is None


def test_one_unit_of_work_can_commit_twice(store):
    with store.unit_of_work() as uow:
        uow.hosts.add(DB)
        uow.log.append(NewEvent("host.added", "Added db-01"))
        uow.commit()
        first = uow.log.head()
        uow.hosts.save(replace(DB, user="deploy"))
        uow.log.append(NewEvent("host.edited", "Edited db-01"))
        uow.commit()
        assert uow.log.head() not in ("", first)
    assert store.verify().entries == 2


def test_an_unknown_record_is_named(store):
    with store.unit_of_work() as uow:
        with pytest.raises(NotFound, match="no change nowhere"):
            uow.changes.get("nowhere")
        with pytest.raises(NotFound, match="CHG-000009"):
            uow.changes.by_number("CHG-000009")
        with pytest.raises(NotFound, match="no host db-01"):
            uow.hosts.save(DB)
        assert uow.changes.find("nowhere") is None


def test_saving_over_somebody_elses_save_is_a_conflict(store, add_change):
    mine = theirs = add_change()
    with store.unit_of_work() as uow:
        theirs = uow.changes.save(replace(theirs, title="Theirs"))
        uow.log.append(NewEvent("change.edited", "Edited", theirs.id))
        uow.commit()
    assert theirs.version == 1
    with pytest.raises(Conflict, match="this change first"), store.unit_of_work() as uow:
        uow.changes.save(replace(mine, title="Mine"))
    with store.unit_of_work() as uow:
        assert uow.changes.get(mine.id) == theirs


def test_a_record_without_a_version_is_saved_over_what_is_there(store):
    with store.unit_of_work() as uow:
        uow.hosts.add(DB)
        uow.hosts.save(replace(DB, user="deploy"))
        saved = uow.hosts.save(replace(DB, user="admin"))
        uow.log.append(NewEvent("host.added", "Added db-01"))
        uow.commit()
    with store.unit_of_work() as uow:
        assert uow.hosts.get(DB.id) == saved == replace(DB, user="admin")


def test_adding_an_id_twice_is_a_conflict(store):
    with store.unit_of_work() as uow:
        uow.hosts.add(DB)
        with pytest.raises(Conflict, match="already"):
            uow.hosts.add(DB)


def test_a_run_without_its_change_is_refused(store):
    run = Run(RunId(new_id()), ChangeId("nowhere"), "hash")
    with pytest.raises(StoreError, match="FOREIGN KEY"), store.unit_of_work() as uow:
        uow.runs.add(run)


def test_records_come_back_newest_first_and_by_their_columns(store, add_change):
    change = add_change()
    runs = [Run(RunId(new_id()), change.id, "hash", by=str(n)) for n in range(3)]
    with store.unit_of_work() as uow:
        for run in runs:
            uow.runs.add(run)
        uow.runs.save(replace(runs[0], state=RunState.DONE))
        uow.log.append(NewEvent("run.started", "Started", change.id))
        uow.commit()
    with store.unit_of_work() as uow:
        assert [run.by for run in uow.runs.list(change=change.id)] == ["2", "1", "0"]
        assert [run.by for run in uow.runs.list(state="ready")] == ["2", "1"]
        assert [run.by for run in uow.runs.list(change=change.id, state="done")] == ["0"]


def test_numbers_go_on_beyond_six_digits(store, add_change):
    assert add_change().number == "CHG-000001"
    with store.unit_of_work() as uow:
        late = replace(uow.changes.by_number("CHG-000001"), id=ChangeId("x"), number="CHG-999999")
        uow.changes.add(late)
        assert uow.changes.next_number() == "CHG-1000000"
        uow.changes.add(replace(late, id=ChangeId("y"), number="CHG-1000000"))
        assert uow.changes.next_number() == "CHG-1000001"


def test_the_log_names_old_and_new_values_of_what_was_edited(store, add_change):
    change = add_change("Old title")
    with store.unit_of_work() as uow:
        once = uow.changes.save(replace(change, title="Between", updated_at=NOON))
        uow.changes.save(replace(once, title="New title", description="d" * 500))
        uow.log.append(NewEvent("note.added", "Something else"))
        uow.log.append(NewEvent("change.edited", "Edited", change.id, data=(("why", "typo"),)))
        uow.commit()
    note, edited = reversed(store.queries.events(limit=2))
    assert note.told == ()
    assert edited.told[:2] == (("why", "typo"), ("change.title", "Old title → New title"))
    field, how = edited.told[2]
    assert field == "change.description"
    assert how.startswith("– → ddd")
    assert how.endswith("…")
    assert len(how) == len("– → ") + 200
    assert len(edited.told) == 3


def test_an_edit_that_no_entry_names_goes_with_the_first(store):
    with store.unit_of_work() as uow:
        uow.hosts.add(DB)
        uow.hosts.save(replace(DB, port=2222))
        uow.log.append(NewEvent("hosts.imported", "Imported"))
        uow.commit()
    (entry,) = store.queries.events()
    assert entry.told == (("host.port", "22 → 2222"),)


def test_entries_say_who_and_what_wrote_them(store):
    with store.unit_of_work() as uow:
        uow.log.append(NewEvent("note.added", "By hand", refs=("a", "b")))
        uow.log.append(NewEvent("step.done", "By itself", "c1", actor=Actor.SYSTEM))
        uow.commit()
        by_hand, by_itself = (uow.log.of("") + uow.log.of("c1"))[:2]
    assert (by_hand.by, by_hand.actor, by_hand.refs) == ("Thabo", Actor.HUMAN, ("a", "b"))
    assert (by_itself.by, by_itself.actor) == ("Change Desk", Actor.SYSTEM)
    assert by_itself.prev_hash == by_hand.hash
    assert by_hand.at == NOON


def test_text_that_is_not_proper_unicode_is_kept_as_far_as_it_goes(store, add_change):
    add_change("half \ud800 a character\x00")
    with store.unit_of_work() as uow:
        (change,) = uow.changes.list()
    assert change.title == "half ? a character\x00"
    assert store.verify().intact


def test_a_number_that_would_not_come_back_is_refused(store):
    item = BackupSet(
        SetId("s"),
        None,
        DB.id,
        DB.name,
        CaptureState.CAPTURED,
        NOON,
        NOON,
        float("nan"),
        (),
        "",
        "",
    )
    with pytest.raises(StoreError, match="cannot be read back"), store.unit_of_work() as uow:
        uow.backups.add(item)


def test_everybody_is_told_what_was_written_and_by_whom(store, told, add_change):
    add_change()
    with store.unit_of_work() as uow:
        uow.hosts.add(DB)
    assert told == [(frozenset({"change", "event"}), "Thabo")]


def test_reading_commits_nothing_and_tells_nobody(store, told):
    with store.unit_of_work() as uow:
        uow.changes.list()
        uow.commit()
    assert told == []


def test_a_writer_waits_for_the_one_before(store, add_change):
    inside, done = threading.Event(), []

    def other():
        inside.set()
        add_change("Second")
        done.append("second")

    with store.unit_of_work() as uow:
        thread = threading.Thread(target=other)
        thread.start()
        assert inside.wait(5)
        uow.hosts.add(DB)
        uow.log.append(NewEvent("host.added", "Added"))
        done.append("first")
        uow.commit()
    thread.join()
    assert done == ["first", "second"]
    assert store.verify().intact


def test_a_writer_that_never_ends_is_told_of(store, monkeypatch):
    monkeypatch.setattr(unit_of_work, "BUSY_TIMEOUT_MS", 50)
    with store.unit_of_work(), pytest.raises(Busy, match="does not end"), store.unit_of_work():
        pass
    with store.unit_of_work() as uow:
        assert uow.hosts.list() == ()


def test_outside_its_block_a_unit_of_work_is_of_no_use(store):
    with store.unit_of_work() as uow:
        uow.log.append(NewEvent("note.added", "Too late"))
    with pytest.raises(RuntimeError, match="with block"):
        uow.commit()


def test_beside_a_running_program_one_can_look_but_not_write(store, data, clock, add_change):
    change = add_change()
    beside = open_store(data, clock=clock, actor="Sipho", read_only=True)
    with store.unit_of_work() as writing, beside.unit_of_work() as reading:
        writing.hosts.add(DB)
        assert reading.changes.get(change.id) == change
        with pytest.raises(StoreError, match="read"):
            reading.hosts.add(DB)
    with beside.unit_of_work() as reading:
        reading.log.append(NewEvent("note.added", "No"))
        with pytest.raises(StoreError, match="reading only"):
            reading.commit()
    assert beside.verify().entries == 1
    beside.close()


def test_the_newest_record_of_each_host_is_one_question(store):
    with store.unit_of_work() as uow:
        for n, host in enumerate(("a", "b", "a", "c", "a", "b")):
            report = HealthReport(
                HealthId(str(n)), None, HostId(host), host, Phase.AD_HOC, NOON, NOON, ()
            )
            uow.health.add(report)
        uow.log.append(NewEvent("health.checked", "Checked"))
        uow.commit()
    with store.unit_of_work() as uow:
        asked: list[str] = []
        event.listen(
            uow.health._connection,
            "before_cursor_execute",
            lambda _connection, _cursor, statement, *_more: asked.append(statement),
        )
        newest = uow.health.newest_by("host")
    assert {(report.host, report.id) for report in newest} == {("a", "4"), ("b", "5"), ("c", "3")}
    assert len(asked) == 1
