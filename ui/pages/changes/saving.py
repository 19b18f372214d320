"""Forms that save themselves: on leaving a field, or after a short pause."""

from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from PySide6.QtCore import QEvent, QObject, QTimer, Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain.change import Change, ChangeState
from app.errors import InvalidInput
from app.i18n import _
from ui.operations.changes import ChangeView, FieldEdit, edit_of
from ui.pages.changes.parts import set_read_only
from ui.pages.changes.records import RecordList, Stamp
from ui.theme import SMALL
from ui.widgets.fields import Field
from ui.widgets.labels import Label

if TYPE_CHECKING:
    from ui.pages.changes.editing import Editing

PAUSE_MS = 1200
_BEGUN = (
    ChangeState.IMPLEMENT,
    ChangeState.TEST,
    ChangeState.MONITOR,
    ChangeState.REVIEW,
    ChangeState.BACKOUT,
)


def _unstamped() -> tuple[str, datetime]:
    raise LookupError("the section is in no tab yet")


def record_lock(change: Change) -> str:
    """Return why nothing of a change can be edited, "" when it can."""
    if change.state is ChangeState.CLOSED:
        return _("Closed. Reopen it to edit, which makes an addendum.")
    if change.state is ChangeState.CANCELED:
        return _("Canceled. Nothing is edited any more.")
    return ""


def plan_lock(change: Change) -> str:
    """Return why the plan of a change cannot be edited, "" when it can."""
    if change.state in _BEGUN:
        return _("The plan is fixed: the work has begun with the one that was approved.")
    return record_lock(change)


class Section(QWidget):
    """A part of a change: shows it, and emits what the user made of it as a `FieldEdit`.

    Subclasses put widgets into ``column``, name their fields with `watch`, show a change in `fill`
    and return the new values of its fields from `values`.
    """

    wanted = Signal(object, object)  # this section, its FieldEdit
    note: ClassVar[str] = ""
    """What the log calls an edit of this part."""

    def __init__(self) -> None:
        super().__init__()
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(12)
        self._lock_line = Label(size=SMALL, tone="ink2", wrap=True)
        self._lock_line.hide()
        self.column.addWidget(self._lock_line)
        self._fields: list[Field] = []
        self._lists: list[RecordList] = []
        self.tells_lock = True
        """Whether it says itself why it is locked; once on a page is enough."""
        self.stamp: Stamp = _unstamped
        """Gives who acts and when, for what is signed with a name."""
        self.editing: Editing | None = None
        """Carries verbs out, once the section stands in a tab."""
        self._view: ChangeView | None = None
        self._base: Change | None = None
        self._dirty = self._saving = self._again = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.flush)

    @property
    def dirty(self) -> bool:
        """Whether something was typed that is not saved yet."""
        return self._dirty or self._saving

    @property
    def view(self) -> ChangeView:
        """What is shown; only after `show_view`."""
        if self._view is None:
            raise LookupError("nothing is shown yet")
        return self._view

    def watch(self, *fields: Field) -> None:
        """Save when one of these fields was edited."""
        for field in fields:
            self._fields.append(field)
            field.edited.connect(self.touch)
            field.editor.installEventFilter(self)

    def watch_list(self, *lists: RecordList) -> None:
        """Save when one of these lists was edited."""
        for records in lists:
            self._lists.append(records)
            records.edited.connect(self.touch)
            records.left.connect(self.flush)

    def joined(self, editing: "Editing") -> None:
        """Take what a part needs beyond the change that is shown, such as reads of its own."""

    def lock(self, change: Change) -> str:
        """Return why this part of a change cannot be edited, "" when it can."""
        return plan_lock(change)

    def fill(self, view: ChangeView) -> None:
        """Show a change; subclasses do it."""

    def values(self) -> dict[str, object]:
        """Return the new value of each field of the change; raises InvalidInput."""
        return {}

    def edit(self, base: Change, values: dict[str, object]) -> FieldEdit | None:
        """Return what brings a change to these values, None when it has them."""
        return edit_of(base, values, _(self.note))

    def show_view(self, view: ChangeView) -> None:
        """Show a change; what is being typed stays."""
        if self._base is not None and self._base.id != view.change.id:
            self._timer.stop()
            self._dirty = self._saving = False
        self._view = view
        for records in self._lists:
            records.prepare(view, self.stamp)
        self._follow_lock(self.lock(view.change))
        if not self.dirty:
            self._base = view.change
            self.fill(view)

    def on_lock(self, *, locked: bool) -> None:
        """Follow the lock with what is neither a field nor a list."""

    def saved(self, change: Change) -> None:
        """Take over the result of the own save."""
        self._saving = False
        self._base = change
        if self._dirty:
            self._timer.start(0 if self._again else PAUSE_MS)
        self._again = False

    def refused(self) -> None:
        """Keep what was typed after a save that was refused."""
        self._saving = False
        self._dirty = True

    def forget(self) -> None:
        """Drop what was typed and show what is kept."""
        self._timer.stop()
        self._dirty = self._saving = False
        if self._view is not None:
            self.show_view(self._view)

    def rebase(self, change: Change) -> None:
        """Save what was typed over what somebody else saved meanwhile."""
        self._base = change
        self._dirty = True
        self.flush()

    @Slot()
    def touch(self) -> None:
        """Save after a pause."""
        self._dirty = True
        self._timer.start(PAUSE_MS)

    @Slot()
    def flush(self) -> None:
        """Save now, if there is anything to save; right after the save that is under way."""
        self._timer.stop()
        self._again = self._dirty and self._saving
        if not self._dirty or self._base is None or self._saving:
            return
        for field in self._fields:
            field.set_error("")
        try:
            edit = self.edit(self._base, self.values())
        except InvalidInput:
            return
        self._dirty = False
        if edit is not None:
            self._saving = True
            self.wanted.emit(self, edit)

    def _follow_lock(self, reason: str) -> None:
        self._lock_line.setText(reason)
        self._lock_line.setVisible(bool(reason) and self.tells_lock)
        for field in self._fields:
            set_read_only(field, locked=bool(reason))
        for records in self._lists:
            records.set_locked(bool(reason))
        self.on_lock(locked=bool(reason))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Save when the keyboard leaves a field."""
        if event.type() == QEvent.Type.FocusOut and self._dirty:
            QTimer.singleShot(0, self.flush)
        return super().eventFilter(watched, event)


def refuse(field: Field, error: InvalidInput) -> InvalidInput:
    """Show an error at its field and return it, to be raised."""
    field.set_error(" ".join(part for part in (error.text, error.hint) if part))
    return error


def number_of(field: Field, text: str, *, least: float = 0.0) -> float | None:
    """Read a number as typed, with comma or point; None for an empty field.

    Raises:
        InvalidInput: It is no number, or below ``least``; said at the field.
    """
    cleaned = text.replace("\u202f", "").replace(" ", "").replace(",", ".")
    if not cleaned:
        return None
    try:
        value = float(cleaned)
    except ValueError:
        value = float("nan")
    if not least <= value < float("inf"):
        raise refuse(
            field,
            InvalidInput(
                _("“{text}” is not a number from {least:g} on.").format(text=text, least=least)
            ),
        )
    return value
