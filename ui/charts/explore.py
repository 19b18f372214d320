"""Looking closer at a chart: zoom and pan by keys and mouse, and the values under a crosshair."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPen, QWheelEvent

from ui.charts.frame import QUIET
from ui.paint import Style, line_height, write
from ui.theme import BOLD, SMALL, faded, tokens

LEAST_SHARE = 1e-6
"""The closest look, as a share of everything."""
_STEP = 1.25
_PAN = 0.15
_PAD = 6


@dataclass(frozen=True, slots=True)
class Readout:
    """What the crosshair says of one line at a time."""

    at: float
    value: float
    text: str
    tone: str = "ink"


class Explorer(QObject):
    """Keeps which part of a span is shown, and where the crosshair stands.

    Keys: + and − zoom, the arrows move the crosshair, with Ctrl they pan, Home shows everything.
    The wheel zooms around the pointer, dragging pans, a double click shows everything.
    """

    moved = Signal()
    """Another part is shown."""
    pointed = Signal()
    """The crosshair moved."""

    def __init__(self, parent: QObject, area: Callable[[], QRectF]) -> None:
        super().__init__(parent)
        self._area = area
        self._full = self.span = (0.0, 1.0)
        self.at: float | None = None
        self._grip: tuple[float, tuple[float, float]] | None = None

    @property
    def is_zoomed(self) -> bool:
        """Whether only a part is shown."""
        return self.span != self._full

    def set_full(self, start: float, end: float) -> None:
        """Begin with another chart, all of it shown."""
        self._full = self.span = (start, end)
        self.at = None

    def show_all(self) -> None:
        """Show everything again."""
        self._show(*self._full)

    def zoom(self, factor: float, around: float | None = None) -> None:
        """Show a part that is ``factor`` times as long; ``around`` keeps its place."""
        start, end = self.span
        middle = (start + end) / 2 if around is None else around
        self._show(middle - (middle - start) * factor, middle + (end - middle) * factor)

    def pan(self, share: float) -> None:
        """Move the part by a share of its length."""
        start, end = self.span
        by = share * (end - start)
        low, high = self._full
        by = max(low - start, min(high - end, by))
        self._show(start + by, end + by)

    def point(self, at: float | None) -> None:
        """Put the crosshair on a time; None takes it away."""
        if at is not None:
            at = max(self.span[0], min(self.span[1], at))
        if at != self.at:
            self.at = at
            self.pointed.emit()

    def key(self, event: QKeyEvent) -> bool:
        """Act on a key; return whether it was one of ours."""
        pans = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        match event.key():
            case Qt.Key.Key_Plus | Qt.Key.Key_Equal:
                self.zoom(1 / _STEP, self.at)
            case Qt.Key.Key_Minus:
                self.zoom(_STEP, self.at)
            case Qt.Key.Key_Home | Qt.Key.Key_0:
                self.show_all()
            case Qt.Key.Key_Left | Qt.Key.Key_Right as key:
                way = 1 if key == Qt.Key.Key_Right else -1
                if pans:
                    self.pan(way * _PAN)
                else:
                    self._step(way)
            case _:
                return False
        return True

    def wheel(self, event: QWheelEvent) -> None:
        """Zoom around the pointer."""
        turned = event.angleDelta().y()
        if turned:
            self.zoom(_STEP ** (-turned / 120), self._time(event.position()))
            event.accept()

    def mouse(self, event: QMouseEvent) -> None:
        """Follow the pointer; drag to pan, double click to show everything."""
        match event.type():
            case QEvent.Type.MouseButtonDblClick:
                self.show_all()
            case QEvent.Type.MouseButtonPress if event.button() == Qt.MouseButton.LeftButton:
                self._grip = (event.position().x(), self.span)
            case QEvent.Type.MouseButtonRelease:
                self._grip = None
            case QEvent.Type.MouseMove if self._grip is not None:
                begun, (start, end) = self._grip
                by = (begun - event.position().x()) / (self._area().width() or 1.0) * (end - start)
                low, high = self._full
                by = max(low - start, min(high - end, by))
                self._show(start + by, end + by)
            case _:
                inside = self._area().contains(event.position())
                self.point(self._time(event.position()) if inside else None)

    def _step(self, way: int) -> None:
        start, end = self.span
        by = (end - start) / max(1.0, self._area().width()) * 4
        self.point((start + end) / 2 if self.at is None else self.at + way * by)

    def _time(self, position: QPointF) -> float:
        area, (start, end) = self._area(), self.span
        return start + (position.x() - area.left()) / (area.width() or 1.0) * (end - start)

    def _show(self, start: float, end: float) -> None:
        low, high = self._full
        least = (high - low) * LEAST_SHARE
        if end - start < least:
            middle = (start + end) / 2
            start, end = middle - least / 2, middle + least / 2
        span = (max(low, start), min(high, end))
        if span != self.span:
            self.span = span
            self.moved.emit()


def paint_crosshair(
    painter: QPainter, area: QRectF, x: float, title: str, said: Sequence[tuple[Readout, float]]
) -> None:
    """Paint a line at ``x`` and a box that says the time and each value; pairs hold a value's y."""
    look = tokens()
    painter.setPen(QPen(faded(look.ink, 0.5), 1))
    painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
    for readout, y in said:
        painter.setPen(QPen(look.surface, 1.5))
        painter.setBrush(look.named(readout.tone))
        painter.drawEllipse(QPointF(x, y), 4, 4)
    lines = [(title, QUIET), *((each.text, Style(each.tone, SMALL, BOLD)) for each, _y in said)]
    width = max(style.width(text) for text, style in lines) + 2 * _PAD + 2
    height = sum(line_height(style) for _text, style in lines) + 2 * _PAD
    left = x + 10 if x + 10 + width <= area.right() else x - 10 - width
    box = QRectF(max(area.left(), left), area.top() + 6, width, height)
    painter.setPen(QPen(look.line, 1))
    painter.setBrush(look.raised)
    painter.drawRoundedRect(box, 4, 4)
    top = box.top() + _PAD
    for text, style in lines:
        high = line_height(style)
        write(painter, QRectF(box.left() + _PAD, top, width - _PAD, high), text, style)
        top += high
