"""Samples that come at another step since the change: what may still be compared."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.analysis.clean import counter_samples, gauge_samples, ratio_samples, samples_of
from app.analysis.monitoring import other_step
from app.analysis.windows import Layout
from app.domain.metric import READ_BY_US, Metric, MetricKind, Series
from app.domain.verdict import Parameters, Verdict
from app.services.metric.comparison import compare_metric
from app.services.metric.method_words import method_of

START_S, WORK_S, WINDOW_S = 1_790_000_400.0, 1200.0, 10_800.0
LAYOUT = Layout.around(START_S, START_S + WORK_S, Parameters(settle_s=600.0))
WINDOWS = (START_S - WINDOW_S, START_S), (START_S + WORK_S, START_S + WORK_S + 600 + WINDOW_S)
PLAIN = Metric("m", "Requests in work", "", MetricKind.GAUGE)


def times(*steps_s: float) -> np.ndarray:
    both = zip(WINDOWS, steps_s, strict=True)
    return np.concatenate([np.arange(*window, step_s) for window, step_s in both])


def steady(at_s: np.ndarray, level: float = 200.0, after: float = 1.0, seed: int = 3) -> Series:
    value = np.random.default_rng(seed).normal(level, level / 50, at_s.size)
    return Series(at_s, np.where(at_s >= START_S, value * after, value))


@pytest.mark.parametrize("steps", [(15.0, 60.0), (60.0, 15.0), (60.0, 300.0)])
@pytest.mark.parametrize("after", [1.0, 1.3])
def test_readings_at_another_step_are_put_on_one_grid_and_it_is_said(steps, after):
    found = compare_metric(PLAIN, gauge_samples(steady(times(*steps), after=after)), LAYOUT)
    assert found.verdict is (Verdict.REGRESSED if after > 1 else Verdict.NO_MATERIAL_CHANGE)
    assert found.step_s == max(*steps, 60.0)
    assert found.before == pytest.approx(200.0, rel=0.02)
    assert found.after == pytest.approx(200.0 * after, rel=0.02)
    assert "Samples come every" in found.sentence
    assert found.sentence.endswith("min.")


@pytest.mark.parametrize("after_step_s", [15.0, 60.0])
def test_a_running_total_and_shares_mean_the_same_at_any_step(after_step_s):
    at_s = times(15.0, after_step_s)
    paced = Series(at_s, 7.0 * (at_s - at_s[0]))
    counter = replace(PLAIN, kind=MetricKind.COUNTER)
    found = compare_metric(counter, counter_samples(paced), LAYOUT)
    assert (found.before, found.after) == (pytest.approx(7.0), pytest.approx(7.0))
    assert found.window_after.coverage > 0.95, "no increase is lost at the other step"
    gone_s = np.where(at_s < START_S, 15.0, after_step_s)
    bad = Series(at_s, np.random.default_rng(1).poisson(2.0 * gone_s).astype(float))
    share = replace(PLAIN, kind=MetricKind.RATIO)
    samples = ratio_samples(bad, Series(at_s, 100.0 * gone_s))
    assert compare_metric(share, samples, LAYOUT).verdict is Verdict.NO_MATERIAL_CHANGE


def test_response_times_of_another_span_are_not_comparable():
    slow = replace(PLAIN, kind=MetricKind.LATENCY, unit="ms")
    samples = gauge_samples(steady(times(15.0, 60.0), after=1.3))
    found = compare_metric(slow, samples, LAYOUT)
    assert (found.verdict, found.gates) == (Verdict.NOT_ENOUGH_DATA, ("other_step",))
    assert "before and after cannot be compared" in found.sentence
    told = "Samples come every 1\u202fmin since the change, every 15\u202fs before it."
    assert told in found.sentence
    assert "Next: read both windows with the same step." in found.sentence
    assert (found.relative_change, found.interval95, found.shift) == (None, None, None)
    method = {label: text for part in method_of(found) for label, text in part.rows}
    assert method["Gates that failed"] == "samples of another step than before"
    ours = compare_metric(replace(slow, source=READ_BY_US), samples, LAYOUT)
    assert ours.verdict is Verdict.REGRESSED, "single readings at our own pace"
    assert "Samples come" not in ours.sentence


def test_a_count_of_what_happened_since_the_last_sample_is_not_comparable():
    at_s = times(15.0, 60.0)
    gone_s = np.where(at_s < START_S, 15.0, 60.0)
    counted = Series(at_s, np.random.default_rng(1).poisson(20.0 * gone_s).astype(float))
    found = compare_metric(PLAIN, gauge_samples(counted), LAYOUT)
    assert found.gates == ("other_step",)
    assert (found.before, found.after) == (
        pytest.approx(300, rel=0.02),
        pytest.approx(1200, rel=0.02),
    )


@given(
    step_s=st.sampled_from([5.0, 10.0, 30.0, 60.0, 300.0]),
    missing=st.floats(0.0, 0.8),
    jitter=st.floats(0.0, 0.1),
    seed=st.integers(0, 99),
)
def test_lost_samples_and_jitter_are_no_other_step(step_s, missing, jitter, seed):
    rng = np.random.default_rng(seed)
    at_s = times(step_s, step_s)
    at_s = at_s + rng.uniform(-jitter, jitter, at_s.size) * step_s
    kept = at_s[rng.random(at_s.size) >= missing]
    assert other_step(samples_of(steady(kept), MetricKind.GAUGE), LAYOUT) is None


def test_single_requests_come_as_often_as_users_want():
    rng = np.random.default_rng(2)
    both = zip(WINDOWS, (4000, 16_000), strict=True)
    at_s = np.concatenate([np.sort(rng.uniform(*window, n)) for window, n in both])
    assert other_step(gauge_samples(steady(at_s)), LAYOUT) is None
