"""Two things side by side where there is room for both, one below the other where there is not."""

from PySide6.QtCore import QEvent, QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QLayout, QWidget


class Beside(QWidget):
    """A first widget of its own width, and a second one that takes what is left or goes below."""

    def __init__(self, first: QWidget, second: QWidget, *, gap: int = 24) -> None:
        super().__init__()
        self._first, self._second, self._gap = first, second, gap
        self._box = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        self._box.setSpacing(gap)
        self._box.addWidget(first)
        self._box.addWidget(second, 1)

    def minimumSizeHint(self) -> QSize:
        """As narrow as the wider of both."""
        return QSize(max(self._needs()), super().minimumSizeHint().height())

    def _needs(self) -> tuple[int, int]:
        """Return the width that the first has and the least that the second can do with."""
        hints = (self._first.sizeHint(), self._second.minimumSizeHint())
        fixed = (self._first.minimumWidth(), self._second.minimumWidth())
        first, second = (max(hint.width(), least) for hint, least in zip(hints, fixed, strict=True))
        return first, second

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the second where there is room for it."""
        super().resizeEvent(event)
        self._arrange()

    def event(self, event: QEvent) -> bool:
        """Follow what became wider or narrower."""
        if event.type() == QEvent.Type.LayoutRequest:
            self._arrange()
        return super().event(event)

    def _arrange(self) -> None:
        both = sum(self._needs()) + self._gap
        ways = QBoxLayout.Direction
        wanted = ways.LeftToRight if both <= self.width() else ways.TopToBottom
        if self._box.direction() is not wanted:
            self._box.setDirection(wanted)
            self.updateGeometry()
