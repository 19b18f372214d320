"""When a level moved: a time to talk about, never a test.

One change point (at most one change): the split at which the means on both sides lie farthest
apart, weighted by how many samples each rests on, over means of short batches.
"""

from dataclasses import dataclass

import numpy as np

from app.analysis.clean import Array, Samples, clean, into_bins
from app.analysis.windows import Layout
from app.domain.verdict import Scale

MOST_BATCHES = 120
_EDGE = 3
"""Batches on each side that a level needs."""
_UNSEEN = 3
"""Batches without samples, beyond which nobody saw when it moved."""
_CLEARLY = 4.0
"""Standard errors by which the level must have moved already before the change."""


@dataclass(frozen=True, slots=True)
class ShiftStart:
    """Where the level moved, and whether that is clearly before the change."""

    at_s: float
    too_early: bool


def shift_start(
    samples: Samples,
    layout: Layout,
    scale: Scale,
    backs: tuple[int, ...],
    step_s: float,
    *,
    control: Samples | None = None,
) -> ShiftStart | None:
    """Find when the level moved between the start of one window and the end of the other.

    Args:
        samples: All there is of the metric.
        layout: Where the windows lie.
        scale: Ratios or differences, as in the comparison.
        backs: How many days back the reference days lie; their daily rhythm is taken away.
        step_s: The width of the comparison's bins.
        control: Something untouched; what it did is taken away instead of the daily rhythm.

    Returns:
        None where the samples are too few to say, or none were taken while it moved.
    """
    length_s = layout.whole.length_s
    batch_s = max(step_s, length_s / MOST_BATCHES)
    if control is None:
        own, *earlier = _courses(samples, layout, scale, backs, batch_s)
        if earlier:
            own = own - np.mean(earlier, axis=0)
    else:
        own, other = (_courses(each, layout, scale, (), batch_s)[0] for each in (samples, control))
        own = own - other * _share(own, other, scale)
    known = np.flatnonzero(np.isfinite(own))
    if len(known) < 4 * _EDGE:
        return None
    values = own[known]
    split = _best_split(values)
    if known[split] - known[split - 1] > _UNSEEN:
        return None
    at = int(known[split])
    at_s = layout.whole.start_s + at * batch_s
    change_from = int(np.searchsorted(known, (layout.start_s - layout.whole.start_s) / batch_s))
    too_early = split < change_from - 2 and _moved_already(values, split, change_from)
    return ShiftStart(at_s, too_early)


def _courses(
    samples: Samples, layout: Layout, scale: Scale, backs: tuple[int, ...], batch_s: float
) -> list[Array]:
    """Return the cleaned course of the day of the change, then those of complete earlier days."""
    slots = [layout.whole, *(layout.earlier(layout.whole, back) for back in backs)]
    windows = [into_bins(samples, slot, batch_s) for slot in slots if slot is not None]
    size = len(windows[0].value)
    full = [w for w in windows[1:] if len(w.value) == size and w.coverage == 1]
    used = [windows[0], *full]
    if scale is Scale.LOG and any(np.nanmin(w.value) <= 0 for w in used):
        scale = Scale.LINEAR
    return [course.value for course in clean(used, scale)]


def _share(own: Array, other: Array, scale: Scale) -> float:
    """Return by what a control is multiplied: differences are brought to the metric's size."""
    size = float(np.nanmean(other))
    return float(np.nanmean(own)) / size if scale is Scale.LINEAR and size else 1.0


def _best_split(values: Array) -> int:
    """Return the index of the first batch on the new level."""
    n = len(values)
    left = np.arange(1, n)
    sums = np.cumsum(values)[:-1]
    gap = np.abs(sums / left - (values.sum() - sums) / (n - left)) * np.sqrt(left * (n - left) / n)
    inner = gap[_EDGE - 1 : n - _EDGE]
    return int(np.argmax(inner)) + _EDGE


def _moved_already(values: Array, split: int, change_from: int) -> bool:
    """Tell whether the level between the split and the change is already most of the way there."""
    old, between, new = values[:split], values[split:change_from], values[change_from:]
    if len(between) < _EDGE or not len(new):
        return False
    way, done = new.mean() - old.mean(), between.mean() - old.mean()
    noise = np.concatenate((old - old.mean(), between - between.mean())).std()
    room = _CLEARLY * noise * np.sqrt(1 / len(old) + 1 / len(between))
    return bool(done * way > 0 and abs(done) >= 0.5 * abs(way) and abs(done) > room)
