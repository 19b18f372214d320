"""The first parts of the report: summary, measures, need, plan against actual.

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
    zone: str
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
    """The figure alone; the currency stands in the head."""
    cost_note: str
    time: str
    time_note: str
    risk: str
    chosen: bool
    reason: str


@dataclass(frozen=True, slots=True)
class RecordRow:
    """One record that shows the need."""

    kind: str
    title: str
    said: str
    period: str
    evidence: tuple[str, ...] = ()


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
    records: tuple[RecordRow, ...]
    no_records: str
    facts: tuple[Claim, ...]
    options: tuple[OptionRow, ...]
    options_note: str
    options_currency: str
    objectives: tuple[ObjectiveRow, ...]


@dataclass(frozen=True, slots=True)
class MessageRow:
    """One message: to which audience, when, and how it stands."""

    audience: str
    moment: str
    subject: str
    mark: Mark
    sent: str
    """When, by whom and to whom; empty while it was not sent."""
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CommunicationPart:
    """Who was to be told, and who was."""

    plan: str
    messages: tuple[MessageRow, ...]
    no_messages: str


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
    critical: bool = False
    """Whether a delay of the step delays the end of the plan."""


@dataclass(frozen=True, slots=True)
class RehearsedRow:
    """One step in the rehearsal and in the live run, in words."""

    title: str
    rehearsed: str
    live: str
    diff: str
    notable: bool = False


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
    rehearsal_title: str = ""
    rehearsal: tuple[RehearsedRow, ...] = ()
    rehearsal_unit: str = ""
    code: tuple[Claim, ...] = ()
    """What of the code went live; nothing where the change names none."""
