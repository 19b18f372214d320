"""Small help for forms: read-only fields stay legible; late pages take their place in a stack."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QSizePolicy,
    QStackedWidget,
    QWidget,
)

from ui import icons
from ui.format import tip
from ui.paint import by_keyboard, focus_ring
from ui.theme import tokens
from ui.widgets.fields import Field


def set_read_only(field: Field, *, locked: bool) -> None:
    """Lock a field or free it; text stays legible."""
    for line in field.findChildren(QLineEdit):
        line.setReadOnly(locked)
    for text in field.findChildren(QPlainTextEdit):
        text.setReadOnly(locked)
    for box in field.findChildren(QComboBox):
        box.setEnabled(not locked)
    for button in field.findChildren(QAbstractButton):
        if button.isCheckable():
            button.setEnabled(not locked)


class QuietIcon(QAbstractButton):
    """A small icon without a box, beside the text it belongs to."""

    def __init__(self, icon: str, sentence: str) -> None:
        super().__init__()
        self._icon = icon
        self.setAccessibleName(sentence)
        self.setToolTip(tip(sentence))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """The icon and a little room for the pointer."""
        return QSize(22, 20)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the icon, darker under the pointer, and the ring for the keyboard."""
        painter, look = QPainter(self), tokens()
        color = look.ink if self.underMouse() else look.ink2
        icons.draw(painter, self._icon, 4, (self.height() - 14) / 2, color, 14)
        if by_keyboard(self):
            focus_ring(painter, QRectF(self.rect()), 4)


def put_in_place(stack: QStackedWidget, position: int, page: QWidget) -> None:
    """Replace what holds a page's place in a stack by the page."""
    old = stack.widget(position)
    stack.insertWidget(position, page)
    if old is not None:
        stack.removeWidget(old)
        old.deleteLater()
