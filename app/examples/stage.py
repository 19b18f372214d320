"""What the acts of the examples work with: the services, the clock, the cast, the hosts."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from threading import Lock
from zoneinfo import ZoneInfo

from app.demo.plan import APPROVER, COORDINATOR, IMPLEMENTER, REVIEWER
from app.domain.host import Host
from app.domain.people import Person, Role
from app.domain.window import TimeRange, Window
from app.services.facade import AppServices
from app.tasks import TaskContext

ZONE = "Africa/Johannesburg"
ORGANISATION = "Example Operations"
OWNER, SECURITY = "Thabo Mokoena", "Lindiwe Nkosi"
PEOPLE = (
    Person(
        "", COORDINATOR, (Role.COORDINATOR, Role.IMPLEMENTER), "Change coordinator",
        mail="nomsa@example.org",
    ),
    Person("", IMPLEMENTER, (Role.IMPLEMENTER,), "System engineer", mail="sipho@example.org"),
    Person("", APPROVER, (Role.APPROVER,), "Head of operations", mail="pieter@example.org"),
    Person("", SECURITY, (Role.APPROVER,), "Head of IT security", mail="lindiwe@example.org"),
    Person(
        "", OWNER, (Role.SERVICE_OWNER,), "Owner of web shop and portal",
        ("Web shop", "Customer portal"), "thabo@example.org",
    ),
    Person("", REVIEWER, (Role.REVIEWER,), "Quality manager", mail="ayesha@example.org"),
)  # fmt: skip


class PlayedClock:
    """A clock that goes only when a play lets time pass, and never back.

    Time passes everywhere in a play, so this is where it notices that a stop was asked for.
    """

    def __init__(self, at: datetime, context: TaskContext) -> None:
        self._at, self._lock, self._context = at, Lock(), context

    def now(self) -> datetime:
        """Return the instant the play has come to."""
        with self._lock:
            return self._at

    def let_pass(self, seconds: float) -> None:
        """Let some time pass; raises TaskCancelled after a stop."""
        self._context.wait(0)
        with self._lock:
            self._at += timedelta(seconds=seconds)

    def go_to(self, at: datetime) -> None:
        """Let time pass until an instant; raises ValueError for the past, TaskCancelled."""
        self._context.wait(0)
        with self._lock:
            if at < self._at:
                raise ValueError(f"The play has come to {self._at:%F %T} already, past {at:%F %T}.")
            self._at = at


@dataclass(frozen=True)
class Stage:
    """Everything the acts of the examples work with; lives for one play."""

    folder: Path
    services: AppServices
    clock: PlayedClock
    ends_at: datetime
    """When the play ends: the present."""
    context: TaskContext = field(default_factory=TaskContext)
    """For services: their own steps are too small to tell of."""
    hosts: dict[str, Host] = field(default_factory=dict)

    @property
    def today(self) -> date:
        """The day the play ends on."""
        return self.ends_at.astimezone(ZoneInfo(ZONE)).date()

    def acting(self, name: str) -> AppServices:
        """Return the services with a person of the cast acting."""
        return self.services.acting(name)

    def work_day(self, days_ago: int) -> date:
        """Return the Tuesday that so many days lie after, or at most a week more."""
        about = self.today - timedelta(days=days_ago)
        return about - timedelta(days=(about.weekday() - 1) % 7)

    def go(self, day: date, hour: int, minute: int = 0) -> None:
        """Go on to a time of a day on the wall; nothing happens when it is past already."""
        at = moment(day, hour, minute)
        if at > self.clock.now():
            self.clock.go_to(at)


def moment(day: date, hour: int, minute: int = 0) -> datetime:
    """Return a time on the wall as an instant (UTC)."""
    return datetime.combine(day, time(hour, minute), ZoneInfo(ZONE)).astimezone(UTC)


def night(day: date, begins: int, hours: float) -> Window:
    """Return a maintenance window that begins in the evening of a day."""
    start = moment(day, begins)
    return Window(TimeRange(start, start + timedelta(hours=hours)), ZONE)
