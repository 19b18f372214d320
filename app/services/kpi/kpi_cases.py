"""What the key figures know of a change, read from its records; only live runs count."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.approval import Decision
from app.domain.change import Change, ChangeType
from app.domain.conflict import Reason
from app.domain.kpi import Case, CausedIncident, Down, ExceptionKind
from app.domain.outage import Outage
from app.domain.run import DeviationKind, Run, StepState
from app.domain.window import Window
from app.services.approval.quorum import standing_rejections


@dataclass(frozen=True, slots=True)
class Closed:
    """A closed change with what belongs to it."""

    number: int
    change: Change
    runs: tuple[Run, ...]
    restored: bool


@dataclass(frozen=True, slots=True)
class Served:
    """A change that was under way: its service, and when users were without it."""

    number: int
    service: str
    outages: tuple[Outage, ...] = ()


def case_of(item: Closed) -> Case:
    """Return what the figures know of a closed change; only live runs count."""
    change = item.change
    live = [run for run in item.runs if run.is_live]
    incidents = tuple(
        CausedIncident(each.priority, each.detected_at, each.restored_at)
        for each in change.incidents
        if each.caused
    )
    return Case(
        number=item.number,
        type=change.type,
        close_code=change.close_code,
        opened_at=change.opened_at,
        closed_at=change.closed_at,
        category=change.need.category,
        work_start=change.work_start,
        work_end=change.work_end,
        backed_out=change.backed_out,
        exceptions=frozenset(_exceptions(change, live, caused=bool(incidents))),
        incidents=incidents,
        step_ratios=tuple(_ratios(live)),
        restored=item.restored,
        approval_wait_s=_approval_wait(change),
        reviewed_late=_reviewed_late(change),
        unauthorised=_unauthorised(change, live),
        planned_outside=_planned_outside(change),
        mends=any(each.fixes and not each.caused for each in change.incidents),
        lead_s=_lead_s(change),
        allowed_s=_allowed_s(change),
    )


def downs_of(item: Closed | Served, now: datetime) -> Iterator[Down]:
    """Yield what a change took from users; what lasts ends now."""
    served = item if isinstance(item, Served) else _served(item)
    for each in served.outages:
        if each.kind.is_down:
            end = max(each.begin, each.end or now)
            yield Down(served.number, each.service or served.service, each.kind, each.begin, end)


def services_of(item: Closed | Served) -> set[str]:
    """Return the services that a change names, by the key that tells them apart."""
    served = item if isinstance(item, Served) else _served(item)
    named = (served.service, *(each.service for each in served.outages))
    return {name.strip().casefold() for name in named if name.strip()}


def _served(item: Closed) -> Served:
    return Served(item.number, item.change.business_service, item.change.outages)


_FROM_RUN = {
    "overrun": ExceptionKind.OVERRUN,
    "out_of_window": ExceptionKind.OUTSIDE_WINDOW,
    "undeclared_host": ExceptionKind.UNDECLARED_HOST,
    "skipped": ExceptionKind.SKIPPED,
    "went_on": ExceptionKind.WENT_ON,
    "past_deadline": ExceptionKind.PAST_DEADLINE,
    "unplanned": ExceptionKind.UNPLANNED,
}


def _exceptions(change: Change, live: Sequence[Run], *, caused: bool) -> Iterator[ExceptionKind]:
    if change.departures:
        yield ExceptionKind.OVERRIDE
    if caused:
        yield ExceptionKind.INCIDENT
    if _left_window(change):
        yield ExceptionKind.OUTSIDE_WINDOW
    for run in live:
        yield from (_FROM_RUN[item.kind.value] for item in run.deviations)


def _left_window(change: Change) -> bool:
    if change.window is None or change.work_start is None:
        return False
    span, end = change.window.span, change.work_end or change.work_start
    return change.work_start < span.start or end > span.end


def _ratios(live: Sequence[Run]) -> Iterator[float]:
    for run in live:
        for item in run.steps:
            done = item.state is StepState.DONE and item.actual_s is not None
            if done and item.actual_s is not None and item.step.estimate_s > 0:
                yield item.actual_s / item.step.estimate_s


def _approval_wait(change: Change) -> float | None:
    """Seconds from the last request that was decided to the last decision on that plan."""
    for asked in reversed(change.requests):
        decided = [
            item.at
            for item in change.approvals
            if item.plan_hash == asked.plan_hash and item.at >= asked.at
        ]
        if decided:
            return (max(decided) - asked.at).total_seconds()
    return None


def _reviewed_late(change: Change) -> bool | None:
    due = change.review_agreed_at
    if change.reviewed_at is None or due is None:
        return None
    return change.reviewed_at > due


def _unauthorised(change: Change, live: Sequence[Run]) -> bool:
    """Whether work was done that nobody had approved, by the rules of its type."""
    began = change.work_start
    if began is None:
        return False
    kinds = {item.kind for run in live for item in run.deviations}
    if change.retrospective or DeviationKind.UNDECLARED_HOST in kinds:
        return True
    given = [item for item in change.approvals if item.decision is Decision.APPROVED]
    match change.type:
        case ChangeType.STANDARD if change.template:
            return False
        case ChangeType.EMERGENCY:
            return not given or bool(standing_rejections(change))
        case _:
            return not any(item.at <= began for item in given)


def _planned_outside(change: Change) -> bool | None:
    """Whether its time lay outside the maintenance windows when that was last looked at."""
    check = change.schedule_check
    if check is None or change.window is None or check.span != change.window.span:
        return None
    return any(conflict.reason is Reason.OUTSIDE for conflict in check.found)


def _lead_s(change: Change) -> float | None:
    if change.first_commit_at is None or change.work_end is None:
        return None
    return max(0.0, (change.work_end - change.first_commit_at).total_seconds())


def _allowed_s(change: Change) -> float | None:
    """Seconds from being opened to when the review was due: window, observation, review days."""
    if change.opened_at is None or change.window is None:
        return None
    return (_review_due(change.window, change) - change.opened_at).total_seconds()


def _review_due(window: Window, change: Change) -> datetime:
    """Until when it shall be reviewed, as agreed: window, observation, days until the review."""
    return window.span.end + timedelta(days=change.monitor_days + change.review_days)
