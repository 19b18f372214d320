"""The course of a running load test: rate, response times and failures, step by step, so far."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from app.analysis.loadtest import Batch, Ints

Floats = NDArray[np.float64]
MOST_STEPS = 60
"""Steps that are kept; when there are more, two neighbours become one and steps twice as long."""
RECENT_S = 10.0
"""What counts as “now”; a single whole step where steps are longer."""
_BINS, _PER_E = 560, 25.0
"""Durations are counted in classes 4 % wide: a live picture needs no more, a report reads the file
again."""


@dataclass(frozen=True, slots=True)
class LiveCourse:
    """How a run went so far; times in seconds since its first sample, NaN where nothing came.

    Percentiles are those of classes 4 % wide.
    """

    step_s: float
    at_s: Floats
    rate: Floats
    mean_ms: Floats
    p95_ms: Floats
    failed: Floats
    """The share of failed samples."""

    def now(self, values: Floats) -> float | None:
        """Return the mean of the last whole steps that have a value."""
        known = values[-max(1, int(RECENT_S / self.step_s)) :]
        known = known[np.isfinite(known)]
        return float(known.mean()) if known.size else None


@dataclass(slots=True)
class CourseMeter:
    """Counts samples by the second in which they ended; add batches, then ask."""

    step_s: float = 1.0
    _origin_us: int | None = None
    _end_us: int = 0
    _failed: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    _sum_us: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    _spread: NDArray[np.int64] = field(default_factory=lambda: np.zeros((0, _BINS), np.int64))

    def add(self, batch: Batch) -> None:
        """Count a batch; transaction controllers would count their samples twice."""
        wanted = ~batch.parent & (batch.at_us >= 0)
        if not wanted.any():
            return
        took, ok = batch.took_us[wanted], batch.ok[wanted]
        ends = batch.at_us[wanted] + took
        if self._origin_us is None:
            self._origin_us = int(batch.at_us[wanted].min())
        self._end_us = max(self._end_us, int(ends.max()))
        while (self._end_us - self._origin_us) / 1e6 / self.step_s >= MOST_STEPS:
            self._halve()
        step = np.maximum(0, ((ends - self._origin_us) / 1e6 / self.step_s).astype(np.int64))
        self._grow(int(step.max()) + 1)
        np.add.at(self._failed, step[~ok], 1)
        np.add.at(self._sum_us, step, took)
        np.add.at(self._spread, (step, _classes(took)), 1)

    def course(self) -> LiveCourse:
        """Return what is known of the steps that are over."""
        whole = 0
        if self._origin_us is not None:
            whole = int((self._end_us - self._origin_us) / 1e6 / self.step_s)
        spread = self._spread[:whole]
        n: Floats = spread.sum(axis=1).astype(np.float64)
        known = np.where(n > 0, n, np.nan)
        return LiveCourse(
            self.step_s,
            self.step_s * (np.arange(len(spread), dtype=np.float64) + 0.5),
            n / self.step_s,
            self._sum_us[:whole] / known / 1000,
            np.where(n > 0, _percentiles_ms(spread), np.nan),
            self._failed[:whole] / known,
        )

    def _grow(self, steps: int) -> None:
        more = steps - len(self._failed)
        if more > 0:
            self._failed = np.concatenate((self._failed, np.zeros(more, np.int64)))
            self._sum_us = np.concatenate((self._sum_us, np.zeros(more, np.int64)))
            self._spread = np.concatenate((self._spread, np.zeros((more, _BINS), np.int64)))

    def _halve(self) -> None:
        self._grow(len(self._failed) + len(self._failed) % 2)
        self._failed = self._failed.reshape(-1, 2).sum(axis=1)
        self._sum_us = self._sum_us.reshape(-1, 2).sum(axis=1)
        self._spread = self._spread.reshape(-1, 2, _BINS).sum(axis=1)
        self.step_s *= 2


def _classes(took_us: Ints) -> Ints:
    classes = np.log1p(np.maximum(took_us, 0)) * _PER_E
    return np.minimum(classes.astype(np.int64), _BINS - 1)


def _percentiles_ms(spread: NDArray[np.int64], share: float = 0.95) -> Floats:
    """Return a percentile of each step: the middle of the class that holds it."""
    place = np.cumsum(spread, axis=1)
    rank = np.ceil(share * place[:, -1:])
    at = np.argmax(place >= rank, axis=1) if len(spread) else np.zeros(0, np.int64)
    middle: Floats = np.expm1((at + 0.5) / _PER_E) / 1000
    return middle
