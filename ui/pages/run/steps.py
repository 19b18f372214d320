"""The table of steps: names wrap where room is short, and no figure is ever cut off."""

from datetime import datetime

from PySide6.QtGui import QResizeEvent

from app.i18n import _
from ui.models.rows import RowsModel
from ui.pages.run.rows import BAR_COLUMN, COLUMNS, PLAN_COLUMN, idle_scale
from ui.paint import scaled
from ui.widgets.column_fit import Wrapping
from ui.widgets.run_bars import BarDelegate, Marks
from ui.widgets.table import Rows, Table

_PLAN_FROM = 420
"""From this width on, at the design size, the planned time has a column; the bars show it too."""


class StepsTable(Table):
    """Steps with their states, figures and bars."""

    def __init__(self, now: datetime) -> None:
        super().__init__(RowsModel(COLUMNS), rows=Rows.STEP, name="steps")
        self.setAccessibleName(_("Steps"))
        self.bars = BarDelegate(idle_scale(now), Marks(), self)
        self.setItemDelegateForColumn(BAR_COLUMN, self.bars)
        self.columns_fit.wrapping = Wrapping(Rows.STEP, Rows.VERDICT, BAR_COLUMN)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show the planned time where there is room for it."""
        narrow = self.viewport().width() < scaled(_PLAN_FROM)
        if narrow != self.isColumnHidden(PLAN_COLUMN):
            self.setColumnHidden(PLAN_COLUMN, narrow)
        super().resizeEvent(event)
