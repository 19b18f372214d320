"""Two things side by side where there is room for both, one below the other where there is not."""

from collections.abc import Iterator

from PySide6.QtCore import QRect, QSize
from PySide6.QtWidgets import QWidget

from ui.widgets.flow import Flow, height_at


class Beside(Flow):
    """A first widget of its own width, and a second one that takes what is left or goes below.

    A ``whole`` second one stands beside only where it has room for all it would like to show.
    """

    def __init__(
        self, first: QWidget, second: QWidget, *, gap: int = 24, whole: bool = False
    ) -> None:
        self._first, self._second, self._whole = first, second, whole
        super().__init__((first, second), gap=gap, line_gap=gap)

    def _needs(self) -> tuple[int, int]:
        """Return the width that the first has and the least that the second can do with."""
        first, second = self._first, self._second
        least = second.sizeHint() if self._whole else second.minimumSizeHint()
        return _least(first, first.sizeHint()), _least(second, least)

    def _places(self, width: int) -> Iterator[tuple[QWidget, QRect]]:
        """Yield both with their places; side by side they are equally high."""
        first, second = self._first, self._second
        own = self._needs()[0]
        if sum(self._needs()) + self._gap <= width:
            left = width - own - self._gap
            room = min(left, second.maximumWidth())
            high = max(height_at(first, own), height_at(second, room))
            yield first, QRect(0, 0, own, high)
            yield second, QRect(own + self._gap, 0, left, high)
        else:
            high = height_at(first, min(width, first.maximumWidth()))
            yield first, QRect(0, 0, width, high)
            yield second, QRect(0, high + self._gap, width, height_at(second, width))


def _least(widget: QWidget, size: QSize) -> int:
    return min(max(size.width(), widget.minimumWidth()), widget.maximumWidth())
