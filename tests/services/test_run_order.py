"""Properties of the executor: order, once only, side by side, gates that never pass by silence."""

import threading
import time
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.run import DeviationKind, RunState, StepState
from app.domain.runbook import OnFail, Phase, Step, StepKind, waits_for
from app.domain.window import TimeRange, Window
from app.errors import IllegalMove
from app.services.run.crew import StepOutcome
from app.services.run.decisions import (
    answer_gate,
    clear_command,
    confirm_step,
    repeat_step,
    skip_step,
)
from app.services.run.execution import back_out, pause, play, resume
from app.services.run.silent_gates import close_silent_gates
from app.tasks import TaskContext
from tests.examples import DB
from tests.fakes import NOON
from tests.schedule.examples import plain
from tests.services.test_execution import DONE, Machine, command

OUTSIDE = DeviationKind.OUT_OF_WINDOW
OUTCOMES = (StepState.DONE, StepState.FAILED, StepState.UNKNOWN, StepState.STOPPED)


@st.composite
def books(draw):
    """Up to six steps; each may wait for earlier ones, some wait for a person."""
    n = draw(st.integers(1, 6))
    steps = []
    for place in range(n):
        before = draw(st.lists(st.sampled_from(range(place)), unique=True)) if place else []
        kind = draw(st.sampled_from((StepKind.COMMAND, StepKind.COMMAND, StepKind.MANUAL)))
        steps.append(
            Step(
                f"s{place}",
                f"Step {place}",
                kind,
                command="true",
                after=tuple(f"s{b}" for b in before),
                idempotent=draw(st.booleans()),
            )
        )
    return tuple(draw(st.permutations(steps)))


@given(books(), st.data())
@settings(max_examples=40, deadline=None)
def test_steps_keep_their_order_and_nothing_is_sent_twice_unasked(steps, data):
    machine = Machine(*steps)
    asked: dict[str, int] = {}
    for step in steps:
        outcome = data.draw(st.sampled_from(OUTCOMES))
        machine.answers[step.id] = lambda o=outcome: StepOutcome(o, o.value)
    lock = threading.Lock()
    ended: list[str] = []
    before = waits_for(steps)
    execute = machine.execute

    def watched(change, run, item, context):
        with lock:
            settled = {i.step.id for i in machine.store.kinds["runs"][run.id].steps if i.is_settled}
            assert settled.issuperset(before[item.step.id]), "what it waits for is settled"
        result = execute(change, run, item, context)
        with lock:
            ended.append(item.step.id)
        return result

    machine.execute = watched
    run = machine.play()
    for _ in range(40):
        if run.is_over:
            break
        item = run.current
        assert run.state is RunState.WAITING
        if item.state.is_trouble:
            again = item.state is not StepState.UNKNOWN or item.step.idempotent
            machine.answers.pop(item.step.id, None)
            if again and data.draw(st.booleans()):
                asked[item.step.id] = asked.get(item.step.id, 0) + 1
                repeat_step(run.id, item.step.id, desk=machine.desk)
            elif data.draw(st.booleans()):
                confirm_step(run.id, item.step.id, "looked", desk=machine.desk)
            else:
                skip_step(run.id, item.step.id, "not needed", desk=machine.desk)
        else:
            confirm_step(run.id, item.step.id, "done", desk=machine.desk)
        run = machine.play()
    assert run.state is RunState.DONE
    for step in steps:
        assert machine.sent.count(step.id) <= 1 + asked.get(step.id, 0)


def test_independent_steps_go_side_by_side_and_what_waits_for_both_comes_last():
    machine = Machine(command("a"), command("b", after=()), command("c", after=("a", "b")))
    both = threading.Barrier(2, timeout=5)

    def meet():
        both.wait()
        return DONE

    machine.answers = {"a": meet, "b": meet}
    assert machine.play().state is RunState.DONE
    assert machine.sent[-1] == "c"
    assert sorted(machine.sent) == ["a", "b", "c"]


def test_trouble_beside_a_running_step_sends_nothing_more_and_waits_for_its_end():
    machine = Machine(command("a"), command("b", after=()), command("c", after=("b",)))
    failed = threading.Event()

    def fail():
        failed.set()
        return StepOutcome(StepState.FAILED, "exit 1", 1)

    def slow():
        failed.wait(5)
        time.sleep(0.1)
        return DONE

    machine.answers = {"a": fail, "b": slow}
    run = machine.play()
    assert run.state is RunState.WAITING
    assert run.of("b").state is StepState.DONE
    assert run.of("c").state is StepState.PENDING
    assert run.current.step.id == "a"


def test_a_gate_waits_beside_steps_that_go_on():
    gate = Step("g", "Go?", StepKind.GATE, answer="GO", after=())
    machine = Machine(gate, command("a", after=()), command("b", after=("g",)))
    asked = threading.Event()

    def answer_meanwhile():
        run = machine.store.kinds["runs"][machine.run.id]
        while run.of("g").state is not StepState.WAITING:
            run = machine.store.kinds["runs"][machine.run.id]
        answer_gate(run.id, "g", "GO", desk=machine.desk)
        asked.set()
        return DONE

    machine.answers["a"] = answer_meanwhile
    assert machine.play().state is RunState.DONE
    assert asked.is_set()
    assert sorted(machine.sent) == ["a", "b"]


def test_two_players_never_send_the_same_step_twice():
    machine = Machine(*(command(f"s{n}", after=()) for n in range(4)))
    slow = {f"s{n}": lambda: (time.sleep(0.02), DONE)[1] for n in range(4)}
    machine.answers = slow
    players = [threading.Thread(target=machine.play) for _ in range(3)]
    for player in players:
        player.start()
    for player in players:
        player.join()
    assert sorted(machine.sent) == ["s0", "s1", "s2", "s3"]


@given(st.integers(0, 3600), st.integers(1, 3600))
@settings(max_examples=30, deadline=None)
def test_a_gate_is_never_passed_by_silence(waited_s, limit_s):
    machine = Machine(Step("g", "Go?", StepKind.GATE, answer="GO", limit_s=limit_s), command("a"))
    machine.play()
    machine.desk.clock.pass_by(seconds=waited_s)
    close_silent_gates(machine.run.id, desk=machine.desk)
    run = machine.play()
    assert run.state is RunState.WAITING
    assert machine.sent == []
    if waited_s > limit_s:
        assert run.of("g").state is StepState.STOPPED
        with pytest.raises(IllegalMove, match="time to answer"):
            answer_gate(run.id, "g", "GO", desk=machine.desk)
        repeat_step(run.id, "g", desk=machine.desk)
        machine.play()
    answer_gate(run.id, "g", "GO", desk=machine.desk)
    assert machine.play().state is RunState.DONE


def test_a_silent_gate_is_refused_even_before_anybody_looked():
    machine = Machine(Step("g", "Go?", StepKind.GATE, answer="GO", limit_s=60.0))
    machine.play()
    machine.desk.clock.pass_by(seconds=61)
    with pytest.raises(IllegalMove, match="time to answer"):
        answer_gate(machine.run.id, "g", "GO", desk=machine.desk)
    assert machine.state_of("g") is StepState.STOPPED
    gate = machine.store.kinds["runs"][machine.run.id].of("g")
    assert gate.actual_s == 60.0, "it ended when its time did, not when somebody looked"


def test_a_gate_is_answered_by_whom_it_names_and_not_by_the_implementer():
    machine = Machine(Step("g", "Go?", StepKind.GATE, answer="GO", approver="Pieter"))
    machine.play()
    with pytest.raises(IllegalMove, match="Only Pieter"):
        answer_gate(machine.run.id, "g", "GO", desk=machine.desk)
    answer_gate(machine.run.id, "g", "GO", desk=replace(machine.desk, actor="Pieter"))
    other = Machine(Step("g", "Go?", StepKind.GATE, answer="GO", by_another=True))
    kept = other.store.kinds["changes"]
    kept[other.change] = replace(kept[other.change], implementer="Sipho")
    other.play()
    with pytest.raises(IllegalMove, match="implements"):
        answer_gate(other.run.id, "g", "GO", desk=other.desk)


@pytest.mark.parametrize("verb", [confirm_step, skip_step])
def test_a_gate_is_passed_by_its_words_only(verb):
    machine = Machine(Step("g", "Go?", StepKind.GATE, answer="GO"))
    machine.play()
    with pytest.raises(IllegalMove, match="gate"):
        verb(machine.run.id, "g", "because", desk=machine.desk)


def windowed(machine, start_min, end_min):
    span = TimeRange(NOON + timedelta(minutes=start_min), NOON + timedelta(minutes=end_min))
    kept = machine.store.kinds["changes"]
    kept[machine.change] = replace(kept[machine.change], window=Window(span))


def test_past_the_latest_start_of_a_roll_back_a_gate_needs_a_reason_that_is_kept():
    back = command("x", phase=Phase.BACKOUT, estimate_s=1800.0)
    gate = Step("g", "Go?", StepKind.GATE, answer="GO", limit_s=1e6)
    machine = Machine(gate, back)
    windowed(machine, -30, 60)
    machine.play()
    machine.desk.clock.pass_by(minutes=40)
    with pytest.raises(IllegalMove, match=r"10.min ago") as told:
        answer_gate(machine.run.id, "g", "GO", desk=machine.desk)
    assert "Back out" in told.value.hint
    answer_gate(machine.run.id, "g", "GO", desk=machine.desk, late_reason="Too far to turn")
    (found,) = machine.play().deviations
    assert found.kind is DeviationKind.PAST_DEADLINE
    assert "Too far to turn" in found.text
    assert "run.deviation" in machine.store.kinds_logged()


def test_leaving_the_plan_is_written_down_by_itself():
    machine = Machine(command("a", host=DB.id, p90_s=90.0), Step("m", "Look", StepKind.MANUAL))
    windowed(machine, 10, 60)

    def slow():
        machine.desk.clock.pass_by(minutes=2)
        return DONE

    machine.answers["a"] = slow
    run = machine.play()
    skip_step(run.id, "m", "Nobody there", desk=machine.desk)
    run = machine.play()
    kinds = [(item.step, item.kind) for item in run.deviations]
    assert kinds == [
        ("a", DeviationKind.OUT_OF_WINDOW),
        ("a", DeviationKind.UNDECLARED_HOST),
        ("a", DeviationKind.OVERRUN),
        ("m", DeviationKind.OUT_OF_WINDOW),
        ("m", DeviationKind.SKIPPED),
    ]
    assert machine.store.kinds_logged().count("run.deviation") == 5


def test_work_that_goes_on_after_the_window_has_ended_is_written_down_once():
    ask = Step("g", "Go?", StepKind.GATE, answer="GO", limit_s=1e6)
    machine = Machine(command("a"), Step("m", "Look", StepKind.MANUAL), ask, command("b"))
    windowed(machine, -30, 5)
    machine.answers["a"] = lambda: (machine.desk.clock.pass_by(minutes=4), DONE)[1]
    run = machine.play()
    assert run.deviations == ()
    machine.desk.clock.pass_by(minutes=3)
    confirm_step(run.id, "m", "Looked", desk=machine.desk)
    machine.play()
    answer_gate(run.id, "g", "GO", desk=machine.desk, late_reason="Nearly there")
    run = machine.play()
    found = [(i.step, plain(i.text)) for i in run.deviations if i.kind is OUTSIDE]
    assert found == [
        ("m", "“Look” went on for 2 min after the end of the window."),
        ("g", "“Go?” began outside the window."),
        ("b", "“Step b” began outside the window."),
    ]


def test_a_command_that_was_under_way_at_the_end_of_the_window_is_a_deviation_by_itself():
    machine = Machine(command("a"))
    windowed(machine, -30, 5)
    machine.answers["a"] = lambda: (machine.desk.clock.pass_by(minutes=9), DONE)[1]
    (found,) = machine.play().deviations
    assert (found.kind, found.step) == (OUTSIDE, "a")
    assert "4 min after the end" in plain(found.text)


@pytest.mark.parametrize("verb", [pause, resume])
def test_a_run_that_has_just_ended_keeps_its_end(verb):
    machine = Machine(command("a"))
    ended = machine.play()
    machine.desk.clock.pass_by(minutes=5)
    assert verb(ended.id, desk=machine.desk) == ended
    assert machine.play() == ended
    assert machine.store.kinds["changes"][machine.change].work_end == ended.ended_at


def test_nothing_of_a_run_that_is_over_can_be_sent_again():
    machine = Machine(command("a", on_fail=OnFail.GO_ON, mandatory=False))
    machine.answers["a"] = lambda: StepOutcome(StepState.FAILED, "exit 1", 1)
    assert machine.play().state is RunState.DONE
    with pytest.raises(IllegalMove, match="has ended"):
        repeat_step(machine.run.id, "a", desk=machine.desk)
    assert machine.state_of("a") is StepState.FAILED


def test_within_its_p90_a_step_is_no_deviation():
    machine = Machine(command("a", estimate_s=60.0, p90_s=180.0))
    machine.answers["a"] = lambda: (machine.desk.clock.pass_by(minutes=2), DONE)[1]
    assert machine.play().deviations == ()


def test_an_optional_step_that_may_fail_is_passed_and_a_mandatory_one_is_not():
    fail = StepOutcome(StepState.FAILED, "exit 1", 1)
    soft = Machine(command("a", on_fail=OnFail.GO_ON, mandatory=False), command("b"))
    soft.answers["a"] = lambda: fail
    run = soft.play()
    assert run.state is RunState.DONE
    assert run.of("a").state is StepState.FAILED
    assert [item.kind for item in run.deviations] == [DeviationKind.WENT_ON]
    hard = Machine(command("a", on_fail=OnFail.GO_ON), command("b"))
    hard.answers["a"] = lambda: fail
    assert hard.play().state is RunState.WAITING


def test_a_destructive_command_is_sent_only_after_its_words_were_typed():
    machine = Machine(Step("a", "Wipe", StepKind.COMMAND, command="mkfs.ext4 /dev/sdb"))
    assert machine.play().of("a").state is StepState.WAITING
    assert machine.sent == []
    with pytest.raises(IllegalMove, match="RUN"):
        clear_command(machine.run.id, "a", "yes", desk=machine.desk)
    clear_command(machine.run.id, "a", "RUN", desk=machine.desk)
    run = machine.play()
    assert run.state is RunState.DONE
    assert (machine.sent, run.of("a").cleared_by) == (["a"], "Sipho")
    with pytest.raises(IllegalMove, match="needs no confirmation"):
        clear_command(machine.run.id, "a", "RUN", desk=machine.desk)


def test_a_stop_between_steps_pauses_and_backing_out_is_left_to_the_next_player():
    machine = Machine(command("a"), command("b"), command("x", phase=Phase.BACKOUT))
    context = TaskContext()
    machine.answers["a"] = lambda: (context.cancel(), DONE)[1]
    kinds = {StepKind.COMMAND: machine.execute}
    run = play(machine.run.id, kinds, desk=machine.desk, context=context)
    assert (run.state, machine.sent) == (RunState.PAUSED, ["a"])
    turned = Machine(command("a"), command("x", phase=Phase.BACKOUT))
    stop = TaskContext()

    def turn():
        back_out(turned.run.id, "Too slow", desk=turned.desk)
        stop.cancel()
        return DONE

    turned.answers["a"] = turn
    run = play(turned.run.id, {StepKind.COMMAND: turned.execute}, desk=turned.desk, context=stop)
    assert (run.state, turned.sent) == (RunState.BACKING_OUT, ["a"])
    assert turned.play().state is RunState.BACKED_OUT
