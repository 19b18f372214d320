"""The runbook: steps, what each waits for and does, how long it takes, and how to get back."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from app.domain.critical_path import Room, Timeline, in_order, lay_out, queued
from app.domain.fanout import FleetPlace
from app.domain.ids import HostId


class StepKind(StrEnum):
    """What carries a step out."""

    COMMAND = "command"
    MANUAL = "manual"
    CHECK = "check"
    BACKUP = "backup"
    RESTORE_TEST = "restore_test"
    GATE = "gate"
    MEASURE = "measure"
    NOTIFY = "notify"
    RESTORE = "restore"


PERSONAL = frozenset({StepKind.MANUAL, StepKind.GATE, StepKind.NOTIFY})
"""Kinds that wait for a person."""
ON_HOST = frozenset({StepKind.COMMAND, StepKind.CHECK, StepKind.BACKUP, StepKind.RESTORE})
"""Kinds that may name a host."""


SIDE_BY_SIDE = 4
"""How many steps a run carries out at the same time, besides those repeated on many hosts."""


class Phase(StrEnum):
    """When a step is used: on the way forward, or only when the change is backed out."""

    FORWARD = "forward"
    BACKOUT = "backout"


class OnFail(StrEnum):
    """What happens when a step fails; an unknown outcome always waits for a person."""

    ASK = "ask"
    """The run waits for a decision."""
    GO_ON = "go_on"
    """The failure is recorded as a deviation, and the run goes on."""
    BACK_OUT = "back_out"
    """The run waits, and backing out is the first thing offered."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step; times are in seconds.

    ``estimate_s`` is the median duration (P50), ``p90_s`` what nine of ten runs keep to, and
    ``limit_s`` when a step counts as stuck: a command is given up, a gate is closed unanswered.
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
    p90_s: float | None = None
    after: tuple[str, ...] | None = None
    """Ids of the steps it waits for; None means the step above it, () nothing at all."""
    on_fail: OnFail = OnFail.ASK
    backout_of: str = ""
    """On the way back: the id of the step forward that this one undoes."""
    approver: str = ""
    """Who must answer a gate; empty for whoever runs it."""
    by_another: bool = False
    """Whether the implementer must not answer the gate."""
    proof: bool = False
    """Whether a manual step needs a file or a photo."""
    recipients: str = ""
    """Who is told by a notification."""
    reads_only: bool = False
    """Whether the command alters nothing on the host, so that no backup grows old by it."""
    fleet: FleetPlace | None = None
    """Set where the command is repeated on many hosts, of which some may fail."""
    gate_of: tuple[HostId, ...] = ()
    """A check of these hosts only, after a batch: none may be worse than before."""
    lead_s: float | None = None
    """Of a backup: how long before the window it begins by itself; None when its turn comes."""
    max_age_s: float | None = None
    """Of a backup: how old it may be when the work begins; None as it is set for all changes."""
    restic: str = ""
    """Of a backup: the repository into which restic takes the files of the step's host; empty for
    a set of our own."""

    @property
    def by_restic(self) -> bool:
        """Whether restic takes what the plan names on its host."""
        return self.kind is StepKind.BACKUP and bool(self.restic)

    @property
    def is_ahead(self) -> bool:
        """Whether it begins by itself before the window, and takes no time of it."""
        return self.kind is StepKind.BACKUP and self.lead_s is not None and not self.restic

    @property
    def slow_s(self) -> float:
        """What nine of ten runs keep to; the median where nothing is known."""
        return max(self.estimate_s, self.p90_s or 0.0)


@dataclass(frozen=True, slots=True)
class Runbook:
    """All steps of a change, forward and back, and the values that its commands use.

    ``values`` are pairs of name and text; ``{{name}}`` in a command stands for the text.
    """

    steps: tuple[Step, ...] = ()
    values: tuple[tuple[str, str], ...] = ()

    def phase(self, phase: Phase) -> tuple[Step, ...]:
        """The steps of one direction, as they were written down."""
        return tuple(step for step in self.steps if step.phase is phase)

    def in_order(self, phase: Phase) -> tuple[Step, ...]:
        """The steps of one direction, each behind those it waits for; raises Circular."""
        steps = {step.id: step for step in self.phase(phase)}
        return tuple(steps[key] for key in in_order(waits_for(steps.values())))

    def timeline(self, phase: Phase = Phase.FORWARD) -> Timeline:
        """Lay one direction out on time; raises Circular."""
        return timeline(self.phase(phase))

    @property
    def forward_estimate_s(self) -> float:
        """Planned duration of the way forward, in seconds: the length of its critical path."""
        return self.timeline(Phase.FORWARD).total_s

    @property
    def backout_estimate_s(self) -> float:
        """Planned duration of the way back, in seconds."""
        return self.timeline(Phase.BACKOUT).total_s


def waits_for(steps: Iterable[Step]) -> dict[str, tuple[str, ...]]:
    """Return for each step of one direction the ids it waits for; ids that are gone do not count.

    A step without a list of its own waits for the one above it.
    """
    listed = list(steps)
    known = {step.id for step in listed}
    found: dict[str, tuple[str, ...]] = {}
    above: tuple[str, ...] = ()
    for step in listed:
        if step.id in found:  # a foreign file may name two steps alike; the first one counts
            continue
        wanted = above if step.after is None else step.after
        found[step.id] = tuple(dict.fromkeys(key for key in wanted if key in known))
        above = (step.id,)
    return found


def room_of(step: Step) -> Room | None:
    """Return where a step waits for others to end; None where it only waits for a person.

    The hosts that one command is repeated on wait for each other, everything else for the rest.
    """
    if step.kind in PERSONAL:
        return None
    if step.fleet is not None:
        return Room(step.fleet.fleet, max(1, step.fleet.at_once))
    return Room("", SIDE_BY_SIDE)


def in_line(steps: Iterable[Step], durations_s: Mapping[str, float]) -> dict[str, tuple[str, ...]]:
    """Return what each step of one direction waits for, and whose end makes room for it."""
    listed = tuple(steps)
    return dict(_in_line(listed, tuple(durations_s[step.id] for step in listed)))


@lru_cache(maxsize=16)
def _in_line(steps: tuple[Step, ...], durations_s: tuple[float, ...]) -> dict[str, tuple[str, ...]]:
    """Keep the last answers: a run of hundreds of hosts is laid out anew each second."""
    rooms = {step.id: room for step in steps if (room := room_of(step)) is not None}
    lengths = {step.id: length for step, length in zip(steps, durations_s, strict=True)}
    return queued(lengths, waits_for(steps), rooms)


def timeline(steps: Iterable[Step]) -> Timeline:
    """Lay steps of one direction out on time by their estimates; raises Circular."""
    listed = list(steps)
    durations_s = {step.id: 0.0 if step.is_ahead else step.estimate_s for step in listed}
    return lay_out(
        durations_s,
        in_line(listed, durations_s),
        {step.id: 0.0 if step.is_ahead else step.slow_s for step in listed},
    )
