"""Quantiles, Apdex, error budgets, load, and when a level moved."""

import numpy as np
import pytest

from app.analysis.apdex import apdex, budget_used, burn_rate
from app.analysis.clean import gauge_samples
from app.analysis.load import per_load
from app.analysis.quantiles import quantile_moves
from app.analysis.shift import shift_start
from app.analysis.windows import Layout
from app.domain.metric import Series
from app.domain.verdict import Parameters, Scale
from tests.analysis.simulate import Scenario, simulate
from tests.analysis.trials import samples

START_S, HOUR_S = 1_773_835_200.0, 3600.0


def around(window_s: float = 3 * HOUR_S) -> Layout:
    return Layout.around(START_S, START_S, Parameters(window_s=window_s, settle_s=0))


def test_apdex_counts_tolerating_users_half() -> None:
    response = np.array([0.1, 0.4, 0.6, 1.9, 2.5, np.nan])
    assert apdex(response, 0.5) == (2 + 2 / 2) / 5
    assert apdex(response, 0.5, failed=5) == 0.3
    assert apdex(np.empty(0), 0.5) is None


def test_burn_rate_of_fourteen_spends_two_percent_of_a_month_in_an_hour() -> None:
    assert burn_rate(0.0144, 0.999) == pytest.approx(14.4)
    assert budget_used(0.0144, 0.999, hours=1) == pytest.approx(0.02)
    assert burn_rate(0.0, 1.0) == 0.0
    assert burn_rate(0.1, 1.0) == float("inf")


def test_requests_without_history_are_compared_in_batches() -> None:
    rng = np.random.default_rng(5)
    at_s = START_S + np.sort(rng.uniform(-10800, 10800, 20000))
    slow_tail = np.where((at_s > START_S) & (rng.random(20000) < 0.08), 3.0, 1.0)
    value = 100 * rng.lognormal(0, 0.2, 20000) * slow_tail
    moves = quantile_moves(gauge_samples(Series(at_s, value)), around(), ())
    assert [move.quantile for move in moves] == [0.5, 0.9, 0.95, 0.99]
    median, tail = moves[0], moves[2]
    assert abs(median.relative) < 0.05
    assert tail.interval95[0] > 0.3
    assert tail.after > 1.3 * tail.before


def test_quantiles_against_reference_days_and_too_few_samples() -> None:
    case = simulate(Scenario(effect=0.3, rhythm=0.2), np.random.default_rng(6))
    layout = Layout.around(case.start_s, case.end_s, Parameters())
    moves = quantile_moves(samples(case), layout, (1, 2, 5, 6, 7))
    assert [move.quantile for move in moves] == [0.5, 0.9, 0.95]
    assert all(move.interval95[0] < 0.3 < move.interval95[1] for move in moves)
    few = gauge_samples(Series(case.at_s[::30], case.value[::30]))
    assert [move.quantile for move in quantile_moves(few, layout, (1, 2, 5, 6, 7))] == [0.5]
    for below in quantile_moves(gauge_samples(Series(case.at_s, -case.value)), layout, ()):
        assert (below.relative, below.interval95) == (None, None), "no ratio below zero"
        low, high = below.difference95
        assert low < below.after - below.before < high
        assert low < below.difference < high
    assert quantile_moves(samples(case), layout, (1, 2, 5, 6, 300)) == ()


def test_a_metric_per_unit_of_load_forgets_the_load() -> None:
    at_s = START_S + np.arange(-180, 180) * 60.0
    load = np.where(at_s < START_S, 100.0, 50.0)
    found = per_load(
        gauge_samples(Series(at_s, 0.4 * load)), gauge_samples(Series(at_s, load)), around()
    )
    assert (found.part / found.whole).tolist() == pytest.approx([0.4] * 360)
    nothing = gauge_samples(Series(np.empty(0), np.empty(0)))
    assert len(per_load(nothing, nothing, around()).at_s) == 0


@pytest.mark.parametrize("minute", [0, 5, 25])
def test_the_time_of_a_shift_is_found(minute: int) -> None:
    rng = np.random.default_rng(minute)
    at_s = START_S + np.arange(-180, 180) * 60.0
    step = np.where(at_s < START_S + minute * 60, 1.0, 1.3)
    series = Series(at_s, 50 * step * np.exp(0.05 * rng.standard_normal(360)))
    found = shift_start(gauge_samples(series), around(), Scale.LOG, (), 60.0)
    assert found is not None
    assert abs(found.at_s - START_S - minute * 60) <= 360
    assert not found.too_early


def test_a_shift_long_before_the_change_is_said_to_be_so() -> None:
    rng = np.random.default_rng(8)
    at_s = START_S + np.arange(-180, 180) * 60.0
    step = np.where(at_s < START_S - 4800, 1.0, 1.3)
    series = Series(at_s, 50 * step * np.exp(0.03 * rng.standard_normal(360)))
    found = shift_start(gauge_samples(series), around(), Scale.LOG, (), 60.0)
    assert found is not None
    assert found.too_early


def test_a_step_at_the_change_is_never_said_to_be_earlier() -> None:
    early = 0
    for seed in range(40):
        case = simulate(Scenario(effect=0.2, days=0, phi=0.8), np.random.default_rng(seed))
        layout = Layout.around(case.start_s, case.end_s, Parameters())
        found = shift_start(samples(case), layout, Scale.LOG, (), 60.0)
        early += found is not None and found.too_early
    assert early <= 1


def test_nobody_saw_it_or_too_little_was_seen() -> None:
    at_s = START_S + np.concatenate((np.arange(-180, -60), np.arange(60, 180))) * 60.0
    value = np.where(at_s < START_S, 1.0, 2.0)
    assert shift_start(gauge_samples(Series(at_s, value)), around(), Scale.LOG, (), 60.0) is None
    few = gauge_samples(Series(at_s[::40], value[::40]))
    assert shift_start(few, around(), Scale.LOG, (), 60.0) is None


def test_a_daily_rhythm_is_taken_away_before_the_shift_is_sought() -> None:
    case = simulate(Scenario(effect=0.15, rhythm=0.4, noise=0.03), np.random.default_rng(9))
    layout = Layout.around(case.start_s, case.end_s, Parameters())
    found = shift_start(samples(case), layout, Scale.LOG, (1, 2, 5, 6, 7), 60.0)
    assert found is not None
    assert abs(found.at_s - case.end_s) <= 600
    zeros = gauge_samples(Series(case.at_s, np.where(case.at_s % 7200 < 60, 0.0, case.value)))
    assert shift_start(zeros, layout, Scale.LOG, (1, 2), 60.0) is not None
