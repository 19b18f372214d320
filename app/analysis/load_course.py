"""The course of a part of a run, step by step: rate, errors, response times, percentiles.

Samples are gone through piece by piece and never held, so that a run may be of any length.
"""

from dataclasses import dataclass

import numpy as np

from app.analysis.clean import Array, Bins
from app.analysis.effect import Measured
from app.analysis.load_run import Part, contentment
from app.analysis.loadtest import Flags, Ints

LEAST_BEYOND = 30
"""Samples that must lie beyond a percentile that is judged."""
_WIDEST_BESIDE = 0.05


@dataclass(frozen=True, slots=True)
class Asked:
    """What is wanted of a course: Apdex for a target, and which percentiles."""

    target_ms: float
    percents: tuple[float, ...]


class Course:
    """Counts the samples of a part by steps; add them, then ask."""

    def __init__(self, part: Part, asked: Asked) -> None:
        self._part, self._asked = part, asked
        self._step_s = part.step_s
        self._n = int(part.span.seconds / self._step_s + 1e-9)
        self._levels_ms = {each: part.percentile_ms(each) for each in asked.percents}
        self._samples, self._failed, self._took_us, self._content = (
            np.zeros(self._n) for _each in range(4)
        )
        self._beyond = {each: np.zeros(self._n) for each in asked.percents}

    def add(self, at_us: Ints, took_us: Ints, ok: Flags) -> None:
        """Count samples that began within the span of the part."""
        step = ((at_us - self._part.span.start_us) / 1e6 / self._step_s).astype(np.int64)
        inside = step < self._n
        if not inside.all():
            step, took_us, ok = step[inside], took_us[inside], ok[inside]
        self._samples += self._sums(step)
        self._failed += self._sums(step[~ok])
        self._took_us += self._sums(step, took_us)
        self._content += self._sums(step[ok], contentment(took_us[ok], self._asked.target_ms))
        for percent, level_ms in self._levels_ms.items():
            self._beyond[percent] += self._sums(step[took_us > level_ms * 1000])

    def _sums(self, step: Ints, weight: Ints | None = None) -> Array:
        """Return how much falls into each step; sums of whole numbers, so exact in any order."""
        return np.bincount(step, weight, self._n).astype(np.float64)

    @property
    def rate(self) -> Bins:
        """Samples per second."""
        step_s = self._step_s
        return Bins(self._samples / step_s, self._samples, np.full(self._n, step_s))

    @property
    def errors(self) -> Bins:
        """The share of failed samples."""
        return self._means(self._failed)

    @property
    def mean_ms(self) -> Bins:
        """The mean response time."""
        return self._means(self._took_us / 1000)

    @property
    def apdex(self) -> Bins:
        """How content users are."""
        return self._means(self._content / 2)

    def _means(self, part: Array) -> Bins:
        with np.errstate(invalid="ignore"):
            value = np.where(self._samples > 0, part / self._samples, np.nan)
        return Bins(value, part, self._samples)

    def percentile(self, percent: float) -> Measured | None:
        """Return the logarithm of a percentile, and how each step pulled at it.

        A percentile moves by how far the share of longer answers is off, divided by the density
        there (Bahadur 1966); that share has a course, autocorrelated as the run is. None where too
        few samples lie beyond, or steps are empty.
        """
        part, p, level_ms = self._part, percent / 100, self._levels_ms[percent]
        if part.n * (1 - p) < LEAST_BEYOND or level_ms <= 0:
            return None
        h = min(_WIDEST_BESIDE, (1 - p) / 2)
        beside = [part.percentile_ms(100 * each) for each in (p - h, p + h)]
        stretch = (beside[1] - beside[0]) / (2 * h) / level_ms  # one over density times level
        bins = self._means(self._beyond[percent])
        if not bins.is_covered:
            return None
        known, total = bins.whole > 0, bins.whole.sum()
        share = bins.part.sum() / total
        off = stretch * (bins.part - share * bins.whole) * int(known.sum()) / total
        return Measured(float(np.log(level_ms)), np.where(known, off, np.nan))
