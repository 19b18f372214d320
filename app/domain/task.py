"""Change tasks: small pieces of work around a change, each with somebody who does it."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class TaskKind(StrEnum):
    """Which part of the work a task belongs to."""

    PLANNING = "planning"
    IMPLEMENTATION = "implementation"
    TESTING = "testing"
    REVIEW = "review"


class TaskState(StrEnum):
    """Where a task stands."""

    OPEN = "open"
    IN_PROGRESS = "in_progress"
    CLOSED = "closed"
    CANCELED = "canceled"

    @property
    def is_over(self) -> bool:
        """Whether nothing more is to be done."""
        return self in (TaskState.CLOSED, TaskState.CANCELED)


@dataclass(frozen=True, slots=True)
class ChangeTask:
    """One task; ``note`` says how it ended, or why it was canceled."""

    id: str
    title: str
    kind: TaskKind = TaskKind.PLANNING
    owner: str = ""
    due: date | None = None
    state: TaskState = TaskState.OPEN
    note: str = ""
    closed_by: str = ""
    closed_at: datetime | None = None
