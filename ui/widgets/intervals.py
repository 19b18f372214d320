"""A likely range as a small picture: dot, line with caps, zero and the margin that matters."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy

from ui.cells import Interval
from ui.paint import Painted, vline
from ui.theme import tokens

WIDTH, HEIGHT = 136, 20
SPAN = 0.4


def draw_interval(painter: QPainter, area: QRectF, interval: Interval, span: float = SPAN) -> None:
    """Draw an interval on a scale from ``-span`` to ``span``; what is beyond ends in an arrow."""
    look = tokens()
    middle, scale = area.center().x(), area.width() / 2 / span

    def place(value: float) -> float:
        return middle + max(-span, min(span, value)) * scale

    zone = QRectF(
        place(-interval.margin), area.top() + 1, 2 * interval.margin * scale, area.height() - 2
    )
    painter.fillRect(zone & area, look.line if look.dark else look.sunken)
    vline(painter, round(middle), area.top() + 1, area.bottom() - 1, look.ink3)
    if interval.estimate is None:
        return
    y, color = area.center().y(), look.named(interval.tone)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    lo = interval.estimate if interval.lo is None else interval.lo
    hi = interval.estimate if interval.hi is None else interval.hi
    pen = QPen(color, 2)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    if not interval.sure:
        pen.setDashPattern([1.5, 1])
    painter.setPen(pen)
    painter.drawLine(QPointF(place(lo), y), QPointF(place(hi), y))
    painter.setPen(QPen(color, 2))
    for end, direction in ((lo, -1), (hi, 1)):
        _end(painter, place(end), y, direction if abs(end) > span else 0)
    if abs(interval.estimate) > span:
        return
    painter.setPen(QPen(color, 1.6))
    painter.setBrush(color if interval.sure else look.surface)
    painter.drawEllipse(QPointF(place(interval.estimate), y), 3.2, 3.2)


def _end(painter: QPainter, x: float, y: float, direction: int) -> None:
    if direction:
        painter.drawLine(QPointF(x, y), QPointF(x - 4 * direction, y - 4))
        painter.drawLine(QPointF(x, y), QPointF(x - 4 * direction, y + 4))
    else:
        painter.drawLine(QPointF(x, y - 4), QPointF(x, y + 4))


class IntervalBar(Painted):
    """An interval in a form or a detail panel."""

    def __init__(self, interval: Interval | None = None) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.set_interval(interval or Interval())

    def set_interval(self, interval: Interval) -> None:
        """Show another interval."""
        self._interval = interval
        self.say(interval.sentence)

    def sizeHint(self) -> QSize:
        """136 by 20."""
        return QSize(WIDTH, HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw it."""
        draw_interval(QPainter(self), QRectF(self.rect()).adjusted(4, 0, -4, 0), self._interval)
