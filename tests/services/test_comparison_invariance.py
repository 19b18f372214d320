"""What must not matter to a verdict: order, unit, side, and whatever nonsense comes in."""

import os

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.analysis.clean import gauge_samples, samples_of
from app.analysis.windows import Layout
from app.domain.metric import MetricKind, Series
from app.domain.verdict import (
    Comparison,
    Parameters,
)
from app.services.metric.comparison import (
    compare_metric,
)
from tests.analysis.simulate import Scenario
from tests.analysis.trials import samples
from tests.services.test_comparison import LATENCY, MIRRORED, made

behaviours = st.builds(
    Scenario,
    step_s=st.sampled_from([60.0, 300.0]),
    days=st.sampled_from([0, 2, 7]),
    phi=st.sampled_from([0.0, 0.8]),
    rhythm=st.sampled_from([0.0, 0.3]),
    spikes=st.sampled_from([0.0, 0.03]),
    missing=st.sampled_from([0.0, 0.1, 0.5]),
    effect=st.sampled_from([-0.4, 0.0, 0.06, 0.3]),
    kind=st.sampled_from(["gauge", "flat", "rare", "share"]),
)
MANY = 400 if os.environ.get("CHANGEDESK_SOAK") else 20
FEW = settings(max_examples=MANY, suppress_health_check=[HealthCheck.too_slow], deadline=None)


def figures(found: Comparison) -> tuple[object, ...]:
    def rounded(value: float | None) -> float | None:
        return None if value is None else float(f"{value:.6g}")

    interval = tuple(map(rounded, found.interval95)) if found.interval95 else None
    return found.verdict, found.design, rounded(found.relative_change), interval


@FEW
@given(behaviours, st.integers(0, 99))
def test_the_same_samples_give_the_same_verdict_in_any_order(s: Scenario, seed: int) -> None:
    case, layout = made(s, seed)
    order = np.random.default_rng(seed).permutation(len(case.at_s))
    first = compare_metric(LATENCY, samples(case), layout)
    again = compare_metric(
        LATENCY, gauge_samples(Series(case.at_s[order], case.value[order])), layout
    )
    assert first == again


@FEW
@given(behaviours, st.integers(0, 99), st.sampled_from([1000.0, 0.001, 1 / 3]))
def test_the_unit_does_not_matter(s: Scenario, seed: int, factor: float) -> None:
    case, layout = made(s, seed)
    scaled = gauge_samples(Series(case.at_s, case.value * factor))
    assert figures(compare_metric(LATENCY, samples(case), layout)) == figures(
        compare_metric(LATENCY, scaled, layout)
    )


@FEW
@given(behaviours, st.integers(0, 99))
def test_swapping_before_and_after_mirrors_the_verdict(s: Scenario, seed: int) -> None:
    case, layout = made(s.but(days=0), seed)
    apart_s = layout.after.start_s - layout.before.start_s
    is_after = case.at_s >= layout.after.start_s
    is_before = case.at_s < layout.before.end_s
    kept = is_after | is_before
    at_s = np.where(is_after, case.at_s - apart_s, case.at_s + apart_s)[kept]
    there = compare_metric(
        LATENCY, gauge_samples(Series(case.at_s[kept], case.value[kept])), layout
    )
    back = compare_metric(LATENCY, gauge_samples(Series(at_s, case.value[kept])), layout)
    assert back.verdict is MIRRORED.get(there.verdict, there.verdict)
    if there.relative_change not in (None, -1.0) and back.relative_change is not None:
        product = (1 + there.relative_change) * (1 + back.relative_change)
        assert product == pytest.approx(1, rel=1e-9)


@given(
    st.lists(st.tuples(st.floats(-3e4, 3e4), st.floats(allow_nan=True)), max_size=60),
    st.sampled_from([1.0, 600.0, 3600.0, 86400.0]),
    st.sampled_from(list(MetricKind)),
)
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_no_samples_break_the_judge(
    rows: list[tuple[float, float]], window_s: float, kind: MetricKind
) -> None:
    at_s = np.array([at for at, _ in rows]) + 1_773_835_200.0
    value = np.array([value for _, value in rows])
    layout = Layout.around(1_773_835_200.0, 1_773_835_200.0, Parameters(window_s, settle_s=0.0))
    with np.errstate(over="ignore"):
        found = compare_metric(LATENCY, samples_of(Series(at_s, value), kind), layout)
    assert found.sentence
    if not (found.window_before and found.window_before.observed):
        assert not found.verdict.is_move
