"""The key figures over a period of time: read, counted, compared with the period before."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Protocol

from app.analysis import kpi
from app.analysis.kpi import Outcome
from app.analysis.kpi_table import KPIS, KpiGroup, kpi_of
from app.domain.filter import BEFORE_WORK, Asker
from app.domain.kpi import WEEK_H, Case, Down, Measure, NewCase, OpenCase, Rate, Sample
from app.errors import InvalidInput
from app.i18n import _
from app.services.kpi.kpi_cases import Closed, Served, case_of, downs_of, services_of
from app.services.search.rows import ChangeRow

BUCKETS = 12


class KpiReads(Protocol):
    """What the figures are counted from; safe from any thread."""

    def closed(self, start: datetime, end: datetime) -> Iterable[Closed]:
        """Yield the changes closed in a span, without canceled ones."""
        ...

    def opened(self, start: datetime, end: datetime) -> Iterable[NewCase]:
        """Yield the changes opened in a span, canceled ones too."""
        ...

    def rejected(self, start: datetime, end: datetime) -> tuple[int, ...]:
        """Return the numbers of the changes rejected in a span and not taken up again."""
        ...

    def others_at_work(self, start: datetime, end: datetime) -> Iterable[Served]:
        """Yield what was under way or under observation in a span, but not closed in it."""
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


def load_kpis(
    period: Period, *, reads: KpiReads, asker: Asker, service_hours: float = WEEK_H
) -> KpiView:
    """Read a period and the one before, and count every figure.

    ``service_hours`` are the agreed hours of a service in a week.
    """
    sample = replace(read_sample(period, reads=reads, asker=asker), service_hours=service_hours)
    earlier = read_sample(period.before, reads=reads, asker=asker, now=False)
    earlier = replace(earlier, service_hours=service_hours)
    return KpiView(
        period,
        sample,
        {each.id: each.measure(sample) for each in KPIS},
        {each.id: each.measure(earlier) for each in KPIS if each.group is not KpiGroup.BACKLOG},
        buckets(sample.closed, period, asker),
        kpi.pareto(case.category.value for case in sample.closed if case.category),
        kpi.pareto(cause for case in sample.closed for cause in kpi.causes(case)),
    )


def read_sample(period: Period, *, reads: KpiReads, asker: Asker, now: bool = True) -> Sample:
    """Read what happened in a period; without ``now`` what is open is left out."""
    start, end = period.span(asker)
    today = asker.day()
    open_now = (
        OpenCase(row.ordinal, opened, _overdue(row, today), _review_late(row, asker.now))
        for row, opened in reads.open_now()
    )
    cases: list[Case] = []
    downs: list[Down] = []
    services: set[str] = set()
    for item in reads.closed(start, end):
        cases.append(case_of(item))
        downs += downs_of(item, asker.now)
        services |= services_of(item)
    for other in reads.others_at_work(start, end):
        downs += downs_of(other, asker.now)
        services |= services_of(other)
    return Sample(
        start,
        end,
        tuple(cases),
        tuple(reads.opened(start, end)),
        tuple(open_now) if now else (),
        asker.now,
        reads.rejected(start, end),
        tuple(item for item in downs if item.begin < end and item.end > start),
        tuple(sorted(services)),
    )


def _overdue(row: ChangeRow, today: datetime) -> bool:
    return row.state in BEFORE_WORK and row.starts_at is not None and row.starts_at < today


def _review_late(row: ChangeRow, now: datetime) -> bool | None:
    return None if row.review_due_at is None else row.review_due_at <= now


def members(kpi_id: str, period: Period, *, reads: KpiReads, asker: Asker) -> tuple[int, ...]:
    """Return the numbers of the changes that a figure counts; raises KeyError."""
    found = kpi_of(kpi_id).measure(read_sample(period, reads=reads, asker=asker))
    return found.hits if isinstance(found, Rate) else found.numbers


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
