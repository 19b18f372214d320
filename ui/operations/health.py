"""What the health page reads and does, each as one call on a worker."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.domain.health import CheckDifference, HealthReport, Phase, differences
from app.domain.host import Host
from app.services.fanout import checks
from app.services.host import health
from app.services.host.health import CheckRequest
from ui.tasks import Task, host_lane

if TYPE_CHECKING:
    from app.services.facade import AppServices
    from app.tasks import TaskContext
    from ui.context import UiContext


@dataclass(frozen=True, slots=True)
class HealthView:
    """A check of a host, beside the one it is compared with: of the same change, before."""

    report: HealthReport
    number: str
    zone: str
    before: HealthReport | None = None
    differences: tuple[CheckDifference, ...] = ()

    @property
    def id(self) -> str:
        """The report's id."""
        return self.report.id


@dataclass(frozen=True, slots=True)
class HealthPageView:
    """Everything the page shows."""

    views: tuple[HealthView, ...]
    hosts: tuple[Host, ...]


def load_view(services: "AppServices") -> HealthPageView:
    """Return every report, newest first, each with its differences."""
    with services.new_uow() as uow:
        reports = sorted(uow.health.list(), key=lambda item: item.started_at, reverse=True)
        hosts = {host.id: host for host in uow.hosts.list()}
        numbers = {r.change: uow.changes.get(r.change).number for r in reports if r.change}
    views = []
    for report in reports:
        before = _before(report, reports)
        zone = hosts[report.host].zone if report.host in hosts else "UTC"
        found = differences(before, report) if before else ()
        number = numbers.get(report.change, "") if report.change else ""
        views.append(HealthView(report, number, zone, before, found))
    usable = (host for host in hosts.values() if not host.archived and host.key is not None)
    named = sorted(usable, key=lambda host: host.name.casefold())
    return HealthPageView(tuple(views), tuple(named))


def _before(report: HealthReport, reports: list[HealthReport]) -> HealthReport | None:
    if report.phase is not Phase.AFTER:
        return None
    earlier = [
        item
        for item in reports
        if item.phase is Phase.BEFORE and item.host == report.host and item.change == report.change
    ]
    return earlier[0] if earlier else None


def check(context: "UiContext", host: Host, title: str) -> Task:
    """Check one host now."""
    services = context.services

    def work(task: "TaskContext") -> HealthReport:
        return health.check_and_record(
            host, CheckRequest(), checking=services.checking, context=task
        )

    return context.tasks.start(work, lane=host_lane(host.id), title=title)


def check_change(context: "UiContext", change_id: str, phase: Phase, title: str) -> Task:
    """Check every host of a change."""
    services = context.services

    def work(task: "TaskContext") -> object:
        with services.new_uow() as uow:
            change = uow.changes.get(change_id)
        return checks.check_change(change, phase, checking=services.checking, context=task)

    return context.tasks.start(work, title=title)
