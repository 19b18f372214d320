"""Student's t against scipy."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from app.analysis.student import quantile, two_sided, upper_tail

DFS = (0.7, 1, 2, 2.5, 3, 4, 5.37, 7, 10, 13.9, 30, 99.9, 100.1, 250, 1e4, 1e6)
LEVELS = (0.5001, 0.6, 0.8, 0.9, 0.95, 0.975, 0.99, 0.995, 0.9999)


@pytest.mark.parametrize("df", DFS)
def test_quantiles_agree_with_scipy(df: float) -> None:
    for p in LEVELS:
        assert quantile(p, df) == pytest.approx(stats.t.ppf(p, df), rel=1e-10, abs=1e-10)
        assert quantile(1 - p, df) == pytest.approx(stats.t.ppf(1 - p, df), rel=1e-10, abs=1e-10)


@given(t=st.floats(-1e4, 1e4), df=st.floats(0.5, 1e5))
def test_tail_agrees_with_scipy(t: float, df: float) -> None:
    assert upper_tail(t, df) == pytest.approx(stats.t.sf(t, df), rel=1e-9, abs=1e-10)
    assert two_sided(t, df) == two_sided(-t, df)


@given(p=st.floats(0.001, 0.999), df=st.floats(1, 500))
def test_quantile_is_the_inverse_of_the_tail(p: float, df: float) -> None:
    assert upper_tail(quantile(p, df), df) == pytest.approx(1 - p, abs=1e-12)


def test_the_ends_are_exact() -> None:
    assert upper_tail(0.0, 5) == 0.5
    assert upper_tail(math.inf, 5) == 0.0
    assert two_sided(0.0, 5) == 1.0
