"""Departures from the plan, seen by the program itself; pure rules over one step."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from app.domain.change import Change
from app.domain.host import Host
from app.domain.run import Deviation, DeviationKind, RunMode, StepRun, StepState
from app.domain.runbook import StepKind
from app.i18n import _
from app.services.run.reach import undeclared
from app.wording import duration


def before(
    change: Change, mode: RunMode, item: StepRun, now: datetime, hosts: Iterable[Host] = ()
) -> tuple[Deviation, ...]:
    """Return what a step departs from by beginning now: the window, the declared hosts, the plan.

    ``hosts`` are all that are known, for their names. A rehearsal touches no host of the plan and
    has no window.
    """
    if mode is not RunMode.LIVE:
        return ()
    found, step = [], item.step
    if change.window is not None and now not in change.window.span:
        text = _("“{title}” began outside the window.").format(title=step.title)
        found.append(Deviation(DeviationKind.OUT_OF_WINDOW, step.id, text, now, item.by))
    for name in undeclared(step, change, hosts):
        text = _("“{title}” touched {host}, a host that the change does not name.")
        text = text.format(title=step.title, host=name)
        found.append(Deviation(DeviationKind.UNDECLARED_HOST, step.id, text, now, item.by))
    if step.id not in {planned.id for planned in change.runbook.steps}:
        text = _("“{title}” is no step of the approved plan.").format(title=step.title)
        found.append(Deviation(DeviationKind.UNPLANNED, step.id, text, now, item.by))
    return tuple(found)


def after(change: Change, mode: RunMode, item: StepRun, now: datetime) -> tuple[Deviation, ...]:
    """Return what a step that is over has departed from: the window, its P90, the duty to be done.

    What began outside the window has been written down when it began.
    """
    step, found = item.step, list(_past_the_end(change, mode, item, now))
    actual_s = item.actual_s
    if step.p90_s is not None and actual_s is not None and actual_s > step.slow_s:
        text = _("“{title}” took {actual}; nine of ten runs keep to {p90}.").format(
            title=step.title, actual=duration(actual_s), p90=duration(step.slow_s)
        )
        found.append(Deviation(DeviationKind.OVERRUN, step.id, text, now, item.by))
    if item.went_on:
        text = _("“{title}” failed and was passed, as the plan says: {outcome}").format(
            title=step.title, outcome=item.outcome
        )
        found.append(Deviation(DeviationKind.WENT_ON, step.id, text, now, item.by))
    if item.state is StepState.SKIPPED and step.mandatory:
        text = _("“{title}” was skipped: {why}").format(title=step.title, why=item.outcome)
        found.append(Deviation(DeviationKind.SKIPPED, step.id, text, now, item.by))
    return tuple(found)


def _past_the_end(
    change: Change, mode: RunMode, item: StepRun, now: datetime
) -> Iterator[Deviation]:
    """Yield the deviation of work that began in the window and went on after its end."""
    idle = item.state is StepState.SKIPPED or item.step.kind is StepKind.GATE
    if mode is not RunMode.LIVE or change.window is None or idle:
        return
    span = change.window.span
    begun, ended = item.started_at, item.ended_at
    if begun is not None and ended is not None and begun in span and ended > span.end:
        text = _("“{title}” went on for {time} after the end of the window.").format(
            title=item.step.title, time=duration((ended - span.end).total_seconds())
        )
        yield Deviation(DeviationKind.OUT_OF_WINDOW, item.step.id, text, now, item.by)


def tolerated(item: StepRun, now: datetime) -> Deviation:
    """Return the deviation of a host that failed while few enough have, as the plan says."""
    text = _("“{title}” failed, and the rest went on within the limits of the plan: {outcome}")
    text = text.format(title=item.step.title, outcome=item.outcome)
    return Deviation(DeviationKind.WENT_ON, item.step.id, text, now, item.by)


def past_deadline(item: StepRun, reason: str, deadline: datetime, now: datetime) -> Deviation:
    """Return the deviation of a gate that was opened too late for a roll-back."""
    late_s = (now - deadline).total_seconds()
    what = _("Gate") if item.step.kind is StepKind.GATE else _("Step")
    text = _("{what} “{title}” was passed {late} after the latest start of a roll-back: {why}")
    return Deviation(
        DeviationKind.PAST_DEADLINE,
        item.step.id,
        text.format(what=what, title=item.step.title, late=duration(late_s), why=reason),
        now,
        item.by,
    )
