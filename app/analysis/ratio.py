"""Relative moves and differences of a level, one from the other."""

import math
from dataclasses import dataclass

from app.domain.verdict import Scale

_LARGEST = 700.0
"""exp() of more overflows."""
_LEAST = -1 + 1e-12


@dataclass(frozen=True, slots=True)
class Ratio:
    """Turns effects into shares of the level that was to be expected without the change.

    On the log scale that is plain. A difference is divided by the logarithmic mean of the expected
    and the actual level, (a-b)/ln(a/b), which gives exactly their ratio and treats both sides
    alike: swapping before and after mirrors every figure. Where one of them is not above zero there
    is no ratio; then differences are compared with the smaller of the two.
    """

    scale: Scale
    expected: float
    after: float

    @property
    def is_logarithmic(self) -> bool:
        """Whether effects in `unit` are logarithms of ratios."""
        return self.scale is Scale.LOG or min(self.expected, self.after) > 0

    @property
    def unit(self) -> float:
        """What an effect is divided by; 0 when there is nothing to compare it with."""
        if self.scale is Scale.LOG:
            return 1.0
        low, high = sorted((self.expected, self.after))
        if low <= 0:
            return min(abs(low), abs(high))
        gap = (high - low) / low
        return (high - low) / math.log1p(gap) if gap > 1e-9 else low

    def relative(self, effect: float) -> float | None:
        """Return an effect as a fraction of the expected level; None when that is zero."""
        if self.is_logarithmic:
            return math.expm1(max(-_LARGEST, min(_LARGEST, effect / self.unit)))
        return effect / abs(self.expected) if self.expected else None

    def difference(self, relative: float) -> float:
        """Return what `relative` made of an effect in the metric's own unit again."""
        if self.scale is Scale.LOG:
            return self.expected * relative
        if self.is_logarithmic:
            return math.log1p(max(relative, _LEAST)) * self.unit
        return relative * abs(self.expected)

    def absolute(self, effect: float) -> float:
        """Return an effect in the metric's own unit."""
        if self.scale is Scale.LOG:
            return self.expected * math.expm1(min(_LARGEST, effect))
        return effect
