"""Testers record results and runners run steps, from the day somebody is listed for it."""

from dataclasses import replace

import pytest

from app.domain.change import ChangeState
from app.domain.people import Person, Role
from app.domain.review import Severity, TestCase, TestResult
from app.domain.run import RunMode, StepState
from app.domain.runbook import Step, StepKind
from app.errors import IllegalMove
from app.services.guards.who import lacks_role
from app.services.people import save_person
from app.services.run import decisions, execution
from app.services.run.crew import StepOutcome
from app.services.run.execution import Beginning, start_run
from app.services.test_case.testing import Seen, Waiver, record_result, run_tests, waive
from app.tasks import TaskContext
from tests.services.process_cases import blank
from tests.services.test_execution import DONE, Machine, command

S = ChangeState
TESTER, RUNNER = Person("t", "Thabo", (Role.TESTER,)), Person("r", "Ayesha", (Role.RUNNER,))
FAILED = Seen(TestResult.FAILED, "Orders stay empty")


def test_nobody_is_held_to_a_role_before_somebody_is_listed_for_it():
    change = replace(blank(), coordinator="Nomsa", implementer="Sipho")
    gone = replace(TESTER, retired=True)
    assert lacks_role((Role.TESTER,), change, (RUNNER, gone), "Anybody") == ""
    told = lacks_role((Role.TESTER,), change, (TESTER,), "Sipho")
    assert told == "Thabo may do this (Tester), and you act as Sipho"
    assert lacks_role((Role.TESTER,), change, (TESTER,), " thabo ") == ""
    assert lacks_role((Role.RUNNER,), change, (RUNNER,), "Sipho") == "", "whoever implements"
    both = lacks_role((Role.TESTER, Role.IMPLEMENTER), change, (TESTER,), "Pieter")
    assert both.startswith("Sipho or Thabo may do this (Tester or Implementer)")
    assert lacks_role((Role.RUNNER,), change, (RUNNER,), "Pieter", ("Pieter",)) == ""


def listed(services, *people):
    for person in people:
        save_person(replace(person, id=""), desk=services.desk)


def test_only_a_tester_records_what_tests_found(opened, made):
    change = made(S.TEST, tests=(TestCase("hand", "Place an order"),))
    record_result(change.id, "hand", FAILED, desk=opened.desk)
    listed(opened, TESTER)
    with pytest.raises(IllegalMove, match=r"Thabo may do this \(Tester\)") as told:
        record_result(change.id, "hand", Seen(TestResult.PASSED), desk=opened.desk)
    assert "Settings, People" in told.value.hint
    with pytest.raises(IllegalMove, match="Tester"):
        run_tests(change.id, with_=opened.testing, context=TaskContext())
    with opened.new_uow() as uow:
        (case,) = uow.changes.get(change.id).tests
    assert [item.result for item in case.attempts] == [TestResult.FAILED]
    desk = replace(opened.desk, actor="Thabo")
    saved = record_result(change.id, "hand", Seen(TestResult.PASSED), desk=desk)
    assert saved.tests[0].tester == "Thabo"


def test_a_failed_test_is_waived_by_a_tester_or_the_coordinator_and_nobody_else(opened, made):
    change = made(S.TEST, tests=(TestCase("hand", "Place an order"),))
    record_result(change.id, "hand", FAILED, desk=opened.desk)
    listed(opened, TESTER)
    waiver = Waiver("Known before", "Pieter", Severity.MINOR)
    with pytest.raises(IllegalMove, match="Nomsa or Thabo"):
        waive(change.id, "hand", waiver, desk=replace(opened.desk, actor="Sipho"))
    assert waive(change.id, "hand", waiver, desk=opened.desk).tests[0].waived_by == "Nomsa"


def list_in(machine, *people):
    machine.store.kinds["people"] = {person.id: person for person in people}


def as_(machine, actor):
    return replace(machine.desk, actor=actor)


def test_only_runners_the_implementer_and_the_owner_of_a_step_move_it():
    manual = Step("look", "Look at the shop", StepKind.MANUAL, owner="Pieter")
    machine = Machine(manual, command("b"))
    machine.play()
    list_in(machine, RUNNER)
    for verb, rest in (
        (decisions.confirm_step, ("done",)),
        (decisions.skip_step, ("no time",)),
        (decisions.repeat_step, ()),
        (decisions.look_again, ()),
        (decisions.clear_command, ("RUN",)),
        (decisions.pass_deadline, ("must be",)),
    ):
        with pytest.raises(IllegalMove, match=r"Ayesha may do this|Pieter or Ayesha may do this"):
            verb(machine.run.id, "look", *rest, desk=machine.desk)
    assert machine.state_of("look") is StepState.WAITING
    decisions.confirm_step(machine.run.id, "look", "fine", desk=as_(machine, "Pieter"))
    assert machine.state_of("look") is StepState.DONE


def test_a_run_is_begun_resumed_and_turned_round_by_runners_and_paused_by_anybody():
    machine = Machine(command("a"), command("b"))
    list_in(machine, RUNNER)
    execution.pause(machine.run.id, desk=machine.desk)
    with pytest.raises(IllegalMove, match="Runner of steps"):
        execution.resume(machine.run.id, desk=machine.desk)
    with pytest.raises(IllegalMove, match="Runner of steps"):
        execution.back_out(machine.run.id, "it fails", desk=machine.desk)
    execution.resume(machine.run.id, desk=as_(machine, "Ayesha"))
    machine.play()
    assert machine.sent == ["a", "b"]
    with pytest.raises(IllegalMove, match="Runner of steps"):
        start_run(machine.change, desk=machine.desk)
    assert start_run(machine.change, Beginning(RunMode.DRY), desk=machine.desk).mode is RunMode.DRY


def test_whoever_may_answer_a_gate_lets_the_run_go_on_without_being_a_runner():
    gate = Step("g", "Go or no-go", StepKind.GATE, answer="GO", approver="Pieter")
    machine = Machine(gate, command("b"))
    machine.play()
    list_in(machine, RUNNER)
    decisions.answer_gate(machine.run.id, "g", "GO", desk=as_(machine, "Pieter"))
    machine.answers["b"] = lambda: StepOutcome(StepState.DONE, "exit 0", 0)
    machine.play()
    assert machine.state_of("b") is DONE.state
