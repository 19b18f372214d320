"""The 5 x 5 risk matrix with the way from the inherent to the residual risk."""

from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy

from app.domain.risk import TABLE_I2, Grade, RiskScore
from app.i18n import _
from ui.paint import CENTER, RIGHT, Painted, Style, line_height, scaled, write
from ui.theme import MEDIUM, SMALL, mix, tokens

_CELL, _CODE = (34, 25), 24
"""Width and height of a cell, and the width of the words before a row, at the usual type."""
_CODES = ("VL", "L", "M", "H", "VH")
_TINTS = {
    Grade.VERY_LOW: ("ink3", 0.10),
    Grade.LOW: ("good", 0.13),
    Grade.MODERATE: ("watch", 0.15),
    Grade.HIGH: ("bad", 0.16),
    Grade.VERY_HIGH: ("bad", 0.34),
}


def _cell() -> tuple[int, int]:
    return scaled(_CELL[0]), scaled(_CELL[1])


def _left() -> float:
    """Return where the first column begins."""
    return line_height(Style(size=SMALL)) + scaled(_CODE) + 4


class RiskMatrix(Painted):
    """Likelihood upwards, impact to the right; a ring is inherent, a dot residual."""

    def __init__(
        self, inherent: RiskScore | None = None, residual: RiskScore | None = None
    ) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.set_scores(inherent, residual)

    def set_scores(self, inherent: RiskScore | None, residual: RiskScore | None) -> None:
        """Show other scores; None leaves the mark out."""
        self._inherent, self._residual = inherent, residual
        words = [
            _("{which} risk {level}: likelihood {likelihood}, impact {impact}").format(
                which=which, level=_(score.level.label), likelihood=_(score.likelihood.label),
                impact=_(score.impact.label),
            )
            for which, score in ((_("Inherent"), inherent), (_("Residual"), residual))
            if score is not None
        ]  # fmt: skip
        self.say(". ".join(words) or _("The risk has not been assessed."))

    def score_at(self, place: QPointF) -> RiskScore | None:
        """Return likelihood and impact of the cell at a place, None beside the cells."""
        width, height = _cell()
        column, line = int((place.x() - _left()) // width), int(place.y() // height)
        if not (0 <= column < len(Grade) and 0 <= line < len(Grade)):
            return None
        return RiskScore(Grade(len(Grade) - line), Grade(column + 1))

    def sizeHint(self) -> QSize:
        """Five by five cells, two captions."""
        width, height = _cell()
        small = line_height(Style(size=SMALL))
        return QSize(round(_left() + 2 + 5 * width), round(5 * height + 2 * small + 6))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw cells, captions and marks."""
        painter = QPainter(self)
        (width, height), left = _cell(), _left()
        small = line_height(Style(size=SMALL))
        for likelihood in Grade:
            top = (5 - likelihood) * height
            code = QRectF(small, top, left - small - 4, height)
            write(painter, code, _CODES[likelihood - 1], Style("ink2", SMALL), RIGHT)
            for impact in Grade:
                box = QRectF(left + (impact - 1) * width, top, width - 1, height - 1)
                self._paint_cell(painter, box, TABLE_I2[likelihood - 1][impact - 1])
        for impact in Grade:
            box = QRectF(left + (impact - 1) * width, 5 * height + 3, width, small)
            write(painter, box, _CODES[impact - 1], Style("ink2", SMALL), CENTER)
        caption = QRectF(left, 5 * height + 3 + small, 5 * width, small)
        write(painter, caption, _("Impact"), Style("ink2", SMALL), CENTER)
        painter.save()
        painter.translate(0, 5 * height)
        painter.rotate(-90)
        side = QRectF(0, 0, 5 * height, small)
        write(painter, side, _("Likelihood"), Style("ink2", SMALL), CENTER)
        painter.restore()
        self._paint_marks(painter, left)

    def _paint_cell(self, painter: QPainter, box: QRectF, level: Grade) -> None:
        tone, share = _TINTS[level]
        look = tokens()
        painter.fillRect(box, mix(look.surface, look.named(tone), share))
        inner = box.adjusted(4, 0, 0, 0)
        write(painter, inner, _CODES[level - 1], Style("ink2", SMALL, MEDIUM))

    def _paint_marks(self, painter: QPainter, left: float) -> None:
        look, (width, height) = tokens(), _cell()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(look.ink, 1.4))
        marks: list[tuple[QPointF, QColor]] = []
        for score, fill in ((self._inherent, look.surface), (self._residual, look.ink)):
            if score is not None:
                x = left + (score.impact - 1) * width + width * 0.7
                y = (5 - score.likelihood) * height + height / 2 - 0.5
                marks.append((QPointF(x, y), fill))
        if len(marks) == 2:
            painter.drawLine(marks[0][0], marks[1][0])
        for place, fill in marks:
            painter.setBrush(fill)
            painter.drawEllipse(place, scaled(5), scaled(5))
