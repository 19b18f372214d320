"""Gantt: one line a change, time from left to right, windows and freezes behind all of them."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent

from app.i18n import _
from app.wording import clock, day
from ui import icons
from ui.models.changes import state_badge
from ui.pages.calendar.canvas import Box, Canvas
from ui.pages.calendar.drawing import (
    NOTE,
    draw_bar,
    draw_ghost,
    draw_now,
    draw_shade,
    name_shade,
)
from ui.pages.calendar.entries import QUARTER, Entry, snapped
from ui.pages.calendar.period import clock_change, midnight
from ui.paint import (
    Painted,
    Style,
    by_keyboard,
    focus_ring,
    hline,
    line_height,
    scaled,
    vline,
    write,
)
from ui.theme import BOLD, MEDIUM, SMALL, mix, tokens
from ui.widgets.risk_badge import draw_steps

LABEL, ROW = 330, 32
_SHADES = 22
_LEAST = 6
_HOURS_FROM = 150
"""How wide a day must be, in pixels, for lines and names of hours."""


class Gantt(Canvas):
    """Lines in the order of their start; only what is in sight is drawn."""

    def sizeHint(self) -> QSize:
        """A line for each change."""
        lines = len(self.board.entries) if self.board else 0
        return QSize(700, scaled(_SHADES) + max(8, lines) * scaled(ROW))

    def minimumSizeHint(self) -> QSize:
        """As high as all lines, so that the area around it scrolls."""
        return QSize(LABEL + 200, self.sizeHint().height())

    def lay_out(self) -> Sequence[Box]:
        """Return the strips of windows and freezes, then the bars of changes."""
        if self.board is None:
            return ()
        row = scaled(ROW)
        found: list[Box] = [
            (shade, QRectF(x0, 0, max(3.0, x1 - x0), self.height()))
            for shade in self.board.shades
            for x0, x1 in [(self._x(shade.span.start), self._x(shade.span.end))]
        ]
        found.sort(key=lambda item: item[0].is_freeze)
        for n, entry in enumerate(self.board.entries):
            x0, x1 = self._x(entry.span.start), self._x(entry.span.end)
            box = QRectF(x0, self._top + n * row + 4, max(_LEAST, x1 - x0), row - 8)
            found.append((entry, box))
        return found

    def entry_at(self, point: QPointF) -> Entry | None:
        """Return the change on whose line a point lies, by its name or its bar, or the shade."""
        if self.board is None:
            return None
        line = int((point.y() - self._top) // scaled(ROW))
        if point.y() >= self._top and 0 <= line < len(self.board.entries):
            entry = self.board.entries[line]
            box = self.boxes()[len(self.board.shades) + line][1].adjusted(-3, -4, 3, 4)
            if point.x() < LABEL or box.contains(point):
                return entry
        shades = self.boxes()[: len(self.board.shades)]
        return next((e for e, box in reversed(shades) if box.contains(point)), None)

    def instant_at(self, point: QPointF) -> datetime | None:
        """Return the instant at a point."""
        span = self.period.span
        share = (point.x() - LABEL) / max(1, self.width() - LABEL)
        return span.start + share * span.duration

    def wanted_start(self, entry: Entry, grabbed: QPointF, point: QPointF) -> datetime | None:
        """Return where a change would begin, in steps that the scale can show."""
        before, now = self.instant_at(grabbed), self.instant_at(point)
        if before is None or now is None:
            return None
        step = QUARTER if self.period.days <= 14 else timedelta(hours=1)
        return snapped(entry.span.start + (now - before), step)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw what of it lies in the part that is to be drawn."""
        board = self.board
        if board is None:
            return
        painter, look = QPainter(self), tokens()
        area = QRectF(event.rect())
        painter.fillRect(event.rect(), look.surface)
        boxes = self.boxes()
        self._paint_days(painter, area)
        painter.setClipRect(QRectF(LABEL, area.top(), self.width() - LABEL, area.height()))
        self._paint_shades(painter, boxes[: len(board.shades)])
        row = scaled(ROW)
        first = max(0, int((area.top() - self._top) // row))
        last = min(len(board.entries), int((area.bottom() - self._top) // row) + 1)
        for n in range(first, last):
            hline(painter, LABEL, self.width(), self._top + (n + 1) * row - 1)
        for entry, box in boxes[len(board.shades) + first : len(board.shades) + last]:
            draw_bar(painter, box, entry, self.period.zone, chosen=entry.id == self.chosen)
            self._write_beside(painter, box, entry, "ink2")
        ghost_box = self.ghost_box()
        if self.ghost is not None and ghost_box is not None:
            draw_ghost(painter, ghost_box, self.ghost, self.period.zone)
            self._write_beside(painter, ghost_box, self.ghost, "accent")
        if self.period.shows(board.now):
            x = self._x(board.now)
            draw_now(painter, QRectF(x, area.top(), 0, area.height()), upright=True)
        painter.setClipping(False)
        for n in range(first, last):
            self._paint_label(painter, board.entries[n], self._top + n * row)
        vline(painter, LABEL - 1, area.top(), area.bottom() + 1, look.line)
        if by_keyboard(self):
            focus_ring(painter, QRectF(self.visibleRegion().boundingRect()))

    def _paint_days(self, painter: QPainter, area: QRectF) -> None:
        look = tokens()
        for date_ in self.period.dates:
            x0 = self._x(midnight(date_, self.period.zone))
            x1 = self._x(midnight(date_ + timedelta(days=1), self.period.zone))
            if date_.weekday() >= 5:
                painter.fillRect(QRectF(x0, area.top(), x1 - x0, area.height()), look.raised)
            if self.period.days <= 31 or date_.weekday() == 0:
                vline(painter, round(x0), area.top(), area.bottom() + 1, look.line)
            if x1 - x0 >= _HOURS_FROM:
                for share in (0.25, 0.5, 0.75):
                    x = round(x0 + share * (x1 - x0))
                    vline(
                        painter, x, area.top(), area.bottom() + 1, mix(look.surface, look.line, 0.5)
                    )

    def _paint_shades(self, painter: QPainter, boxes: Sequence[Box]) -> None:
        for entry, box in boxes:
            draw_shade(painter, box, entry, chosen=entry.id == self.chosen)
        for entry, box in boxes:
            room = QRectF(max(box.left(), LABEL) + 4, 2, box.width() - 6, scaled(_SHADES) - 4)
            if room.width() > 40:
                name_shade(painter, room, entry)

    def _paint_label(self, painter: QPainter, entry: Entry, top: float) -> None:
        look, row = tokens(), scaled(ROW)
        if entry.row is None:
            return
        area = QRectF(0, top, LABEL - 1, row)
        if entry.id == self.chosen:
            painter.fillRect(area, look.selection)
            painter.fillRect(QRectF(0, top, 3, row), look.accent)
        hline(painter, 0, LABEL, top + row - 1)
        inner = area.adjusted(16, 0, -10, 0)
        badge = entry.badge or state_badge(entry.row.state)
        side = scaled(14)
        icons.draw(painter, badge.mark.icon, inner.left(), inner.center().y() - side / 2,
                   badge.color, side)  # fmt: skip
        if entry.row.risk is not None:
            draw_steps(painter, inner.right() - 14, inner.center().y() + 5, entry.row.risk)
        words = inner.adjusted(side + 8, 0, -24, 0)
        used = write(painter, words, entry.row.number, NOTE)
        style = Style("ink", weight=BOLD if entry.id == self.chosen else 400)
        write(painter, words.adjusted(used + 8, 0, 0, 0), entry.title, style)

    def ghost_box(self) -> QRectF | None:
        """Return where the ghost is drawn."""
        board, ghost = self.board, self.ghost
        if board is None or ghost is None:
            return None
        line = next((n for n, e in enumerate(board.entries) if e.id == ghost.id), 0)
        row = scaled(ROW)
        x0, x1 = self._x(ghost.span.start), self._x(ghost.span.end)
        return QRectF(x0, self._top + line * row + 4, max(_LEAST, x1 - x0), row - 8)

    def _write_beside(self, painter: QPainter, box: QRectF, entry: Entry, tone: str) -> None:
        """Write the time beside a bar that is too short for it."""
        if box.width() < 110 and box.right() > LABEL:
            at, zone = entry.span.start, self.period.zone
            text = f"{day(at, zone)} {clock(at, zone)}"
            area = QRectF(box.right() + 6, box.top(), 130, box.height())
            write(painter, area, text, Style(tone, SMALL))

    @property
    def _top(self) -> int:
        return scaled(_SHADES)

    def _x(self, at: datetime) -> float:
        span = self.period.span
        share = (at - span.start) / span.duration
        return LABEL + max(-0.02, min(1.02, share)) * (self.width() - LABEL)


class GanttHead(Painted):
    """The scale above the lines: months over days, or days over hours."""

    def __init__(self, gantt: Gantt) -> None:
        super().__init__()
        self._gantt = gantt

    def show_board(self) -> None:
        """Follow the canvas below."""
        self.say(self._gantt.period.title)

    def sizeHint(self) -> QSize:
        """Two small lines."""
        return QSize(300, round(2 * line_height(NOTE)) + 10)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the names of days, or of weeks where days have no room."""
        board = self._gantt.board
        if board is None:
            return
        painter, look, period = QPainter(self), tokens(), board.period
        painter.fillRect(self.rect(), look.surface)
        write(painter, QRectF(16, self.height() - 22, LABEL - 20, 18), _("Change"),
              Style("ink2", SMALL, MEDIUM))  # fmt: skip
        today = board.now.astimezone(ZoneInfo(period.zone)).date()
        width = (self._gantt.width() - LABEL) / period.count
        for place, date_ in enumerate(period.dates):
            x = LABEL + place * width
            self._paint_day(painter, x, width, date_, is_today=date_ == today)
        hline(painter, 0, self.width(), self.height() - 1)

    def _paint_day(
        self, painter: QPainter, x: float, width: float, date_: date, *, is_today: bool
    ) -> None:
        noon = datetime.combine(date_, time(12), UTC)
        weekday, number, month = day(noon, "UTC").split()
        small = line_height(NOTE)
        upper, lower = 4.0, 4 + small
        style = Style("accent" if is_today else "ink", SMALL, BOLD if is_today else MEDIUM)
        if width >= 44:
            note = clock_change(date_, self._gantt.period.zone)
            write(painter, QRectF(x + 4, upper, width - 6, small), weekday, NOTE)
            if note and width > 120:
                write(painter, QRectF(x + 40, upper, width - 42, small), note,
                      Style("watch", SMALL))  # fmt: skip
            write(painter, QRectF(x + 4, lower, width - 6, small), f"{number} {month}", style)
            if width >= _HOURS_FROM:
                for share, hour in ((0.25, "06"), (0.5, "12"), (0.75, "18")):
                    area = QRectF(x + share * width + 3, lower, 40, small)
                    write(painter, area, f"{hour}:00", Style("ink3", SMALL))
        elif width >= 18:
            write(painter, QRectF(x + 3, upper, width, small), weekday[:1], NOTE)
            write(painter, QRectF(x + 3, lower, width, small), number, style)
        elif date_.weekday() == 0:
            write(painter, QRectF(x + 3, lower, width * 7, small), f"{number} {month}", style)
