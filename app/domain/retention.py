"""Which backup sets are no longer needed, and why every other one stays.

Pure rules over what is known; `app.services.backup.retention` gathers the facts and carries
them out.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from app.domain.backup import BackupSet, SourceKind
from app.domain.ids import ChangeId, HostId, SetId
from app.domain.vocabulary import Level

Held = tuple[HostId, SourceKind, str]
"""One thing a set holds: of which host, of which kind, and what."""


@dataclass(frozen=True, slots=True)
class RetentionRules:
    """What is kept at least; ``keep_last`` counts per host and per thing that is backed up."""

    keep_last: int = 3
    days_after_close: float = 90.0
    """Counted from the close of the change, or from its last report if that came later."""
    days_without_change: float = 30.0
    bin_hours: float = 24.0
    """How long a set lies in the bin before it is removed for good."""


class Reason(StrEnum):
    """Why a set stays; the first five cannot be overruled by a person."""

    ONLY_PROVEN = "only_proven"
    OPEN_CHANGE = "open_change"
    HOLD = "hold"
    RESTORING = "restoring"
    NOT_SUPERSEDED = "not_superseded"
    LAST_N = "last_n"
    RECENTLY_CLOSED = "recently_closed"
    RECENT = "recent"

    @property
    def is_firm(self) -> bool:
        """Whether not even a person may bin the set as long as it holds."""
        return self in _FIRM


_FIRM = (
    Reason.ONLY_PROVEN,
    Reason.OPEN_CHANGE,
    Reason.HOLD,
    Reason.RESTORING,
    Reason.NOT_SUPERSEDED,
)


@dataclass(frozen=True, slots=True)
class ChangeStanding:
    """What retention must know of a change."""

    number: str
    is_open: bool
    closed_at: datetime | None = None
    reported_at: datetime | None = None

    @property
    def counted_from(self) -> datetime | None:
        """When the days after its close begin; None while that is not known."""
        if self.closed_at is None:
            return self.reported_at
        return max(self.closed_at, self.reported_at or self.closed_at)


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything the rules look at."""

    sets: tuple[BackupSet, ...]
    changes: Mapping[ChangeId, ChangeStanding]
    restoring: frozenset[SetId] = frozenset()
    """Sets that a restore which is still open came from, or took for safety."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What the rules say of one set; without a reason to stay it goes."""

    set: BackupSet
    reasons: tuple[Reason, ...] = ()
    until: datetime | None = None
    """Until when a reason that ends by itself holds."""

    @property
    def goes(self) -> bool:
        """Whether nothing keeps it."""
        return not self.reasons

    @property
    def firm(self) -> tuple[Reason, ...]:
        """The reasons that not even a person may overrule."""
        return tuple(reason for reason in self.reasons if reason.is_firm)


def decide(facts: Facts, rules: RetentionRules, now: datetime) -> tuple[Decision, ...]:
    """Return a decision for every set that is in the vault and not in the bin, newest first.

    A set goes only if newer proven sets that stay hold everything it holds: so the last proven
    copy of anything stays whatever the clock says.
    """
    present = sorted(
        (item for item in facts.sets if item.is_present), key=lambda item: item.sealed_at,
        reverse=True,
    )  # fmt: skip
    ranks = _ranks(present)
    decisions = [_decide_one(item, facts, rules, now, ranks) for item in present]
    return _keep_proven(decisions)


def holdings(item: BackupSet) -> frozenset[Held]:
    """Return what a set holds; facts come along with every set and are not counted."""
    return frozenset(
        (stored.host or item.host, stored.kind, stored.title)
        for stored in item.objects
        if stored.kind is not SourceKind.FACTS
    )


def is_proven(item: BackupSet) -> bool:
    """Whether a set counts as a good copy: usable, and read to its end."""
    return item.usable and item.level is not None and item.level >= Level.READABLE


def _ranks(newest_first: Iterable[BackupSet]) -> dict[SetId, int]:
    """Return, by set, its best place among the sets that hold one of its things: 0 is newest."""
    seen: dict[Held, int] = {}
    ranks: dict[SetId, int] = {}
    for item in newest_first:
        places = []
        for held in holdings(item):
            places.append(seen.get(held, 0))
            seen[held] = seen.get(held, 0) + 1
        ranks[item.id] = min(places, default=0)
    return ranks


def _decide_one(
    item: BackupSet,
    facts: Facts,
    rules: RetentionRules,
    now: datetime,
    ranks: Mapping[SetId, int],
) -> Decision:
    reasons: list[Reason] = []
    until: datetime | None = None
    if item.held_by:
        reasons.append(Reason.HOLD)
    if item.id in facts.restoring:
        reasons.append(Reason.RESTORING)
    standing = facts.changes.get(item.change) if item.change else None
    if standing is not None and standing.is_open:
        reasons.append(Reason.OPEN_CHANGE)
    elif standing is not None:
        start = max(standing.counted_from or item.sealed_at, item.sealed_at)
        until = start + timedelta(days=rules.days_after_close)
        reasons += [Reason.RECENTLY_CLOSED] if now < until else []
    else:
        until = item.sealed_at + timedelta(days=rules.days_without_change)
        reasons += [Reason.RECENT] if now < until else []
    if ranks[item.id] < rules.keep_last:
        reasons.append(Reason.LAST_N)
    return Decision(item, tuple(reasons), until if until and now < until else None)


def _keep_proven(newest_first: list[Decision]) -> tuple[Decision, ...]:
    """Let a set go only behind newer proven ones that stay and hold all that it holds."""
    covered: set[Held] = set()
    kept: list[Decision] = []
    for decision in newest_first:
        item, held = decision.set, holdings(decision.set)
        missing = held - covered if held else frozenset({(item.host, SourceKind.FACTS, item.id)})
        if missing:
            why = Reason.ONLY_PROVEN if is_proven(item) else Reason.NOT_SUPERSEDED
            decision = Decision(item, (why, *decision.reasons), decision.until)
        if not decision.goes and is_proven(item):
            covered |= held
        kept.append(decision)
    return tuple(kept)


def clock_doubt(now: datetime, newest_known: datetime | None) -> str:
    """Say why the clock cannot be trusted to delete anything, "" when nothing speaks against it.

    Nothing can have happened in the future; and nothing is deleted right after a jump that looks
    like one forward, before somebody has used the program at that time.
    """
    if newest_known is None:
        return ""
    if newest_known - now > CLOCK_TOLERANCE:
        return "back"
    return "forward" if now - newest_known > LONGEST_PAUSE else ""


CLOCK_TOLERANCE = timedelta(minutes=5)
LONGEST_PAUSE = timedelta(days=60)
"""How long nothing may have been written into the log before the clock is doubted."""
