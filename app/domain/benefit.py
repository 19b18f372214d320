"""Whether the gain lasts: the same measures again, days after the work."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from app.domain.verdict import Verdict

DAYS = (7, 30, 90)
"""When a change is measured again, in days after its work has ended."""
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


@dataclass(frozen=True, slots=True)
class BenefitCheck:
    """One repetition; ``skipped`` says why there was none."""

    days: int
    at: datetime
    by: str
    lasting: Lasting | None = None
    findings: tuple[BenefitFinding, ...] = ()
    samples: tuple[str, ...] = ()
    """Ids of the frozen sample sets."""
    note: str = ""
    skipped: str = ""


class Due(StrEnum):
    """How one of the agreed days stands."""

    DONE = "done"
    SKIPPED = "skipped"
    WAITING = "waiting"
    DUE = "due"
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class BenefitDate:
    """One agreed day: when it is due, and what was found, if anything."""

    days: int
    due_at: datetime
    state: Due
    check: BenefitCheck | None = None


def benefit_dates(
    ended: datetime, days: tuple[int, ...], checks: tuple[BenefitCheck, ...], now: datetime
) -> tuple[BenefitDate, ...]:
    """Return every agreed day with its state, in order of time."""
    found: list[BenefitDate] = []
    for count in sorted(days):
        due_at = ended + timedelta(days=count)
        check = next((item for item in reversed(checks) if item.days == count), None)
        if check is not None:
            state = Due.SKIPPED if check.skipped else Due.DONE
        elif now < due_at:
            state = Due.WAITING
        else:
            state = Due.DUE if now <= due_at + GRACE else Due.MISSED
        found.append(BenefitDate(count, due_at, state, check))
    return tuple(found)


def next_due(
    ended: datetime, days: tuple[int, ...], checks: tuple[BenefitCheck, ...]
) -> datetime | None:
    """Return when the next repetition without a finding is due."""
    seen = {item.days for item in checks}
    open_days = [count for count in days if count not in seen]
    return ended + timedelta(days=min(open_days)) if open_days else None
