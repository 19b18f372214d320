"""The health page: checks of hosts, and what differs between before and after a change."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QStackedWidget, QWidget

from app.domain.health import (
    CheckDifference,
    CheckResult,
    Difference,
    HealthReport,
    Phase,
    Reading,
)
from app.i18n import _
from app.services.host.health import summary_of
from app.wording import clock, day, moment, number, signed_number
from ui.cells import Badge, Cell, Column, Mark, Words, cell
from ui.changed import Topic
from ui.format import visible
from ui.models.rows import RowsModel
from ui.operations import health
from ui.operations.health import HealthPageView, HealthView
from ui.pages.health.many import EVERY, ManyChecks, choices, chosen
from ui.pages.health.words import HEALTH
from ui.tasks import Latest
from ui.widgets.badges import StateBadge
from ui.widgets.buttons import Button, Kind
from ui.widgets.empty import EmptyState
from ui.widgets.facts import FactStrip
from ui.widgets.fields import ChoiceField
from ui.widgets.labels import panel_title
from ui.widgets.layout import MARGIN, column, keep_back, panel, row, split
from ui.widgets.page import Page
from ui.widgets.table import Rows, Table

if TYPE_CHECKING:
    from ui.context import UiContext

_DIFFERENCES = {
    Difference.SAME: Badge(Mark.SAME, _("Same")),
    Difference.BETTER: Badge(Mark.GOOD, _("Better")),
    Difference.WORSE: Badge(Mark.BAD, _("Worse")),
    Difference.NEW: Badge(Mark.WATCH, _("New")),
    Difference.GONE: Badge(Mark.WATCH, _("Gone")),
    Difference.INCONCLUSIVE: Badge(Mark.UNKNOWN, _("Cannot tell")),
}
_PHASES = {
    Phase.BEFORE: _("before"),
    Phase.AFTER: _("after"),
    Phase.AD_HOC: _("outside a change"),
}
_ORDER = (
    Difference.WORSE,
    Difference.GONE,
    Difference.NEW,
    Difference.INCONCLUSIVE,
    Difference.BETTER,
    Difference.SAME,
)


@dataclass(frozen=True, slots=True)
class CheckRow:
    """One check in the right table."""

    id: str
    title: str
    item: str
    before: Reading | None
    after: Reading | None
    difference: Difference | None
    moved: str = ""

    @property
    def found(self) -> Reading | None:
        """What was read, where nothing is compared."""
        return self.after or self.before


def _report_cell(view: HealthView) -> Cell:
    report, zone = view.report, view.zone
    at = report.started_at
    return Cell(
        (Words(report.host_name, weight=600), Words(view.number, "ink2")),
        (HEALTH[report.worst], Words(_PHASES[report.phase], "ink2")),
        end=Words(f"{day(at, zone)} {clock(at, zone)}", "ink2"),
        below_end=Words(summary_of(report), "ink2"),
    )


def _reading(reading: Reading | None) -> Cell:
    if reading is None:
        return cell(Words("–", "ink3"))
    return cell(HEALTH[reading.health], Words(visible(reading.summary), "ink2"))


def _difference(row: CheckRow) -> Cell:
    if row.difference is None:
        return cell(Words("–", "ink3"))
    return cell(_DIFFERENCES[row.difference], Words(row.moved, "ink2"))


REPORT_COLUMNS = (
    Column[HealthView](_("Check"), lambda view: view.report.host_name, cell=_report_cell),
)
CHECK_COLUMNS = (
    Column[CheckRow](
        _("Check"),
        lambda row: f"{row.title} {row.item}".strip(),
        cell=lambda row: cell(row.title, Words(row.item.removeprefix("http://"), "ink2")),
        width=230,
    ),
    Column[CheckRow](
        _("Before"), lambda row: _spoken(row.before), cell=lambda r: _reading(r.before)
    ),
    Column[CheckRow](_("After"), lambda row: _spoken(row.after), cell=lambda r: _reading(r.after)),
    Column[CheckRow](_("Found"), lambda row: _spoken(row.found), cell=lambda r: _reading(r.found)),
    Column[CheckRow](
        _("Differs"),
        lambda row: _DIFFERENCES[row.difference].word if row.difference else "",
        cell=_difference,
        width=150,
    ),
)
_FOUND = 3
"""Stands alone for what a check read; the columns beside it compare it with another reading."""


def _spoken(reading: Reading | None) -> str:
    return f"{HEALTH[reading.health].word}, {visible(reading.summary)}" if reading else "–"


def check_rows(view: HealthView) -> tuple[CheckRow, ...]:
    """Return the checks of a report; with one before, what got worse comes first."""
    if view.differences:
        rows = [_from_difference(one) for one in view.differences]
        return tuple(sorted(rows, key=lambda row: _ORDER.index(row.difference or Difference.SAME)))
    return tuple(_from_result(one, view.report) for one in view.report.results)


def _from_difference(one: CheckDifference) -> CheckRow:
    moved = ", ".join([f"+ {x}" for x in one.came[:3]] + [f"− {x}" for x in one.went[:3]])
    more = len(one.came) + len(one.went) - 6
    moved = visible(moved)
    moved += _(" and {n} more").format(n=more) if more > 0 else ""
    key = f"{one.check}/{one.item}"
    return CheckRow(key, one.title, one.item, one.before, one.after, one.difference, moved)


def _from_result(one: CheckResult, report: HealthReport) -> CheckRow:
    first = report.phase is Phase.BEFORE
    before, after = (one.reading, None) if first else (None, one.reading)
    return CheckRow(f"{one.check}/{one.item}", one.title, one.item, before, after, None)


def _facts(view: HealthView) -> list[tuple[str, str]]:
    report = view.report
    facts = [
        (_("Checked"), moment(report.started_at, view.zone, seconds=True)),
        (_("Found"), summary_of(report)),
    ]
    if view.before is not None:
        worse = sum(one.difference is Difference.WORSE for one in view.differences)
        better = sum(one.difference is Difference.BETTER for one in view.differences)
        against = _("{worse} worse, {better} better of {all}").format(
            worse=worse, better=better, all=len(view.differences)
        )
        facts.append((_("Against before"), against))
    skew = _("unknown")
    if report.skew_s is not None:
        skew = _("{skew} ± {error}").format(
            skew=signed_number(report.skew_s, "s"), error=number(report.skew_error_s, "s")
        )
    return [*facts, (_("Clock off by"), skew)]


class HealthPage(Page):
    """Checks of hosts."""

    id, title, icon, group = "health", _("Health"), "activity", 1
    topics = Topic.HEALTH | Topic.HOSTS

    def __init__(self, context: "UiContext", parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self._view: HealthPageView | None = None
        self._wanted = ""
        self._host = ChoiceField("", ())
        self._host.combo.setAccessibleName(_("Host to check"))
        self._check = Button(_("Check now"), Kind.PRIMARY, icon="activity")
        self._check.clicked.connect(self._on_check)
        self.header.add(self._host.combo, self._check)
        keep_back(self, self._host)
        self.table = Table(
            RowsModel(REPORT_COLUMNS),
            rows=Rows.VERDICT,
            header=False,
            name="reports",
            margin=MARGIN,
        )
        self.table.picked.connect(self._on_picked)
        self._title, self._worst, self._facts = panel_title(), StateBadge(), FactStrip()
        self._checks = Table(RowsModel(CHECK_COLUMNS), name="checks", margin=MARGIN)
        head = row(self._title, None, self._worst)
        words = column(head, self._facts, gap=8, margins=(MARGIN, 16, MARGIN, 12))
        right = column(words, self._checks, gap=0)
        right.setStretch(1, 1)
        self._stack = QStackedWidget()
        self._open = Button(_("Open the hosts"))
        self._open.clicked.connect(self._open_hosts)
        self._stack.addWidget(
            EmptyState(
                _("No check yet"),
                _("One round trip reads fifteen things on a host and writes nothing there."),
                self._open,
            )
        )
        self._stack.addWidget(split(self.table, panel(right), sizes=(380, 860), name="health"))
        self.body.addWidget(self._stack, 1)
        self._many = ManyChecks(context)
        self._many.rested.connect(self._on_rested)
        self._many.closed.connect(self._show_reports)
        self._many.failed.connect(self.show_error)
        self._many.opened.connect(self._on_many_opened)
        self._stack.addWidget(self._many)
        self._rows = Latest(context.tasks, self)
        self._rows.loaded.connect(self._show)
        self._rows.failed.connect(self.show_error)

    @property
    def ready(self) -> bool:
        """Whether the list has been shown."""
        return not self._rows.busy

    def reload(self) -> None:
        """Read the reports again."""
        services = self.context.services
        self._rows.start(lambda: health.load_view(services))

    def open(self, ref: str) -> None:
        """Show a report by its id; ``every`` checks every host."""
        self._wanted = ref
        self.reload()

    def escape(self) -> bool:
        """Leave the check of many hosts, which goes on."""
        if self._stack.currentWidget() is not self._many:
            return False
        self._show_reports()
        return True

    @Slot(object)
    def _show(self, view: HealthPageView) -> None:
        self._view = view
        self._host.set_options(choices(view.hosts))
        self._host.combo.setVisible(bool(view.hosts))
        self._check.setVisible(bool(view.hosts))
        self._open.setVisible(not view.hosts)
        self._check.block("")
        if self._wanted == EVERY:
            self._wanted = ""
            self._host.set_value(EVERY)
            self._on_check()
        if self._stack.currentWidget() is not self._many:
            self._show_reports()
        self.table.set_rows(view.views)
        if self._wanted:
            self.table.select(self._wanted)
            self._wanted = ""
        self.table.select_first()
        if self.table.current is not None:
            self._show_report(self.table.current)
        newest = view.views[0] if view.views else None
        self.header.set_sentence(
            _("Last check: {host}, {what}.").format(
                host=newest.report.host_name, what=summary_of(newest.report)
            )
            if newest
            else _("Unknown is never OK.")
        )

    @Slot()
    def _on_rested(self) -> None:
        self.context.changed.announce(Topic.HEALTH, self)
        self.reload()

    @Slot()
    def _show_reports(self) -> None:
        self._stack.setCurrentIndex(1 if self._view and self._view.views else 0)

    def _show_report(self, view: HealthView) -> None:
        report = view.report
        self._title.setText(f"{report.host_name}, {_PHASES[report.phase]}")
        self._worst.set_badge(HEALTH[report.worst])
        self._facts.set_facts(_facts(view))
        compared = bool(view.differences)
        for position in range(1, len(CHECK_COLUMNS)):
            self._checks.setColumnHidden(position, (position == _FOUND) == compared)
        self._checks.set_rows(check_rows(view))

    @Slot(object)
    def _on_picked(self, view: HealthView | None) -> None:
        if view is not None:
            self._show_report(view)

    @Slot()
    def _open_hosts(self) -> None:
        self.context.navigation.go("hosts")

    @Slot()
    def _on_check(self) -> None:
        hosts = chosen(self._host.value, self._view.hosts) if self._view else ()
        if len(hosts) > 1 or self._many.is_going:
            self._stack.setCurrentWidget(self._many)
            self._many.begin(hosts)
            return
        if not hosts:
            return
        host = hosts[0]
        self._check.block(_("Checking {host}").format(host=host.name))
        task = health.check(self.context, host, _("Checking {host}").format(host=host.name))
        task.succeeded.connect(self._on_checked)
        task.failed.connect(self.show_error)
        task.ended.connect(self.reload)

    @Slot(str)
    def _on_many_opened(self, report: str) -> None:
        self._show_reports()
        self.open(report)

    @Slot(object)
    def _on_checked(self, report: HealthReport) -> None:
        self._wanted = report.id
        self.context.changed.announce(Topic.HEALTH, self, report.id)
