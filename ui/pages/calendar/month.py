"""Month: six weeks of days, each with what begins or goes on there."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent

from app.i18n import _
from app.wording import clock, day
from ui.pages.calendar.canvas import Box, Canvas
from ui.pages.calendar.drawing import (
    NOTE,
    draw_bar,
    draw_ghost,
    draw_shade,
    name_shade,
)
from ui.pages.calendar.entries import Board, Entry, moved_days
from ui.pages.calendar.period import clock_change, midnight
from ui.paint import Style, by_keyboard, focus_ring, hline, line_height, scaled, vline, write
from ui.theme import BOLD, MEDIUM, SMALL, mix, tokens

_CHIP, _STRIP = 20, 18


class Month(Canvas):
    """Seven days by six weeks; a click on “more” opens the day."""

    day_wanted = Signal(object)  # date

    def __init__(self) -> None:
        super().__init__()
        self._more: list[tuple[QRectF, date, int]] = []

    def sizeHint(self) -> QSize:
        """Room for three changes a day."""
        return QSize(700, 6 * (scaled(_CHIP) * 3 + 44) + 24)

    def minimumSizeHint(self) -> QSize:
        """Never so low that a day has no room for a change."""
        return QSize(420, 6 * (scaled(_CHIP) + 46) + 24)

    def lay_out(self) -> Sequence[Box]:
        """Return freezes below, then windows as strips, then changes as chips."""
        self._more = []
        if self.board is None:
            return ()
        found: list[Box] = []
        changes: list[Box] = []
        shades, here = self._by_day(self.board.shades), self._by_day(self.board.entries)
        for place, date_ in enumerate(self.period.dates):
            cell = self._cell(place)
            inner = cell.adjusted(4, scaled(24), -5, -2)
            if any(shade.is_freeze for shade, _begins in shades[place]):
                inner.adjust(0, 0, 0, -scaled(_STRIP))  # its name stands below
            for shade, begins in shades[place]:
                if shade.is_freeze:
                    found.append((shade, cell.adjusted(1, 1, 0, 0)))
                elif begins:
                    height = scaled(_STRIP)
                    found.append((shade, QRectF(inner.left(), inner.top(), inner.width(), height)))
                    inner.adjust(0, height + 2, 0, 0)
            changes += self._chips([entry for entry, _begins in here[place]], date_, inner)
        return [*sorted(found, key=lambda item: not item[0].is_freeze), *changes]

    def instant_at(self, point: QPointF) -> datetime | None:
        """Return the midnight with which the day at a point begins."""
        return midnight(self._date_at(point), self.period.zone)

    def wanted_start(self, entry: Entry, grabbed: QPointF, point: QPointF) -> datetime | None:
        """Return the same time of day, as many days away as it is carried."""
        days = (self._date_at(point) - self._date_at(grabbed)).days
        return moved_days(entry, days, self.period.zone)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Open the day where “more” was clicked."""
        self.boxes()
        for box, date_, _n in self._more:
            if box.contains(event.position()) and event.button() == Qt.MouseButton.LeftButton:
                self.day_wanted.emit(date_)
                return
        super().mousePressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw days, shades, changes and the ghost."""
        board = self.board
        if board is None:
            return
        painter, look = QPainter(self), tokens()
        painter.fillRect(self.rect(), look.surface)
        self._paint_heads(painter)
        self._paint_days(painter, board)
        zone = self.period.zone
        for entry, box in self.boxes():
            if entry.row is not None:
                draw_bar(painter, box, entry, zone, chosen=entry.id == self.chosen)
                continue
            draw_shade(painter, box, entry, chosen=entry.id == self.chosen)
            words = box if not entry.is_freeze else QRectF(box.left(), box.bottom() - 20,
                                                           box.width(), 18)  # fmt: skip
            name_shade(painter, words.adjusted(5, 0, -2, 0), entry)
        self._paint_grid(painter, board)
        for box, _date, n in self._more:
            text = _("{n} more").format(n=n)
            write(painter, box.adjusted(6, 0, 0, 0), text, Style("ink2", SMALL, MEDIUM))
        if self.ghost is not None:
            local = self.ghost.span.start.astimezone(ZoneInfo(zone)).date()
            if local in self.period.dates:
                cell = self._cell(self.period.dates.index(local))
                box = QRectF(cell.left() + 4, cell.top() + scaled(24), cell.width() - 9,
                             scaled(_CHIP))  # fmt: skip
                draw_ghost(painter, box, self.ghost, zone)
        if by_keyboard(self):
            focus_ring(painter, QRectF(self.rect()))

    def _by_day(self, entries: Sequence[Entry]) -> list[list[tuple[Entry, bool]]]:
        """Return what touches each day in sight, with whether it begins there."""
        period = self.period
        starts = [midnight(date_, period.zone) for date_ in (*period.dates, period.last)]
        found: list[list[tuple[Entry, bool]]] = [[] for _day in period.dates]
        for entry in entries:
            first = bisect_right(starts, entry.span.start) - 1
            last = bisect_left(starts, entry.span.end) - 1
            for place in range(max(0, first), min(last, len(found) - 1) + 1):
                found[place].append((entry, place == first))
        return found

    def _chips(self, here: list[Entry], date_: date, room: QRectF) -> list[Box]:
        height = scaled(_CHIP)
        fit = max(0, int((room.height() + 2) // (height + 2)))
        shown = here if len(here) <= fit else here[: max(0, fit - 1)]
        boxes = [
            (entry, QRectF(room.left(), room.top() + n * (height + 2), room.width(), height))
            for n, entry in enumerate(shown)
        ]
        if len(here) > len(shown):
            top = room.top() + len(shown) * (height + 2)
            box = QRectF(room.left(), min(top, room.bottom() - 16), room.width(), 16)
            self._more.append((box, date_, len(here) - len(shown)))
        return boxes

    def _paint_heads(self, painter: QPainter) -> None:
        width = self.width() / 7
        for place, date_ in enumerate(self.period.dates[:7]):
            noon = datetime.combine(date_, time(12), UTC)
            name = day(noon, "UTC").split()[0]
            area = QRectF(place * width + 8, 0, width - 8, 24)
            write(painter, area, name, Style("ink2", SMALL, MEDIUM))

    def _paint_days(self, painter: QPainter, board: Board) -> None:
        look = tokens()
        today = board.now.astimezone(ZoneInfo(self.period.zone)).date()
        for place, date_ in enumerate(self.period.dates):
            cell = self._cell(place)
            if date_ == today:
                painter.fillRect(cell, mix(look.surface, look.accent, 0.04))
            elif date_.weekday() >= 5:
                painter.fillRect(cell, look.raised)

    def _paint_grid(self, painter: QPainter, board: Board) -> None:
        look, zone = tokens(), self.period.zone
        today = board.now.astimezone(ZoneInfo(zone)).date()
        for place, date_ in enumerate(self.period.dates):
            cell = self._cell(place)
            hline(painter, cell.left(), cell.right(), cell.top())
            if place % 7:
                vline(painter, round(cell.left()), cell.top(), cell.bottom(), look.line)
            inside = date_.month == self.period.anchor.month
            tone = "accent" if date_ == today else "ink" if inside else "ink3"
            weight = BOLD if date_ == today else MEDIUM
            head = QRectF(cell.left() + 8, cell.top() + 4, cell.width() - 12, line_height(NOTE))
            number = str(date_.day)
            if date_.day == 1:
                noon = datetime.combine(date_, time(12), UTC)
                number = " ".join(day(noon, "UTC").split()[1:])
            used = write(painter, head, number, Style(tone, SMALL, weight))
            if note := clock_change(date_, zone):
                write(painter, head.adjusted(used + 8, 0, 0, 0), note, Style("watch", SMALL))
            if date_ == today:
                text = _("now {time}").format(time=clock(board.now, zone))
                write(painter, head.adjusted(used + 8, 0, 0, 0), text, Style("accent", SMALL))

    def _cell(self, place: int) -> QRectF:
        width, height = self.width() / 7, (self.height() - 24) / 6
        week, weekday = divmod(place, 7)
        return QRectF(weekday * width, 24 + week * height, width, height)

    def _date_at(self, point: QPointF) -> date:
        weekday = int(max(0, min(6, point.x() // (self.width() / 7))))
        week = int(max(0, min(5, (point.y() - 24) // ((self.height() - 24) / 6))))
        return self.period.dates[week * 7 + weekday]
