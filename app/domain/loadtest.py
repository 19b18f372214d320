"""A load test: what a run of it measured, and how runs before and after compare.

Plain records; times in milliseconds as the tools give them, instants in UTC.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.domain.ids import ChangeId, LoadRunId
from app.domain.load_summary import LoadTestSummary
from app.domain.metric import WindowName
from app.domain.verdict import Comparison, Overall
from app.i18n import _, later


class Figure(StrEnum):
    """What is compared of a load test, for one label or all."""

    RATE = "rate"
    ERRORS = "errors"
    MEAN = "mean"
    P50 = "p50"
    P90 = "p90"
    P95 = "p95"
    P99 = "p99"
    APDEX = "apdex"

    @property
    def words(self) -> str:
        """The plain name."""
        return _(_FIGURES[self.value])

    @property
    def short(self) -> str:
        """The name where it is plain that requests and their times are meant."""
        return _(_SHORT[self.value])


_SHORT = {
    "rate": later("Throughput"),
    "errors": later("Failed"),
    "mean": later("Mean"),
    "p50": later("Median"),
    "p90": later("90th percentile"),
    "p95": later("95th percentile"),
    "p99": later("99th percentile"),
    "apdex": later("Apdex"),
}
_FIGURES = {
    "rate": later("Requests per second"),
    "errors": later("Share of failed requests"),
    "mean": later("Mean response time"),
    "p50": later("Median response time"),
    "p90": later("90th percentile of response times"),
    "p95": later("95th percentile of response times"),
    "p99": later("99th percentile of response times"),
    "apdex": later("Apdex"),
}


@dataclass(frozen=True, slots=True)
class LoadTerms:
    """How load tests are compared; agreed before the change.

    Margins are relative moves that matter, floors absolute ones in milliseconds; ``warm_up`` is the
    share of each run that is left out in any case.
    """

    apdex_ms: float = 500.0
    margin: float = 0.10
    floor_ms: float = 1.0
    rate_margin: float = 0.05
    error_floor: float = 0.001
    warm_up: float = 0.10
    zone: str = "UTC"
    p95_target_ms: float | None = None
    """The longest 95th percentile that will do; capacity is the highest rate that keeps to it."""
    most_errors: float = 0.01
    """The highest share of failed requests at which a rate still counts as served."""
    strict: bool = False
    """Whether a figure counts as moved only when its whole likely range lies beyond the margin."""


@dataclass(frozen=True, slots=True)
class LoadPoint:
    """What was seen at one load."""

    rate_per_s: float
    p95_ms: float
    error_share: float
    samples: int


@dataclass(frozen=True, slots=True)
class Capacity:
    """The highest rate that kept to the target; ``is_reached`` says whether one did not.

    ``rate_per_s`` is None where not even the lowest rate did.
    """

    target_ms: float
    rate_per_s: float | None
    is_reached: bool


@dataclass(frozen=True, slots=True)
class RunFacts:
    """One run as it was compared: its file, what it holds, and its steady part."""

    name: str
    sha256: str
    summary: LoadTestSummary
    steady_start: datetime
    steady_end: datetime
    steady_samples: int
    points: tuple[LoadPoint, ...] = ()
    """Response over rate, lowest rate first."""


@dataclass(frozen=True, slots=True)
class SideFigures:
    """One label on one side, over whole runs; the mean over runs where there are several."""

    samples: int
    errors: int
    error_share: float
    rate_per_s: float | None
    mean_ms: float | None
    p50_ms: float | None
    p90_ms: float | None
    p95_ms: float | None
    p99_ms: float | None
    apdex: float | None


@dataclass(frozen=True, slots=True)
class LabelComparison:
    """One label before and after; a side is None where the label did not occur."""

    label: str
    before: SideFigures | None
    after: SideFigures | None
    comparisons: tuple[Comparison, ...] = ()
    is_parent: bool = False
    is_total: bool = False

    def of(self, figure: Figure) -> Comparison | None:
        """Return the comparison of one figure, if it was made."""
        return next((each for each in self.comparisons if figure_of(each) is figure), None)


def figure_of(comparison: Comparison) -> Figure:
    """Return which figure of a label a comparison is about."""
    return Figure(comparison.metric_id.rpartition(":")[2])


@dataclass(frozen=True, slots=True)
class LoadComparison:
    """Load tests before against after: the total first, then every label."""

    terms: LoadTerms
    before: tuple[RunFacts, ...]
    after: tuple[RunFacts, ...]
    rows: tuple[LabelComparison, ...]
    overall: Overall
    single_run: bool
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """Why a run counts no longer, who said so, and when."""

    reason: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class LoadRun:
    """A run kept with a change: its file lies among the evidence under ``sha256``."""

    id: LoadRunId
    change: ChangeId
    side: WindowName
    name: str
    sha256: str
    size_bytes: int
    summary: LoadTestSummary
    terms: LoadTerms
    kept_at: datetime
    by: str = ""
    source: str = ""
    """Where it came from: an imported file, or the plan that was run and on which host."""
    withdrawn: Withdrawal | None = None
    """It stays in the record and its file among the evidence, but counts in no comparison."""

    @property
    def counts(self) -> bool:
        """Whether it is compared."""
        return self.withdrawn is None


@dataclass(frozen=True, slots=True)
class LoadVerdict:
    """The load tests of a change before against after; there is one per change."""

    id: str
    change: ChangeId
    found: LoadComparison
    judged_at: datetime

    def rests_on(self, runs: Iterable[LoadRun]) -> bool:
        """Whether it compared exactly the runs that count now."""
        compared = (*self.found.before, *self.found.after)
        counted = sorted(run.sha256 for run in runs if run.counts)
        return counted == sorted(facts.sha256 for facts in compared)
