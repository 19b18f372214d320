"""The acts that all examples share; each is what a person of the cast would do in the window."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from app.demo.plan import APPROVER, COORDINATOR, IMPLEMENTER, REVIEWER
from app.domain.approval import Decision
from app.domain.backup import Level
from app.domain.change import Change, ChangeState
from app.domain.communication import Audience
from app.domain.feedback import Channel
from app.domain.health import Phase
from app.domain.lesson import FollowUp, Lesson
from app.domain.outage import Outage, OutageKind
from app.domain.review import CloseCode, Finding, ReviewAnswer, Topic
from app.domain.run import Run, RunState
from app.domain.runbook import StepKind
from app.errors import AppError
from app.examples.series import Shape, Span, table
from app.examples.stage import SECURITY, ZONE, Stage
from app.services import attachments, entries
from app.services.approval import approvals
from app.services.backup import backups
from app.services.change import changes
from app.services.change.closing import propose_code
from app.services.fanout import checks
from app.services.message import communications
from app.services.metric import verdicts
from app.services.metric.imports import FileImport, import_file
from app.services.review import feedback, feedback_read, learning, reports
from app.services.run import decisions, execution
from app.services.test_case import testing

Edit = Callable[[Change], Change]
HISTORY = timedelta(days=9)
"""How far back there are samples; at least four of these days are compared with."""


def record(stage: Stage, title: str, known: Edit, proof: attachments.Found | None = None) -> Change:
    """Open a change, say what is wrong, attach what shows it, and begin to plan."""
    desk = stage.services.desk
    change = changes.open_change(title, desk=desk)
    if proof is not None:
        attachments.attach(proof, change.id, desk=desk, files=stage.services.files)
    changes.edit_change(change.id, known, desk=desk, note="Need written down")
    return changes.move_change(change.id, ChangeState.ASSESS, desk=desk)


def plan(stage: Stage, change: Change, planned: Edit) -> Change:
    """Write the plan, draft the messages, and ask for approval."""
    desk = stage.services.desk
    stage.clock.let_pass(3600)
    changes.edit_change(change.id, planned, desk=desk, note="Plan written")
    communications.plan_messages(change.id, (Audience.USERS, Audience.SERVICE_DESK), desk=desk)
    stage.clock.let_pass(1800)
    return changes.move_change(change.id, ChangeState.AUTHORIZE, desk=desk)


def approve(stage: Stage, change: Change, said: Mapping[str, str] | None = None) -> Change:
    """Let people approve, each with a comment, and schedule the change."""
    said = said or {APPROVER: "", SECURITY: ""}
    for name, comment in said.items():
        stage.clock.let_pass(5 * 3600)
        desk = stage.acting(name).desk
        approvals.decide(change.id, Decision.APPROVED, desk=desk, comment=comment)
    return changes.move_change(change.id, ChangeState.SCHEDULED, desk=stage.services.desk)


def tell(stage: Stage, change: Change, moment: str) -> None:
    """Send what was drafted for one moment: before, during or after."""
    mailing = stage.services.mailing
    for audience, to in (("users", "users@example.org"), ("service_desk", "desk@example.org")):
        communications.note_sent(change.id, f"{audience}/{moment}", to, mailing=mailing)


def import_samples(stage: Stage, change: Change, shapes: Mapping[str, Shape], seed: int) -> None:
    """Bring in the samples that a monitoring system would have exported up to now."""
    with stage.services.new_uow() as uow:
        change = uow.changes.get(change.id)
    window, now = change.window, stage.clock.now()
    if window is None:
        raise AppError(f"{change.number} has no window to measure around.")
    work = (change.work_start, change.work_end) if change.work_start and change.work_end else None
    begins = change.work_start or window.span.start
    start = (begins - HISTORY).replace(minute=0, second=0, microsecond=0)
    span = Span(start, now, ZONE, work)
    side = "after" if work else "before"
    path = stage.folder / "samples" / f"{change.number}-{side}.csv"
    path.parent.mkdir(exist_ok=True)
    path.write_text(table(shapes, span, seed), "utf-8")
    for name in shapes:
        wanted = FileImport(change.id, name, path, name)
        import_file(wanted, with_=stage.services.measuring)


def back_up(stage: Stage, change: Change, level: Level | None = None) -> None:
    """Take the backups of the plan and prove them, as far as the risk demands or to a level."""
    keeping = stage.acting(IMPLEMENTER).keeping
    backups.back_up_change(change, keeping=keeping, context=stage.context, level=level)


def note(stage: Stage, change: Change, edit: Edit, words: str) -> None:
    """Write something down in the record, as the coordinator would in a form."""
    changes.edit_change(change.id, edit, desk=stage.services.desk, note=words)


def check(stage: Stage, change: Change, phase: Phase) -> None:
    """Check the health of every host of a change."""
    checking = replace(stage.acting(IMPLEMENTER).checking, at_once=1)  # the clock is the play's
    checks.check_change(change, phase, checking=checking, context=stage.context)


def try_tests(stage: Stage, change: Change) -> None:
    """Let the program try the tests that it can."""
    testing.run_tests(change.id, with_=stage.acting(REVIEWER).testing, context=stage.context)


@dataclass(frozen=True, slots=True)
class Said:
    """What a person does when a step waits: after how long, who, in which words.

    ``back_out`` is why the work is turned round there.
    """

    words: str = ""
    after_s: float = 60.0
    by: str = COORDINATOR
    back_out: str = ""


def carry_out(stage: Stage, change: Change, said: Mapping[str, Said]) -> Run:
    """Run the runbook to its end, or back from where somebody turns round."""
    runner = stage.acting(IMPLEMENTER)
    run = execution.start_run(change.id, desk=runner.desk)
    while not run.is_over:
        run = execution.play(run.id, runner.executors, desk=runner.desk, context=stage.context)
        if run.is_over:
            return run
        step = run.current
        if run.state is not RunState.WAITING or step is None or step.step.id not in said:
            at = step.step.title if step else "–"
            raise AppError(f"The run stands in state {run.state.value} at “{at}”.")
        answer = said[step.step.id]
        desk = stage.acting(answer.by).desk
        stage.clock.let_pass(answer.after_s)
        if answer.back_out:
            run = execution.back_out(run.id, answer.back_out, desk=desk)
        elif step.step.kind is StepKind.GATE:
            run = decisions.answer_gate(run.id, step.step.id, step.step.answer, desk=desk)
        else:
            run = decisions.confirm_step(run.id, step.step.id, answer.words, desk=desk)
    return run


def write_outage(stage: Stage, change: Change, steps: tuple[str, str]) -> None:
    """Record how long users were without the service: from one step's begin to another's end."""
    with stage.services.new_uow() as uow:
        change = uow.changes.get(change.id)
        run = max(uow.runs.list(change=change.id), key=lambda item: item.id)
    begin, end = run.of(steps[0]).started_at, run.of(steps[1]).ended_at
    if begin is None or end is None:
        raise AppError(f"The run of {change.number} has no such outage.")
    known = Outage(OutageKind.PLANNED, change.business_service, begin, end, by=COORDINATOR)
    note(stage, change, lambda c: replace(c, outages=(known,)), "Outage written down")


def finish(stage: Stage, change: Change, place: int) -> None:
    """Mark a follow-up action as done today."""
    with stage.services.new_uow() as uow:
        seen = uow.changes.get(change.id).actions[place]
    today = stage.clock.now().date()
    learning.finish_action(change.id, place, seen, today, desk=stage.services.desk)


def judge(stage: Stage, change: Change) -> None:
    """Compare before with after."""
    verdicts.judge(change.id, with_=stage.services.measuring)


def ask_users(
    stage: Stage, change: Change, answers: Sequence[tuple[int, str, str]], invited: int
) -> None:
    """Keep what users answered."""
    rows = [f'{rating},{role},"{comment}"' for rating, role, comment in answers]
    data = "\n".join(("rating,role,comment", *rows, "")).encode()
    asked = feedback.Round(Channel.FORM, invited, "feedback.csv", data)
    services = stage.services
    feedback.keep_answers(
        change.id, feedback_read.read_csv(data), asked, desk=services.desk, files=services.files
    )


@dataclass(frozen=True, slots=True)
class Ending:
    """What is written down at the end of a change."""

    notes: str
    lessons: tuple[Lesson, ...] = ()
    actions: tuple[tuple[str, str, int], ...] = ()
    """Title, owner, and in how many days it is due."""
    answers: Mapping[Topic, tuple[Finding, str]] = field(default_factory=dict)
    log: str = ""
    outcome: str = ""
    """What became of the risk."""


def close(stage: Stage, change: Change, ending: Ending) -> Change:
    """Write the review, let the reviewer look, close with the code that the record supports."""
    desk, now = stage.services.desk, stage.clock.now()
    code = _supported(stage, change)
    day = now.date()
    changes.edit_change(
        change.id,
        lambda c: replace(
            c,
            close_code=code,
            close_notes=ending.notes,
            lessons=ending.lessons,
            no_lessons=not ending.lessons,
            risk_outcome=ending.outcome,
            actions=tuple(
                FollowUp(title, owner, day + timedelta(days=days))
                for title, owner, days in ending.actions
            ),
        ),
        desk=desk,
        note="Review written",
    )
    entries.write_entry(change.id, ending.log or ending.notes, desk=desk)
    stage.clock.let_pass(7200)
    at = stage.clock.now()
    changes.edit_change(
        change.id,
        lambda c: replace(
            c,
            reviewed_by=REVIEWER,
            reviewed_at=at,
            answers=tuple(
                ReviewAnswer(topic, finding, note, REVIEWER, at)
                for topic, (finding, note) in ending.answers.items()
            ),
        ),
        desk=stage.acting(REVIEWER).desk,
        note="Reviewed",
    )
    return changes.move_change(change.id, ChangeState.CLOSED, desk=stage.acting(REVIEWER).desk)


def _supported(stage: Stage, change: Change) -> CloseCode:
    with stage.services.new_uow() as uow:
        found = tuple(uow.comparisons.list(change=change.id))
        now, runs = uow.changes.get(change.id), uow.runs.list(change=change.id)
    return propose_code(now, found, max(runs, key=lambda run: run.id, default=None)).code


def report(stage: Stage, change: Change) -> None:
    """Print the report, as the reviewer would."""
    reports.make_report(change.number, reporting=stage.acting(REVIEWER).reporting)


def move(stage: Stage, change: Change, target: ChangeState, by: str = COORDINATOR) -> Change:
    """Move a change on, past its guards."""
    return changes.move_change(change.id, target, desk=stage.acting(by).desk)
