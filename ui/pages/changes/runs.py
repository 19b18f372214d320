"""The runs of a change, rehearsals and dry runs included; the work itself is on the page Run."""

from PySide6.QtCore import Qt, Slot

from app.domain.change import ChangeState
from app.domain.run import Run, RunMode, StepState
from app.domain.runbook import Phase, timeline
from app.i18n import _
from app.services.run.execution import REHEARSABLE, Beginning
from app.wording import clock_duration, count_of, duration, moment
from ui.cells import Cell, Column, Words
from ui.changed import Topic
from ui.models.rows import RowsModel
from ui.operations.changes import ChangeView
from ui.operations.runs import begin
from ui.pages.changes.editing import Editing
from ui.pages.changes.rehearse import RehearsalForm
from ui.pages.changes.surprises import Surprises
from ui.pages.changes.tab import Tab
from ui.pages.changes.words import MODES, run_badge
from ui.widgets.buttons import Button, Tall, WithReason, link
from ui.widgets.empty import EmptyState
from ui.widgets.facts import KeyValues, SectionTitle
from ui.widgets.layout import add_layout, column, panel, row
from ui.widgets.table import Rows, Table


class RunsTab(Tab):
    """Lists runs, and begins those that are not the live one."""

    def __init__(self, editing: Editing) -> None:
        super().__init__(editing)
        self._view: ChangeView | None = None
        more = link(_("Open the run"))
        more.clicked.connect(self._open_current)
        self.table = Table(RowsModel(self._columns()), rows=Rows.TWO_LINES)
        self.table.setAccessibleName(_("Runs of this change"))
        self.facts = KeyValues(label_width=140)
        self.surprises, self.form = Surprises(), RehearsalForm()
        self.rehearse = Button(_("Start rehearsal"), icon="play", tall=Tall.COMPACT)
        self.dry = Button(_("Dry run"), icon="eye", tall=Tall.COMPACT)
        self._filled = panel(
            column(SectionTitle(_("Runs"), end=more), self.table, 8, self.facts, self.surprises)
        )
        self._empty = EmptyState(
            _("No run yet"),
            _("A run starts when the scheduled change is started inside its window."),
            Button(_("See the runbook"), icon="list-checks"),
        )
        deeds = row(gap=8)
        for button in (self.rehearse, self.dry):
            said = WithReason(button, align=Qt.AlignmentFlag.AlignLeft)
            deeds.addWidget(said, 0, Qt.AlignmentFlag.AlignTop)
        deeds.addStretch(1)
        add_layout(self.body, deeds)
        self.body.addWidget(self.form)
        self.body.addWidget(self._filled)
        self.body.addWidget(self._empty, 1)
        self.end()
        self.table.picked.connect(self._on_picked)
        self.table.opened.connect(self._on_opened)
        self.rehearse.clicked.connect(self._on_rehearse)
        self.dry.clicked.connect(self._on_dry)
        self.form.wanted.connect(self._begin)
        if self._empty.button:
            self._empty.button.clicked.connect(self._on_empty)

    def show_view(self, view: ChangeView) -> None:
        """Show a change."""
        self._view = view
        reason = _no_rehearsal(view)
        self.rehearse.block(reason or ("" if view.change.state in REHEARSABLE else _("work began")))
        self.dry.block(reason)
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
        if run.started_at is None:
            return Cell((run_badge(run.state),), (Words(run.cause, "ink2"),))
        began = moment(run.started_at, zone, seconds=True)
        by = _("started by {name}").format(name=run.by)
        kind = Words(
            _(MODES[run.mode]), "ink2" if run.is_live else "ink", 400 if run.is_live else 500
        )
        return Cell((run_badge(run.state), kind), (Words(began, "ink2"), Words(by, "ink2")))

    def _actual(self, run: Run) -> str:
        if run.started_at is None:
            return "–"
        end = run.ended_at or (self._view.now if self._view else run.started_at)
        return clock_duration((end - run.started_at).total_seconds())

    @Slot()
    def _on_rehearse(self) -> None:
        if self._view is not None:
            self.form.open(self._view)

    @Slot()
    def _on_dry(self) -> None:
        self._begin(Beginning(RunMode.DRY))

    @Slot(object)
    def _begin(self, beginning: Beginning) -> None:
        """Start a run that is not the live one, and go to its page, where it is carried on."""
        if self._view is not None:
            task = begin(self.editing.context, self._view.change.id, beginning)
            task.succeeded.connect(self._on_begun)
            task.failed.connect(self.editing.failed)

    @Slot(object)
    def _on_begun(self, run: Run) -> None:
        self.editing.context.changed.announce(Topic.RUNS, self, run.change)
        self.editing.context.navigation.go("run", f"{run.id}/go")

    @Slot(object)
    def _on_picked(self, run: Run | None) -> None:
        if self._view is not None:
            self.surprises.show_run(run, self._view)
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
        if run.deviations:
            facts.append((_("Deviations"), "\n".join(item.text for item in run.deviations)))
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
    forward = [item.step for item in run.steps if item.step.phase is Phase.FORWARD]
    return timeline(forward).total_s


def _no_rehearsal(view: ChangeView) -> str:
    """Return why no run beside the live one can begin."""
    if not view.change.runbook.phase(Phase.FORWARD):
        return _("there is no step yet")
    if any(not run.is_over for run in view.runs):
        return _("a run is under way")
    return ""
