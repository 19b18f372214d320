"""The run page: steps with plan and actual, the transcript, the decision, and the way back."""

from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtWidgets import QStackedWidget, QWidget

from app.domain.run import Run, RunState
from app.i18n import _
from app.services.live import Output
from app.wording import clock, duration, number
from ui.changed import Topic
from ui.models.rows import RowsModel
from ui.operations import runs
from ui.operations.runs import RunView
from ui.pages.run.decision import DecisionPanel
from ui.pages.run.output import StepOutput
from ui.pages.run.pilot import RunPilot
from ui.pages.run.rows import (
    BAR_COLUMN,
    COLUMNS,
    StepRow,
    expected_end,
    planned_end,
    step_badge,
    step_rows,
    time_scale,
)
from ui.tasks import Latest
from ui.widgets.buttons import Button, Kind, Tall
from ui.widgets.countdown import Countdown
from ui.widgets.empty import EmptyState
from ui.widgets.layout import column, panel, row, split
from ui.widgets.page import Page
from ui.widgets.run_bars import BarDelegate, Legend, Marks, RunStrip, Strip, TimeScale
from ui.widgets.table import Rows, Table

if TYPE_CHECKING:
    from ui.context import UiContext

TICK_MS = 1000


class RunPage(Page):
    """One run at a time, the newest unless another is opened."""

    id, title, icon, group = "run", _("Run"), "play", 0
    topics = Topic.RUNS | Topic.CHANGES
    _said = Signal(object)  # Output, from a worker's thread

    def __init__(self, context: "UiContext", parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self._ref = ""
        self._view: RunView | None = None
        self._pause = Button(_("Pause"), icon="pause", tall=Tall.TALL)
        self._back_out = Button(_("Back out"), Kind.DANGER, icon="undo", tall=Tall.TALL)
        self._start = Button(_("Start the run"), Kind.PRIMARY, icon="play", tall=Tall.TALL)
        self.header.add(self._start, self._pause, self._back_out)
        self._build()
        self._rows = Latest(context.tasks, self)
        self._rows.loaded.connect(self._show)
        self._rows.failed.connect(self.show_error)
        self._connect()
        self._leave = context.services.live.listen(self._said.emit)
        self.destroyed.connect(self._leave)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._tick)
        self._timer.start(TICK_MS)

    def _build(self) -> None:
        now = self.context.services.clock.now
        self._elapsed = Countdown(_("Elapsed"), now, upwards=True)
        self._left = Countdown(_("Left to start a roll-back"), now)
        self._strip = RunStrip()
        band = panel(
            row(self._elapsed, self._strip, self._left, gap=32, margins=(24, 10, 24, 10)), "raised"
        )
        self._table = Table(RowsModel(COLUMNS), rows=Rows.STEP, name="steps")
        self._bars = BarDelegate(time_scale_now(now()), Marks(), self._table)
        self._table.setItemDelegateForColumn(BAR_COLUMN, self._bars)
        left = panel(column(self._table, row(Legend(), margins=(24, 8, 24, 8)), gap=0))
        self._decision = DecisionPanel()
        self._output = StepOutput(self.context)
        right = panel(column(self._decision, self._output, gap=0))
        self._stack = QStackedWidget()
        self._empty = EmptyState(
            _("No run yet"),
            _("A run starts when a scheduled change is started inside its window."),
            Button(_("Open the changes")),
        )
        if self._empty.button:
            self._empty.button.clicked.connect(self._open_changes)
        self._stack.addWidget(self._empty)
        whole = column(band, split(left, right, sizes=(694, 546), name="run"), gap=0)
        whole.setStretch(1, 1)
        self._stack.addWidget(panel(whole))
        self.body.addWidget(self._stack, 1)

    def _connect(self) -> None:
        self._pilot = RunPilot(self.context, self._decision, self)
        self._pilot.written.connect(self._on_written)
        self._pilot.failed.connect(self.show_error)
        self._pilot.rested.connect(self.reload)
        self._pause.clicked.connect(self._pilot.pause)
        self._start.clicked.connect(self._pilot.begin)
        self._back_out.clicked.connect(self._on_back_out)
        self._decision.left.connect(self.reload)
        self._table.picked.connect(self._on_picked)
        self._said.connect(self._on_said)

    @property
    def ready(self) -> bool:
        """Whether the run has been shown."""
        return not self._rows.busy

    def reload(self) -> None:
        """Read the run again."""
        services, ref = self.context.services, self._ref
        self._rows.start(lambda: runs.load_view(services, ref))

    def open(self, ref: str) -> None:
        """Show a run by its id or its change's."""
        self._ref = ref
        self.reload()

    @property
    def _run(self) -> Run | None:
        return self._view.run if self._view else None

    @Slot(object)
    def _show(self, view: RunView | None) -> None:
        self._view = view
        self._pilot.set_view(view)
        self._stack.setCurrentIndex(1 if view else 0)
        run = self._run
        live = run is not None and not run.is_over
        self._start.setVisible(view is not None and run is None)
        self._pause.setVisible(live)
        self._back_out.setVisible(live and run is not None and run.backout_at is None)
        if view is None:
            self.header.set_texts(_("Run"), _("Nothing runs, and nothing has run yet."))
            return
        self.header.set_texts(view.change.title, self._sentence(view))
        idle = live and not (run and _goes(run) and self._pilot.is_playing)
        self._pause.block(_("No step runs") if idle else "")
        self._refresh(view)
        self._decision.show_run(run)

    def _refresh(self, view: RunView) -> None:
        """Draw what depends on the time of day."""
        now, run = self.context.services.clock.now(), view.run
        scale = time_scale(view, now)
        self._bars.scale = scale
        over = run is None or run.is_over
        self._bars.marks = Marks(None if over else now, view.deadline if not over else None)
        self._table.set_rows(step_rows(view, now))
        if run and run.current:
            self._table.select(run.current.step.id, quiet=True)
            self._output.show_step(run, run.current)
        elif run and self._table.current is None:
            spoke = [item for item in run.active if item.transcript] or list(run.active)
            self._table.select(spoke[-1].step.id if spoke else "")
        started = run.started_at if run else None
        end = run.ended_at if run else None
        self._elapsed.setVisible(not over)
        self._left.setVisible(not over)
        self._elapsed.set_target(None if end else started)
        note = ""
        if view.deadline and not over:
            note = _("until {time}, a roll-back takes {long}").format(
                time=clock(view.deadline, view.zone), long=duration(view.rollback_s)
            )
        self._left.set_target(view.deadline if not over else None, note)
        if run and started:
            expected = expected_end(run, now)
            window_end = view.change.window.span.end if view.change.window else scale.end
            strip_scale = TimeScale(started, end or max(window_end, now), view.zone)
            self._strip.set_strip(
                Strip(
                    strip_scale,
                    end or now,
                    planned_end(run),
                    expected,
                    None if over else view.deadline,
                )
            )

    def _sentence(self, view: RunView) -> str:
        run, number_ = view.run, view.change.number
        if run is None or run.started_at is None:
            return _("{number} may start now: its window is open and nothing is missing.").format(
                number=number_
            )
        began = _("Run of {number}, started {time} by {who}.").format(
            number=number_, time=clock(run.started_at, view.zone, seconds=True), who=run.by
        )
        if run.is_over and run.ended_at:
            word = _("Ended") if run.state is RunState.DONE else _("Backed out, ended")
            took = number((run.ended_at - run.started_at).total_seconds(), "s")
            return f"{began} {word} {clock(run.ended_at, view.zone, seconds=True)}, {took}."
        step = run.current
        if step is None:
            return began
        position = [item.step.id for item in run.active].index(step.step.id) + 1
        return f"{began} " + _("Step {n} of {all}, “{title}”: {state}.").format(
            n=position,
            all=len(run.active),
            title=step.step.title,
            state=step_badge(step.state).word.lower(),
        )

    @Slot()
    def _tick(self) -> None:
        if not self.isVisible() or not self._view or not self._run or self._run.is_over:
            return
        if self._pilot.is_playing and self.ready:
            self.reload()
        else:
            self._refresh(self._view)

    @Slot(object)
    def _on_said(self, output: Output) -> None:
        if self._run and output.run == self._run.id:
            self._output.take(output)

    @Slot(object)
    def _on_picked(self, picked: StepRow | None) -> None:
        if picked is not None and self._run is not None:
            self._output.show_step(self._run, picked.item)

    @Slot()
    def _open_changes(self) -> None:
        self.context.navigation.go("changes")

    @Slot()
    def _on_back_out(self) -> None:
        if self._view:
            self._decision.ask_back_out(", ".join(self._view.host_names.values()))

    @Slot(object)
    def _on_written(self, run: Run) -> None:
        self._ref = run.id
        self.context.changed.announce(Topic.RUNS | Topic.CHANGES, self, run.id)
        self.reload()


def _goes(run: Run) -> bool:
    return run.state in (RunState.RUNNING, RunState.BACKING_OUT)


def time_scale_now(now: datetime) -> TimeScale:
    """Return a scale for an empty table."""
    return TimeScale(now, now, "UTC")
