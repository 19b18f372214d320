"""Finds room for words beside a line, so that a chart needs no legend."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_COLUMNS, _ROWS, _AIR, _EDGE = 24, 48, 0.015, 0.01
_GRAZED = 0.02
"""A point that is nearly touched counts this much of one that is covered."""
_NEARER = 0.05
"""By how much words want to be nearer to their own line than to another."""
_ASPECT = 1.6
"""A share of the width is about this much longer than the same share of the height."""
_BETWEEN = 8


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in shares of the plot, y upwards."""

    x0: float
    y0: float
    x1: float
    y1: float

    def overlaps(self, other: "Box") -> bool:
        """Whether the two share any room."""
        apart = self.x1 <= other.x0 or other.x1 <= self.x0
        return not (apart or self.y1 <= other.y0 or other.y1 <= self.y0)


def _along(line: tuple[Floats, Floats]) -> tuple[Floats, Floats]:
    """Return points all along a line: a spike also crosses what lies between its two samples."""
    x, y = line
    if x.size < 2:
        return line
    share = np.arange(_BETWEEN) / _BETWEEN
    return tuple((part[:-1, None] + np.diff(part)[:, None] * share).ravel() for part in (x, y))  # type: ignore[return-value]  # two parts in, two out


def free_place(
    own: tuple[Floats, Floats],
    lines: Sequence[tuple[Floats, Floats]],
    taken: Sequence[Box],
    limits: tuple[float, float],
    size: tuple[float, float],
    loose: Sequence[tuple[Floats, Floats]] = (),
) -> tuple[float, float]:
    """Return the upper left corner of a free rectangle close to ``own``, not closer to another.

    All figures are shares of the plot's width and height. Where no room is free, the least crowded
    place is taken.

    Args:
        own: The line or the points that the words belong to.
        lines: Every line that must stay visible; ``own`` itself if it is one.
        taken: What other words occupy.
        limits: Where the words may begin and must end, from left to right.
        size: Width and height of the words.
        loose: Points that must stay visible and that nothing joins.
    """
    width, height = size
    drawn = [*(_along(line) for line in lines), *loose]
    x, y = (np.concatenate([line[axis] for line in drawn]) for axis in (0, 1))
    others = [line for line in (*lines, *loose) if line is not own and line[0].size]
    last = max(limits[0] + _EDGE, limits[1] - width - _EDGE)
    tops = np.linspace(height + 0.02, 0.98, _ROWS)
    best, best_cost = (limits[0] + _EDGE, 0.98), float("inf")
    for left in np.linspace(limits[0] + _EDGE, last, _COLUMNS).tolist():
        right = left + width
        heights = np.sort(y[(x > left - _AIR) & (x < right + _AIR)])
        cost = _between(heights, tops - height, tops)
        cost += _GRAZED * _between(heights, tops - height - _AIR, tops + _AIR)
        near = _distances(own, left, right, tops, height)
        cost += near
        for other in others:
            away = _distances(other, left, right, tops, height)
            cost += 2 * np.maximum(0.0, near + _NEARER - away)
        for box in taken:
            if left < box.x1 and box.x0 < right:
                cost += 1000.0 * ((tops > box.y0) & (tops - height < box.y1))
        row = int(np.argmin(cost))
        if cost[row] < best_cost:
            best, best_cost = (left, float(tops[row])), float(cost[row])
    return best


def _between(heights: Floats, low: Floats, high: Floats) -> Floats:
    """Return how many of the sorted heights lie between each pair of ends."""
    ends = np.searchsorted(heights, high, "left"), np.searchsorted(heights, low, "right")
    return (ends[0] - ends[1]).astype(np.float64)


def _distances(
    line: tuple[Floats, Floats], left: float, right: float, tops: Floats, height: float
) -> Floats:
    """Return how far a rectangle at each height is from the nearest tenth of a line's points.

    The very nearest point alone would draw words to an outlier.
    """
    x, y = line
    across = _ASPECT * np.maximum(0.0, np.maximum(left - x, x - right))
    up = np.maximum(y - tops[:, None], tops[:, None] - height - y)
    far = np.hypot(across, np.maximum(0.0, up))
    place = x.size // 10
    found: Floats = np.partition(far, place, axis=1)[:, place]
    return found
