"""The search field of a page and the saved filters beside it."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QAbstractButton,
    QButtonGroup,
    QHBoxLayout,
    QLineEdit,
    QSizePolicy,
    QWidget,
)

from app.wording import count as figures
from ui import icons
from ui.format import tip
from ui.paint import CENTER, Style, by_keyboard, focus_ring, scaled, write
from ui.stylesheet import LINE
from ui.theme import BODY, BOLD, REGULAR, SMALL, dress, tokens
from ui.widgets.flow import Flow


class SearchField(QLineEdit):
    """A field that asks 150 ms after the last key; Escape empties it first, then leaves.

    It asks once for each text, whatever led to it; Return alone asks for the same one again.
    """

    wanted = Signal(str)
    DELAY_MS = 150

    def __init__(self, hint: str, keys: str = "Ctrl F") -> None:
        super().__init__()
        dress(self, LINE)
        self._keys, self._asked = keys, ""
        self.setPlaceholderText(hint)
        self.setAccessibleName(hint)
        self._fit_margins()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(self.DELAY_MS)
        self._timer.timeout.connect(self._ask)
        self.textChanged.connect(self._restart)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the size of the type."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.ApplicationFontChange:
            self._fit_margins()

    def _fit_margins(self) -> None:
        self.setTextMargins(scaled(icons.SIZE) + 6, 0, round(self._key_width()), 0)

    def event(self, event: QEvent) -> bool:
        """Keep Escape from the window while there is something to empty."""
        key = event.key() if isinstance(event, QKeyEvent) else None
        override = event.type() == QEvent.Type.ShortcutOverride
        if override and key == Qt.Key.Key_Escape and self.text():
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape empties the field; Return asks at once."""
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.settle()
            self.wanted.emit(self._asked)
            self.returnPressed.emit()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the magnifier and the shortcut over the field."""
        super().paintEvent(event)
        painter = QPainter(self)
        side, high = scaled(icons.SIZE), scaled(18)
        icons.draw(painter, "search", 10, (self.height() - side) / 2, tokens().ink2, side)
        if self._keys and not self.text() and not self.hasFocus():
            width = self._key_width() - 4
            area = QRectF(self.width() - width - 8, (self.height() - high) / 2, width, high)
            draw_key(painter, area, self._keys)

    def _key_width(self) -> float:
        return Style(size=SMALL).width(self._keys) + 16 if self._keys else 0

    def settle(self) -> str:
        """Return the text; whoever takes it follows it already and is not asked again."""
        self._timer.stop()
        self._asked = self.text().strip()
        return self._asked

    @Slot()
    def _restart(self) -> None:
        self._timer.start()

    @Slot()
    def _ask(self) -> None:
        before = self._asked
        if self.settle() != before:
            self.wanted.emit(self._asked)


def draw_key(painter: QPainter, area: QRectF, keys: str) -> None:
    """Draw a key cap."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(tokens().line, 1))
    painter.setBrush(tokens().surface)
    painter.drawRoundedRect(area.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
    write(painter, area, keys, Style("ink2", SMALL), CENTER)


class _Chip(QAbstractButton):
    """One saved filter: name and count; where room is short, a long name is cut, no count."""

    LEAST = 120

    def __init__(self, name: str, count: str) -> None:
        super().__init__()
        self._count = count
        self.setText(name)
        self.setCheckable(True)
        self.setAccessibleName(f"{name} {count}".strip())
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setToolTip(tip(name))
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)

    def set_count(self, count: str) -> None:
        self._count = count
        self.setAccessibleName(f"{self.text()} {count}".strip())
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        style = Style(size=BODY, weight=BOLD)
        width = style.width(self.text()) + self._count_width() + 18
        return QSize(round(width), round(style.metrics().height()) + 10)

    def minimumSizeHint(self) -> QSize:
        hint = self.sizeHint()
        return QSize(min(hint.width(), scaled(self.LEAST)), hint.height())

    def _count_width(self) -> float:
        return Style(size=SMALL).width(self._count) + 8 if self._count else 0

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, look = QPainter(self), tokens()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(look.selection if self.isChecked() else look.line, 1))
        painter.setBrush(look.selection if self.isChecked() else look.surface)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        weight = BOLD if self.isChecked() else REGULAR
        style = Style("ink" if self.isChecked() or self.underMouse() else "ink2", BODY, weight)
        room = self.width() - 18 - self._count_width()
        used = write(painter, QRectF(9, 0, room, self.height()), self.text(), style)
        area = QRectF(9 + used + 8, 0, self._count_width(), self.height())
        write(painter, area, self._count, Style("ink2", SMALL))
        if by_keyboard(self):
            focus_ring(painter, QRectF(self.rect()))


class FilterChips(QWidget):
    """Saved filters in a row, one of them chosen.

    ``wraps`` lets those that have no room go on below, where nothing stands beside them.
    """

    chosen = Signal(int)

    def __init__(self, names: Sequence[str], *, wraps: bool = False) -> None:
        super().__init__()
        self._names: tuple[str, ...] = ()
        self._group = QButtonGroup(self)
        self._layout = QHBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(6)
        self._flow = Flow(gap=6, line_gap=6) if wraps else None
        if self._flow is not None:
            self._layout.addWidget(self._flow)
        else:
            self._layout.addStretch(1)
        self.set_names(names)
        self._group.idClicked.connect(self.chosen)

    def set_names(self, names: Sequence[str], current: int = 0) -> None:
        """Offer these filters, one of them chosen; says nothing about it."""
        if self._names != tuple(names):
            for old in self._group.buttons():
                self._group.removeButton(old)
                self._layout.removeWidget(old)
                old.hide()
                old.deleteLater()
            chips = [_Chip(name, "") for name in names]
            for position, chip in enumerate(chips):
                self._group.addButton(chip, position)
                if self._flow is None:
                    self._layout.insertWidget(position, chip)
            if self._flow is not None:
                self._flow.set_items(chips)
            self._names = tuple(names)
        if names:
            self._group.button(current).setChecked(True)

    @property
    def current(self) -> int:
        """Position of the chosen filter."""
        return self._group.checkedId()

    def set_counts(self, counts: Sequence[int | None]) -> None:
        """Show how many records each filter holds; None for one that is not counted."""
        for position, count in enumerate(counts):
            chip = self._group.button(position)
            if isinstance(chip, _Chip):
                chip.set_count("" if count is None else figures(count))

    def mark(self, position: int) -> None:
        """Show which filter holds, without telling anybody."""
        self._group.button(position).setChecked(True)

    def choose(self, position: int) -> None:
        """Choose a filter as a click would."""
        self._group.button(position).click()
