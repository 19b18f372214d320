"""Why a change is wanted: the need, what it costs today, and the ways to meet it."""

from dataclasses import dataclass
from enum import StrEnum

from app.domain.evidence import (
    AdvisoryRecord,
    BugRecord,
    Downtime,
    Lifecycle,
    LoadFigure,
    OutageRecord,
    downtime,
)
from app.domain.vocabulary import NeedCategory as NeedCategory


class EvidenceKind(StrEnum):
    """What kind of record shows the need."""

    OUTAGE = "outage"
    METRIC = "metric"
    VERSION = "version"
    BUG = "bug"
    ADVISORY = "advisory"
    LOG = "log"
    COMPLAINT = "complaint"


EXPECTED_EVIDENCE: dict[NeedCategory, tuple[EvidenceKind, ...]] = {
    NeedCategory.DOWNTIME_CRASH: (EvidenceKind.OUTAGE, EvidenceKind.LOG, EvidenceKind.COMPLAINT),
    NeedCategory.CANNOT_SCALE: (EvidenceKind.METRIC, EvidenceKind.COMPLAINT),
    NeedCategory.OUTDATED: (EvidenceKind.VERSION,),
    NeedCategory.PERSISTENT_BUG: (EvidenceKind.BUG, EvidenceKind.LOG, EvidenceKind.COMPLAINT),
    NeedCategory.SECURITY_VULNERABILITY: (EvidenceKind.ADVISORY,),
}
"""The records that belong to each category; any other record may be added as well."""


@dataclass(frozen=True, slots=True)
class NeedEvidence:
    """One record that shows the need; ``value`` is what it says, ``reference`` where it is.

    What belongs to its kind stands in the one part of that kind; ``file`` is the SHA-256 of an
    attachment of the change that proves it.
    """

    kind: EvidenceKind
    title: str
    value: str = ""
    period: str = ""
    reference: str = ""
    outage: OutageRecord | None = None
    load: LoadFigure | None = None
    lifecycle: Lifecycle | None = None
    bug: BugRecord | None = None
    advisory: AdvisoryRecord | None = None
    file: str = ""


@dataclass(frozen=True, slots=True)
class Need:
    """What is wrong, and how we know."""

    category: NeedCategory | None = None
    evidence: tuple[NeedEvidence, ...] = ()
    no_evidence_reason: str = ""
    observed_days: float = 90.0
    """The period over which availability is counted, up to the newest outage."""

    @property
    def is_shown(self) -> bool:
        """Whether there is a record, or a reason why there is none."""
        return bool(self.evidence or self.no_evidence_reason.strip())

    @property
    def downtime(self) -> Downtime | None:
        """The hours lost up to the newest outage; None without an outage on record."""
        outages = [item.outage for item in self.evidence if item.outage is not None]
        if not outages:
            return None
        end = max(item.ended or item.began for item in outages)
        return downtime(outages, end, self.observed_days)


@dataclass(frozen=True, slots=True)
class Impact:
    """What the need costs people and business today."""

    text: str = ""
    users: int | None = None
    services: tuple[str, ...] = ()
    hours: float | None = None
    cost_per_hour: float | None = None
    currency: str = "EUR"

    @property
    def total_cost(self) -> float | None:
        """Hours lost times the cost of an hour; None while one of them is not said."""
        if self.hours is None or self.cost_per_hour is None:
            return None
        return self.hours * self.cost_per_hour

    @property
    def is_stated(self) -> bool:
        """Whether somebody can tell from this who is hurt and how much."""
        return bool(self.text.strip()) and (self.users is not None or bool(self.services))


def currency_of(text: str) -> str | None:
    """Return a currency as its code of three letters (ISO 4217); None for anything else."""
    code = text.strip().upper()
    return code if len(code) == 3 and code.isascii() and code.isalpha() else None


class ScopeArea(StrEnum):
    """Where the work reaches."""

    SERVER = "server"
    CODE = "code"
    SECURITY = "security"
    INFRASTRUCTURE = "infrastructure"


@dataclass(frozen=True, slots=True)
class AreaScope:
    """What is touched and what is left alone within one area."""

    area: ScopeArea
    included: str = ""
    excluded: str = ""


@dataclass(frozen=True, slots=True)
class Scope:
    """What the change touches, and what it leaves alone on purpose.

    ``included`` and ``excluded`` speak of the whole change, ``by_area`` of one area each.
    """

    areas: tuple[ScopeArea, ...] = ()
    included: str = ""
    excluded: str = ""
    by_area: tuple[AreaScope, ...] = ()

    @property
    def is_stated(self) -> bool:
        """Whether it is said where the work reaches and what it touches there."""
        said = self.included.strip() or any(item.included.strip() for item in self.by_area)
        return bool(self.areas and said)

    def within(self, area: ScopeArea) -> AreaScope:
        """Return what is said of one area."""
        return next((item for item in self.by_area if item.area is area), AreaScope(area))


@dataclass(frozen=True, slots=True)
class Option:
    """One way to meet the need; one is chosen, and doing nothing is an option too.

    ``cost`` and ``time`` say in words what the figures are made of, or stand alone where nobody
    knows a figure; only figures are compared.
    """

    title: str
    benefit: str = ""
    cost: str = ""
    risk: str = ""
    chosen: bool = False
    reason: str = ""
    time: str = ""
    does_nothing: bool = False
    """Leaving everything as it is: the option every other one is held against."""
    amount: float | None = None
    """What it costs, in the currency of the change."""
    takes_s: float | None = None
    """How long it takes from the decision on, in seconds; a day has 24 hours."""
