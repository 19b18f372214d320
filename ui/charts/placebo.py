"""The same move on earlier days: open dots, this change as a square with its likely range."""

from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent, QPen

from app.analysis.placebo_strip import StripModel
from app.i18n import _
from ui.paint import CENTER, Painted, Style, hline, line_height, write
from ui.theme import MEDIUM, SMALL, tokens

_QUIET, _OWN = Style("ink2", SMALL), Style("after", SMALL, MEDIUM)
_HEIGHT = 32


class PlaceboStrip(Painted):
    """Draws a `StripModel`."""

    def __init__(self) -> None:
        super().__init__()
        self._model: StripModel | None = None

    def set_model(self, model: StripModel) -> None:
        """Show another comparison."""
        self._model = model
        self.say(model.sentence)

    def sizeHint(self) -> QSize:
        """A strip of 32 and its scale."""
        return QSize(592, round(_HEIGHT + 8 + line_height(_QUIET)))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw margin, dots, square, range and scale."""
        if self._model is None:
            return
        painter, look, model = QPainter(self), tokens(), self._model
        y = _HEIGHT / 2
        left, right = self._x(-model.margin), self._x(model.margin)
        painter.fillRect(
            QRectF(left, 0, right - left, _HEIGHT), look.line if look.dark else look.sunken
        )
        hline(painter, 0, self.width(), _HEIGHT, look.ink3)
        self._paint_scale(painter)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(look.ink2, 1.2))
        for move in model.earlier:
            painter.drawEllipse(QPointF(self._x(move), y), 4, 4)
        painter.setPen(QPen(look.after, 2))
        lo, hi = self._x(model.range[0]), self._x(model.range[1])
        painter.drawLine(QPointF(lo, y), QPointF(hi, y))
        for end in (lo, hi):
            painter.drawLine(QPointF(end, y - 5), QPointF(end, y + 5))
        painter.fillRect(QRectF(self._x(model.estimate) - 4.5, y - 4.5, 9, 9), look.after)
        self._paint_words(painter, lo, hi, left, right)

    def _paint_words(
        self, painter: QPainter, lo: float, hi: float, left: float, right: float
    ) -> None:
        own, others = _("this change"), _("earlier days")
        width = _OWN.width(own) + 2
        free = hi + 8 + width < self.width() and not (hi < left < hi + 8 + width)
        x = hi + 8 if free and self._is_clear(hi + 4, hi + 12 + width) else lo - width - 8
        if x >= 0 and self._is_clear(x, x + width):
            write(painter, QRectF(x, 0, width, _HEIGHT), own, _OWN)
        else:
            above = QRectF(max(0.0, (lo + hi - width) / 2), -3, width, line_height(_OWN))
            write(painter, above, own, _OWN)
        wide = _QUIET.width(others) + 2
        if right + 8 + wide < self.width() and not (lo - 8 < right + 8 + wide and hi > right):
            write(painter, QRectF(right + 8, 0, wide, _HEIGHT), others, _QUIET)

    def _is_clear(self, left: float, right: float) -> bool:
        """Whether no dot of an earlier day lies between two places."""
        moves = self._model.earlier if self._model else ()
        return not any(left - 4 <= self._x(move) <= right + 4 for move in moves)

    def _paint_scale(self, painter: QPainter) -> None:
        if self._model is None:
            return
        for tick in self._model.ticks:
            x, width = self._x(tick.at), _QUIET.width(tick.text) + 2
            painter.fillRect(QRectF(round(x), _HEIGHT, 1, 4), tokens().ink3)
            box = QRectF(x - width / 2, _HEIGHT + 6, width, line_height(_QUIET))
            if box.left() >= 0 and box.right() <= self.width():
                write(painter, box, tick.text, _QUIET, CENTER)

    def _x(self, share: float) -> float:
        if self._model is None:
            return 0.0
        span = self._model.high - self._model.low
        return (share - self._model.low) / span * self.width()
