"""How long steps really take: learned from past live runs, never from rehearsals."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isfinite
from statistics import median, quantiles

from app.domain.run import StepState
from app.domain.runbook import Step, StepKind
from app.services.change.changes import Desk
from app.services.search.rows import Queries

LEAST = 3
"""Fewer past durations say nothing."""
RUNS = 500
"""How many runs are looked at: the last ones, as the team works today."""
_NEAR = 2.0
"""Estimates up to this many times longer or shorter count as alike."""


@dataclass(frozen=True, slots=True)
class Past:
    """One step that was done in a live run; times in seconds."""

    title: str
    kind: StepKind
    step: str
    family: str
    """Family of the template its change was opened from, "" without one."""
    estimate_s: float
    actual_s: float


@dataclass(frozen=True, slots=True)
class Learned:
    """Median and P90 of past durations in seconds, and how many there were."""

    n: int
    p50_s: float
    p90_s: float


def past_steps(queries: Queries, *, desk: Desk) -> tuple[Past, ...]:
    """Read every step that the last `RUNS` live runs have done, newest run first."""
    families: dict[str, str] = {}
    with desk.new_uow() as uow:
        for template in uow.templates.list():
            for change in uow.changes.list(template=template.id):
                families[change.id] = template.family
    return tuple(
        Past(
            item.step.title.casefold().strip(),
            item.step.kind,
            item.step.id,
            families.get(run.change, ""),
            item.step.estimate_s,
            item.actual_s,
        )
        for run in queries.ended_live_runs(limit=RUNS)
        for item in run.steps
        if item.state is StepState.DONE and item.actual_s is not None and isfinite(item.actual_s)
    )


def learn(step: Step, past: Iterable[Past], family: str = "") -> Learned | None:
    """Return how long the same step took: same kind and title, or the same step of its template."""
    title = step.title.casefold().strip()
    same = [
        item.actual_s
        for item in past
        if item.kind is step.kind
        and (item.title == title or (family and (item.family, item.step) == (family, step.id)))
    ]
    return _learned(same)


def calibrate(estimate_s: float, past: Iterable[Past]) -> Learned | None:
    """Return what steps took that were estimated about as long, scaled to this estimate.

    "Steps we estimate at 10 min take 17 (P90 26)": the quantiles of actual over estimate, times
    the estimate.
    """
    if estimate_s <= 0:
        return None
    ratios = [
        item.actual_s / item.estimate_s * estimate_s
        for item in past
        if item.estimate_s > 0 and 1 / _NEAR <= item.estimate_s / estimate_s <= _NEAR
    ]
    return _learned(ratios)


def _learned(values: Sequence[float]) -> Learned | None:
    if len(values) < LEAST:
        return None
    return Learned(len(values), median(values), quantiles(values, n=10, method="inclusive")[8])
