"""Health checks: what was read, how it is judged, and what differs between before and after."""

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


_WEIGHT = (Health.OK, Health.UNKNOWN, Health.WARNING, Health.CRITICAL)


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
    items_are_faults: bool = False
    """Whether each item is something bad, such as a failed unit or a kind of error."""


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
        """The worst state; something unknown weighs less than a warning, but is never OK."""
        states = (result.reading.health for result in self.results)
        return max(states, key=_WEIGHT.index, default=Health.UNKNOWN)

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
COUNTED = frozenset({"restarts"})
"""Units of counters: any rise is worse, and a fall only says that counting began again."""


def differences(before: HealthReport, after: HealthReport) -> tuple[CheckDifference, ...]:
    """Compare two reports of one host, check by check, in the order of the one after.

    A check that could not be read on one side is inconclusive, with all its items.
    """
    old = {(r.check, r.item): r for r in before.results}
    new = {(r.check, r.item): r for r in after.results}
    keys = [*new, *(key for key in old if key not in new)]
    found = []
    for check, item in keys:
        one, other = old.get((check, item)), new.get((check, item))
        blind = _blind(old, check), _blind(new, check)
        if one and other:
            found.append(_both(one, other))
        elif (item or not any(blind)) or not _items_of(check, old, new):
            found.append(_one_sided(one, other, inconclusive=any(blind)))
    return tuple(found)


_Results = dict[tuple[str, str], CheckResult]


def _blind(results: _Results, check: str) -> bool:
    """Whether a whole check could not be read."""
    whole = results.get((check, ""))
    return whole is not None and whole.reading.health is Health.UNKNOWN


def _items_of(check: str, *sides: _Results) -> bool:
    return any(name == check and item for side in sides for name, item in side)


def _one_sided(
    old: CheckResult | None, new: CheckResult | None, *, inconclusive: bool
) -> CheckDifference:
    shown = new or old
    if shown is None:
        raise ValueError("a difference needs at least one side")
    kind = Difference.GONE if new is None else Difference.NEW
    return CheckDifference(
        shown.check,
        shown.title,
        shown.item,
        old.reading if old else None,
        new.reading if new else None,
        Difference.INCONCLUSIVE if inconclusive else kind,
    )


def _both(old: CheckResult, new: CheckResult) -> CheckDifference:
    before, after = old.reading, new.reading
    came: tuple[str, ...] = _only_in(after, before)
    went: tuple[str, ...] = _only_in(before, after)
    if Health.UNKNOWN in (before.health, after.health):
        kind, came, went = Difference.INCONCLUSIVE, (), ()
    else:
        kind = _judge(before, after, came, went)
    return CheckDifference(new.check, new.title, new.item, before, after, kind, came, went)


def _only_in(here: Reading, there: Reading) -> tuple[str, ...]:
    known = set(there.items)
    return tuple(item for item in here.items if item not in known)


def _judge(
    before: Reading, after: Reading, came: tuple[str, ...], went: tuple[str, ...]
) -> Difference:
    if before.health is not after.health:
        return Difference.WORSE if after.health > before.health else Difference.BETTER
    if came or went:
        return _judge_sets(after, came, went)
    return _judge_figures(before, after)


def _judge_sets(after: Reading, came: tuple[str, ...], went: tuple[str, ...]) -> Difference:
    """Something that is gone matters more than something new; a new version is not gone.

    The first word of an item is its name: ``nginx 1.22`` that became ``nginx 1.26`` still exists.
    """
    if after.items_are_faults:
        return Difference.WORSE if came else Difference.BETTER
    gone = {_name(item) for item in went} - {_name(item) for item in came}
    return Difference.GONE if gone else Difference.NEW


def _name(item: str) -> str:
    return item.partition(" ")[0]


def _judge_figures(before: Reading, after: Reading) -> Difference:
    if before.value is None or after.value is None:
        return Difference.SAME
    rise, unit = after.value - before.value, after.unit
    if unit in COUNTED:
        return Difference.WORSE if rise > 0 else Difference.SAME
    if abs(rise) <= max(NOISE.get(unit, 0.0), WORSE_SHARE * abs(before.value)):
        return Difference.SAME
    return Difference.BETTER if (rise > 0) is after.worse_when_lower else Difference.WORSE


def newest_report(
    reports: tuple[HealthReport, ...], host: str, phase: Phase
) -> HealthReport | None:
    """Return the newest health report of a host in a phase."""
    fitting = [item for item in reports if item.host == host and item.phase is phase]
    return max(fitting, key=lambda item: item.started_at, default=None)
