"""The overview: why, what success is, how safe it is, who agreed, what happened last."""

from functools import partial

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.domain.change import Change
from app.domain.metric import Metric, WindowName
from app.domain.need import EXPECTED_EVIDENCE
from app.i18n import _, ngettext
from app.wording import THIN, count, number
from ui.cells import Badge, Column, Mark
from ui.models.rows import RowsModel
from ui.operations.changes import ChangeView
from ui.pages.changes.approvals import Approvals
from ui.pages.changes.editing import Editing
from ui.pages.changes.gate import BackupGate
from ui.pages.changes.recent import Recent
from ui.pages.changes.related import Related
from ui.pages.changes.tab import Tab
from ui.pages.changes.tasks import TasksSection
from ui.pages.changes.words import EVIDENCE, NEEDS, word
from ui.widgets.badges import StateBadge
from ui.widgets.buttons import link
from ui.widgets.facts import Fact, FactStrip, SectionTitle
from ui.widgets.labels import Label
from ui.widgets.layout import MARGIN, Line, add_layout, clear
from ui.widgets.table import Rows, Table

NARROW = 680
"""Below this width, in pixels, there is no room for two sides."""


class OverviewTab(Tab):
    """Reads, but for the tasks; what else can be edited is one click away."""

    def __init__(self, editing: Editing) -> None:
        super().__init__(editing)
        self.body.setContentsMargins(0, 0, MARGIN, 0)
        self.need, self.criteria = NeedSummary(editing), Criteria(editing)
        self.gate, self.approvals = BackupGate(editing), Approvals(editing)
        self.recent, self.related = Recent(editing), Related(editing)
        self.tasks = TasksSection()
        self.own(self.tasks)
        left = _side((0, 16, 24, 24), self.need, self.criteria, self.gate, self.tasks)
        right = _side((24, 16, 0, 24), self.approvals, self.related, self.recent)
        right.setMinimumWidth(260)
        self._sides = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._left, self._right, self._narrow = left, right, False
        self._between = Line(Qt.Orientation.Vertical)
        self._sides.setSpacing(0)
        self._sides.addWidget(left, 466)
        self._sides.addWidget(self._between)
        self._sides.addWidget(right, 304)
        add_layout(self.body, self._sides, 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a narrow window the right side stands below the left one."""
        super().resizeEvent(event)
        narrow = self.width() < NARROW
        if narrow == self._narrow:
            return
        self._narrow = narrow
        directions = QBoxLayout.Direction
        self._sides.setDirection(directions.TopToBottom if narrow else directions.LeftToRight)
        self._between.setVisible(not narrow)
        _set_side(self._left, right=0 if narrow else MARGIN)
        _set_side(self._right, left=0 if narrow else MARGIN)
        self._sides.update()  # setDirection does not tell the layouts around it

    def show_view(self, view: ChangeView) -> None:
        """Show a change: its left side at once, each part of the right one in a turn of its own."""
        super().show_view(view)
        for part in (self.need, self.criteria, self.gate):
            part.show_view(view)
        self._later.clear()
        for beside in (self.approvals, self.related, self.recent):
            self.build_later(partial(beside.show_view, view))


def _set_side(side: QWidget, *, left: int = 0, right: int = 0) -> None:
    if (layout := side.layout()) is not None:
        layout.setContentsMargins(left, 16, right, MARGIN)


def _side(margins: tuple[int, int, int, int], *parts: QWidget) -> QWidget:
    side = QWidget()
    layout = QVBoxLayout(side)
    layout.setContentsMargins(*margins)
    layout.setSpacing(24)
    for part in parts:
        layout.addWidget(part)
    layout.addStretch(1)
    return side


class NeedSummary(QWidget):
    """What is wrong, whom it hurts, and which records show it."""

    def __init__(self, editing: Editing) -> None:
        super().__init__()
        self._editing = editing
        edit = link(_("Plan"))
        edit.clicked.connect(self._on_edit)
        self.text = Label(wrap=True)
        self.facts, self._records = FactStrip(), QHBoxLayout()
        self._records.setSpacing(16)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(SectionTitle(_("Need and impact"), end=edit))
        layout.addWidget(self.text)
        layout.addWidget(self.facts)
        add_layout(layout, self._records)

    def show_view(self, view: ChangeView) -> None:
        """Show a change."""
        change = view.change
        told = " ".join(part for part in (change.description, change.impact.text) if part.strip())
        self.text.setText(
            _beginning(told) or _("Nobody has said yet what is wrong and whom it hurts.")
        )
        self.text.set_tone("ink" if told else "ink2")
        self.facts.set_facts(_facts(change))
        clear(self._records)
        for badge in _expected(change):
            self._records.addWidget(StateBadge(badge, size=11))
        self._records.addStretch(1)

    @Slot()
    def _on_edit(self) -> None:
        self._editing.tab_wanted.emit("plan")


_MOST_CHARACTERS = 1200


def _beginning(text: str) -> str:
    """Return as much of a text as an overview has room for; the tab Plan shows all of it."""
    if len(text) <= _MOST_CHARACTERS:
        return text
    return text[:_MOST_CHARACTERS].rsplit(" ", 1)[0] + " …"


def _facts(change: Change) -> list[Fact]:
    impact, need = change.impact, change.need
    hour = "–" if impact.cost_per_hour is None else number(impact.cost_per_hour, digits=3)
    outage = {None: _("not said"), True: _("yes"), False: _("none")}[change.outage]
    if change.outage and change.planned_downtime_min is not None:
        outage = number(change.planned_downtime_min, "min")
    records = ngettext("{n} item", "{n} items", len(need.evidence)).format(n=len(need.evidence))
    return [
        (_("Category"), word(NEEDS, need.category, _("not chosen"))),
        (_("Users"), "–" if impact.users is None else count(impact.users)),
        (_("Outage"), outage),
        (_("Cost of an hour"), hour if hour == "–" else f"{impact.currency}{THIN}{hour}"),
        (_("Evidence"), records),
    ]


def _expected(change: Change) -> list[Badge]:
    """The records that belong to the category: there, or still missing."""
    if change.need.category is None:
        return []
    given = {item.kind for item in change.need.evidence}
    return [
        Badge(Mark.GOOD if kind in given else Mark.MISSING, word(EVIDENCE, kind))
        for kind in EXPECTED_EVIDENCE[change.need.category]
    ]


class Criteria(QWidget):
    """The measures and their targets."""

    def __init__(self, editing: Editing) -> None:
        super().__init__()
        self._editing = editing
        edit = link(_("Metrics"))
        edit.clicked.connect(self._on_edit)
        self.empty = Label(
            _("No measure yet. Success is a metric and its target, agreed before the work."),
            tone="ink2", wrap=True,
        )  # fmt: skip
        self._shown: ChangeView | None = None
        self._befores: dict[str, float | None] = {}
        self._measured: set[str] = set()
        self.table = Table(RowsModel(self._columns()), rows=Rows.COMPACT, margin=0)
        self.table.setSelectionMode(Table.SelectionMode.NoSelection)
        self.table.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(SectionTitle(_("Success criteria"), end=edit))
        layout.addWidget(self.empty)
        layout.addWidget(self.table)

    def show_view(self, view: ChangeView) -> None:
        """Show a change."""
        self._shown = view
        self._befores = {item.metric_id: item.before for item in view.comparisons}
        self._measured = {s.metric for s in view.samples if s.window is WindowName.BEFORE}
        metrics = view.change.metrics
        self.empty.setVisible(not metrics)
        self.table.setVisible(bool(metrics))
        self.table.set_rows(sorted(metrics, key=lambda metric: metric.target is None))
        self.table.fit_height()

    def _columns(self) -> tuple[Column[Metric], ...]:
        return (
            Column[Metric](_("Measure"), lambda m: m.name),
            Column[Metric](_("Host"), self._host, width=76, tone="ink2"),
            Column[Metric](_("Before"), self._before, width=80, right=True),
            Column[Metric](_("Target"), target_text, width=84, right=True),
        )

    def _host(self, metric: Metric) -> str:
        return self._shown.host_name(metric.host) if self._shown else ""

    def _before(self, metric: Metric) -> str:
        before = self._befores.get(metric.id)
        if before is not None:
            return number(before, metric.unit)
        return _("measured") if metric.id in self._measured else _("not yet")

    @Slot()
    def _on_edit(self) -> None:
        self._editing.tab_wanted.emit("metrics")


def target_text(metric: Metric) -> str:
    """Return "≤ 350 ms", or a dash without a target."""
    if metric.target is None:
        return "–"
    sign = "≤" if metric.target.at_most else "≥"
    digits = len(f"{abs(metric.target.value):.10g}".replace(".", "").strip("0")) or 1
    return f"{sign}{THIN}{number(metric.target.value, metric.unit, digits=digits)}"
