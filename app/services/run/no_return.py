"""The point of no return: past the latest start of a roll-back nobody goes on by silence."""

from datetime import datetime

from app.domain.change import Change
from app.domain.run import Run, StepRun
from app.domain.runbook import Phase, StepKind
from app.services.change.changes import Desk
from app.services.ports.store import UnitOfWork
from app.services.run.rollback import rollback_deadline


def roll_back_until(run: Run, change: Change, uow: UnitOfWork) -> datetime | None:
    """Return the latest start of a roll-back; None where a run has none or already goes back."""
    if not run.is_live or run.direction is Phase.BACKOUT:
        return None
    return rollback_deadline(change, tuple(uow.backups.list(change=change.id)))


def asks_first(item: StepRun, deadline: datetime | None, now: datetime) -> bool:
    """Whether a step may only go on once somebody says why, because no way back is left in time.

    Gates ask for that reason themselves.
    """
    step = item.step
    cuts = step.point_of_no_return and step.kind is not StepKind.GATE
    return cuts and deadline is not None and now > deadline and not item.passed_by


def must_stop(run: Run, item: StepRun, *, desk: Desk) -> bool:
    """Whether a run stops before this step and asks; reads the deadline only where it counts."""
    if not item.step.point_of_no_return or item.passed_by or not run.is_live:
        return False
    with desk.new_uow() as uow:
        deadline = roll_back_until(run, uow.changes.get(run.change), uow)
    return asks_first(item, deadline, desk.clock.now())
