"""One entry of the log: all it says, its remarks, its pin; and the form that inserts another."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain.event import Event
from app.errors import InvalidInput
from app.i18n import _
from app.services.activity import Entry, FieldChange
from app.services.entries import HAPPENED_AT
from app.wording import moment
from ui.operations import activity
from ui.pages.changes.editing import Editing
from ui.pages.changes.saving import refuse
from ui.pages.changes.times import EXAMPLE, typed_moment
from ui.theme import BOLD
from ui.widgets.buttons import Button, Kind, Tall
from ui.widgets.fields import LineField, TextField
from ui.widgets.form import Form
from ui.widgets.labels import Label
from ui.widgets.layout import card, column, row


class EntryCard(QWidget):
    """What is picked, in full; entries can be pinned and remarked on, never altered."""

    written = Signal()

    def __init__(self, editing: Editing) -> None:
        super().__init__()
        self._editing = editing
        self._entry: Entry | None = None
        self.text = Label(wrap=True).make_selectable()
        self.pin = Button(_("Pin"), icon="star", tall=Tall.COMPACT)
        self.remark = LineField(_("Remark on this entry"))
        self.add = Button(_("Add the remark"), icon="message", tall=Tall.COMPACT)
        self._below = QWidget()
        self._below.setLayout(column(self.remark, row(self.add, self.pin, None), gap=8))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(card(column(self.text, self._below, gap=10, margins=(14, 10, 14, 12))))
        self.pin.clicked.connect(self._on_pin)
        self.add.clicked.connect(self._on_add)

    def show_item(self, item: Entry | FieldChange | None, zone: str) -> None:
        """Show an entry or the history of a field; hide for nothing."""
        entry = item if isinstance(item, Entry) else None
        other = entry is None or self._entry is None or entry.id != self._entry.id
        self._entry = entry
        self.setVisible(item is not None)
        self._below.setVisible(entry is not None)
        if other:
            self.remark.set_value("")
            self.remark.set_error("")
        if entry is not None:
            self.text.setText(_entry_text(entry, zone))
            self.pin.setText(_("Unpin") if entry.pinned else _("Pin"))
        elif isinstance(item, FieldChange):
            lines = (item.field, f"{item.before} → {item.after}", _by(item, zone))
            self.text.setText("\n".join(lines))

    @Slot()
    def _on_pin(self) -> None:
        if self._entry is not None:
            change = self._editing.view.change.id
            task = activity.pin(
                self._editing.context, change, self._entry.id, pinned=not self._entry.pinned
            )
            task.succeeded.connect(self._on_written)
            self._editing.do(task)

    @Slot()
    def _on_add(self) -> None:
        if self._entry is None:
            return
        if not self.remark.value:
            self.remark.set_error(_("Write the remark first."))
            return
        change = self._editing.view.change.id
        task = activity.remark(self._editing.context, change, self._entry.id, self.remark.value)
        task.succeeded.connect(self._on_remarked)
        self._editing.do(task)

    @Slot(object)
    def _on_remarked(self, _change: object) -> None:
        self.remark.set_value("")  # not before: what could not be written is still there
        self.written.emit()

    @Slot(object)
    def _on_written(self, _change: object) -> None:
        self.written.emit()


class InsertForm(QWidget):
    """Writes an entry now, or between the automatic ones of an earlier time."""

    written = Signal()

    def __init__(self, editing: Editing) -> None:
        super().__init__()
        self._editing = editing
        self.text = TextField(_("Entry"), _("It cannot be altered afterwards."), lines=3)
        self.when = LineField(
            _("When it happened"), _("Empty for now; an earlier time is marked as inserted later"),
            placeholder=EXAMPLE,
        )  # fmt: skip
        self.write, self.leave = Button(_("Write it"), Kind.PRIMARY), Button(_("Not now"))
        form = Form()
        form.add("text", self.text, wide=True)
        form.add("when", self.when)
        inner = column(
            Label(_("Write an entry"), weight=BOLD), form, row(None, self.leave, self.write),
            gap=12, margins=(16, 12, 16, 16),
        )  # fmt: skip
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(card(inner))
        self.write.clicked.connect(self._on_write)
        self.leave.clicked.connect(self.hide)

    def start(self) -> None:
        """Begin a new entry."""
        self.show()
        self.text.text.setFocus()

    @Slot()
    def _on_write(self) -> None:
        self.text.set_error("")
        self.when.set_error("")
        view = self._editing.view
        try:
            if not self.text.value:
                raise refuse(self.text, InvalidInput(_("Say what was done or seen.")))
            at = typed_moment(self.when, view.zone, self._editing.stamp()[1])
        except InvalidInput:
            return
        task = activity.insert(self._editing.context, view.change.id, self.text.value, at)
        task.succeeded.connect(self._on_written)
        self._editing.do(task, _("Written"))

    @Slot(object)
    def _on_written(self, _change: object) -> None:
        self.text.set_value("")
        self.when.set_value("")
        self.hide()
        self.written.emit()


def _entry_text(entry: Entry, zone: str) -> str:
    event = entry.event
    lines = [event.text]
    if entry.inserted:
        lines.append(
            _("Inserted later: it happened {then} and was written down {now}.").format(
                then=moment(entry.at, zone), now=moment(event.at, zone)
            )
        )
    lines += [f"{name}: {value}" for name, value in event.told if name != HAPPENED_AT]
    lines += [_remark_line(item, zone) for item in entry.remarks]
    lines.append(_("Entry {n}, hash {hash}").format(n=event.seq, hash=event.hash[:16]))
    return "\n".join(lines)


def _remark_line(event: Event, zone: str) -> str:
    return _("{name}, {moment}: {text}").format(
        name=event.by, moment=moment(event.at, zone), text=event.text
    )


def _by(item: FieldChange, zone: str) -> str:
    return _("{name}, {moment}, entry {n}").format(
        name=item.by, moment=moment(item.at, zone), n=item.seq
    )
