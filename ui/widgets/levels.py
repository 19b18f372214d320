"""How well a backup is proven: the ladder L0 to L4, and five squares in lists."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy

from app.i18n import _
from ui.cells import Badge, LevelStep, Rung
from ui.format import tip
from ui.paint import RIGHT, Painted, Style, dashed, line_height, write
from ui.theme import BODY, MEDIUM, SMALL, tokens
from ui.widgets.badges import badge_width, draw_badge

SQUARE, STEP = 7, 9


class LevelLadder(Painted):
    """Five columns: a bar, icon and level, the word, and when or how it was proven."""

    def __init__(self, steps: Sequence[LevelStep] = ()) -> None:
        super().__init__()
        self._steps: tuple[LevelStep, ...] = ()
        self.set_steps(steps)

    def set_steps(self, steps: Sequence[LevelStep]) -> None:
        """Show levels, the weakest first."""
        self._steps = tuple(steps)
        states = {Rung.REACHED: _("reached"), Rung.RUNNING: _("running"), Rung.FAILED: _("failed")}
        told = [
            f"{step.name} {step.word} {states.get(step.rung, _('open'))} {step.time}".strip()
            for step in self._steps
        ]
        self.say(", ".join(told))
        self.setToolTip(tip("\n".join(told)))

    def sizeHint(self) -> QSize:
        """A bar and three lines."""
        widest = max((Style(size=SMALL).width(step.word) for step in self._steps), default=0)
        height = 8 + line_height(Style(size=BODY)) + 2 * line_height(Style(size=SMALL))
        return QSize(round((widest + 12) * len(self._steps)), round(height))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw every column."""
        if not self._steps:
            return
        painter, look = QPainter(self), tokens()
        first, small = line_height(Style(size=BODY)), line_height(Style(size=SMALL))
        x = 0.0
        for position, (step, width) in enumerate(zip(self._steps, self._widths(), strict=True)):
            reached = step.rung is Rung.REACHED
            gap = 0 if position == len(self._steps) - 1 else 2
            bar = QRectF(x, 0, width - gap, 2)
            painter.fillRect(
                bar, look.good if reached else look.bad if step.rung is Rung.FAILED else look.line
            )
            head = QRectF(x, 6, width - 8, first)
            used = draw_badge(painter, head, Badge(step.rung.value, step.name))
            rest, time = head.adjusted(used + 6, 0, 0, 0), Style("ink2", SMALL)
            if time.width(step.time) <= rest.width():  # else the tip has it
                write(painter, rest, step.time, time, RIGHT)
            tone = "ink" if reached or step.rung is Rung.RUNNING else "ink2"
            write(
                painter,
                QRectF(x, 6 + first, width - 8, small),
                step.word,
                Style(tone, SMALL, MEDIUM),
            )
            write(
                painter,
                QRectF(x, 6 + first + small, width - 8, small),
                step.note,
                Style("ink2", SMALL),
            )
            x += width

    def _widths(self) -> list[float]:
        """Share the width: what a column's words need, and an equal part of the rest.

        Where there is less than they need, each keeps its level, and its words give way.
        """
        wanted = [_natural_width(step) for step in self._steps]
        rest = self.width() - sum(wanted)
        if rest >= 0:
            return [width + rest / len(wanted) for width in wanted]
        least = [_level_width(step) + 8 for step in self._steps]
        room = (self.width() - sum(least)) / (sum(wanted) - sum(least))
        return [
            low + max(0.0, room) * (width - low) for low, width in zip(least, wanted, strict=True)
        ]


def _level_width(step: LevelStep) -> float:
    return badge_width(Badge(step.rung.value, step.name)) + 1


def _natural_width(step: LevelStep) -> float:
    small = Style(size=SMALL)
    head = _level_width(step) + 6 + small.width(step.time)
    word = Style(size=SMALL, weight=MEDIUM).width(step.word)
    return max(head, word, small.width(step.note)) + 12


def draw_squares(painter: QPainter, x: float, y: float, rungs: Sequence[Rung]) -> float:
    """Draw small squares: filled reached, dashed running, cross failed; return the width used."""
    look = tokens()
    for position, rung in enumerate(rungs):
        box = QRectF(round(x) + position * STEP, round(y), SQUARE, SQUARE)
        if rung is Rung.REACHED:
            painter.fillRect(box, look.ink2)
        elif rung is Rung.RUNNING:
            dashed(painter, box, look.ink)
        elif rung is Rung.FAILED:
            painter.setPen(QPen(look.bad, 1.5))
            inner = box.adjusted(1, 1, -1, -1)
            painter.drawLine(inner.topLeft(), inner.bottomRight())
            painter.drawLine(inner.topRight(), inner.bottomLeft())
        else:
            painter.setPen(QPen(look.line, 1))
            painter.drawRect(box.adjusted(0.5, 0.5, -0.5, -0.5))
    return len(rungs) * STEP - (STEP - SQUARE)


class LevelSquares(Painted):
    """Five squares and the words beside them."""

    def __init__(self, rungs: Sequence[Rung] = (), badge: Badge | None = None) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.set_levels(rungs, badge)

    def set_levels(self, rungs: Sequence[Rung], badge: Badge | None = None) -> None:
        """Show levels and their badge."""
        self._rungs, self._badge = tuple(rungs), badge
        self.say(badge.word if badge else "")

    def sizeHint(self) -> QSize:
        """Squares, gap, badge."""
        words = 30 + Style(size=SMALL, weight=MEDIUM).width(self._badge.word) if self._badge else 0
        return QSize(
            round(len(self._rungs) * STEP + words) + 2, round(line_height(Style(size=SMALL)))
        )

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw squares and badge."""
        painter = QPainter(self)
        x = draw_squares(painter, 0, (self.height() - SQUARE) / 2, self._rungs)
        if self._badge:
            draw_badge(painter, QRectF(self.rect()).adjusted(x + 9, 0, 0, 0), self._badge, SMALL)
