"""Assess: a plan with its way back, its window and its measures."""

from datetime import timedelta

from app.domain.change import Change
from app.domain.metric import WindowName
from app.domain.runbook import Phase
from app.i18n import _, later
from app.services.change.transitions import Facts
from app.services.guards.base import hard, holds, soft
from app.services.guards.time import conflicts_are_checked, no_open_conflict
from app.services.risks import risk_is_complete


def plan_is_complete(change: Change, _facts: Facts) -> str:
    """There is a way forward and a way back, step by step."""
    lacks = [
        text
        for phase, text in (
            (Phase.FORWARD, _("no step forward")),
            (Phase.BACKOUT, _("no step back")),
        )
        if not change.runbook.phase(phase)
    ]
    return _("The runbook has {lacks}").format(lacks=_(" and ").join(lacks)) if lacks else ""


def window_is_set(change: Change, _facts: Facts) -> str:
    """The window is agreed and long enough for the plan."""
    if change.window is None:
        return _("No maintenance window")
    planned = timedelta(seconds=change.runbook.forward_estimate_s)
    if change.window.span.duration <= timedelta(0):
        return _("The window ends before it starts")
    if change.window.span.duration < planned:
        return _("The window is shorter than the runbook")
    return ""


def has_way_forward(change: Change, _facts: Facts) -> str:
    """There is something to carry out."""
    forward = change.runbook.phase(Phase.FORWARD)
    return "" if forward else _("The runbook has no step forward")


def has_way_back(change: Change, _facts: Facts) -> str:
    """There is a way back, step by step."""
    return "" if change.runbook.phase(Phase.BACKOUT) else _("The runbook has no step back")


def baseline_is_planned(change: Change, facts: Facts) -> str:
    """Every metric was measured before, or names the source it will be measured from."""
    measured = {item.metric for item in facts.samples if item.window is WindowName.BEFORE}
    loose = [m.name for m in change.metrics if m.id not in measured and not m.source]
    if not loose:
        return ""
    return _("Neither measured nor with a source to measure from: {names}").format(
        names=", ".join(loose)
    )


PLANNED = (
    hard(
        "impact",
        later("Impact"),
        holds(lambda c: c.impact.is_stated, later("Who is hurt is not said")),
    ),
    hard(
        "scope",
        later("Scope"),
        holds(lambda c: c.scope.is_stated, later("What is touched is not said")),
    ),
    hard(
        "option",
        later("Chosen option"),
        holds(lambda c: c.chosen_option is not None, later("No option is chosen")),
    ),
    hard("plan", later("Runbook"), plan_is_complete),
    hard(
        "test_plan",
        later("Test plan"),
        holds(lambda c: bool(c.tests or c.test_plan.strip()), later("No test case")),
    ),
    hard(
        "criteria",
        later("Success criteria"),
        holds(
            lambda c: any(metric.target is not None for metric in c.metrics),
            later("No metric with a target"),
        ),
    ),
    hard("window_set", later("Maintenance window"), window_is_set),
    hard(
        "outage",
        later("Outage"),
        holds(lambda c: c.outage is not None, later("Whether users notice is not said")),
    ),
    hard("risk", later("Risk"), risk_is_complete),
    hard(
        "communication",
        later("Communication plan"),
        holds(
            lambda c: not c.outage or bool(c.communication_plan.strip() or c.messages),
            later("An outage is planned, and nobody is told"),
        ),
    ),
    soft("baseline_planned", later("Baseline measured or scheduled"), baseline_is_planned),
    soft("checked_dates", later("Calendar checked"), conflicts_are_checked),
    soft("conflict", later("No conflict"), no_open_conflict),
)
