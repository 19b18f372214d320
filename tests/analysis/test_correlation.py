"""Going up and down together: known figures, hard cases, and ranges that hold under persistence."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from app.analysis.chart_scatter import ScatterInput, meaning_words, scatter_plot
from app.analysis.clean import gauge_samples
from app.analysis.correlation import correlated, ranked, together
from app.analysis.windows import Layout
from app.domain.metric import Series
from app.domain.verdict import Parameters

START_S = 1_790_000_400.0
RUNS = 200


def window(n=180):
    return START_S + 60.0 * np.arange(n)


@given(st.lists(st.integers(0, 9), min_size=2, max_size=60))
def test_equal_values_share_the_mean_of_their_ranks(values):
    x = np.array(values, dtype=float)
    assert ranked(x).tolist() == stats.rankdata(x).tolist()


def test_rho_is_that_of_a_reference_implementation():
    rng = np.random.default_rng(3)
    x = rng.normal(size=200)
    y = 0.5 * x + rng.normal(size=200)
    found = correlated(window(200), x, y)
    assert found.rho == pytest.approx(stats.spearmanr(x, y).statistic, abs=1e-12)
    assert found.interval95[0] < found.rho < found.interval95[1]
    assert found.n == 200
    assert found.worth == pytest.approx(200, rel=0.1), "white noise is worth what it counts"


@pytest.mark.parametrize("phi", [0.0, 0.7, 0.9])
def test_independent_persistent_metrics_are_seldom_called_related(phi):
    """Nothing relates them: the plain test is wrong far more often than the one that is used."""
    rng = np.random.default_rng(int(100 * phi))
    false, plain = 0, 0
    for _run in range(RUNS):
        x, y = (ar1(rng, phi) for _each in range(2))
        found = correlated(window(), x, y)
        false += found.is_clear
        plain += stats.spearmanr(x, y).pvalue < 0.05
    assert false <= 0.09 * RUNS
    if phi >= 0.9:
        assert plain > 0.3 * RUNS, "n pairs taken for independent ones"


def ar1(rng, phi, n=180):
    e = rng.normal(size=n + 200)
    x = np.zeros(n + 200)
    for i in range(1, n + 200):
        x[i] = phi * x[i - 1] + e[i]
    return x[200:]


def test_what_never_moves_or_is_too_little_has_no_correlation():
    flat = correlated(window(50), np.ones(50), np.arange(50.0))
    assert (flat.rho, flat.interval95) == (None, None)
    few = correlated(window(5), np.arange(5.0), np.arange(5.0))
    assert few.rho is None
    same = correlated(window(50), np.arange(50.0), np.arange(50.0) ** 3)
    assert same.rho == pytest.approx(1.0)


def around():
    return Layout.around(START_S + 10_800, START_S + 12_000, Parameters(settle_s=600.0))


def both(relation=0.9, n=420):
    rng = np.random.default_rng(9)
    at_s = START_S + 60.0 * np.arange(n)
    x = 50 + rng.normal(size=n)
    y = 400 + 20 * (relation * (x - 50) + rng.normal(size=n) * (1 - relation))
    return gauge_samples(Series(at_s, x)), gauge_samples(Series(at_s[::2] + 5, y[::2]))


def test_two_metrics_of_another_step_meet_on_a_common_grid():
    before, after, step_s = together(*both(), around())
    assert step_s == 120.0
    assert (before.n, after.n) == (90, 90)
    assert before.is_clear
    assert after.is_clear
    nothing = gauge_samples(Series(np.empty(0), np.empty(0)))
    assert together(nothing, both()[0], around())[0].n == 0


def test_the_words_say_n_and_that_it_is_no_cause():
    before, after, step_s = together(*both(), around())
    data = ScatterInput("CPU load", "%", "Response", "ms", before, after, step_s)
    plot = scatter_plot(data)
    assert [trace.x.size for trace in plot.traces] == [90, 90]
    assert "n = 90" in plot.sentence
    words = meaning_words(data)
    assert "They went together before the change and after it." in words
    assert "Going together is not cause" in words
    one_way = ScatterInput(
        "a", "", "b", "", before, correlated(after.at_s, after.one, -after.other), 60.0
    )
    assert "opposite ways" in meaning_words(one_way)
    assert "How closely they do has changed." in meaning_words(one_way)
    nothing = ScatterInput("a", "", "b", "", *(correlated(*[np.empty(0)] * 3),) * 2, 60.0)
    assert scatter_plot(nothing) is None
    assert "cannot be told" in meaning_words(nothing)
