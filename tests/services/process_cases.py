"""For every move a change that may go, and for every guard what takes that away."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from app.domain.approval import Approval, Decision
from app.domain.backup import BackupSet, CaptureState, Level, Outcome, StoredObject, Verification
from app.domain.change import Change, ChangeState, ChangeType
from app.domain.conflict import ScheduleCheck
from app.domain.health import Phase
from app.domain.ids import ChangeId, RunId, SampleSetId, SetId, TemplateId
from app.domain.metric import SampleSet, WindowName
from app.domain.review import CloseCode, TestResult
from app.domain.run import Run, RunState, StepRun, StepState
from app.domain.template import Template, pattern_of
from app.domain.verdict import Comparison, Verdict
from app.services.change.transitions import Facts
from app.services.template.standing import Origin, TrackRecord
from tests.examples import DB, RESPONSE, checked, identified, planned
from tests.fakes import NOON

S = ChangeState
Case = tuple[Change, Facts]
Break = Callable[[Change, Facts], Case]
HOUR = timedelta(hours=1)


def blank(state: ChangeState = S.DRAFT) -> Change:
    change = Change(ChangeId("c1"), "CHG-000001", "Upgrade", coordinator="Nomsa")
    return replace(planned(identified(change)), state=state)


def approval_of(change: Change, name: str = "Pieter", **more: object) -> Approval:
    fields = {
        "approver": name, "role": "", "decision": Decision.APPROVED, "at": NOON,
        "plan_hash": change.plan_hash, "revision": change.revision,
        "tolerance_h": 2.0,
    }  # fmt: skip
    return Approval(**(fields | more))


def approved(change: Change) -> Change:
    return replace(change, approvals=(approval_of(change),))


def samples(change: Change, window: WindowName, n: int = 60) -> SampleSet:
    span = (NOON - 3 * HOUR, NOON)
    key = SampleSetId(f"s-{window.value}")
    return SampleSet(key, change.id, RESPONSE.id, window, *span, n, "ab" * 32)


def backup(change: Change, level: Level = Level.MATCHES_SOURCE) -> BackupSet:
    proofs = tuple(
        Verification(step, Outcome.PASSED, NOON, 2.0, "") for step in Level if step <= level
    )
    objects = tuple(
        StoredObject(f"{n}", source.kind, source.title, CaptureState.CAPTURED)
        for n, source in enumerate(change.backup_plan, start=1)
    )
    return BackupSet(
        SetId("b1"), change.id, DB.id, DB.name, CaptureState.CAPTURED, NOON, NOON, 2.0, objects,
        "cd" * 32, "sets/b1", verifications=proofs,
    )  # fmt: skip


def run_of(change: Change, state: RunState, step: StepState = StepState.DONE) -> Run:
    steps = tuple(StepRun(item, step) for item in change.runbook.steps)
    back = NOON if state is RunState.BACKED_OUT else None
    return Run(
        RunId("r1"), change.id, change.plan_hash, state, steps, NOON, NOON + HOUR, "Sipho",
        backout_at=back,
    )  # fmt: skip


ACTORS = {
    (S.AUTHORIZE, S.IMPLEMENT): "Sipho",
    (S.SCHEDULED, S.IMPLEMENT): "Sipho",
    (S.TEST, S.IMPLEMENT): "Sipho",
    (S.REVIEW, S.CLOSED): "Ayesha",
}
"""Who makes a move, if not the coordinator."""


def good(source: ChangeState, target: ChangeState) -> Case:
    """Return a change in a state and facts with which the move passes all its guards."""
    actor = ACTORS.get((source, target), "Nomsa")
    change, facts = blank(source), Facts(NOON, actor=actor, hosts=(DB,))
    prepare = GOOD.get((source, target))
    return prepare(change, facts) if prepare else (change, facts)


def standard(change: Change, facts: Facts) -> Case:
    change = replace(change, type=ChangeType.STANDARD, template=TemplateId("t1"))
    template = Template(
        TemplateId("t1"), "t1", "Minor upgrade", pattern_of(change), locked=("runbook",),
        approved_by="Pieter", approved_at=NOON,
    )  # fmt: skip
    return change, replace(facts, origin=Origin(template, TrackRecord(successful=3)))


def urgent(change: Change, facts: Facts) -> Case:
    change = replace(change, type=ChangeType.EMERGENCY, justification="Data leaks now")
    return change, replace(facts, backups=(backup(change),), health=(checked(change),))


def done_before(change: Change, facts: Facts) -> Case:
    done = replace(
        change, retrospective=True, retrospective_reason="The office was closed",
        work_start=NOON - 2 * HOUR, work_end=NOON - HOUR, implementation_plan="Restarted",
    )  # fmt: skip
    return done, facts


def looked_up(change: Change, facts: Facts) -> Case:
    assert change.window is not None
    return replace(change, schedule_check=ScheduleCheck(NOON, change.window.span)), facts


def rejected(change: Change, facts: Facts) -> Case:
    no = approval_of(change, decision=Decision.REJECTED, comment="Not in December")
    return replace(change, approvals=(no,)), facts


def ready(change: Change, facts: Facts) -> Case:
    before = samples(change, WindowName.BEFORE)
    return approved(change), replace(
        facts, backups=(backup(change),), health=(checked(change),), samples=(before,)
    )


def carried_out(change: Change, facts: Facts) -> Case:
    done = replace(change, work_start=NOON, work_end=NOON + HOUR)
    return done, replace(facts, runs=(run_of(done, RunState.DONE),))


def backed_out(change: Change, facts: Facts) -> Case:
    after = replace(checked(change), phase=Phase.AFTER, started_at=NOON + 2 * HOUR)
    return change, replace(facts, runs=(run_of(change, RunState.BACKED_OUT),), health=(after,))


def watched(change: Change, facts: Facts) -> Case:
    after = samples(change, WindowName.AFTER)
    change = replace(change, monitor_since=NOON - timedelta(days=8))
    return change, replace(facts, samples=(after,), comparisons=(verdict(change),))


def reviewed(change: Change, facts: Facts) -> Case:
    change = replace(
        change, close_code=CloseCode.SUCCESSFUL, close_notes="Went well", no_lessons=True,
        reviewed_by="Ayesha",
    )  # fmt: skip
    change = with_tests(change, TestResult.PASSED)
    return change, replace(facts, log_entries=1, comparisons=(verdict(change),))


GOOD: dict[tuple[ChangeState, ChangeState], Break] = {
    (S.DRAFT, S.SCHEDULED): standard,
    (S.DRAFT, S.AUTHORIZE): urgent,
    (S.DRAFT, S.REVIEW): done_before,
    (S.ASSESS, S.AUTHORIZE): looked_up,
    (S.AUTHORIZE, S.SCHEDULED): lambda change, facts: (approved(change), facts),
    (S.AUTHORIZE, S.REJECTED): rejected,
    (S.AUTHORIZE, S.IMPLEMENT): urgent,
    (S.SCHEDULED, S.IMPLEMENT): ready,
    (S.IMPLEMENT, S.TEST): carried_out,
    (S.BACKOUT, S.REVIEW): backed_out,
    (S.TEST, S.IMPLEMENT): lambda change, facts: (
        with_tests(change, TestResult.FAILED),
        replace(facts, backups=(backup(change),)),
    ),
    (S.TEST, S.MONITOR): lambda change, facts: (with_tests(change, TestResult.PASSED), facts),
    (S.MONITOR, S.REVIEW): watched,
    (S.REVIEW, S.CLOSED): reviewed,
}


def with_tests(change: Change, result: TestResult) -> Change:
    return replace(change, tests=tuple(replace(case, result=result) for case in change.tests))


def verdict(change: Change, found: Verdict = Verdict.IMPROVED) -> Comparison:
    return Comparison("v1", change.id, RESPONSE.id, RESPONSE.name, found)
