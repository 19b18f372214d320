"""A runbook is carried out: journalled before and after each step, never sent twice by itself."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from app.domain.change import Change, ChangeState
from app.domain.run import Run, RunState, StepRun, StepState
from app.domain.runbook import Phase, Runbook, Step, StepKind
from app.errors import Busy, IllegalMove, Unreachable
from app.services.change.changes import Desk, open_change
from app.services.run.crew import StepOutcome
from app.services.run.decisions import answer_gate, confirm_step, repeat_step, skip_step
from app.services.run.execution import back_out, pause, play, recover, resume, start_run
from app.tasks import TaskCancelled, TaskContext
from tests.fakes import MemoryStore, SetClock

DONE = StepOutcome(StepState.DONE, "exit 0", 0)


def command(name: str, **other: object) -> Step:
    return Step(name, f"Step {name}", StepKind.COMMAND, command="true", **other)  # type: ignore[arg-type]


class Machine:
    """A store with a change in *Implement*, and an executor that does as it is told."""

    def __init__(self, *steps: Step) -> None:
        self.store = MemoryStore()
        self.desk = Desk(self.store.unit_of_work, SetClock(), "Sipho")
        self.sent: list[str] = []
        self.answers: dict[str, Callable[[], StepOutcome]] = {}
        change = open_change("Upgrade", desk=self.desk)
        self.store.kinds["changes"][change.id] = replace(
            change, state=ChangeState.IMPLEMENT, runbook=Runbook(steps)
        )
        self.change = change.id
        self.run = start_run(change.id, desk=self.desk)

    def execute(self, change: Change, run: Run, step: StepRun, context: TaskContext) -> StepOutcome:
        saved: Run = self.store.kinds["runs"][run.id]
        assert saved.of(step.step.id).state is StepState.SENT, "journalled before it is sent"
        self.sent.append(step.step.id)
        return self.answers.get(step.step.id, lambda: DONE)()

    def play(self) -> Run:
        kinds = dict.fromkeys((StepKind.COMMAND, StepKind.RESTORE), self.execute)
        self.run = play(self.run.id, kinds, desk=self.desk, context=TaskContext())
        return self.run

    def state_of(self, step: str) -> StepState:
        run: Run = self.store.kinds["runs"][self.run.id]
        return run.of(step).state


def test_steps_run_in_order_and_the_run_ends_by_itself() -> None:
    machine = Machine(command("a"), command("b"))
    run = machine.play()
    assert machine.sent == ["a", "b"]
    assert run.state is RunState.DONE
    assert run.ended_at is not None
    assert machine.store.kinds["changes"][machine.change].work_end is not None


def test_planned_times_follow_from_the_estimates() -> None:
    machine = Machine(command("a", estimate_s=90.0), command("b"))
    first, second = machine.run.active
    assert first.planned_start is not None
    assert second.planned_start is not None
    assert (second.planned_start - first.planned_start).total_seconds() == 90


def test_second_run_of_the_same_change_is_refused() -> None:
    machine = Machine(command("a"))
    with pytest.raises(Busy, match="already running"):
        start_run(machine.change, desk=machine.desk)


def test_failed_step_stops_the_run_until_a_person_decides() -> None:
    machine = Machine(command("a"), command("b"))
    machine.answers["a"] = lambda: StepOutcome(StepState.FAILED, "exit 1", 1)
    assert machine.play().state is RunState.WAITING
    assert machine.sent == ["a"]
    machine.answers.clear()
    repeat_step(machine.run.id, "a", desk=machine.desk)
    assert machine.play().state is RunState.DONE
    assert machine.sent == ["a", "a", "b"]


def test_error_of_the_world_is_a_failed_step_in_words() -> None:
    machine = Machine(command("a"))

    def down() -> StepOutcome:
        raise Unreachable("No answer from port 22.", host="db-01", hint="Is the host up?")

    machine.answers["a"] = down
    run = machine.play()
    assert run.of("a").outcome == "db-01: No answer from port 22. Is the host up?"


def test_stop_is_never_called_done_nor_failed() -> None:
    machine = Machine(command("a"), command("b"))

    def stop() -> StepOutcome:
        raise TaskCancelled

    machine.answers["a"] = stop
    run = machine.play()
    assert run.of("a").state is StepState.STOPPED
    assert "may go on" in run.of("a").outcome
    assert machine.sent == ["a"]


def test_after_a_crash_the_sent_step_is_unknown_and_not_sent_again() -> None:
    machine = Machine(command("a"), command("b"))

    def crash() -> StepOutcome:
        raise KeyboardInterrupt

    machine.answers["a"] = crash
    with pytest.raises(KeyboardInterrupt):
        machine.play()
    machine.answers.clear()
    (run,) = recover(desk=machine.desk)
    assert run.state is RunState.WAITING
    assert "then the program ended" in run.of("a").outcome
    assert machine.play().state is RunState.WAITING
    assert machine.sent == ["a"]
    with pytest.raises(IllegalMove, match="may do harm"):
        repeat_step(machine.run.id, "a", desk=machine.desk)
    confirm_step(machine.run.id, "a", "Looked on the host: it was done", desk=machine.desk)
    assert machine.play().state is RunState.DONE
    assert machine.sent == ["a", "b"]
    assert recover(desk=machine.desk) == ()


def test_harmless_step_of_unknown_outcome_may_be_sent_again() -> None:
    machine = Machine(command("a", idempotent=True))
    machine.answers["a"] = lambda: StepOutcome(StepState.UNKNOWN, "link lost")
    machine.play()
    machine.answers.clear()
    repeat_step(machine.run.id, "a", desk=machine.desk)
    assert machine.play().state is RunState.DONE


def test_gate_opens_only_to_the_exact_words() -> None:
    machine = Machine(Step("g", "Go?", StepKind.GATE, answer="GO db-01"), command("a"))
    assert machine.play().state is RunState.WAITING
    with pytest.raises(IllegalMove, match="GO db-01"):
        answer_gate(machine.run.id, "g", "go db-01", desk=machine.desk)
    assert machine.sent == []
    answer_gate(machine.run.id, "g", "GO db-01", desk=machine.desk)
    assert machine.play().state is RunState.DONE


def test_manual_step_waits_and_keeps_who_said_what() -> None:
    machine = Machine(Step("m", "Look", StepKind.MANUAL))
    assert machine.play().of("m").state is StepState.WAITING
    confirm_step(machine.run.id, "m", "Sum is the same", desk=machine.desk)
    done = machine.play().of("m")
    assert (done.by, done.outcome, done.state) == ("Sipho", "Sum is the same", StepState.DONE)


def test_step_out_of_turn_cannot_be_answered() -> None:
    machine = Machine(Step("m", "Look", StepKind.MANUAL), Step("n", "Look on", StepKind.MANUAL))
    machine.play()
    with pytest.raises(IllegalMove, match="not the turn"):
        confirm_step(machine.run.id, "n", "early", desk=machine.desk)


def test_skipping_needs_a_reason() -> None:
    machine = Machine(Step("m", "Look", StepKind.MANUAL))
    machine.play()
    with pytest.raises(IllegalMove, match="needs a reason"):
        skip_step(machine.run.id, "m", "", desk=machine.desk)
    skip_step(machine.run.id, "m", "Done yesterday", desk=machine.desk)
    assert machine.play().of("m").state is StepState.SKIPPED


def test_pause_holds_before_the_next_step() -> None:
    machine = Machine(command("a"), command("b"))

    def pause_meanwhile() -> StepOutcome:
        pause(machine.run.id, desk=machine.desk)
        return DONE

    machine.answers["a"] = pause_meanwhile
    assert machine.play().state is RunState.PAUSED
    assert machine.sent == ["a"]
    resume(machine.run.id, desk=machine.desk)
    assert machine.play().state is RunState.DONE


def test_backing_out_turns_round_and_moves_the_change() -> None:
    machine = Machine(command("a"), command("b"), command("x", phase=Phase.BACKOUT))
    machine.answers["a"] = lambda: StepOutcome(StepState.FAILED, "exit 1", 1)
    machine.play()
    with pytest.raises(IllegalMove, match="needs a reason"):
        back_out(machine.run.id, " ", desk=machine.desk)
    back_out(machine.run.id, "Index is broken", desk=machine.desk)
    change = machine.store.kinds["changes"][machine.change]
    assert (change.state, change.backed_out) == (ChangeState.BACKOUT, True)
    run = machine.play()
    assert run.state is RunState.BACKED_OUT
    assert machine.sent == ["a", "x"]
    assert machine.state_of("b") is StepState.PENDING


def test_backing_out_leaves_a_sent_step_unknown() -> None:
    machine = Machine(command("a"), command("x", phase=Phase.BACKOUT))

    def turn_round_meanwhile() -> StepOutcome:
        back_out(machine.run.id, "Too slow", desk=machine.desk)
        raise TaskCancelled

    machine.answers["a"] = turn_round_meanwhile
    run = machine.play()
    assert run.state is RunState.BACKED_OUT
    assert machine.sent == ["a", "x"]


def test_every_step_leaves_its_marks_in_the_log() -> None:
    machine = Machine(command("a"))
    machine.play()
    assert machine.store.kinds_logged() == [
        "change.opened",
        "run.started",
        "step.sent",
        "step.done",
        "run.ended",
    ]
