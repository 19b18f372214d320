"""Recurring windows of the organisation: when changes may run, and when none may."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from app.domain.host import Host
from app.domain.ids import HostId, WindowId
from app.domain.window import TimeRange


class WindowKind(StrEnum):
    """What a window says; a freeze beats every maintenance window, whatever the change is."""

    MAINTENANCE = "maintenance"
    FREEZE = "freeze"


class LengthRule(StrEnum):
    """How the length of a window is meant on nights on which the clocks change."""

    WALL = "wall"
    """The clock on the wall: 22:00 to 02:00 ends at 02:00, however long that really is."""
    REAL = "real"
    """Elapsed time: four hours are four hours, whatever the clock shows at the end."""


@dataclass(frozen=True, slots=True)
class AppliesTo:
    """For whom a window holds: everything, or what is named here."""

    everything: bool = True
    hosts: tuple[HostId, ...] = ()
    tags: tuple[str, ...] = ()
    services: tuple[str, ...] = ()

    @property
    def is_stated(self) -> bool:
        """Whether it says for whom."""
        return self.everything or bool(self.hosts or self.tags or self.services)

    def covers_host(self, host: Host) -> bool:
        """Whether it holds for a host: by itself, a tag of it, or a service that runs on it."""
        return (
            self.everything
            or host.id in self.hosts
            or bool(set(self.tags) & set(host.tags))
            or bool(set(self.services) & set(host.services))
        )

    def covers_service(self, service: str) -> bool:
        """Whether it holds for a business service."""
        return self.everything or (bool(service) and service in self.services)


@dataclass(frozen=True, slots=True)
class Moved:
    """One occurrence that takes place at another time: wall times in the zone of the window."""

    original: datetime
    start: datetime
    duration_s: float


@dataclass(frozen=True, slots=True)
class ScheduleWindow:
    """A maintenance window or a freeze, once or recurring.

    ``start`` is the wall time of the first occurrence in ``zone``, ``rule`` an RRULE of RFC 5545
    without its name ("" for once; UNTIL is a wall time too). ``skipped`` are the wall times of
    occurrences that do not take place. ``condition`` is a sentence for people.
    """

    id: WindowId
    kind: WindowKind
    name: str
    zone: str
    start: datetime
    duration_s: float
    length: LengthRule = LengthRule.WALL
    rule: str = ""
    skipped: tuple[datetime, ...] = ()
    moved: tuple[Moved, ...] = ()
    applies_to: AppliesTo = AppliesTo()
    condition: str = ""
    retired: bool = False
    version: int = 0

    @property
    def is_freeze(self) -> bool:
        """Whether no change may run inside."""
        return self.kind is WindowKind.FREEZE

    @property
    def duration(self) -> timedelta:
        """The length, as `length` says it is meant."""
        return timedelta(seconds=self.duration_s)


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One time that a window takes place.

    ``wall`` names it: the start by the rule, which a moved one keeps. ``shifted`` says that the
    clocks skip the start that night, so that it begins as much later.
    """

    window: ScheduleWindow
    wall: datetime
    span: TimeRange
    shifted: bool = False
    moved: bool = False
