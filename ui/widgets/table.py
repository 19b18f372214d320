"""The table of a short list: all its rows in memory, with groups, sorted by its header."""

from collections.abc import Callable, Hashable, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QItemSelectionModel, Qt

from ui.cells import Group
from ui.paint import scaled
from ui.widgets.base_table import BaseTable, Rows
from ui.widgets.cells import PAD

if TYPE_CHECKING:
    from ui.models.rows import RowsModel

__all__ = ["Rows", "Table"]


class Table(BaseTable):
    """Shows the rows of a `ui.models.rows.RowsModel`."""

    def __init__(
        self,
        model: "RowsModel[Any]",
        *,
        rows: Rows = Rows.NORMAL,
        header: bool = True,
        row_id: Callable[[Any], Hashable] = lambda row: row.id,
        name: str = "",
        margin: int = PAD,
    ) -> None:
        self._row_id, self._fits = row_id, False
        self.rows_model = model
        super().__init__(model, rows=rows, header=header, name=name, margin=margin)

    def set_rows(self, rows: Sequence[Any]) -> None:
        """Replace all rows; the cursor stays on the same record when it is still there."""
        kept = None if self.current is None else self._row_id(self.current)
        scroll = self.verticalScrollBar().value()
        self.selectionModel().blockSignals(True)
        self.rows_model.set_rows(rows)
        self.clearSpans()
        for position, row in enumerate(rows):
            if isinstance(row, Group):
                self.setSpan(position, 0, 1, max(2, self.rows_model.columnCount()))
                self.setRowHeight(position, scaled(Rows.COMPACT.value))
        self.selectionModel().blockSignals(False)
        if kept is not None and self.select(kept, quiet=True):
            self.verticalScrollBar().setValue(scroll)
        elif kept is not None:
            self.picked.emit(None)

    def update_rows(self, rows: Sequence[Any]) -> None:
        """Show newer states of the same records in place; others replace what was there."""
        if not self.rows_model.update_rows(rows, self._row_id):
            self.set_rows(rows)

    def select(self, record: Hashable, *, quiet: bool = False) -> bool:
        """Put the cursor on a record; return whether it is there."""
        for position, row in enumerate(self.rows_model.rows):
            if not isinstance(row, Group) and self._row_id(row) == record:
                index = self.rows_model.index(position, 0)
                was = self.selectionModel().blockSignals(quiet)
                flag = QItemSelectionModel.SelectionFlag
                self.selectionModel().setCurrentIndex(index, flag.ClearAndSelect | flag.Rows)
                self.selectionModel().blockSignals(was)
                self.scrollTo(index)
                self.viewport().update()
                return True
        return False

    def fit_height(self) -> None:
        """Make the table exactly as high as its rows, for tables inside a page that scrolls."""
        height = sum(self.rowHeight(row) for row in range(self.rows_model.rowCount()))
        head = self.horizontalHeader()
        height += head.sizeHint().height() if head.isVisibleTo(self) else 0
        self._fits = True
        self.setFixedHeight(height + 2)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def _move_to(self, position: int, step: int) -> None:
        rows = self.rows_model.rows
        while 0 <= position < len(rows) and isinstance(rows[position], Group):
            position += step
        super()._move_to(position, step)

    def _fit_rows(self) -> None:
        super()._fit_rows()
        for position, row in enumerate(self.rows_model.rows):
            if isinstance(row, Group):
                self.setRowHeight(position, scaled(Rows.COMPACT.value))
        if self._fits:
            self.fit_height()
