"""The later parts of the report: safety, health, history, learning, method and evidence.

Where a part is empty, a sentence says so: what is missing is never hidden.
"""

from dataclasses import dataclass

from app.analysis.chart_axes import Tick
from app.services.report_content.common import ActionRow, Claim, Mark


@dataclass(frozen=True, slots=True)
class ProofRow:
    """One level of the proof of a backup."""

    level: str
    mark: Mark
    at: str
    took: str
    checked: str


@dataclass(frozen=True, slots=True)
class BackupBlock:
    """One backup set with its ladder of proofs."""

    title: str
    day: str
    rows: tuple[ProofRow, ...]
    note: Claim


@dataclass(frozen=True, slots=True)
class Rollback:
    """The window, the work in it, and the latest safe start of a roll-back, in Unix seconds."""

    title: Claim
    formula: str
    window: tuple[float, float]
    ticks: tuple[Tick, ...]
    work: tuple[float, float] | None
    work_text: str
    deadline: float
    deadline_text: str


@dataclass(frozen=True, slots=True)
class EngineRow:
    """What one engine said of the inherent risk, how, and whether it counted."""

    engine: str
    how: str
    level: str
    counts: str
    decides: bool = False


@dataclass(frozen=True, slots=True)
class RiskPart:
    """The matrix, the controls, and what happened; grades are 1 to 5."""

    title: str
    inherent: tuple[int, int]
    residual: tuple[int, int]
    note: Claim
    controls: tuple[tuple[str, str], ...]
    """Text, and the part of the plan it rests on with how that stands."""
    happened: tuple[Claim, ...]
    engines: tuple[EngineRow, ...]
    remains: Claim
    """What remains against the appetite, and what is done about it."""
    answers: tuple[tuple[str, str, str], ...]
    """Question, answer, points times weight."""
    history: tuple[str, ...]
    """How changes like this one had ended when the risk was judged."""
    outcome: str
    """What the risk came to, as it was written at the review."""


@dataclass(frozen=True, slots=True)
class TestRow:
    """One test case."""

    id: str
    title: str
    tester: str
    mark: Mark
    seen: str
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SafetyPart:
    """Backup, risk and tests."""

    intro: str
    backups: tuple[BackupBlock, ...]
    no_backup: str
    rollback: Rollback | None
    risk: RiskPart | None
    no_risk: str
    tests: tuple[TestRow, ...]
    no_tests: str
    tests_note: str
    incidents: tuple[tuple[str, str, str, str], ...]
    """Reference, title, priority, time to restore."""
    no_incidents: str


@dataclass(frozen=True, slots=True)
class CheckRow:
    """One health check on both sides of the change."""

    host: str
    check: str
    before: str
    after: str
    mark: Mark


@dataclass(frozen=True, slots=True)
class HealthPart:
    """Health checks, those that differ first."""

    intro: Claim
    hosts: tuple[tuple[str, str, str, str], ...]
    """Host, before, after, clock."""
    rows: tuple[CheckRow, ...]


@dataclass(frozen=True, slots=True)
class Phase:
    """A state of the change on the strip: length in seconds."""

    name: str
    seconds: float
    text: str
    busy: bool = False


@dataclass(frozen=True, slots=True)
class EventRow:
    """One entry of the log; ``day`` is empty where it repeats."""

    day: str
    time: str
    by: str
    text: str
    seq: str


@dataclass(frozen=True, slots=True)
class ApprovalRow:
    """One decision about the plan."""

    role: str
    name: str
    at: str
    mark: Mark
    plan_hash: str
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RuleRow:
    """One rule of the process, and what was found."""

    rule: str
    found: str
    mark: Mark


@dataclass(frozen=True, slots=True)
class HistoryPart:
    """Timeline, approvals, process."""

    intro: str
    phases: tuple[Phase, ...]
    begins: str
    ends: str
    header: tuple[str, str]
    events: tuple[EventRow, ...]
    left_out: str
    approvals: tuple[ApprovalRow, ...]
    no_approvals: str
    approvals_header: str
    approval_notes: tuple[Claim, ...]
    """Beside each decision: what was said, how long it took, and whose key signed it."""
    rules: tuple[RuleRow, ...]
    people: Claim


@dataclass(frozen=True, slots=True)
class LearningPart:
    """Lessons and actions."""

    intro: str
    lessons: tuple[tuple[str, str, str, str], ...]
    no_lessons: str
    actions: tuple[ActionRow, ...]
    notes: str
    """The close notes."""


@dataclass(frozen=True, slots=True)
class Transcript:
    """The ends of what one step put out, and the command that was sent."""

    title: str
    command: str
    lines: tuple[str, ...]
    note: Claim


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """One record of the manifest, with its full SHA-256."""

    id: str
    what: str
    kind: str
    size: str
    frozen: str
    sha256: str
    file: str = ""
    """Name of the attachment; empty when it is not attached."""


@dataclass(frozen=True, slots=True)
class MethodPart:
    """How the figures were made, what they cannot say, and where each can be checked."""

    intro: str
    method: tuple[Claim, ...]
    limits: tuple[Claim, ...]
    gaps: tuple[Claim, ...]
    frozen_header: str
    evidence: tuple[EvidenceRow, ...]
    note: str
    signatures: tuple[tuple[str, str], ...]
    """Role and name."""
