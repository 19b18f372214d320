"""Runs that should have been and were not: found at start and while the program is open."""

from datetime import datetime

from app.domain.change import Change, ChangeState
from app.domain.event import Actor, NewEvent
from app.domain.ids import RunId, new_id
from app.domain.run import Run, RunState
from app.i18n import _
from app.services.change.changes import Desk
from app.services.ports.store import UnitOfWork
from app.wording import moment


def note_missed(
    *, desk: Desk, open_since: datetime, asleep_until: datetime | None = None
) -> tuple[Run, ...]:
    """Write down every scheduled change whose window has passed without a run.

    Each window is noted once; nothing is ever run late by itself.

    Args:
        desk: Who is there.
        open_since: Since when the program has been open (UTC).
        asleep_until: When the computer last woke up, if it slept meanwhile (UTC).

    Returns:
        The runs that were noted now.
    """
    now = desk.clock.now()
    with desk.new_uow() as uow:
        found = [
            change
            for change in uow.changes.list(state=ChangeState.SCHEDULED.value)
            if change.window is not None
            and change.window.span.end <= now
            and not _is_noted(change, uow)
        ]
        missed = tuple(_note(change, open_since, asleep_until, uow) for change in found)
        if missed:
            uow.commit()
    return missed


def _is_noted(change: Change, uow: UnitOfWork) -> bool:
    end = change.window.span.end if change.window else None
    runs = uow.runs.list(change=change.id)
    return any(run.state is RunState.MISSED and run.ended_at == end for run in runs)


def _note(
    change: Change, open_since: datetime, asleep_until: datetime | None, uow: UnitOfWork
) -> Run:
    assert change.window is not None  # noqa: S101 - tells the type checker
    span, zone = change.window.span, change.window.zone
    cause = _("Change Desk was open, and nobody started it.")
    if open_since >= span.end:
        cause = _("Change Desk was not open during the window.")
    elif open_since > span.start:
        cause = _("Change Desk was opened after the window had begun, and nobody started it.")
    elif asleep_until is not None and asleep_until > span.start:
        cause = _("The computer slept during the window, until {time}.").format(
            time=moment(asleep_until, zone)
        )
    run = Run(
        RunId(new_id()),
        change.id,
        change.plan_hash,
        RunState.MISSED,
        ended_at=span.end,
        cause=cause,
    )
    uow.runs.add(run)
    text = _("The window passed and nothing was run. {cause}").format(cause=cause)
    uow.log.append(NewEvent("run.missed", text, change.id, (run.id,), actor=Actor.SYSTEM))
    return run
