"""Dry runs, rehearsals and notes: what touches nothing, or only what stands in."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.domain.change import ChangeState
from app.domain.run import RunMode, RunState, StepState
from app.domain.runbook import Phase, Step, StepKind
from app.errors import AppError, IllegalMove, InvalidInput
from app.services.run.decisions import add_note, confirm_step, pin
from app.services.run.execution import Beginning, back_out, start_run
from tests.examples import DB
from tests.fakes import NOON
from tests.services.test_execution import Machine, command


def scheduled(machine):
    """End the live run of a machine and put its change back to where it is rehearsed."""
    machine.store.kinds["runs"].clear()
    kept = machine.store.kinds["changes"]
    kept[machine.change] = replace(
        kept[machine.change], state=ChangeState.SCHEDULED, work_start=None
    )
    return machine


def test_a_dry_run_sends_nothing_and_shows_every_command():
    machine = scheduled(
        Machine(
            command("a", host=DB.id),
            Step("g", "Go?", StepKind.GATE, answer="GO db-01"),
            Step("w", "Wipe", StepKind.COMMAND, command="mkfs /dev/sdb"),
        )
    )
    machine.store.kinds["hosts"][DB.id] = DB
    machine.run = start_run(machine.change, Beginning(RunMode.DRY), desk=machine.desk)
    run = machine.play()
    assert (run.state, machine.sent) == (RunState.DONE, [])
    assert [item.outcome for item in run.active] == [
        "Would be sent to db-01",
        "Would wait for “GO db-01”",
        "Would be sent to no host",
    ]
    assert not run.is_live
    assert machine.store.kinds["changes"][machine.change].work_start is None


def test_a_rehearsal_sends_to_stand_ins_only_and_walks_the_rest_through():
    machine = scheduled(
        Machine(command("a", host=DB.id), command("b"), Step("m", "Look", StepKind.MANUAL))
    )
    spare = replace(DB, id="spare", name="db-spare")
    machine.store.kinds["hosts"].update({DB.id: DB, "spare": spare})
    with pytest.raises(IllegalMove, match="must not touch db-01"):
        start_run(
            machine.change, Beginning(RunMode.REHEARSAL, ((DB.id, DB.id),)), desk=machine.desk
        )
    machine.run = start_run(
        machine.change, Beginning(RunMode.REHEARSAL, ((DB.id, "spare"),)), desk=machine.desk
    )
    run = machine.play()
    assert machine.sent == ["a"]
    assert run.host_for(DB.id) == "spare"
    assert run.of("b").state is StepState.WAITING
    confirm_step(run.id, "b", "Talked through", desk=machine.desk)
    machine.play()
    confirm_step(run.id, "m", "Looked", desk=machine.desk)
    run = machine.play()
    assert run.state is RunState.DONE
    assert run.deviations == ()
    change = machine.store.kinds["changes"][machine.change]
    assert (change.work_start, change.work_end, change.state.value) == (None, None, "scheduled")


def test_backing_out_of_a_rehearsal_leaves_the_change_where_it_is():
    machine = scheduled(Machine(command("a"), command("x", phase=Phase.BACKOUT)))
    machine.run = start_run(machine.change, Beginning(RunMode.REHEARSAL), desk=machine.desk)
    machine.play()
    back_out(machine.run.id, "Practice", desk=machine.desk)
    run = machine.play()
    confirm_step(run.id, "x", "Talked through", desk=machine.desk)
    assert machine.play().state is RunState.BACKED_OUT
    change = machine.store.kinds["changes"][machine.change]
    assert (change.backed_out, change.state.value) == (False, "scheduled")


def test_a_run_without_its_values_does_not_begin():
    machine = scheduled(Machine(command("a")))
    kept = machine.store.kinds["changes"]
    book = replace(
        kept[machine.change].runbook, steps=(replace(command("a"), command="get {{v}}"),)
    )
    kept[machine.change] = replace(kept[machine.change], runbook=book)
    with pytest.raises(InvalidInput, match="has no value"):
        start_run(machine.change, Beginning(RunMode.DRY), desk=machine.desk)
    with pytest.raises(AppError):
        start_run(machine.change, desk=machine.desk)


def test_notes_lie_where_they_belong_and_can_be_pinned():
    machine = Machine(Step("m", "Look", StepKind.MANUAL))
    machine.desk.clock.pass_by(minutes=10)
    add_note(machine.run.id, "Phone call", NOON + timedelta(minutes=5), desk=machine.desk)
    for when in (NOON - timedelta(minutes=1), NOON + timedelta(hours=1)):
        with pytest.raises(IllegalMove, match="between the start"):
            add_note(machine.run.id, "x", when, desk=machine.desk)
    with pytest.raises(IllegalMove, match="what happened"):
        add_note(machine.run.id, " ", None, desk=machine.desk)
    run = machine.store.kinds["runs"][machine.run.id]
    (note,) = run.notes
    assert (note.at, note.recorded_at) == (NOON + timedelta(minutes=5), machine.desk.clock.now())
    assert pin(run.id, "note:1", desk=machine.desk).pins == ("note:1",)
    assert pin(run.id, "note:1", desk=machine.desk).pins == ()
