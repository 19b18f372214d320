"""How verdicts on measures are shown: badge and interval."""

from typing import TYPE_CHECKING

from app.analysis.words_figures import difference, told_in_units
from app.domain.vocabulary import OverallVerdict, Verdict
from ui.cells import Badge, Interval, Mark

if TYPE_CHECKING:
    from app.domain.verdict import Comparison

_MARKS = {
    Verdict.IMPROVED: Mark.GOOD,
    Verdict.REGRESSED: Mark.BAD,
    Verdict.CHANGED: Mark.MIXED,
    Verdict.NO_MATERIAL_CHANGE: Mark.SAME,
    Verdict.NOT_ENOUGH_DATA: Mark.UNKNOWN,
    Verdict.NOT_MEASURED: Mark.MISSING,
}


OVERALL_MARKS = {
    OverallVerdict.IMPROVED: Mark.GOOD,
    OverallVerdict.REGRESSED: Mark.BAD,
    OverallVerdict.MIXED: Mark.MIXED,
    OverallVerdict.INCONCLUSIVE: Mark.UNKNOWN,
    OverallVerdict.NO_MATERIAL_CHANGE: Mark.SAME,
}


def verdict_badge(verdict: Verdict) -> Badge:
    """Return a verdict with its shape."""
    return Badge(_MARKS[verdict], verdict.words)


def interval_of(found: "Comparison | None") -> Interval:
    """Return the relative change of a measure as a bar shows it."""
    if found is None or found.relative_change is None or found.interval95 is None:
        return Interval()
    lo, hi = found.interval95
    sure = found.verdict not in (Verdict.NOT_ENOUGH_DATA, Verdict.NOT_MEASURED)
    tone = _MARKS[found.verdict].tone if found.verdict.is_move else "ink2"
    estimate = found.relative_change
    if found.floor and told_in_units(found) and found.absolute_change is not None:
        # a difference counts here: the zone of the margin stands for the least one that matters
        scale = found.margin / found.floor
        estimate = scale * found.absolute_change
        lo, hi = (scale * difference(found, end) for end in (lo, hi))
    return Interval(estimate, lo, hi, found.margin, tone, sure)
