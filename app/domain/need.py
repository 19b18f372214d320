"""Why a change is wanted: the need, what it costs today, and the ways to meet it."""

from dataclasses import dataclass
from enum import StrEnum


class NeedCategory(StrEnum):
    """The five reasons for which systems are changed here."""

    DOWNTIME_CRASH = "downtime_crash"
    CANNOT_SCALE = "cannot_scale"
    OUTDATED = "outdated"
    PERSISTENT_BUG = "persistent_bug"
    SECURITY_VULNERABILITY = "security_vulnerability"


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
    """One record that shows the need; ``value`` is what it says, ``reference`` where it is."""

    kind: EvidenceKind
    title: str
    value: str = ""
    period: str = ""
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Need:
    """What is wrong, and how we know."""

    category: NeedCategory | None = None
    evidence: tuple[NeedEvidence, ...] = ()
    no_evidence_reason: str = ""

    @property
    def is_shown(self) -> bool:
        """Whether there is a record, or a reason why there is none."""
        return bool(self.evidence or self.no_evidence_reason.strip())


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
    def is_stated(self) -> bool:
        """Whether somebody can tell from this who is hurt and how much."""
        return bool(self.text.strip()) and (self.users is not None or bool(self.services))


class ScopeArea(StrEnum):
    """Where the work reaches."""

    SERVER = "server"
    CODE = "code"
    SECURITY = "security"
    INFRASTRUCTURE = "infrastructure"


@dataclass(frozen=True, slots=True)
class Scope:
    """What the change touches, and what it leaves alone on purpose."""

    areas: tuple[ScopeArea, ...] = ()
    included: str = ""
    excluded: str = ""

    @property
    def is_stated(self) -> bool:
        """Whether both sides of the border are drawn."""
        return bool(self.areas and self.included.strip())


@dataclass(frozen=True, slots=True)
class Option:
    """One way to meet the need; one is chosen, and doing nothing is an option too."""

    title: str
    benefit: str = ""
    cost: str = ""
    risk: str = ""
    chosen: bool = False
    reason: str = ""
