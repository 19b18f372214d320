"""One execution of a runbook: what was planned, what happened, what is not known."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from app.domain.evidence import Attachment
from app.domain.fanout import FanOut, HostPart, Part, Tolerance
from app.domain.ids import ChangeId, HostId, RunId
from app.domain.runbook import Phase, Step, waits_for
from app.domain.vocabulary import RunMode as RunMode
from app.domain.vocabulary import RunState as RunState


class StepState(StrEnum):
    """Where a step stands; UNKNOWN means it was sent and nobody knows how it ended."""

    PENDING = "pending"
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

    @property
    def is_trouble(self) -> bool:
        """Whether a person must decide before anything else is sent."""
        return self in (StepState.FAILED, StepState.STOPPED, StepState.UNKNOWN)


_OVER = frozenset(
    {StepState.DONE, StepState.FAILED, StepState.STOPPED, StepState.SKIPPED, StepState.UNKNOWN}
)


class DeviationKind(StrEnum):
    """In which way a run left the plan."""

    OVERRUN = "overrun"
    OUT_OF_WINDOW = "out_of_window"
    UNDECLARED_HOST = "undeclared_host"
    SKIPPED = "skipped"
    WENT_ON = "went_on"
    """A failed step was passed, because the plan says so."""
    PAST_DEADLINE = "past_deadline"
    """A gate was opened when a roll-back could no longer end inside the window."""
    UNPLANNED = "unplanned"
    """Something was done that is no step of the approved plan."""


@dataclass(frozen=True, slots=True)
class Deviation:
    """One departure from the plan, written down by itself the moment it was seen."""

    kind: DeviationKind
    step: str
    text: str
    at: datetime
    by: str = ""


@dataclass(frozen=True, slots=True)
class RunNote:
    """What a person adds to the timeline; ``at`` is when it happened, as they say."""

    id: str
    at: datetime
    text: str
    by: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class StepRun:
    """What happened to one step; ``transcript`` is the SHA-256 under which its output is kept."""

    step: Step
    state: StepState = StepState.PENDING
    planned_start: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    exit_code: int | None = None
    transcript: str = ""
    transcript_bytes: int = 0
    outcome: str = ""
    """One sentence: what came out of it, or why it was skipped, stopped, failed."""
    by: str = ""
    cleared_by: str = ""
    """Who typed the confirmation that a destructive command needs."""
    passed_by: str = ""
    """Who let it go on although the latest start of a roll-back had passed."""
    proofs: tuple[Attachment, ...] = ()
    went_on: bool = False
    """Whether it failed and the run went on past it, as the plan says."""
    job: str = ""
    """Under which id the host keeps the command running by itself; known before it is sent."""
    attach: bool = False
    """Whether it is only to be found again on the host; nothing is sent."""
    unreached: bool = False
    """Whether nothing was sent, because the host could not be reached."""
    excused_by: str = ""
    """Who let a fleet of hosts go on in spite of this one; it counts against no limit any more."""
    sent_at: datetime | None = None
    """When it was last sent to a host; stays, however a person answers it later."""

    @property
    def is_settled(self) -> bool:
        """Whether what waits for this step may begin."""
        return self.state.is_settled or self.went_on

    @property
    def planned_end(self) -> datetime | None:
        """When it would end by plan."""
        if self.planned_start is None:
            return None
        return self.planned_start + timedelta(seconds=self.step.estimate_s)

    @property
    def actual_s(self) -> float | None:
        """Measured duration in seconds, None while it is not over."""
        if self.started_at is None or self.ended_at is None:
            return None
        return (self.ended_at - self.started_at).total_seconds()


@dataclass(frozen=True, slots=True)
class Run:
    """An execution of the runbook as it was approved (``plan_hash``).

    ``steps`` stand in the order of their dependencies, with their final commands.
    """

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
    mode: RunMode = RunMode.LIVE
    stand_ins: tuple[tuple[HostId, HostId], ...] = ()
    """In a rehearsal: the host of the plan, and the one that commands go to instead."""
    deviations: tuple[Deviation, ...] = ()
    notes: tuple[RunNote, ...] = ()
    pins: tuple[str, ...] = ()
    """What is pinned in the timeline, by the keys of its entries."""
    cause: str = ""
    """Why a run was missed, as far as it can be known."""

    @property
    def direction(self) -> Phase:
        """Whether the run goes forward or back."""
        return Phase.BACKOUT if self.backout_at else Phase.FORWARD

    @property
    def active(self) -> tuple[StepRun, ...]:
        """The steps of the present direction."""
        return tuple(item for item in self.steps if item.step.phase is self.direction)

    @property
    def ready(self) -> tuple[StepRun, ...]:
        """The unsettled steps of the present direction that wait for no other step."""
        items = self.active
        before = waits_for(item.step for item in items)
        settled = self.settled
        return tuple(
            item
            for item in items
            if item.step.id not in settled and settled.issuperset(before[item.step.id])
        )

    @property
    def current(self) -> StepRun | None:
        """The step to look at: one in trouble, else one that waits for a person, else the first."""
        ready = self.ready
        waiting = [item for item in ready if item.state is StepState.WAITING]
        return next(iter([*self.trouble, *waiting, *ready]), None)

    @property
    def trouble(self) -> tuple[StepRun, ...]:
        """The steps of the present direction that a person must decide about."""
        passed = self.settled
        return tuple(i for i in self.active if i.state.is_trouble and i.step.id not in passed)

    @property
    def settled(self) -> frozenset[str]:
        """The steps of the present direction that the run may go on past, by their ids.

        A host of a fleet that failed is one of them while few enough have, or once a person has
        gone on in spite of it; an outcome nobody knows only by a person.
        """
        items = self.active
        tolerated = {
            part.host
            for fleet in fleets(items).values()
            for part in fleet.parts
            if part.excused or (part.state in _TOLERABLE and not fleet.causes)
        }
        return frozenset(i.step.id for i in items if i.is_settled or i.step.id in tolerated)

    @property
    def is_over(self) -> bool:
        """Whether the run has ended, either way."""
        return self.state in (RunState.DONE, RunState.BACKED_OUT, RunState.MISSED)

    @property
    def is_live(self) -> bool:
        """Whether it counts: not a rehearsal, not a dry run, and begun."""
        return self.mode is RunMode.LIVE and self.state is not RunState.MISSED

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

    def host_for(self, host: HostId | None) -> HostId | None:
        """Return the host that commands for a host of the plan go to; None when to none."""
        if self.mode is RunMode.LIVE:
            return host
        return dict(self.stand_ins).get(host) if host is not None else None

    def downtime_s(self) -> float | None:
        """Seconds from the first stop of the service to its return; None when it never stopped."""
        stops = [s.started_at for s in self.steps if s.step.stops_service and s.started_at]
        if not stops:
            return None
        ends = [s.ended_at for s in self.steps if s.step.starts_service and s.ended_at]
        end = max(ends, default=self.ended_at)
        return (end - min(stops)).total_seconds() if end else None


def newest_live(runs: Iterable[Run]) -> Run | None:
    """Return the newest run that counts."""
    return max((run for run in runs if run.is_live), key=lambda run: run.id, default=None)


_TOLERABLE = (Part.FAILED, Part.UNREACHABLE)
_PARTS = {
    StepState.PENDING: Part.WAITING,
    StepState.WAITING: Part.WAITING,
    StepState.SENT: Part.GOING,
    StepState.DONE: Part.DONE,
    StepState.STOPPED: Part.STOPPED,
    StepState.SKIPPED: Part.LEFT_OUT,
    StepState.UNKNOWN: Part.UNKNOWN,
}


def fleets(steps: Iterable[StepRun]) -> dict[str, FanOut]:
    """Return every command among some steps that is repeated on many hosts, as it stands now.

    The parts bear the ids of their steps: a host may come twice.
    """
    found: dict[str, list[HostPart]] = {}
    limits: dict[str, Tolerance] = {}
    for item in steps:
        if (place := item.step.fleet) is not None:
            key = HostId(item.step.id)
            part = HostPart(key, place.batch, _part(item), item.outcome, bool(item.excused_by))
            found.setdefault(place.fleet, []).append(part)
            limits.setdefault(place.fleet, place.tolerance)
    return {key: FanOut(tuple(parts), limits[key]) for key, parts in found.items()}


def _part(item: StepRun) -> Part:
    if item.state is StepState.FAILED:
        return Part.UNREACHABLE if item.unreached else Part.FAILED
    return _PARTS[item.state]
