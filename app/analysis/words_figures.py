"""The figures in sentences on a measure: levels, estimates, ranges, and what matters at least.

A share, and a move that only the floor keeps from mattering, are told as differences: a percentage
of a percentage, or of next to nothing, misleads.
"""

from app.analysis.ratio import Ratio
from app.domain.metric import MetricKind
from app.domain.verdict import Comparison, Design, Verdict
from app.i18n import _, ngettext
from app.wording import (
    NONE,
    THIN,
    agreed_number,
    agreed_percent,
    number,
    percent_range,
    signed_number,
    signed_percent,
)

_RHYTHM_SHOWS = 0.02
"""Expected and former level differ by more than this: then both are named."""
_POINT_DIGITS = 3
_SMALL = 0.05
"""Moves below this are lost when levels have two digits."""


def level(found: Comparison, value: float | None, *, unit: bool = True) -> str:
    """Return a level with two digits, or three where a small move would be lost."""
    small = abs(found.relative_change or 0.0) < _SMALL
    fine = small and found.relative_change and not rhythm_shows(found)
    digits = 3 if fine else 2  # 24.5 → 24.8, not 24 → 25
    if found.kind is MetricKind.RATIO and not found.unit:
        value = None if value is None else 100 * value
        return number(value, "%" if unit else "", digits)
    return number(value, found.unit if unit else "", digits)


def points(found: Comparison, change: float | None) -> str:
    """Return "+0.50 percentage points"."""
    value = None if change is None else _in_points(found, change)
    return _("{points} percentage points").format(points=signed_number(value))


def _in_points(found: Comparison, change: float) -> float:
    return round(_percents(found) * change, _POINT_DIGITS)


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


def difference(found: Comparison, relative: float) -> float:
    """Return a relative move of a metric in its own unit."""
    ratio = Ratio(found.scale, found.expected or 0.0, found.after or 0.0)
    return ratio.difference(relative)


def short_move(found: Comparison) -> str:
    """Return how far it moved, for a cell: "−27 %", or "+0.5 pp" of a share."""
    if found.kind is not MetricKind.RATIO or found.absolute_change is None:
        return signed_percent(found.relative_change)
    return signed_number(_in_points(found, found.absolute_change), _("pp"))


def short_range(found: Comparison) -> str:
    """Return the likely range, for a cell: "−33 to −20 %", or "−0.04 to +0.02 pp" of a share."""
    if found.interval95 is None:
        return NONE
    if found.kind is not MetricKind.RATIO or not found.expected:
        return percent_range(*found.interval95)
    ends = (_in_points(found, difference(found, end)) for end in found.interval95)
    low, high = (signed_number(end) for end in ends)
    return _("{low} to {high} pp").format(low=low, high=high)


def likely_range(found: Comparison) -> str:
    """Return "(95 %) −6 % to +26 %", in the unit in which the move is told."""
    if found.interval95 is None:
        return _("unknown")
    text = _("(95{thin}%) {low} to {high}")
    if not told_in_units(found) or not found.expected:
        low, high = (signed_percent(end) for end in found.interval95)
        return text.format(thin=THIN, low=low, high=high)
    first, last = (difference(found, end) for end in found.interval95)
    if _counts_in_points(found):
        low, high = signed_number(_in_points(found, first)), points(found, last)
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


def rhythm_shows(found: Comparison, least: float = _RHYTHM_SHOWS) -> bool:
    """Whether the hour alone was to move the level: then what was to be expected is named."""
    if not found.before or found.expected is None or found.design is not Design.REFERENCE_DAYS:
        return False
    return abs(found.expected / found.before - 1) > least
