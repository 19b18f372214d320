"""Several records of one kind inside a change: a table, and a form for the one that is picked."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.errors import InvalidInput
from app.i18n import _
from ui.cells import Column
from ui.models.rows import RowsModel
from ui.operations.changes import ChangeView
from ui.pages.changes.parts import set_read_only
from ui.theme import BOLD
from ui.widgets.buttons import Button, Kind, Tall, icon_button
from ui.widgets.facts import SectionTitle
from ui.widgets.fields import Field
from ui.widgets.form import Form
from ui.widgets.labels import Label
from ui.widgets.layout import card, column, row, tab_after
from ui.widgets.table import Rows, Table

Stamp = Callable[[], tuple[str, datetime]]
"""Returns who acts and what time it is."""


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the table: the place of a record and the record."""

    id: int
    item: Any


def line_column(
    header: str,
    text: Callable[[Any], str],
    *,
    width: int = 0,
    right: bool = False,
    tone: str = "ink",
) -> Column[Line]:
    """Return a column that shows a text of the record."""
    return Column[Line](header, lambda line: text(line.item), width=width, right=right, tone=tone)


@dataclass(frozen=True)
class Records:
    """What a list of records says of itself, and how a new record begins."""

    title: str
    one: str
    """The record in the singular, as in “New option”."""
    empty: str
    columns: tuple[Column[Line], ...]
    new: Callable[[], Any]
    ordered: bool = False
    """Whether the order means something and can be changed."""
    kept: Callable[[Any], bool] = lambda _item: False
    """Whether a record must stay, such as one that others rest on."""
    table: type[Table] = Table


class RecordForm(QWidget):
    """The fields of one record; subclasses fill them and read them back."""

    edited = Signal()

    def __init__(self, columns: int = 2) -> None:
        super().__init__()
        self.stamp: Stamp | None = None
        """Gives who acts and when, for what is signed with a name."""
        self.form = Form(columns)
        self.fields: list[Field] = []
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.form)
        self.form.edited.connect(self.edited)

    def add(self, name: str, field: Field, *, wide: bool = False) -> None:
        """Add a field at the next place."""
        self.form.add(name, field, wide=wide)
        self.fields.append(field)

    def prepare(self, view: ChangeView) -> None:
        """Follow the change around the record, such as its hosts."""

    def fill(self, record: Any) -> None:
        """Show a record."""

    def read(self, record: Any) -> Any:
        """Return the record with what the fields say; raises InvalidInput, said at the field."""
        return record


class RecordList(QWidget):
    """A titled table with an Add button; picking a row opens its form below.

    The form is made when it is first opened; ``between`` stands above it.
    """

    edited = Signal()
    left = Signal()
    """The form was closed, or another record was picked."""

    def __init__(
        self,
        kind: Records,
        make_form: Callable[[], RecordForm],
        *,
        rows: Rows = Rows.NORMAL,
        between: QWidget | None = None,
    ) -> None:
        super().__init__()
        self._kind, self._make_form = kind, make_form
        self._form: RecordForm | None = None
        self._around: tuple[ChangeView, Stamp] | None = None
        self._card: QWidget | None = None
        self._items: list[Any] = []
        self._place: int | None = None
        self._locked = False
        self.add = Button(_("Add"), icon="plus", tall=Tall.COMPACT)
        self.add.setAccessibleName(_("Add: {what}").format(what=kind.one))
        self.title = SectionTitle(kind.title, end=self.add)
        self.table = kind.table(RowsModel(kind.columns), rows=rows, row_id=lambda line: line.id)
        self.table.setAccessibleName(kind.title)
        self._empty = Label(kind.empty, tone="ink2", wrap=True)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(8)
        for widget in (self.title, self._empty, self.table, between):
            if widget is not None:
                self._layout.addWidget(widget)
        self.add.clicked.connect(self._on_add)
        self.table.picked.connect(self._on_picked)
        self.table.clicked.connect(self._on_clicked)
        self._show()

    @property
    def form(self) -> RecordForm:
        """The fields of one record."""
        if self._form is None:
            self._form = self._make_form()
            self._form.edited.connect(self._on_edited)
            self._card = self._build_card(self._form)
            self._card.hide()
            self._layout.addWidget(self._card)
            tab_after(self.table, self._card)
            if self._around is not None:
                self.prepare(*self._around)
            self.set_locked(self._locked)
        return self._form

    def prepare(self, view: ChangeView, stamp: Stamp) -> None:
        """Follow the change around the records."""
        self._around = (view, stamp)
        if self._form is not None:
            self._form.stamp = stamp
            self._form.prepare(view)

    @property
    def value(self) -> tuple[Any, ...]:
        """The records, in order."""
        return tuple(self._items)

    def set_value(self, items: Sequence[Any]) -> None:
        """Show records; the open form stays open when its record is still there."""
        if tuple(items) == self.value:
            self._show()
            return
        self._items = list(items)
        if self._place is not None and self._place >= len(items):
            self._close()
        elif self._place is not None:
            self.form.fill(self._items[self._place])
        self._show()

    @property
    def place(self) -> int | None:
        """Which record the form shows; None when it is closed."""
        return self._place

    @property
    def current(self) -> Any | None:
        """The record the form shows, None for a new one or when it is closed."""
        if self._place is None or self._place >= len(self._items):
            return None
        return self._items[self._place]

    def alter_others(self, place: int | None, alter: Callable[[Any], Any]) -> None:
        """Alter every record but one, as part of an edit of that one."""
        self._items = [item if at == place else alter(item) for at, item in enumerate(self._items)]
        self._show()

    def set_locked(self, locked: bool) -> None:
        """Allow reading only, or editing again."""
        self._locked = locked
        self.add.setVisible(not locked)
        if self._form is None:
            return
        for button in self._buttons:
            button.setVisible(not locked and (self._kind.ordered or button is self._delete))
        for field in self._form.fields:
            set_read_only(field, locked=locked)
        self._show()

    def open_at(self, place: int) -> None:
        """Open the form of a record."""
        self.table.select(place)

    def _build_card(self, form: RecordForm) -> QWidget:
        self._heading = Label(weight=BOLD)
        self._up = icon_button("arrow-up", _("Move up"), compact=True)
        self._down = icon_button("arrow-down", _("Move down"), compact=True)
        self._delete = Button(_("Delete"), Kind.SECONDARY, icon="trash", tall=Tall.COMPACT)
        self._done = Button(_("Done"), Kind.SECONDARY, tall=Tall.COMPACT)
        self._buttons = (self._up, self._down, self._delete)
        self._up.clicked.connect(partial(self._move, -1))
        self._down.clicked.connect(partial(self._move, 1))
        self._delete.clicked.connect(self._on_delete)
        self._done.clicked.connect(self._on_done)
        head = row(self._heading, None, *self._buttons, self._done)
        return card(column(head, form, gap=12, margins=(16, 12, 16, 16)))

    def _show(self) -> None:
        self.table.set_rows([Line(place, item) for place, item in enumerate(self._items)])
        self.table.fit_height()
        self.table.setVisible(bool(self._items))
        self._empty.setVisible(not self._items and self._place is None)
        if self._card is not None:
            self._card.setVisible(self._place is not None)
        if self._place is not None:
            new = self._place >= len(self._items)
            text = _("New: {what}") if new else _("Edit: {what}")
            self._heading.setText(text.format(what=self._kind.one))
            kept = self.current is not None and self._kind.kept(self.current)
            self._delete.setVisible(not self._locked and not kept)
            self._up.setEnabled(not new and self._place > 0)
            self._down.setEnabled(not new and self._place < len(self._items) - 1)

    def _close(self) -> None:
        self._place = None
        self.table.clearSelection()
        self.table.setCurrentIndex(self.table.rootIndex())

    @Slot()
    def _on_add(self) -> None:
        self.left.emit()
        self._close()
        self._place = len(self._items)
        self.form.fill(self._kind.new())
        self._show()
        if self.form.fields:
            self.form.fields[0].setFocus()

    @Slot(object)
    def _on_picked(self, line: Line | None) -> None:
        if line is None or line.id == self._place:
            return
        if self._place is not None:
            self.left.emit()
        self._place = line.id
        self.form.fill(line.item)
        self._show()

    @Slot()
    def _on_clicked(self) -> None:
        self._on_picked(self.table.current)

    @Slot()
    def _on_edited(self) -> None:
        if self._place is None or self._locked:
            return
        new = self._place >= len(self._items)
        for field in self.form.fields:
            field.set_error("")
        try:
            item = self.form.read(self._kind.new() if new else self._items[self._place])
        except InvalidInput:
            return
        if new:
            self._items.append(item)
        else:
            self._items[self._place] = item
        self._show()
        self.table.select(self._place, quiet=True)
        self.edited.emit()

    @Slot()
    def _on_done(self) -> None:
        self._close()
        self._show()
        self.left.emit()

    @Slot()
    def _on_delete(self) -> None:
        if self._place is not None and self._place < len(self._items):
            del self._items[self._place]
            self.edited.emit()
        self._on_done()

    def _move(self, step: int, _checked: bool = False) -> None:
        if self._place is None:
            return
        other = self._place + step
        self._items[self._place], self._items[other] = self._items[other], self._items[self._place]
        self._place = other
        self._show()
        self.table.select(other, quiet=True)
        self.edited.emit()
