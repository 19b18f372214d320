"""How the quantiles of a metric moved: the tail can get worse while the level stays.

Taken from samples as they came, never cleaned: the tail is what is looked at.
"""

from collections.abc import Sequence

import numpy as np

from app.analysis.clean import Array, Samples, cuts
from app.analysis.effect import Effect, by_reference_days, by_runs
from app.analysis.study import MIN_DAYS
from app.analysis.windows import Layout, Slot
from app.domain.verdict import QuantileMove

QUANTILES = (0.50, 0.90, 0.95, 0.99)
BATCHES = 10
_Row = tuple[Array, Array]
"""The values of both windows of one day."""
_LEAST_BEYOND = 3
"""Samples that must lie beyond a quantile, in each piece it is taken from."""


def quantile_moves(
    samples: Samples,
    layout: Layout,
    backs: Sequence[int],
    quantiles: Sequence[float] = QUANTILES,
) -> tuple[QuantileMove, ...]:
    """Compare quantiles before and after.

    With four or more reference days each day gives one figure per window. Without, each window is
    cut into ten batches in time order and the batches are compared (t on 18 degrees of freedom),
    which needs samples that follow each other loosely, such as single requests.

    Args:
        samples: The whole series.
        layout: Where the windows lie.
        backs: How many days back the reference days lie.
        quantiles: Which ones, as shares.

    Returns:
        The quantiles that the samples are enough for. Where a value is not above zero, differences
        are compared in place of ratios.
    """
    rows = _values_of(samples, layout, backs if len(backs) >= MIN_DAYS else ())
    if rows is None:
        return ()
    ratios = all(values.min() > 0 for row in rows for values in row)
    found = (_move(rows, q, ratios=ratios) for q in quantiles)
    return tuple(move for move in found if move is not None)


def _move(rows: Sequence[_Row], q: float, *, ratios: bool) -> QuantileMove | None:
    effect = _by_days(rows, q, ratios) if len(rows) > 1 else _by_batches(rows[0], q, ratios)
    levels = [_level(values, q, ratios) for values in rows[0]]
    if effect is None or levels[0] is None or levels[1] is None:
        return None
    half = effect.half_width(0.95)
    ends = np.array((effect.estimate, effect.estimate - half, effect.estimate + half))
    if not ratios:
        middle, low, high = ends.tolist()
        return QuantileMove(q, levels[0], levels[1], None, None, middle, (low, high))
    before, after = float(np.exp(levels[0])), float(np.exp(levels[1]))
    expected = after * float(np.exp(-effect.estimate))
    middle, low, high = np.expm1(ends).tolist()
    differences = (expected * low, expected * high)
    return QuantileMove(q, before, after, middle, (low, high), expected * middle, differences)


def _values_of(samples: Samples, layout: Layout, backs: Sequence[int]) -> list[_Row] | None:
    """Return the values of both windows, on the day of the change first; None with an empty one."""
    rows = []
    both = layout.before, layout.after
    for back in (0, *backs):
        slots = [layout.earlier(slot, back) if back else slot for slot in both]
        row = [_values(samples, slot) for slot in slots if slot is not None]
        if len(row) < len(slots) or not all(map(len, row)):
            return None
        rows.append((row[0], row[1]))
    return rows


def _by_days(rows: Sequence[_Row], q: float, ratios: bool) -> Effect | None:
    levels = [[_level(values, q, ratios) for values in row] for row in rows]
    if any(level is None for row in levels for level in row):
        return None
    table = np.array(levels, dtype=np.float64)
    return by_reference_days(table[1:], float(table[0, 0]), float(table[0, 1]))


def _by_batches(own: _Row, q: float, ratios: bool) -> Effect | None:
    sides = [
        [_level(batch, q, ratios) for batch in np.array_split(values, BATCHES)] for values in own
    ]
    if any(level is None for side in sides for level in side):
        return None
    before, after = (np.array(side, dtype=np.float64) for side in sides)
    return by_runs(before, after)


def _values(samples: Samples, slot: Slot) -> Array:
    pieces = cuts(samples.at_s, slot)
    return np.concatenate([samples.part[cut] / samples.whole[cut] for cut in pieces])


def _level(values: Array, q: float, ratios: bool) -> float | None:
    if len(values) * min(q, 1 - q) < _LEAST_BEYOND:
        return None
    found = float(np.quantile(values, q))
    return float(np.log(found)) if ratios else found
