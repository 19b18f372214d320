"""Bars over time: the strip of a whole run and the bar column of its steps, on one time scale."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QStyleOptionViewItem

from app.i18n import _
from app.wording import clock
from ui.cells import ROW_ROLE
from ui.paint import CENTER, RIGHT, Painted, Style, dashed, line_height, vline, write
from ui.theme import BOLD, MEDIUM, SMALL, tokens
from ui.widgets.cells import CellDelegate

_STEPS_S = (5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400)


@dataclass(frozen=True, slots=True)
class TimeScale:
    """A stretch of time laid on pixels; ``zone`` is the IANA zone its labels are written in."""

    start: datetime
    end: datetime
    zone: str = "UTC"

    def place(self, at: datetime, width: float) -> float:
        """Return the x of an instant, kept inside ``width``; a zoomed scale cuts off."""
        share = (at - self.start) / max(self.end - self.start, timedelta(milliseconds=1))
        return max(0.0, min(1.0, share)) * width

    def ticks(self, most: int) -> tuple[datetime, ...]:
        """Return at most ``most`` round instants inside the stretch."""
        span_s = max(1.0, (self.end - self.start).total_seconds())
        step_s = next((s for s in _STEPS_S if span_s / s <= max(1, most)), _STEPS_S[-1])
        first_s = -(-self.start.timestamp() // step_s) * step_s
        count = int((self.end.timestamp() - first_s) // step_s) + 1
        return tuple(
            datetime.fromtimestamp(first_s + step_s * n, self.start.tzinfo) for n in range(count)
        )

    def label(self, at: datetime) -> str:
        """Return the time of day, with seconds on a short stretch."""
        return clock(at, self.zone, seconds=self.end - self.start < timedelta(minutes=5))


@dataclass(frozen=True, slots=True)
class StepBar:
    """Plan and actual of one step; None where there is none. ``current`` is drawn in ink."""

    planned_start: datetime | None = None
    planned_end: datetime | None = None
    started: datetime | None = None
    ended: datetime | None = None
    expected_end: datetime | None = None
    current: bool = False
    slow_end: datetime | None = None
    """Where the P90 of its duration ends, marked once the bar is past its plan."""


@dataclass(frozen=True, slots=True)
class Marks:
    """Lines through all rows: now, and the latest start of a roll-back."""

    now: datetime | None = None
    deadline: datetime | None = None


class BarDelegate(CellDelegate):
    """The bar column of a step table: plan outline above, actual below, overrun, still expected."""

    def __init__(self, scale: TimeScale, marks: Marks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.scale, self.marks = scale, marks
        self.deadline_words = "{time}"
        """What is written over the line of the deadline."""

    def bar_of(self, row: object) -> StepBar | None:
        """Return the bar of a row; the row's own ``bar`` field."""
        bar = getattr(row, "bar", None)
        return bar if isinstance(bar, StepBar) else None

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Draw ticks, bars and marks over the row's background."""
        super().paint(painter, option, index)
        painter.save()
        area = QRectF(option.rect)
        painter.setClipRect(area)
        look = tokens()
        for tick in self.scale.ticks(round(area.width() / 64)):
            x = area.left() + round(self.scale.place(tick, area.width()))
            vline(painter, x, area.top(), area.bottom(), look.line)
        if bar := self.bar_of(index.data(ROW_ROLE)):
            self._paint_bar(painter, area, bar)
        for at, color in ((self.marks.now, look.ink), (self.marks.deadline, look.bad)):
            if at is not None:
                x = area.left() + round(self.scale.place(at, area.width()))
                vline(painter, min(x, area.right() - 1), area.top(), area.bottom() + 1, color)
        painter.restore()

    def paint_axis(self, painter: QPainter, area: QRectF) -> None:
        """Write times into the header; now and the deadline win over ticks."""
        taken: list[tuple[float, float]] = []
        plain = Style("ink2", SMALL)
        wanted = [
            (self.marks.deadline, Style("bad", SMALL)),
            (self.marks.now, Style("ink", SMALL, BOLD)),
        ]
        wanted += [(tick, plain) for tick in self.scale.ticks(round(area.width() / 64))]
        for at, style in wanted:
            if at is None:
                continue
            text = _("now") if at is self.marks.now else self.scale.label(at)
            if at is self.marks.deadline:
                text = self.deadline_words.format(time=text)
            width = style.width(text) + 2
            x = area.left() + self.scale.place(at, area.width()) - width / 2
            x = max(area.left(), min(x, area.right() - width))
            if all(x > right + 6 or x + width < left - 6 for left, right in taken):
                write(painter, QRectF(x, area.top(), width, area.height() - 1), text, style)
                taken.append((x, x + width))

    def _paint_bar(self, painter: QPainter, area: QRectF, bar: StepBar) -> None:
        look, middle = tokens(), area.center().y()
        if (
            bar.planned_start
            and bar.planned_end
            and self._reaches(bar.planned_start, bar.planned_end)
        ):
            box = self._box(area, bar.planned_start, bar.planned_end, middle - 10, 6)
            painter.setPen(look.ink3)
            painter.setBrush(look.surface)
            painter.drawRect(box.adjusted(0.5, 0.5, -0.5, -0.5))
        if bar.started is None:
            return
        end = bar.ended or self.marks.now or bar.started
        if not self._reaches(bar.started, bar.expected_end or end):
            return
        self._paint_actual(painter, area, bar, end)
        if bar.ended is None and bar.expected_end and bar.expected_end > end:
            dashed(painter, self._box(area, end, bar.expected_end, middle + 1, 9), look.ink2)

    def _paint_actual(self, painter: QPainter, area: QRectF, bar: StepBar, end: datetime) -> None:
        look, y = tokens(), area.center().y() + 1
        color = look.ink if bar.current else look.ink2
        limit = end
        if bar.started and bar.planned_start and bar.planned_end:
            limit = min(end, bar.started + (bar.planned_end - bar.planned_start))
        if bar.started and limit >= self.scale.start:
            painter.fillRect(self._box(area, bar.started, limit, y, 9), color)
        if end > limit:
            painter.fillRect(self._box(area, limit, end, y, 9), look.watch)
            if bar.slow_end is not None and end > bar.slow_end:
                x = round(area.left() + self.scale.place(bar.slow_end, area.width()))
                painter.fillRect(QRectF(x, round(y) - 1, 1, 11), look.ink)

    def _reaches(self, start: datetime, end: datetime) -> bool:
        """Whether a span is on the scale at all: a zoomed one leaves out what is long past."""
        return start < self.scale.end and end >= self.scale.start

    def _box(self, area: QRectF, start: datetime, end: datetime, y: float, height: float) -> QRectF:
        x0, x1 = (area.left() + self.scale.place(at, area.width()) for at in (start, end))
        return QRectF(round(x0), round(y), max(3, round(x1) - round(x0)), height)


@dataclass(frozen=True, slots=True)
class Strip:
    """A run at a glance: where it began, where it is, what is planned, expected, allowed."""

    scale: TimeScale
    now: datetime
    planned_end: datetime | None = None
    expected_end: datetime | None = None
    deadline: datetime | None = None
    over: bool = False
    """Whether the run has ended; ``now`` is when."""
    closes: datetime | None = None
    """The end of the window, where there is one."""


_Labelled = tuple[datetime, str, QColor, str]


class RunStrip(Painted):
    """One bar from start to window end, with plan, now, expected end and the roll-back deadline."""

    def __init__(self, strip: Strip | None = None) -> None:
        super().__init__()
        self._strip = strip
        if strip:
            self.set_strip(strip)

    def set_strip(self, strip: Strip) -> None:
        """Show another state of the run."""
        self._strip = strip
        zone = strip.scale.zone
        words = [self._reached.format(time=clock(strip.now, zone))]
        for at, text in (
            (strip.planned_end, _("plan {time}")),
            (strip.expected_end, _("expected {time}")),
            (strip.deadline, _("{time} roll back at the latest")),
            (strip.closes, self._closing),
        ):
            if at is not None:
                words.append(text.format(time=clock(at, zone)))
        self.say(", ".join(words))

    @property
    def _reached(self) -> str:
        return _("ended {time}") if self._strip and self._strip.over else _("now {time}")

    @property
    def _closing(self) -> str:
        strip = self._strip
        past = strip is not None and strip.closes is not None and strip.closes <= strip.now
        return _("window ended {time}") if past else _("window ends {time}")

    def sizeHint(self) -> QSize:
        """Labels above, a bar of 10, labels below."""
        return QSize(440, round(2 * line_height(Style(size=SMALL)) + 18))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw bar, marks and labels."""
        if self._strip is None:
            return
        painter, look, strip = QPainter(self), tokens(), self._strip
        small = line_height(Style(size=SMALL))
        bar = QRectF(0, small + 4, self.width(), 10)
        painter.fillRect(bar, look.line if look.dark else look.sunken)
        now_x = strip.scale.place(strip.now, self.width())
        painter.fillRect(QRectF(0, bar.top(), now_x, bar.height()), look.ink2)
        if strip.expected_end and strip.expected_end > strip.now:
            end_x = strip.scale.place(strip.expected_end, self.width())
            box = QRectF(now_x, bar.top(), end_x - now_x, bar.height())
            painter.fillRect(box, look.surface)
            dashed(painter, box, look.ink2)
        above: list[_Labelled] = []
        if strip.planned_end:
            above.append((strip.planned_end, _("plan {time}"), look.ink, "ink2"))
        if strip.deadline:
            above.append((strip.deadline, _("{time} roll back at the latest"), look.bad, "bad"))
        if strip.closes and strip.closes != strip.scale.end:
            above.append((strip.closes, self._closing, look.ink, "ink2"))
        above.sort(key=lambda mark: mark[0])  # each label begins where the one before it ends
        self._paint_above(painter, bar, strip, above)
        self._paint_below(painter, bar, strip, small)

    def _paint_above(
        self, painter: QPainter, bar: QRectF, strip: Strip, marks: list[_Labelled]
    ) -> None:
        taken = 0.0
        for at, text, color, tone in marks:
            x = strip.scale.place(at, self.width())
            vline(
                painter, min(round(x), self.width() - 2), bar.top() - 4, bar.bottom() + 4, color, 2
            )
            style = Style(tone, SMALL)
            shown = text.format(time=strip.scale.label(at))
            width = style.width(shown)
            left = x - width if tone == "ink2" else x
            left = max(taken, min(left, self.width() - width))
            write(painter, QRectF(left, 0, width + 2, bar.top() - 4), shown, style)
            taken = left + width + 8

    def _paint_below(self, painter: QPainter, bar: QRectF, strip: Strip, small: float) -> None:
        label = strip.scale.label
        y = bar.bottom() + 4
        now = Style("ink", SMALL, BOLD)
        shown = self._reached.format(time=label(strip.now))
        width = now.width(shown) + 2
        x = strip.scale.place(strip.now, self.width())
        left = max(0.0, min(x - width / 2, self.width() - width))
        start = _("started {time}").format(time=label(strip.scale.start))
        plain = Style("ink2", SMALL)
        if plain.width(start) + 8 < left:
            write(painter, QRectF(0, y, left, small), start, plain)
        write(painter, QRectF(left, y, width, small), shown, now, CENTER)
        edge = left + width + 12
        if strip.expected_end:
            text = _("expected {time}").format(time=label(strip.expected_end))
            if edge + plain.width(text) < self.width():
                middle = strip.scale.place(strip.expected_end, self.width())
                place = max(edge, min(middle, self.width() - plain.width(text)))
                write(painter, QRectF(place, y, plain.width(text) + 2, small), text, plain)
                edge = place + plain.width(text) + 12
        ends = label(strip.scale.end)
        if strip.closes == strip.scale.end:
            named = self._closing.format(time=ends)
            ends = named if edge + plain.width(named) < self.width() else ends
        said = strip.over and label(strip.planned_end or strip.now) == ends
        if not said and edge + plain.width(ends) < self.width():
            write(painter, QRectF(edge, y, self.width() - edge, small), ends, plain, RIGHT)


class Legend(Painted):
    """What the bars mean: plan, actual, over plan, still expected."""

    def __init__(self) -> None:
        super().__init__()
        self._names = (_("plan"), _("actual"), _("over plan"), _("still expected"))
        self.say(", ".join(self._names))

    def sizeHint(self) -> QSize:
        """One small line."""
        return QSize(360, round(line_height(Style(size=SMALL))))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw samples and names."""
        painter, look, x = QPainter(self), tokens(), 0.0
        style, height = Style("ink2", SMALL, MEDIUM), self.height()
        for position, name in enumerate(self._names):
            box = QRectF(round(x), round(height / 2) - 4, 20, 8)
            if position == 0:
                painter.setPen(look.ink3)
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRect(box.adjusted(0.5, 0.5, -0.5, -0.5))
            elif position == 3:
                dashed(painter, box, look.ink2)
            else:
                painter.fillRect(box, look.watch if position == 2 else look.ink2)
            x += 26 + write(painter, QRectF(x + 26, 0, 200, height), name, style) + 16
