"""A table whose rows can be put in another order: Alt+Up and Alt+Down, or dragged by the mouse."""

from typing import Any

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication

from ui.theme import tokens
from ui.widgets.table import Table


class OrderedTable(Table):
    """Says which row shall stand where; who holds the rows moves them."""

    moved = Signal(int, int)  # the place of a row, and the place it shall have

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.movable = True
        self._pressed: tuple[int, QPoint] | None = None
        self._target: int | None = None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Alt with an arrow moves the row that the cursor is on."""
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))
        if step is None or event.modifiers() != Qt.KeyboardModifier.AltModifier:
            super().keyPressEvent(event)
            return
        place = self.currentIndex().row()
        if self.movable and place >= 0 and 0 <= place + step < self.rows_model.rowCount():
            self.moved.emit(place, place + step)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Remember where a drag may begin."""
        super().mousePressEvent(event)
        place = self.rowAt(event.position().toPoint().y())
        if self.movable and event.button() == Qt.MouseButton.LeftButton and place >= 0:
            self._pressed = place, event.position().toPoint()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Show between which rows the dragged one would be put."""
        if self._pressed is None:
            super().mouseMoveEvent(event)
            return
        at = event.position().toPoint()
        far = abs(at.y() - self._pressed[1].y()) >= QApplication.startDragDistance()
        if far or self._target is not None:
            self._target = self._gap_at(at.y())
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
            self.viewport().update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Put the dragged row there."""
        pressed, target = self._pressed, self._target
        self._pressed = self._target = None
        self.unsetCursor()
        super().mouseReleaseEvent(event)
        if pressed is None or target is None:
            return
        self.viewport().update()
        place = target - (1 if target > pressed[0] else 0)
        if place != pressed[0]:
            self.moved.emit(pressed[0], place)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the rows, and the line where a dragged one would go."""
        super().paintEvent(event)
        if self._target is not None:
            painter = QPainter(self.viewport())
            y = self._edge(self._target)
            painter.fillRect(0, y - 1, self.viewport().width(), 2, tokens().accent)

    def _gap_at(self, y: int) -> int:
        """Return the number of the gap between rows that is nearest, 0 above the first."""
        count = self.rows_model.rowCount()
        return min(range(count + 1), key=lambda gap: abs(self._edge(gap) - y))

    def _edge(self, gap: int) -> int:
        count = self.rows_model.rowCount()
        if gap < count:
            return self.rowViewportPosition(gap)
        return self.rowViewportPosition(count - 1) + self.rowHeight(count - 1)
