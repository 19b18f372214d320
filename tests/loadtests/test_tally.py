"""Counts and percentiles over batches: exact, whatever the batches, beside a plain reckoning."""

import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.analysis.loadtest import Batch, Histogram, Spreads, Tally

DURATIONS = st.lists(st.integers(0, 5000), min_size=1, max_size=300)


def legacy(values, percent):
    """Apache Commons Math's LEGACY estimation, written out."""
    ranked, n = sorted(values), len(values)
    position = percent / 100 * (n + 1)
    if position < 1:
        return ranked[0]
    if position >= n:
        return ranked[-1]
    below = math.floor(position)
    return ranked[below - 1] + (position - below) * (ranked[below] - ranked[below - 1])


def batch(took_ms, *, label=0, at_ms=0, ok=True, parent=False):
    n = len(took_ms)
    return Batch(
        np.arange(n, dtype=np.int64) * 1000 + at_ms * 1000,
        np.array(took_ms, np.int64) * 1000,
        np.full(n, label, np.int64),
        np.full(n, ok),
        np.full(n, parent),
    )


@given(took_ms=DURATIONS, percent=st.sampled_from([50.0, 90.0, 95.0, 99.0, 0.1, 100.0]))
def test_percentiles_are_those_of_commons_math(took_ms, percent):
    value, count = np.unique(np.array(took_ms, np.int64) * 1000, return_counts=True)
    assert Histogram(value, count).percentile_ms(percent) == legacy(took_ms, percent)


@given(took_ms=DURATIONS, cuts=st.lists(st.integers(1, 60), max_size=10))
def test_batches_of_any_size_sum_up_alike(took_ms, cuts):
    whole, pieces = Tally(), Tally()
    whole.add(batch(took_ms))
    begun = 0
    for size in (*cuts, len(took_ms)):
        pieces.add(batch(took_ms[begun : begun + size], at_ms=begun))
        begun += size
    assert whole.labels(["home"]) == pieces.labels(["home"])
    assert whole.total() == pieces.total()
    assert whole.total().mean_ms == pytest.approx(sum(took_ms) / len(took_ms))


@given(
    st.sampled_from((1, 1000)),
    st.lists(st.tuples(st.integers(0, 2), st.integers(0, 20)), min_size=20, max_size=60),
    st.lists(st.tuples(st.integers(0, 2), st.integers(0, 10**6)), max_size=2),
)
def test_durations_of_every_size_are_counted_group_by_group(step_us, short, long):
    samples = [(group, took * step_us) for group, took in short + long]
    spreads = Spreads()
    spreads.add(*np.array(samples, np.int64).T)
    for group in range(3):
        found = spreads.of([group])
        expected = Counter(took for of_group, took in samples if of_group == group)
        counted = zip(found.value_us.tolist(), found.count.tolist(), strict=True)
        assert list(counted) == sorted(expected.items())


def test_the_total_of_labels_leaves_controllers_out():
    tally = Tally()
    tally.add(batch([10, 20], label=0))
    tally.add(batch([30], label=1, ok=False))
    tally.add(batch([60], label=2, parent=True))
    assert (tally.total().samples, tally.total().errors, tally.total().max_ms) == (3, 1, 30.0)
    assert [each.is_parent for each in tally.labels("abc")] == [False, False, True]


@given(took_ms=DURATIONS, window=st.integers(1, 50))
def test_a_window_takes_percentiles_of_the_last_samples_only(took_ms, window):
    tally = Tally(window)
    tally.add(batch(took_ms))
    found = tally.labels(["home"])[0]
    assert found.p90_ms == legacy(took_ms[-window:], 90.0)
    assert found.max_ms == max(took_ms)
