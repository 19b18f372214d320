"""Things side by side that go on below where the line ends, as words do."""

from collections.abc import Iterator, Sequence

from PySide6.QtCore import QEvent, QRect, QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget


class Flow(QWidget):
    """Lays its items out in as many lines as they need; none becomes narrower than the flow."""

    def __init__(self, items: Sequence[QWidget] = (), *, gap: int = 8, line_gap: int = 8) -> None:
        super().__init__()
        self._items: list[QWidget] = []
        self._gap, self._line_gap = gap, line_gap
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.set_items(items)

    def set_items(self, items: Sequence[QWidget]) -> None:
        """Show other items; those that were there are deleted."""
        for old in self._items:
            old.hide()
            old.deleteLater()
        self._items = list(items)
        for item in self._items:
            item.setParent(self)
            item.setVisible(True)
        self._arrange()

    def sizeHint(self) -> QSize:
        """All in one line."""
        hints = [item.sizeHint() for item in self._shown()]
        wide = sum(hint.width() for hint in hints) + self._gap * max(0, len(hints) - 1)
        return QSize(wide, max((hint.height() for hint in hints), default=0))

    def minimumSizeHint(self) -> QSize:
        """As narrow as its smallest item can be read."""
        least = (item.minimumSizeHint() for item in self._shown())
        return QSize(max((size.width() for size in least), default=0), 0)

    def heightForWidth(self, width: int) -> int:
        """As high as the lines that a width makes."""
        return max((area.bottom() + 1 for _item, area in self._places(width)), default=0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Break the lines elsewhere."""
        super().resizeEvent(event)
        self._arrange()

    def event(self, event: QEvent) -> bool:
        """Follow an item that became larger, or was hidden."""
        if event.type() == QEvent.Type.LayoutRequest:
            self._arrange()
        return super().event(event)

    def _shown(self) -> list[QWidget]:
        return [item for item in self._items if not item.isHidden()]

    def _arrange(self) -> None:
        for item, area in self._places(self.width()):
            item.setGeometry(area)
        self.setMinimumHeight(self.heightForWidth(self.width()))
        self.updateGeometry()

    def _places(self, width: int) -> Iterator[tuple[QWidget, QRect]]:
        """Yield each item with its place in a flow of this width."""
        x = y = tall = 0
        for item in self._shown():
            size = item.sizeHint().boundedTo(QSize(max(width, 1), 10_000))
            if x and x + size.width() > width:
                x, y, tall = 0, y + tall + self._line_gap, 0
            yield item, QRect(x, y, size.width(), size.height())
            x, tall = x + size.width() + self._gap, max(tall, size.height())
