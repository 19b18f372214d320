"""Gates that nobody answers: once their time has passed they stop, and silence never passes one."""

from dataclasses import replace
from datetime import datetime, timedelta

from app.domain.run import Run, StepRun, StepState
from app.domain.runbook import StepKind
from app.i18n import _
from app.services.change.changes import Desk
from app.services.run.run_journal import Happening, record_step


def is_silent(item: StepRun, now: datetime) -> bool:
    """Whether a gate has waited longer than it may."""
    closes = closes_at(item)
    return closes is not None and now > closes


def closes_at(item: StepRun) -> datetime | None:
    """Return until when a gate that waits can be answered (UTC); None for anything else."""
    waits = item.step.kind is StepKind.GATE and item.state is StepState.WAITING
    if not waits or item.started_at is None:
        return None
    return item.started_at + timedelta(seconds=item.step.limit_s)


def close_silent_gates(run_id: str, *, desk: Desk) -> Run:
    """Stop every gate of a run whose time has passed; it ended when its time did."""
    now = desk.clock.now()
    with desk.new_uow() as uow:
        run = uow.runs.get(run_id)
    for item in run.active:
        if is_silent(item, now):
            stopped = replace(
                item,
                state=StepState.STOPPED,
                ended_at=closes_at(item),
                outcome=_("No answer came in time"),
            )
            what = Happening(_("Gate “{title}” was stopped"), "step.stopped")
            run = record_step(run_id, stopped, what, desk=desk)
    return run


def close_all_silent_gates(*, desk: Desk) -> tuple[tuple[Run, StepRun], ...]:
    """Stop such gates of all runs that are under way; return them, each with its run."""
    now = desk.clock.now()
    with desk.new_uow() as uow:
        going = [run for run in uow.runs.list() if not run.is_over]
    silent = [(run, item) for run in going for item in run.active if is_silent(item, now)]
    closed = {run.id: close_silent_gates(run.id, desk=desk) for run, _item in silent}
    return tuple((closed[run.id], closed[run.id].of(item.step.id)) for run, item in silent)
