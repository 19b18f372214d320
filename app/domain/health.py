"""Health checks: what was read, how it is judged, and what differs between before and after."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum

from app.domain.ids import ChangeId, HealthId, HostId


class Health(IntEnum):
    """The four states every monitor knows; unknown is never OK."""

    OK = 0
    WARNING = 1
    CRITICAL = 2
    UNKNOWN = 3

    @property
    def label(self) -> str:
        """The word for it."""
        return self.name.lower() if self is not Health.OK else "OK"


class Phase(StrEnum):
    """When a check was made."""

    BEFORE = "before"
    AFTER = "after"
    AD_HOC = "ad_hoc"


@dataclass(frozen=True, slots=True)
class Reading:
    """What one check found.

    ``value`` is in ``unit``. ``items`` is the set a check compares, such as listening ports: a
    check with items is judged by what came and went.
    """

    health: Health
    summary: str
    value: float | None = None
    unit: str = ""
    items: tuple[str, ...] = ()
    worse_when_lower: bool = False
    """Whether a smaller value is the worse one, such as days left of a certificate."""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """A reading with its name; ``item`` tells apart what one check reads several of."""

    check: str
    title: str
    reading: Reading
    item: str = ""
    ms: int = 0


@dataclass(frozen=True, slots=True)
class HealthReport:
    """All checks of one host, made in one round trip."""

    id: HealthId
    change: ChangeId | None
    host: HostId
    host_name: str
    phase: Phase
    started_at: datetime
    ended_at: datetime
    results: tuple[CheckResult, ...]
    boot_id: str = ""
    skew_s: float | None = None
    skew_error_s: float = 0.0
    """Half of the round trip: the clocks cannot be compared more closely."""
    by: str = ""

    @property
    def worst(self) -> Health:
        """The worst known state; UNKNOWN when there is nothing else than unknown."""
        known = [r.reading.health for r in self.results if r.reading.health is not Health.UNKNOWN]
        return max(known, default=Health.UNKNOWN)

    def count(self, health: Health) -> int:
        """How many checks are in a state."""
        return sum(result.reading.health is health for result in self.results)


class Difference(StrEnum):
    """How a check after the change stands to the same check before."""

    SAME = "same"
    BETTER = "better"
    WORSE = "worse"
    NEW = "new"
    GONE = "gone"
    INCONCLUSIVE = "inconclusive"


@dataclass(frozen=True, slots=True)
class CheckDifference:
    """One check, before and after; a side is None where the check did not exist."""

    check: str
    title: str
    item: str
    before: Reading | None
    after: Reading | None
    difference: Difference
    came: tuple[str, ...] = ()
    went: tuple[str, ...] = ()

    @property
    def preexisting(self) -> bool:
        """Whether it was bad before and is no worse now."""
        bad = (Health.WARNING, Health.CRITICAL)
        return (
            self.before is not None
            and self.before.health in bad
            and self.difference is Difference.SAME
        )


WORSE_SHARE = 0.20
"""A figure counts as worse or better only beyond a fifth of what it was."""
NOISE = {"%": 5.0, "× cores": 0.3, "ms": 20.0, "s": 0.5}
"""Smaller moves than these are noise, whatever their share."""


def differences(before: HealthReport, after: HealthReport) -> tuple[CheckDifference, ...]:
    """Compare two reports of one host, check by check, in the order of the one after."""
    old = {(r.check, r.item): r for r in before.results}
    new = {(r.check, r.item): r for r in after.results}
    keys = list(new) + [key for key in old if key not in new]
    return tuple(_difference(old.get(key), new.get(key)) for key in keys)


def _difference(old: CheckResult | None, new: CheckResult | None) -> CheckDifference:
    shown = new or old
    if shown is None:
        raise ValueError("a difference needs at least one side")
    before = old.reading if old else None
    after = new.reading if new else None
    came = _only_in(after, before)
    went = _only_in(before, after)
    if before is None or after is None:
        kind = Difference.NEW if before is None else Difference.GONE
    else:
        kind = _judge(before, after, came, went)
    return CheckDifference(shown.check, shown.title, shown.item, before, after, kind, came, went)


def _only_in(here: Reading | None, there: Reading | None) -> tuple[str, ...]:
    if here is None or there is None:
        return ()
    known: Iterable[str] = set(there.items)
    return tuple(item for item in here.items if item not in known)


def _judge(
    before: Reading, after: Reading, came: tuple[str, ...], went: tuple[str, ...]
) -> Difference:
    if Health.UNKNOWN in (before.health, after.health):
        return Difference.INCONCLUSIVE
    if before.health is not after.health:
        return Difference.WORSE if after.health > before.health else Difference.BETTER
    if came or went:
        return Difference.GONE if went and not came else Difference.NEW
    if before.value is None or after.value is None or not _moved(before, after):
        return Difference.SAME
    rose = after.value > before.value
    return Difference.BETTER if rose is after.worse_when_lower else Difference.WORSE


def _moved(before: Reading, after: Reading) -> bool:
    if before.value is None or after.value is None:
        return False
    step = abs(after.value - before.value)
    return step > NOISE.get(after.unit, 0.0) and step > WORSE_SHARE * abs(before.value)
