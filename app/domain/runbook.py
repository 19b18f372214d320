"""The runbook: steps in order, what each does, and how to get back."""

from dataclasses import dataclass
from enum import StrEnum

from app.domain.ids import HostId


class StepKind(StrEnum):
    """What carries a step out."""

    COMMAND = "command"
    MANUAL = "manual"
    CHECK = "check"
    BACKUP = "backup"
    GATE = "gate"
    MEASURE = "measure"
    RESTORE = "restore"


class Phase(StrEnum):
    """When a step is used: on the way forward, or only when the change is backed out."""

    FORWARD = "forward"
    BACKOUT = "backout"


@dataclass(frozen=True, slots=True)
class Step:
    """One step; ``estimate_s`` is the planned duration, ``limit_s`` when it counts as stuck.

    ``answer`` is what must be typed at a gate. ``idempotent`` says that sending the command twice
    does no harm, so that it may be offered again when its outcome is unknown.
    """

    id: str
    title: str
    kind: StepKind
    host: HostId | None = None
    command: str = ""
    instructions: str = ""
    answer: str = ""
    owner: str = ""
    estimate_s: float = 60.0
    limit_s: float = 600.0
    phase: Phase = Phase.FORWARD
    mandatory: bool = True
    idempotent: bool = False
    point_of_no_return: bool = False
    stops_service: bool = False
    """From this step on users are without the service."""
    starts_service: bool = False
    """After this step users have the service back."""


@dataclass(frozen=True, slots=True)
class Runbook:
    """All steps of a change, forward and back."""

    steps: tuple[Step, ...] = ()

    def phase(self, phase: Phase) -> tuple[Step, ...]:
        """The steps of one direction, in order."""
        return tuple(step for step in self.steps if step.phase is phase)

    @property
    def forward_estimate_s(self) -> float:
        """Planned duration of the way forward, in seconds."""
        return sum(step.estimate_s for step in self.phase(Phase.FORWARD))

    @property
    def backout_estimate_s(self) -> float:
        """Planned duration of the way back, in seconds."""
        return sum(step.estimate_s for step in self.phase(Phase.BACKOUT))
