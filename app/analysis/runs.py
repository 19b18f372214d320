"""Load-test runs: the run is the unit, however many requests it made."""

from collections.abc import Sequence

import numpy as np

from app.analysis.clean import Array
from app.analysis.effect import MIN_RUNS, Effect, by_runs, in_units
from app.analysis.judge import Ratio
from app.domain.metric import Series
from app.domain.verdict import Scale

WARM_UP = 0.10
"""The first part of a run, in which caches fill and threads start; it is not judged."""
STEP_S = 10.0


def steady(run: Series) -> Series:
    """Return a run without its warm-up and without gaps, in time order."""
    known = np.isfinite(run.at_s) & np.isfinite(run.value)
    order = np.argsort(run.at_s[known], kind="stable")
    at_s, value = run.at_s[known][order], run.value[known][order]
    if not len(at_s):
        return Series(at_s, value)
    warm = at_s >= at_s[0] + WARM_UP * (at_s[-1] - at_s[0])
    return Series(at_s[warm], value[warm])


def enough_runs(before: Sequence[Series], after: Sequence[Series]) -> bool:
    """Whether runs can be compared with each other at all."""
    return min(len(before), len(after)) >= MIN_RUNS


def runs_effect(
    before: Sequence[Series], after: Sequence[Series]
) -> tuple[Effect, Ratio, float] | None:
    """Compare the mean of each run (Welch's t on the runs).

    Returns:
        The effect, what turns it into shares, and the level before; None with an empty run.
    """
    sides: list[Array] = []
    for runs in (before, after):
        values = [steady(run).value for run in runs]
        if any(not len(value) for value in values):
            return None
        sides.append(np.array([value.mean() for value in values]))
    if min(side.min() for side in sides) > 0:
        effect = by_runs(np.log(sides[0]), np.log(sides[1]))
        levels = [float(np.exp(np.log(side).mean())) for side in sides]
        return effect, Ratio(Scale.LOG, levels[0], levels[1]), levels[0]
    typical = max(float(np.abs(side).max()) for side in sides) or 1.0
    effect = in_units(by_runs(sides[0] / typical, sides[1] / typical), 1 / typical)
    levels = [float(side.mean()) for side in sides]
    return effect, Ratio(Scale.LINEAR, levels[0], levels[1]), levels[0]
