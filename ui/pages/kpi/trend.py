"""How the closed changes of a period came out, part by part; and what happened most often."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QColor, QPainter, QPaintEvent

from app.analysis.kpi import Outcome
from app.i18n import _
from app.services.kpi.kpi_words import OUTCOMES
from app.services.kpi.kpis import Bucket
from app.wording import count, percent
from ui.paint import CENTER, RIGHT, Painted, Style, hline, line_height, write
from ui.theme import SMALL, mix, tokens

_SMALL, _INK = Style("ink2", SMALL), Style("ink", SMALL)
_HEIGHT = 132
_WIDEST = 40
_ORDER = (Outcome.CLEAN, Outcome.EXCEPTION, Outcome.ISSUES, Outcome.FAILED)


def outcome_color(outcome: Outcome) -> QColor:
    """Return the fill of an outcome: the better, the darker; only failures have a colour."""
    look = tokens()
    match outcome:
        case Outcome.CLEAN:
            return look.ink2
        case Outcome.EXCEPTION:
            return mix(look.surface, look.ink2, 0.55)
        case Outcome.ISSUES:
            return mix(look.surface, look.ink2, 0.25)
        case Outcome.FAILED:
            return look.bad


class OutcomeTrend(Painted):
    """One column for each week or month; its number stands above, its beginning below."""

    def __init__(self) -> None:
        super().__init__()
        self._buckets: tuple[Bucket, ...] = ()
        self._labels: tuple[str, ...] = ()

    def set_buckets(self, buckets: Sequence[Bucket], labels: Sequence[str]) -> None:
        """Show the parts of a period, each with its name."""
        self._buckets, self._labels = tuple(buckets), tuple(labels)
        self.say(". ".join(_spoken(bucket) for bucket in buckets))

    def sizeHint(self) -> QSize:
        """Legend, columns, labels."""
        return QSize(400, round(3 * line_height(_SMALL)) + _HEIGHT + 16)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the legend, then the columns."""
        painter = QPainter(self)
        line = line_height(_SMALL)
        self._paint_legend(painter, QRectF(0, 0, self.width(), line))
        most = max((bucket.total for bucket in self._buckets), default=0)
        if not most:
            return
        area = QRectF(0, 2 * line + 8, self.width(), _HEIGHT)
        step = area.width() / len(self._buckets)
        for position, bucket in enumerate(self._buckets):
            place = QRectF(area.left() + position * step, area.top(), step, area.height())
            self._paint_column(painter, place, bucket, most)
            below = QRectF(place.left(), place.bottom() + 4, place.width(), line)
            write(painter, below, self._labels[position], _SMALL, CENTER)
        hline(painter, 0, self.width(), area.bottom(), tokens().line)

    def _paint_legend(self, painter: QPainter, area: QRectF) -> None:
        x = area.left()
        for outcome in _ORDER:
            painter.fillRect(QRectF(x, area.center().y() - 5, 10, 10), outcome_color(outcome))
            word = _(OUTCOMES[outcome])
            x += 16 + write(painter, QRectF(x + 16, area.top(), 300, area.height()), word, _SMALL)
            x += 20

    def _paint_column(self, painter: QPainter, place: QRectF, bucket: Bucket, most: int) -> None:
        line, look = line_height(_SMALL), tokens()
        width = min(_WIDEST, place.width() * 0.6)
        left, bottom = place.center().x() - width / 2, place.bottom()
        for outcome in _ORDER:
            height = place.height() * bucket.counts[outcome] / most
            if height:
                piece = QRectF(left, bottom - height, width, height)
                painter.fillRect(piece, outcome_color(outcome))
                painter.fillRect(QRectF(left, piece.top(), width, 1), look.surface)
                bottom -= height
        if bucket.total:
            above = QRectF(place.left(), bottom - line - 2, place.width(), line)
            write(painter, above, count(bucket.total), _INK, CENTER)


def _spoken(bucket: Bucket) -> str:
    parts = (f"{_(OUTCOMES[o])}: {n}" for o, n in bucket.counts.items() if n)
    return f"{bucket.first.isoformat()}: {', '.join(parts) or _('nothing')}"


class ParetoBars(Painted):
    """The most frequent first: name, bar, count, and how much of all it is up to here."""

    LINE = 26
    MOST = 8

    def __init__(self) -> None:
        super().__init__()
        self._rows: tuple[tuple[str, int, float], ...] = ()

    def set_rows(self, rows: Sequence[tuple[str, int, float]]) -> None:
        """Show groups with their counts and cumulative shares."""
        self._rows = tuple(rows[: self.MOST])
        self.say(", ".join(f"{name}: {n}" for name, n, _share in self._rows) or _("nothing"))

    def sizeHint(self) -> QSize:
        """One line each."""
        return QSize(320, max(1, len(self._rows)) * self.LINE)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw line by line."""
        painter, look = QPainter(self), tokens()
        if not self._rows:
            write(painter, QRectF(0, 0, self.width(), self.LINE), _("Nothing to count."), _SMALL)
            return
        most = self._rows[0][1]
        name_width, end = self.width() * 0.42, 96.0
        for position, (name, number, share) in enumerate(self._rows):
            line = QRectF(0, position * self.LINE, self.width(), self.LINE)
            write(painter, QRectF(0, line.top(), name_width - 8, line.height()), name, Style())
            room = line.width() - name_width - end
            bar = QRectF(name_width, line.top() + 8, room * number / most, line.height() - 16)
            painter.fillRect(bar, look.ink2)
            right = line.right()
            figure = QRectF(right - end, line.top(), 36, line.height())
            write(painter, figure, count(number), Style(), RIGHT)
            write(painter, QRectF(right - 52, line.top(), 52, line.height()), percent(share),
                  _SMALL, RIGHT)  # fmt: skip
