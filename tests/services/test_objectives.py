"""Error budget and Apdex of a metric: what counts as bad, and what was not measured."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.analysis.clean import gauge_samples
from app.analysis.windows import Layout
from app.domain.metric import Metric, MetricKind, Series, Target
from app.domain.objective import Objective
from app.domain.verdict import Parameters, Verdict
from app.services.metric.objectives import Stretch, apdex_move, budget_use, has_budget

HOUR = 3600.0
SPAN = (0.0, HOUR)
NOTHING = Stretch((HOUR, HOUR + 600), None)


def every_minute(values) -> Series:
    values = np.asarray(values, dtype=float)
    return Series(60.0 * np.arange(values.size), values)


def ratio(unit=""):
    return Metric("f", "Failed", unit, MetricKind.RATIO, objective=Objective(0.99))


@given(st.lists(st.floats(0, 1), min_size=2, max_size=60))
def test_burn_and_spending_follow_the_share_that_was_measured(shares):
    found = budget_use(ratio(), Stretch(SPAN, every_minute(shares)), NOTHING, NOTHING)
    part = found.before
    assert part.bad_share == pytest.approx(np.mean(shares))
    assert part.burn == pytest.approx(np.mean(shares) / 0.01)
    assert part.measured_s == pytest.approx(60.0 * len(shares))
    assert part.spent == pytest.approx(part.burn * part.measured_s / (30 * 24 * HOUR))
    assert (found.during.spent, found.after.burn) == (None, None), "nothing is guessed"


def test_percent_and_share_say_the_same():
    one = budget_use(ratio(), Stretch(SPAN, every_minute([0.02] * 9)), NOTHING, NOTHING)
    other = budget_use(ratio("%"), Stretch(SPAN, every_minute([2.0] * 9)), NOTHING, NOTHING)
    assert one.before == other.before


def test_of_a_level_the_samples_that_miss_the_target_are_bad_and_unanswered_ones_too():
    slow = Metric(
        "r", "Response", "ms", MetricKind.LATENCY, target=Target(400.0), objective=Objective(0.9)
    )
    series = every_minute([300.0] * 8 + [500.0] * 2)
    assert budget_use(slow, Stretch(SPAN, series), NOTHING, NOTHING).before.bad_share == 0.2
    found = budget_use(slow, Stretch(SPAN, series, failed=10), NOTHING, NOTHING)
    assert found.before.bad_share == 0.6
    least = Metric("t", "Throughput", target=Target(400.0, at_most=False), objective=Objective(0.9))
    assert budget_use(least, Stretch(SPAN, series), NOTHING, NOTHING).before.bad_share == 0.8


def test_without_an_objective_or_something_bad_there_is_no_budget():
    assert budget_use(Metric("a", "A"), NOTHING, NOTHING, NOTHING) is None
    plain = Metric("a", "A", objective=Objective(0.9))
    assert not has_budget(plain)
    assert budget_use(plain, NOTHING, NOTHING, NOTHING) is None


def test_samples_outside_the_stretch_do_not_count():
    series = every_minute([0.0] * 30 + [1.0] * 200)
    found = budget_use(ratio(), Stretch((0.0, 1800.0), series), NOTHING, NOTHING)
    assert found.before.bad_share == 0.0


def response(after: float, days=0):
    rng = np.random.default_rng(4)
    at_s = 1_790_000_400.0 + 10.0 * np.arange(2520)
    value = rng.lognormal(np.log(200), 0.5, at_s.size)
    value[at_s >= at_s[0] + 12_000] *= after
    layout = Layout.around(at_s[0] + 10_800, at_s[0] + 12_000, Parameters(settle_s=600.0))
    return gauge_samples(Series(at_s, value)), layout


METRIC = Metric("r", "Response", "ms", MetricKind.LATENCY, apdex_t=250.0)


def test_apdex_is_judged_and_has_a_likely_range():
    found = apdex_move(METRIC, *response(2.5))
    assert found.verdict is Verdict.REGRESSED
    assert 0.8 < found.before < 0.9
    assert found.after < 0.65
    assert found.interval95[0] < found.relative < found.interval95[1] < 0
    assert found.sentence.startswith("Apdex of Response at 250\u202fms: 0.8")
    assert apdex_move(METRIC, *response(1.0)).verdict is Verdict.NO_MATERIAL_CHANGE


def test_apdex_of_a_window_is_the_mean_of_its_samples():
    samples, layout = response(1.0)
    found = apdex_move(METRIC, samples, layout)
    start, end = layout.before.start_s, layout.before.end_s
    inside = (samples.at_s >= start) & (samples.at_s < end)
    value = samples.part[inside]
    expected = ((value <= 250).mean() + (value <= 1000).mean()) / 2
    assert found.before == pytest.approx(expected, abs=1e-9)


def test_without_a_threshold_or_samples_there_is_no_apdex():
    samples, layout = response(1.0)
    assert apdex_move(Metric("r", "Response"), samples, layout) is None
    nothing = gauge_samples(Series(np.empty(0), np.empty(0)))
    assert apdex_move(METRIC, nothing, layout) is None
