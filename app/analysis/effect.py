"""How far a metric moved and how sure that is: one estimate per design.

Figures are natural logarithms (0.18 is about +20 %), or differences of values that were divided by
the largest of them, so that a difference below 1e-12 is rounding. No random numbers anywhere: the
same samples give the same effect.
"""

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from app.analysis.student import quantile

Array = NDArray[np.float64]

MIN_RUNS = 3
_MAX_PHI = 0.97
_LEAST_FREQUENCIES = 4
_ONE_IN_TEN = 1.2816
_CLEAR = 0.2
"""Autocorrelation from which ratios of it are worth taking; less where samples are many."""
_EQUAL = 1e-12


@dataclass(frozen=True, slots=True)
class Measured:
    """What one window says: its level, and for each bin how far it lies off (NaN at gaps)."""

    level: float
    off: Array

    @classmethod
    def of(cls, value: Array) -> "Measured":
        """Take the mean of values (NaN at gaps) as the level."""
        level = float(value[np.isfinite(value)].mean())
        return cls(level, value - level)


@dataclass(frozen=True, slots=True)
class Effect:
    """An estimate with its standard error and degrees of freedom.

    ``se`` is 0 where nothing moves by itself, so that any difference is one. ``n_effective`` is the
    number of independent observations the poorer window is worth.
    """

    estimate: float
    se: float
    df: float
    placebos: tuple[float, ...] = ()
    """The same difference on each reference day."""
    n_effective: float | None = None

    @property
    def visible(self) -> float:
        """The smallest move that would be found four times in five."""
        return (quantile(0.975, self.df) + quantile(0.80, self.df)) * self.se if self.se else 0.0

    def half_width(self, confidence: float) -> float:
        """Return half the width of the likely range."""
        return quantile(0.5 + confidence / 2, self.df) * self.se if self.se else 0.0

    def excludes_zero(self) -> bool:
        """Whether the likely range (95 %) lies on one side of zero."""
        return abs(self.estimate) > max(self.half_width(0.95), _EQUAL)


def by_reference_days(levels: Array, before: float | None, after: float) -> Effect:
    """Design A: the difference on the day of the change against that on K earlier days.

    The days vary among each other; that variation, with Student's t on K-1 degrees of freedom, is
    the yardstick. Everything that returns daily at these hours cancels.

    Args:
        levels: K rows of (before, after) levels of the reference days.
        before: The level before the change; None compares levels after only.
        after: The level after the change.
    """
    days = levels[:, 1] - levels[:, 0] if before is not None else levels[:, 1]
    own = after - before if before is not None else after
    k = len(days)
    spread = _zeroed(float(days.std(ddof=1)))
    se = spread * float(np.sqrt(1 + 1 / k))
    estimate = _zeroed(own - float(days.mean()))
    return Effect(estimate, se, k - 1.0, tuple(float(day) for day in days))


def without_history(before: Measured, after: Measured) -> Effect:
    """Design B: two windows whose own ups and downs are the only yardstick.

    The variance of each mean is estimated at frequency zero (`_variance_of_mean`), which holds for
    autocorrelated samples; degrees of freedom after Satterthwaite.
    """
    own = [_variance_of_mean(window.off) for window in (before, after)]
    n_effective = min(window.n_effective for window in own)
    estimate = _zeroed(after.level - before.level)
    variance = sum(window.variance for window in own)
    if variance <= _EQUAL**2:
        return Effect(estimate, 0.0, 1.0, n_effective=n_effective)
    df = variance**2 / sum(window.variance**2 / window.df for window in own)
    return Effect(estimate, float(np.sqrt(variance)), df, n_effective=n_effective)


def beside_a_trend(before: Measured, after: Measured, apart: float) -> Effect:
    """Design B beside a steady drift: y = a + b·t + δ·[after], the same slope on both sides.

    A drift that runs through both windows looks like a step to `without_history`; here it does not.

    Args:
        before: The window before.
        after: The window after, on the same grid.
        apart: Bins from the start of one window to the start of the other.
    """
    y = np.concatenate((before.off + before.level, after.off + after.level))
    time = np.concatenate((np.arange(len(before.off)), apart + np.arange(len(after.off))))
    step = np.concatenate((np.zeros(len(before.off)), np.ones(len(after.off))))
    known = np.isfinite(y)
    base = np.column_stack((np.ones(len(y)), time))
    fit = np.linalg.lstsq(base[known], step[known], rcond=None)[0]
    alone = step - base @ fit  # the part of the step that no drift can explain
    power = float((alone[known] ** 2).sum())
    estimate = float(alone[known] @ y[known]) / power
    full = np.column_stack((base, step))
    left = y - full @ np.linalg.lstsq(full[known], y[known], rcond=None)[0]
    scores = np.where(known, alone * left, 0.0)
    n_effective = sum(_variance_of_mean(window.off).n_effective for window in (before, after))
    df = _frequencies(n_effective, len(y))
    omega = float(((_cosines(df, len(y)) @ scores) ** 2).mean())
    return Effect(estimate, float(np.sqrt(len(y) * omega)) / power, float(df))


def by_runs(before: Array, after: Array) -> Effect:
    """Design C: one figure per load-test run; Welch's t on the runs.

    Thousands of requests of one run are one observation of the environment.
    """
    parts = [float(side.var(ddof=1)) / len(side) for side in (before, after)]
    estimate = _zeroed(float(after.mean() - before.mean()))
    if sum(parts) <= _EQUAL**2:
        return Effect(estimate, 0.0, 1.0)
    df = sum(parts) ** 2 / sum(
        part**2 / (len(side) - 1) for part, side in zip(parts, (before, after), strict=True)
    )
    return Effect(estimate, float(np.sqrt(sum(parts))), df)


def in_units(effect: Effect, unit: float) -> Effect:
    """Return a difference as a share of ``unit``."""
    return replace(
        effect,
        estimate=effect.estimate / unit,
        se=effect.se / unit,
        placebos=tuple(value / unit for value in effect.placebos),
    )


@dataclass(frozen=True, slots=True)
class _Mean:
    variance: float
    df: float
    n_effective: float


def _variance_of_mean(off: Array) -> _Mean:
    """Estimate the variance of the mean of one autocorrelated window.

    Equal-weighted cosines (Lazarus, Lewis, Stock & Watson 2018) of the residuals at the lowest
    frequencies. With strong autocorrelation and a short window even the lowest frequency lies below
    the spectrum's peak at zero, so each is raised by what an AR(1) process of the same persistence
    would lack there; without it a nominal 5 % became 15 to 35 % for phi = 0.95.
    """
    known = np.isfinite(off)
    n, size = int(known.sum()), len(off)
    u = np.where(known & (np.abs(off) > _EQUAL), off, 0.0)
    phi = _persistence(u, known.astype(np.float64))
    n_effective = n * (1 - phi) / (1 + phi)
    phi = min(_MAX_PHI, phi)
    nu = _frequencies(n * (1 - phi) / (1 + phi), size)
    angle = np.pi * np.arange(1, nu + 1) / size
    raised = (1 - 2 * phi * np.cos(angle) + phi**2) / (1 - phi) ** 2
    power = _level_part((_cosines(nu, size) @ u) ** 2 * raised)
    return _Mean(size / n * float(power.mean()) / n, float(len(power)), n_effective)


def _level_part(power: Array) -> Array:
    """Return the lowest frequencies over which the spectrum is flat.

    Slow movement under much measurement noise shows in the lowest frequencies only; averaged with
    the rest it would drown. The lower half is taken alone where it is larger than the upper by more
    than chance gives one time in ten (Fisher's z), and so on.
    """
    used, k = len(power), len(power)
    while k >= 2 * _LEAST_FREQUENCIES:
        half = k // 2
        spread = 2 * _ONE_IN_TEN * np.sqrt(0.5 * (1 / half + 1 / (k - half)))
        if power[:half].mean() > np.exp(spread) * power[half:k].mean():
            used = half
        k = half
    return power[:used]


def _persistence(u: Array, known: Array) -> float:
    """Return phi of an AR(1) process, unharmed by white noise on top of it.

    White noise lowers every autocorrelation by the same factor, so ratios of them keep phi. The
    last term is Kendall's correction for bias.
    """
    r0, r1, r2, r4 = (_product(u, known, lag) for lag in (0, 1, 2, 4))
    n = float(known.sum())
    if r0 <= 0:
        return min(0.999, 1 / n)
    r1, r2, r4 = max(0.0, r1 / r0), r2 / r0, r4 / r0
    clear = min(_CLEAR, 3 / n**0.5)  # above what chance gives
    ratio1 = r2 / r1 if r1 > clear else 0.0
    ratio2 = float(np.sqrt(max(r4, 0.0) / r2)) if r2 > clear else 0.0
    p = max(r1, sorted((r1, ratio1, ratio2))[1])
    return min(0.999, p + (1 + 3 * p) / n)


def _product(u: Array, known: Array, lag: int) -> float:
    """Return the mean product of residuals ``lag`` bins apart, where both were observed."""
    if lag >= len(u):
        return 0.0
    end = len(u) - lag
    pairs = float(known[:end] @ known[lag:])
    return float(u[:end] @ u[lag:]) / pairs if pairs else 0.0


def _frequencies(n_effective: float, size: int) -> int:
    most = max(_LEAST_FREQUENCIES, int(0.4 * size ** (2 / 3)))
    return int(np.clip(round(0.4 * n_effective ** (2 / 3)), _LEAST_FREQUENCIES, most))


@lru_cache(maxsize=64)
def _cosines(nu: int, size: int) -> Array:
    time = np.arange(1, size + 1) - 0.5
    waves: Array = np.cos(np.pi * np.outer(np.arange(1, nu + 1), time) / size)
    waves *= np.sqrt(2 / size)
    return waves


def _zeroed(value: float) -> float:
    """Return 0 for a difference that is rounding."""
    return 0.0 if abs(value) <= _EQUAL else value
