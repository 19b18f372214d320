"""The values that the commands of a runbook use, one field for each name in double braces."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.errors import InvalidInput
from app.i18n import _
from app.services.run.commands import check_value, wanted_values
from ui.operations.changes import ChangeView
from ui.pages.changes.parts import set_read_only
from ui.pages.changes.saving import refuse
from ui.widgets.facts import SectionTitle
from ui.widgets.fields import LineField
from ui.widgets.form import Form
from ui.widgets.layout import add_layout, clear


class ValueFields(QWidget):
    """Hidden while no command uses a value."""

    edited = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, LineField] = {}
        self._locked = False
        self._holder = QVBoxLayout()
        self._holder.setContentsMargins(0, 0, 0, 0)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        note = _("fill the {{names}} in the commands")
        layout.addWidget(SectionTitle(_("Values"), note))
        add_layout(layout, self._holder)
        self.hide()

    def show_view(self, view: ChangeView) -> None:
        """Show a field for every name that is used."""
        book = view.change.runbook
        names = wanted_values(book)
        if names != tuple(self.fields):
            self._build(names)
        given = dict(book.values)
        for name, field in self.fields.items():
            field.set_value(given.get(name, ""))
        self.setVisible(bool(names))
        self.set_locked(self._locked)

    def set_locked(self, locked: bool) -> None:
        """Allow reading only, or editing again."""
        self._locked = locked
        for field in self.fields.values():
            set_read_only(field, locked=locked)

    def read(self) -> tuple[tuple[str, str], ...]:
        """Return the values as typed; raises InvalidInput, said at the field."""
        found = []
        for name, field in self.fields.items():
            field.set_error("")
            if not field.value:
                continue
            try:
                found.append((name, check_value(name, field.value)))
            except InvalidInput as error:
                raise refuse(field, error) from error
        return tuple(found)

    def _build(self, names: tuple[str, ...]) -> None:
        clear(self._holder)
        form = Form(2)
        self.fields = {name: LineField(name) for name in names}
        for name, field in self.fields.items():
            form.add(name, field)
        form.edited.connect(self.edited)
        self._holder.addWidget(form)
