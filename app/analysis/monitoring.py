"""Whether the measuring itself changed with the change: samples at another distance than before."""

from dataclasses import dataclass
from math import log

import numpy as np

from app.analysis.clean import Array, Samples, inside
from app.analysis.windows import Layout
from app.domain.metric import MetricKind

_LEAST_GAPS = 8
_BASE = 0.10
"""The native step is this quantile of the distances: where samples are missing the others grow."""
_JITTER, _REGULAR_SHARE = 0.25, 0.8
_CHANGED = 1.5
_SAME_PROPORTION = 0.15


@dataclass(frozen=True, slots=True)
class OtherStep:
    """How far apart samples were taken before the change, and since."""

    before_s: float
    after_s: float

    def alters(self, kind: MetricKind, before: float | None, after: float | None) -> bool:
        """Tell whether a sample means something else at the other step.

        A reading, a running total and a share mean the same however often they are taken: both
        windows go on the coarser grid, and that is all. It is so whether one series changed its
        step or two files were written with different ones. Two kinds of samples speak for the span
        since the last one. A response time that a monitoring system gives is a mean or a percentile
        of that span, and of another span it is another figure. A count of what happened since the
        last sample is a reading that grows with the step: its level then moves in proportion.

        Args:
            kind: What a sample is.
            before: The level before the change.
            after: The level after it.
        """
        if kind is MetricKind.LATENCY:
            return True
        if kind is not MetricKind.GAUGE or not before or not after or before * after < 0:
            return False
        return abs(log(after / before) - log(self.after_s / self.before_s)) < _SAME_PROPORTION


def other_step(samples: Samples, layout: Layout) -> OtherStep | None:
    """Return both steps where they differ; None where they do not, or samples come irregularly."""
    before, after = (
        _native_step(inside(samples.at_s, slot)) for slot in (layout.before, layout.after)
    )
    if before is None or after is None or 1 / _CHANGED < after / before < _CHANGED:
        return None
    return OtherStep(before, after)


def _native_step(at_s: Array) -> float | None:
    if len(at_s) <= _LEAST_GAPS:
        return None
    gaps = np.diff(at_s)
    base = float(np.quantile(gaps, _BASE))
    if base <= 0:
        return None
    times = gaps / base
    regular = (np.abs(times - np.rint(times)) < _JITTER) & (times > 0.5)
    return float(np.median(gaps[times < _CHANGED])) if regular.mean() >= _REGULAR_SHARE else None
