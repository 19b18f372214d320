"""From samples to the figures of a window: put in order, binned, spikes set aside.

What is missing stays missing: no interpolation, and never a zero in place of nothing.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.analysis.windows import Slot
from app.domain.metric import MetricKind, Series
from app.domain.verdict import Scale

Array = NDArray[np.float64]

MIN_COVERAGE = 0.70
MAX_GAP = 0.25
"""Longest gap, as a share of the window."""
USUAL_STEP_S = 60.0
USUAL_BINS = 180
"""Bins of the usual window of three hours; shorter windows are cut as finely."""
HOUR_S = 3600.0

_HAMPEL_POINTS = 11
_HAMPEL_LIMIT = 4.0
_MAD_TO_SIGMA = 1.4826
_MEAN_TO_SIGMA = 1.2533
_MAX_SPIKES = 0.20
"""More than this share are not spikes but how the metric is."""
_JITTER, _REGULAR_SHARE = 0.25, 0.8
_LONGEST_COUNT = 2.5
"""Steps that an increase of a counter may span; beyond it nobody knows when it happened."""
_LOG_FROM = 0.02


@dataclass(frozen=True, slots=True)
class Samples:
    """Tidy columns in time order; the value of a bin is the sum of parts over that of wholes.

    A gauge counts each sample as a whole of 1, a counter its increase over the seconds it took, a
    ratio the bad over all.
    """

    at_s: Array
    part: Array
    whole: Array
    step_s: float
    """How far apart samples usually are; 0 with fewer than two."""
    is_ratio: bool = False


def gauge_samples(series: Series) -> Samples:
    """Put a gauge in order: rows without a number are dropped, equal times are averaged."""
    at_s, value, count = _tidy(series.at_s, series.value)
    return Samples(at_s, value, count, usual_step(at_s))


def counter_samples(series: Series) -> Samples:
    """Turn a counter into increases; where it falls it has started again from zero."""
    at_s, total, count = _tidy(series.at_s, series.value)
    value = total / count
    step_s = usual_step(at_s)
    gone_s, rise = np.diff(at_s), np.diff(value)
    rise = np.where(rise < 0, value[1:], rise)
    known = gone_s <= _LONGEST_COUNT * _steps_nearby(gone_s, step_s)
    middle = at_s[1:] - gone_s / 2
    return Samples(middle[known], rise[known], gone_s[known], step_s)


def _steps_nearby(gone_s: Array, step_s: float) -> Array | float:
    """Return the usual distance around each sample: a total may be read at another step since."""
    half = _HAMPEL_POINTS // 2
    if len(gone_s) < _HAMPEL_POINTS or bool((gone_s <= _LONGEST_COUNT * step_s).all()):
        return step_s
    padded = np.pad(gone_s, half, mode="edge")
    around = np.lib.stride_tricks.sliding_window_view(padded, _HAMPEL_POINTS)
    nearby: Array = np.maximum(np.median(around, axis=1), step_s)
    return nearby


def ratio_samples(bad: Series, total: Series) -> Samples:
    """Pair bad with all by time; a time that lacks either is dropped."""
    bad_at_s, bad_sum, _ = _tidy(bad.at_s, bad.value)
    all_at_s, all_sum, _ = _tidy(total.at_s, total.value)
    at_s, i, j = np.intersect1d(bad_at_s, all_at_s, return_indices=True)
    return Samples(at_s, bad_sum[i], all_sum[j], usual_step(at_s), is_ratio=True)


def samples_of(series: Series, kind: MetricKind) -> Samples:
    """Return the samples of a series by the kind of its metric."""
    return counter_samples(series) if kind is MetricKind.COUNTER else gauge_samples(series)


def _tidy(at_s: Array, value: Array) -> tuple[Array, Array, Array]:
    """Return times (rounded to microseconds, each once), sums and counts, whatever the order."""
    known = np.isfinite(at_s) & np.isfinite(value)
    at_s, value = np.round(at_s[known], 6), value[known]
    if len(at_s) and bool((np.diff(at_s) > 0).all()):
        return at_s, value, np.ones(len(at_s))
    order = np.lexsort((value, at_s))
    at_s, value = at_s[order], value[order]
    if len(at_s) < 2:
        return at_s, value, np.ones(len(at_s))
    first = np.concatenate(([True], np.diff(at_s) > 0))
    group = np.cumsum(first) - 1
    return at_s[first], _sums(group, value), _sums(group, np.ones(len(group)))


def _sums(index: NDArray[np.intp], column: Array, least: int = 0) -> Array:
    """Return the sum of a column for each index from zero on."""
    return np.bincount(index, column, minlength=least).astype(np.float64)


def usual_step(at_s: Array) -> float:
    """Return the usual distance of samples; twice the median where they come irregularly.

    Irregular are distances that are no multiples of the median, as opposed to missing samples.
    """
    if len(at_s) < 2:
        return 0.0
    gaps = np.diff(at_s)
    middle = float(np.median(gaps))
    times = gaps / middle
    regular = (np.abs(times - np.rint(times)) < _JITTER) & (times > 0.5)
    return middle if regular.mean() >= _REGULAR_SHARE else 2 * middle


@dataclass(frozen=True, slots=True)
class Bins:
    """One window on its grid; NaN where no sample fell."""

    value: Array
    part: Array
    whole: Array

    @property
    def observed(self) -> int:
        """How many bins hold a sample."""
        return int(np.isfinite(self.value).sum())

    @property
    def coverage(self) -> float:
        """The share of bins that hold a sample."""
        return self.observed / len(self.value) if len(self.value) else 0.0

    @property
    def longest_gap(self) -> float:
        """The longest run of empty bins, as a share of the window."""
        if not len(self.value):
            return 1.0
        edges = np.flatnonzero(np.concatenate(([True], np.isfinite(self.value), [True])))
        return float(np.diff(edges).max() - 1) / len(self.value)

    @property
    def is_covered(self) -> bool:
        """Whether there is enough of the window to speak for it."""
        return self.coverage >= MIN_COVERAGE and self.longest_gap <= MAX_GAP


NO_BINS = Bins(np.empty(0), np.empty(0), np.empty(0))


def into_bins(samples: Samples, slot: Slot, step_s: float) -> Bins:
    """Put the samples of a window on a grid of ``step_s``.

    The grid is moved so that samples taken about once per step fall in the middle of bins; else a
    jitter of milliseconds around an edge would look like gaps.
    """
    chosen = cuts(samples.at_s, slot)
    at = np.concatenate([
        samples.at_s[cut] - start_s + place_s
        for (place_s, start_s, _end_s), cut in zip(slot.laid, chosen, strict=True)
    ])  # fmt: skip
    own_step_s = usual_step(at) or samples.step_s
    n = int(slot.length_s / step_s + 1e-6)
    if own_step_s > 0.5 * step_s and len(at):
        turns = np.exp(2j * np.pi * at / step_s).sum()
        index = np.rint(at / step_s - np.angle(turns) / (2 * np.pi)).astype(np.intp)
        if index[-1] >= n and index[0] >= 1:  # just before the edges instead of just after
            index -= 1
    else:
        index = np.floor(at / step_s + 1e-9).astype(np.intp)
    index = np.clip(index, 0, max(0, n - 1))
    part, whole = (
        _sums(index, np.concatenate([column[cut] for cut in chosen]), n)[:n]
        for column in (samples.part, samples.whole)
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        value = np.where(whole > 0, part / whole, np.nan)
    return Bins(value, part, whole)


def step_for(samples: Samples, slots: tuple[Slot, Slot], least_s: float | None) -> float:
    """Return the width of bins: the coarser side's own step, but not finer than the rule.

    The rule is a minute; a window shorter than an hour is cut into as many bins as the usual three
    hours have, because minutes would leave nothing to judge.
    """
    natural = max((usual_step(inside(samples.at_s, slot)) for slot in slots), default=0.0)
    length_s = slots[0].length_s
    rule_s = USUAL_STEP_S if length_s >= HOUR_S else min(USUAL_STEP_S, length_s / USUAL_BINS)
    return max(natural, rule_s if least_s is None else least_s)


def inside(at_s: Array, slot: Slot) -> Array:
    """Return the times that lie in a window."""
    return np.concatenate([at_s[cut] for cut in cuts(at_s, slot)])


def cuts(at_s: Array, slot: Slot) -> list[slice]:
    """Return where the rows of a window lie, one piece per span."""
    return [slice(*np.searchsorted(at_s, span)) for span in slot.spans]


def scale_of(windows: list[Bins]) -> Scale:
    """Choose ratios (log) where all values are well above zero, differences otherwise."""
    for window in windows:
        known = np.sort(window.value[np.isfinite(window.value)])
        n = len(known)
        if not n or known[0] <= 0 or known[n // 100] <= _LOG_FROM * known[n // 2]:
            return Scale.LINEAR
    return Scale.LOG


@dataclass(frozen=True, slots=True)
class Cleaned:
    """Values on the scale of the comparison, spikes replaced; NaN where there is nothing."""

    value: Array
    spikes: int = 0

    @property
    def known(self) -> Array:
        """The values there are."""
        return self.value[np.isfinite(self.value)]

    @property
    def level(self) -> float:
        """The mean of what there is."""
        return float(self.known.mean())


def clean(windows: list[Bins], scale: Scale) -> list[Cleaned]:
    """Set spikes aside in every window.

    Spikes are rare by definition. Where they are not, or where the usual value is zero and what
    stands out is all there is (rare errors), values stay as they are.
    """
    raw = [np.log(w.value) if scale is Scale.LOG else w.value for w in windows]
    middle = np.median(np.concatenate([v[np.isfinite(v)] for v in raw]))
    found = [hampel(v) for v in raw]
    spikes, n = sum(c.spikes for c in found), sum(len(c.known) for c in found)
    if spikes > _MAX_SPIKES * n or (scale is Scale.LINEAR and middle == 0):
        return [Cleaned(v) for v in raw]
    return found


def hampel(value: Array) -> Cleaned:
    """Replace what lies more than four robust sigmas off the running median of 11 points.

    F. R. Hampel's identifier. Where more than half of the residuals are zero (coarse figures), the
    mean absolute residual stands in for the median one.
    """
    known = np.isfinite(value)
    x = value[known]
    if len(x) < _HAMPEL_POINTS:
        return Cleaned(value)
    half = _HAMPEL_POINTS // 2
    padded = np.concatenate((x[half:0:-1], x, x[-2 : -half - 2 : -1]))
    view = np.lib.stride_tricks.sliding_window_view(padded, _HAMPEL_POINTS)
    running = np.partition(view, half, axis=1)[:, half]
    off = x - running
    off_middle = np.abs(off - np.median(off))
    sigma = _MAD_TO_SIGMA * np.median(off_middle) or _MEAN_TO_SIGMA * off_middle.mean()
    spike = np.abs(off) > _HAMPEL_LIMIT * sigma
    cleaned = value.copy()
    cleaned[known] = np.where(spike, running, x)
    return Cleaned(cleaned, int(spike.sum()))
