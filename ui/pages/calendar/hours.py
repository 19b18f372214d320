"""Day and week: days side by side, the hours of the wall clock from top to bottom."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent

from app.i18n import _
from app.wording import clock, day, zone_label
from ui.pages.calendar.canvas import Box, Canvas
from ui.pages.calendar.drawing import (
    NOTE,
    beside_words,
    draw_bar,
    draw_ghost,
    draw_now,
    draw_shade,
    name_shade,
)
from ui.pages.calendar.entries import Board, Entry, Placed, in_lanes
from ui.pages.calendar.period import Shape, clock_change, midnight
from ui.paint import (
    RIGHT,
    Painted,
    Style,
    by_keyboard,
    focus_ring,
    hline,
    line_height,
    vline,
    write,
)
from ui.theme import BOLD, LARGE, MEDIUM, SMALL, mix, tokens

GUTTER, SECOND = 58, 54
HOUR_PX = (26, 36, 48, 72, 120)
_MOST_LANES = {Shape.DAY: 12, Shape.WEEK: 4}
_LEAST = 16
_GAP = 2


def gutter_of(board: Board | None) -> int:
    """Return how wide the hours at the left are: one zone, or two."""
    return GUTTER + (SECOND if board and board.second_zone else 0)


class Hours(Canvas):
    """One column a day; a day on which the clocks change has 24 lines all the same."""

    sideways = False

    def __init__(self) -> None:
        super().__init__()
        self._hour_px = HOUR_PX[2]
        self._lanes: dict[date, list[Placed]] = {}
        self.hidden: dict[date, int] = {}
        """Changes a day for which there was no room side by side."""

    def sizeHint(self) -> QSize:
        """Twenty-four hours high."""
        return QSize(600, 24 * self._hour_px + 1)

    def minimumSizeHint(self) -> QSize:
        """As high as all hours, so that the area around it scrolls."""
        return QSize(300, 24 * self._hour_px + 1)

    def zoom(self, by: int) -> None:
        """Make hours lower (``by`` above zero) or higher."""
        place = HOUR_PX.index(self._hour_px) - by
        self._hour_px = HOUR_PX[max(0, min(len(HOUR_PX) - 1, place))]
        self._laid = None
        self.updateGeometry()
        self.update()

    def _arrange(self) -> None:
        """Put what shares time on a day side by side."""
        self._lanes, self.hidden = {}, {}
        if self.board is None:
            return
        most = _MOST_LANES.get(self.period.shape, 4)
        for date_ in self.period.dates:
            first, last = self._ends(date_)
            here = [e for e in self.board.entries if e.span.start < last and e.span.end > first]
            placed = in_lanes(here, timedelta(minutes=30))
            self._lanes[date_] = [
                Placed(p.entry, p.lane, min(p.lanes, most)) for p in placed if p.lane < most
            ]
            self.hidden[date_] = sum(p.lane >= most for p in placed)

    def lay_out(self) -> Sequence[Box]:
        """Return shades below, changes on top."""
        self._arrange()
        if self.board is None:
            return ()
        found: list[Box] = []
        for place, date_ in enumerate(self.period.dates):
            column = self._column(place)
            found += [
                (shade, box)
                for shade in self.board.shades
                if (box := self._on_day(shade, date_, column)) is not None
            ]
        for place, date_ in enumerate(self.period.dates):
            column = self._column(place).adjusted(3, 0, -8, 0)
            for placed in self._lanes.get(date_, ()):
                width = column.width() / placed.lanes
                lane = QRectF(column.left() + placed.lane * width, 0, width - _GAP, column.height())
                if (box := self._on_day(placed.entry, date_, lane)) is not None:
                    found.append((placed.entry, box))
        return found

    def instant_at(self, point: QPointF) -> datetime | None:
        """Return the instant whose day and wall time lie at a point."""
        dates = self.period.dates
        width = (self.width() - gutter_of(self.board)) / len(dates)
        place = int((point.x() - gutter_of(self.board)) // max(width, 1))
        date_ = dates[max(0, min(len(dates) - 1, place))]
        minutes = max(0.0, min(24 * 60 - 1.0, point.y() / self._hour_px * 60))
        wall = datetime.combine(date_, time()) + timedelta(minutes=minutes)
        return wall.replace(tzinfo=ZoneInfo(self.period.zone)).astimezone(UTC)

    def y_of(self, at: datetime) -> float:
        """Return how far down the wall time of an instant stands."""
        local = at.astimezone(ZoneInfo(self.period.zone))
        return (local.hour + local.minute / 60 + local.second / 3600) * self._hour_px

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw days, shades, changes, the ghost, and now."""
        board = self.board
        if board is None:
            return
        painter, look = QPainter(self), tokens()
        painter.fillRect(self.rect(), look.surface)
        self._paint_days(painter, board)
        self._paint_shades(painter)
        self._paint_lines(painter, board)
        self._name_shades(painter)
        for entry, box in self.boxes():
            if entry.row is not None:
                draw_bar(painter, box, entry, self.period.zone, chosen=entry.id == self.chosen)
        for box in self._ghost_boxes():
            if self.ghost is not None:
                draw_ghost(painter, box, self.ghost, self.period.zone)
        self._paint_now(painter, board)
        if by_keyboard(self):
            focus_ring(painter, QRectF(self.visibleRegion().boundingRect()))

    def _paint_shades(self, painter: QPainter) -> None:
        for entry, box in self.boxes():
            if entry.row is None:
                draw_shade(painter, box, entry, chosen=entry.id == self.chosen)

    def _name_shades(self, painter: QPainter) -> None:
        """Write the names of windows and freezes at the top of what is in sight of them."""
        seen = QRectF(self.visibleRegion().boundingRect())
        for entry, box in self.boxes():
            part = box.intersected(seen)
            if entry.row is None and part.height() > 18:
                top = QRectF(part.left() + 6, part.top() + 3, part.width() - 8, 16)
                name_shade(painter, top, entry)

    def _paint_days(self, painter: QPainter, board: Board) -> None:
        look = tokens()
        today = board.now.astimezone(ZoneInfo(self.period.zone)).date()
        for place, date_ in enumerate(self.period.dates):
            column = self._column(place)
            if date_ == today:
                painter.fillRect(column, mix(look.surface, look.accent, 0.03))
            elif date_.weekday() >= 5:
                painter.fillRect(column, look.raised)

    def _paint_lines(self, painter: QPainter, board: Board) -> None:
        look, left = tokens(), gutter_of(board)
        for hour in range(24):
            y = hour * self._hour_px
            hline(painter, left, self.width(), y)
            if hour:
                self._write_hour(painter, board, hour, y)
        for place in range(len(self.period.dates)):
            vline(painter, round(self._column(place).left()), 0, self.height(), look.line)

    def _write_hour(self, painter: QPainter, board: Board, hour: int, y: float) -> None:
        area = QRectF(0, y - 8, GUTTER - 8, 16)
        write(painter, area, f"{hour:02}:00", NOTE, RIGHT)
        if board.second_zone:
            wall = datetime.combine(self.period.first, time(hour), ZoneInfo(self.period.zone))
            there = clock(wall, board.second_zone)
            area = QRectF(GUTTER - 4, y - 8, SECOND - 4, 16)
            write(painter, area, there, Style("ink3", SMALL), RIGHT)

    def ghost_box(self) -> QRectF | None:
        """Return where the ghost begins."""
        return next(iter(self._ghost_boxes()), None)

    def _ghost_boxes(self) -> list[QRectF]:
        if self.ghost is None:
            return []
        columns = ((d, self._column(n).adjusted(3, 0, -8, 0)) for n, d in
                   enumerate(self.period.dates))  # fmt: skip
        boxes = (self._on_day(self.ghost, date_, column) for date_, column in columns)
        return [box for box in boxes if box is not None]

    def _paint_now(self, painter: QPainter, board: Board) -> None:
        today = board.now.astimezone(ZoneInfo(self.period.zone)).date()
        if today in self.period.dates:
            column = self._column(self.period.dates.index(today))
            y = self.y_of(board.now)
            painter.save()
            bars = [box for entry, box in self.boxes() if entry.row is not None]
            painter.setClipRegion(beside_words(column.toAlignedRect(), bars))
            draw_now(painter, QRectF(column.left(), y, column.width(), 0), upright=False)
            painter.restore()

    def _column(self, place: int) -> QRectF:
        left = gutter_of(self.board)
        width = (self.width() - left) / self.period.count
        return QRectF(left + place * width, 0, width, self.height())

    def _ends(self, date_: date) -> tuple[datetime, datetime]:
        zone = self.period.zone
        return midnight(date_, zone), midnight(date_ + timedelta(days=1), zone)

    def _on_day(self, entry: Entry, date_: date, lane: QRectF) -> QRectF | None:
        first, last = self._ends(date_)
        if entry.span.end <= first or entry.span.start >= last:
            return None
        top = 0.0 if entry.span.start <= first else self.y_of(entry.span.start)
        bottom = 24.0 * self._hour_px if entry.span.end >= last else self.y_of(entry.span.end)
        height = max(_LEAST if entry.row else 3, bottom - top)
        return QRectF(lane.left(), min(top, 24 * self._hour_px - height), lane.width(), height)


class DayHeads(Painted):
    """Names of the days above their columns, with what does not fit and what the clocks do."""

    def __init__(self, hours: Hours) -> None:
        super().__init__()
        self._hours = hours

    def show_board(self) -> None:
        """Follow the canvas below."""
        dates = self._hours.period.dates
        self.say(", ".join(f"{d:%d}" for d in dates))

    def sizeHint(self) -> QSize:
        """Weekday over date."""
        return QSize(300, round(line_height(Style(size=LARGE)) + line_height(NOTE)) + 10)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw a head for each column."""
        board = self._hours.board
        if board is None:
            return
        self._hours.boxes()  # says what is hidden
        painter, look, zone = QPainter(self), tokens(), board.period.zone
        painter.fillRect(self.rect(), look.surface)
        left, dates = gutter_of(board), board.period.dates
        width = (self._hours.width() - left) / len(dates)
        today = board.now.astimezone(ZoneInfo(zone)).date()
        noon = midnight(dates[0], zone) + timedelta(hours=12)
        area = QRectF(0, self.height() - 22, GUTTER - 8, 18)
        write(painter, area, zone_label(noon, zone), NOTE, RIGHT)
        if board.second_zone:
            area = QRectF(GUTTER - 4, self.height() - 22, SECOND - 4, 18)
            write(painter, area, zone_label(noon, board.second_zone), Style("ink3", SMALL), RIGHT)
        for place, date_ in enumerate(dates):
            self._paint_head(painter, QRectF(left + place * width, 4, width, self.height() - 8),
                             date_, is_today=date_ == today)  # fmt: skip
        hline(painter, 0, self.width(), self.height() - 1)

    def _paint_head(self, painter: QPainter, area: QRectF, date_: date, *, is_today: bool) -> None:
        noon = datetime.combine(date_, time(12), UTC)
        weekday, number = day(noon, "UTC").split()[:2]
        small = line_height(NOTE)
        top = QRectF(area.left() + 6, area.top(), area.width() - 10, small)
        note = clock_change(date_, self._hours.period.zone)
        hidden = self._hours.hidden.get(date_, 0)
        if hidden:
            note = " · ".join(filter(None, (note, _("+{n} more").format(n=hidden))))
        style = Style("accent" if is_today else "ink2", SMALL, MEDIUM)
        used = write(painter, top, weekday, style)
        if note:
            write(painter, top.adjusted(used + 8, 0, 0, 0), note, Style("watch", SMALL, MEDIUM))
        figure = Style("accent" if is_today else "ink", LARGE, BOLD)
        write(
            painter, QRectF(area.left() + 6, area.top() + small, area.width(), 20), number, figure
        )
