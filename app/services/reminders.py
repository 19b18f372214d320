"""What a change still asks of somebody after its work: late actions, measures to repeat."""

from datetime import UTC, date, datetime, time, timedelta

from app.domain.benefit import Due, benefit_dates, next_due
from app.domain.change import Change, ChangeState
from app.i18n import _
from app.services.rows import Reminder, ReminderKind

_WATCHED = (ChangeState.MONITOR, ChangeState.REVIEW, ChangeState.CLOSED)


def is_measured_again(change: Change) -> bool:
    """Whether a change is one whose gain is looked at again: done, kept, and measured."""
    return (
        change.state in _WATCHED
        and change.work_end is not None
        and not change.backed_out
        and bool(change.metrics)
    )


def first_due(change: Change) -> datetime | None:
    """Return when the first action is late or the next measure is due; None for never."""
    moments = [_late_from(item.due) for item in change.actions if item.is_open and item.due]
    if is_measured_again(change) and change.work_end is not None:
        due = next_due(change.work_end, change.benefit_days, change.benefit_checks)
        moments += [due] if due else []
    return min(moments, default=None)


def _late_from(due: date) -> datetime:
    """An action is late from the day after; days are counted in UTC."""
    return datetime.combine(due, time(), UTC) + timedelta(days=1)


def reminders(change: Change, now: datetime) -> tuple[Reminder, ...]:
    """Return everything of a change that is due, the oldest first."""
    about = (change.id, change.number, change.title)
    found = [
        Reminder(ReminderKind.ACTION, *about, item.title, item.owner, _late_from(item.due), True, n)
        for n, item in enumerate(change.actions)
        if item.is_open and item.due and _late_from(item.due) <= now
    ]
    if is_measured_again(change) and change.work_end is not None:
        dates = benefit_dates(change.work_end, change.benefit_days, change.benefit_checks, now)
        found += [
            Reminder(
                ReminderKind.BENEFIT,
                *about,
                _("Measure again, {n} days after the work").format(n=item.days),
                change.coordinator,
                item.due_at,
                item.state is Due.MISSED,
                item.days,
            )
            for item in dates
            if item.state in (Due.DUE, Due.MISSED)
        ]
    return tuple(sorted(found, key=lambda item: item.due_at))
