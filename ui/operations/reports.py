"""What the reports page reads and does, each as one call on a worker."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from app.domain.change import Change
from app.domain.report import Report
from app.errors import NotFound
from app.services.ports.store import UnitOfWork
from app.services.report_content.gaps import Gap
from app.services.review import reports
from app.services.saving import save_whole
from ui.operations.listing import newest_changes
from ui.tasks import Task

if TYPE_CHECKING:
    from app.services.facade import AppServices
    from ui.context import UiContext


@dataclass(frozen=True, slots=True)
class MadeReport:
    """A printed report, with the zone its times are read in."""

    report: Report
    zone: str

    @property
    def id(self) -> str:
        """The report's id."""
        return self.report.id


@dataclass(frozen=True, slots=True)
class ReportsView:
    """A change with its printed reports, newest first, and what the next one would lack."""

    change: Change
    others: tuple[tuple[str, str], ...]
    """The newest changes, and this one: id, and number with title."""
    made: tuple[MadeReport, ...]
    gaps: tuple[Gap, ...]
    wanted: str = ""
    """The report that was asked for, when one was."""


def load_view(services: "AppServices", ref: str = "") -> ReportsView | None:
    """Return the change of a ref: its id or number, or the id of one of its reports.

    Without a ref it is the change that was reported on last, else the newest; None without any.
    """
    offered = list(newest_changes(services))
    if not offered:
        return None
    with services.new_uow() as uow:
        printed = sorted(uow.reports.list(), key=lambda report: report.made_at, reverse=True)
        asked = next((report for report in printed if report.id == ref), None)
        newest = printed[0].change if printed and not ref else ""
        key = asked.change if asked else ref or newest
        change = _named(key, uow) or offered[0]
    if all(one.id != change.id for one in offered):
        offered.append(change)
    zone = change.window.zone if change.window else "UTC"
    return ReportsView(
        change,
        tuple((one.id, f"{one.number}  {one.title}") for one in offered),
        tuple(MadeReport(one, zone) for one in printed if one.change == change.id),
        reports.report_gaps(change.number, reporting=services.reporting),
        asked.id if asked else "",
    )


def _named(key: str, uow: UnitOfWork) -> Change | None:
    """Return a change by id or number; None when there is none."""
    try:
        return uow.changes.find(key) or uow.changes.by_number(key)
    except NotFound:
        return None


def make(context: "UiContext", change: Change, title: str) -> Task:
    """Make a report of a change as it stands now, as its next revision."""
    services = context.services
    return context.tasks.start(
        lambda _ctx: reports.make_report(change.number, reporting=services.reporting), title=title
    )


def find_file(services: "AppServices", report: Report) -> Path:
    """Return where the PDF lies, once its bytes were compared with the record.

    Raises:
        NotFound: The file is gone.
        StoreError: The bytes are not those that were kept.
    """
    services.files.get(report.pdf_sha256)
    return services.files.path(report.pdf_sha256)


def save_copy(context: "UiContext", report: Report, target: Path) -> Task:
    """Write the PDF to a place of the user's choice."""
    files = context.services.files

    def work(_task: object) -> Path:
        data = files.get(report.pdf_sha256)
        return save_whole(data, target)

    return context.tasks.start(work)
