"""A grade of risk as three steps and a word."""

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy

from app.domain.vocabulary import Grade
from app.i18n import _
from ui.paint import Painted, Style, line_height, write
from ui.theme import BODY, MEDIUM, REGULAR, tokens

_STEPS = {
    Grade.VERY_LOW: (1, "good"),
    Grade.LOW: (1, "good"),
    Grade.MODERATE: (2, "watch"),
    Grade.HIGH: (3, "bad"),
    Grade.VERY_HIGH: (3, "bad"),
}


def risk_word(grade: Grade | None) -> str:
    """Return the label of a grade, or that nobody has judged it."""
    return _(grade.label) if grade else _("not assessed")


def risk_tone(grade: Grade | None) -> str:
    """Return the colour token of a grade."""
    return _STEPS[grade][1] if grade else "unknown"


def draw_steps(painter: QPainter, x: float, bottom: float, grade: Grade) -> None:
    """Draw the three steps of a grade, one to three of them filled."""
    filled, tone = _STEPS[grade]
    color = tokens().named(tone)
    for step in range(3):
        height = 4 + 3 * step
        bar = QRectF(round(x) + step * 5, round(bottom) - height, 4, height)
        if step < filled:
            painter.fillRect(bar, color)
        else:
            painter.setPen(color)
            painter.drawRect(bar.adjusted(0.5, 0.5, -0.5, -0.5))


def risk_width(grade: Grade | None, size: int = BODY) -> float:
    """Return how wide a risk badge gets."""
    text = Style(size=size, weight=REGULAR if grade is None else MEDIUM).width(risk_word(grade))
    return text + (20 if grade else 0)


def draw_risk(painter: QPainter, area: QRectF, grade: Grade | None, size: int = BODY) -> float:
    """Draw three steps, one to three of them filled, and the word; return the width used."""
    if grade is None:
        return write(painter, area, risk_word(None), Style("ink3", size))
    draw_steps(painter, area.left(), area.center().y() + 5, grade)
    tone = risk_tone(grade)
    left = area.adjusted(20, 0, 0, 0)
    return 20 + write(painter, left, risk_word(grade), Style(tone, size, MEDIUM))


class RiskBadge(Painted):
    """A grade of risk, or how it falls from the inherent to the residual one."""

    def __init__(
        self,
        grade: Grade | None = None,
        residual: Grade | None = None,
        *,
        size: int = BODY,
    ) -> None:
        super().__init__()
        self._size = size
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.set_risk(grade, residual)

    def set_risk(self, grade: Grade | None, residual: Grade | None = None) -> None:
        """Show another grade; ``residual`` adds "to" and what remains after controls."""
        self._grade, self._residual = grade, residual if grade else None
        words = [risk_word(grade), *([_("to"), risk_word(residual)] if self._residual else [])]
        self.say(" ".join(words))

    def sizeHint(self) -> QSize:
        """One grade, or two with "to" between."""
        width = risk_width(self._grade, self._size)
        if self._residual:
            width += (
                16 + Style(size=self._size).width(_("to")) + risk_width(self._residual, self._size)
            )
        return QSize(round(width) + 2, round(line_height(Style(size=self._size))))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the grade or both."""
        painter, area = QPainter(self), QRectF(self.rect())
        x = draw_risk(painter, area, self._grade, self._size)
        if self._residual:
            area = area.adjusted(x + 8, 0, 0, 0)
            x = write(painter, area, _("to"), Style("ink2", self._size))
            draw_risk(painter, area.adjusted(x + 8, 0, 0, 0), self._residual, self._size)
