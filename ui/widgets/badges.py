"""States as icon and word: one shape per word, never colour alone. Also the risk steps."""

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.domain.risk import Grade
from app.i18n import _
from ui.cells import Badge
from ui.theme import BODY, MEDIUM, REGULAR, tokens
from ui.widgets.paint import Painted, Style, icon_beside, line_height, write


def draw_badge(painter: QPainter, area: QRectF, badge: Badge, size: int = BODY) -> float:
    """Draw icon and word at the left of an area, centred in its height; return the width used."""
    left = icon_beside(painter, area, badge.mark.icon, badge.color)
    style = Style(badge.tone or badge.mark.tone, size, MEDIUM)
    return left.left() - area.left() + write(painter, left, badge.word, style)


def badge_width(badge: Badge, size: int = BODY) -> float:
    """Return how wide a badge gets."""
    return 20 + Style(size=size, weight=MEDIUM).width(badge.word)


class StateBadge(Painted):
    """A state in a form or a header."""

    def __init__(self, badge: Badge | None = None, *, size: int = BODY) -> None:
        super().__init__()
        self._size = size
        self._badge = badge
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.set_badge(badge)

    def set_badge(self, badge: Badge | None) -> None:
        """Show another state; None shows nothing."""
        self._badge = badge
        self.say(badge.word if badge else "")

    def sizeHint(self) -> QSize:
        """Icon, gap and word."""
        width = badge_width(self._badge, self._size) if self._badge else 0
        return QSize(round(width) + 2, round(line_height(Style(size=self._size))))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the badge."""
        if self._badge:
            draw_badge(QPainter(self), QRectF(self.rect()), self._badge, self._size)


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


def risk_width(grade: Grade | None, size: int = BODY) -> float:
    """Return how wide a risk badge gets."""
    text = Style(size=size, weight=REGULAR if grade is None else MEDIUM).width(risk_word(grade))
    return text + (20 if grade else 0)


def draw_risk(painter: QPainter, area: QRectF, grade: Grade | None, size: int = BODY) -> float:
    """Draw three steps, one to three of them filled, and the word; return the width used."""
    if grade is None:
        return write(painter, area, risk_word(None), Style("ink3", size))
    filled, tone = _STEPS[grade]
    color = tokens().named(tone)
    bottom = area.center().y() + 5
    for step in range(3):
        height = 4 + 3 * step
        bar = QRectF(round(area.left()) + step * 5, round(bottom) - height, 4, height)
        if step < filled:
            painter.fillRect(bar, color)
        else:
            painter.setPen(color)
            painter.drawRect(bar.adjusted(0.5, 0.5, -0.5, -0.5))
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
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
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
