"""How the quantiles of a metric moved: the tail can get worse while the level stays.

Taken from samples as they came, never cleaned: the tail is what is looked at.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.analysis.clean import Array, Samples, cuts
from app.analysis.effect import Effect, by_reference_days, by_runs
from app.analysis.study import MIN_DAYS
from app.analysis.windows import Layout, Slot

QUANTILES = (0.50, 0.90, 0.95, 0.99)
BATCHES = 10
_LEAST_BEYOND = 3
"""Samples that must lie beyond a quantile, in each piece it is taken from."""


@dataclass(frozen=True, slots=True)
class QuantileMove:
    """One quantile before and after; the move is a fraction, with its likely range (95 %)."""

    quantile: float
    before: float
    after: float
    relative: float
    interval95: tuple[float, float]


def quantile_moves(
    samples: Samples, layout: Layout, backs: Sequence[int]
) -> tuple[QuantileMove, ...]:
    """Compare quantiles before and after.

    With four or more reference days each day gives one figure per window. Without, each window is
    cut into ten batches in time order and the batches are compared (t on 18 degrees of freedom),
    which needs samples that follow each other loosely, such as single requests.

    Args:
        samples: The whole series.
        layout: Where the windows lie.
        backs: How many days back the reference days lie.

    Returns:
        The quantiles that the samples are enough for; none where a value is not above zero.
    """
    found = (_move(samples, layout, backs, q) for q in QUANTILES)
    return tuple(move for move in found if move is not None)


def _move(samples: Samples, layout: Layout, backs: Sequence[int], q: float) -> QuantileMove | None:
    own = [_values(samples, slot) for slot in (layout.before, layout.after)]
    effect = _by_days(samples, layout, backs, q) if len(backs) >= MIN_DAYS else _by_batches(own, q)
    levels = [_log_quantile(values, q) for values in own]
    if effect is None or levels[0] is None or levels[1] is None:
        return None
    half = effect.half_width(0.95)
    low, middle, high = np.expm1((effect.estimate - half, effect.estimate, effect.estimate + half))
    before, after = np.exp(levels[0]), np.exp(levels[1])
    return QuantileMove(q, float(before), float(after), float(middle), (float(low), float(high)))


def _by_days(samples: Samples, layout: Layout, backs: Sequence[int], q: float) -> Effect | None:
    rows = []
    for back in (0, *backs):
        slots = (layout.earlier(slot, back) for slot in (layout.before, layout.after))
        rows.append([_log_quantile(_values(samples, s), q) if s else None for s in slots])
    if any(level is None for row in rows for level in row):
        return None
    levels = np.array(rows, dtype=np.float64)
    return by_reference_days(levels[1:], float(levels[0, 0]), float(levels[0, 1]))


def _by_batches(own: Sequence[Array], q: float) -> Effect | None:
    sides = [
        [_log_quantile(batch, q) for batch in np.array_split(values, BATCHES)] for values in own
    ]
    if any(level is None for side in sides for level in side):
        return None
    before, after = (np.array(side, dtype=np.float64) for side in sides)
    return by_runs(before, after)


def _values(samples: Samples, slot: Slot) -> Array:
    pieces = cuts(samples.at_s, slot)
    return np.concatenate([samples.part[cut] / samples.whole[cut] for cut in pieces])


def _log_quantile(values: Array, q: float) -> float | None:
    if len(values) * (1 - q) < _LEAST_BEYOND or values.min() <= 0:
        return None
    return float(np.log(np.quantile(values, q)))
