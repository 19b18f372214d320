"""Error budget and Apdex of a metric: what counts as bad, and what was not measured."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.analysis.clean import gauge_samples
from app.analysis.windows import Layout
from app.domain.metric import Metric, MetricKind, Series, Target
from app.domain.objective import BudgetPart, BudgetUse, Objective
from app.domain.verdict import Parameters, Verdict
from app.services.metric.objectives import (
    Stretch,
    apdex_move,
    bad_share_rises,
    budget_use,
    has_budget,
)

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


def part(burn, hours=3.0, days=30.0):
    spent = None if burn is None else burn * hours / (24 * days)
    return BudgetPart(hours * HOUR, hours * HOUR, None if burn is None else burn / 100, burn, spent)


def use(before, during, after, *, real=True, hours=3.0):
    parts = (part(burn, hours) for burn in (before, during, after))
    return BudgetUse(Objective(0.99), *parts, is_rise_real=real)


@pytest.mark.parametrize(
    ("found", "used", "crossed"),
    [
        (use(0.0, 2.0, 0.0), 2 * 3 / 720, False),
        (use(0.5, 2.5, 1.5), (2.0 + 1.0) * 3 / 720, True),
        (use(0.5, 2.5, 1.5, real=False), (2.0 + 1.0) * 3 / 720, False),
        (use(1.5, 1.5, 3.0), 1.5 * 3 / 720, False),  # it did not last before either
        (use(0.0, 240.0, 0.0, real=False), 1.0, True),  # the work took all of it
        (use(2.0, 1.0, 1.0), 0.0, False),
        (use(None, None, 2.0), 2 * 3 / 720, False),
        (use(0.5, None, None), None, False),
    ],
)
def test_an_objective_is_crossed_by_a_budget_that_no_longer_lasts_or_is_used_up(
    found, used, crossed
):
    assert found.used == (None if used is None else pytest.approx(used))
    assert found.is_crossed is crossed


def shares(after: float, seed=4):
    """Failed over all, a sample a minute, around 0.5 % before."""
    rng = np.random.default_rng(seed)
    at_s = 1_790_000_400.0 + 60.0 * np.arange(420)
    share = np.where(at_s >= at_s[0] + 12_000, after, 0.005)
    series = Series(at_s, rng.binomial(2000, share) / 2000)
    layout = Layout.around(at_s[0] + 10_800, at_s[0] + 12_000, Parameters(settle_s=600.0))
    return gauge_samples(series), layout


@pytest.mark.parametrize(("after", "rises"), [(0.005, False), (0.02, True), (0.001, False)])
def test_a_rise_of_what_is_bad_is_told_from_chance(after, rises):
    assert bad_share_rises(ratio(), *shares(after)) is rises
    assert not bad_share_rises(Metric("a", "A"), *shares(after)), "nothing was promised of it"


def test_a_running_total_is_held_against_its_target_by_its_pace():
    total = Metric(
        "e", "Errors", "1/s", MetricKind.COUNTER, target=Target(1.0), objective=Objective(0.9)
    )
    slow = budget_use(total, Stretch(SPAN, every_minute(30.0 * np.arange(60))), NOTHING, NOTHING)
    fast = budget_use(total, Stretch(SPAN, every_minute(90.0 * np.arange(60))), NOTHING, NOTHING)
    assert (slow.before.bad_share, fast.before.bad_share) == (0.0, 1.0)
