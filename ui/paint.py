"""Helpers for widgets that paint themselves: text, lines, focus, and a base class."""

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui import icons
from ui.format import literal
from ui.theme import BODY, REGULAR, font, metrics, tokens

LEFT = Qt.AlignmentFlag.AlignLeft
RIGHT = Qt.AlignmentFlag.AlignRight
CENTER = Qt.AlignmentFlag.AlignHCenter
_ELIDE = Qt.TextElideMode.ElideRight
_ONE_LINE = {
    align: align | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
    for align in (LEFT, RIGHT, CENTER)
}
"""Put together once: every text that is painted needs one of them."""


@dataclass(frozen=True, slots=True)
class Style:
    """How a text looks: size and weight of `ui.theme.font` and the name of a token."""

    tone: str = "ink"
    size: int = BODY
    weight: int = REGULAR
    mono: bool = False

    def font(self) -> QFont:
        """Return the font at the present scale."""
        return font(self.size, self.weight, mono=self.mono)

    def metrics(self) -> QFontMetricsF:
        """Return the measures of that font."""
        return metrics(self.size, self.weight, mono=self.mono)

    def width(self, text: str) -> float:
        """Return how wide a text gets as it is written, in logical pixels."""
        return self.metrics().horizontalAdvance(literal(text))

    @property
    def color(self) -> QColor:
        """The colour that holds now."""
        return tokens().named(self.tone)


BODY_TEXT = Style()
HINT = Style("ink2", 11)
STRONG = Style(weight=600)
QUIET = Style("ink2")


def write(
    painter: QPainter,
    area: QRectF,
    text: str,
    style: Style = BODY_TEXT,
    align: Qt.AlignmentFlag = LEFT,
) -> float:
    """Write one line, elided to the area and centred in its height; return the width used."""
    metrics = style.metrics()
    shown = metrics.elidedText(
        literal(text).replace("\n", " "), _ELIDE, max(0.0, area.width()) + 0.5
    )
    painter.setFont(style.font())
    painter.setPen(style.color)
    painter.drawText(area, _ONE_LINE[align], shown)
    return min(metrics.horizontalAdvance(shown), area.width())


def write_words(
    painter: QPainter, area: QRectF, parts: tuple[tuple[str, Style], ...], gap: float = 8
) -> float:
    """Write several texts one after the other on one line; return the width used."""
    x = area.left()
    for text, style in parts:
        if text and x < area.right():
            x += write(painter, QRectF(x, area.top(), area.right() - x, area.height()), text, style)
            x += gap
    return max(0.0, x - gap - area.left())


def line_height(style: Style = BODY_TEXT) -> float:
    """Return the height of a line as the design counts it: 20 for 13, 16 for 11."""
    return (
        round(style.metrics().height() * 1.25) if style.size > 11 else style.metrics().height() + 3
    )


def scaled(pixels: float) -> int:
    """Return a measure of the design at the present size of the type."""
    return round(pixels * Style().metrics().height() / 16)


def hline(painter: QPainter, x0: float, x1: float, y: float, color: QColor | None = None) -> None:
    """Draw a sharp one-pixel line."""
    painter.fillRect(QRectF(x0, y, x1 - x0, 1), color or tokens().line)


def vline(
    painter: QPainter, x: float, y0: float, y1: float, color: QColor, width: float = 1
) -> None:
    """Draw a sharp upright line."""
    painter.fillRect(QRectF(x, y0, width, y1 - y0), color)


def dashed(painter: QPainter, area: QRectF, color: QColor) -> None:
    """Draw a dashed outline."""
    painter.setPen(QPen(color, 1, Qt.PenStyle.CustomDashLine))
    pen = painter.pen()
    pen.setDashPattern([3, 2])
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(area.adjusted(0.5, 0.5, -0.5, -0.5))


def focus_ring(painter: QPainter, area: QRectF, radius: float = 6) -> None:
    """Draw the ring that shows where the keyboard is."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(tokens().accent, 2))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(area.adjusted(1, 1, -1, -1), radius, radius)


def by_keyboard(widget: QWidget) -> bool:
    """Whether a widget has the keyboard and the user got there by keys, so that a ring is due."""
    seen = widget.window().testAttribute(Qt.WidgetAttribute.WA_KeyboardFocusChange)
    return widget.hasFocus() and seen


def icon_beside(
    painter: QPainter, area: QRectF, name: str, color: QColor, size: int = 14, gap: int = 6
) -> QRectF:
    """Draw an icon at the left of the area, centred in its height; return what is left over."""
    side = scaled(size)
    icons.draw(painter, name, area.left(), area.center().y() - side / 2, color, side)
    return area.adjusted(side + gap, 0, 0, 0)


def arrow_down(painter: QPainter, tip: QPointF, width: float, color: QColor) -> None:
    """Draw a chevron that points down, its tip at ``tip``."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(color, 1.5))
    half = width / 2
    painter.drawLine(QPointF(tip.x() - half, tip.y() - half), tip)
    painter.drawLine(tip, QPointF(tip.x() + half, tip.y() - half))


class Painted(QWidget):
    """A widget that paints itself and whose accessible name is the sentence it shows."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def say(self, sentence: str) -> None:
        """Set what a screen reader says, and look again."""
        self.setAccessibleName(sentence)
        self.updateGeometry()
        self.update()

    def changeEvent(self, event: QEvent) -> None:
        """Measure again when the type or the look changes."""
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.ApplicationFontChange):
            self.updateGeometry()
        super().changeEvent(event)
