"""A likely range as a small picture: dot, line with caps, zero and the margin that matters."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy

from app.wording import signed_percent
from ui.cells import Interval
from ui.paint import LEFT, RIGHT, Painted, Style, vline, write
from ui.theme import MEDIUM, SMALL, tokens

WIDTH, HEIGHT = 136, 20
LEAST = 96
"""The width, in pixels, with which a range can still be told from its neighbours."""
SPAN = 0.4
_ARROW = 8
_GAP = 4


def draw_interval(painter: QPainter, area: QRectF, interval: Interval, span: float = SPAN) -> None:
    """Draw an interval on a scale from ``-span`` to ``span``; what is beyond ends in an arrow
    with the estimate beside it."""
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
    for end in (lo, hi):
        if abs(end) <= span:
            painter.drawLine(QPointF(place(end), y - 4), QPointF(place(end), y + 4))
    for beyond, edge, direction in ((lo < -span, area.left(), -1), (hi > span, area.right(), 1)):
        if beyond:
            _arrow(painter, QPointF(edge, y), direction, color)
    if abs(interval.estimate) > span:
        inner = place(hi if interval.estimate < 0 else lo)
        _beyond(painter, area, interval, inner)
        return
    painter.setPen(QPen(color, 1.6))
    painter.setBrush(color if interval.sure else look.surface)
    painter.drawEllipse(QPointF(place(interval.estimate), y), 3.2, 3.2)


def _arrow(painter: QPainter, tip: QPointF, direction: int, color: QColor) -> None:
    """Draw where the range goes on beyond the scale."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    back = tip.x() - _ARROW * direction
    corners = (tip, QPointF(back, tip.y() - 5), QPointF(back, tip.y() + 5))
    painter.drawPolygon(QPolygonF(corners))


def _beyond(painter: QPainter, area: QRectF, interval: Interval, inner: float) -> None:
    """Write an estimate that lies beyond the scale between the arrow or the range and the zero.

    A wide range leaves no room for it: the figure itself stands beside every such picture.
    """
    left = (interval.estimate or 0.0) < 0
    room = area.adjusted(_ARROW + _GAP, 0, -_ARROW - _GAP, 0)
    if left:
        room.setLeft(max(room.left(), inner + _GAP))
        room.setRight(area.center().x() - _GAP)
    else:
        room.setRight(min(room.right(), inner - _GAP))
        room.setLeft(area.center().x() + _GAP)
    text, style = signed_percent(interval.estimate), Style(interval.tone, SMALL, MEDIUM)
    if style.width(text) <= room.width():
        write(painter, room, text, style, LEFT if left else RIGHT)


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
