"""What the calendar reads: the changes of a visible span, and how often they were moved."""

from collections.abc import Sequence
from typing import Protocol

from app.domain.calendar import ScheduleWindow
from app.domain.change import Change
from app.domain.window import TimeRange
from app.services.search.rows import ChangeRow

MOST = 5000
"""So many changes of a span are shown at once; more of them nobody could tell apart."""


class CalendarReads(Protocol):
    """Reads of the calendar; safe from any thread, never waiting for a writer."""

    def changes_in(self, span: TimeRange, *, limit: int = MOST) -> Sequence[ChangeRow]:
        """Return every change that has, or had, its window in a span, soonest first."""
        ...

    def windows(self, *, retired: bool = False) -> Sequence[ScheduleWindow]:
        """Return maintenance windows and freezes by name, on request retired ones too."""
        ...

    def records(self, ids: Sequence[str]) -> Sequence[Change]:
        """Return whole changes that have a window, soonest first; unknown ids are left out."""
        ...

    def revisions(self, ids: Sequence[str]) -> dict[str, int]:
        """Return how often time, title or state of changes were altered, by id, from the log."""
        ...
