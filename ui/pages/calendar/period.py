"""Which part of the calendar is in sight: pure dates, so that it is tested without a window."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum
from zoneinfo import ZoneInfo

from app.domain.window import TimeRange
from app.i18n import _
from app.services.schedule.window_words import month_names
from app.wording import DASH, day


class Shape(Enum):
    """How time is laid out; the order is that of the switch."""

    DAY = 0
    WEEK = 1
    MONTH = 2
    GANTT = 3


ZOOMS = (2, 7, 14, 31, 92)
"""How many days a Gantt chart can show."""


@dataclass(frozen=True, slots=True)
class Period:
    """A shape around a day, in a zone."""

    shape: Shape
    anchor: date
    zone: str
    days: int = 14
    """Length of a Gantt chart."""

    @property
    def first(self) -> date:
        """The first day in sight; a week begins on Monday (ISO 8601)."""
        match self.shape:
            case Shape.WEEK:
                return self.anchor - timedelta(days=self.anchor.weekday())
            case Shape.MONTH:
                month = self.anchor.replace(day=1)
                return month - timedelta(days=month.weekday())
            case Shape.DAY | Shape.GANTT:
                return self.anchor

    @property
    def count(self) -> int:
        """How many days are in sight."""
        return {Shape.DAY: 1, Shape.WEEK: 7, Shape.MONTH: 42, Shape.GANTT: self.days}[self.shape]

    @property
    def dates(self) -> tuple[date, ...]:
        """The days in sight."""
        return tuple(self.first + timedelta(days=n) for n in range(self.count))

    @property
    def last(self) -> date:
        """The day after those in sight."""
        return self.first + timedelta(days=self.count)

    @property
    def span(self) -> TimeRange:
        """From the first midnight to the last one."""
        return TimeRange(midnight(self.first, self.zone), midnight(self.last, self.zone))

    @property
    def title(self) -> str:
        """What is in sight, in words."""
        last = self.first + timedelta(days=self.count - 1)
        match self.shape:
            case Shape.DAY:
                return day(self.span.start, self.zone, year=True)
            case Shape.MONTH:
                return f"{month_names()[self.anchor.month - 1]} {self.anchor.year}"
            case Shape.WEEK:
                words = _("Week {n}, {days}")
                return words.format(n=self.first.isocalendar().week, days=_days(self.first, last))
            case Shape.GANTT:
                return _days(self.first, last)

    def moved(self, by: int) -> "Period":
        """Return the period so many pages on."""
        if self.shape is Shape.MONTH:
            months = self.anchor.year * 12 + self.anchor.month - 1 + by
            return replace(self, anchor=date(months // 12, months % 12 + 1, 1))
        days = self.days // 2 if self.shape is Shape.GANTT else self.count
        return replace(self, anchor=self.anchor + timedelta(days=max(1, days) * by))

    def zoomed(self, by: int) -> "Period":
        """Return a Gantt chart of more days (``by`` above zero) or fewer."""
        place = min(range(len(ZOOMS)), key=lambda n: abs(ZOOMS[n] - self.days))
        return replace(self, days=ZOOMS[max(0, min(len(ZOOMS) - 1, place + by))])

    def at(self, moment: datetime) -> "Period":
        """Return the same shape around an instant."""
        return replace(self, anchor=moment.astimezone(ZoneInfo(self.zone)).date())

    def shows(self, moment: datetime) -> bool:
        """Whether an instant is in sight."""
        return moment in self.span


def _days(first: date, last: date) -> str:
    """Write days as "23–29 Nov 2026", with both months or years where they differ."""
    end = f"{last.day} {month_names()[last.month - 1][:3]} {last.year}"
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}{DASH}{end}"
    begin = f"{first.day} {month_names()[first.month - 1][:3]}"
    if first.year != last.year:
        begin += f" {first.year}"
    return f"{begin} {DASH} {end}"


def midnight(day_: date, zone: str) -> datetime:
    """Return the instant, in UTC, at which a day begins in a zone."""
    return datetime.combine(day_, time(), ZoneInfo(zone)).astimezone(UTC)


def clock_change(day_: date, zone: str) -> str:
    """Say what the clocks do on a day, "" when nothing."""
    hours = midnight(day_ + timedelta(days=1), zone) - midnight(day_, zone)
    gained = hours - timedelta(days=1)
    if not gained:
        return ""
    length = f"{abs(gained).total_seconds() / 3600:g}"
    words = _("clocks {n} h back") if gained > timedelta(0) else _("clocks {n} h forward")
    return words.format(n=length)
