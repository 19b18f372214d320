"""A backup step that begins by itself before the window: when, and what became of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.domain.ids import SetId


@dataclass(frozen=True, slots=True)
class BackupAttempt:
    """One try to take a scheduled backup, on record before any host hears of it."""

    step: str
    due_at: datetime
    began_at: datetime
    by: str = ""
    ended_at: datetime | None = None
    ok: bool = False
    """Whether every set was proven as far as the risk asks."""
    outcome: str = ""
    sets: tuple[SetId, ...] = ()


class ScheduleState(StrEnum):
    """How a scheduled backup stands."""

    WAITS = "waits"
    """Its time has not come, or the change is not scheduled yet."""
    DUE = "due"
    RUNS = "runs"
    TAKEN = "taken"
    RETRIES = "retries"
    """It failed, and is tried again before the window opens."""
    MISSED = "missed"
    """The window has opened without it; the step of the runbook takes it when its turn comes."""
