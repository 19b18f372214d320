"""The process as a table: every move of a change, with its guards."""

from app.domain.change import Change, ChangeState, ChangeType
from app.domain.metric import WindowName
from app.i18n import _
from app.services import guards as g
from app.services.transitions import Facts, Guard, S, Transition


def _hard(guard_id: str, title: str, check: g.Check) -> Guard:
    return Guard(guard_id, title, check)


def _soft(guard_id: str, title: str, check: g.Check) -> Guard:
    return Guard(guard_id, title, check, hard=False)


def _is_emergency(change: Change) -> bool:
    return change.type is ChangeType.EMERGENCY


_BASICS = (
    _hard("title", _("Title"), g.filled("title", _("No title"))),
    _hard("need", _("Need category"), g.holds(lambda c: c.need.category is not None, _("None chosen"))),
    _hard("description", _("Description"), g.filled("description", _("What is wrong is not said"))),
    _hard("requester", _("Requester"), g.filled("requested_by", _("Nobody is named"))),
    _hard(
        "need_evidence",
        _("Evidence of the need"),
        g.holds(lambda c: c.need.is_shown, _("No record, and no reason why there is none")),
    ),
    _soft("hosts", _("Affected hosts"), g.holds(lambda c: bool(c.hosts), _("No host is named"))),
)
_PLANNED = (
    _hard("impact", _("Impact"), g.holds(lambda c: c.impact.is_stated, _("Who is hurt is not said"))),
    _hard("scope", _("Scope"), g.holds(lambda c: c.scope.is_stated, _("What is touched is not said"))),
    _hard(
        "option",
        _("Chosen option"),
        g.holds(lambda c: c.chosen_option is not None, _("No option is chosen")),
    ),
    _hard("plan", _("Runbook"), g.plan_is_complete),
    _hard(
        "test_plan",
        _("Test plan"),
        g.holds(lambda c: bool(c.tests or c.test_plan.strip()), _("No test case")),
    ),
    _hard(
        "criteria",
        _("Success criteria"),
        g.holds(
            lambda c: any(metric.target is not None for metric in c.metrics),
            _("No metric with a target"),
        ),
    ),
    _hard("window_set", _("Maintenance window"), g.window_is_set),
    _hard(
        "outage",
        _("Outage"),
        g.holds(lambda c: c.outage is not None, _("Whether users notice is not said")),
    ),
    _hard("risk", _("Risk"), g.holds(lambda c: c.risk is not None, _("The risk is not assessed"))),
    _hard(
        "communication",
        _("Communication plan"),
        g.holds(
            lambda c: not c.outage or bool(c.communication_plan.strip()),
            _("An outage is planned, and nobody is told"),
        ),
    ),
    _soft("conflict", _("No conflict"), g.no_conflict),
)
_READY = (
    _hard("approved", _("Approval"), g.is_approved),
    _soft("window_open", _("Window open"), g.window_is_open),
    _soft("backup", _("Backup proven"), g.backup_is_proven),
    _soft("checked", _("Health checked before"), g.checked_before),
    _soft(
        "baseline",
        _("Baseline measured"),
        g.measured(WindowName.BEFORE, _("Too few samples before")),
    ),
    _hard("way_back", _("Time for a way back"), g.time_for_a_way_back),
    _soft("contacts", _("Contacts reachable"), g.contacts_confirmed),
)
_TO_REVIEW = (
    _hard("observed", _("Observation"), g.watched_long_enough),
    _hard(
        "measured_after",
        _("Measured after"),
        g.measured(WindowName.AFTER, _("Too few samples after")),
    ),
    _soft("judged", _("Verdict"), g.is_judged),
    _soft("incidents", _("Incidents"), g.incidents_are_over),
)
_TO_CLOSE = (
    _hard(
        "close_code",
        _("Close code"),
        g.holds(lambda c: c.close_code is not None, _("No close code")),
    ),
    _hard("close_notes", _("Close notes"), g.filled("close_notes", _("No close notes"))),
    _hard("reviewed", _("Review"), g.reviewed_by_another),
    _hard(
        "lessons",
        _("Lessons"),
        g.holds(lambda c: bool(c.lessons) or c.no_lessons, _("No lesson, and nobody said “none”")),
    ),
    _soft("close_code_fits", _("Close code fits"), g.close_code_fits),
)
_APPROVED = (
    _hard("approved", _("Approval"), g.is_approved),
    _soft("second_approval", _("Second approval"), g.second_approval),
    _soft("conflict", _("No conflict"), g.no_conflict),
)
_JUSTIFIED = (
    _hard("emergency", _("Emergency"), g.holds(_is_emergency, _("It is not an emergency change"))),
    _hard("justification", _("Justification"), g.filled("justification", _("Not given"))),
)
_CANCELABLE = (S.DRAFT, S.ASSESS, S.AUTHORIZE, S.SCHEDULED, S.REJECTED)

TRANSITIONS: tuple[Transition, ...] = (
    Transition(S.DRAFT, S.ASSESS, _("Start planning"), _BASICS),
    Transition(S.DRAFT, S.AUTHORIZE, _("Ask for emergency approval"), _BASICS[:4] + _JUSTIFIED),
    Transition(S.ASSESS, S.AUTHORIZE, _("Ask for approval"), _PLANNED),
    Transition(S.ASSESS, S.DRAFT, _("Back to draft"), needs_reason=True),
    Transition(S.AUTHORIZE, S.SCHEDULED, _("Schedule"), _APPROVED),
    Transition(S.AUTHORIZE, S.REJECTED, _("Reject"), needs_reason=True),
    Transition(S.AUTHORIZE, S.DRAFT, _("Back to draft"), needs_reason=True),
    Transition(S.REJECTED, S.DRAFT, _("Revise"), needs_reason=True),
    Transition(S.SCHEDULED, S.ASSESS, _("Plan again"), needs_reason=True),
    Transition(S.SCHEDULED, S.IMPLEMENT, _("Start"), _READY),
    Transition(
        S.IMPLEMENT, S.TEST, _("Go on to tests"), (_hard("run", _("Run"), g.run_is_done),)
    ),
    Transition(S.IMPLEMENT, S.BACKOUT, _("Back out"), needs_reason=True, by_run=True),
    Transition(S.TEST, S.BACKOUT, _("Back out"), needs_reason=True, by_run=True),
    Transition(S.MONITOR, S.BACKOUT, _("Back out"), needs_reason=True, by_run=True),
    Transition(
        S.BACKOUT,
        S.REVIEW,
        _("Go on to review"),
        (
            _hard("backed_out", _("Roll-back"), g.run_is_backed_out),
            _hard("checked_after", _("Health checked after"), g.checked_after_backout),
        ),
    ),
    Transition(
        S.TEST, S.MONITOR, _("Watch"), (_hard("tests", _("Tests"), g.tests_are_settled),)
    ),
    Transition(S.MONITOR, S.REVIEW, _("Go on to review"), _TO_REVIEW),
    Transition(S.REVIEW, S.CLOSED, _("Close"), _TO_CLOSE),
    Transition(S.CLOSED, S.REVIEW, _("Reopen"), needs_reason=True),
    *(Transition(state, S.CANCELED, _("Cancel"), needs_reason=True) for state in _CANCELABLE),
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


__all__ = ["TRANSITIONS", "Facts", "moves_from", "next_move", "transition"]
