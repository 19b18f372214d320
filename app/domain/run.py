"""One execution of a runbook: what was planned, what happened, what is not known."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from app.domain.ids import ChangeId, RunId
from app.domain.runbook import Phase, Step


class RunState(StrEnum):
    """Where a run stands."""

    READY = "ready"
    RUNNING = "running"
    WAITING = "waiting"
    """A person must act: a gate, a manual step, a failure, an unknown outcome."""
    PAUSED = "paused"
    BACKING_OUT = "backing_out"
    DONE = "done"
    BACKED_OUT = "backed_out"


class StepState(StrEnum):
    """Where a step stands; UNKNOWN means it was sent and nobody knows how it ended."""

    TODO = "todo"
    SENT = "sent"
    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"
    STOPPED = "stopped"
    SKIPPED = "skipped"
    UNKNOWN = "unknown"

    @property
    def is_over(self) -> bool:
        """Whether nothing more happens to the step by itself."""
        return self in _OVER

    @property
    def is_settled(self) -> bool:
        """Whether the run may go on past the step."""
        return self in (StepState.DONE, StepState.SKIPPED)


_OVER = frozenset(
    {StepState.DONE, StepState.FAILED, StepState.STOPPED, StepState.SKIPPED, StepState.UNKNOWN}
)


@dataclass(frozen=True, slots=True)
class StepRun:
    """What happened to one step; ``transcript`` is the SHA-256 under which its output is kept."""

    step: Step
    state: StepState = StepState.TODO
    planned_start: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    exit_code: int | None = None
    transcript: str = ""
    transcript_bytes: int = 0
    outcome: str = ""
    """One sentence: what came out of it, or why it was skipped, stopped, failed."""
    by: str = ""

    @property
    def actual_s(self) -> float | None:
        """Measured duration in seconds, None while it is not over."""
        if self.started_at is None or self.ended_at is None:
            return None
        return (self.ended_at - self.started_at).total_seconds()


@dataclass(frozen=True, slots=True)
class Run:
    """An execution of the runbook as it was approved (``plan_hash``)."""

    id: RunId
    change: ChangeId
    plan_hash: str
    state: RunState = RunState.READY
    steps: tuple[StepRun, ...] = ()
    started_at: datetime | None = None
    ended_at: datetime | None = None
    by: str = ""
    backout_reason: str = ""
    backout_at: datetime | None = None
    version: int = 0

    @property
    def direction(self) -> Phase:
        """Whether the run goes forward or back."""
        return Phase.BACKOUT if self.backout_at else Phase.FORWARD

    @property
    def active(self) -> tuple[StepRun, ...]:
        """The steps of the present direction."""
        return tuple(item for item in self.steps if item.step.phase is self.direction)

    @property
    def current(self) -> StepRun | None:
        """The first step of the present direction that is not settled."""
        return next((item for item in self.active if not item.state.is_settled), None)

    @property
    def is_over(self) -> bool:
        """Whether the run has ended, either way."""
        return self.state in (RunState.DONE, RunState.BACKED_OUT)

    def of(self, step_id: str) -> StepRun:
        """Return what happened to a step; raises KeyError."""
        for item in self.steps:
            if item.step.id == step_id:
                return item
        raise KeyError(step_id)

    def with_step(self, changed: StepRun) -> "Run":
        """Return this run with one step replaced."""
        steps = tuple(changed if item.step.id == changed.step.id else item for item in self.steps)
        return replace(self, steps=steps)

    def downtime_s(self) -> float | None:
        """Seconds from the first stop of the service to its return; None when it never stopped."""
        stops = [s.started_at for s in self.steps if s.step.stops_service and s.started_at]
        if not stops:
            return None
        ends = [s.ended_at for s in self.steps if s.step.starts_service and s.ended_at]
        end = max(ends, default=self.ended_at)
        return (end - min(stops)).total_seconds() if end else None
