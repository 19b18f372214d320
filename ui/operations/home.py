"""What the first page shows, read in one go on a worker."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from app.services.search.rows import HomeSummary, LiveRun

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.domain.calendar import Occurrence, ScheduleWindow
    from app.domain.change import Change
    from app.domain.run import Run
    from app.services.facade import AppServices


AHEAD = timedelta(days=14)
"""How far the first page looks ahead."""


@dataclass(frozen=True, slots=True)
class RunningNow:
    """A run that has not ended, with what its strip shows."""

    change: "Change"
    run: "Run"
    deadline: datetime | None
    """The latest safe start of a roll-back."""

    @property
    def zone(self) -> str:
        """The zone people read its times in."""
        return self.change.window.zone if self.change.window else "UTC"


@dataclass(frozen=True, slots=True)
class HomeView:
    """Everything on the first page."""

    summary: HomeSummary
    running: tuple[RunningNow, ...]
    now: datetime
    zone: str
    named: bool
    """Whether the user has said who acts."""
    freezes: "tuple[Occurrence, ...]" = ()
    """In the next two weeks, the soonest first."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing was ever recorded."""
        return not (self.summary.open_count or self.summary.closed_count)


def load_home(services: "AppServices") -> HomeView:
    """Return what the first page shows now."""
    now, settings = services.clock.now(), services.settings
    summary = services.first.home(now)
    running = tuple(map(_running, summary.running))
    freezes = _freezes(summary.freezes, now)
    return HomeView(summary, running, now, settings.zone, bool(settings.user), freezes)


def _freezes(declared: "Sequence[ScheduleWindow]", now: datetime) -> "tuple[Occurrence, ...]":
    if not declared:
        return ()
    from app.analysis.recurrence import all_occurrences  # noqa: PLC0415 - where there is one
    from app.domain.window import TimeRange  # noqa: PLC0415 - loads slowly

    found = all_occurrences(declared, TimeRange(now, now + AHEAD))
    return tuple(sorted(found, key=lambda item: item.span.start))


def _running(live: LiveRun) -> RunningNow:
    from app.services.run.rollback import rollback_deadline  # noqa: PLC0415 - seldom at a start

    return RunningNow(live.change, live.run, rollback_deadline(live.change, live.backups))
