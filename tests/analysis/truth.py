"""Judges on the same made series, and how often each is right: ours beside the usual ones.

The others see the two windows, as they do in practice. Kayenta's judge is a Mann-Whitney test whose
98 % interval of the Hodges-Lehmann shift must leave a quarter of the shift on either side of zero;
Welch's t and a stationary block bootstrap (Politis & Romano 1994) compare logarithms.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from tests.analysis.simulate import Case, Scenario, simulate
from tests.analysis.trials import judged

Array = NDArray[np.float64]

EFFECTS = (0.0, 0.05, 0.10, 0.20)
_MINUTES = Scenario(days=8, phi=0.0)
FAMILIES = (
    *(
        _MINUTES.but(name=f"AR(1) {phi}, {n} points", phi=phi, window_s=60.0 * n)
        for phi in (0.0, 0.5, 0.8, 0.95)
        for n in (60, 240, 1440)
    ),
    _MINUTES.but(name="AR(2) 0.5 0.3, 240 points", phi=0.5, phi2=0.3, window_s=14400.0),
    _MINUTES.but(name="season ±30 %, 180 points", phi=0.5, rhythm=0.3, when="2026-03-18T08:20"),
    _MINUTES.but(name="drift 5 % a day, 180 points", phi=0.5, trend=0.05),
    _MINUTES.but(name="spikes, 180 points", phi=0.5, spikes=0.03),
    _MINUTES.but(name="gaps, 180 points", phi=0.5, missing=0.2),
)
RESAMPLES = 400
_KAYENTA_CONFIDENCE, _KAYENTA_TOLERANCE = 0.98, 0.25


@dataclass(frozen=True)
class Call:
    """What a judge says: up (1), down (-1) or nothing (0), and its 95 % range of the log ratio."""

    way: int
    interval: tuple[float, float] | None = None


Judge = Callable[[Case], Call]


@dataclass(frozen=True)
class Rates:
    """How often a judge was right on ``n`` series; all figures are shares."""

    n: int
    called: float
    wrong_way: float
    """Of those that were called."""
    held: float | None
    """Ranges that hold the truth; None where the judge gives none."""


def rates(judge: Judge, cases: list[Case]) -> Rates:
    """Let a judge loose on series with one and the same true effect."""
    calls = [judge(case) for case in cases]
    effect = math.log1p(cases[0].scenario.effect)
    called = [call for call in calls if call.way]
    ranges = [call.interval for call in calls if call.interval]
    return Rates(
        len(cases),
        called=len(called) / len(cases),
        wrong_way=sum(call.way * effect < 0 for call in called) / max(1, len(called)),
        held=sum(low <= effect <= high for low, high in ranges) / len(ranges) if ranges else None,
    )


def cells(families: tuple[Scenario, ...], n: int, seed: int) -> Iterator[list[Case]]:
    """Yield ``n`` series of every family and effect."""
    rng = np.random.default_rng(seed)
    for family in families:
        for effect in EFFECTS:
            yield [simulate(family.but(effect=effect), rng) for _ in range(n)]


def ours(case: Case) -> Call:
    """Our judge, with the history there is."""
    found = judged(case)
    up = (found.relative_change or 0.0) > 0
    ends = found.interval95
    interval = (_log(ends[0]), _log(ends[1])) if ends else None
    return Call((1 if up else -1) if found.verdict.is_move else 0, interval)


def ours_alone(case: Case) -> Call:
    """Our judge without any history."""
    return ours(without_history(case))


def without_history(case: Case) -> Case:
    """Return what is left of a case when measuring began with the window before."""
    keep = case.at_s >= case.start_s - case.scenario.window_s
    return replace(case, at_s=case.at_s[keep], value=case.value[keep])


def kayenta(case: Case) -> Call:
    """The test of Netflix's Kayenta with its default tolerance and confidence."""
    before, after = windows(case)
    gaps = np.sort(np.subtract.outer(after, before).ravel())
    pairs, total = len(gaps), len(before) + len(after)
    z = stats.norm.ppf(0.5 + _KAYENTA_CONFIDENCE / 2)
    cut = int(max(0, pairs / 2 - z * math.sqrt(pairs * (total + 1) / 12)))
    low, middle, high = gaps[cut], float(np.median(gaps)), gaps[pairs - 1 - cut]
    room = abs(_KAYENTA_TOLERANCE * middle)
    return Call(1 if low > room else -1 if high < -room else 0)


def welch(case: Case) -> Call:
    """Welch's t on logarithms, 5 %."""
    before, after = (np.log(side) for side in windows(case))
    found = stats.ttest_ind(after, before, equal_var=False)
    ends = found.confidence_interval(0.95)
    way = int(np.sign(found.statistic)) if found.pvalue < 0.05 else 0
    return Call(way, (float(ends.low), float(ends.high)))


def bootstrap(case: Case) -> Call:
    """A stationary block bootstrap of the mean of logarithms, 95 % percentile interval."""
    rng = np.random.default_rng(0)
    before, after = (resampled_means(np.log(side), rng, RESAMPLES) for side in windows(case))
    low, high = (float(end) for end in np.percentile(after - before, (2.5, 97.5)))
    return Call(1 if low > 0 else -1 if high < 0 else 0, (low, high))


JUDGES: dict[str, Judge] = {
    "ours": ours,
    "ours, no history": ours_alone,
    "Kayenta": kayenta,
    "Welch t": welch,
    "bootstrap": bootstrap,
}


def windows(case: Case) -> tuple[Array, Array]:
    """Return the values of the window before and of the one after."""
    s = case.scenario
    begin_s = case.end_s + s.settle_s
    before = (case.at_s >= case.start_s - s.window_s) & (case.at_s < case.start_s)
    after = (case.at_s >= begin_s) & (case.at_s < begin_s + s.window_s)
    return case.value[before], case.value[after]


def resampled_means(x: Array, rng: np.random.Generator, resamples: int) -> Array:
    """Return means of blocks of random length, drawn with replacement, the series as a circle."""
    n = len(x)
    length = 1.75 * n ** (1 / 3)
    starts = rng.integers(0, n, (resamples, n), dtype=np.int32)
    fresh = rng.random((resamples, n), dtype=np.float32) < 1 / length
    fresh[:, 0] = True
    place = np.arange(n, dtype=np.int32)
    begun = np.maximum.accumulate(np.where(fresh, place, 0), axis=1)
    index = np.take_along_axis(starts, begun, axis=1) + place - begun
    return x[index % n].mean(axis=1)


def _log(relative: float) -> float:
    return math.log1p(max(relative, -1 + 1e-12))
