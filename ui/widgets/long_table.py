"""The table of a list of any length: pages come when they are looked at, rows can be marked."""

from collections.abc import Hashable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import (
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QRectF,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QStyleOptionViewItem

from ui import icons
from ui.cells import MARK_ROLE
from ui.paint import scaled
from ui.theme import mix, tokens
from ui.widgets.base_table import BaseTable, Rows
from ui.widgets.cells import PAD, CellDelegate

if TYPE_CHECKING:
    from ui.models.pages import PagedModel

_FLAG = QItemSelectionModel.SelectionFlag


class MarkDelegate(CellDelegate):
    """Paints a tick at the left of marked rows."""

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Draw the mark under the content."""
        if index.data(MARK_ROLE):
            look, area = tokens(), QRectF(option.rect)
            painter.fillRect(area, mix(look.surface, look.accent, 0.04))
            if self.is_first(index.column()):
                icons.draw(
                    painter, "check", area.left() + 3, area.center().y() - 6, look.accent, 12
                )
        super().paint(painter, option, index)


class LongTable(BaseTable):
    """Shows a `ui.models.pages.PagedModel`; X marks, Shift extends, Ctrl+A marks everything."""

    near = Signal()  # what is in sight moved
    sort_wanted = Signal(int)  # the column whose header was clicked

    def __init__(
        self,
        model: "PagedModel[Any]",
        *,
        rows: Rows = Rows.NORMAL,
        header: bool = True,
        name: str = "",
        margin: int = PAD,
    ) -> None:
        self.paged = model
        super().__init__(model, rows=rows, header=header, name=name, margin=margin)
        self.cell_delegate = MarkDelegate(self, margin)
        self.setItemDelegate(self.cell_delegate)
        self._kept: Hashable = None
        self._unread = False
        self._tell_clicks()
        model.pages.filled.connect(self._on_filled)
        model.modelAboutToBeReset.connect(self._keep_cursor)
        model.modelReset.connect(self._restore_cursor)
        self.verticalScrollBar().valueChanged.connect(self.near)

    def _tell_clicks(self) -> None:
        """Sorting is the business of whoever fills the list: a click on a header is only told."""
        self.setSortingEnabled(False)
        head = self.horizontalHeader()
        head.setSectionsClickable(True)
        head.setSortIndicatorShown(True)
        head.sectionClicked.connect(self.sort_wanted)

    def show_sort(self, column: int, *, descending: bool) -> None:
        """Show in the header by which column the list is sorted."""
        order = Qt.SortOrder.DescendingOrder if descending else Qt.SortOrder.AscendingOrder
        self.horizontalHeader().setSortIndicator(column, order)

    def select(self, record: Hashable, *, quiet: bool = False) -> bool:
        """Put the cursor on a record; return whether it is in memory."""
        position = self.paged.pages.position_of(record)
        if position is None:
            return False
        was = self.selectionModel().blockSignals(quiet)
        index = self.paged.index(position, 0)
        self.selectionModel().setCurrentIndex(index, _FLAG.ClearAndSelect | _FLAG.Rows)
        self.selectionModel().blockSignals(was)
        self.scrollTo(index)
        self.viewport().update()
        return True

    def clear_cursor(self) -> None:
        """Mark no row as the one that is shown, without a word about it."""
        self._kept = None
        was = self.selectionModel().blockSignals(True)
        self.selectionModel().clear()
        self.selectionModel().blockSignals(was)
        self.viewport().update()

    def rows_in_sight(self) -> range:
        """Return the positions of the rows that can be seen."""
        height = max(1, self.verticalHeader().defaultSectionSize())
        first = self.verticalScrollBar().value() // height
        return range(
            first, min(self.paged.pages.total, first + self.viewport().height() // height + 2)
        )

    def jump_to(self, position: int) -> None:
        """Show the row at a position at the top."""
        self.executeDelayedItemsLayout()  # a list that just grew has its old scroll range still
        self.verticalScrollBar().setValue(position * self.verticalHeader().defaultSectionSize())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """X marks a row, Shift with a move marks on the way, Ctrl+A marks all."""
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        moves = {Qt.Key.Key_J: 1, Qt.Key.Key_Down: 1, Qt.Key.Key_K: -1, Qt.Key.Key_Up: -1}
        step = moves.get(Qt.Key(event.key()), 0)
        if control and event.key() == Qt.Key.Key_A:
            self.paged.marks.mark_all()
        elif event.key() == Qt.Key.Key_X and not control:
            self._toggle()
        elif shift and step:
            self._mark_range(self.currentIndex().row(), self.currentIndex().row() + step)
            self.move_cursor(step)
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click with Ctrl marks a row, one with Shift marks up to it."""
        index = self.indexAt(event.position().toPoint())
        if index.isValid() and event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._mark_range(max(0, self.currentIndex().row()), index.row())
            self.selectRow(index.row())
        elif index.isValid() and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.selectRow(index.row())
            self._toggle()
        else:
            super().mousePressEvent(event)

    def _toggle(self) -> None:
        if self.current is not None:
            self.paged.marks.toggle(self.paged.pages.row_id(self.current))

    def _mark_range(self, one: int, other: int) -> None:
        """Mark the rows from one to the other, as far as they are in memory."""
        first, last = sorted((max(0, one), max(0, other)))
        rows = (self.paged.pages.at(at, ask=False) for at in range(first, last + 1))
        self.paged.marks.add(self.paged.pages.row_id(row) for row in rows if row is not None)

    @Slot(QModelIndex, QModelIndex)
    def _on_current(self, current: QModelIndex, previous: QModelIndex) -> None:
        super()._on_current(current, previous)
        self._unread = current.isValid() and self.paged.row_at(current) is None

    @Slot(int)
    def _on_filled(self, _page: int) -> None:
        """Tell of the row the cursor went to, now that it has come."""
        if self._unread and self.current is not None:
            self._unread = False
            self.picked.emit(self.current)

    def _keep_cursor(self) -> None:
        row = self.current
        self._kept = None if row is None else self.paged.pages.row_id(row)

    def _restore_cursor(self) -> None:
        if self._kept is not None:
            self.select(self._kept, quiet=True)

    def sizeHintForRow(self, row: int) -> int:
        """Rows have one height: asking each of a million would take seconds."""
        return scaled(self._height.value)
