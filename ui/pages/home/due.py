"""What changes still ask for after their work: late actions, measures to repeat."""

from collections.abc import Callable, Hashable

from app.i18n import _
from app.services.search.rows import Reminder, ReminderKind
from app.wording import day
from ui.cells import Cell, Column, Mini, Words

_ICONS = {ReminderKind.ACTION: "flag", ReminderKind.BENEFIT: "activity", ReminderKind.REVIEW: "eye"}


def due_columns(zone: Callable[[], str]) -> tuple[Column[Reminder], ...]:
    """Return the columns of what is due."""

    def what_cell(row: Reminder) -> Cell:
        icon = Mini(_ICONS[row.kind], "watch" if row.late else "ink2")
        return Cell((icon, Words(row.what)))

    def when(row: Reminder) -> str:
        since = _("late since {day}") if row.late else _("since {day}")
        return since.format(day=day(row.due_at, zone()))

    def when_cell(row: Reminder) -> Cell:
        return Cell((Words(when(row), "watch" if row.late else "ink2"),))

    return (
        Column[Reminder](_("What"), lambda row: row.what, cell=what_cell),
        Column[Reminder](_("Who"), lambda row: row.owner or "–", width=116, tone="ink2"),
        Column[Reminder](_("Change"), lambda row: row.number, width=108, tone="ink2"),
        Column[Reminder](_("When"), when, cell=when_cell, width=150),
    )


def due_id(row: Reminder) -> Hashable:
    """Return what tells a reminder from all others."""
    return row.change, row.kind, row.place


def place_of_due(row: Reminder) -> tuple[str, str]:
    """Return page and ref where it is worked off."""
    if row.kind is ReminderKind.ACTION:
        return "lessons", f"overdue/{row.change}/{row.place}"
    return "changes", f"{row.change}/review"
