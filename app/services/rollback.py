"""How long the way back may take, and until when it can still be begun."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.backup import BackupSet
from app.domain.change import Change
from app.domain.runbook import Phase, StepKind

ROLLBACK_FACTOR = 1.5
"""Safety factor on the measured restore time: the real one meets a stressed team."""


@dataclass(frozen=True, slots=True)
class RollbackTime:
    """What the time for a roll-back is made of, in seconds.

    ``restore_s`` is as measured by a restore, or as planned where none was; only a measured one
    is multiplied by the factor. ``rest_s`` is the rest of the way back: stop, start, verify.
    """

    restore_s: float
    rest_s: float
    measured: bool

    @property
    def total_s(self) -> float:
        """The whole."""
        return self.restore_s * (ROLLBACK_FACTOR if self.measured else 1.0) + self.rest_s


def rollback_time(change: Change, backups: Iterable[BackupSet]) -> RollbackTime:
    """Return how long the way back of a change may take.

    A way back without a step that restores still leaves time for a restore where one was
    measured: the longer of both counts.
    """
    measured = [item.restore_s for item in backups if item.restore_s is not None]
    slowest = max(measured, default=0.0)
    steps = change.runbook.phase(Phase.BACKOUT)
    restores = [step.estimate_s for step in steps if step.kind is StepKind.RESTORE]
    whole_s = change.runbook.backout_estimate_s
    if not restores and slowest * ROLLBACK_FACTOR <= whole_s:
        return RollbackTime(0.0, whole_s, measured=False)
    rest_s = max(0.0, whole_s - sum(restores)) if restores else 0.0
    if measured:
        return RollbackTime(slowest, rest_s, measured=True)
    return RollbackTime(sum(restores), rest_s, measured=False)


def rollback_s(change: Change, backups: Iterable[BackupSet]) -> float:
    """Return how long the way back may take, in seconds: measured if it was, else as planned."""
    return rollback_time(change, backups).total_s


def rollback_deadline(change: Change, backups: Iterable[BackupSet]) -> datetime | None:
    """Return the latest safe start of a roll-back (UTC), None without a window."""
    if change.window is None:
        return None
    return change.window.span.end - timedelta(seconds=rollback_s(change, backups))
