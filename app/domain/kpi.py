"""What the key figures of a period are counted from, and what a figure is."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from app.domain.change import ChangeType
from app.domain.need import NeedCategory
from app.domain.outage import OutageKind
from app.domain.review import CloseCode

LEAST_FOR_PERCENT = 10
"""Of fewer cases only the counts are told: a percentage would say more than is known."""
WEEK_H = 168.0


class ExceptionKind(StrEnum):
    """Why a change that came out well still was not clean."""

    OVERRIDE = "override"
    OUTSIDE_WINDOW = "outside_window"
    OVERRUN = "overrun"
    UNDECLARED_HOST = "undeclared_host"
    SKIPPED = "skipped"
    WENT_ON = "went_on"
    PAST_DEADLINE = "past_deadline"
    UNPLANNED = "unplanned"
    INCIDENT = "incident"


@dataclass(frozen=True, slots=True)
class CausedIncident:
    """An incident that a change brought about."""

    priority: int
    detected_at: datetime | None = None
    restored_at: datetime | None = None

    @property
    def restore_s(self) -> float | None:
        """Seconds from detection to restoration; None while one of them is not known."""
        if self.detected_at is None or self.restored_at is None:
            return None
        return (self.restored_at - self.detected_at).total_seconds()


@dataclass(frozen=True, slots=True)
class Case:
    """What the figures know of one closed change; ``number`` is the number inside its number.

    ``exceptions`` are departures of live runs and of the process; rehearsals are in none of it.
    ``step_ratios`` are measured over estimated durations of the steps of live runs.
    """

    number: int
    type: ChangeType
    close_code: CloseCode | None
    opened_at: datetime | None
    closed_at: datetime | None
    category: NeedCategory | None = None
    work_start: datetime | None = None
    work_end: datetime | None = None
    backed_out: bool = False
    exceptions: frozenset[ExceptionKind] = frozenset()
    incidents: tuple[CausedIncident, ...] = ()
    step_ratios: tuple[float, ...] = ()
    restored: bool = False
    """Whether it had a backup that was restored (L4)."""
    approval_wait_s: float | None = None
    reviewed_late: bool | None = None
    """Whether the review came after the last day agreed for it; None where there was none."""
    unauthorised: bool = False
    """Whether work was done that nobody had approved."""
    planned_outside: bool | None = None
    """Whether its window lay outside the maintenance windows; None if that was never looked at."""
    mends: bool = False
    """Whether it is linked as the remedy of an incident that it did not cause."""
    lead_s: float | None = None
    """Seconds from its oldest commit to the end of the work."""
    allowed_s: float | None = None
    """Seconds it had from being opened to being closed, as planned."""

    @property
    def spent_s(self) -> float | None:
        """Seconds from being opened to being closed."""
        if self.opened_at is None or self.closed_at is None:
            return None
        return (self.closed_at - self.opened_at).total_seconds()

    @property
    def succeeded(self) -> bool:
        """Whether it was closed as successful, without issues."""
        return self.close_code is CloseCode.SUCCESSFUL

    @property
    def clean(self) -> bool:
        """Whether it succeeded and nothing departed from the process or the plan."""
        return self.succeeded and not self.exceptions

    @property
    def failed(self) -> bool:
        """Whether it was closed as unsuccessful or backed out."""
        return self.close_code in (CloseCode.UNSUCCESSFUL, CloseCode.BACKED_OUT)

    @property
    def implemented(self) -> bool:
        """Whether work was done."""
        return self.work_start is not None


@dataclass(frozen=True, slots=True)
class OpenCase:
    """What the figures know of a change that is open now."""

    number: int
    opened_at: datetime | None
    overdue: bool
    """Not begun, although its planned start was before today."""
    review_late: bool | None = None
    """Whether the last day agreed for its review has passed; None while no review is awaited."""


@dataclass(frozen=True, slots=True)
class NewCase:
    """What the figures know of a change that was opened in the period."""

    number: int
    urgent: bool = False
    """Whether it has priority 1."""


@dataclass(frozen=True, slots=True)
class Down:
    """A span in which a change took a service from its users; one that lasts ends now."""

    number: int
    service: str
    kind: OutageKind
    begin: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Sample:
    """What happened in a period; ``closed`` leaves canceled changes out."""

    start: datetime
    end: datetime
    closed: tuple[Case, ...]
    opened: tuple[NewCase, ...]
    """The changes opened in the period, canceled ones too."""
    open_now: tuple[OpenCase, ...] = ()
    now: datetime | None = None
    rejected: tuple[int, ...] = ()
    """Numbers of the changes rejected in the period and not taken up again."""
    downs: tuple[Down, ...] = ()
    """What changes took from users in the period, whether they are closed or not."""
    services: tuple[str, ...] = ()
    """The services that changes under way or closed in the period name."""
    service_hours: float = WEEK_H
    """Agreed hours of a service in a week."""

    @property
    def days(self) -> float:
        """Length of the period."""
        return (self.end - self.start) / timedelta(days=1)

    @property
    def reached(self) -> datetime:
        """Its end, or now when it has not ended."""
        return self.end if self.now is None else max(self.start, min(self.end, self.now))


@dataclass(frozen=True, slots=True)
class Rate:
    """So many of so many: the numbers of the changes that count, and of all that could."""

    hits: tuple[int, ...]
    of: tuple[int, ...]

    @property
    def share(self) -> float | None:
        """The rate as a fraction; None of fewer than ten."""
        return len(self.hits) / len(self.of) if len(self.of) >= LEAST_FOR_PERCENT else None


@dataclass(frozen=True, slots=True)
class Spread:
    """Measured values, such as durations in seconds: middle and tail."""

    values: tuple[float, ...]
    median: float | None
    p90: float | None
    unit: str = "s"
    numbers: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Amount:
    """One figure that is neither a rate nor a spread."""

    value: float
    unit: str = ""
    numbers: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """So much of so much, both in seconds: of the agreed hours, or of the time allowed.

    ``n`` is over how many changes it is averaged, None where nothing is; ``by_amount`` says that
    the seconds are told first and the fraction beside them.
    """

    part_s: float
    whole_s: float
    numbers: tuple[int, ...] = ()
    n: int | None = None
    by_amount: bool = False

    @property
    def share(self) -> float | None:
        """The fraction; None of nothing, or when it is averaged over fewer than ten."""
        few = self.n is not None and self.n < LEAST_FOR_PERCENT
        return None if few or self.whole_s <= 0 else self.part_s / self.whole_s


Measure = Rate | Spread | Amount | Part
