"""One measure at a glance: name, verdict, both levels, and its windows drawn small."""

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF

from app.analysis.chart_model import ChartModel, LineKind
from app.i18n import _
from app.wording import number
from ui import icons
from ui.cells import Badge
from ui.paint import RIGHT, Painted, Style, by_keyboard, focus_ring, hline, line_height, write
from ui.theme import BOLD, MEDIUM, SMALL, faded, tokens

_HEIGHT, _PAD = 172, 12
_POINTS = 300
"""Points of a line that a small picture can show."""
_NAME, _QUIET, _FIGURE = Style(weight=BOLD), Style("ink2", SMALL), Style(weight=BOLD)
_STEP_PX = 4


class GlanceTile(Painted):
    """A small chart; the crosshair of one tile is shown on all."""

    opened = Signal(str)  # a metric's id
    pointed = Signal(object)  # a time, or None

    def __init__(self, ident: str, name: str, badge: Badge, words: tuple[str, str]) -> None:
        super().__init__()
        self.ident, self.name = ident, name
        self._badge, self._words = badge, words
        self._model: ChartModel | None = None
        self._parts: list[tuple[LineKind, list[tuple[tuple[float, float], ...]]]] = []
        self.at: float | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.say(", ".join(filter(None, (name, badge.word, *words))))

    @property
    def model(self) -> ChartModel | None:
        """What is drawn; None where nothing was measured."""
        return self._model

    def set_model(self, model: ChartModel | None) -> None:
        """Show windows."""
        self._model = model
        lines = model.lines if model else ()
        self._parts = [(line.kind, list(line.segments(_POINTS))) for line in lines]
        self.update()

    def point(self, at: float | None) -> None:
        """Show the values at a time that was pointed at here or on another tile."""
        if at != self.at:
            self.at = at
            self.update()

    def sizeHint(self) -> QSize:
        """Three or four stand side by side."""
        return QSize(280, _HEIGHT)

    def minimumSizeHint(self) -> QSize:
        """Still readable."""
        return QSize(200, _HEIGHT)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Point at a time."""
        area = self._area()
        if self._model is not None and area.contains(event.position()):
            share = (event.position().x() - area.left()) / (area.width() or 1.0)
            self.pointed.emit(self._model.x0 + share * (self._model.x1 - self._model.x0))
        else:
            self.pointed.emit(None)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Look closer."""
        self.opened.emit(self.ident)

    def leaveEvent(self, event: QEvent) -> None:
        """Point at nothing."""
        self.pointed.emit(None)
        super().leaveEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter looks closer; the arrows move the crosshair."""
        match event.key():
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self.opened.emit(self.ident)
            case Qt.Key.Key_Left | Qt.Key.Key_Right as key if self._model is not None:
                start, end = self._model.x0, self._model.x1
                by = (end - start) / max(1.0, self._area().width()) * _STEP_PX
                way = by if key == Qt.Key.Key_Right else -by
                at = (start + end) / 2 if self.at is None else self.at + way
                self.pointed.emit(max(start, min(end, at)))
            case _:
                super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw everything."""
        painter, look = QPainter(self), tokens()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(look.line, 1))
        painter.setBrush(look.surface)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        self._paint_words(painter)
        if self._model is not None:
            self._paint_chart(painter, self._area(), self._model)
        if by_keyboard(self):
            focus_ring(painter, QRectF(self.rect()))

    def _paint_words(self, painter: QPainter) -> None:
        wide, top = self.width() - 2 * _PAD, 8.0
        line = QRectF(_PAD, top, wide, line_height(_NAME))
        mark = Style(self._badge.mark.tone, SMALL, MEDIUM)
        room = mark.width(self._badge.word) + 2
        icons.draw(painter, self._badge.mark.icon, line.right() - room - 18, line.center().y() - 7,
                   mark.color, 14)  # fmt: skip
        write(painter, line, self._badge.word, mark, RIGHT)
        write(painter, line.adjusted(0, 0, -(room + 26), 0), self.name, _NAME)
        below = QRectF(_PAD, line.bottom(), wide, line_height(_QUIET))
        said = self._said()
        write(painter, below, said or self._words[0], _QUIET)
        if not said:
            write(painter, below, self._words[1], _QUIET, RIGHT)

    def _said(self) -> str:
        """Return the values under the crosshair."""
        if self.at is None or self._model is None:
            return ""
        told = []
        for kind, text in (
            (LineKind.BEFORE, _("before {value}")),
            (LineKind.AFTER, _("after {value}")),
        ):
            if (found := self._model.value_at(kind, self.at)) is not None:
                told.append(text.format(value=number(found[1], self._model.unit, digits=4)))
        return ", ".join(told) or _("no value here")

    def _paint_chart(self, painter: QPainter, area: QRectF, model: ChartModel) -> None:
        look = tokens()
        for span, fill in (
            (model.before, look.raised), (model.after, look.raised),
            (model.change, look.change_band),
        ):  # fmt: skip
            x0, x1 = (self._x(end, area, model) for end in (span.start, span.end))
            painter.fillRect(QRectF(x0, area.top(), max(1.5, x1 - x0), area.height()), fill)
        hline(painter, area.left(), area.right(), area.bottom(), look.ink3)
        painter.save()
        painter.setClipRect(area)
        for kind, segments in self._parts:
            painter.setPen(_pen(kind))
            for segment in segments:
                painter.drawPolyline(
                    QPolygonF(
                        [
                            QPointF(self._x(x, area, model), self._y(y, area, model))
                            for x, y in segment
                        ]
                    )
                )
        if model.target is not None:
            pen = QPen(look.ink, 1)
            pen.setDashPattern([1, 2.5])
            painter.setPen(pen)
            y = self._y(model.target.value, area, model)
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
        if self.at is not None:
            x = self._x(self.at, area, model)
            painter.setPen(QPen(faded(look.ink, 0.5), 1))
            painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
        painter.restore()

    def _area(self) -> QRectF:
        top = 8 + line_height(_NAME) + line_height(_QUIET) + 8
        return QRectF(_PAD, top, self.width() - 2 * _PAD, self.height() - top - _PAD)

    @staticmethod
    def _x(at: float, area: QRectF, model: ChartModel) -> float:
        return area.left() + (at - model.x0) / ((model.x1 - model.x0) or 1.0) * area.width()

    @staticmethod
    def _y(value: float, area: QRectF, model: ChartModel) -> float:
        return area.bottom() - (value - model.y0) / ((model.y1 - model.y0) or 1.0) * area.height()


def _pen(kind: LineKind) -> QPen:
    look = tokens()
    if kind is LineKind.REFERENCE:
        return QPen(faded(look.ink3, 0.34), 1)
    color: QColor = look.after if kind is LineKind.AFTER else look.before
    pen = QPen(color, 1.5)
    if kind is LineKind.BEFORE:
        pen.setDashPattern([3, 2])
    return pen
