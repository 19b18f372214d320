"""An empty page: the shape of what will appear, one sentence, one button, how long it takes."""

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from ui.paint import Painted, hline
from ui.theme import BOLD, LARGE, tokens
from ui.widgets.buttons import Button, Kind
from ui.widgets.labels import Label
from ui.widgets.layout import add_layout, row

_MOST = 100
"""So much more than its margins the middle takes, up to its greatest width."""


class _Ghost(Painted):
    """The outline of the list or chart that will stand here."""

    def __init__(self, draw: Callable[[QPainter, int, int], None]) -> None:
        super().__init__()
        self._draw = draw
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """As wide as the text below it."""
        return QSize(420, 96)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the outline."""
        self._draw(QPainter(self), self.width(), self.height())


def ghost_chart(painter: QPainter, width: int, height: int) -> None:
    """Draw the shape of a before/after chart."""
    look = tokens()
    painter.fillRect(0, 0, width, height - 1, look.raised)
    painter.fillRect(round(width * 0.46), 0, round(width * 0.06), height - 1, look.change_band)
    hline(painter, 0, width, height - 1, look.line)
    painter.setPen(QPen(look.ink3, 1, Qt.PenStyle.DotLine))
    painter.drawLine(0, round(height * 0.55), width, round(height * 0.55))


def ghost_rows(painter: QPainter, width: int, height: int) -> None:
    """Draw the shape of a list."""
    look = tokens()
    for line in range(3):
        y = line * 32
        painter.fillRect(0, y + 8, round(width * (0.52 - 0.08 * line)), 8, look.sunken)
        painter.fillRect(round(width * 0.8), y + 8, round(width * 0.2), 8, look.raised)
        hline(painter, 0, width, y + 27, look.line)


class EmptyState(QWidget):
    """Teaches in one sentence and offers one button."""

    def __init__(
        self,
        heading: str,
        sentence: str,
        button: Button | None = None,
        *,
        takes: str = "",
        ghost: Callable[[QPainter, int, int], None] = ghost_rows,
    ) -> None:
        super().__init__()
        self.heading = Label(heading, size=LARGE, weight=BOLD, wrap=True)
        self.sentence = Label(sentence, tone="ink2", wrap=True)
        self.button = button
        inner = QWidget()
        inner.setMaximumWidth(440)
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(_Ghost(ghost))
        column.addSpacing(20)
        column.addWidget(self.heading)
        column.addWidget(self.sentence)
        if button:
            button.set_kind(Kind.PRIMARY)
            column.addSpacing(12)
            add_layout(column, row(button, Label(takes, tone="ink2"), None, gap=12))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 24, 24, 24)
        layout.addStretch(1)
        middle = row(None, inner, None, gap=0)
        middle.setStretch(1, _MOST)  # not an alignment: Qt would count lines at the full width
        add_layout(layout, middle)
        layout.addStretch(2)
        inner.setMinimumWidth(300)
        self.setAccessibleName(f"{heading}. {sentence}")
