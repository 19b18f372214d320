"""What every table shares: horizontal lines only, fixed rows, a quiet header, the keyboard."""

from collections.abc import Sequence
from enum import Enum
from typing import Any, Protocol, cast

from PySide6.QtCore import (
    QAbstractTableModel,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPainter, QPaintEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableView

from app.i18n import _
from ui import icons
from ui.cells import COLUMN_ROLE, Column
from ui.paint import LEFT, RIGHT, Style, by_keyboard, focus_ring, hline, scaled, write
from ui.theme import MEDIUM, SMALL, tokens
from ui.widgets.cells import PAD, CellDelegate
from ui.widgets.column_fit import LOOKED_AT, ColumnFit
from ui.widgets.dressed import dress_bars


class Rows(Enum):
    """Height of a row in pixels at the design size."""

    COMPACT = 26
    NORMAL = 32
    STEP = 46
    TWO_LINES = 56
    VERDICT = 60
    THREE_LINES = 74


class Axis(Protocol):
    """A delegate whose cells share a scale that it writes into the header."""

    def paint_axis(self, painter: QPainter, area: QRectF) -> None:
        """Write the scale."""
        ...


class Header(QHeaderView):
    """Small quiet words above the columns."""

    def __init__(self, table: "BaseTable") -> None:
        super().__init__(Qt.Orientation.Horizontal, table)
        self._table = table
        self.setHighlightSections(False)
        self.setSectionsClickable(True)
        self.setMinimumSectionSize(24)

    def sizeHint(self) -> QSize:
        """26 at the design size."""
        return QSize(self.length(), scaled(26))

    def paintSection(self, painter: QPainter, rect: QRect, section: int) -> None:
        """Draw a header word and the direction of sorting, or the scale of the column."""
        column = self.model().headerData(section, Qt.Orientation.Horizontal, COLUMN_ROLE)
        if not isinstance(column, Column):
            return
        area = QRectF(rect)
        painter.save()
        painter.fillRect(area, tokens().surface)
        hline(painter, area.left(), area.right() + 1, area.bottom() - 1)
        left, right = self._table.cell_delegate.padding(section)
        inner = area.adjusted(left, 0, -right, -1)
        delegate = self._table.itemDelegateForColumn(section)
        if hasattr(delegate, "paint_axis"):
            cast("Axis", delegate).paint_axis(painter, area)
        elif column.marks:
            _paint_marks(painter, inner, column.marks)
        else:
            self._paint_word(painter, inner, section, column)
        painter.restore()

    def _paint_word(
        self, painter: QPainter, area: QRectF, section: int, column: Column[Any]
    ) -> None:
        style = Style("ink2", SMALL, MEDIUM)
        sorted_by = self.isSortIndicatorShown() and self.sortIndicatorSection() == section
        if sorted_by and column.header:
            up = self.sortIndicatorOrder() == Qt.SortOrder.AscendingOrder
            name = "chevron-up" if up else "chevron-down"
            x = area.right() - 12 if column.right else area.left() + style.width(column.header) + 4
            icons.draw(painter, name, x, area.center().y() - 6, tokens().ink2, 12)
            area = area.adjusted(0, 0, -16 if column.right else 0, 0)
        write(painter, area, column.header, style, RIGHT if column.right else LEFT)


def _paint_marks(painter: QPainter, area: QRectF, marks: Sequence[str]) -> None:
    style, taken = Style("ink2", SMALL), list[tuple[float, float]]()
    outside_in = sorted(range(len(marks)), key=lambda place: -abs(2 * place - len(marks) + 1))
    for position in outside_in:  # in a narrow column the ends stay, and say the scale
        mark = marks[position]
        middle = area.left() + area.width() * (position + 0.5) / len(marks)
        if len(marks) > 1:
            middle = area.left() + area.width() * position / (len(marks) - 1)
        width = style.width(mark) + 2
        x = max(area.left(), min(middle - width / 2, area.right() - width))
        if width <= area.width() and all(
            x >= right + 4 or x + width + 4 <= left for left, right in taken
        ):
            taken.append((x, x + width))
            write(painter, QRectF(x, area.top(), width, area.height()), mark, style)


class ListModel(Protocol):
    """What a table asks of its model."""

    @property
    def columns(self) -> tuple[Column[Any], ...]:
        """The columns, from left to right."""
        ...

    def row_at(self, index: QModelIndex | QPersistentModelIndex) -> Any:
        """Return the record of an index, None when there is none."""
        ...


class BaseTable(QTableView):
    """Shows the records of a list model; J and K move, Return opens."""

    picked = Signal(object)  # the row the cursor is on
    opened = Signal(object)  # the row that was activated

    def __init__(
        self,
        model: QAbstractTableModel,
        *,
        rows: Rows = Rows.NORMAL,
        header: bool = True,
        name: str = "",
        margin: int = PAD,
    ) -> None:
        super().__init__()
        dress_bars(self)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self._height, self._measured = rows, False
        self._records = cast("ListModel", model)
        model.setParent(self)
        self.setModel(model)
        self.cell_delegate = CellDelegate(self, margin)
        self.setItemDelegate(self.cell_delegate)
        self.setHorizontalHeader(Header(self))
        self.horizontalHeader().setVisible(header)
        self.horizontalHeader().setObjectName(name)
        self.verticalHeader().hide()
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.columns_fit = ColumnFit(self, self._records.columns)
        self._fit(self._records.columns)
        for changed in (model.modelReset, model.layoutChanged):
            changed.connect(self._on_rows)
        model.dataChanged.connect(self._on_changed)
        self.selectionModel().currentRowChanged.connect(self._on_current)
        self.activated.connect(self._on_activated)

    @property
    def current(self) -> Any:
        """The row the cursor is on, None when there is none."""
        return self._records.row_at(self.currentIndex())

    def select_first(self) -> None:
        """Put the cursor on the first record when it is nowhere."""
        if self.current is None:
            self.move_cursor(1)

    def move_cursor(self, step: int) -> None:
        """Move the cursor by so many records, as far as there are any."""
        self._move_to(self.currentIndex().row() + step, step)

    def _move_to(self, position: int, step: int) -> None:
        """Put the cursor on a row; where that is no record, ``step`` leads to the next one."""
        if 0 <= position < self.model().rowCount():
            self.selectRow(position)
            self.scrollTo(self.model().index(position, 0))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """J and K move as the arrows do, Home and End to the ends; letters never search."""
        moves = {Qt.Key.Key_J: 1, Qt.Key.Key_K: -1}
        if step := moves.get(Qt.Key(event.key())):
            self.move_cursor(step)
        elif event.key() == Qt.Key.Key_Home:
            self._move_to(0, 1)
        elif event.key() == Qt.Key.Key_End:
            self._move_to(self.model().rowCount() - 1, -1)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.current is not None:
            self.opened.emit(self.current)
        elif event.text().strip():
            event.ignore()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Coming by Tab, the cursor goes to the first row."""
        super().focusInEvent(event)
        if event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason):
            self.select_first()
        self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the rows, and the ring when the keyboard is here."""
        super().paintEvent(event)
        if by_keyboard(self):
            painter = QPainter(self.viewport())
            index = self.currentIndex()
            area = (
                QRectF(self.visualRect(index))
                if index.isValid()
                else QRectF(self.viewport().rect())
            )
            area.setLeft(0)
            area.setRight(self.viewport().width())
            focus_ring(painter, area, 2)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a narrow place the columns of fixed width give way, so that names can be read."""
        super().resizeEvent(event)
        self.columns_fit.share()

    def showEvent(self, event: QShowEvent) -> None:
        """Measure what came while the table was hidden."""
        super().showEvent(event)
        self._measure()

    def changeEvent(self, event: QEvent) -> None:
        """Make rows fit when the size of the type changes."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.ApplicationFontChange:
            self._fit_rows()
            self._on_rows()

    def set_height(self, rows: Rows) -> None:
        """Give all rows another height."""
        if self._height is not rows:
            self._height = rows
            self._fit_rows()

    def _fit_rows(self) -> None:
        rows = self.verticalHeader()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setMinimumSectionSize(scaled(Rows.COMPACT.value))
        rows.setDefaultSectionSize(scaled(self._height.value))

    def _fit(self, columns: Sequence[Column[Any]]) -> None:
        self._fit_rows()
        head = self.horizontalHeader()
        self.columns_fit.begin()
        for position, column in enumerate(columns):
            if not column.width:
                head.setSectionResizeMode(position, QHeaderView.ResizeMode.Stretch)
        if any(column.sortable for column in columns):
            head.setSortIndicatorClearable(True)
            head.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
            self.setSortingEnabled(True)
        self.setAccessibleName(
            _("Table: {columns}").format(
                columns=", ".join(column.header for column in columns if column.header)
            )
        )

    def fit_columns(self) -> None:
        """Share the width anew, after columns were shown or hidden: what cells need stays known."""
        if self._measured:
            self.columns_fit.share()
        elif self.isVisible():
            self._measure()

    @Slot(QModelIndex, QModelIndex)
    def _on_changed(self, first: QModelIndex, _last: QModelIndex) -> None:
        """Measure anew what is measured at all: in a long list, pages come while one scrolls."""
        if first.row() < LOOKED_AT:
            self._on_rows()

    @Slot()
    def _on_rows(self) -> None:
        self._measured = False
        if self.isVisible():
            self._measure()

    def _measure(self) -> None:
        if not self._measured:
            self._measured = True
            self.columns_fit.measure()

    @Slot(QModelIndex, QModelIndex)
    def _on_current(self, current: QModelIndex, _previous: QModelIndex) -> None:
        self.picked.emit(self._records.row_at(current))

    @Slot(QModelIndex)
    def _on_activated(self, index: QModelIndex) -> None:
        if (row := self._records.row_at(index)) is not None:
            self.opened.emit(row)
