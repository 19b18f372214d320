"""Work outside the approved plan: written down by itself, and never clean again."""

from dataclasses import replace

import pytest

from app.domain.ids import HostId
from app.domain.run import DeviationKind, RunMode
from app.domain.runbook import Step, StepKind
from app.services.run.decisions import add_note
from app.services.run.unplanned import note_unplanned
from tests.examples import DB
from tests.fakes import NOON
from tests.services.test_execution import Machine, command

GATE = Step("g", "Go?", StepKind.GATE, answer="GO", limit_s=1e6)


@pytest.fixture
def machine() -> Machine:
    """A live run that waits at its gate, on the host of its change."""
    made = Machine(GATE, command("a", host=DB.id))
    made.store.kinds["changes"][made.change] = replace(
        made.store.kinds["changes"][made.change], hosts=(DB.id,)
    )
    made.play()
    return made


def unplanned(machine: Machine) -> list[str]:
    run = machine.store.kinds["runs"][machine.run.id]
    return [d.text for d in run.deviations if d.kind is DeviationKind.UNPLANNED]


def test_a_step_that_the_approved_plan_does_not_hold_is_a_deviation_when_it_is_sent():
    machine = Machine(command("a"), command("b"))
    change = machine.store.kinds["changes"][machine.change]
    kept = replace(change.runbook, steps=change.runbook.steps[:1])
    machine.store.kinds["changes"][machine.change] = replace(change, runbook=kept)
    machine.play()
    (found,) = unplanned(machine)
    assert "is no step of the approved plan" in found
    assert machine.store.kinds_logged().count("run.deviation") == 1


def test_what_a_person_did_beside_the_plan_is_one_by_their_word(machine):
    add_note(machine.run.id, "Restarted the proxy", NOON, desk=machine.desk, unplanned=True)
    add_note(machine.run.id, "Phone call", NOON, desk=machine.desk)
    assert unplanned(machine) == ["Restarted the proxy"]
    (entry,) = [e for e in machine.store.log if e.kind == "run.deviation"]
    assert dict(entry.data)["kind"] == "unplanned"


def test_work_on_a_host_of_the_change_meanwhile_is_one_and_elsewhere_is_none(machine):
    assert note_unplanned(HostId("app-09"), "Restored b1 on app-09", desk=machine.desk) == ()
    (run,) = note_unplanned(DB.id, "Restored b1 on db-01", desk=machine.desk)
    assert run.id == machine.run.id
    assert unplanned(machine) == ["Restored b1 on db-01"]


@pytest.mark.parametrize("mode", [RunMode.REHEARSAL, RunMode.DRY])
def test_a_rehearsal_has_no_plan_to_leave(machine, mode):
    runs = machine.store.kinds["runs"]
    runs[machine.run.id] = replace(runs[machine.run.id], mode=mode)
    add_note(machine.run.id, "Restarted the proxy", NOON, desk=machine.desk, unplanned=True)
    assert note_unplanned(DB.id, "Restored b1 on db-01", desk=machine.desk) == ()
    assert unplanned(machine) == []


def test_a_run_that_is_over_is_left_alone(machine):
    runs = machine.store.kinds["runs"]
    runs[machine.run.id] = replace(runs[machine.run.id], state="done", ended_at=NOON)
    assert note_unplanned(DB.id, "Restored b1 on db-01", desk=machine.desk) == ()
