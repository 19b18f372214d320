"""Edits the marked changes: what shall be the same, what that would do, what came of it."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from app.i18n import _, later, ngettext
from app.services.change.bulk import PRIORITIES, BulkEdit, BulkResult, BulkRow
from app.wording import count
from ui.cells import Badge, Cell, Column, Mark, Words
from ui.changed import Topic
from ui.models.rows import RowsModel
from ui.operations import bulk
from ui.operations.bulk import Chosen
from ui.tasks import Latest
from ui.theme import BOLD
from ui.widgets.buttons import Button, Kind
from ui.widgets.fields import ChoiceField, LineField
from ui.widgets.form import Form
from ui.widgets.labels import Label
from ui.widgets.layout import Line, add_layout, column, row, scrolling
from ui.widgets.table import Rows, Table

if TYPE_CHECKING:
    from ui.context import UiContext

_FIELDS = {
    "coordinator": later("Coordinator"),
    "implementer": later("Implementer"),
    "priority": later("Priority"),
    "business_service": later("Service"),
    "tags": later("Tags"),
    "on_hold": later("Hold"),
}
_HOLDS = {"": None, "hold": True, "release": False}


def _what(item: BulkRow) -> str:
    return "; ".join(f"{_(_FIELDS[name])}: {old} → {new}" for name, old, new in item.altered)


def _outcome(item: BulkRow) -> Cell:
    if item.refused:
        return Cell((Words(item.title, weight=500),), (Badge(Mark.BAD, item.refused),))
    if item.same:
        return Cell((Words(item.title, weight=500),), (Badge(Mark.SAME, _("is so already")),))
    return Cell((Words(item.title, weight=500),), (Words(_what(item), "ink2"),))


def _spoken(item: BulkRow) -> str:
    told = item.refused or _what(item) or _("is so already")
    return f"{item.number} {item.title}: {told}"


COLUMNS = (
    Column[BulkRow](_("Number"), lambda item: item.number, width=124, tone="ink2"),
    Column[BulkRow](_("What becomes of it"), _spoken, cell=_outcome),
)


class BulkPanel(QWidget):
    """Stands in the place of the list: a form, then the preview, then the result."""

    closed = Signal()
    failed = Signal(object)

    def __init__(self, context: "UiContext") -> None:
        super().__init__()
        self._context = context
        self._chosen: Chosen | None = None
        self.shown: BulkResult | None = None
        self._done: BulkResult | None = None
        self._previews = Latest(context.tasks, self)
        self.heading = Label(weight=BOLD, wrap=True)
        self._make_form()
        self.table = Table(RowsModel(COLUMNS), rows=Rows.TWO_LINES, margin=16)
        self.stack = QStackedWidget()
        self.preview, self.apply = Button(_("Preview")), Button("", Kind.PRIMARY)
        self.undo = Button(_("Undo"), icon="undo")
        self.back, self.cancel = Button(_("Back")), Button(_("Not now"))
        self._lay_out()
        self._connect()

    def _make_form(self) -> None:
        leave = _("leave as it is")
        self.coordinator = LineField(_("Coordinator"), placeholder=leave)
        self.implementer = LineField(_("Implementer"), placeholder=leave)
        priorities = [("", leave), *((str(number), str(number)) for number in PRIORITIES)]
        self.priority = ChoiceField(_("Priority"), priorities)
        self.service = LineField(_("Service"), placeholder=leave)
        self.add_tags = LineField(_("Add tags"), _("Separate them by commas."))
        self.remove_tags = LineField(_("Remove tags"))
        holds = [("", leave), ("hold", _("put on hold")), ("release", _("take off hold"))]
        self.hold = ChoiceField(_("Hold"), holds)
        self.reason = LineField(_("Reason for the hold"))

    def _lay_out(self) -> None:
        self.form = Form(columns=2)
        for field in self._fields():
            self.form.add(field.label, field)
        inner = QWidget()
        inner.setLayout(column(self.form, None, margins=(16, 8, 16, 12)))
        self.stack.addWidget(scrolling(inner))
        self.stack.addWidget(self.table)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        add_layout(layout, row(self.heading, margins=(16, 12, 16, 8)))
        layout.addWidget(self.stack, 1)
        layout.addWidget(Line())
        add_layout(layout,
            row(self.undo, None, self.cancel, self.back, self.preview, self.apply,
                margins=(16, 10, 16, 12))
        )  # fmt: skip

    def _connect(self) -> None:
        self.preview.clicked.connect(self._on_preview)
        self.apply.clicked.connect(self._on_apply)
        self.undo.clicked.connect(self._on_undo)
        self.back.clicked.connect(self._show_form)
        self.cancel.clicked.connect(self.closed)
        self._previews.loaded.connect(self._on_shown)
        self._previews.failed.connect(self._on_refused)

    def _fields(self) -> tuple[LineField | ChoiceField, ...]:
        return (
            self.coordinator, self.implementer, self.priority, self.service,
            self.add_tags, self.remove_tags, self.hold, self.reason,
        )  # fmt: skip

    @property
    def ready(self) -> bool:
        """Whether the preview is there."""
        return not self._previews.busy

    def start(self, chosen: Chosen, number: int) -> None:
        """Begin to edit the marked changes."""
        self._chosen = chosen
        text = ngettext("Edit {n} change", "Edit {n} changes", number)
        self._title = text.format(n=count(number))
        for field in self._fields():
            field.set_value("")
        self._show_form()
        self.coordinator.setFocus()

    def value(self) -> BulkEdit:
        """Return what was asked for; empty fields leave everything alone."""
        priority = self.priority.value
        return BulkEdit(
            coordinator=self.coordinator.value or None,
            implementer=self.implementer.value or None,
            priority=int(priority) if priority else None,
            service=self.service.value or None,
            add_tags=_tags(self.add_tags.value),
            remove_tags=_tags(self.remove_tags.value),
            hold=_HOLDS[self.hold.value],
            reason=self.reason.value,
        )

    @Slot()
    def _show_form(self) -> None:
        self.shown = self._done = None
        self.heading.setText(self._title)
        self.cancel.setText(_("Not now"))
        self.stack.setCurrentIndex(0)
        self._offer(self.cancel, self.preview)

    def _offer(self, *buttons: Button) -> None:
        for button in (self.undo, self.cancel, self.back, self.preview, self.apply):
            button.setVisible(button in buttons)

    @Slot()
    def _on_preview(self) -> None:
        chosen, services, edit = self._chosen, self._context.services, self.value()
        if chosen is not None:
            self._previews.start(lambda: bulk.preview(services, chosen, edit))

    @Slot(object)
    def _on_shown(self, shown: BulkResult) -> None:
        self.shown = shown
        self._show_rows(shown, _("Nothing is saved yet: {n} would change"))
        number = len(shown.done)
        text = ngettext("Edit {n} change", "Edit {n} changes", number)
        self.apply.setText(text.format(n=count(number)))
        self.apply.block("" if number else _("nothing would change"))
        self._offer(self.back, self.apply)

    def _show_rows(self, result: BulkResult, first: str) -> None:
        refused, same = len(result.refused), sum(item.same for item in result.rows)
        parts = [first.format(n=count(len(result.done)))]
        if refused:
            parts.append(ngettext("{n} refuses", "{n} refuse", refused).format(n=count(refused)))
        if same:
            parts.append(
                ngettext("{n} is so already", "{n} are so already", same).format(n=count(same))
            )
        self.heading.setText(f"{', '.join(parts)}.")
        # what refuses comes first: that is what somebody must look at
        order = sorted(result.rows, key=lambda item: not item.refused)
        self.table.set_rows(order)
        self.stack.setCurrentIndex(1)

    @Slot()
    def _on_apply(self) -> None:
        if self.shown is not None:
            self.apply.block(_("being saved"))
            task = bulk.apply(self._context, self.shown)
            task.succeeded.connect(self._on_done)
            task.failed.connect(self._on_refused)

    @Slot(object)
    def _on_done(self, done: BulkResult) -> None:
        self._done = done
        self._show_rows(done, _("Saved: {n} changed"))
        self.apply.block("")
        self.cancel.setText(_("Done"))
        self._offer(self.cancel, *((self.undo,) if done.done else ()))
        self._context.changed.announce(Topic.CHANGES, self)

    @Slot()
    def _on_undo(self) -> None:
        if self._done is not None:
            task = bulk.undo(self._context, self._done)
            task.succeeded.connect(self._on_undone)
            task.failed.connect(self._on_refused)

    @Slot(object)
    def _on_undone(self, back: BulkResult) -> None:
        self._done = None
        self._show_rows(back, _("Taken back: {n} changed"))
        self._offer(self.cancel)
        self._context.changed.announce(Topic.CHANGES, self)

    @Slot(object)
    def _on_refused(self, error: Exception) -> None:
        self.apply.block("")
        self.failed.emit(error)


def _tags(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(tag.strip() for tag in text.split(",") if tag.strip()))
