"""The levels of several windows, on one scale."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from app.analysis.clean import HOUR_S, Bins, Cleaned, clean, scale_of
from app.analysis.effect import Measured
from app.domain.verdict import Scale

MIN_BAD = 10
"""Bad events per window, below which an error ratio has no logarithm worth having."""


@dataclass(frozen=True, slots=True)
class Levels:
    """All windows on one scale: the change's own first, then pairs of earlier days.

    ``typical`` is what differences were divided by. ``is_rare`` says that the usual value is zero,
    or that there are hardly any bad events: then windows count events, and few of them.
    """

    scale: Scale
    typical: float
    measured: list[Measured]
    cleaned: list[Cleaned]
    is_rare: bool = False
    judged: list[Measured] = field(default_factory=list)
    """What is compared: as measured, less what a control did by itself."""
    control_moved: float | None = None
    """How far the control moved from the first window to the second, as a fraction."""

    def plain(self, level: float) -> float:
        """Return a level in the metric's own unit."""
        return float(np.exp(level)) if self.scale is Scale.LOG else level * self.typical

    def relative(self, before: int, after: int) -> float | None:
        """Return the difference of two windows as a fraction; None from a level of zero."""
        moved = self.judged[after].level - self.judged[before].level
        if self.scale is Scale.LOG:
            return float(np.expm1(moved))
        level = abs(self.measured[before].level)
        return moved / level if level else None

    def spikes_per_hour(self, step_s: float) -> list[float]:
        """Return how often each window had a spike."""
        return [window.spikes * HOUR_S / (len(window.value) * step_s) for window in self.cleaned]


def levels_of(windows: Sequence[Bins], scale: Scale, *, is_ratio: bool) -> Levels:
    """Put windows on a scale that they allow, set spikes aside, and take their levels."""
    if is_ratio:
        return _ratio_levels(windows, scale)
    typical = 1.0
    if scale is Scale.LINEAR:
        typical = max(float(np.nanmax(np.abs(window.value))) for window in windows) or 1.0
    cleaned = clean(list(windows), scale)
    measured = [Measured.of(c.value / typical) for c in cleaned]
    every = np.concatenate([window.value for window in windows])
    is_rare = bool(np.nanmedian(every) == 0)
    return Levels(scale, typical, measured, cleaned, is_rare, measured)


def usual_scale(windows: Sequence[Bins], *, is_ratio: bool) -> Scale:
    """Return ratios (log) where the windows allow it, differences otherwise."""
    if not is_ratio:
        return scale_of(list(windows))
    least = min(float(window.part.sum()) for window in windows)
    return Scale.LOG if least >= MIN_BAD else Scale.LINEAR


def less_control(levels: Levels, control: Levels) -> Levels:
    """Return the levels of a metric, judged less what an untouched control did by itself.

    On the log scale relative moves are subtracted. Differences are first brought to the size of the
    metric by the first window, so that a control of another size counts by its relative moves too.

    Args:
        levels: The metric.
        control: The control in the same windows, on the same scale.
    """
    share = 1.0
    if levels.scale is Scale.LINEAR:
        own, other = levels.measured[0].level, control.measured[0].level
        share = own / other if own and other else control.typical / levels.typical
    judged = [
        Measured(one.level - share * other.level, one.off - share * other.off)
        for one, other in zip(levels.measured, control.measured, strict=True)
    ]
    return replace(levels, judged=judged, control_moved=control.relative(0, 1))


def _ratio_levels(windows: Sequence[Bins], scale: Scale) -> Levels:
    """Levels of bad over all: sums, not means of bins; bursts of errors are no spikes here."""
    bad = [float(window.part.sum()) for window in windows]
    every = [float(window.whole.sum()) for window in windows]
    measured = []
    for window, part, whole in zip(windows, bad, every, strict=True):
        known = window.whole > 0
        share = part / whole
        off = (window.part - share * window.whole) * int(known.sum()) / whole
        if scale is Scale.LOG:
            level, off = float(np.log(share)), off / share
        else:
            level = share
        measured.append(Measured(level, np.where(known, off, np.nan)))
    raw = [Cleaned(window.value) for window in windows]
    return Levels(scale, 1.0, measured, raw, scale is Scale.LINEAR, measured)
