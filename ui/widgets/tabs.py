"""Tabs as text with a line under the current one, and the stack they switch."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from ui.paint import Painted, Style, by_keyboard, focus_ring, hline, write
from ui.theme import BODY, BOLD, tokens
from ui.widgets.layout import add_layout

_GAP, _NARROW_GAP = 24, 8
_ENDLESS = 1e6
_PLAIN, _CURRENT = Style("ink2", BODY), Style("ink", BODY, BOLD)


class Tabs(Painted):
    """A row of names, or two where they need them; left and right move, a click picks."""

    changed = Signal(int)

    def __init__(self, names: Sequence[str] = (), *, lined: bool = True) -> None:
        super().__init__()
        self._names: tuple[str, ...] = tuple(names)
        self._lined = lined
        self._current = 0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self._tell()

    @property
    def current(self) -> int:
        """Position of the current tab."""
        return self._current

    def set_names(self, names: Sequence[str]) -> None:
        """Show other tabs and keep the position if there still is one."""
        self._names = tuple(names)
        self._current = min(self._current, max(0, len(self._names) - 1))
        self._tell()

    def set_current(self, position: int) -> None:
        """Switch to a tab."""
        if 0 <= position < len(self._names) and position != self._current:
            self._current = position
            self._tell()
            self.changed.emit(position)

    def sizeHint(self) -> QSize:
        """All names side by side, 36 high at the design size."""
        areas = self._areas(_ENDLESS)
        right = areas[-1].right() if areas else 0
        return QSize(round(right), self._line_height())

    def minimumSizeHint(self) -> QSize:
        """As wide as the longest name: the others go below."""
        widest = max((_CURRENT.width(name) + 2 for name in self._names), default=0.0)
        return QSize(round(widest), self._line_height())

    def hasHeightForWidth(self) -> bool:
        """In a narrow place they need more lines."""
        return True

    def heightForWidth(self, width: int) -> int:
        """As many lines as the names need."""
        areas = self._areas(width)
        return round(areas[-1].bottom()) + 2 if areas else self._line_height()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click picks a tab."""
        for position, area in enumerate(self._areas(self.width())):
            if area.adjusted(-_GAP / 2, 0, _GAP / 2, 0).contains(event.position()):
                self.set_current(position)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and right move."""
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
        else:
            self.set_current(self._current + step)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the names, the line under all and the accent under the current one."""
        painter, look = QPainter(self), tokens()
        if self._lined:
            hline(painter, 0, self.width(), self.height() - 1)
        for position, (name, area) in enumerate(
            zip(self._names, self._areas(self.width()), strict=True)
        ):
            current = position == self._current
            write(painter, area, name, _CURRENT if current else _PLAIN)
            if current:
                line = QRectF(area.left(), area.bottom(), area.width() - 2, 2)
                painter.fillRect(line, look.accent)
                if by_keyboard(self):
                    focus_ring(painter, area.adjusted(-8, 4, 6, -4))

    def _line_height(self) -> int:
        return round(_PLAIN.metrics().height()) + 20

    def _areas(self, width: float) -> list[QRectF]:
        """Return where each name stands; in a narrow place they move together, then go below."""
        areas, x, y, height = [], 0.0, 0.0, self._line_height()
        widths = [_CURRENT.width(name) + 2 for name in self._names]
        rest = (width - sum(widths)) / max(1, len(widths) - 1)
        gap = min(_GAP, max(_NARROW_GAP, rest))
        for wide in widths:
            if x and x + wide > width:
                x, y = 0.0, y + height
            areas.append(QRectF(x, y, wide, height - 2))
            x += wide + gap
        return areas

    def _tell(self) -> None:
        self.say(self._names[self._current] if self._names else "")


class TabStack(QWidget):
    """Tabs over pages that are built when they are first shown."""

    shown = Signal(int)

    def __init__(self, *, margin: int = 0) -> None:
        super().__init__()
        self.tabs = Tabs()
        self.stack = QStackedWidget()
        self._names: list[str] = []
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        bar = QVBoxLayout()
        bar.setContentsMargins(margin, 0, margin, 0)
        bar.addWidget(self.tabs)
        add_layout(layout, bar)
        layout.addWidget(self.stack, 1)
        self.tabs.changed.connect(self.stack.setCurrentIndex)
        self.tabs.changed.connect(self.shown)

    def add(self, name: str, page: QWidget) -> None:
        """Add a tab."""
        self._names.append(name)
        self.tabs.set_names(self._names)
        self.stack.addWidget(page)
