"""Things side by side that go on below where the line ends, as words do."""

from collections.abc import Iterator, Sequence

from PySide6.QtCore import QEvent, QRect, QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget


class Flow(QWidget):
    """Lays its items out in as many lines as they need; none becomes wider than the flow.

    ``right`` lets every line end at the right edge, as buttons below a question do.
    """

    def __init__(
        self,
        items: Sequence[QWidget] = (),
        *,
        gap: int = 8,
        line_gap: int = 8,
        right: bool = False,
    ) -> None:
        super().__init__()
        self._items: list[QWidget] = []
        self._gap, self._line_gap, self._right = gap, line_gap, right
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
        least = (max(item.minimumSizeHint().width(), item.minimumWidth()) for item in self._shown())
        return QSize(max(least, default=0), 0)

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
        y = 0
        for line in self._lines(width):
            used = sum(size.width() + self._gap for _item, size in line) - self._gap
            x = max(0, width - used) if self._right else 0
            for item, size in line:
                yield item, QRect(x, y, size.width(), size.height())
                x += size.width() + self._gap
            y += max(size.height() for _item, size in line) + self._line_gap

    def _lines(self, width: int) -> list[list[tuple[QWidget, QSize]]]:
        """Return the items with their sizes, line by line."""
        lines: list[list[tuple[QWidget, QSize]]] = []
        x = 0
        for item in self._shown():
            size = item.sizeHint()
            if size.width() > width:
                size = QSize(max(width, 1), height_at(item, width))
            if not lines or x + size.width() > width:
                lines.append([])
                x = 0
            lines[-1].append((item, size))
            x += size.width() + self._gap
        return lines


def height_at(widget: QWidget, width: int) -> int:
    """Return the height, in pixels, that a widget needs at a width."""
    own = widget.heightForWidth(width) if widget.hasHeightForWidth() else widget.sizeHint().height()
    return min(max(own, widget.minimumHeight()), widget.maximumHeight())
