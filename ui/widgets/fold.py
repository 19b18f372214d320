"""A part that is folded away until somebody wants it; what is inside is built on first opening."""

from collections.abc import Callable

from PySide6.QtCore import QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QVBoxLayout, QWidget

from app.i18n import _
from ui import icons
from ui.paint import Style, by_keyboard, focus_ring, line_height, scaled, write
from ui.theme import BODY, BOLD, tokens


class _Head(QAbstractButton):
    """The line that is always there: a chevron, a title, a quiet note."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self.note = ""
        self.setText(title)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.say()

    def say(self) -> None:
        """Tell a screen reader what is here and whether it is open."""
        state = _("open") if self.isChecked() else _("folded")
        self.setAccessibleName(", ".join(part for part in (self.text(), self.note, state) if part))

    def sizeHint(self) -> QSize:
        return QSize(200, round(line_height(Style(size=BODY))) + 8)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, height = QPainter(self), self.height()
        name = "chevron-down" if self.isChecked() else "chevron-right"
        color = tokens().ink if self.underMouse() else tokens().ink2
        side = scaled(icons.SIZE)
        icons.draw(painter, name, 0, (height - side) / 2, color, side)
        area = QRectF(side + 6, 0, self.width() - side - 6, height)
        used = write(painter, area, self.text(), Style(weight=BOLD))
        write(painter, area.adjusted(used + 8, 0, 0, 0), self.note, Style("ink2"))
        if by_keyboard(self):
            focus_ring(painter, QRectF(self.rect()), 4)


class Fold(QWidget):
    """A title with a note; opening it shows what ``make`` returns, which is made only once."""

    opened = Signal()

    def __init__(self, title: str, make: Callable[[], QWidget]) -> None:
        super().__init__()
        self._make = make
        self._content: QWidget | None = None
        self.head = _Head(title)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(8)
        self._layout.addWidget(self.head)
        self.head.toggled.connect(self._on_toggled)

    @property
    def is_open(self) -> bool:
        """Whether the content is shown."""
        return self.head.isChecked()

    def set_title(self, title: str) -> None:
        """Show another title."""
        self.head.setText(title)
        self.head.say()

    def set_note(self, note: str) -> None:
        """Say beside the title what is inside."""
        self.head.note = note
        self.head.say()
        self.head.update()

    def set_open(self, is_open: bool) -> None:
        """Open or fold it."""
        self.head.setChecked(is_open)

    @Slot(bool)
    def _on_toggled(self, on: bool) -> None:
        if on and self._content is None:
            self._content = self._make()
            self._layout.addWidget(self._content)
            self.opened.emit()
        if self._content is not None:
            self._content.setVisible(on)
        self.head.say()
