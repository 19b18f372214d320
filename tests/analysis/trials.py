"""Judges many made metrics and counts how often the judge is right."""

from dataclasses import dataclass, replace

import numpy as np

from app.analysis.clean import Samples, counter_samples, gauge_samples, ratio_samples
from app.analysis.windows import Layout
from app.domain.metric import Metric, Series
from app.domain.verdict import Comparison, Design, Parameters, Verdict
from app.services.metric.comparison import compare_metric
from tests.analysis.simulate import Case, Scenario, simulate


@dataclass(frozen=True)
class Figures:
    """What came of many trials; all shares are of ``n`` unless said otherwise."""

    name: str
    n: int
    flagged: float
    wrong_way: float
    """Of those that were flagged."""
    covered: float
    """Of the intervals there were."""
    intervals: int
    with_days: float
    unsure: float
    half_width: float

    def __str__(self) -> str:
        return (
            f"{self.name:<34} n {self.n:>5}  called changed {100 * self.flagged:5.1f} %  "
            f"range holds the truth {100 * self.covered:5.1f} % of {self.intervals}  "
            f"wrong way {100 * self.wrong_way:4.1f} %  cannot tell {100 * self.unsure:5.1f} %  "
            f"reference days {100 * self.with_days:3.0f} %  ±{100 * self.half_width:.1f} %"
        )


def samples(case: Case) -> Samples:
    """Return what the judge is given."""
    series = Series(case.at_s, case.value)
    if case.total is not None:
        return ratio_samples(series, Series(case.at_s, case.total))
    return counter_samples(series) if case.scenario.kind == "counter" else gauge_samples(series)


def judged(case: Case, margin: float = 0.05) -> Comparison:
    """Judge one made metric."""
    s = case.scenario
    parameters = Parameters(window_s=s.window_s, settle_s=s.settle_s, zone=s.zone)
    layout = Layout.around(case.start_s, case.end_s, parameters)
    return compare_metric(Metric("m", "Metric", margin=margin), samples(case), layout)


def trials(scenario: Scenario, n: int, seed: int = 7) -> Figures:
    """Make and judge ``n`` metrics of one behaviour; print the figures."""
    rng = np.random.default_rng(seed)
    found = [judged(simulate(scenario, rng)) for _ in range(n)]
    moved = [item for item in found if item.verdict.is_move]
    wrong = Verdict.IMPROVED if scenario.effect > 0 else Verdict.REGRESSED
    ranges = [item.interval95 for item in found if item.interval95]
    effect = scenario.effect
    inside = [low - 1e-9 <= effect <= high + 1e-9 for low, high in ranges]
    figures = Figures(
        name=f"{scenario.name} {100 * effect:+.0f} %",
        n=n,
        flagged=len(moved) / n,
        wrong_way=sum(item.verdict is wrong for item in moved) / max(1, len(moved)),
        covered=float(np.mean(inside)) if inside else 1.0,
        intervals=len(inside),
        with_days=sum(item.design is Design.REFERENCE_DAYS for item in found) / n,
        unsure=sum(item.verdict is Verdict.NOT_ENOUGH_DATA for item in found) / n,
        half_width=float(np.median([(high - low) / 2 for low, high in ranges] or [0.0])),
    )
    print(figures)
    return figures


def with_effect(scenario: Scenario, effect: float) -> Scenario:
    """Return the same behaviour with a change."""
    return replace(scenario, effect=effect)
