"""How long judging takes, and how often each judge cries wolf on the same samples.

1 000 metrics with nine days of minutes against reference days (aim: at most 20 s), and 1 000 pairs
of 1 440 minutes without history, raced against a stationary bootstrap. The bootstrap is Politis and
Romano's, written here in numpy, because the usual package for it (arch) is not installed; the
Mann-Whitney test, the heart of Kayenta's judge, is scipy's.
"""

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from scipy.signal import lfilter

from app.analysis.clean import gauge_samples
from app.analysis.windows import Layout
from app.domain.metric import Metric, Series
from app.domain.verdict import Comparison, Design, Parameters
from app.services.metric.comparison import compare_metric
from tests.analysis.simulate import Scenario, simulate
from tests.analysis.truth import resampled_means
from tests.bench.harness import Result, in_turns, seconds

Array = NDArray[np.float64]
METRICS, DISTINCT = 1000, 40
PAIRS = 100
"""Pairs in each round; figures are for a thousand."""
ROUNDS = 3
POINTS, PHI = 1440, 0.9
RESAMPLES = 1000
AIM = 0.2
METRICS_AIM_S = 20.0
DAY_S = 86400.0
CHANGE_S = 1_773_835_200.0
METRIC = Metric("cpu", "CPU load", "%")


def measure() -> Result:
    """Race the judges on pairs, then judge the thousand metrics."""
    pairs = _pairs(np.random.default_rng(1))
    judges = {"ours": _ours, "bootstrap": _bootstrap, "Mann-Whitney": _mann_whitney}
    took = in_turns(ROUNDS, *(partial(_race, judge, pairs) for judge in judges.values()))
    alarms = ", ".join(
        f"{name} {100 * np.mean([judge(*pair) for pair in pairs]):.0f} %"
        for name, judge in judges.items()
    )
    metrics_s = _thousand_metrics()
    note = (
        f"[per 1 000 pairs of {POINTS}; Mann-Whitney {took[2]:.3g} s; nothing changed (phi {PHI}), "
        f"called changed: {alarms}; {METRICS} metrics × 9 days × 1 min: {metrics_s:.3g} s "
        f"(aim ≤ {METRICS_AIM_S:g} s)]"
    )
    return Result(
        "verdict", took[0], "s", "stationary bootstrap", took[1], AIM, ROUNDS * PAIRS, note=note
    )


def _race(judge: Callable[[Array, Array], bool], pairs: list[tuple[Array, Array]]) -> float:
    def work() -> None:
        for before, after in pairs:
            judge(before, after)

    return seconds(work) * 1000 / len(pairs)


def _pairs(rng: np.random.Generator) -> list[tuple[Array, Array]]:
    fresh = rng.standard_normal((PAIRS, 2 * POINTS + 400)) * np.sqrt(1 - PHI**2)
    noise = lfilter([1], [1, -PHI], fresh)[:, -2 * POINTS :]
    return [(row[:POINTS], row[POINTS:]) for row in 50 * np.exp(0.1 * noise)]


def _ours(before: Array, after: Array) -> bool:
    at_s = np.concatenate((np.arange(-POINTS, 0), np.arange(POINTS))) * 60.0 + CHANGE_S
    samples = gauge_samples(Series(at_s, np.concatenate((before, after))))
    layout = Layout.around(CHANGE_S, CHANGE_S, Parameters(window_s=DAY_S, settle_s=0.0))
    found = compare_metric(METRIC, samples, layout)
    assert found.design is Design.NO_HISTORY
    return found.verdict.is_move


def _bootstrap(before: Array, after: Array) -> bool:
    """Tell whether the 95 % percentile interval of the mean log difference excludes zero."""
    rng = np.random.default_rng(0)
    ends = [resampled_means(np.log(side), rng, RESAMPLES) for side in (before, after)]
    low, high = np.percentile(ends[1] - ends[0], (2.5, 97.5))
    return bool(low > 0 or high < 0)


def _mann_whitney(before: Array, after: Array) -> bool:
    return bool(stats.mannwhitneyu(before, after).pvalue < 0.05)


def _thousand_metrics() -> float:
    rng = np.random.default_rng(2)
    scenario = Scenario(days=8, rhythm=0.3, spikes=0.01, phi=0.8)
    cases = [simulate(scenario, rng) for _ in range(DISTINCT)]

    def work() -> Comparison:
        for index in range(METRICS):
            case = cases[index % DISTINCT]
            samples = gauge_samples(Series(case.at_s, case.value))
            layout = Layout.around(case.start_s, case.end_s, Parameters())
            found = compare_metric(METRIC, samples, layout)
            assert found.design is Design.REFERENCE_DAYS
        return found

    return seconds(work)
