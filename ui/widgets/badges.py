"""States as icon and word: one shape per word, never colour alone."""

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy

from ui.cells import Badge
from ui.paint import Painted, Style, icon_beside, line_height, scaled, write
from ui.theme import BODY, MEDIUM


def draw_badge(painter: QPainter, area: QRectF, badge: Badge, size: int = BODY) -> float:
    """Draw icon and word at the left of an area, centred in its height; return the width used."""
    left = icon_beside(painter, area, badge.mark.icon, badge.color)
    style = Style(badge.tone or badge.mark.tone, size, MEDIUM)
    return left.left() - area.left() + write(painter, left, badge.word, style)


def badge_width(badge: Badge, size: int = BODY) -> float:
    """Return how wide a badge gets."""
    word = 6 + Style(size=size, weight=MEDIUM).width(badge.word) if badge.word else 0
    return scaled(14) + word


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
