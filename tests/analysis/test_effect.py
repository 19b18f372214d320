"""The estimates of the three designs."""

import math

import numpy as np
import pytest
from scipy import stats
from scipy.signal import lfilter

from app.analysis.effect import (
    Measured,
    beside_a_trend,
    by_reference_days,
    by_runs,
    without_history,
)

RNG = np.random.default_rng()


@pytest.fixture(autouse=True)
def _same_numbers_in_any_order() -> None:
    RNG.bit_generator.state = np.random.default_rng(11).bit_generator.state


def noise(n: int, phi: float = 0.0) -> np.ndarray:
    return lfilter([1], [1, -phi], RNG.standard_normal(n))


def test_reference_days_give_student_s_prediction_interval() -> None:
    levels = RNG.normal(5, 1, (7, 2))
    found = by_reference_days(levels, 4.0, 6.5)
    days = levels[:, 1] - levels[:, 0]
    assert found.estimate == pytest.approx(2.5 - days.mean())
    half = stats.t.ppf(0.975, 6) * days.std(ddof=1) * math.sqrt(1 + 1 / 7)
    assert found.half_width(0.95) == pytest.approx(half)
    assert found.placebos == pytest.approx(tuple(days))
    visible = (stats.t.ppf(0.975, 6) + stats.t.ppf(0.8, 6)) * found.se
    assert found.visible == pytest.approx(visible)


def test_without_a_window_before_levels_are_compared() -> None:
    levels = np.column_stack([[1.0, 2.0, 3.0, 4.0]] * 2)
    assert by_reference_days(levels, None, 5.0).estimate == 2.5


def test_identical_days_leave_no_doubt() -> None:
    found = by_reference_days(np.ones((5, 2)), 1.0, 1.2)
    assert (found.se, found.excludes_zero(), found.visible) == (0.0, True, 0.0)
    assert not by_reference_days(np.ones((5, 2)), 1.0, 1.0).excludes_zero()


def test_swapping_the_windows_mirrors_the_effect_exactly() -> None:
    before, after = (Measured.of(noise(180, 0.6)) for _ in range(2))
    there, back = without_history(before, after), without_history(after, before)
    assert (back.estimate, back.se, back.df) == (-there.estimate, there.se, pytest.approx(there.df))


def test_persistence_widens_the_range() -> None:
    white, slow = noise(720), noise(720, 0.9)
    slow *= white.std() / slow.std()
    pairs = [(Measured.of(w[:360]), Measured.of(w[360:])) for w in (white, slow)]
    widths = [without_history(*pair).half_width(0.95) for pair in pairs]
    assert widths[1] > 2.5 * widths[0]
    worth = [without_history(*pair).n_effective or 0 for pair in pairs]
    assert worth[1] < 60 < 200 < worth[0]


def test_white_noise_on_top_does_not_hide_persistence() -> None:
    slow = noise(4000, 0.95)
    noisy = slow + 2 * slow.std() * RNG.standard_normal(4000)
    worth = without_history(Measured.of(noisy[:2000]), Measured.of(noisy[2000:])).n_effective
    assert worth is not None
    assert worth < 300


def test_gaps_lower_what_a_window_is_worth() -> None:
    full = noise(300, 0.3)
    holed = np.where(RNG.random(300) < 0.25, np.nan, full)
    worth = [
        without_history(Measured.of(w), Measured.of(w)).n_effective or 0.0 for w in (full, holed)
    ]
    assert worth[1] < worth[0]


def test_flat_windows_are_compared_exactly() -> None:
    found = without_history(Measured.of(np.full(60, 0.5)), Measured.of(np.full(60, 0.75)))
    assert (found.estimate, found.se) == (0.25, 0.0)


def test_a_drift_is_told_from_a_step() -> None:
    time = np.arange(400.0)
    drift = 0.02 * time + 0.1 * noise(400)
    step = np.where(time < 200, 0.0, 4.0) + 0.1 * noise(400)
    for y, moved_by in ((drift, 0.0), (step, 4.0)):
        sides = Measured.of(y[:180]), Measured.of(y[-180:])
        found = beside_a_trend(*sides, 220)
        assert found.estimate == pytest.approx(moved_by, abs=0.1)
        assert found.se < 0.1


def test_runs_are_compared_by_welch() -> None:
    before, after = RNG.normal(5, 1, 5), RNG.normal(6, 2, 4)
    found = by_runs(before, after)
    told = stats.ttest_ind(after, before, equal_var=False)
    assert found.estimate / found.se == pytest.approx(told.statistic)
    assert found.df == pytest.approx(told.df)
    assert by_runs(np.ones(3), np.full(3, 2.0)).se == 0


def _by_the_book(u: list[float]) -> tuple[float, float, float]:
    """Return variance of the mean, degrees of freedom and N_eff in plain loops, without gaps."""
    n = len(u)

    def r(k: int) -> float:
        def product(lag: int) -> float:
            return sum(u[t] * u[t + lag] for t in range(n - lag)) / (n - lag)

        return product(k) / product(0)

    r1, clear = max(0.0, r(1)), min(0.2, 3 / math.sqrt(n))
    q1 = r(2) / r1 if r1 > clear else 0.0
    q2 = math.sqrt(max(r(4), 0.0) / r(2)) if r(2) > clear else 0.0
    p = sorted((r1, q1, q2))[1]
    p = max(r1, p)
    phi = min(0.999, p + (1 + 3 * p) / n)
    worth, phi = n * (1 - phi) / (1 + phi), min(0.97, phi)
    most = max(4, int(0.4 * n ** (2 / 3)))
    nu = min(most, max(4, round(0.4 * (n * (1 - phi) / (1 + phi)) ** (2 / 3))))
    power = []
    for j in range(1, nu + 1):
        wave = sum(u[t] * math.cos(math.pi * j * (t + 0.5) / n) for t in range(n))
        lacks = (1 - 2 * phi * math.cos(math.pi * j / n) + phi**2) / (1 - phi) ** 2
        power.append(2 / n * wave**2 * lacks)
    used = k = nu
    while k >= 8:
        half = k // 2
        low, high = sum(power[:half]) / half, sum(power[half:k]) / (k - half)
        if low > high * math.exp(2 * 1.2816 * math.sqrt(0.5 * (1 / half + 1 / (k - half)))):
            used = half
        k = half
    return sum(power[:used]) / used / n, float(used), worth


@pytest.mark.parametrize("phi", [0.0, 0.5, 0.8, 0.95])
def test_the_two_windows_alone_are_judged_as_a_slow_count_by_hand_does(phi: float) -> None:
    for n in (60, 180, 360):
        before, after = (Measured.of(noise(n, phi)) for _ in range(2))
        found = without_history(before, after)
        told = [_by_the_book(side.off.tolist()) for side in (before, after)]
        variance = sum(each[0] for each in told)
        assert found.se == pytest.approx(math.sqrt(variance))
        satterthwaite = variance**2 / sum(v**2 / nu for v, nu, _ in told)
        assert found.df == pytest.approx(satterthwaite)
        assert found.n_effective == pytest.approx(min(each[2] for each in told))
