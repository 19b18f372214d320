"""The chapter on load tests, as data."""

from dataclasses import dataclass

from app.analysis.chart_plot import Plot
from app.services.report_content.common import Claim, Mark


@dataclass(frozen=True, slots=True)
class LoadRow:
    """One request: what it measured on both sides, in words."""

    name: str
    samples: str
    failed: str
    mean: str
    p95: str
    change: str
    """How the 95th percentile moved."""
    mark: Mark
    is_total: bool = False


@dataclass(frozen=True, slots=True)
class RunRow:
    """One run in words: what was read, how much of it was judged, and where it lies."""

    side: str
    name: str
    when: str
    samples: str
    judged: str
    note: str
    """What else is to be known: rows that were rejected, or why it does not count."""
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LoadPart:
    """The load tests of a change; ``rows`` is empty while a side has none."""

    intro: str
    rows: tuple[LoadRow, ...] = ()
    left_out: str = ""
    findings: tuple[Claim, ...] = ()
    runs: tuple[RunRow, ...] = ()
    zone: str = ""
    """The zone of the times of the runs, as it is written."""
    notes: tuple[str, ...] = ()
    plot: Plot | None = None
    """Response over rate."""
