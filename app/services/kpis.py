"""The key figures over a period of time: read, counted, compared with the period before."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from app.analysis import kpi
from app.analysis.kpi import KPIS, Outcome
from app.domain.change import Change
from app.domain.filter import BEFORE_WORK, Asker
from app.domain.kpi import Case, CausedIncident, ExceptionKind, Measure, OpenCase, Rate, Sample
from app.domain.outage import OutageKind, downtime_s
from app.domain.run import Run, StepState
from app.domain.vocabulary import REVIEW_DAYS
from app.errors import InvalidInput
from app.i18n import _
from app.services.rows import ChangeRow

BUCKETS = 12


@dataclass(frozen=True, slots=True)
class Closed:
    """A closed change with what belongs to it."""

    number: int
    change: Change
    runs: tuple[Run, ...]
    restored: bool


class KpiReads(Protocol):
    """What the figures are counted from; safe from any thread."""

    def closed(self, start: datetime, end: datetime) -> Iterable[Closed]:
        """Yield the changes closed in a span, without canceled ones."""
        ...

    def opened(self, start: datetime, end: datetime) -> tuple[int, ...]:
        """Return the numbers of the changes opened in a span."""
        ...

    def open_now(self) -> Iterable[tuple[ChangeRow, datetime | None]]:
        """Yield every open change with the time it was opened."""
        ...


@dataclass(frozen=True, slots=True)
class Period:
    """Days from the first to the last, both included, as the asker counts days."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise InvalidInput(_("The period ends before it begins."))

    @property
    def before(self) -> "Period":
        """The period of the same length that ends the day before."""
        days = (self.last - self.first).days
        last = self.first - timedelta(days=1)
        return Period(last - timedelta(days=days), last)

    def span(self, asker: Asker) -> tuple[datetime, datetime]:
        """Return the instants between which it lies."""
        return asker.start_of(self.first), asker.start_of(self.last + timedelta(days=1))


@dataclass(frozen=True, slots=True)
class Bucket:
    """A part of the period: how many changes closed in it, by outcome."""

    first: date
    counts: dict[Outcome, int]

    @property
    def total(self) -> int:
        """All that were closed in it."""
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class KpiView:
    """All figures of a period, those of the period before, and what they are made of."""

    period: Period
    sample: Sample
    now: dict[str, Measure]
    before: dict[str, Measure]
    buckets: tuple[Bucket, ...]
    needs: tuple[tuple[str, int, float], ...]
    causes: tuple[tuple[str, int, float], ...]


def load_kpis(period: Period, *, reads: KpiReads, asker: Asker) -> KpiView:
    """Read a period and the one before, and count every figure."""
    sample = read_sample(period, reads=reads, asker=asker)
    earlier = read_sample(period.before, reads=reads, asker=asker, now=False)
    return KpiView(
        period,
        sample,
        {each.id: each.measure(sample) for each in KPIS},
        {each.id: each.measure(earlier) for each in KPIS if each.group is not kpi.KpiGroup.BACKLOG},
        buckets(sample.closed, period, asker),
        kpi.pareto(case.category.value for case in sample.closed if case.category),
        kpi.pareto(cause for case in sample.closed for cause in kpi.causes(case)),
    )


def read_sample(period: Period, *, reads: KpiReads, asker: Asker, now: bool = True) -> Sample:
    """Read what happened in a period; without ``now`` what is open is left out."""
    start, end = period.span(asker)
    today = asker.day()
    open_now = (
        OpenCase(row.ordinal, opened, _overdue(row, today)) for row, opened in reads.open_now()
    )
    return Sample(
        start,
        end,
        tuple(case_of(item) for item in reads.closed(start, end)),
        reads.opened(start, end),
        tuple(open_now) if now else (),
        asker.now,
    )


def _overdue(row: ChangeRow, today: datetime) -> bool:
    return row.state in BEFORE_WORK and row.starts_at is not None and row.starts_at < today


def members(kpi_id: str, period: Period, *, reads: KpiReads, asker: Asker) -> tuple[int, ...]:
    """Return the numbers of the changes that a figure counts; raises KeyError."""
    found = kpi.kpi(kpi_id).measure(read_sample(period, reads=reads, asker=asker))
    return found.hits if isinstance(found, Rate) else found.numbers


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
        planned_down_s=downtime_s(change.outages, (OutageKind.PLANNED,)),
        unplanned_down_s=downtime_s(change.outages, (OutageKind.UNPLANNED,)),
        step_ratios=tuple(_ratios(live)),
        restored=item.restored,
        approval_wait_s=_approval_wait(change),
        reviewed_late=_reviewed_late(change),
    )


_FROM_RUN = {
    "overrun": ExceptionKind.OVERRUN,
    "out_of_window": ExceptionKind.OUTSIDE_WINDOW,
    "undeclared_host": ExceptionKind.UNDECLARED_HOST,
    "skipped": ExceptionKind.SKIPPED,
    "went_on": ExceptionKind.WENT_ON,
    "past_deadline": ExceptionKind.PAST_DEADLINE,
}


def _exceptions(change: Change, live: Sequence[Run], *, caused: bool) -> Iterator[ExceptionKind]:
    if change.counted_overrides:
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
    if change.reviewed_at is None or change.window is None:
        return None
    return change.reviewed_at > change.window.span.end + timedelta(days=REVIEW_DAYS)


def buckets(cases: Sequence[Case], period: Period, asker: Asker) -> tuple[Bucket, ...]:
    """Cut a period into weeks, or into months when it is longer than twelve weeks."""
    starts = list(_starts(period))
    counts: list[dict[Outcome, int]] = [dict.fromkeys(Outcome, 0) for _start in starts]
    bounds = [asker.start_of(start) for start in starts]
    for case in cases:
        if case.closed_at is not None:
            place = sum(bound <= case.closed_at for bound in bounds) - 1
            counts[max(0, place)][kpi.outcome(case)] += 1
    return tuple(Bucket(start, count) for start, count in zip(starts, counts, strict=True))


def in_weeks(period: Period) -> bool:
    """Whether a period is cut into weeks; a longer one is cut into months."""
    return (period.last - period.first).days < BUCKETS * 7


def _starts(period: Period) -> Iterator[date]:
    if in_weeks(period):
        yield from _weeks(period)
        return
    day = period.first.replace(day=1)
    while day <= period.last:
        yield max(day, period.first)
        day = (day + timedelta(days=31)).replace(day=1)


def _weeks(period: Period) -> Iterator[date]:
    day = period.first - timedelta(days=period.first.weekday())
    while day <= period.last:
        yield max(day, period.first)
        day += timedelta(days=7)
