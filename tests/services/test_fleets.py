"""A command on many hosts inside a run: numeric limits, a pause, the rest, and gates of health."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.change import ChangeState
from app.domain.fanout import AT_ONCE, Share, Tolerance, read_batches
from app.domain.health import CheckResult, Health, HealthReport, Phase, Reading
from app.domain.host import Host
from app.domain.ids import HealthId, HostId, new_id
from app.domain.run import DeviationKind, RunState, StepState, fleets
from app.domain.runbook import Phase as StepPhase
from app.domain.runbook import Runbook, StepKind
from app.errors import IllegalMove, Unreachable
from app.services.change.plan_steps import steps_in_words
from app.services.fanout import gates
from app.services.fanout.deciding import (
    go_on_with_the_rest,
    repeat_failed,
    standing,
)
from app.services.fanout.gates import check_gate
from app.services.fanout.limits import limits_in_words
from app.services.fanout.spreading import Spreading, spread
from app.services.host.health import Checking
from app.services.run import execution
from app.services.run.crew import StepOutcome
from app.services.run.decisions import confirm_step
from app.services.run.runbooks import expected_end
from app.store.mapping import CHANGE, RUN
from app.tasks import TaskContext
from tests.fakes import NOON, MemoryStore
from tests.services.office import Office
from tests.services.test_execution import DONE, Machine, command

FAILED = StepOutcome(StepState.FAILED, "exit 1", 1)
TWO_OF_ALL = Tolerance(fail_batch=None, fail_total=Share(2), unreachable_total=Share(1))


def hosts(n: int) -> list[Host]:
    return [Host(HostId(f"h{i}"), f"web-{i:02}", "127.0.0.1") for i in range(n)]


def machine_of(
    n: int, batches: str, tolerance: Tolerance, *, gate: bool = False, at_once: int = AT_ONCE
) -> tuple[Machine, list[str]]:
    """Return a machine whose second step is repeated on hosts, and the ids of these steps."""
    how = Spreading(read_batches(batches), tolerance, gate, at_once)
    steps = spread((command("a"), command("b"), command("c")), "b", hosts(n), how)
    machine = Machine(*steps)
    return machine, [step.id for step in steps if step.fleet is not None]


def test_a_few_failures_stop_nothing_and_are_written_down() -> None:
    machine, ids = machine_of(5, "1, 2, rest", TWO_OF_ALL)
    machine.answers = {ids[0]: lambda: FAILED, ids[3]: lambda: FAILED}
    run = machine.play()
    assert run.state is RunState.DONE
    assert machine.sent[-1] == "c"
    went_on = [one for one in run.deviations if one.kind is DeviationKind.WENT_ON]
    assert [one.step for one in went_on] == [ids[0], ids[3]]
    assert run.of(ids[0]).state is StepState.FAILED


def test_one_more_than_the_limit_pauses_before_the_next_batch() -> None:
    machine, ids = machine_of(6, "1, 2, rest", TWO_OF_ALL)
    machine.answers = {key: lambda: FAILED for key in ids[:3]}
    run = machine.play()
    assert run.state is RunState.WAITING
    assert set(machine.sent) == {"a", *ids[:3]}
    assert {item.step.id for item in run.trouble} == set(ids[:3])
    (fan_out,) = fleets(run.steps).values()
    assert standing(fan_out) == "0 of 6 hosts done, 3 failed, 3 waiting"
    assert "2 in all" in limits_in_words(fan_out.tolerance)


def test_going_on_with_the_rest_needs_a_reason_and_begins_to_count_anew() -> None:
    machine, ids = machine_of(6, "1, 2, rest", TWO_OF_ALL)
    machine.answers = {key: lambda: FAILED for key in ids[:3]}
    run = machine.play()
    with pytest.raises(IllegalMove, match="Say why"):
        go_on_with_the_rest(run.id, ids[0], " ", desk=machine.desk)
    go_on_with_the_rest(run.id, ids[0], "old kernels, known", desk=machine.desk)
    machine.answers = {ids[4]: lambda: FAILED}
    run = machine.play()
    assert run.state is RunState.DONE
    assert [run.of(key).excused_by for key in ids[:3]] == ["Sipho"] * 3
    assert run.of(ids[4]).excused_by == ""
    rest = next(one for one in run.deviations if "Gone on" in one.text)
    assert "3 failed" in rest.text
    assert "old kernels, known" in rest.text


def test_what_failed_is_sent_again_and_nothing_else() -> None:
    machine, ids = machine_of(4, "2, rest", Tolerance())
    machine.answers = {ids[0]: lambda: FAILED}
    run = machine.play()
    assert run.state is RunState.WAITING
    machine.answers = {}
    repeat_failed(run.id, ids[0], desk=machine.desk)
    assert machine.play().state is RunState.DONE
    assert machine.sent.count(ids[0]) == 2
    assert all(machine.sent.count(key) == 1 for key in ids[1:])


def test_a_host_out_of_reach_counts_against_a_limit_of_its_own() -> None:
    def away() -> StepOutcome:
        raise Unreachable("No answer.", host="web-00", step="connection")

    machine, ids = machine_of(5, "", TWO_OF_ALL)
    machine.answers = {ids[0]: away, ids[1]: lambda: FAILED, ids[2]: lambda: FAILED}
    assert machine.play().state is RunState.DONE
    machine, ids = machine_of(5, "", TWO_OF_ALL)
    machine.answers = {ids[0]: away, ids[1]: away}
    run = machine.play()
    assert run.state is RunState.WAITING
    assert run.of(ids[0]).unreached
    (fan_out,) = fleets(run.steps).values()
    assert "2 not reached" in standing(fan_out)


def test_an_unknown_outcome_waits_for_a_person_whatever_the_limits() -> None:
    machine, ids = machine_of(4, "1, rest", Tolerance(None, None, None, None))
    machine.answers = {ids[0]: lambda: StepOutcome(StepState.UNKNOWN, "lost")}
    run = machine.play()
    assert run.state is RunState.WAITING
    assert machine.sent == ["a", ids[0]]
    with pytest.raises(IllegalMove, match="no host"):
        repeat_failed(run.id, ids[0], desk=machine.desk)
    confirm_step(run.id, ids[0], "looked: it ran", desk=machine.desk)
    assert machine.play().state is RunState.DONE


@given(
    n=st.integers(1, 12),
    bad=st.sets(st.integers(0, 11)),
    limit=st.integers(0, 5),
    batches=st.sampled_from(["", "1, rest", "2", "1, 50%, rest"]),
)
def test_never_more_hosts_fail_than_the_limit_and_one_batch(n, bad, limit, batches) -> None:
    machine, ids = machine_of(n, batches, Tolerance(None, Share(limit), None, None))
    machine.answers = {key: lambda: FAILED for i, key in enumerate(ids) if i in bad}
    run = machine.play()
    failed = [key for key in ids if run.of(key).state is StepState.FAILED]
    number = {i.step.id: i.step.fleet.batch for i in run.steps if i.step.fleet is not None}
    before_last = [key for key in failed if number[key] < max(number[k] for k in failed)]
    assert len(before_last) <= limit
    expected = sum(i in bad for i in range(n))
    assert (run.state is RunState.DONE) == (expected <= limit)


def test_limits_are_part_of_the_plan_and_survive_the_store() -> None:
    machine, _ids = machine_of(3, "1, rest", TWO_OF_ALL, gate=True)
    change = machine.store.kinds["changes"][machine.change]
    assert CHANGE.read(str(CHANGE.row(change)["body"])).runbook == change.runbook
    assert RUN.read(str(RUN.row(machine.run)["body"])).steps == machine.run.steps
    loose = tuple(
        replace(s, fleet=replace(s.fleet, tolerance=Tolerance())) if s.fleet else s
        for s in change.runbook.steps
    )
    assert replace(change, runbook=Runbook(loose)).plan_hash != change.plan_hash


def test_gates_stand_before_the_first_batch_and_behind_each() -> None:
    how = Spreading(read_batches("1, rest"), Tolerance(), gate=True)
    steps = spread((command("b"), command("c")), "b", hosts(3), how)
    assert [step.kind for step in steps] == [
        StepKind.CHECK, StepKind.COMMAND, StepKind.CHECK, StepKind.COMMAND, StepKind.COMMAND,
        StepKind.CHECK, StepKind.COMMAND,
    ]  # fmt: skip
    assert [step.gate_of for step in steps if step.gate_of] == [
        ("h0", "h1", "h2"), ("h0",), ("h1", "h2"),
    ]  # fmt: skip
    assert steps[1].after == (steps[0].id,)
    assert steps[3].after == steps[4].after == (steps[2].id,)
    assert steps[6].after == (steps[5].id,)
    assert steps[1].id == "b"


def report(host: str, phase: Phase, *found: CheckResult, late: float = 0.0) -> HealthReport:
    at = NOON + timedelta(seconds=late)
    return HealthReport(
        HealthId(new_id()), None, HostId(host), host, phase, at, at, tuple(found)
    )  # fmt: skip


def result(name: str, health: Health, value: float = 1.0, **more: object) -> CheckResult:
    return CheckResult(name, name, Reading(health, f"{value:g}", value, "%", **more))  # type: ignore[arg-type]


@pytest.fixture
def gate(monkeypatch):
    """A gate over three hosts; the reports after the batch are set by the test."""
    office = Office()
    change = office.put(office.draft(), state=ChangeState.IMPLEMENT)
    store: MemoryStore = office.store
    for host in hosts(3):
        store.kinds["hosts"][host.id] = host
        before = replace(
            report(host.id, Phase.BEFORE, result("disk", Health.OK, 40)), change=change.id
        )
        store.kinds.setdefault("health", {})[before.id] = before
    after: dict[str, HealthReport | Unreachable] = {}

    def check(host, request, *, checking, context, recorder):
        found = after.get(host.id, report(host.id, request.phase, result("disk", Health.OK, 41)))
        if isinstance(found, Unreachable):
            raise found
        return found

    monkeypatch.setattr("app.services.fanout.checks.check_and_record", check)

    def ask(*names: str, touched: bool = True) -> gates.Gate:
        checking = Checking(office.desk(), None, None)  # type: ignore[arg-type]
        return check_gate(
            change, [HostId(n) for n in names], touched=touched, checking=checking,
            context=TaskContext(),
        )  # fmt: skip

    return ask, after


def test_a_gate_passes_when_no_host_is_worse_than_before(gate) -> None:
    ask, after = gate
    after["h1"] = report("h1", Phase.AFTER, result("disk", Health.OK, 79))
    found = ask("h0", "h1")
    assert (found.passes, found.text) == (True, "2 hosts are no worse than before.")


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (result("disk", Health.WARNING, 91), "h1: disk: 91"),
        (None, "h1 could not be checked: No answer."),
    ],
)
def test_a_gate_holds_when_a_host_is_worse_or_cannot_be_looked_at(gate, found, words) -> None:
    ask, after = gate
    after["h1"] = report("h1", Phase.AFTER, found) if found else Unreachable("No answer.")
    answer = ask("h0", "h1", "h2")
    assert not answer.passes
    assert words.replace("h1", "web-01") in answer.text


def test_a_gate_holds_for_a_host_that_was_never_checked_before(gate) -> None:
    ask, after = gate
    assert ask("h0").passes
    office_host = report("h9", Phase.AFTER, result("disk", Health.OK))
    after["h9"] = office_host
    with pytest.raises(Exception, match="h9"):
        ask("h9")


def test_the_look_before_fails_only_at_something_critical(gate) -> None:
    ask, after = gate
    after["h0"] = report("h0", Phase.BEFORE, result("disk", Health.WARNING, 91))
    assert ask("h0", touched=False).passes
    after["h0"] = report("h0", Phase.BEFORE, result("disk", Health.CRITICAL, 99))
    assert not ask("h0", touched=False).passes


def test_a_gate_that_holds_pauses_the_run_before_the_next_batch() -> None:
    machine, ids = machine_of(3, "1, rest", Tolerance(), gate=True)
    seen: list[str] = []

    def check(_change, _run, item, _context):
        seen.append(item.step.title)
        bad = item.step.gate_of == ("h0",)
        return StepOutcome(StepState.FAILED, "h0: disk: 91 %") if bad else DONE

    kinds = {StepKind.COMMAND: machine.execute, StepKind.CHECK: check}
    run = execution.play(machine.run.id, kinds, desk=machine.desk, context=TaskContext())
    assert run.state is RunState.WAITING
    assert machine.sent == ["a", ids[0]]
    assert seen == ["Step b: health before", "Step b: health after batch 1"]


@pytest.mark.parametrize("at_once", [2, 6])
def test_so_many_hosts_of_a_batch_are_worked_on_at_once_as_the_plan_says(at_once: int) -> None:
    machine, ids = machine_of(12, "rest", Tolerance(), at_once=at_once)
    all_there, lock = threading.Barrier(at_once, timeout=10), threading.Lock()
    going: list[int] = []
    most: list[int] = []

    def work() -> StepOutcome:
        with lock:
            going.append(1)
            most.append(len(going))
        all_there.wait()
        with lock:
            going.pop()
        return DONE

    machine.answers = dict.fromkeys(ids, work)
    assert machine.play().state is RunState.DONE
    assert max(most) <= at_once, "never more"
    assert len(most) == 12


def test_the_plan_tells_how_long_a_fleet_takes_that_does_not_go_all_at_once() -> None:
    machine, ids = machine_of(12, "rest", Tolerance(), at_once=5)
    change = machine.store.kinds["changes"][machine.change]
    assert change.runbook.forward_estimate_s == (1 + 3 + 1) * 60.0
    run = machine.run
    assert run.started_at is not None
    begins = [
        (item.planned_start - run.started_at).total_seconds()
        for item in run.active
        if item.step.id in ids and item.planned_start is not None
    ]
    assert sorted(begins) == [60.0] * 5 + [120.0] * 5 + [180.0] * 2
    end = expected_end(run, run.started_at)
    assert end is not None
    assert (end - run.started_at).total_seconds() == (1 + 3 + 1) * 60.0


def test_whoever_approves_reads_how_many_go_at_once_and_how_many_may_fail() -> None:
    limits = Tolerance(Share(10, percent=True))
    machine, _ids = machine_of(3, "1, rest", limits, at_once=2)
    change = machine.store.kinds["changes"][machine.change]
    told = [words for _n, words in steps_in_words(change.runbook, StepPhase.FORWARD, str)]
    assert "batch 1, 2 hosts at once, may fail: 10 % of a batch, 0 in all" in told[1]
    assert "batch 2, " in told[3]
