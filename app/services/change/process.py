"""The process as a table: every move of a change, with its guards.

Words in the table are marked with `later`; whoever shows them translates.
"""

from collections.abc import Callable

from app.domain.change import Change, ChangeState, ChangeType
from app.i18n import _, later
from app.services.change.transitions import S, Transition
from app.services.guards.agree import APPROVED, REJECTED, template_stands
from app.services.guards.base import hard, soft
from app.services.guards.finish import CANCELABLE, TO_CLOSE, TO_REVIEW
from app.services.guards.identify import BASICS, JUSTIFIED, RETROSPECTIVE
from app.services.guards.plan import PLANNED, plan_is_complete, window_is_set
from app.services.guards.start import AT_ONCE, IMPLEMENTER, READY
from app.services.guards.time import is_inside_windows, no_open_conflict, no_open_freeze
from app.services.guards.who import (
    COORDINATED,
    IMPLEMENTED,
    REVIEWED,
    RUN,
    TRIED,
    TRIED_OR_IMPLEMENTED,
)
from app.services.guards.work import AGAIN, BACKED_OUT, DONE, TESTED

_CANCELABLE = (S.DRAFT, S.ASSESS, S.AUTHORIZE, S.SCHEDULED, S.REJECTED)
_T = ChangeType


def _is(*types: ChangeType) -> Callable[[Change], bool]:
    return lambda change: change.type in types and not change.retrospective


def _is_retrospective(change: Change) -> bool:
    return change.retrospective


_STANDARD = (
    *(guard for guard in BASICS if guard.id in ("title", "requester")),
    hard("template", later("Approved template"), template_stands),
    hard("plan", later("Runbook"), plan_is_complete),
    hard("window_set", later("Maintenance window"), window_is_set),
    hard("inside", later("In a maintenance window"), is_inside_windows),
    hard("freeze", later("No freeze"), no_open_freeze),
    soft("conflict", later("No conflict"), no_open_conflict),
)
_URGENT = (*(guard for guard in BASICS if guard.id != "hosts"), *JUSTIFIED)

TRANSITIONS: tuple[Transition, ...] = (
    Transition(S.DRAFT, S.ASSESS, later("Start planning"), (*BASICS, *COORDINATED), fits=_is(*_T)),
    Transition(
        S.DRAFT, S.SCHEDULED, later("Schedule"), (*_STANDARD, *COORDINATED), fits=_is(_T.STANDARD)
    ),
    Transition(
        S.DRAFT,
        S.AUTHORIZE,
        later("Ask for approval"),
        (*_URGENT, *COORDINATED),
        fits=_is(_T.EMERGENCY),
    ),
    Transition(
        S.DRAFT,
        S.REVIEW,
        later("Go on to review"),
        (*BASICS, *RETROSPECTIVE, IMPLEMENTER, *COORDINATED),
        fits=_is_retrospective,
    ),
    Transition(S.ASSESS, S.AUTHORIZE, later("Ask for approval"), (*PLANNED, *COORDINATED)),
    Transition(S.ASSESS, S.DRAFT, later("Back to draft"), COORDINATED, needs_reason=True),
    Transition(S.AUTHORIZE, S.SCHEDULED, later("Schedule"), APPROVED),
    Transition(S.AUTHORIZE, S.REJECTED, later("Reject"), REJECTED, by_decision=True),
    Transition(S.AUTHORIZE, S.DRAFT, later("Back to draft"), COORDINATED, needs_reason=True),
    Transition(
        S.AUTHORIZE,
        S.IMPLEMENT,
        later("Start before approval"),
        (*JUSTIFIED, *AT_ONCE, *IMPLEMENTED),
        needs_reason=True,
        fits=_is(_T.EMERGENCY),
    ),
    Transition(S.REJECTED, S.DRAFT, later("Revise"), COORDINATED, needs_reason=True),
    Transition(S.SCHEDULED, S.ASSESS, later("Plan again"), COORDINATED, needs_reason=True),
    Transition(S.SCHEDULED, S.IMPLEMENT, later("Start"), (*READY, *IMPLEMENTED)),
    Transition(S.IMPLEMENT, S.TEST, later("Go on to tests"), (*DONE, *RUN)),
    *(
        Transition(state, S.BACKOUT, later("Back out"), needs_reason=True, by_run=True)
        for state in (S.IMPLEMENT, S.TEST, S.MONITOR)
    ),
    Transition(S.BACKOUT, S.REVIEW, later("Go on to review"), (*BACKED_OUT, *IMPLEMENTED)),
    Transition(
        S.TEST,
        S.IMPLEMENT,
        later("Implement again"),
        (*AGAIN, *TRIED_OR_IMPLEMENTED),
        needs_reason=True,
    ),
    Transition(S.TEST, S.MONITOR, later("Watch"), (*TESTED, *TRIED)),
    Transition(S.MONITOR, S.REVIEW, later("Go on to review"), (*TO_REVIEW, *COORDINATED)),
    Transition(S.REVIEW, S.CLOSED, later("Close"), (*TO_CLOSE, *REVIEWED)),
    Transition(S.CLOSED, S.REVIEW, later("Reopen"), REVIEWED, needs_reason=True),
    *(
        Transition(
            state, S.CANCELED, later("Cancel"), (*CANCELABLE, *COORDINATED), needs_reason=True
        )
        for state in _CANCELABLE
    ),
)

_NEXT = {
    S.DRAFT: S.ASSESS,
    S.ASSESS: S.AUTHORIZE,
    S.AUTHORIZE: S.SCHEDULED,
    S.SCHEDULED: S.IMPLEMENT,
    S.IMPLEMENT: S.TEST,
    S.TEST: S.MONITOR,
    S.MONITOR: S.REVIEW,
    S.BACKOUT: S.REVIEW,
    S.REVIEW: S.CLOSED,
    S.REJECTED: S.DRAFT,
}


_WHY_NOT = {
    S.CANCELED: later("Once work has begun it is backed out; a change in review is closed."),
    S.IMPLEMENT: later("What comes up later is a change of its own: open a child change."),
}


def transition(source: ChangeState, target: ChangeState) -> Transition | None:
    """Return the move between two states, or None when there is none."""
    return next((t for t in TRANSITIONS if (t.source, t.target) == (source, target)), None)


def moves_of(change: Change) -> tuple[Transition, ...]:
    """Return every move that leads on from where a change stands, for its type."""
    return tuple(t for t in TRANSITIONS if t.source is change.state and t.fits(change))


def way_instead(target: ChangeState) -> str:
    """Return what to do where there is no move to a state, "" when there is nothing to say."""
    return _(_WHY_NOT.get(target, ""))


def next_move(change: Change) -> Transition | None:
    """Return the move the main path takes next, None at its end."""
    target = _NEXT.get(change.state)
    if change.state is S.DRAFT and change.retrospective:
        target = S.REVIEW
    elif change.state is S.DRAFT and change.type is ChangeType.EMERGENCY:
        target = S.AUTHORIZE
    elif change.state is S.DRAFT and change.type is ChangeType.STANDARD and change.template:
        target = S.SCHEDULED
    return transition(change.state, target) if target else None
