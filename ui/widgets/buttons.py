"""Buttons that say the verb; a disabled one keeps its place, shows a lock and says why."""

from enum import Enum

from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QEnterEvent, QKeyEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QVBoxLayout, QWidget

from ui import icons
from ui.format import literal, tip
from ui.paint import CENTER, Style, by_keyboard, focus_ring, scaled, write
from ui.theme import BODY, BOLD, MEDIUM, SMALL, mix, tokens
from ui.widgets.labels import Label

_LEAST_LINK = 80
"""How much of a link always shows, in pixels."""


class Kind(Enum):
    """What a button means."""

    PRIMARY = "primary"
    """The one obvious next action of a page."""
    SECONDARY = "secondary"
    DANGER = "danger"
    """It touches a server or throws something away."""
    PLAIN = "plain"
    """A link in a row: quiet text with a chevron."""


class Tall(Enum):
    """Height of a button, as space above and below its text."""

    COMPACT = 5
    NORMAL = 8
    TALL = 12


class Button(QAbstractButton):
    """A push button; ``icon`` is an icon's name, ``keys`` a shortcut shown as a small key.

    Its tip says the ``hint``, and instead of it why it is disabled.
    """

    blocked = Signal(str)

    def __init__(
        self,
        text: str,
        kind: Kind = Kind.SECONDARY,
        *,
        icon: str = "",
        keys: str = "",
        tall: Tall = Tall.NORMAL,
    ) -> None:
        super().__init__()
        self._kind, self._icon, self._keys, self._tall = kind, icon, keys, tall
        self._reason = self.hint = ""
        self.setText(text)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        wide = QSizePolicy.Policy.Maximum if self._kind is Kind.PLAIN else QSizePolicy.Policy.Fixed
        self.setSizePolicy(wide, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(text)

    @property
    def reason(self) -> str:
        """Why it is disabled; empty when it is not."""
        return self._reason

    def set_icon(self, icon: str) -> None:
        """Show another icon; empty for none."""
        self._icon = icon
        self.updateGeometry()
        self.update()

    def set_kind(self, kind: Kind) -> None:
        """Change what it means."""
        self._kind = kind
        self.update()

    def block(self, reason: str) -> None:
        """Disable it and say why, also in its tip; an empty reason enables it again."""
        self._reason = reason
        self.setToolTip(tip(reason or self.hint))
        self.setEnabled(not reason)
        self.setAccessibleDescription(reason)
        self.setCursor(Qt.CursorShape.ArrowCursor if reason else Qt.CursorShape.PointingHandCursor)
        self.blocked.emit(reason)
        self.updateGeometry()

    def setText(self, text: str) -> None:
        """Show another verb."""
        super().setText(literal(text))
        self.setAccessibleName(text)
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        """Text, icon and key, with 12 pixels at the sides."""
        style = self._style()
        height = round(style.metrics().height() + 2 * self._tall.value)
        if self._kind is Kind.PLAIN:
            width = style.width(self.text()) + scaled(icons.SIZE) + 4
            return QSize(round(width), round(style.metrics().height() + 8))
        if not self.text():
            return QSize(height, height)
        width = style.width(self.text()) + 26 + (_beside() if self._shown_icon() else 0)
        return QSize(round(width + (self._key_width() + 8 if self._keys else 0)), height)

    def minimumSizeHint(self) -> QSize:
        """Never smaller than its text; a link may end in an ellipsis."""
        hint = self.sizeHint()
        return (
            QSize(min(_LEAST_LINK, hint.width()), hint.height())
            if self._kind is Kind.PLAIN
            else hint
        )

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Say in the tip what a link has no room for."""
        super().resizeEvent(event)
        if self._kind is Kind.PLAIN:
            cut = self.width() < self.sizeHint().width()
            self.setToolTip(tip(self.text() if cut else ""))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Return presses it too."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def enterEvent(self, event: QEnterEvent) -> None:
        """Answer the pointer."""
        self.update()
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """Answer the pointer."""
        self.update()
        super().leaveEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw box, icon, text, key and focus."""
        painter = QPainter(self)
        if self._kind is Kind.PLAIN:
            self._paint_plain(painter)
        else:
            self._paint_box(painter)
        if by_keyboard(self):
            focus_ring(painter, QRectF(self.rect()), 6)

    def _style(self) -> Style:
        if not self.isEnabled():
            return Style("ink3", BODY, MEDIUM)
        match self._kind:
            case Kind.PRIMARY:
                return Style("on_accent", BODY, BOLD)
            case Kind.DANGER:
                return Style("bad", BODY, MEDIUM)
            case Kind.PLAIN:
                return Style("ink" if self.underMouse() else "ink2", BODY)
            case Kind.SECONDARY:
                return Style("ink", BODY, MEDIUM)

    def _shown_icon(self) -> str:
        return "lock" if self._reason else self._icon

    def _key_width(self) -> float:
        return Style(size=SMALL).width(self._keys) + 12

    def _colors(self) -> tuple[QColor, QColor]:
        look = tokens()
        if not self.isEnabled():
            return look.sunken, look.line
        if self.isChecked():
            return look.selection, look.selection
        shade = 0.16 if self.isDown() else 0.08 if self.underMouse() else 0.0
        if self._kind is Kind.PRIMARY:
            fill = mix(look.accent, look.surface if look.dark else look.ink, shade)
            return fill, fill
        line = look.bad if self._kind is Kind.DANGER else look.line
        return mix(look.surface, look.ink, shade / 2), line

    def _paint_box(self, painter: QPainter) -> None:
        fill, line = self._colors()
        style = self._style()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(line, 1))
        painter.setBrush(fill)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        content = self.sizeHint().width() - 26
        x = (self.width() - content) / 2
        side = scaled(icons.SIZE)
        if name := self._shown_icon():
            left = x if self.text() else (self.width() - side) / 2
            icons.draw(painter, name, left, (self.height() - side) / 2, style.color, side)
            x += _beside()
        if not self.text():
            return
        used = write(painter, QRectF(x, 0, self.width() - x - 4, self.height()), self.text(), style)
        if self._keys:
            self._paint_key(painter, x + used + 8)

    def _paint_key(self, painter: QPainter, x: float) -> None:
        high = scaled(18)
        area = QRectF(x, (self.height() - high) / 2, self._key_width(), high)
        painter.setPen(QPen(tokens().line, 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(area.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
        write(painter, area, self._keys, Style("ink2", SMALL), CENTER)

    def _paint_plain(self, painter: QPainter) -> None:
        style = self._style()
        x = max(2, self.width() - self.sizeHint().width() + 2)
        side = scaled(icons.SIZE)
        area = QRectF(x, 0, self.width() - x - side - 2, self.height())
        used = write(painter, area, self.text(), style)
        top = (self.height() - side) / 2
        icons.draw(painter, "chevron-right", x + used + 2, top, style.color, side)


def _beside() -> int:
    """Return the room that an icon takes before the text."""
    return scaled(icons.SIZE) + 8


class WithReason(QWidget):
    """A button with the reason under it while it is disabled."""

    def __init__(
        self, button: Button, *, align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignRight
    ) -> None:
        super().__init__()
        self._reason = Label(size=SMALL, tone="ink2")
        self._reason.setAlignment(align)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(button, 0, align)
        layout.addWidget(self._reason)
        button.blocked.connect(self._say)
        self._say(button.reason)
        button.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Go with the button: what is hidden leaves no gap in a row."""
        if event.type() == QEvent.Type.HideToParent:
            self.hide()
        elif event.type() == QEvent.Type.ShowToParent:
            self.show()
        return super().eventFilter(watched, event)

    @Slot(str)
    def _say(self, reason: str) -> None:
        self._reason.setText(reason)
        self._reason.setVisible(bool(reason))


def primary(text: str, icon: str = "", keys: str = "") -> Button:
    """Return the one primary button of a page."""
    return Button(text, Kind.PRIMARY, icon=icon, keys=keys)


def secondary(text: str, icon: str = "", keys: str = "") -> Button:
    """Return an ordinary button."""
    return Button(text, Kind.SECONDARY, icon=icon, keys=keys)


def danger(text: str, icon: str = "") -> Button:
    """Return a button that touches a server or throws something away."""
    return Button(text, Kind.DANGER, icon=icon)


def link(text: str) -> Button:
    """Return a quiet text with a chevron, for rows and section titles."""
    return Button(text, Kind.PLAIN)


def icon_button(icon: str, sentence: str, *, compact: bool = False) -> Button:
    """Return a square button with an icon only; ``sentence`` is its tool tip and spoken name."""
    button = Button("", Kind.SECONDARY, icon=icon, tall=Tall.COMPACT if compact else Tall.NORMAL)
    button.setAccessibleName(sentence)
    button.hint = sentence
    button.block("")
    return button
