"""The runs of a change: when, how far, against the plan; the work itself is on the page Run."""

from PySide6.QtCore import Slot

from app.domain.change import ChangeState
from app.domain.run import Run, StepState
from app.domain.runbook import Phase
from app.i18n import _
from app.wording import clock_duration, count_of, duration, moment
from ui.cells import Cell, Column, Words
from ui.models.rows import RowsModel
from ui.operations.changes import ChangeView
from ui.pages.changes.editing import Editing
from ui.pages.changes.tab import Tab
from ui.pages.changes.words import run_badge
from ui.widgets.buttons import Button, link
from ui.widgets.empty import EmptyState
from ui.widgets.facts import KeyValues, SectionTitle
from ui.widgets.layout import column, panel
from ui.widgets.table import Rows, Table


class RunsTab(Tab):
    """Reads only."""

    def __init__(self, editing: Editing) -> None:
        super().__init__(editing)
        self._view: ChangeView | None = None
        more = link(_("Open the run"))
        more.clicked.connect(self._open_current)
        self.table = Table(RowsModel(self._columns()), rows=Rows.TWO_LINES)
        self.table.setAccessibleName(_("Runs of this change"))
        self.facts = KeyValues(label_width=140)
        self._filled = panel(column(SectionTitle(_("Runs"), end=more), self.table, 8, self.facts))
        self._empty = EmptyState(
            _("No run yet"),
            _("A run starts when the scheduled change is started inside its window."),
            Button(_("See the runbook"), icon="list-checks"),
        )
        self.body.addWidget(self._filled)
        self.body.addWidget(self._empty, 1)
        self.end()
        self.table.picked.connect(self._on_picked)
        self.table.opened.connect(self._on_opened)
        if self._empty.button:
            self._empty.button.clicked.connect(self._on_empty)

    def show_view(self, view: ChangeView) -> None:
        """Show a change."""
        self._view = view
        runs = sorted(view.runs, key=lambda run: run.id, reverse=True)
        self._filled.setVisible(bool(runs))
        self._empty.setVisible(not runs)
        implementing = view.change.state is ChangeState.IMPLEMENT
        if self._empty.button:
            self._empty.button.setText(_("Open the run") if implementing else _("See the runbook"))
        self.table.set_rows(runs)
        self.table.fit_height()
        self.table.select_first()
        self._on_picked(self.table.current)

    def _columns(self) -> tuple[Column[Run], ...]:
        return (
            Column[Run](_("Run"), lambda run: run_badge(run.state).word, cell=self._cell),
            Column[Run](_("Steps"), _steps, width=110, right=True, tone="ink2"),
            Column[Run](_("Plan"), lambda run: clock_duration(_planned_s(run)), width=84,
                        right=True, tone="ink2"),
            Column[Run](_("Actual"), self._actual, width=84, right=True),
        )  # fmt: skip

    def _cell(self, run: Run) -> Cell:
        zone = self._view.zone if self._view else "UTC"
        began = moment(run.started_at, zone, seconds=True)
        by = _("started by {name}").format(name=run.by)
        return Cell((run_badge(run.state),), (Words(began, "ink2"), Words(by, "ink2")))

    def _actual(self, run: Run) -> str:
        if run.started_at is None:
            return "–"
        end = run.ended_at or (self._view.now if self._view else run.started_at)
        return clock_duration((end - run.started_at).total_seconds())

    @Slot(object)
    def _on_picked(self, run: Run | None) -> None:
        if run is None or self._view is None:
            return
        change, zone = self._view.change, self._view.zone
        planned = change.planned_downtime_min
        downtime = duration(run.downtime_s())
        if planned is not None:
            downtime = _("{actual}, planned {plan}").format(
                actual=downtime, plan=duration(planned * 60)
            )
        facts = [
            (_("Ended"), moment(run.ended_at, zone, seconds=True)),
            (_("Users without service"), downtime),
            (_("Plan that was run"), run.plan_hash[:12]),
        ]
        if run.backout_at is not None:
            facts.append((_("Turned back"), moment(run.backout_at, zone, seconds=True)))
            facts.append((_("Because"), run.backout_reason))
        self.facts.set_facts(facts)

    @Slot(object)
    def _on_opened(self, run: Run) -> None:
        self.editing.context.navigation.go("run", run.id)

    @Slot()
    def _open_current(self) -> None:
        if self._view is not None:
            run = self.table.current
            self.editing.context.navigation.go("run", run.id if run else self._view.change.id)

    @Slot()
    def _on_empty(self) -> None:
        if self._view is not None and self._view.change.state is ChangeState.IMPLEMENT:
            self.editing.context.navigation.go("run", self._view.change.id)
        else:
            self.editing.tab_wanted.emit("plan")


def _steps(run: Run) -> str:
    done = sum(item.state is StepState.DONE for item in run.active)
    return count_of(done, len(run.active))


def _planned_s(run: Run) -> float:
    steps = (item.step for item in run.steps)
    return sum(step.estimate_s for step in steps if step.phase is Phase.FORWARD)
