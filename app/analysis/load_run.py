"""One run of a load test: its steady part, its figures, and its course in steps.

The steady part is chosen by time and rate alone, never by response times, so that the choice cannot
favour a verdict.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from app.analysis.clean import Array, Bins
from app.analysis.effect import Measured
from app.analysis.loadtest import Flags, Ints, percentile_of

WARM_UP = 0.10
"""The first part of a run, in which caches fill and threads start; it is not judged."""
LONGEST_STEP_S, SHORTEST_STEP_S = 10.0, 0.1
LEAST_BEYOND = 30
"""Samples that must lie beyond a percentile that is judged."""
_WIDEST_BESIDE = 0.05
_STEPS = 60
_PER_STEP = 5
_FULL_LOAD = 0.5
_LATEST_BEGIN, _EARLIEST_END = 0.5, 0.8
_BATCH_MSER = 5


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a run, in microseconds since 1970."""

    start_us: int
    end_us: int

    @property
    def seconds(self) -> float:
        """How long it is."""
        return (self.end_us - self.start_us) / 1e6


@dataclass(frozen=True)  # no slots: what is sorted is kept
class Part:
    """Samples of one label, or of all, within a span of a run; in order of their start."""

    span: Span
    at_us: Ints
    took_us: Ints
    ok: Flags

    @classmethod
    def of(cls, span: Span, at_us: Ints, took_us: Ints, ok: Flags) -> "Part":
        """Take the samples that begin within a span."""
        chosen = np.flatnonzero((at_us >= span.start_us) & (at_us < span.end_us))
        starts = at_us[chosen]
        if (starts[1:] < starts[:-1]).any():
            chosen = chosen[np.argsort(starts, kind="stable")]
            starts = at_us[chosen]
        return cls(span, starts, took_us[chosen], ok[chosen])

    @cached_property
    def ranked_us(self) -> Ints:
        """The response times, shortest first."""
        return np.sort(self.took_us)

    def __len__(self) -> int:
        return len(self.at_us)

    @property
    def rate_per_s(self) -> float:
        """Samples that began, per second."""
        return len(self) / self.span.seconds if self.span.seconds else 0.0

    @property
    def error_share(self) -> float:
        """Failed over all; NaN without any."""
        return 1 - float(self.ok.mean()) if len(self) else float("nan")

    @property
    def mean_ms(self) -> float:
        """The mean response time; NaN without samples."""
        return float(self.took_us.mean()) / 1000 if len(self) else float("nan")

    def percentile_ms(self, percent: float) -> float:
        """Return a percentile as the summary does; NaN without samples."""
        return percentile_of(self.ranked_us, percent) if len(self) else float("nan")

    def apdex(self, target_ms: float) -> float:
        """Return how content users are with a target; NaN without samples."""
        return float(self.contentment(target_ms).mean()) if len(self) else float("nan")

    def contentment(self, target_ms: float) -> Array:
        """Return 1 for each satisfied sample, ½ for a tolerating one, 0 for all others.

        Apdex Alliance, technical specification 1.1: up to the target, up to four times it.
        """
        satisfied = self.ok & (self.took_us <= target_ms * 1000)
        tolerating = self.ok & (self.took_us <= 4 * target_ms * 1000)
        content: Array = (satisfied.astype(np.float64) + tolerating) / 2
        return content

    @property
    def step_s(self) -> float:
        """The width of steps: ten seconds, finer in short runs, wider where samples are rare."""
        seconds = self.span.seconds
        fine = min(LONGEST_STEP_S, max(SHORTEST_STEP_S, seconds / _STEPS))
        return max(fine, _PER_STEP * seconds / len(self)) if len(self) else fine

    def course(self, weight: Array | None) -> Bins:
        """Return the mean weight of the samples that began in each step; without: their rate."""
        step_s = self.step_s
        n = int(self.span.seconds / step_s + 1e-9)
        at = ((self.at_us - self.span.start_us) / 1e6 / step_s).astype(np.int64)
        inside = at < n
        count = np.bincount(at[inside], minlength=n).astype(np.float64)
        if weight is None:
            return Bins(count / step_s, count, np.full(n, step_s))
        part = np.bincount(at[inside], weight[inside], minlength=n).astype(np.float64)
        with np.errstate(invalid="ignore"):
            value = np.where(count > 0, part / count, np.nan)
        return Bins(value, part, count)

    def measured_percentile(self, percent: float) -> Measured | None:
        """Return the logarithm of a percentile, and how each step pulled at it.

        A percentile moves by how far the share of longer answers is off, divided by the density
        there (Bahadur 1966); that share has a course, autocorrelated as the run is. None where too
        few samples lie beyond, or steps are empty.
        """
        p = percent / 100
        level_ms = self.percentile_ms(percent)
        if len(self) * (1 - p) < LEAST_BEYOND or level_ms <= 0:
            return None
        h = min(_WIDEST_BESIDE, (1 - p) / 2)
        beside = [percentile_of(self.ranked_us, 100 * each) for each in (p - h, p + h)]
        stretch = (beside[1] - beside[0]) / (2 * h) / level_ms  # one over density times level
        bins = self.course((self.took_us > level_ms * 1000).astype(np.float64))
        if not bins.is_covered:
            return None
        known, total = bins.whole > 0, bins.whole.sum()
        share = bins.part.sum() / total
        off = stretch * (bins.part - share * bins.whole) * int(known.sum()) / total
        return Measured(float(np.log(level_ms)), np.where(known, off, np.nan))


def steady_span(at_us: Ints, warm_up: float = WARM_UP) -> Span:
    """Return the part of a run in which the load had settled.

    The first tenth is left out, and more where the rate still climbs (MSER-5, White 1997, on the
    rate; at most half of the run); at the end, what follows when the rate has fallen below half of
    its usual value for good (threads that run out; at most a fifth).

    Args:
        at_us: When the samples of the run began.
        warm_up: The share of the run that is left out in any case.
    """
    first, last = int(at_us.min()), int(at_us.max()) + 1
    length = last - first
    rate = np.histogram(at_us, bins=_STEPS * _BATCH_MSER, range=(first, last))[0]
    rate = rate.reshape(_STEPS, _BATCH_MSER).mean(axis=1)
    end = _fall(rate)
    begin = max(warm_up, _climb(rate[:end]) / _STEPS)
    return Span(first + round(begin * length), first + round(end / _STEPS * length))


def _climb(rate: Array) -> int:
    """Return how many steps of a run are a climb to the load of the rest."""
    usual = float(np.median(rate))
    if rate[0] >= usual * (1 - _FULL_LOAD / 2):
        return 0
    latest = int(len(rate) * _LATEST_BEGIN)
    error = [float(rate[d:].var()) / (len(rate) - d) for d in range(latest + 1)]
    return int(np.argmin(error))


def _fall(rate: Array) -> int:
    """Return after how many steps the load is gone for good."""
    usual = float(np.median(rate))
    full = np.flatnonzero(rate >= _FULL_LOAD * usual)
    earliest = int(len(rate) * _EARLIEST_END)
    return max(earliest, int(full[-1]) + 1) if len(full) else len(rate)
