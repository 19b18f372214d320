"""A rehearsal beside the live run, step by step, the greatest surprise first."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import log

from app.domain.run import Run, RunMode, StepRun
from app.domain.runbook import StepKind

_GROUND_S = 5.0
"""Added to both durations, so that seconds of a short step are no great surprise."""


@dataclass(frozen=True, slots=True)
class StepDifference:
    """One step in a rehearsal and in the live run; durations in seconds, None where not done."""

    step: str
    title: str
    planned_s: float
    rehearsed_s: float | None
    live_s: float | None
    walked: bool
    """Whether the rehearsal only walked it through, so that its time means nothing."""

    @property
    def surprise(self) -> float | None:
        """How far live was from the rehearsal: the size of the logarithm of the ratio."""
        if self.walked or self.rehearsed_s is None or self.live_s is None:
            return None
        return abs(log((self.live_s + _GROUND_S) / (self.rehearsed_s + _GROUND_S)))


def newest_rehearsal(runs: Iterable[Run], live: Run) -> Run | None:
    """Return the last rehearsal that was over before a live run began."""
    fitting = (
        run for run in runs if run.mode is RunMode.REHEARSAL and run.is_over and run.id < live.id
    )
    return max(fitting, key=lambda run: run.id, default=None)


def compare(rehearsal: Run, live: Run) -> tuple[StepDifference, ...]:
    """Compare the steps both have; the greatest surprise first, then those without one."""
    rehearsed = {item.step.id: item for item in rehearsal.steps}
    found = [
        StepDifference(
            item.step.id,
            item.step.title,
            item.step.estimate_s,
            rehearsed[item.step.id].actual_s,
            item.actual_s,
            is_walked(rehearsal, rehearsed[item.step.id]),
        )
        for item in live.steps
        if item.step.id in rehearsed and (item.started_at or rehearsed[item.step.id].started_at)
    ]
    return tuple(
        sorted(found, key=lambda item: -(-1.0 if item.surprise is None else item.surprise))
    )


def is_walked(run: Run, item: StepRun) -> bool:
    """Whether a step of a rehearsal was only talked through: nothing was sent for it."""
    sends = item.step.kind is StepKind.COMMAND and run.host_for(item.step.host) is not None
    by_hand = item.step.kind in (StepKind.MANUAL, StepKind.GATE, StepKind.NOTIFY)
    return run.mode is RunMode.REHEARSAL and not (sends or by_hand)
