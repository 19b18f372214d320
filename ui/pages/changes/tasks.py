"""Change tasks: small pieces of work around a change; it is closed when they are over."""

from dataclasses import replace
from datetime import date
from typing import ClassVar

from app.domain.change import Change
from app.domain.ids import new_id
from app.domain.task import ChangeTask, TaskKind, TaskState
from app.errors import InvalidInput
from app.i18n import _, later
from app.services.need_words import date_words
from ui.cells import Badge, Cell, Column, Mark, Words
from ui.operations.changes import ChangeView
from ui.pages.changes.records import Line, RecordForm, RecordList, Records
from ui.pages.changes.saving import Section, record_lock, refuse
from ui.pages.changes.words import choices, word
from ui.widgets.fields import ChoiceField, LineField
from ui.widgets.table import Rows

KINDS = {
    TaskKind.PLANNING: later("Planning"),
    TaskKind.IMPLEMENTATION: later("Implementation"),
    TaskKind.TESTING: later("Testing"),
    TaskKind.REVIEW: later("Review"),
}
STATES = {
    TaskState.OPEN: later("Open"),
    TaskState.IN_PROGRESS: later("In progress"),
    TaskState.CLOSED: later("Closed"),
    TaskState.CANCELED: later("Canceled"),
}
_MARKS = {
    TaskState.OPEN: Mark.LATER,
    TaskState.IN_PROGRESS: Mark.RUNNING,
    TaskState.CLOSED: Mark.DONE,
    TaskState.CANCELED: Mark.STOPPED,
}


class TaskForm(RecordForm):
    """One task."""

    def __init__(self) -> None:
        super().__init__()
        self.title = LineField(_("Task"))
        self.kind = ChoiceField(_("Part of the work"), choices(KINDS))
        self.owner = LineField(_("Who does it"))
        self.due = LineField(_("Due"), _("Year-month-day"), placeholder="2026-12-01")
        self.state = ChoiceField(_("State"), choices(STATES))
        self.note = LineField(_("How it ended"), _("Needed for a canceled task."))
        self.add("title", self.title, wide=True)
        for name in ("kind", "owner", "due", "state"):
            self.add(name, getattr(self, name))
        self.add("note", self.note, wide=True)

    def fill(self, record: ChangeTask) -> None:
        """Show a task."""
        self.title.set_value(record.title)
        self.kind.set_value(record.kind.value)
        self.owner.set_value(record.owner)
        self.due.set_value(record.due.isoformat() if record.due else "")
        self.state.set_value(record.state.value)
        self.note.set_value(record.note)

    def read(self, record: ChangeTask) -> ChangeTask:
        """Return the task as typed; its end is stamped with who said so."""
        if not self.title.value:
            raise refuse(self.title, InvalidInput(_("Say what is to be done.")))
        state = TaskState(self.state.value)
        if state is TaskState.CANCELED and not self.note.value:
            raise refuse(self.note, InvalidInput(_("Say why it is not done.")))
        due = None
        if self.due.value:
            try:
                due = date.fromisoformat(self.due.value)
            except ValueError:
                text = _("“{text}” is no date.").format(text=self.due.value)
                raise refuse(self.due, InvalidInput(text)) from None
        typed = replace(
            record,
            id=record.id or new_id(),
            title=self.title.value,
            kind=TaskKind(self.kind.value),
            owner=self.owner.value,
            due=due,
            state=state,
            note=self.note.value,
        )
        if not state.is_over:
            return replace(typed, closed_by="", closed_at=None)
        if record.state is state or self.stamp is None:
            return typed
        by, at = self.stamp()
        return replace(typed, closed_by=by, closed_at=at)


class TasksSection(Section):
    """Every task of the change."""

    note: ClassVar[str] = later("Edited the tasks")

    def __init__(self) -> None:
        super().__init__()
        self.tasks = RecordList(self._records(), TaskForm, rows=Rows.STEP)
        self.column.addWidget(self.tasks)
        self.watch_list(self.tasks)

    def lock(self, change: Change) -> str:
        """Tasks are no part of the plan that was approved."""
        return record_lock(change)

    def fill(self, view: ChangeView) -> None:
        """Show a change."""
        self.tasks.set_value(view.change.tasks)

    def values(self) -> dict[str, object]:
        """Return the tasks."""
        return {"tasks": self.tasks.value}

    def _records(self) -> Records:
        return Records(
            _("Tasks"),
            _("task"),
            _("No task. What is to be done beside the runbook stands here, with who does it."),
            (Column[Line](_("Task"), _spoken, cell=_cell),),
            lambda: ChangeTask("", ""),
        )


def _below(task: ChangeTask) -> str:
    due = _("due {day}").format(day=date_words(task.due)) if task.due else ""
    parts = (word(KINDS, task.kind), task.owner, due, task.note)
    return ", ".join(part for part in parts if part)


def _spoken(line: Line) -> str:
    task: ChangeTask = line.item
    return f"{task.title}, {word(STATES, task.state)}, {_below(task)}"


def _cell(line: Line) -> Cell:
    task: ChangeTask = line.item
    badge = Badge(_MARKS[task.state], word(STATES, task.state))
    return Cell((task.title,), (Words(_below(task), "ink2"),), end=badge)
