"""Flat, frozen rows that screens show, and the queries that give them.

Reads for screens go past the domain: one statement each, nothing to change by accident.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from app.domain.vocabulary import ChangeState, ChangeType, Grade, RunMode, RunState, Verdict

if TYPE_CHECKING:
    from app.domain.backup import BackupSet
    from app.domain.calendar import ScheduleWindow
    from app.domain.change import Change
    from app.domain.event import Event
    from app.domain.lesson import FollowUp, Lesson
    from app.domain.run import Run


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One change in a list."""

    id: str
    number: str
    title: str
    state: ChangeState
    type: ChangeType
    risk: Grade | None
    residual: Grade | None
    starts_at: datetime | None
    ends_at: datetime | None
    zone: str
    on_hold: bool
    updated_at: datetime | None
    ordinal: int = 0
    """The number inside the number."""
    coordinator: str = ""
    implementer: str = ""
    priority: int = 3
    service: str = ""
    review_due_at: datetime | None = None
    """Until when it shall be reviewed, while nobody has."""
    found_in: str = ""
    """Where the words searched for were found, if not in the title: a place of the text index."""
    snippet: str = ""


@dataclass(frozen=True, slots=True)
class RunRow:
    """One run in a list, with the change it belongs to."""

    id: str
    change: str
    number: str
    title: str
    state: RunState
    started_at: datetime | None
    ended_at: datetime | None
    mode: RunMode = RunMode.LIVE

    @property
    def is_live(self) -> bool:
        """Whether it counts: not a rehearsal, not a dry run, and begun."""
        return self.mode is RunMode.LIVE and self.state is not RunState.MISSED


@dataclass(frozen=True, slots=True)
class VerdictRow:
    """One judged metric, newest first."""

    change: str
    number: str
    metric: str
    verdict: Verdict
    sentence: str
    judged_at: datetime | None


@dataclass(frozen=True, slots=True)
class LiveRun:
    """A run that has not ended, with its change and the backups for its way back."""

    change: "Change"
    run: "Run"
    backups: "tuple[BackupSet, ...]"


@dataclass(frozen=True, slots=True)
class WatchedRow:
    """A change under observation, since when and for how many days."""

    id: str
    number: str
    title: str
    since: datetime | None
    days: float
    open_incidents: int
    """Those that it caused and that are not over."""


class ReminderKind(StrEnum):
    """What a change asks for after its work."""

    ACTION = "action"
    BENEFIT = "benefit"
    REVIEW = "review"


@dataclass(frozen=True, slots=True)
class Reminder:
    """One thing that is due; ``late`` says that its time is over."""

    kind: ReminderKind
    change: str
    number: str
    title: str
    """Of the change."""
    what: str
    owner: str
    due_at: datetime
    late: bool
    place: int = 0
    """Which action, or how many days after the work."""


@dataclass(frozen=True, slots=True)
class HomeSummary:
    """What the first page shows: what runs, what comes, what was found."""

    running: tuple[LiveRun, ...]
    """Newest first."""
    waiting: tuple[ChangeRow, ...]
    """Open changes that somebody must move on, oldest first."""
    upcoming: tuple[ChangeRow, ...]
    """Changes whose window has not ended, soonest first."""
    verdicts: tuple[VerdictRow, ...]
    watched: tuple[WatchedRow, ...]
    """Changes under observation, newest first."""
    freezes: "tuple[ScheduleWindow, ...]"
    """Every freeze that was declared, whenever it takes place."""
    due: tuple[Reminder, ...]
    """Late actions and measures to repeat over all changes, the oldest first."""
    open_count: int
    closed_count: int
    clean_count: int
    """Closed as successful, without an override."""
    backed_out_count: int
    restored_count: int
    """Closed changes that had a restored (L4) backup."""


@dataclass(frozen=True, slots=True)
class LessonRow:
    """A lesson with the change it comes from; ``place`` is where it stands there."""

    change: str
    number: str
    title: str
    service: str
    place: int
    lesson: "Lesson"

    @property
    def id(self) -> str:
        """What tells it from all others."""
        return f"{self.change}/{self.place}"


@dataclass(frozen=True, slots=True)
class ActionRow:
    """An action with the change it comes from."""

    change: str
    number: str
    title: str
    service: str
    place: int
    action: "FollowUp"

    @property
    def id(self) -> str:
        """What tells it from all others."""
        return f"{self.change}/{self.place}"


@dataclass(frozen=True, slots=True)
class Learned:
    """Everything that came out of changes."""

    lessons: tuple[LessonRow, ...]
    actions: tuple[ActionRow, ...]


class Queries(Protocol):
    """Reads for screens; safe from any thread."""

    def change_counts(self) -> dict[ChangeState, int]:
        """Return how many changes are in each state."""
        ...

    def runs(self, *, limit: int = 100) -> Sequence[RunRow]:
        """Return runs, newest first."""
        ...

    def ended_live_runs(self, *, limit: int = 500) -> "Sequence[Run]":
        """Return whole live runs that have ended, newest first; no rehearsal, no dry run."""
        ...

    def events(
        self, *, change: str = "", limit: int = 200, before: int | None = None
    ) -> "Sequence[Event]":
        """Return log entries, newest first; ``before`` is the sequence number to go on from."""
        ...

    def learned(self) -> Learned:
        """Return the lessons and actions of all changes, the newest change first."""
        ...


class FirstReads(Protocol):
    """What a start reads; quicker at hand than `Queries`, and safe from any thread."""

    def home(self, now: datetime) -> HomeSummary:
        """Return what the first page shows, as it stood at one moment."""
        ...

    def log_head(self) -> str:
        """Return the hash of the last entry, "" for an empty log."""
        ...
