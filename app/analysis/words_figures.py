"""The figures in sentences on a measure: levels, estimates, ranges, and what matters at least.

A share, and a move that only the floor keeps from mattering, are told as differences: a percentage
of a percentage, or of next to nothing, misleads.
"""

from app.domain.metric import MetricKind
from app.domain.verdict import Comparison, Verdict
from app.i18n import _, ngettext
from app.wording import THIN, agreed_number, agreed_percent, number, signed_number, signed_percent

_SMALL = 0.05
"""Moves below this are lost when levels have two digits."""


def level(found: Comparison, value: float | None, *, unit: bool = True) -> str:
    """Return a level with two digits, or three where a small move would be lost."""
    small = abs(found.relative_change or 0.0) < _SMALL
    digits = 3 if small and found.relative_change else 2  # 24.5 → 24.8, not 24 → 25
    if found.kind is MetricKind.RATIO and not found.unit:
        value = None if value is None else 100 * value
        return number(value, "%" if unit else "", digits)
    return number(value, found.unit if unit else "", digits)


def points(found: Comparison, change: float | None) -> str:
    """Return "+0.50 percentage points"."""
    value = None if change is None else _percents(found) * change
    return _("{points} percentage points").format(points=signed_number(value))


def _percents(found: Comparison) -> float:
    """Return what turns a value of the metric into percents."""
    return 1.0 if found.unit else 100.0


def _counts_in_points(found: Comparison) -> bool:
    return found.kind is MetricKind.RATIO or found.unit == "%"


def estimate(found: Comparison) -> str:
    """Return the best estimate of the move, as it is told."""
    if not told_in_units(found):
        return signed_percent(found.relative_change)
    if _counts_in_points(found):
        return points(found, found.absolute_change)
    return signed_number(found.absolute_change, found.unit)


def likely_range(found: Comparison) -> str:
    """Return "(95 %) −6 % to +26 %", in the unit in which the move is told."""
    if found.interval95 is None:
        return _("unknown")
    text = _("(95{thin}%) {low} to {high}")
    if not told_in_units(found) or not found.expected:
        low, high = (signed_percent(end) for end in found.interval95)
        return text.format(thin=THIN, low=low, high=high)
    first, last = (found.expected * end for end in found.interval95)
    if _counts_in_points(found):
        low, high = signed_number(_percents(found) * first), points(found, last)
    else:
        low, high = signed_number(first), signed_number(last, found.unit)
    return text.format(thin=THIN, low=low, high=high)


def told_in_units(found: Comparison) -> bool:
    """Whether a move is told as a difference: percents of percents, or of nothing, mislead."""
    stayed = found.verdict is Verdict.NO_MATERIAL_CHANGE
    return found.kind is MetricKind.RATIO or (stayed and floor_decides(found))


def floor_decides(found: Comparison) -> bool:
    """Whether the range reaches the margin, and only the floor says that nothing in it matters."""
    if not found.floor:
        return False
    margin = found.margin
    ends = found.interval90
    return ends is None or ends[0] < 1 / (1 + margin) - 1 or ends[1] > margin


def floor_words(found: Comparison) -> str:
    """Return the least difference that matters, in its unit."""
    if not _counts_in_points(found):
        return agreed_number(found.floor, found.unit)
    points = _percents(found) * found.floor
    text = ngettext("{n} percentage point", "{n} percentage points", 1 if points == 1 else 2)
    return text.format(n=agreed_number(points))


def least_that_matters(found: Comparison) -> str:
    """Return the bound that a real move stayed below: the margin, or the floor."""
    moved = abs(found.relative_change or 0.0)
    if found.floor and (found.relative_change is None or moved >= found.margin):
        return floor_words(found)
    return agreed_percent(found.margin)
