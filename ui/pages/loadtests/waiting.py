"""A run that waits for the other side: what it measured, request by request."""

from PySide6.QtWidgets import QWidget

from app.domain.loadtest import LoadRun
from app.domain.metric import WindowName
from app.i18n import _
from ui.models.rows import RowsModel
from ui.pages.loadtests.rows import SUMMARY_COLUMNS, summary_rows
from ui.widgets.labels import Label
from ui.widgets.layout import MARGIN, Line, column, panel
from ui.widgets.table import Rows, Table


class WaitingPanel(QWidget):
    """Shows the only side there is."""

    def __init__(self) -> None:
        super().__init__()
        self._waiting = Label("", weight=600, wrap=True)
        self._notes = Label("", tone="ink2", wrap=True)
        self.summary = Table(
            RowsModel(SUMMARY_COLUMNS), rows=Rows.NORMAL, name="loadsummary", margin=MARGIN
        )
        words = column(self._waiting, self._notes, gap=4, margins=(MARGIN, 16, MARGIN, 16))
        layout = column(panel(words, "raised"), Line(), self.summary, gap=0)
        layout.setStretch(2, 1)
        self.setLayout(layout)

    def show_run(self, run: LoadRun) -> None:
        """Show another run."""
        text = _("Kept from before: {name}. Import the run after the change to compare.")
        if run.side is WindowName.AFTER:
            text = _("Kept from after: {name}. Import a run from before the change to compare.")
        self._waiting.setText(text.format(name=run.name))
        self._notes.setText("\n".join(run.summary.notes))
        self._notes.setVisible(bool(run.summary.notes))
        self.summary.set_rows(summary_rows(run.summary.total, run.summary.labels))
