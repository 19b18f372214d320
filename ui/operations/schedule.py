"""What the tab Schedule shows of the calendar around one change, read in one transaction."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from app.domain.calendar import Occurrence
from app.domain.change import Change
from app.domain.conflict import Acknowledgement, Conflict
from app.domain.window import TimeRange
from app.services.presence import why_missed
from app.services.schedule.conflicts import Around, find_conflicts, look_around, unaccepted
from app.services.schedule.scheduling import missed, why_fixed
from app.services.schedule.window_relation import around_window, relation_lines

if TYPE_CHECKING:
    from app.services.facade import AppServices

TWO_WEEKS = timedelta(days=14)
_BEFORE = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class ScheduleView:
    """A change among everything else in the two weeks around it."""

    change: Change
    now: datetime
    first: datetime
    """Where the two weeks begin: three days before the window, or now."""
    conflicts: tuple[Conflict, ...]
    open_ones: tuple[Conflict, ...]
    maintenance: tuple[Occurrence, ...]
    freezes: tuple[Occurrence, ...]
    others: tuple[Change, ...]
    """Planned changes of the two weeks that share a host."""
    relation: tuple[str, ...]
    missed: str
    """Why nobody started it in its window, "" when it was not missed."""
    fixed: str

    def accepted(self, conflict: Conflict) -> Acknowledgement | None:
        """Return who accepted a conflict for these times."""
        span = self.change.window.span if self.change.window else None
        return next(
            (a for a in self.change.acknowledged if span and a.accepts(conflict, span)), None
        )


def load_schedule(services: "AppServices", change_id: str) -> ScheduleView:
    """Return a change among its windows, freezes and rivals."""
    desk = services.desk
    now = desk.clock.now()
    with desk.new_uow() as uow:
        change = uow.changes.get(change_id)
        window = change.window
        first = window.span.start - _BEFORE if window else now
        span = TimeRange(first, first + TWO_WEEKS)
        around = look_around(change, span, uow)
    maintenance, freezes = around_window(change, around, span)
    others = tuple(item for item in around.others if set(item.hosts) & set(change.hosts))
    found = _conflicts(change, around)
    went_by = window is not None and missed(change, now)
    return ScheduleView(
        change,
        now,
        first,
        found,
        unaccepted(change, found),
        maintenance,
        freezes,
        others,
        relation_lines(change, window, around) if window else (),
        why_missed(window, services.presence.sessions()) if window and went_by else "",
        why_fixed(change),
    )


def _conflicts(change: Change, around: Around) -> tuple[Conflict, ...]:
    return find_conflicts(change, change.window, around)
