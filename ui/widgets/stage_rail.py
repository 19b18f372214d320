"""The ten stages of a change, and the box that says what the next one still needs."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QFrame, QGridLayout, QVBoxLayout, QWidget

from app.i18n import _, ngettext
from app.wording import count_of
from ui import icons
from ui.cells import Badge, Mark
from ui.paint import (
    CENTER,
    Painted,
    Style,
    by_keyboard,
    focus_ring,
    hline,
    line_height,
    scaled,
    write,
)
from ui.theme import BOLD, MEDIUM, SMALL, tokens
from ui.widgets.badges import StateBadge
from ui.widgets.buttons import link
from ui.widgets.labels import Label
from ui.widgets.layout import add_layout, clear, row

_CIRCLE = 18
_LABEL, _CURRENT = Style("ink2", SMALL), Style("ink", SMALL, BOLD)
_LATER = Style("ink3", SMALL)


class StageRail(Painted):
    """Equal columns: done with a check, the current one filled, later ones with their number."""

    picked = Signal(int)  # position of the stage that was clicked

    def __init__(self, names: Sequence[str] = (), current: int = 0) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.set_stages(names, current)

    def set_stages(self, names: Sequence[str], current: int) -> None:
        """Show stages; ``current`` is a position, the number of stages when all are done."""
        self._names, self._current = tuple(names), current
        if current < len(self._names):
            place = count_of(current + 1, len(self._names))
            self.say(_("Stage {place}: {name}").format(place=place, name=self._names[current]))
        else:
            self.say(_("All stages are done"))

    def column_center(self, position: int) -> float:
        """Return where a stage's column has its middle, for what points at it."""
        return (position + 0.5) * self.width() / max(1, len(self._names))

    def sizeHint(self) -> QSize:
        """Ten columns wide enough for their labels."""
        widest = max((_CURRENT.width(name) for name in self._names), default=0)
        width = round((widest + 8) * len(self._names))
        return QSize(width, round(scaled(_CIRCLE) + 4 + line_height(_LABEL)) + 6)

    def minimumSizeHint(self) -> QSize:
        """Labels may be elided in a narrow window."""
        return QSize(44 * len(self._names), self.sizeHint().height())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click picks a stage."""
        if self._names:
            self.picked.emit(int(event.position().x() * len(self._names) / self.width()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Return picks the current stage."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.picked.emit(min(self._current, len(self._names) - 1))
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw lines between circles, circles and labels."""
        painter = QPainter(self)
        look = tokens()
        width = self.width() / max(1, len(self._names))
        rooms = self._label_rooms(width)
        for position, name in enumerate(self._names):
            middle = self.column_center(position)
            if position:
                passed = position <= self._current
                half = scaled(_CIRCLE) / 2
                y = 2 + half
                color = look.ink2 if passed else look.line
                hline(painter, middle - width + half + 3, middle - half - 3, y, color)
            self._paint_circle(painter, position, middle)
            style = _CURRENT if position == self._current else _LABEL
            top, tall = scaled(_CIRCLE) + 6, line_height(style)
            area = QRectF(middle - rooms[position] / 2, top, rooms[position], tall)
            write(painter, area, name, style, CENTER)
        if by_keyboard(self):
            focus_ring(painter, QRectF(self.rect()))

    def _label_rooms(self, width: float) -> list[float]:
        """Return how wide each label may be: beyond its column where its neighbours are short."""
        words = [
            (_CURRENT if at == self._current else _LABEL).width(name)
            for at, name in enumerate(self._names)
        ]
        taken = [min(word, width - 4) for word in words]
        sides = [width, *taken, width]  # at the ends a label keeps to the rail
        free = [width - max(sides[at], sides[at + 2]) / 2 - 4 for at in range(len(words))]
        return [
            max(width - 4, min(word + 2, 2 * room)) for word, room in zip(words, free, strict=True)
        ]

    def _paint_circle(self, painter: QPainter, position: int, middle: float) -> None:
        look = tokens()
        side = scaled(_CIRCLE)
        circle = QRectF(middle - side / 2, 2, side, side)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        number = str(position + 1)
        if position < self._current:
            painter.setPen(QPen(look.ink2, 1.2))
            painter.drawEllipse(circle.adjusted(0.6, 0.6, -0.6, -0.6))
            tick = scaled(12)
            icons.draw(painter, "check", middle - tick / 2, 2 + (side - tick) / 2, look.ink2, tick)
        elif position == self._current:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(look.accent)
            painter.drawEllipse(circle)
            write(painter, circle, number, Style("on_accent", SMALL, BOLD), CENTER)
        else:
            painter.setPen(QPen(look.line, 1))
            painter.drawEllipse(circle.adjusted(0.5, 0.5, -0.5, -0.5))
            write(painter, circle, number, _LATER, CENTER)


@dataclass(frozen=True, slots=True)
class Need:
    """One thing the next stage still lacks; ``due`` needs a person now, others come with time."""

    name: str
    text: str
    when: str = ""
    due: bool = False


class NeedsBox(QFrame):
    """What the next stage still needs: a person's part first, then what time brings."""

    wanted_all = Signal()
    _CARET = 8

    def __init__(self, rail: StageRail) -> None:
        super().__init__()
        self._rail = rail
        self._points_at = 0
        self._whens: list[tuple[int, Label]] = []
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(12, 10 + self._CARET, 12, 10)
        self._layout.setSpacing(4)

    def set_needs(self, stage: str, needs: Sequence[Need], total: int, points_at: int) -> None:
        """Say what ``stage`` lacks of ``total`` conditions; the caret points at a rail column."""
        self._points_at = points_at
        clear(self._layout)
        if needs:
            text = _("{stage} still needs {share}").format(
                stage=stage, share=count_of(len(needs), total)
            )
        else:
            text = ngettext(
                "{stage} can begin: its condition is met",
                "{stage} can begin: all {n} conditions are met",
                total,
            ).format(stage=stage, n=total)
        everything = link(_("All {total}").format(total=total))
        everything.clicked.connect(self.wanted_all)
        add_layout(self._layout, row(Label(text, weight=BOLD), None, everything))
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(2)
        grid.setColumnStretch(1, 1)
        self._whens = []
        ranked = sorted(enumerate(needs), key=lambda item: not item[1].due)
        for line, (place, need) in enumerate(ranked):
            badge = Badge(Mark.NEEDED if need.due else Mark.LATER, need.name)
            grid.addWidget(StateBadge(badge), line, 0)
            grid.addWidget(Label(need.text, tone="ink2", wrap=True), line, 1)
            when = Label(need.when, tone="ink" if need.due else "ink2")
            when.set_weight(MEDIUM if need.due else 400)
            grid.addWidget(when, line, 2, Qt.AlignmentFlag.AlignRight)
            self._whens.append((place, when))
        add_layout(self._layout, grid)
        lines = [f"{need.name}: {need.text} {need.when}".strip() for need in needs]
        self.setAccessibleName(". ".join([text, *lines]))
        self.update()

    def say(self, text: str, next_: str, points_at: int) -> None:
        """Say something else than what is lacking, and what can be done about it."""
        self._points_at, self._whens = points_at, []
        clear(self._layout)
        self._layout.addWidget(Label(text, weight=BOLD, wrap=True))
        self._layout.addWidget(Label(next_, tone="ink2", wrap=True))
        self.setAccessibleName(f"{text}. {next_}")
        self.update()

    def set_whens(self, texts: Sequence[str]) -> None:
        """Say anew when each of the needs is met; the rest of the box stays as it is."""
        for place, label in self._whens:
            if place < len(texts):
                label.setText(texts[place])

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the box with its caret under the stage it speaks of."""
        look = tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(look.line, 1))
        painter.setBrush(look.raised)
        box = QRectF(self.rect()).adjusted(0.5, self._CARET + 0.5, -0.5, -0.5)
        painter.drawRoundedRect(box, 6, 6)
        x, half = self._rail.column_center(self._points_at), self._CARET
        tip = QPolygonF(
            [QPointF(x - half, box.top()), QPointF(x, 0.5), QPointF(x + half, box.top())]
        )
        painter.setPen(Qt.PenStyle.NoPen)
        painter.drawPolygon(QPolygonF([*tip.toList(), QPointF(x, box.top() + 2)]))
        painter.setPen(QPen(look.line, 1))
        painter.drawPolyline(tip)
        painter.fillRect(QRectF(x - half + 0.5, box.top() - 0.5, 2 * half - 1, 1.5), look.raised)


def stage_area(rail: StageRail, box: NeedsBox) -> QWidget:
    """Return the rail with its box below, as a record's header shows them."""
    area = QWidget()
    layout = QVBoxLayout(area)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(2)
    layout.addWidget(rail)
    layout.addWidget(box)
    return area
