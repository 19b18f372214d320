"""One run of a load test: its steady part, and the figures of any part of it.

The steady part is chosen by time and rate alone, never by response times, so that the choice cannot
favour a verdict.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from app.analysis.loadtest import Histogram, Ints

Array = NDArray[np.float64]

WARM_UP = 0.10
"""The first part of a run, in which caches fill and threads start; it is not judged."""
LONGEST_STEP_S, SHORTEST_STEP_S = 10.0, 0.1
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


@dataclass(frozen=True)  # no slots: what was put together is kept
class Part:
    """Samples of one label, or of all, within a span of a run: how often each duration occurred."""

    span: Span
    good: Histogram
    failed: Histogram

    @cached_property
    def every(self) -> Histogram:
        """The durations of all samples, failed or not."""
        return Histogram.merged([self.good, self.failed])

    @cached_property
    def n(self) -> int:
        """How many samples there are."""
        return self.every.n

    @property
    def rate_per_s(self) -> float:
        """Samples that began, per second."""
        return self.n / self.span.seconds if self.span.seconds else 0.0

    @property
    def error_share(self) -> float:
        """Failed over all; NaN without any."""
        return self.failed.n / self.n if self.n else float("nan")

    @property
    def mean_ms(self) -> float:
        """The mean response time; NaN without samples."""
        total_us = int((self.every.value_us * self.every.count).sum())
        return total_us / self.n / 1000 if self.n else float("nan")

    def percentile_ms(self, percent: float) -> float:
        """Return a percentile as the summary does; NaN without samples."""
        return self.every.percentile_ms(percent) if self.n else float("nan")

    def apdex(self, target_ms: float) -> float:
        """Return how content users are with a target; NaN without samples."""
        halves = contentment(self.good.value_us, target_ms) * self.good.count
        return int(halves.sum()) / 2 / self.n if self.n else float("nan")

    @property
    def step_s(self) -> float:
        """The width of steps: ten seconds, finer in short runs, wider where samples are rare."""
        seconds = self.span.seconds
        fine = min(LONGEST_STEP_S, max(SHORTEST_STEP_S, seconds / _STEPS))
        return max(fine, _PER_STEP * seconds / self.n) if self.n else fine


def contentment(good_us: Ints, target_ms: float) -> Ints:
    """Return 2 for each satisfied sample, 1 for a tolerating one, 0 for all others.

    Apdex Alliance, technical specification 1.1: up to the target, up to four times it; failed
    samples count nothing.
    """
    halves: Ints = (good_us <= target_ms * 1000).astype(np.int64)
    return halves + (good_us <= 4 * target_ms * 1000)


def steady_span(starts: Iterable[Ints], whole: Span, warm_up: float = WARM_UP) -> Span:
    """Return the part of a run in which the load had settled.

    The first tenth is left out, and more where the rate still climbs (MSER-5, White 1997, on the
    rate; at most half of the run); at the end, what follows when the rate has fallen below half of
    its usual value for good (threads that run out; at most a fifth).

    Args:
        starts: When the samples of the run began, in pieces.
        whole: From the first of them to just after the last one.
        warm_up: The share of the run that is left out in any case.
    """
    first, last = whole.start_us, whole.end_us
    length = last - first
    counts = np.zeros(_STEPS * _BATCH_MSER)
    if length < len(counts):  # all at once: there is no course to be steady
        return whole
    for at_us in starts:
        counts += np.histogram(at_us, bins=len(counts), range=(first, last))[0]
    rate = counts.reshape(_STEPS, _BATCH_MSER).mean(axis=1)
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
