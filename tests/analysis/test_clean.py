"""From samples to bins: order, duplicates, counters, gaps, spikes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.analysis.clean import (
    Bins,
    clean,
    counter_samples,
    gauge_samples,
    hampel,
    into_bins,
    ratio_samples,
    samples_of,
    scale_of,
    step_for,
    usual_step,
)
from app.analysis.windows import Slot
from app.domain.metric import MetricKind, Series
from app.domain.verdict import Scale

HOUR = Slot(((0.0, 3600.0),))


def series(at_s: object, value: object) -> Series:
    return Series(np.array(at_s, dtype=float), np.array(value, dtype=float))


def bins(value: object) -> Bins:
    array = np.array(value, dtype=float)
    return Bins(array, array, np.ones(len(array)))


def test_rows_are_sorted_and_equal_times_averaged() -> None:
    found = gauge_samples(series([60, 0, 60, 120], [4, 1, 2, np.nan]))
    assert found.at_s.tolist() == [0, 60]
    assert (found.part / found.whole).tolist() == [1, 3]


def test_missing_is_never_zero() -> None:
    found = into_bins(gauge_samples(series([0, 60, 180], [5, np.nan, 7])), Slot(((0, 240),)), 60)
    assert found.value[0] == 5
    assert np.isnan(found.value[[1, 2]]).all()
    assert found.observed == 2


@given(st.permutations(list(range(40))))
def test_order_of_rows_does_not_matter(order: list[int]) -> None:
    at_s, value = np.arange(40) // 2 * 60.0, np.sin(np.arange(40.0)) + 2
    plain = gauge_samples(Series(at_s, value))
    mixed = gauge_samples(Series(at_s[order], value[order]))
    assert plain.part.tolist() == mixed.part.tolist()
    assert plain.at_s.tolist() == mixed.at_s.tolist()


def test_a_counter_that_falls_has_started_again_from_zero() -> None:
    found = counter_samples(series([0, 60, 120, 180], [100, 160, 30, 90]))
    assert (found.part / found.whole).tolist() == [1.0, 0.5, 1.0]
    assert samples_of(series([0, 60], [1, 2]), MetricKind.COUNTER).part.tolist() == [1]


def test_an_increase_over_a_long_gap_is_unknown() -> None:
    found = counter_samples(series([0, 60, 120, 600, 660], [0, 60, 120, 999, 1059]))
    assert found.part.tolist() == [60, 60, 60]


def test_a_ratio_needs_both_columns_at_a_time() -> None:
    found = ratio_samples(series([0, 60, 120], [1, np.nan, 3]), series([0, 60, 180], [10, 10, 10]))
    assert found.at_s.tolist() == [0]
    assert found.is_ratio


@pytest.mark.parametrize("jitter_s", [0.0, 0.4, 10.0])
def test_samples_that_jitter_around_bin_edges_leave_no_gaps(jitter_s: float) -> None:
    at_s = np.arange(-2, 64) * 60.0 + np.random.default_rng(1).uniform(-jitter_s, jitter_s, 66)
    found = into_bins(gauge_samples(Series(at_s, np.ones(66))), HOUR, 60.0)
    assert found.coverage >= 59 / 60


def test_irregular_samples_get_wider_bins_but_missing_ones_do_not() -> None:
    rng = np.random.default_rng(2)
    assert usual_step(np.sort(rng.uniform(0, 600, 600))) > 1.2
    regular = np.arange(600.0)
    assert usual_step(regular[rng.random(600) > 0.4]) == 1.0
    assert usual_step(regular[:1]) == 0.0


def test_step_is_a_minute_or_the_coarser_side_and_finer_in_short_windows() -> None:
    hours = Slot(((0.0, 10800.0),)), Slot(((10800.0, 21600.0),))
    fine = gauge_samples(series(np.arange(0, 21600, 10), np.ones(2160)))
    assert step_for(fine, hours, None) == 60.0
    mixed = np.concatenate((np.arange(0, 10800, 10), np.arange(10800, 21600, 300)))
    assert (
        step_for(gauge_samples(Series(mixed.astype(float), np.ones(len(mixed)))), hours, None)
        == 300.0
    )
    short = Slot(((0.0, 12.0),)), Slot(((20.0, 32.0),))
    dense = gauge_samples(Series(np.arange(320) / 10, np.ones(320)))
    assert step_for(dense, short, None) == pytest.approx(0.1)
    assert step_for(dense, short, 1.0) == 1.0


def test_coverage_and_the_longest_gap_gate_a_window() -> None:
    assert bins([1, 2, np.nan, 4]).is_covered
    assert not bins([1, np.nan, np.nan, 4, 5, 6, 7]).is_covered
    assert bins([1, np.nan, 3, np.nan, 5, 6, 7, 8]).longest_gap == 1 / 8
    assert not bins([np.nan] * 4).is_covered
    assert not bins([]).is_covered


def test_scale_is_logarithmic_only_well_above_zero() -> None:
    assert scale_of([bins([1, 2, 3])]) is Scale.LOG
    assert scale_of([bins([1, 2, 3]), bins([0, 2, 3])]) is Scale.LINEAR
    assert scale_of([bins([0.01, *[1.0] * 50])]) is Scale.LINEAR
    assert scale_of([bins([-1, 2, 3])]) is Scale.LINEAR


def test_spikes_are_replaced_and_counted() -> None:
    value = 10 + np.sin(np.arange(60.0))
    spiky = value.copy()
    spiky[[7, 30, 31]] *= 3
    found = hampel(spiky)
    assert found.spikes == 3
    assert np.abs(found.value - value).max() < 2


def test_coarse_figures_are_not_spikes() -> None:
    value = np.tile([5.0, 5.0, 5.0, 6.0], 20)
    assert hampel(value).spikes == 0
    once = value.copy()
    once[10] = 50
    assert hampel(once).spikes == 1


def test_gaps_stay_gaps_when_spikes_go() -> None:
    value = np.ones(40)
    value[5], value[20] = np.nan, 9
    found = hampel(value)
    assert np.isnan(found.value[5])
    assert found.value[20] == 1
    assert hampel(np.array([1.0, 50.0, 1.0])).spikes == 0


def test_what_stands_out_all_the_time_is_how_the_metric_is() -> None:
    rng = np.random.default_rng(3)
    often = np.where(rng.random(200) < 0.3, 9.0, 1.0) + rng.random(200)
    assert clean([bins(often)], Scale.LOG)[0].spikes == 0
    rare = np.where(np.arange(100) % 20 == 0, 7.0, 0.0)
    kept = clean([bins(rare)], Scale.LINEAR)[0]
    assert kept.level == rare.mean()


@pytest.mark.parametrize("shift_s", [-3.0, -1e-7, 0.0, 1e-7, 3.0, 1799.0, -1799.0])
def test_a_few_hourly_samples_fill_all_their_bins(shift_s: float) -> None:
    at_s = np.arange(-5, 9) * 3600.0 + shift_s
    found = into_bins(gauge_samples(Series(at_s, np.ones(14))), Slot(((0.0, 10800.0),)), 3600.0)
    assert found.observed == len(found.value) == 3
