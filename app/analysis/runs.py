"""Load-test runs: the run is the unit, however many requests it made.

With three runs or more on each side the runs are compared with each other. A single run per side is
judged by its own ups and downs, and says nothing about how much runs differ.
"""

import numpy as np

from app.analysis.clean import Array, Bins
from app.analysis.effect import MIN_RUNS, Effect, Measured, by_runs, in_units, without_history
from app.analysis.judge import Terms, rule
from app.analysis.levels import levels_of, usual_scale
from app.analysis.ratio import Ratio
from app.analysis.study import MIN_EFFECTIVE, Study, Window
from app.domain.verdict import Design, Gate, Scale


def enough_runs(before: int, after: int) -> bool:
    """Whether runs can be compared with each other at all."""
    return min(before, after) >= MIN_RUNS


def between_runs(before: Array, after: Array, terms: Terms, *, in_points: bool = False) -> Study:
    """Compare one figure per run (Welch's t on the runs); NaN where a run has none.

    Figures are compared by their ratios where all are above zero, unless ``in_points``: a share
    with few cases in a run has a ratio that leaps with every one of them.
    """
    if not (np.isfinite(before).all() and np.isfinite(after).all()) or not len(before):
        return Study(Design.RUNS, 0.0, Window(), Window(), gates=(Gate.EMPTY_RUN,))
    sides = before, after
    if not in_points and min(side.min() for side in sides) > 0:
        effect = by_runs(np.log(before), np.log(after))
        levels = [float(np.exp(np.log(side).mean())) for side in sides]
        return _ruled(effect, Ratio(Scale.LOG, *levels), terms)
    typical = max(float(np.abs(side).max()) for side in sides) or 1.0
    effect = in_units(by_runs(before / typical, after / typical), 1 / typical)
    levels = [float(side.mean()) for side in sides]
    return _ruled(effect, Ratio(Scale.LINEAR, *levels), terms)


def the_same_runs(levels: Array, terms: Terms) -> Study:
    """Say of runs that are those of the other side what is certain: they do not differ.

    Args:
        levels: One figure per run of either side; NaN where a run has none.
        terms: What matters.
    """
    if not np.isfinite(levels).all() or not len(levels):
        return Study(Design.RUNS, 0.0, Window(), Window(), gates=(Gate.EMPTY_RUN,))
    level = float(levels.mean())
    scale = Scale.LOG if level > 0 else Scale.LINEAR
    return _ruled(Effect(0.0, 0.0, 1.0), Ratio(scale, level, level), terms)


def within_runs(before: Bins, after: Bins, terms: Terms, *, is_ratio: bool) -> Study:
    """Compare a single run per side by its course in steps of equal length.

    The variance of each mean comes from the run's own movement, autocorrelated as it is.
    """
    bins = before, after
    if any(not side.is_covered for side in bins):
        return Study(Design.RUNS, 0.0, Window(), Window(), gates=(Gate.EMPTY_RUN,))
    levels = levels_of(bins, usual_scale(bins, is_ratio=is_ratio), is_ratio=is_ratio)
    effect = without_history(*levels.measured)
    few = effect.n_effective is not None and effect.n_effective < MIN_EFFECTIVE
    ratio = Ratio(levels.scale, *(levels.plain(each.level) for each in levels.measured))
    effect = in_units(effect, 1 / levels.typical)
    return _ruled(effect, ratio, terms, (Gate.FEW_INDEPENDENT,) if few else ())


def percentiles_within(before: Measured | None, after: Measured | None, terms: Terms) -> Study:
    """Compare a percentile of a single run per side, by what `Part.measured_percentile` found."""
    if before is None or after is None:
        return Study(Design.RUNS, 0.0, Window(), Window(), gates=(Gate.EMPTY_RUN,))
    effect = without_history(before, after)
    few = effect.n_effective is not None and effect.n_effective < MIN_EFFECTIVE
    ratio = Ratio(Scale.LOG, float(np.exp(before.level)), float(np.exp(after.level)))
    return _ruled(effect, ratio, terms, (Gate.FEW_INDEPENDENT,) if few else ())


def _ruled(effect: Effect, ratio: Ratio, terms: Terms, gates: tuple[Gate, ...] = ()) -> Study:
    return Study(
        Design.RUNS,
        0.0,
        Window(level=ratio.expected),
        Window(level=ratio.after),
        scale=ratio.scale,
        gates=gates,
        effect=effect,
        ratio=ratio,
        ruling=rule(effect, ratio, terms),
    )
