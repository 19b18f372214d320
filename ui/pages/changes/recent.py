"""The newest entries of the log, beside the overview."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain.event import Event
from app.i18n import _, ngettext
from app.wording import count
from ui.cells import Cell, Column, Mini, Words
from ui.models.events import event_icon, when_by
from ui.models.rows import RowsModel
from ui.operations import process
from ui.operations.changes import PAGE, ChangeView
from ui.pages.changes.asking import Question
from ui.pages.changes.editing import Editing
from ui.widgets.buttons import link
from ui.widgets.facts import SectionTitle
from ui.widgets.layout import add_layout, row
from ui.widgets.table import Rows, Table

SHOWN = 7
_INDENT = 24


class Recent(QWidget):
    """What happened last."""

    def __init__(self, editing: Editing) -> None:
        super().__init__()
        self._editing = editing
        self._view: ChangeView | None = None
        self.table = Table(
            RowsModel((Column[Event](_("Entry"), self._text, cell=self._cell),)),
            rows=Rows.STEP, header=False, row_id=lambda event: event.seq, margin=0,
        )  # fmt: skip
        self.table.setSelectionMode(Table.SelectionMode.NoSelection)
        self.table.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.table.setAccessibleName(_("Newest entries of the log"))
        self.all = link("")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        self.write = link(_("Write an entry"))
        layout.addWidget(SectionTitle(_("Activity"), end=self.write))
        layout.addWidget(self.table)
        add_layout(layout, row(None, self.all))
        self.all.clicked.connect(self._on_all)
        self.write.clicked.connect(self._on_write)

    def show_view(self, view: ChangeView) -> None:
        """Show the newest entries."""
        self._view = view
        self.table.set_rows(view.events[:SHOWN])
        self.table.fit_height()
        n = len(view.events)
        more = "+" if n == PAGE else ""
        words = ngettext("All {n} entry", "All {n} entries", n)
        self.write.setVisible(view.change.state.is_open)
        self.all.setText(words.format(n=count(n) + more))

    def _text(self, event: Event) -> str:
        return f"{event.text}, {self._by(event)}"

    def _cell(self, event: Event) -> Cell:
        return Cell(
            (Mini(event_icon(event)), event.text), (Words(self._by(event), "ink2"),), (_INDENT,)
        )

    def _by(self, event: Event) -> str:
        view = self._view
        return when_by(event, view.now, view.zone) if view else ""

    @Slot()
    def _on_write(self) -> None:
        number = self._editing.view.change.number
        self._editing.ask(
            Question(
                _("Write into the log of {number}").format(number=number),
                _("What was done or seen, in a sentence or two. An entry cannot be altered."),
                _("Write it"),
                self._write_down,
                label=_("Entry"),
            )
        )

    def _write_down(self, text: str) -> None:
        change_id = self._editing.view.change.id
        self._editing.do(process.write_entry(self._editing.context, change_id, text))

    @Slot()
    def _on_all(self) -> None:
        self._editing.tab_wanted.emit("activity")
