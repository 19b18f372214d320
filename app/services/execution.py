"""Run a runbook: every step is journalled before it is sent and after it ended.

A step that was sent when the program died is *unknown* at the next start: nobody guesses, and
nothing is ever sent again by itself.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from app.domain.change import Change, ChangeState
from app.domain.event import Actor, NewEvent
from app.domain.ids import RunId, new_id
from app.domain.run import Run, RunState, StepRun, StepState
from app.domain.runbook import Phase, StepKind
from app.errors import AppError, Busy, Conflict, IllegalMove
from app.i18n import _
from app.services.changes import Desk, moved
from app.services.ports_store import UnitOfWork
from app.tasks import TaskCancelled, TaskContext


@dataclass(frozen=True, slots=True)
class StepOutcome:
    """How an executor ended: the state of the step and one sentence about it."""

    state: StepState
    outcome: str
    exit_code: int | None = None
    transcript: str = ""
    transcript_bytes: int = 0


Executor = Callable[[Change, Run, StepRun, TaskContext], StepOutcome]
"""Carries one step out; raises AppError when it could not even begin."""

Executors = Mapping[StepKind, Executor]
_PERSONAL = (StepKind.MANUAL, StepKind.GATE)


def start_run(change_id: str, *, desk: Desk) -> Run:
    """Create the run of a change that is being implemented.

    Raises:
        IllegalMove: The change is not in *Implement*, or the plan has no step.
        Busy: A run of the same change has not ended.
    """
    now = desk.clock.now()
    with desk.new_uow() as uow:
        change = uow.changes.get(change_id)
        if change.state is not ChangeState.IMPLEMENT:
            raise IllegalMove(_("{number} is not being implemented.").format(number=change.number))
        if any(not run.is_over for run in uow.runs.list(change=change_id)):
            raise Busy(_("{number} is already running.").format(number=change.number))
        planned, steps = now, []
        for step in change.runbook.phase(Phase.FORWARD):
            steps.append(StepRun(step, planned_start=planned))
            planned += timedelta(seconds=step.estimate_s)
        steps += [StepRun(step) for step in change.runbook.phase(Phase.BACKOUT)]
        run = Run(
            RunId(new_id()),
            change.id,
            change.plan_hash,
            RunState.RUNNING,
            tuple(steps),
            started_at=now,
            by=desk.actor,
        )
        uow.runs.add(run)
        uow.changes.save(replace(change, work_start=change.work_start or now))
        uow.log.append(
            NewEvent(
                "run.started", _("Started the run of {n} steps").format(n=len(steps)), change.id
            )
        )
        uow.commit()
    return run


def play(run_id: str, executors: Executors, *, desk: Desk, context: TaskContext) -> Run:
    """Carry steps out until a person is needed, the run is paused, or it ends.

    Every step is committed as SENT before its executor is called.
    """
    while True:
        run = _settle(run_id, desk=desk)
        step = run.current
        if run.state not in (RunState.RUNNING, RunState.BACKING_OUT) or step is None:
            return run
        if step.step.kind in _PERSONAL:
            return _wait_for_person(run_id, step.step.id, desk=desk)
        if step.state is not StepState.PENDING:
            return _wait_for_person(run_id, step.step.id, desk=desk)
        _play_step(run, step, executors, desk=desk, context=context)


def _play_step(
    run: Run, step: StepRun, executors: Executors, *, desk: Desk, context: TaskContext
) -> None:
    now = desk.clock.now()
    sent = replace(step, state=StepState.SENT, started_at=now, by=desk.actor)
    run = _record(run.id, sent, _("Step “{title}” sent"), "step.sent", desk=desk)
    with desk.new_uow() as uow:
        change = uow.changes.get(run.change)
    try:
        result = executors[step.step.kind](change, run, sent, context)
    except TaskCancelled:
        result = StepOutcome(
            StepState.STOPPED, _("Stopped by {who}; what it began may go on").format(who=desk.actor)
        )
    except AppError as error:
        result = StepOutcome(StepState.FAILED, error.sentence())
    ended = replace(
        sent,
        state=result.state,
        ended_at=desk.clock.now(),
        exit_code=result.exit_code,
        transcript=result.transcript,
        transcript_bytes=result.transcript_bytes,
        outcome=result.outcome,
    )
    words = {StepState.DONE: _("Step “{title}” done"), StepState.UNKNOWN: _OUTCOME_UNKNOWN}
    text = words.get(result.state, _("Step “{title}” did not succeed"))
    _record(run.id, ended, text, f"step.{result.state.value}", desk=desk)


_OUTCOME_UNKNOWN = _("Step “{title}” was sent, its outcome is unknown")


def confirm_step(run_id: str, step_id: str, note: str, *, desk: Desk) -> Run:
    """Say that a manual step is done, or that a sent step did end well after all."""
    return _answer(run_id, step_id, StepState.DONE, note or _("Done"), desk=desk)


def skip_step(run_id: str, step_id: str, reason: str, *, desk: Desk) -> Run:
    """Leave a step out, with a reason."""
    if not reason.strip():
        raise IllegalMove(_("A skipped step needs a reason."))
    return _answer(run_id, step_id, StepState.SKIPPED, reason.strip(), desk=desk)


def answer_gate(run_id: str, step_id: str, typed: str, *, desk: Desk) -> Run:
    """Answer a gate with “go”: what is typed must be exactly the answer the step names.

    Raises:
        IllegalMove: The text differs.
    """
    with desk.new_uow() as uow:
        wanted = uow.runs.get(run_id).of(step_id).step.answer
    if typed != wanted:
        raise IllegalMove(_("Type exactly “{wanted}” to go on.").format(wanted=wanted))
    return _answer(
        run_id, step_id, StepState.DONE, _("Go: “{typed}”").format(typed=typed), desk=desk
    )


def repeat_step(run_id: str, step_id: str, *, desk: Desk) -> Run:
    """Offer a step again that failed, was stopped, or is unknown and harmless to repeat.

    Raises:
        IllegalMove: It is unknown how the step ended, and sending it twice may do harm.
    """
    with desk.new_uow() as uow:
        item = uow.runs.get(run_id).of(step_id)
    if item.state is StepState.UNKNOWN and not item.step.idempotent:
        raise IllegalMove(
            _("Nobody knows how “{title}” ended, and sending it twice may do harm.").format(
                title=item.step.title
            ),
            hint=_("Look on the host, then say how it ended."),
        )
    if item.state not in (StepState.FAILED, StepState.STOPPED, StepState.UNKNOWN):
        raise IllegalMove(_("“{title}” cannot be repeated now.").format(title=item.step.title))
    fresh = StepRun(item.step, planned_start=item.planned_start)
    _record(run_id, fresh, _("Step “{title}” will be sent again"), "step.repeated", desk=desk)
    return resume(run_id, desk=desk)


def pause(run_id: str, *, desk: Desk) -> Run:
    """Stop before the next step; the one that runs goes on to its end."""
    return _set_state(run_id, RunState.PAUSED, _("Paused"), "run.paused", desk=desk)


def resume(run_id: str, *, desk: Desk) -> Run:
    """Let a paused or waiting run go on; call `play` afterwards."""

    def edit(run: Run, _uow: UnitOfWork) -> Run:
        back = run.direction is Phase.BACKOUT
        return replace(run, state=RunState.BACKING_OUT if back else RunState.RUNNING)

    return _update(run_id, edit, NewEvent("run.resumed", _("The run goes on")), desk=desk)


def back_out(run_id: str, reason: str, *, desk: Desk) -> Run:
    """Turn round: the change goes to *Backout*, and the way back is run from its first step.

    Raises:
        IllegalMove: No reason is given, the run already goes back, or the change is past that.
    """
    if not reason.strip():
        raise IllegalMove(_("Backing out needs a reason."))
    now = desk.clock.now()

    def edit(run: Run, uow: UnitOfWork) -> Run:
        if run.backout_at is not None:
            raise IllegalMove(_("The run already goes back."))
        change = uow.changes.get(run.change)
        if change.state not in (ChangeState.IMPLEMENT, ChangeState.TEST, ChangeState.MONITOR):
            raise IllegalMove(_("{number} cannot be backed out now.").format(number=change.number))
        moved(replace(change, backed_out=True), ChangeState.BACKOUT, uow, desk=desk, reason=reason)
        planned, steps = now, []
        for item in run.steps:
            if item.step.phase is Phase.BACKOUT:
                steps.append(replace(item, planned_start=planned))
                planned += timedelta(seconds=item.step.estimate_s)
            elif item.state is StepState.SENT:
                steps.append(replace(item, state=StepState.UNKNOWN, outcome=_("Left behind")))
            else:
                steps.append(item)
        return replace(
            run,
            state=RunState.BACKING_OUT,
            steps=tuple(steps),
            backout_at=now,
            backout_reason=reason.strip(),
            ended_at=None,
        )

    event = NewEvent("run.backed_out", _("Backing out: {why}").format(why=reason.strip()))
    return _update(run_id, edit, event, desk=desk)


def recover(*, desk: Desk) -> tuple[Run, ...]:
    """At start: find steps that were sent when the program ended, and say so.

    Returns:
        The runs that need a person, with those steps marked as unknown.
    """
    with desk.new_uow() as uow:
        broken = [
            run
            for run in uow.runs.list()
            if not run.is_over and any(item.state is StepState.SENT for item in run.steps)
        ]
    return tuple(_recover_run(run, desk=desk) for run in broken)


def _recover_run(run: Run, *, desk: Desk) -> Run:
    for item in run.steps:
        if item.state is StepState.SENT:
            unknown = replace(
                item,
                state=StepState.UNKNOWN,
                outcome=_("Sent {at:%H:%M:%S} UTC, then the program ended; outcome unknown").format(
                    at=item.started_at
                ),
            )
            _record(run.id, unknown, _OUTCOME_UNKNOWN, "step.unknown", desk=desk)
    return _set_state(run.id, RunState.WAITING, _("Waits for a decision"), "run.waits", desk=desk)


def _wait_for_person(run_id: str, step_id: str, *, desk: Desk) -> Run:
    def edit(run: Run, _uow: UnitOfWork) -> Run:
        item = run.of(step_id)
        if item.state is StepState.PENDING:
            run = run.with_step(replace(item, state=StepState.WAITING, started_at=desk.clock.now()))
        return replace(run, state=RunState.WAITING)

    event = NewEvent("run.waits", _("The run waits for a person"), actor=Actor.SYSTEM)
    return _update(run_id, edit, event, desk=desk)


def _settle(run_id: str, *, desk: Desk) -> Run:
    """Return the run, ended when all steps of its direction are settled."""
    with desk.new_uow() as uow:
        run = uow.runs.get(run_id)
    if run.is_over or run.current is not None:
        return run
    back = run.direction is Phase.BACKOUT
    now = desk.clock.now()

    def edit(run: Run, uow: UnitOfWork) -> Run:
        uow.changes.save(replace(uow.changes.get(run.change), work_end=now))
        return replace(run, state=RunState.BACKED_OUT if back else RunState.DONE, ended_at=now)

    text = _("The way back has ended") if back else _("The run has ended")
    return _update(run_id, edit, NewEvent("run.ended", text, actor=Actor.SYSTEM), desk=desk)


def _answer(run_id: str, step_id: str, state: StepState, note: str, *, desk: Desk) -> Run:
    with desk.new_uow() as uow:
        run = uow.runs.get(run_id)
    item = run.of(step_id)
    current = run.current
    if item.state.is_settled or item.state is StepState.SENT:
        raise IllegalMove(_("“{title}” cannot be answered now.").format(title=item.step.title))
    if current is None or current.step.id != step_id:
        raise IllegalMove(_("It is not the turn of “{title}”.").format(title=item.step.title))
    now = desk.clock.now()
    ended = replace(
        item,
        state=state,
        started_at=item.started_at or now,
        ended_at=now,
        outcome=note,
        by=desk.actor,
    )
    word = _("Step “{title}” skipped") if state is StepState.SKIPPED else _("Step “{title}” done")
    _record(run_id, ended, word, f"step.{state.value}", desk=desk)
    return resume(run_id, desk=desk)


def _record(run_id: str, item: StepRun, text: str, kind: str, *, desk: Desk) -> Run:
    words = text.format(title=item.step.title)
    event = NewEvent(kind, f"{words}: {item.outcome}" if item.outcome else words)
    return _update(run_id, lambda run, _uow: run.with_step(item), event, desk=desk)


def _set_state(run_id: str, state: RunState, text: str, kind: str, *, desk: Desk) -> Run:
    return _update(
        run_id, lambda run, _uow: replace(run, state=state), NewEvent(kind, text), desk=desk
    )


_TRIES = 5


def _update(
    run_id: str, edit: Callable[[Run, UnitOfWork], Run], event: NewEvent, *, desk: Desk
) -> Run:
    """Apply an edit and log it; the worker and the window may both write, so try again."""
    for attempt in range(_TRIES):
        try:
            with desk.new_uow() as uow:
                run = edit(uow.runs.get(run_id), uow)
                saved = uow.runs.save(run)
                uow.log.append(replace(event, change=run.change, refs=(run.id,)))
                uow.commit()
        except Conflict:
            if attempt == _TRIES - 1:
                raise
        else:
            return saved
    raise AssertionError("the loop above returns or raises")
