"""What a change takes with it when it enters a state: stamps, revision, defaults."""

from dataclasses import replace
from datetime import datetime

from app.domain.change import Change, ChangeState, ChangeType
from app.domain.review import CloseCode
from app.domain.risk import Grade
from app.settings import Settings

S = ChangeState


def entered(change: Change, target: ChangeState, now: datetime, settings: Settings) -> Change:
    """Return the change in its new state, stamped; nothing is asked here."""
    after = replace(change, state=target, state_since=now, updated_at=now)
    if target is S.REVIEW:
        after = replace(after, review_since=now)
    match change.state, target:
        case (S.AUTHORIZE | S.REJECTED, S.DRAFT):
            return replace(after, revision=change.revision + 1)
        case (S.ASSESS, S.DRAFT) if change.approvals:
            return replace(after, revision=change.revision + 1)
        case (_, S.AUTHORIZE):
            return replace(after, monitor_days=_days(change, settings))
        case (_, S.MONITOR):
            return replace(after, monitor_since=now)
        case (S.BACKOUT, S.REVIEW):
            code = change.close_code or CloseCode.BACKED_OUT
            return replace(after, close_code=code, reviewed_by="", reviewed_at=None)
        case (S.CLOSED, S.REVIEW):
            return _reopened(after)
        case (_, S.CLOSED):
            return replace(after, closed_at=now)
        case (_, S.CANCELED):
            return replace(after, closed_at=now, close_code=CloseCode.CANCELED)
        case _:
            return after


def _reopened(change: Change) -> Change:
    """It must be reviewed again; the report that was printed stays as it is."""
    return replace(
        change, closed_at=None, reviewed_by="", reviewed_at=None, reopened=change.reopened + 1
    )


def _days(change: Change, settings: Settings) -> float:
    """Return how long it is watched: what was typed, else what its type and its risk ask for."""
    if change.monitor_days != settings.monitor_days:
        return change.monitor_days
    if change.type is ChangeType.EMERGENCY:
        return settings.monitor_days_emergency
    major = change.risk is not None and change.risk.level >= Grade.HIGH
    return settings.monitor_days_major if major else settings.monitor_days
