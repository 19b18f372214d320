"""Whether two metrics go up and down together, before the change and after it.

Both are put on one grid; Spearman's rank correlation asks only for the order, so that units and
outliers do not matter. Neighbouring samples resemble each other, so that n pairs are worth fewer
independent ones (Bartlett 1935): n (1 - r·s) / (1 + r·s) for lag-one autocorrelations r and s. The
likely range is Fisher's z with the standard error of Bonett and Wright (2000),
sqrt((1 + ρ²/2) / (n - 3)), on that number. It says nothing about causes.
"""

from dataclasses import dataclass

import numpy as np

from app.analysis.clean import Array, Samples, into_bins, step_for
from app.analysis.student import quantile
from app.analysis.windows import Layout, Slot

LEAST_PAIRS = 8
_LEAST_WORTH = 5.0
"""Independent pairs, below which there is no range worth having."""
_NORMAL_DF = 1e6
"""Student's t on so many degrees of freedom is the normal distribution."""


@dataclass(frozen=True, slots=True)
class Together:
    """How two metrics moved together in one window.

    ``worth`` is the number of independent pairs; ``interval95`` is None where they are too few.
    """

    at_s: Array
    one: Array
    other: Array
    rho: float | None
    n: int
    worth: float = 0.0
    interval95: tuple[float, float] | None = None

    @property
    def is_clear(self) -> bool:
        """Whether the likely range lies on one side of zero."""
        return self.interval95 is not None and self.interval95[0] * self.interval95[1] > 0


def together(one: Samples, other: Samples, layout: Layout) -> tuple[Together, Together, float]:
    """Pair two metrics on one grid, for both windows; also return the step of the grid (s)."""
    slots = layout.before, layout.after
    steps = [step_for(each, slots, layout.parameters.step_s) for each in (one, other)]
    step_s = max(steps)
    before, after = (_in_window(one, other, slot, step_s) for slot in slots)
    return before, after, step_s


def _in_window(one: Samples, other: Samples, slot: Slot, step_s: float) -> Together:
    if not step_s or not len(one.at_s) or not len(other.at_s):
        nothing = np.empty(0)
        return Together(nothing, nothing, nothing, None, 0)
    x, y = (into_bins(each, slot, step_s).value for each in (one, other))
    known = np.isfinite(x) & np.isfinite(y)
    at_s: Array = slot.start_s + (np.arange(len(x), dtype=np.float64) + 0.5) * step_s
    return correlated(at_s[known], x[known], y[known])


def correlated(at_s: Array, x: Array, y: Array) -> Together:
    """Return the rank correlation of pairs in order of time."""
    n = len(x)
    if n < LEAST_PAIRS:
        return Together(at_s, x, y, None, n)
    ranks = ranked(x), ranked(y)
    if not (ranks[0].std() and ranks[1].std()):  # one of them never moves
        return Together(at_s, x, y, None, n)
    rho = float(np.corrcoef(*ranks)[0, 1])
    product = np.clip(_lag_one(ranks[0]) * _lag_one(ranks[1]), 0.0, 0.999)
    worth = float(n * (1 - product) / (1 + product))
    return Together(at_s, x, y, rho, n, worth, _likely(rho, worth))


def ranked(values: Array) -> Array:
    """Return ranks from 1 on; equal values share the mean of theirs."""
    _known, place, count = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(count).astype(np.float64)
    shared: Array = (last - (count - 1) / 2)[place]
    return shared


def _lag_one(values: Array) -> float:
    off = values - values.mean()
    power = float(off @ off)
    return float(off[:-1] @ off[1:]) / power if power else 0.0


def _likely(rho: float, worth: float) -> tuple[float, float] | None:
    if worth < _LEAST_WORTH:
        return None
    if abs(rho) >= 1:
        return rho, rho
    half = quantile(0.975, _NORMAL_DF) * float(np.sqrt((1 + rho**2 / 2) / (worth - 3)))
    low, high = np.tanh(np.arctanh(rho) + np.array((-half, half)))
    return float(low), float(high)
