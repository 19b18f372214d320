"""Layouts on the 4-pixel grid, divider lines, cards and scrolling areas."""

from collections.abc import Iterable
from typing import TypeVar

from PySide6.QtCore import QByteArray, QRectF, Qt, Slot
from PySide6.QtGui import QPainter, QPaintEvent, QPalette, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLayout,
    QScrollArea,
    QSizePolicy,
    QSplitter,
    QSplitterHandle,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import invalidate

from ui.theme import tokens
from ui.widgets.dressed import scroll_area

INNER, GAP, MARGIN = 8, 16, 24
Box = TypeVar("Box", bound=QBoxLayout)
Item = QWidget | QLayout | int | None
"""A widget, a layout, a space in pixels, or None for a stretch."""


def row(
    *items: Item, gap: int = INNER, margins: tuple[int, int, int, int] = (0, 0, 0, 0)
) -> QHBoxLayout:
    """Lay items side by side; a number is a space, None takes what is left."""
    return _fill(QHBoxLayout(), items, gap, margins)


def column(
    *items: Item, gap: int = INNER, margins: tuple[int, int, int, int] = (0, 0, 0, 0)
) -> QVBoxLayout:
    """Lay items one below the other; a number is a space, None takes what is left."""
    return _fill(QVBoxLayout(), items, gap, margins)


def panel(layout: QLayout, fill: str = "") -> QWidget:
    """Return a widget around a layout; ``fill`` is surface, raised or sunken."""
    widget = QWidget()
    widget.setLayout(layout)
    if fill:
        fill_with(widget, fill)
    return widget


def fill_with(widget: QWidget, fill: str) -> None:
    """Fill a widget with surface, raised or sunken, whichever theme holds."""
    widget.setBackgroundRole(_FILLS[fill])
    widget.setAutoFillBackground(True)


_FILLS = {
    "surface": QPalette.ColorRole.Window,
    "raised": QPalette.ColorRole.AlternateBase,
    "sunken": QPalette.ColorRole.Light,
}
"""Where the palette of `ui.theme` has these colours."""


class Card(QFrame):
    """A frame with a one-pixel line and round corners."""

    RADIUS = 6

    def __init__(
        self,
        *,
        raised: bool = True,
        parent: QWidget | None = None,
        kind: Qt.WindowType = Qt.WindowType.Widget,
    ) -> None:
        super().__init__(parent, kind)
        self._raised = raised
        self.setContentsMargins(1, 1, 1, 1)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the sheet and its line."""
        painter, look = QPainter(self), tokens()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(look.line, 1))
        painter.setBrush(look.raised if self._raised else look.surface)
        painter.drawRoundedRect(
            QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), self.RADIUS, self.RADIUS
        )


def card(layout: QLayout, *, raised: bool = True) -> Card:
    """Return a card around a layout."""
    frame = Card(raised=raised)
    frame.setLayout(layout)
    return frame


def scrolling(widget: QWidget) -> QScrollArea:
    """Return a vertical scrolling area around a widget that takes its full width."""
    area = scroll_area()
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(widget)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return area


def split(*widgets: QWidget, sizes: Iterable[int] = (), name: str = "") -> QSplitter:
    """Return panels side by side with a one-pixel handle; ``name`` lets the window restore it."""
    splitter = _Splitter(Qt.Orientation.Horizontal)
    splitter.setHandleWidth(1)
    splitter.setChildrenCollapsible(False)
    splitter.setObjectName(name)
    for position, widget in enumerate(widgets):
        splitter.addWidget(widget)
        splitter.setStretchFactor(position, int(position == len(widgets) - 1))
    splitter.want(tuple(sizes))
    return splitter


class _Splitter(QSplitter):
    """Keeps its first parts as wide as designed, as long as there is room and nobody moved it."""

    _wanted: tuple[int, ...] = ()

    def createHandle(self) -> QSplitterHandle:
        return _Handle(self.orientation(), self)

    def want(self, sizes: tuple[int, ...]) -> None:
        """Take these sizes; where the whole is narrower, all parts give way alike."""
        self._wanted = sizes
        if sizes:
            self.setSizes(sizes)
            self.splitterMoved.connect(self._on_moved)

    def restoreState(self, state: QByteArray | bytes | bytearray | memoryview) -> bool:
        """Lay the parts out as they were left."""
        self._wanted = ()
        return super().restoreState(state)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share what there is."""
        super().resizeEvent(event)
        whole, room = sum(self._wanted), self.width()
        if whole:
            first = [round(size * min(1.0, room / whole)) for size in self._wanted[:-1]]
            self.setSizes([*first, max(1, room - sum(first))])

    @Slot()
    def _on_moved(self) -> None:
        self._wanted = ()


class _Handle(QSplitterHandle):
    """A line that lights up under the mouse."""

    def paintEvent(self, event: QPaintEvent) -> None:
        look = tokens()
        QPainter(self).fillRect(self.rect(), look.accent if self.underMouse() else look.line)


def add_layout(outer: QBoxLayout, inner: QLayout, stretch: int = 0) -> None:
    """Put a layout into another one; the only way to do it.

    When the outer one already belongs to a widget, the binding remembers every item of the inner
    one by its address, and is not told when Qt deletes it. The next object at that address is then
    taken for the item, and destroying it ends the process. So the items are forgotten at once.
    """
    outer.addLayout(inner, stretch)
    if outer.parentWidget() is not None:
        _forget_items(inner)


def _forget_items(layout: QLayout) -> None:
    for position in range(layout.count()):
        item = layout.itemAt(position)
        if isinstance(item, QLayout):
            _forget_items(item)
        elif item is not None:
            invalidate(item)


def tab_after(before: QWidget, holder: QWidget) -> None:
    """Let Tab reach what is in ``holder`` right after ``before``; what is built late comes last."""
    for widget in holder.findChildren(QWidget):
        inside = widget.window() is holder.window()  # the list of a choice is a window of its own
        if inside and widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
            QWidget.setTabOrder(before, widget)
            before = widget


def keep_back(holder: QWidget, *widgets: QWidget) -> None:
    """Let a widget hold, out of sight, what it shows later or never.

    Qt then deletes them with their holder. Without a parent that was left to Python's collector of
    garbage, which destroys the parts of a widget in any order: PySide 6.11 crashes.
    """
    store = QWidget(holder)
    store.hide()  # and what lies in it is shown as soon as it is laid out elsewhere
    for widget in widgets:
        widget.setParent(store)


def clear(layout: QLayout) -> None:
    """Remove and delete everything in a layout."""
    while (item := layout.takeAt(0)) is not None:
        if (widget := item.widget()) is not None:
            widget.hide()  # a layout shows what it gets a little later: then as a window of its own
            widget.deleteLater()
        elif (inner := item.layout()) is not None:
            clear(inner)


class Line(QWidget):
    """A one-pixel divider."""

    def __init__(self, orientation: Qt.Orientation = Qt.Orientation.Horizontal) -> None:
        super().__init__()
        fixed, wide = QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding
        if orientation is Qt.Orientation.Horizontal:
            self.setFixedHeight(1)
            self.setSizePolicy(wide, fixed)
        else:
            self.setFixedWidth(1)
            self.setSizePolicy(fixed, wide)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Fill with the colour of lines."""
        QPainter(self).fillRect(self.rect(), tokens().line)


def _fill(box: Box, items: tuple[Item, ...], gap: int, margins: tuple[int, int, int, int]) -> Box:
    box.setSpacing(gap)
    box.setContentsMargins(*margins)
    for item in items:
        if item is None:
            box.addStretch(1)
        elif isinstance(item, int):
            box.addSpacing(item)
        elif isinstance(item, QWidget):
            box.addWidget(item)
        else:
            add_layout(box, item)
    return box
