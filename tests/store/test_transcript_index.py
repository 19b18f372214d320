"""What steps put out is found: after the run, once, capped, whatever happened in between."""

import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.change import Change
from app.domain.event import NewEvent
from app.domain.filter import Asker, ChangeFilter
from app.domain.ids import ChangeId, RunId
from app.domain.lesson import Lesson
from app.domain.run import Run, StepRun
from app.domain.runbook import Step, StepKind
from app.domain.transcript import Piece, write_piece
from app.services.search.finding import Query
from app.store import transcript_index
from app.store.mapping import CHANGE
from app.store.sqlite import FILE_NAME, prepare_file
from app.store.store import open_store
from app.store.transcript_index import _ends
from app.store.upgrade import upgrade_database
from tests.fakes import NOON
from tests.store.test_finder import examples

ASKER = Asker(NOON)


@pytest.fixture
def ran(store, add_change):
    """Record a run whose steps have put something out; return what adds one."""

    def add(change=None, *outputs, key="r1"):
        change = change or add_change()
        steps = tuple(
            StepRun(Step(f"s{at}", f"Step {at}", StepKind.COMMAND), transcript=keep(store, output))
            for at, output in enumerate(outputs)
        )
        with store.unit_of_work() as uow:
            uow.runs.add(Run(RunId(key), change.id, "h", steps=steps))
            uow.log.append(NewEvent("run.started", "Started", change.id))
            uow.commit()
        return change

    return add


def keep(store, output):
    pieces = [Piece(NOON, "stdout", line.encode()) for line in output.splitlines(keepends=True)]
    return store.files.put(b"".join(map(write_piece, pieces)))


def hits(store, typed):
    return store.finder.page(Query(ChangeFilter(typed), ASKER)).rows


def test_a_transcript_is_found_with_what_stands_around_the_word(store, ran):
    ran(None, "Reading package lists\n\x1b[31mE: dpkg was interrupted\x1b[0m\n", "all good\n")
    assert hits(store, "interrupted") == ()
    assert store.index_transcripts() == 1
    (row,) = hits(store, "dpkg interr")
    assert row.found_in == "transcript"
    assert "E: dpkg was interrupted" in row.snippet
    assert "\x1b" not in row.snippet
    assert hits(store, "stdout") == ()
    assert store.index_transcripts() == 0


def test_words_may_stand_in_different_places(store, ran, add_change):
    change = add_change("Upgrade PostgreSQL", lessons=(Lesson("Locale was wrong"),))
    ran(change, "initdb failed\n")
    store.index_transcripts()
    assert [row.found_in for row in hits(store, "postgresql initdb")] == ["transcript"]
    assert [row.found_in for row in hits(store, "locale")] == ["lessons"]
    assert [row.found_in for row in hits(store, "upgrade postgresql")] == [""]
    assert hits(store, "initdb mysql") == ()


def test_saving_the_change_keeps_what_its_steps_put_out(store, ran):
    change = ran(None, "initdb failed\n")
    store.index_transcripts()
    with store.unit_of_work() as uow:
        uow.changes.save(replace(uow.changes.get(change.id), title="Other"))
        uow.log.append(NewEvent("change.edited", "Edited", change.id))
        uow.commit()
    assert len(hits(store, "other initdb")) == 1


def test_later_runs_and_steps_are_added(store, ran):
    change = ran(None, "first output\n")
    store.index_transcripts()
    ran(change, "second output\n", key="r2")
    with store.unit_of_work() as uow:
        run = uow.runs.get("r1")
        more = StepRun(
            Step("late", "Late", StepKind.COMMAND), transcript=keep(store, "third output\n")
        )
        uow.runs.save(replace(run, steps=(*run.steps, more)))
        uow.log.append(NewEvent("run.step", "Step", change.id))
        uow.commit()
    assert store.index_transcripts() == 1
    for word in ("first", "second", "third"):
        assert len(hits(store, word)) == 1


def test_a_crash_in_between_costs_nothing_but_time(store, ran, monkeypatch):
    ran(None, "initdb failed\n")
    with monkeypatch.context() as patch:
        patch.setattr(transcript_index.search, "set_transcript", crash)
        with pytest.raises(MemoryError):
            store.index_transcripts()
    assert store.index_transcripts() == 1
    assert len(hits(store, "initdb")) == 1


def crash(*_words):
    raise MemoryError


def test_an_index_of_before_learns_plain_letters(tmp_path, clock):
    data = tmp_path / "data"
    data.mkdir()
    path = data / FILE_NAME
    prepare_file(path)
    upgrade_database(path, target="0017")
    with closing(sqlite3.connect(path)) as connection, connection:
        for at, street in enumerate(("Straße", "Way"), start=1):
            change = Change(ChangeId(f"c{at}"), f"CHG-{at:06d}", f"{street} north")
            put = "INSERT INTO change (id, version, number, ordinal, body) VALUES (?, 0, ?, ?, ?)"
            connection.execute(put, (change.id, change.number, at, CHANGE.row(change)["body"]))
            put = "INSERT INTO change_text (rowid, title, transcript) VALUES (?, ?, ?)"
            connection.execute(put, (at, change.title, f"Open the {street}\n"))
    store = open_store(data, clock=clock, actor="Thabo")
    try:
        assert [row.title for row in hits(store, "strasse n")] == ["Straße north"]
        (row,) = hits(store, '"open the strasse"')
        assert (row.found_in, row.snippet) == ("transcript", "Open the Straße")
        assert len(hits(store, "open the")) == 2
    finally:
        store.close()


def test_a_file_that_is_gone_is_passed_once_and_for_all(store, ran):
    change = ran(None, "initdb failed\n", "second\n")
    with store.unit_of_work() as uow:
        sha256 = uow.runs.list(change=change.id)[0].steps[0].transcript
    path = store.files.path(sha256)
    path.chmod(0o600)
    path.unlink()
    assert store.index_transcripts() == 1
    assert len(hits(store, "second")) == 1
    assert store.index_transcripts() == 0


def test_of_a_long_transcript_the_beginning_and_the_end_are_found(store, ran):
    middle = "x\n" * 20_000
    ran(None, f"alpha begins\n{middle}omega ends\n")
    store.index_transcripts()
    assert len(hits(store, "alpha")) == len(hits(store, "omega")) == 1
    with store.ledger.engine.connect() as connection:
        (text,) = connection.exec_driver_sql("SELECT transcript FROM change_text").one()
    assert len(text) <= 20_000


def test_all_of_a_change_is_capped(store, ran, monkeypatch):
    monkeypatch.setattr(transcript_index, "MOST_CHARACTERS", 50)
    ran(None, "a" * 100 + "\n", "needle\n")
    store.index_transcripts()
    assert hits(store, "needle") == ()


@examples(60)
@given(st.binary(max_size=300))
def test_nothing_a_server_says_stops_the_index(tmp_path, data):
    path = tmp_path / "output"
    path.write_bytes(data)
    text = _ends(tmp_path.joinpath, "output")
    assert "\x1b" not in text
    text.encode()
    assert _ends(tmp_path.joinpath, "nothing") == ""
