"""Check many hosts at once, and watch it: each host as it comes, stop, retry what failed."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from app.domain.fanout import FanOut
from app.domain.host import Host
from app.i18n import _, ngettext
from app.services.fanout.checks import Checks
from app.services.host.health import CheckRequest
from ui.models.rows import RowsModel
from ui.operations.fan_out import FanOutRun
from ui.pages.health.words import HEALTH
from ui.widgets.fan_out import COLUMNS, FanOutPanel, PartRow
from ui.widgets.layout import column

if TYPE_CHECKING:
    from ui.context import UiContext

EVERY, TAG = "every", "tag:"


def choices(hosts: Sequence[Host]) -> list[tuple[str, str]]:
    """Return what can be checked: each host, and from two on all of them, and those of a tag."""
    found: list[tuple[str, str]] = [(host.id, host.name) for host in hosts]
    if len(hosts) < 2:
        return found
    n = len(hosts)
    every = [(EVERY, ngettext("Every host ({n})", "Every host ({n})", n).format(n=n))]
    tags = sorted({tag for host in hosts for tag in host.tags})
    counts = {tag: sum(tag in host.tags for host in hosts) for tag in tags}
    tagged = [
        (f"{TAG}{tag}", _("Tagged {tag} ({n})").format(tag=tag, n=counts[tag])) for tag in tags
    ]
    return [*found, *every, *tagged]


def chosen(value: str, hosts: Sequence[Host]) -> tuple[Host, ...]:
    """Return the hosts of a choice."""
    if value == EVERY:
        return tuple(hosts)
    if value.startswith(TAG):
        return tuple(host for host in hosts if value.removeprefix(TAG) in host.tags)
    return tuple(host for host in hosts if host.id == value)


class ManyChecks(QWidget):
    """A check of many hosts as it goes on."""

    rested = Signal()
    closed = Signal()
    failed = Signal(object)  # exception
    opened = Signal(str)  # id of a report

    def __init__(self, context: "UiContext") -> None:
        super().__init__()
        self._context = context
        self._checks: Checks | None = None
        self._run: FanOutRun | None = None
        self.panel = FanOutPanel(RowsModel(COLUMNS))
        self.panel.closed.connect(self.closed)
        self.panel.table.opened.connect(self._on_opened)
        self.setLayout(column(self.panel, gap=0))

    @property
    def is_going(self) -> bool:
        """Whether hosts are being checked."""
        return self._run is not None and self._run.is_going

    def begin(self, hosts: Sequence[Host]) -> None:
        """Check these hosts, all at once; nothing while a check goes on."""
        if self.is_going:
            return
        services, n = self._context.services, len(hosts)
        title = ngettext("Checking {n} host", "Checking {n} hosts", n).format(n=n)
        self._checks = checks = Checks(tuple(hosts), CheckRequest(), services.checking)
        if self._run is not None:
            self._run.deleteLater()
        self._run = run = FanOutRun(self._context.tasks, checks.carry_on, title, self)
        run.changed.connect(self._show)
        run.rested.connect(self._on_rested)
        run.failed.connect(self.failed)
        self.panel.stopped.connect(run.stop)
        self.panel.retried.connect(run.retry)
        self.panel.gone_on.connect(run.go_on)
        self.panel.begin(title, {host.id: host.name for host in hosts})
        run.start(checks.plan())

    @Slot(object)
    def _show(self, now: FanOut) -> None:
        if self._checks is None:
            return
        reports = dict(self._checks.reports)
        badges = {host: HEALTH[report.worst] for host, report in reports.items()}
        self.panel.show_now(now, going=self.is_going, badges=badges)

    @Slot(object)
    def _on_rested(self, now: FanOut) -> None:
        self._show(now)
        self.rested.emit()

    @Slot(object)
    def _on_opened(self, row: PartRow) -> None:
        report = self._checks.reports.get(row.part.host) if self._checks else None
        if report is not None and not self.is_going:
            self.opened.emit(report.id)
