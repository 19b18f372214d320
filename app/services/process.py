"""The process as a table: every move of a change, with its guards.

Words in the table are marked with `later`; whoever shows them translates.
"""

from app.domain.change import Change, ChangeState, ChangeType
from app.domain.metric import WindowName
from app.i18n import later
from app.services import guards as g
from app.services.transitions import Check, Guard, S, Transition


def _hard(guard_id: str, title: str, check: Check) -> Guard:
    return Guard(guard_id, title, check)


def _soft(guard_id: str, title: str, check: Check) -> Guard:
    return Guard(guard_id, title, check, hard=False)


def _is_emergency(change: Change) -> bool:
    return change.type is ChangeType.EMERGENCY


_BASICS = (
    _hard("title", later("Title"), g.filled("title", later("No title"))),
    _hard(
        "need",
        later("Need category"),
        g.holds(lambda c: c.need.category is not None, later("None chosen")),
    ),
    _hard(
        "description",
        later("Description"),
        g.filled("description", later("What is wrong is not said")),
    ),
    _hard("requester", later("Requester"), g.filled("requested_by", later("Nobody is named"))),
    _hard(
        "need_evidence",
        later("Evidence of the need"),
        g.holds(lambda c: c.need.is_shown, later("No record, and no reason why there is none")),
    ),
    _soft(
        "hosts",
        later("Affected hosts"),
        g.holds(lambda c: bool(c.hosts), later("No host is named")),
    ),
)
_PLANNED = (
    _hard(
        "impact",
        later("Impact"),
        g.holds(lambda c: c.impact.is_stated, later("Who is hurt is not said")),
    ),
    _hard(
        "scope",
        later("Scope"),
        g.holds(lambda c: c.scope.is_stated, later("What is touched is not said")),
    ),
    _hard(
        "option",
        later("Chosen option"),
        g.holds(lambda c: c.chosen_option is not None, later("No option is chosen")),
    ),
    _hard("plan", later("Runbook"), g.plan_is_complete),
    _hard(
        "test_plan",
        later("Test plan"),
        g.holds(lambda c: bool(c.tests or c.test_plan.strip()), later("No test case")),
    ),
    _hard(
        "criteria",
        later("Success criteria"),
        g.holds(
            lambda c: any(metric.target is not None for metric in c.metrics),
            later("No metric with a target"),
        ),
    ),
    _hard("window_set", later("Maintenance window"), g.window_is_set),
    _hard(
        "outage",
        later("Outage"),
        g.holds(lambda c: c.outage is not None, later("Whether users notice is not said")),
    ),
    _hard(
        "risk",
        later("Risk"),
        g.holds(lambda c: c.risk is not None, later("The risk is not assessed")),
    ),
    _hard(
        "communication",
        later("Communication plan"),
        g.holds(
            lambda c: not c.outage or bool(c.communication_plan.strip()),
            later("An outage is planned, and nobody is told"),
        ),
    ),
    _soft("conflict", later("No conflict"), g.no_conflict),
)
_READY = (
    _hard("approved", later("Approval"), g.is_approved),
    _soft("window_open", later("Window open"), g.window_is_open),
    _soft("backup", later("Backup proven"), g.backup_is_proven),
    _soft("checked", later("Health checked before"), g.checked_before),
    _soft(
        "baseline",
        later("Baseline measured"),
        g.measured(WindowName.BEFORE, later("Too few samples before")),
    ),
    _hard("way_back", later("Time for a way back"), g.time_for_a_way_back),
    _soft("contacts", later("Contacts reachable"), g.contacts_confirmed),
)
_TO_REVIEW = (
    _hard("observed", later("Observation"), g.watched_long_enough),
    _hard(
        "measured_after",
        later("Measured after"),
        g.measured(WindowName.AFTER, later("Too few samples after")),
    ),
    _soft("judged", later("Verdict"), g.is_judged),
    _soft("incidents", later("Incidents"), g.incidents_are_over),
)
_TO_CLOSE = (
    _hard(
        "close_code",
        later("Close code"),
        g.holds(lambda c: c.close_code is not None, later("No close code")),
    ),
    _hard("close_notes", later("Close notes"), g.filled("close_notes", later("No close notes"))),
    _hard("reviewed", later("Review"), g.reviewed_by_another),
    _hard(
        "lessons",
        later("Lessons"),
        g.holds(
            lambda c: bool(c.lessons) or c.no_lessons, later("No lesson, and nobody said “none”")
        ),
    ),
    _soft("close_code_fits", later("Close code fits"), g.close_code_fits),
)
_APPROVED = (
    _hard("approved", later("Approval"), g.is_approved),
    _soft("second_approval", later("Enough approvals"), g.enough_approvals),
    _soft("conflict", later("No conflict"), g.no_conflict),
)
_JUSTIFIED = (
    _hard(
        "emergency",
        later("Emergency"),
        g.holds(_is_emergency, later("It is not an emergency change")),
    ),
    _hard("justification", later("Justification"), g.filled("justification", later("Not given"))),
)
_CANCELABLE = (S.DRAFT, S.ASSESS, S.AUTHORIZE, S.SCHEDULED, S.REJECTED)

TRANSITIONS: tuple[Transition, ...] = (
    Transition(S.DRAFT, S.ASSESS, later("Start planning"), _BASICS),
    Transition(S.DRAFT, S.AUTHORIZE, later("Ask for emergency approval"), _BASICS[:4] + _JUSTIFIED),
    Transition(S.ASSESS, S.AUTHORIZE, later("Ask for approval"), _PLANNED),
    Transition(S.ASSESS, S.DRAFT, later("Back to draft"), needs_reason=True),
    Transition(S.AUTHORIZE, S.SCHEDULED, later("Schedule"), _APPROVED),
    Transition(S.AUTHORIZE, S.REJECTED, later("Reject"), needs_reason=True),
    Transition(S.AUTHORIZE, S.DRAFT, later("Back to draft"), needs_reason=True),
    Transition(S.REJECTED, S.DRAFT, later("Revise"), needs_reason=True),
    Transition(S.SCHEDULED, S.ASSESS, later("Plan again"), needs_reason=True),
    Transition(S.SCHEDULED, S.IMPLEMENT, later("Start"), _READY),
    Transition(
        S.IMPLEMENT, S.TEST, later("Go on to tests"), (_hard("run", later("Run"), g.run_is_done),)
    ),
    Transition(S.IMPLEMENT, S.BACKOUT, later("Back out"), needs_reason=True, by_run=True),
    Transition(S.TEST, S.BACKOUT, later("Back out"), needs_reason=True, by_run=True),
    Transition(S.MONITOR, S.BACKOUT, later("Back out"), needs_reason=True, by_run=True),
    Transition(
        S.BACKOUT,
        S.REVIEW,
        later("Go on to review"),
        (
            _hard("backed_out", later("Roll-back"), g.run_is_backed_out),
            _hard("checked_after", later("Health checked after"), g.checked_after_backout),
        ),
    ),
    Transition(
        S.TEST, S.MONITOR, later("Watch"), (_hard("tests", later("Tests"), g.tests_are_settled),)
    ),
    Transition(S.MONITOR, S.REVIEW, later("Go on to review"), _TO_REVIEW),
    Transition(S.REVIEW, S.CLOSED, later("Close"), _TO_CLOSE),
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
