"""The process as a table: every move of a change, with its guards.

Words in the table are marked with `later`; whoever shows them translates.
"""

from app.domain.change import Change, ChangeState, ChangeType
from app.i18n import later
from app.services.guards.agree import APPROVED
from app.services.guards.finish import TO_CLOSE, TO_REVIEW
from app.services.guards.identify import BASICS, JUSTIFIED
from app.services.guards.plan import PLANNED
from app.services.guards.start import READY
from app.services.guards.work import BACKED_OUT, DONE, TESTED
from app.services.transitions import S, Transition

_CANCELABLE = (S.DRAFT, S.ASSESS, S.AUTHORIZE, S.SCHEDULED, S.REJECTED)

TRANSITIONS: tuple[Transition, ...] = (
    Transition(S.DRAFT, S.ASSESS, later("Start planning"), BASICS),
    Transition(S.DRAFT, S.AUTHORIZE, later("Ask for emergency approval"), BASICS[:4] + JUSTIFIED),
    Transition(S.ASSESS, S.AUTHORIZE, later("Ask for approval"), PLANNED),
    Transition(S.ASSESS, S.DRAFT, later("Back to draft"), needs_reason=True),
    Transition(S.AUTHORIZE, S.SCHEDULED, later("Schedule"), APPROVED),
    Transition(S.AUTHORIZE, S.REJECTED, later("Reject"), needs_reason=True),
    Transition(S.AUTHORIZE, S.DRAFT, later("Back to draft"), needs_reason=True),
    Transition(S.REJECTED, S.DRAFT, later("Revise"), needs_reason=True),
    Transition(S.SCHEDULED, S.ASSESS, later("Plan again"), needs_reason=True),
    Transition(S.SCHEDULED, S.IMPLEMENT, later("Start"), READY),
    Transition(S.IMPLEMENT, S.TEST, later("Go on to tests"), DONE),
    Transition(S.IMPLEMENT, S.BACKOUT, later("Back out"), needs_reason=True, by_run=True),
    Transition(S.TEST, S.BACKOUT, later("Back out"), needs_reason=True, by_run=True),
    Transition(S.MONITOR, S.BACKOUT, later("Back out"), needs_reason=True, by_run=True),
    Transition(S.BACKOUT, S.REVIEW, later("Go on to review"), BACKED_OUT),
    Transition(S.TEST, S.MONITOR, later("Watch"), TESTED),
    Transition(S.MONITOR, S.REVIEW, later("Go on to review"), TO_REVIEW),
    Transition(S.REVIEW, S.CLOSED, later("Close"), TO_CLOSE),
    Transition(S.CLOSED, S.REVIEW, later("Reopen"), needs_reason=True),
    *(Transition(state, S.CANCELED, later("Cancel"), needs_reason=True) for state in _CANCELABLE),
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


def transition(source: ChangeState, target: ChangeState) -> Transition | None:
    """Return the move between two states, or None when there is none."""
    return next((t for t in TRANSITIONS if (t.source, t.target) == (source, target)), None)


def moves_from(source: ChangeState) -> tuple[Transition, ...]:
    """Return every move that leads out of a state."""
    return tuple(t for t in TRANSITIONS if t.source is source)


def next_move(change: Change) -> Transition | None:
    """Return the move the main path takes next, None at its end."""
    if change.state is S.DRAFT and change.type is ChangeType.EMERGENCY:
        return transition(S.DRAFT, S.AUTHORIZE)
    target = _NEXT.get(change.state)
    return transition(change.state, target) if target else None
