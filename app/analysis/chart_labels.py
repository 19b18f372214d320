"""Finds room for words beside a line, so that a chart needs no legend."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_COLUMNS, _ROWS, _AIR = 24, 20, 0.015
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
) -> tuple[float, float]:
    """Return the upper left corner of a free rectangle near the line ``own``.

    All figures are shares of the plot's width and height. Where no room is free, the least crowded
    place is taken.

    Args:
        own: The line the words belong to.
        lines: Every line that must stay visible, ``own`` included.
        taken: What other words occupy.
        limits: Where the words may begin and must end, from left to right.
        size: Width and height of the words.
    """
    width, height = size
    drawn = [_along(line) for line in lines]
    x = np.concatenate([line[0] for line in drawn])
    y = np.concatenate([line[1] for line in drawn])
    last = max(limits[0] + 0.01, limits[1] - width - 0.01)
    best, best_cost = (limits[0] + 0.01, 0.98), float("inf")
    for left in np.linspace(limits[0] + 0.01, last, _COLUMNS):
        near = (x > left - _AIR) & (x < left + width + _AIR)
        heights = y[near]
        inside = own[1][(own[0] > left) & (own[0] < left + width)]
        level = float(np.median(inside)) if inside.size else 0.5
        for top in np.linspace(height + 0.02, 0.98, _ROWS):
            box = Box(float(left), float(top) - height, float(left) + width, float(top))
            crowd = int(np.sum((heights > box.y0 - _AIR) & (heights < box.y1 + _AIR)))
            crowd += 1000 * sum(box.overlaps(other) for other in taken)
            cost = crowd + abs(float(top) - height / 2 - level)
            if cost < best_cost:
                best, best_cost = (box.x0, box.y1), cost
    return best
