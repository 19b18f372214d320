"""How long the way back may take, and until when it can still be begun."""

from datetime import datetime, timedelta

from app.domain.backup import BackupSet
from app.domain.change import Change

ROLLBACK_FACTOR = 1.5
"""Safety factor on the measured restore time: the real one meets a stressed team."""


def rollback_s(change: Change, backups: tuple[BackupSet, ...]) -> float:
    """Return how long the way back may take, in seconds: measured if it was, else as planned."""
    measured = [item.restore_s for item in backups if item.restore_s is not None]
    restore = max(measured, default=0.0) * ROLLBACK_FACTOR
    return max(restore, change.runbook.backout_estimate_s)


def rollback_deadline(change: Change, backups: tuple[BackupSet, ...]) -> datetime | None:
    """Return the latest safe start of a roll-back (UTC), None without a window."""
    if change.window is None:
        return None
    return change.window.span.end - timedelta(seconds=rollback_s(change, backups))
