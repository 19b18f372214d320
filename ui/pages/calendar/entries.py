"""What stands in the calendar: changes, windows and freezes, and how they share the room."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from app.domain.calendar import Occurrence
from app.domain.change import ChangeState
from app.domain.window import TimeRange
from app.i18n import _
from app.services.schedule.scheduling import FIXED
from app.services.schedule.window_words import kind_word
from app.services.search.rows import ChangeRow
from app.wording import clock_span
from ui.cells import Badge, Mark
from ui.models.changes import state_badge
from ui.operations.calendar import CalendarView
from ui.pages.calendar.period import Period
from ui.widgets.risk_badge import risk_tone, risk_word

QUARTER = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Entry:
    """One change, or one occurrence of a window; ``id`` is unique in the calendar."""

    id: str
    span: TimeRange
    title: str
    row: ChangeRow | None = None
    occurrence: Occurrence | None = None
    missed: bool = False
    """Whether its window went by and nobody started it."""

    @property
    def badge(self) -> Badge | None:
        """The state of a change as a sign and a word; None for a window."""
        if self.row is None:
            return None
        if self.missed:
            return Badge(Mark.WATCH, _("Missed"))
        return state_badge(self.row.state, on_hold=self.row.on_hold)

    @property
    def movable(self) -> bool:
        """Whether it can be dragged: a change whose work has not begun."""
        return self.row is not None and self.row.state not in FIXED and not self.row.on_hold

    def at(self, start: datetime) -> "Entry":
        """Return the same entry at another time."""
        return replace(self, span=TimeRange(start, start + self.span.duration))

    @property
    def is_freeze(self) -> bool:
        """Whether nothing may run in it."""
        return self.occurrence is not None and self.occurrence.window.is_freeze

    @property
    def tone(self) -> str:
        """The colour token: that of the risk of a change."""
        if self.row is None:
            return "ink3" if self.is_freeze else "accent"
        return risk_tone(self.row.risk)

    @property
    def faint(self) -> bool:
        """Whether it is over, or only a wish."""
        return self.row is not None and self.row.state in _FAINT

    def sentence(self, zone: str) -> str:
        """Say all of it, with the zone."""
        when = clock_span(self.span.start, self.span.end, zone)
        if self.row is not None:
            state = self.badge.word if self.badge else ""
            risk = _("risk {grade}").format(grade=risk_word(self.row.risk))
            return f"{self.row.number} {self.row.title}, {when}, {state}, {risk}"
        kind = kind_word(self.occurrence.window.kind) if self.occurrence else ""
        return f"{kind} {self.title}, {when}"


_FAINT = (ChangeState.DRAFT, ChangeState.CLOSED, ChangeState.MONITOR, ChangeState.REVIEW)


@dataclass(frozen=True, slots=True)
class Board:
    """Everything a canvas draws."""

    period: Period
    now: datetime
    entries: tuple[Entry, ...] = ()
    """Changes, soonest first."""
    shades: tuple[Entry, ...] = ()
    """Windows and freezes, soonest first."""
    second_zone: str = ""

    def find(self, entry_id: str) -> Entry | None:
        """Return an entry by its id."""
        return next((e for e in (*self.entries, *self.shades) if e.id == entry_id), None)


def board_of(view: CalendarView, period: Period, second_zone: str = "") -> Board:
    """Return a view as it is drawn."""
    entries = tuple(
        Entry(
            row.id,
            TimeRange(row.starts_at, row.ends_at),
            row.title,
            row=row,
            missed=row.state is ChangeState.SCHEDULED and row.ends_at <= view.now,
        )
        for row in view.rows
        if row.starts_at and row.ends_at
    )
    shades = tuple(
        Entry(f"{item.window.id}@{item.wall.isoformat()}", item.span, item.window.name,
              occurrence=item)
        for item in view.occurrences
    )  # fmt: skip
    return Board(period, view.now, entries, shades, second_zone)


@dataclass(frozen=True, slots=True)
class Placed:
    """An entry in its lane; ``lanes`` is how many stand side by side there."""

    entry: Entry
    lane: int
    lanes: int


def in_lanes(entries: Sequence[Entry], least: timedelta = QUARTER) -> list[Placed]:
    """Put entries that share time side by side; an entry counts as at least ``least`` long.

    Entries come soonest first. Each run of entries that touch one another shares the width alike.
    """
    placed: list[Placed] = []
    run: list[tuple[Entry, int]] = []
    ends: list[datetime] = []

    def close() -> None:
        placed.extend(Placed(entry, lane, len(ends)) for entry, lane in run)
        run.clear()
        ends.clear()

    for entry in entries:
        if ends and all(end <= entry.span.start for end in ends):
            close()
        end = max(entry.span.end, entry.span.start + least)
        lane = next((n for n, taken in enumerate(ends) if taken <= entry.span.start), len(ends))
        if lane == len(ends):
            ends.append(end)
        else:
            ends[lane] = end
        run.append((entry, lane))
    close()
    return placed


def snapped(at: datetime, step: timedelta = QUARTER) -> datetime:
    """Return the nearest instant of a grid that begins at midnight in UTC."""
    midnight = at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + round((at - midnight) / step) * step


def moved_days(entry: Entry, days: int, zone_of: str) -> datetime:
    """Return the start of an entry so many days on, at the same time on the clocks of a zone."""
    local = entry.span.start.astimezone(ZoneInfo(zone_of)).replace(tzinfo=None, fold=0)
    moved = (local + timedelta(days=days)).replace(tzinfo=ZoneInfo(zone_of))
    return moved.astimezone(UTC)
