"""A quiet word with a chevron that opens a choice, such as the order of a list."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy

from ui import icons
from ui.paint import Style, by_keyboard, focus_ring, line_height, write
from ui.theme import SMALL, tokens


class SortButton(QAbstractButton):
    """Says what is chosen; a click opens the choice."""

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def say(self, words: str) -> None:
        """Show what is chosen."""
        self.setText(words)
        self.setAccessibleName(words)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Word and chevron."""
        style = Style(size=SMALL)
        return QSize(round(style.width(self.text())) + 22, round(line_height(style)) + 4)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw them."""
        painter, style = QPainter(self), Style("ink" if self.underMouse() else "ink2", SMALL)
        used = write(painter, QRectF(2, 0, self.width() - 18, self.height()), self.text(), style)
        icons.draw(painter, "chevron-down", 6 + used, (self.height() - 12) / 2, tokens().ink2, 12)
        if by_keyboard(self):
            focus_ring(painter, QRectF(self.rect()), 4)
