"""The parts of the report, one dataclass per page or half page, in reading order.

Where a part is empty, a sentence says so: what is missing is never hidden.
"""

from dataclasses import dataclass

from app.analysis.chart_axes import Tick
from app.analysis.chart_model import ChartModel
from app.services.report_content.common import ActionRow, Claim, DimensionCell, Mark, Noted, Tile


@dataclass(frozen=True, slots=True)
class Summary:
    """Page 1. ``headlines`` says the same thrice, the longest first: the first that fits is set."""

    headlines: tuple[str, ...]
    context: Claim
    overall: Mark
    close_code: str
    rule: str
    trigger: str
    tiles: tuple[Tile, ...]
    dimensions: tuple[DimensionCell, ...]
    well: tuple[Claim, ...]
    badly: tuple[Claim, ...]
    decision: tuple[Claim, ...]
    actions: tuple[ActionRow, ...]
    overrides: tuple[Noted, ...]
    not_evidenced: tuple[Noted, ...]


@dataclass(frozen=True, slots=True)
class MetricChart:
    """One before/after chart: three lines of words and the picture."""

    title: str
    role: str
    mark: Mark
    change: str
    likely: str
    count: str
    model: ChartModel
    before: float | None = None
    before_text: str = ""
    after: float | None = None
    after_text: str = ""
    range: tuple[float, float] | None = None
    """Likely range of the level after, in the unit of the metric."""
    target_text: str = ""
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MetricRow:
    """One measure in the table; relative figures are fractions."""

    name: str
    before: str
    after: str
    change: str
    likely: str
    count: str
    mark: Mark
    estimate: float | None = None
    interval: tuple[float, float] | None = None
    margin: float = 0.0
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Measures:
    """Before and after."""

    intro: str
    charts: tuple[MetricChart, ...] = ()
    caption: str = ""
    rows: tuple[MetricRow, ...] = ()
    findings: tuple[Claim, ...] = ()


@dataclass(frozen=True, slots=True)
class OptionRow:
    """One way to meet the need."""

    title: str
    benefit: str
    cost: str
    risk: str
    chosen: bool
    reason: str


@dataclass(frozen=True, slots=True)
class ObjectiveRow:
    """One objective: agreed, before, after, met or not."""

    name: str
    target: str
    before: str
    after: str
    mark: Mark
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NeedPart:
    """Why, what for, and which way was chosen."""

    intro: str
    description: str
    records: tuple[tuple[str, str, str, str], ...]
    """Kind, title with reference, what it says, period."""
    no_records: str
    facts: tuple[Claim, ...]
    options: tuple[OptionRow, ...]
    objectives: tuple[ObjectiveRow, ...]


@dataclass(frozen=True, slots=True)
class StepRow:
    """One step: planned and actual as Unix seconds, and in words."""

    number: str
    title: str
    host: str
    mark: Mark
    planned: tuple[float, float] | None
    actual: tuple[float, float] | None
    plan_text: str
    actual_text: str
    diff_text: str
    late: bool = False
    down: bool = False
    """Whether users were without the service during the step."""


@dataclass(frozen=True, slots=True)
class Gantt:
    """The time axis of the steps, in Unix seconds."""

    start: float
    end: float
    ticks: tuple[Tick, ...]
    down: tuple[float, float] | None = None
    down_text: str = ""
    deadline: float | None = None
    deadline_text: str = ""
    window_end: float | None = None
    left_text: str = ""


@dataclass(frozen=True, slots=True)
class DowntimeBar:
    """Downtime cut into the steps it was made of; lengths in seconds."""

    label: str
    parts: tuple[tuple[str, float], ...]
    total: str
    down: bool = True


@dataclass(frozen=True, slots=True)
class MilestoneRow:
    """A milestone: planned, actual, difference."""

    name: str
    plan: str
    actual: str
    diff: str


@dataclass(frozen=True, slots=True)
class PlanPart:
    """Plan against actual."""

    intro: Claim
    header: str
    unit: str
    steps: tuple[StepRow, ...] = ()
    total: tuple[str, str, str] = ("", "", "")
    gantt: Gantt | None = None
    downtime_title: str = ""
    downtime_evidence: tuple[str, ...] = ()
    downtime: tuple[DowntimeBar, ...] = ()
    milestones: tuple[MilestoneRow, ...] = ()
    milestone_unit: str = ""
    deviations: tuple[Noted, ...] = ()
    deviation_by: tuple[str, ...] = ()
    effort: str = ""


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
class RiskPart:
    """The matrix, the controls, and what happened; grades are 1 to 5."""

    title: str
    inherent: tuple[int, int]
    residual: tuple[int, int]
    note: Claim
    controls: tuple[str, ...]
    happened: tuple[Claim, ...]


@dataclass(frozen=True, slots=True)
class TestRow:
    """One test case."""

    id: str
    title: str
    tester: str
    mark: Mark
    seen: str


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
    rules: tuple[RuleRow, ...]
    people: Claim


@dataclass(frozen=True, slots=True)
class LearningPart:
    """Lessons, actions, users."""

    intro: str
    lessons: tuple[tuple[str, str, str, str], ...]
    no_lessons: str
    actions: tuple[ActionRow, ...]
    feedback: str
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
