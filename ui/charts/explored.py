"""A chart that can be looked at closely by keys and mouse, and asks for its menu."""

from PySide6.QtCore import QEvent, QPoint, QRectF, Qt, Signal, Slot
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QWheelEvent,
)

from app.i18n import _
from ui.charts.explore import Explorer
from ui.charts.frame import ChartFrame


class ExploredChart(ChartFrame):
    """Hands keys and mouse to its `Explorer`; subclasses say what is shown of a part."""

    menu_wanted = Signal(QPoint)  # a place of the screen

    def __init__(self) -> None:
        super().__init__()
        self.explorer = Explorer(self, lambda: QRectF(self._area()))
        self.explorer.moved.connect(self._on_moved)
        self.explorer.pointed.connect(self._on_pointed)
        self.pointer_y: float | None = None
        """Where the pointer is in the plot, in pixels; None while keys move the crosshair."""
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setToolTip(_("Wheel or + and −: zoom. Drag or Ctrl and arrows: move. Home: all."))

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to look at."""
        return False

    def show_part(self, start: float, end: float) -> None:
        """Set the axes for a part of the horizontal one."""

    @Slot()
    def _on_moved(self) -> None:
        if not self.is_empty:
            self.show_part(*self.explorer.span)

    @Slot()
    def _on_pointed(self) -> None:
        if not self.is_empty:
            self.plot.viewport().update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show that keys come here."""
        super().focusInEvent(event)
        self._on_pointed()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Show that keys go elsewhere."""
        super().focusOutEvent(event)
        self._on_pointed()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Zoom, pan, move the crosshair, or open the menu."""
        self.pointer_y = None
        if self.is_empty or not self.explorer.key(event):
            super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom around the pointer."""
        self.explorer.wheel(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of the chart."""
        self.explorer.mouse(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag the chart, or read values."""
        self.pointer_y = event.position().y() - self._area().top()
        self.explorer.mouse(event)
        if self.explorer.at is not None:
            self._on_pointed()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go."""
        self.explorer.mouse(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Show everything again."""
        self.explorer.mouse(event)

    def leaveEvent(self, event: QEvent) -> None:
        """Take the crosshair away."""
        self.explorer.point(None)
        super().leaveEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask for what can be done with the chart."""
        self.menu_wanted.emit(event.globalPos())
