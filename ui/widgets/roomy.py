"""An area that scrolls what stands in it only once even its least height does not fit."""

from PySide6.QtCore import QEvent
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QScrollArea, QWidget

from ui.widgets.layout import scrolling


def roomy(widget: QWidget) -> QScrollArea:
    """Return an area whose widget fills it, and scrolls where words leave a picture no room.

    Qt's own resizing asks for the height that is preferred, so that a picture which could be lower
    would be scrolled instead.
    """
    return scrolling(_Room(widget))


class _Room(QWidget):
    """Holds a widget as wide as itself, and is never lower than that must be at this width."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__()
        self._widget = widget
        widget.setParent(self)

    def event(self, event: QEvent) -> bool:
        """Follow the widget when its wishes have changed."""
        if event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return super().event(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Follow the area."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        layout = self._widget.layout()
        if layout is None:
            return
        least = layout.totalMinimumSize().height()
        if layout.hasHeightForWidth():
            least = layout.totalMinimumHeightForWidth(self.width())
        self.setMinimumHeight(least)
        self._widget.setGeometry(0, 0, self.width(), max(self.height(), least))
