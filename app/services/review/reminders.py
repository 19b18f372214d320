"""What a change still asks of somebody after its work: late actions, measures to repeat."""

from datetime import UTC, date, datetime, time, timedelta

from app.domain.benefit import BenefitDate, Repeats
from app.domain.change import Change, ChangeState
from app.i18n import _, ngettext
from app.services.search.rows import Reminder, ReminderKind

_WATCHED = (ChangeState.MONITOR, ChangeState.REVIEW, ChangeState.CLOSED)


def is_measured_again(change: Change) -> bool:
    """Whether a change is one whose gain is looked at again: done, kept, and measured."""
    return (
        change.state in _WATCHED
        and change.work_end is not None
        and not change.backed_out
        and bool(change.metrics)
    )


def repeats_of(change: Change) -> Repeats | None:
    """Return when and what of a change is measured again; None where it is not."""
    if not is_measured_again(change) or change.work_end is None:
        return None
    return Repeats(
        change.work_end,
        change.benefit_days,
        change.benefit_checks,
        tuple(metric.id for metric in change.metrics),
    )


def first_due(change: Change) -> datetime | None:
    """Return when the first action is late or the next measure is due; None for never."""
    moments = [_late_from(item.due) for item in change.actions if item.is_open and item.due]
    if (repeats := repeats_of(change)) and (due := repeats.next_due):
        moments.append(due)
    if change.review_due_at:
        moments.append(change.review_due_at)
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
    if repeats := repeats_of(change):
        found += [
            Reminder(
                ReminderKind.BENEFIT,
                *about,
                _what(item),
                change.coordinator,
                item.due_at,
                item.late,
                item.days,
            )
            for item in repeats.dates(now)
            if item.is_open
        ]
    if change.review_due_at and change.review_due_at <= now:
        who = change.reviewer or change.coordinator
        text = _("Review how it went, or say why not")
        due_at = change.review_due_at
        found.append(Reminder(ReminderKind.REVIEW, *about, text, who, due_at, True))
    return tuple(sorted(found, key=lambda item: item.due_at))


def _what(item: BenefitDate) -> str:
    if item.check is None:
        return _("Measure again, {n} days after the work").format(n=item.days)
    return ngettext(
        "Measure the {left} measure that is left, {n} days after the work",
        "Measure the {left} measures that are left, {n} days after the work",
        len(item.left),
    ).format(left=len(item.left), n=item.days)
