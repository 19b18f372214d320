"""Small pictures of time: the windows of the next two weeks, and how long parts of a whole took."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QPainter, QPaintEvent

from app.i18n import _
from app.wording import clock_duration, clock_span, day, duration
from ui.paint import CENTER, Painted, Style, line_height, vline, write
from ui.theme import BOLD, MEDIUM, SMALL, faded, mix, tokens

_SMALL = Style("ink2", SMALL)
_DAYS = 14
_BAR = 34


@dataclass(frozen=True, slots=True)
class PlannedWindow:
    """A change, a freeze, or time in which changes may run (``open``); ``tone`` is a token."""

    start: datetime
    end: datetime
    text: str
    freeze: bool = False
    tone: str = "ink2"
    open: bool = False


class WindowStrip(Painted):
    """Two weeks from a day on: weekend shaded, windows as bars, freezes hatched."""

    def __init__(self) -> None:
        super().__init__()
        self._first = datetime.now().astimezone()
        self._today = self._first.date()
        self._windows: tuple[PlannedWindow, ...] = ()
        self._zone = "UTC"

    def set_windows(
        self,
        first: datetime,
        zone: str,
        windows: Sequence[PlannedWindow],
        *,
        today: datetime | None = None,
    ) -> None:
        """Show windows from a day on, in the wall time of ``zone``; the first day is today's."""
        local = first.astimezone(ZoneInfo(zone))
        self._today = (today or first).astimezone(ZoneInfo(zone)).date()
        self._first = local.replace(hour=0, minute=0, second=0, microsecond=0)
        self._windows, self._zone = tuple(windows), zone
        spans = [f"{item.text} {clock_span(item.start, item.end, zone)}" for item in windows]
        self.say(". ".join(spans) or _("No window in the next two weeks."))

    def sizeHint(self) -> QSize:
        """Weekday, date and bar."""
        return QSize(448, round(2 * line_height(_SMALL)) + _BAR + 2)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw days, then freezes, then windows."""
        painter, look = QPainter(self), tokens()
        small = line_height(_SMALL)
        top, width = 2 * small, self.width() / _DAYS
        for number in range(_DAYS):
            date = self._first + timedelta(days=number)
            weekday, at = day(date, self._zone).split()[0], number * width
            style = Style("ink", SMALL, BOLD) if date.date() == self._today else _SMALL
            write(painter, QRectF(at, 0, width, small), weekday[:1], Style("ink3", SMALL), CENTER)
            write(painter, QRectF(at, small, width, small), str(date.day), style, CENTER)
            box = QRectF(at, top, width, _BAR)
            painter.fillRect(box, look.raised if date.weekday() >= 5 else look.surface)
            vline(painter, round(at), top, top + _BAR, look.line)
        painter.fillRect(QRectF(0, top, self.width(), 1), look.line)
        painter.fillRect(QRectF(0, top + _BAR - 1, self.width(), 1), look.line)
        for item in sorted(self._windows, key=lambda each: (not each.open, not each.freeze)):
            self._paint_window(painter, item, top)

    def _paint_window(self, painter: QPainter, item: PlannedWindow, top: float) -> None:
        x0, x1 = self._x(item.start), self._x(item.end)
        if x1 <= 0 or x0 >= self.width():
            return
        look = tokens()
        if item.open:
            tint = mix(look.surface, look.accent, 0.2 if look.dark else 0.14)
            painter.fillRect(QRectF(x0, top, max(3.0, x1 - x0), _BAR - 1), tint)
        elif item.freeze:
            box = QRectF(x0, top, x1 - x0, _BAR)
            painter.fillRect(box, look.sunken)
            painter.fillRect(box, QBrush(faded(look.ink3, 0.35), Qt.BrushStyle.BDiagPattern))
            write(painter, self._free_part(box), item.text, Style("ink2", SMALL, MEDIUM), CENTER)
        else:
            box = QRectF(round(x0), top + 7, self._bar_width(item), _BAR - 14)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(look.named(item.tone))
            painter.drawRoundedRect(box, 2, 2)

    def _bar_width(self, item: PlannedWindow) -> float:
        return max(5.0, self._x(item.end) - self._x(item.start))

    def _free_part(self, box: QRectF) -> QRectF:
        """Return the widest part of a freeze that no bar covers."""
        bars = sorted(
            (self._x(item.start), self._x(item.start) + self._bar_width(item))
            for item in self._windows
            if not (item.freeze or item.open)
        )
        inside = [bar for bar in bars if bar[1] > box.left() and bar[0] < box.right()]
        lefts = [box.left(), *(right for _left, right in inside)]
        rights = [*(left for left, _right in inside), box.right()]
        left, right = max(zip(lefts, rights, strict=True), key=lambda part: part[1] - part[0])
        return QRectF(left, box.top(), max(0.0, right - left), box.height())

    def _x(self, at: datetime) -> float:
        share = (at - self._first) / timedelta(days=_DAYS)
        return max(0.0, min(1.0, share)) * self.width()


class PartsBar(Painted):
    """A whole split into its parts with their times, such as a restore drill."""

    def __init__(self, parts: Sequence[tuple[str, float]] = ()) -> None:
        super().__init__()
        self._parts: tuple[tuple[str, float], ...] = ()
        self.set_parts(parts)

    def set_parts(self, parts: Sequence[tuple[str, float]]) -> None:
        """Show parts: a name and its length in seconds."""
        self._parts = tuple(part for part in parts if part[1] > 0)
        self.say(", ".join(f"{name} {duration(length)}" for name, length in self._parts))

    def sizeHint(self) -> QSize:
        """A bar of 12 and two lines."""
        return QSize(400, round(2 * line_height(_SMALL)) + 16)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the longest part in ink, the others lighter, names and times below."""
        painter, look = QPainter(self), tokens()
        total = sum(length for _name, length in self._parts) or 1.0
        longest = max((length for _name, length in self._parts), default=0.0)
        x, small, free = 0.0, line_height(_SMALL), 0.0
        for name, length in self._parts:
            width = self.width() * length / total
            color = look.ink if length == longest else look.ink2
            painter.fillRect(QRectF(round(x), 0, max(2.0, round(width) - 2), 12), color)
            time = clock_duration(length)
            needed = max(_SMALL.width(name), _SMALL.width(time)) + 8
            if x >= free and x + needed <= self.width() + 8:
                write(painter, QRectF(x, 16, needed, small), name, _SMALL)
                write(
                    painter, QRectF(x, 16 + small, needed, small), time, Style("ink", SMALL, MEDIUM)
                )
                free = x + needed
            x += width
