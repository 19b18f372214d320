"""A control takes away what came over both: the judge sees what is left, and says so."""

import os

import numpy as np
import pytest

from app.analysis.clean import Samples, gauge_samples, ratio_samples
from app.analysis.windows import Layout
from app.domain.metric import Metric, MetricKind, Series, WorseWhen
from app.domain.verdict import Comparison, Design, Parameters, Verdict
from app.services.metric.comparison import Control, compare_metric
from tests.analysis.simulate import Case, Scenario, simulate

SOAK = bool(os.environ.get("CHANGEDESK_SOAK"))
N = 1000 if SOAK else 60
LOAD = Metric("cpu", "CPU load", "%", margin=0.05)
PLAIN = Scenario(step_s=300.0, phi=0.5, noise=0.08)


def pair(scenario: Scenario, seed: int, shock: float, *, level: float = 20.0) -> tuple[Case, Case]:
    """Return a changed metric and an untouched one; what came over both begins with the change."""
    rng = np.random.default_rng(seed)
    changed = simulate(scenario, rng)
    untouched = simulate(scenario.but(effect=0.0, level=level), rng)
    for case in (changed, untouched):
        case.value[case.at_s >= case.start_s] *= 1 + shock
    return changed, untouched


def judged(pairs: tuple[Case, Case], metric: Metric = LOAD, *, control: bool = True) -> Comparison:
    changed, untouched = pairs
    s = changed.scenario
    parameters = Parameters(window_s=s.window_s, settle_s=s.settle_s, zone=s.zone)
    layout = Layout.around(changed.start_s, changed.end_s, parameters)
    beside = Control("web-2", samples_of(untouched)) if control else None
    return compare_metric(metric, samples_of(changed), layout, control=beside)


def samples_of(case: Case) -> Samples:
    series = Series(case.at_s, case.value)
    if case.total is None:
        return gauge_samples(series)
    return ratio_samples(series, Series(case.at_s, case.total))


@pytest.mark.parametrize("days", [8, 0])
def test_what_came_over_both_is_no_change(days: int) -> None:
    scenario = PLAIN.but(days=days)
    with_it = [judged(pair(scenario, seed, 0.25)) for seed in range(N)]
    alone = [judged(pair(scenario, seed, 0.25), control=False) for seed in range(N)]
    fooled = sum(item.verdict is Verdict.REGRESSED for item in alone)
    assert fooled > (0.9 if days else 0.3) * N
    calls = sum(item.verdict.is_move for item in with_it)
    print(f"{days} days, +25 % on both: {calls} of {N} called changed with a control")
    assert calls <= 0.06 * N + 3.1 * (0.06 * 0.94 * N) ** 0.5


@pytest.mark.parametrize("days", [8, 0])
def test_what_the_change_did_is_found_and_its_size_is_held(days: int) -> None:
    found = [judged(pair(PLAIN.but(days=days, effect=0.2), seed, -0.3)) for seed in range(N)]
    held = sum(low <= 0.2 <= high for low, high in (item.interval95 or (1, 0) for item in found))
    print(f"{days} days, +20 % under −30 % on both: range holds the truth in {held} of {N}")
    assert held >= (0.92 * N) - 3.1 * (0.05 * 0.95 * N) ** 0.5
    assert not any(item.verdict is Verdict.IMPROVED for item in found)
    assert sum(item.verdict is Verdict.REGRESSED for item in found) > (0.6 if days else 0.1) * N


def test_levels_stay_those_that_were_measured() -> None:
    found = judged(pair(PLAIN.but(effect=0.2), 3, -0.3))
    raw = judged(pair(PLAIN.but(effect=0.2), 3, -0.3), control=False)
    assert (found.before, found.after) == (raw.before, raw.after)
    assert found.relative_change is not None
    assert found.relative_change > 0.1
    assert "web-2, which the change did not touch, moved by −" in found.sentence
    assert "that is subtracted" in found.sentence


def test_the_size_of_the_control_does_not_matter() -> None:
    small, large = (
        judged(pair(PLAIN.but(effect=0.2), 5, 0.1, level=level)) for level in (2.0, 2000.0)
    )
    assert small.relative_change == pytest.approx(large.relative_change, rel=1e-9)


def test_metrics_that_touch_zero_are_compared_by_differences() -> None:
    changed, untouched = pair(PLAIN.but(effect=0.0), 8, 0.5)
    for case in (changed, untouched):
        case.value[::7] = 0.0
    found = judged((changed, untouched))
    assert found.scale.value == "linear"
    assert not found.verdict.is_move
    assert judged((changed, untouched), control=False).verdict is Verdict.REGRESSED


def test_error_ratios_lose_what_came_over_both() -> None:
    errors = Metric("e", "Error rate", kind=MetricKind.RATIO, margin=0.10)
    scenario = PLAIN.but(kind="ratio", rate=0.01)
    changed, untouched = pair(scenario, 4, 0.6, level=50.0)
    assert judged((changed, untouched), errors, control=False).verdict is Verdict.REGRESSED
    assert not judged((changed, untouched), errors).verdict.is_move


def test_a_control_without_samples_decides_nothing() -> None:
    changed, untouched = pair(PLAIN.but(effect=0.5), 2, 0.0)
    late = untouched.at_s < untouched.start_s
    short = Case(
        untouched.at_s[late], untouched.value[late], None,
        untouched.start_s, untouched.end_s, untouched.scenario,
    )  # fmt: skip
    found = judged((changed, short))
    assert found.verdict is Verdict.NOT_ENOUGH_DATA
    assert "The control has too few samples" in found.reason
    assert "judge without it" in found.sentence


def test_days_without_the_control_are_left_out() -> None:
    changed, untouched = pair(PLAIN.but(days=9), 6, 0.0)
    recent = untouched.at_s > untouched.start_s - 3.5 * 86400
    gone = Case(
        untouched.at_s[recent], untouched.value[recent], None,
        untouched.start_s, untouched.end_s, untouched.scenario,
    )  # fmt: skip
    assert judged((changed, untouched)).design is Design.REFERENCE_DAYS
    assert judged((changed, gone)).design is Design.NO_HISTORY


def test_swapping_the_sides_of_the_margin_mirrors_the_verdict() -> None:
    lower = Metric("t", "Throughput", "1/s", worse_when=WorseWhen.LOWER)
    pairs = pair(PLAIN.but(effect=0.3), 9, 0.4)
    assert judged(pairs).verdict is Verdict.REGRESSED
    assert judged(pairs, lower).verdict is Verdict.IMPROVED
