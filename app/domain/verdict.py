"""What a comparison of before with after found, and how sure it is.

Plain records: everything here is stored with the change and printed in the report. How it is found
lives in `app.analysis`.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from app.domain.ids import ChangeId
from app.domain.metric import MetricKind, Target, WorseWhen
from app.domain.objective import ApdexMove, BudgetUse
from app.domain.vocabulary import OverallVerdict as OverallVerdict
from app.domain.vocabulary import Verdict as Verdict
from app.i18n import _, later


class Design(StrEnum):
    """What the change was compared with."""

    REFERENCE_DAYS = "reference_days"
    NO_HISTORY = "no_history"
    RUNS = "runs"


class Gate(StrEnum):
    """What stood in the way of a verdict."""

    NOTHING_BEFORE = "nothing_before"
    NOTHING_AFTER = "nothing_after"
    THIN_BEFORE = "thin_before"
    THIN_AFTER = "thin_after"
    THIN_CONTROL = "thin_control"
    FEW_INDEPENDENT = "few_independent"
    DRIFT = "drift"
    RHYTHM = "rhythm"
    EMPTY_RUN = "empty_run"
    OTHER_SERIES = "other_series"
    OTHER_STEP = "other_step"

    @property
    def forbids_comparing(self) -> bool:
        """Whether before and after are not the same measure, so that no move can be told."""
        return self in (Gate.OTHER_SERIES, Gate.OTHER_STEP)


class Evidence(StrEnum):
    """How far the verdict carries."""

    FULL = "full"
    LIMITED = "limited"


class Caveat(StrEnum):
    """Why evidence is limited; the words are in `words`."""

    NO_REFERENCE_DAYS = "no_reference_days"
    SHORT_WINDOW = "short_window"
    SINGLE_RUN = "single_run"
    MANY_METRICS = "many_metrics"
    DISTURBED = "disturbed"
    PRELIMINARY = "preliminary"

    @property
    def words(self) -> str:
        """The caveat in words, for a tag."""
        return _(_CAVEATS[self.value])


_CAVEATS = {
    "no_reference_days": later("no comparison days"),
    "short_window": later("short window"),
    "single_run": later("single run"),
    "many_metrics": later("one of many metrics"),
    "disturbed": later("something else happened meanwhile"),
    "preliminary": later("preliminary"),
}


class Scale(StrEnum):
    """Where the effect was estimated: as a ratio (log) or as a difference (linear)."""

    LOG = "log"
    LINEAR = "linear"


def usual_settle_s(window_s: float) -> float:
    """Return the pause for windows of a length: 10 min or a twentieth, whichever is longer."""
    return max(600.0, 0.05 * window_s)


@dataclass(frozen=True, slots=True)
class Parameters:
    """Everything a comparison depends on beside the samples; frozen before the change.

    Times are in seconds. ``step_s`` is the least width of a bin; None is the rule of the method:
    60 s, and for windows shorter than an hour as many bins as the usual three hours have.
    """

    window_s: float = 3 * 3600.0
    settle_s: float | None = None
    zone: str = "UTC"
    step_s: float | None = None
    weekend: tuple[int, ...] = (5, 6)
    """Days of the other type, Monday is 0."""
    method: str = "1"

    @property
    def settle_used_s(self) -> float:
        """The pause after the change: 10 min or 5 % of the window, whichever is longer."""
        return usual_settle_s(self.window_s) if self.settle_s is None else self.settle_s


@dataclass(frozen=True, slots=True)
class ReferenceDay:
    """One earlier day at the same hours; ``why`` says why it was left out."""

    day: date
    used: bool
    why: str = ""
    effect: float | None = None
    """After against before on that day, as a fraction (difference on the linear scale)."""


@dataclass(frozen=True, slots=True)
class WindowFacts:
    """What one window held."""

    start: datetime
    end: datetime
    bins: int = 0
    observed: int = 0
    level: float | None = None
    """The typical value: the mean on the scale of the comparison, spikes set aside."""
    spikes_per_hour: float = 0.0

    @property
    def coverage(self) -> float:
        """The share of bins that hold a sample."""
        return self.observed / self.bins if self.bins else 0.0


@dataclass(frozen=True, slots=True)
class Shift:
    """When the level moved, as the samples show it; no test, only a time."""

    at: datetime
    after_start_s: float
    """Seconds after the start of the change; negative is earlier."""
    before_change: bool = False
    """Whether it lies clearly before the change, which then hardly brought it about."""


@dataclass(frozen=True, slots=True)
class QuantileMove:
    """One quantile before and after; the move is a fraction, with its likely range (95 %).

    Where a value is not above zero there is no fraction; ``difference`` in the metric's unit, with
    its likely range, is always there.
    """

    quantile: float
    before: float
    after: float
    relative: float | None
    interval95: tuple[float, float] | None
    difference: float = 0.0
    difference95: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True, slots=True)
class FamilyPlace:
    """Where a measure stands among those judged together (Benjamini-Hochberg).

    It counts when ``p`` is at most ``limit``, or a less likely one of the family is.
    """

    rank: int
    size: int
    limit: float
    counts: bool


@dataclass(frozen=True, slots=True)
class LoadCheck:
    """How the traffic moved that a measure depends on, and whether it was judged per unit of it."""

    name: str
    relative: float | None
    interval95: tuple[float, float] | None
    restated: bool = False


@dataclass(frozen=True, slots=True)
class Comparison:
    """Before against after for one metric of a change.

    Relative figures are fractions (0.18 = +18 %); None where there is none. ``expected`` is the
    level that the time of day alone would have given after the change.
    """

    id: str
    change: ChangeId
    metric_id: str
    metric: str
    """The plain name."""
    verdict: Verdict
    unit: str = ""
    kind: MetricKind = MetricKind.GAUGE
    worse_when: WorseWhen = WorseWhen.HIGHER
    margin: float = 0.05
    floor: float = 0.0
    key: bool = False
    strict: bool = False
    """Whether a move counts only when the whole likely range lies beyond the margin."""
    target: Target | None = None
    design: Design = Design.NO_HISTORY
    evidence: Evidence = Evidence.LIMITED
    caveats: tuple[Caveat, ...] = ()
    scale: Scale = Scale.LOG
    before: float | None = None
    after: float | None = None
    expected: float | None = None
    absolute_change: float | None = None
    relative_change: float | None = None
    interval95: tuple[float, float] | None = None
    interval90: tuple[float, float] | None = None
    p: float | None = None
    standard_error: float | None = None
    """Of the effect: of a logarithm, or as a share of the expected level; 0 where nothing moves."""
    df: float | None = None
    levels_only: bool = False
    """Whether levels after were compared without a window before."""
    gates: tuple[str, ...] = ()
    """What stood in the way of a verdict; the words are in `reason`."""
    family: FamilyPlace | None = None
    load: LoadCheck | None = None
    smallest_visible_change: float | None = None
    days: tuple[ReferenceDay, ...] = ()
    few_days: int = 0
    """Comparable days there were, too few to be used."""
    more_spikes: bool = False
    """Whether spikes have become more frequent than on any earlier day."""
    window_before: WindowFacts | None = None
    window_after: WindowFacts | None = None
    step_s: float = 0.0
    n_effective: float | None = None
    """Independent observations the smaller window is worth."""
    shift: Shift | None = None
    quantiles: tuple[QuantileMove, ...] = ()
    """How the median and the tail moved, as far as the samples suffice."""
    apdex: ApdexMove | None = None
    budget: BudgetUse | None = None
    sentence: str = ""
    reason: str = ""
    notes: tuple[str, ...] = ()
    parameters: Parameters = Parameters()
    judged_at: datetime | None = None

    @property
    def reference_days(self) -> int:
        """How many earlier days it was compared with."""
        return sum(day.used for day in self.days)

    @property
    def n(self) -> int:
        """How many bins of both windows held samples."""
        return sum(w.observed for w in (self.window_before, self.window_after) if w)

    @property
    def target_met(self) -> bool | None:
        """Whether the level after keeps to the target; None without either."""
        if self.target is None or self.after is None:
            return None
        return self.target.met_by(self.after)

    @property
    def is_real(self) -> bool:
        """Whether the likely range (95 %) lies on one side of no change, whatever the size."""
        return self.interval95 is not None and self.interval95[0] * self.interval95[1] > 0

    @property
    def crossed_target(self) -> bool:
        """Whether a target that was met before is missed after, and not by chance."""
        if self.target is None or self.before is None or self.target_met is not False:
            return False
        return self.target.met_by(self.before) and self.is_real

    @property
    def is_comparable(self) -> bool:
        """Whether before and after are the same measure."""
        return not any(Gate(gate).forbids_comparing for gate in self.gates)

    @property
    def crossed_objective(self) -> bool:
        """Whether the change broke what was promised to users (`BudgetUse.is_crossed`).

        Where before and after are not the same measure, nothing is said of it.
        """
        return self.budget is not None and self.budget.is_crossed and self.is_comparable

    @property
    def crossed_limit(self) -> bool:
        """Whether a hard limit was kept before and is not since: a target or an objective."""
        return self.crossed_target or self.crossed_objective

    @property
    def moved_before_change(self) -> bool:
        """Whether the move began before the change did."""
        return self.verdict.is_move and self.shift is not None and self.shift.before_change


@dataclass(frozen=True, slots=True)
class Overall:
    """The verdict on a change, the rule that gave it, and the comparisons it rests on."""

    verdict: OverallVerdict
    sentence: str
    rule: str = ""
    comparisons: tuple[Comparison, ...] = ()
