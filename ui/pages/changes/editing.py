"""Carries what a change's tabs want to be written, one after the other, and tells how it went."""

from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from app.domain.change import Change
from app.errors import Conflict
from app.i18n import _
from app.wording import clock
from ui.changed import Topic
from ui.messages import Message, MessageAction, Tone
from ui.operations import changes
from ui.operations.changes import ChangeView, FieldEdit, Overtaken
from ui.pages.changes.asking import Question
from ui.tasks import Task

if TYPE_CHECKING:
    from ui.context import UiContext
    from ui.pages.changes.saving import Section


class Editing(QObject):
    """Writes to the change that is shown; tabs are given it and reach nothing else."""

    said = Signal(str)
    """How the last save went, in words."""
    undoable = Signal(bool)
    reload_wanted = Signal()
    failed = Signal(object)  # an exception
    posted = Signal(object)  # Message
    settled = Signal()
    """A collision was decided, its message is no longer needed."""
    request_wanted = Signal()
    """A request for approval is to be written into a file."""
    answer_wanted = Signal()
    """An answer to one is to be taken over from a file."""
    asked = Signal(object)  # Question
    tab_wanted = Signal(str)  # id of a tab

    def __init__(self, context: "UiContext", page: QObject) -> None:
        super().__init__(page)
        self.context = context
        self._page = page
        self._view: ChangeView | None = None
        self._past: list[tuple[str, FieldEdit]] = []
        """The edits that can be taken back, the last one at the end."""
        self._mine: Section | None = None
        self._busy = 0

    @property
    def busy(self) -> bool:
        """Whether a write is under way."""
        return self._busy > 0

    @property
    def view(self) -> ChangeView:
        """The change that is shown; only after `show_view`."""
        if self._view is None:
            raise LookupError("no change is shown")
        return self._view

    def stamp(self) -> tuple[str, datetime]:
        """Return who acts and what time it is."""
        services = self.context.services
        return services.actor, services.clock.now()

    def show_view(self, view: ChangeView) -> None:
        """Go on with this change; another one starts without an edit to undo."""
        if self._view is not None and self._view.change.id != view.change.id:
            self._past.clear()
            self.undoable.emit(False)
            self.said.emit("")
        self._view = view
        if self._mine is not None:
            section, self._mine = self._mine, None
            section.rebase(view.change)

    @Slot(object, object)
    def save(self, section: "Section", edit: FieldEdit) -> None:
        """Save an edit of a section."""
        change_id = self.view.change.id
        self.said.emit(_("Saving"))
        _Save(self, section, (change_id, edit), changes.save(self.context, change_id, edit))

    @Slot()
    def undo(self) -> None:
        """Take the last edit back, then the one before it, and so on."""
        if self._past:
            change_id, edit = self._past.pop()
            task = changes.save(self.context, change_id, edit.reversed())
            _Deed(self, task, _("Undone"), keeps_past=True)

    def do(self, task: Task, text: str = "") -> None:
        """Follow a write; ``text`` is said with the time when it is done."""
        _Deed(self, task, text)

    def ask(self, question: Question) -> None:
        """Ask for a reason inside the page."""
        self.asked.emit(question)

    def begun(self) -> None:
        """Count a write that starts."""
        self._busy += 1

    def ended(self) -> None:
        """Count a write that is over."""
        self._busy -= 1

    def done(
        self,
        change: Change,
        text: str,
        last: tuple[str, FieldEdit] | None = None,
        *,
        keeps_past: bool = False,
    ) -> None:
        """Tell everybody about a write that succeeded; a verb ends what could be taken back."""
        if last is not None:
            self._past.append(last)
        elif not keeps_past:
            self._past.clear()
        self.undoable.emit(bool(self._past))
        now = self.context.services.clock.now()
        zone = change.window.zone if change.window else "UTC"
        self.said.emit(f"{text} {clock(now, zone)}" if text else "")
        self.context.changed.announce(Topic.CHANGES, self._page, change.id)
        self.reload_wanted.emit()

    def refuse(self, section: "Section", error: Exception) -> None:
        """Explain a save that was refused; what was typed stays in its field."""
        section.refused()
        self.said.emit(_("Not saved"))
        if not isinstance(error, Conflict):
            self.failed.emit(error)
            return

        theirs = error.theirs if isinstance(error, Overtaken) else ""

        def keep() -> None:
            self._mine = section
            self.settled.emit()
            self.reload_wanted.emit()

        def drop() -> None:
            section.forget()
            self.said.emit("")
            self.settled.emit()
            self.reload_wanted.emit()

        self.posted.emit(
            Message(
                error.text,
                Tone.WARNING,
                present=_("It says “{text}” now").format(text=theirs) if theirs else "",
                next=error.hint,
                actions=(
                    MessageAction(_("Keep mine"), keep),
                    MessageAction(_("Take theirs"), drop),
                ),
            )
        )


class _Save(QObject):
    """One save on its way."""

    def __init__(
        self, editing: Editing, section: "Section", edit: tuple[str, FieldEdit], task: Task
    ) -> None:
        super().__init__(task)
        self._editing, self._section, self._edit = editing, section, edit
        editing.begun()
        task.succeeded.connect(self._on_done)
        task.failed.connect(self._on_failed)
        task.ended.connect(self._on_ended)

    @Slot(object)
    def _on_done(self, change: Change) -> None:
        if self._editing.view.change.id == change.id:
            self._section.saved(change)
            self._editing.done(change, _("Saved"), self._edit)

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        if self._editing.view.change.id == self._edit[0]:
            self._editing.refuse(self._section, error)
        else:
            self._editing.failed.emit(error)

    @Slot()
    def _on_ended(self) -> None:
        self._editing.ended()


class _Deed(QObject):
    """One verb on its way."""

    def __init__(
        self, editing: Editing, task: Task, text: str, *, keeps_past: bool = False
    ) -> None:
        super().__init__(task)
        self._editing, self._text, self._keeps_past = editing, text, keeps_past
        editing.begun()
        task.succeeded.connect(self._on_done)
        task.failed.connect(editing.failed)
        task.ended.connect(self._on_ended)

    @Slot(object)
    def _on_done(self, change: Change) -> None:
        self._editing.done(change, self._text, keeps_past=self._keeps_past)

    @Slot()
    def _on_ended(self) -> None:
        self._editing.ended()
