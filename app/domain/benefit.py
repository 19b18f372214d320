"""Whether the gain lasts: the same measures again, days after the work."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from app.domain.verdict import Verdict

DAYS = (7, 30, 90)
"""When a change is measured again, in days after its work has ended."""
MOST_DAYS, MOST_DATES = 3650, 12
"""The latest day that can be agreed, and how many."""
GRACE = timedelta(days=7)
"""How long after its day a measurement still counts as this one; then it was missed."""


class Lasting(StrEnum):
    """What became of the gain, the worst first."""

    WORSE = "worse"
    GONE = "gone"
    PARTLY = "partly"
    CANNOT_TELL = "cannot_tell"
    LASTED = "lasted"
    UNCHANGED = "unchanged"
    """There was no gain at first, and there is none now."""


@dataclass(frozen=True, slots=True)
class BenefitFinding:
    """One measure then and now; levels in the unit of the metric."""

    metric: str
    unit: str
    lasting: Lasting
    first: Verdict
    """The verdict right after the change."""
    now: Verdict
    before: float | None = None
    after: float | None = None
    level: float | None = None
    key: bool = False
    sentence: str = ""
    metric_id: str = ""
    """Empty in what was found before it was kept; then the whole day counts as looked at."""


@dataclass(frozen=True, slots=True)
class BenefitCheck:
    """One repetition; ``skipped`` says why there was none, or why the rest was left out.

    Measures that are read from hosts and those of files come one after the other, so a check grows
    until nothing is left.
    """

    days: int
    at: datetime
    by: str
    lasting: Lasting | None = None
    findings: tuple[BenefitFinding, ...] = ()
    samples: tuple[str, ...] = ()
    """Ids of the frozen sample sets."""
    note: str = ""
    skipped: str = ""

    def left(self, metrics: Iterable[str]) -> tuple[str, ...]:
        """Return which of the measures, by id, nobody has looked at on this day yet."""
        found = {item.metric_id for item in self.findings}
        if self.skipped or not found or "" in found:
            return ()
        return tuple(item for item in metrics if item not in found)


class Due(StrEnum):
    """How one of the agreed days stands."""

    DONE = "done"
    PARTLY = "partly"
    """Some measures were looked at, others not yet."""
    SKIPPED = "skipped"
    WAITING = "waiting"
    DUE = "due"
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class Repeats:
    """When and what of a change is measured again, and what was found so far."""

    ended: datetime
    """When the work ended; the days count from there."""
    days: tuple[int, ...] = DAYS
    checks: tuple[BenefitCheck, ...] = ()
    metrics: tuple[str, ...] = ()
    """Ids of its measures."""

    def check(self, days: int) -> BenefitCheck | None:
        """Return what was found on a day."""
        return next((item for item in reversed(self.checks) if item.days == days), None)

    def is_over(self, days: int) -> bool:
        """Whether nothing is left to do about a day."""
        check = self.check(days)
        return check is not None and not check.left(self.metrics)

    @property
    def next_due(self) -> datetime | None:
        """When the next day that is not over is due."""
        waiting = [count for count in self.days if not self.is_over(count)]
        return self._after(min(waiting)) if waiting else None

    def dates(self, now: datetime) -> "tuple[BenefitDate, ...]":
        """Return every agreed day with its state, in order of time."""
        return tuple(self._date(count, now) for count in sorted(self.days))

    def _after(self, days: int) -> datetime:
        """Return when a day is due; a number that no calendar holds is the last day there is."""
        try:
            return self.ended + timedelta(days=days)
        except OverflowError:
            return datetime.max.replace(tzinfo=self.ended.tzinfo) - GRACE

    def _date(self, count: int, now: datetime) -> "BenefitDate":
        due_at, check = self._after(count), self.check(count)
        left = check.left(self.metrics) if check else self.metrics
        late = now > due_at + GRACE
        if check is not None and not left:
            state = Due.SKIPPED if check.lasting is None else Due.DONE
        elif now < due_at:
            state = Due.WAITING
        elif check is not None:
            state = Due.PARTLY
        else:
            state = Due.MISSED if late else Due.DUE
        return BenefitDate(count, due_at, state, check, left, late)


@dataclass(frozen=True, slots=True)
class BenefitDate:
    """One agreed day: when it is due, and what was found, if anything."""

    days: int
    due_at: datetime
    state: Due
    check: BenefitCheck | None = None
    left: tuple[str, ...] = ()
    """Ids of the measures nobody has looked at yet."""
    late: bool = False
    """Whether the time for it has passed."""

    @property
    def is_open(self) -> bool:
        """Whether somebody has to look now."""
        return self.state in (Due.DUE, Due.PARTLY, Due.MISSED)
