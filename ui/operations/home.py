"""What the first page shows, read in one go on a worker."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from app.domain.change import Change, ChangeState
from app.domain.run import Run
from app.services.rollback import rollback_deadline
from app.services.rows import HomeSummary

if TYPE_CHECKING:
    from app.services.facade import AppServices


@dataclass(frozen=True, slots=True)
class RunningNow:
    """A run that has not ended, with what its strip shows."""

    change: Change
    run: Run
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
    watched: tuple[Change, ...]
    """Changes under observation."""
    hosts: int
    now: datetime
    zone: str
    named: bool
    """Whether the user has said who acts."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing was ever recorded."""
        return not (self.summary.open_count or self.summary.closed_count)


def load_home(services: "AppServices") -> HomeView:
    """Return what the first page shows now."""
    now, settings = services.clock.now(), services.settings
    summary = services.queries.home(now)
    with services.new_uow() as uow:
        running = []
        for row in summary.running:
            change, run = uow.changes.get(row.change), uow.runs.get(row.id)
            backups = tuple(uow.backups.list(change=change.id))
            running.append(RunningNow(change, run, rollback_deadline(change, backups)))
        watched = tuple(uow.changes.list(state=ChangeState.MONITOR.value))
        hosts = len(uow.hosts.list())
    return HomeView(
        summary, tuple(running), watched, hosts, now, settings.zone, bool(settings.user)
    )
