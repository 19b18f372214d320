"""The run page: steps with plan and actual, what they say, the decision, and the way back."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QStackedWidget, QWidget

from app.domain.run import Run, RunState
from app.i18n import _
from app.services.run.live import Output
from app.services.run.silent_gates import is_silent
from ui.changed import Topic
from ui.operations import runs
from ui.operations.runs import RunView
from ui.pages.run.band import RunBand
from ui.pages.run.decision import DecisionPanel
from ui.pages.run.output import StepOutput
from ui.pages.run.pilot import RunPilot
from ui.pages.run.rows import ZOOM, StepRow, step_rows, time_scale
from ui.pages.run.steps import StepsTable
from ui.pages.run.timeline import TimelineView
from ui.pages.run.words import goes, sentence, talking
from ui.tasks import Latest
from ui.widgets.buttons import Button, Kind, Tall
from ui.widgets.empty import EmptyState
from ui.widgets.layout import column, panel, row, split
from ui.widgets.page import Page
from ui.widgets.roomy import roomy
from ui.widgets.run_bars import Legend, Marks
from ui.widgets.search import FilterChips

if TYPE_CHECKING:
    from ui.context import UiContext

TICK_MS = 1000
_ZOOMED, _TIMELINE = 1, 1
"""Positions of the second chip: of the scale, and of what the right side shows."""


class RunPage(Page):
    """One run at a time, the newest unless another is opened."""

    id, title, icon, group = "run", _("Run"), "play", 0
    topics = Topic.RUNS | Topic.CHANGES
    _said = Signal(object)  # Output, from a worker's thread

    def __init__(self, context: "UiContext", parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self._ref = ""
        self._carry_on = False
        self._view: RunView | None = None
        self._note = Button(_("Add a note"), icon="message", tall=Tall.TALL)
        self._pause = Button(_("Pause"), icon="pause", tall=Tall.TALL)
        self._back_out = Button(_("Back out"), Kind.DANGER, icon="undo", tall=Tall.TALL)
        self._start = Button(_("Start the run"), Kind.PRIMARY, icon="play", tall=Tall.TALL)
        self.header.add(self._start, self._note, self._pause, self._back_out)
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
        self._band = RunBand(now)
        self._table = StepsTable(now())
        self._zoom = FilterChips([_("Whole run"), _("Last 30 min")])
        under = row(Legend(), self._zoom, margins=(24, 8, 24, 8))
        left = panel(column(self._table, under, gap=0))
        self._decision = DecisionPanel(self.context)
        self._output, self._timeline = StepOutput(self.context), TimelineView(now)
        self._shows = FilterChips([_("Output"), _("Timeline")])
        self._sides = QStackedWidget()
        self._sides.addWidget(self._output)
        self._sides.addWidget(self._timeline)
        chips = row(self._shows, margins=(16, 8, 16, 8))
        under_each_other = column(self._decision, chips, self._sides, gap=0)
        under_each_other.setStretch(2, 1)
        beside = panel(under_each_other)
        right = roomy(beside)  # a long question would be pressed flat in a low window
        right.setMinimumWidth(beside.minimumSizeHint().width())
        self._stack = QStackedWidget()
        self._empty = EmptyState(
            _("No run yet"),
            _("A run starts when a scheduled change is started inside its window."),
            Button(_("Open the changes")),
        )
        if self._empty.button:
            self._empty.button.clicked.connect(self._open_changes)
        self._stack.addWidget(self._empty)
        whole = column(self._band, split(left, right, sizes=(694, 546), name="run"), gap=0)
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
        self._note.clicked.connect(self._on_note)
        self._timeline.note.wanted.connect(self._pilot.add_note)
        self._pilot.noted.connect(self._timeline.note.hide)
        self._pilot.note_settled.connect(self._timeline.note.settle)
        self._decision.left.connect(self.reload)
        self._decision.back_out_wanted.connect(self._on_back_out)
        self._decision.mail_wanted.connect(self._on_mail)
        self._timeline.pin_wanted.connect(self._pilot.pin)
        self._table.picked.connect(self._on_picked)
        self._zoom.chosen.connect(self._redraw)
        self._shows.chosen.connect(self._sides.setCurrentIndex)
        self._said.connect(self._on_said)
        self._output.failed.connect(self.show_error)

    @property
    def ready(self) -> bool:
        """Whether the run has been shown."""
        return not self._rows.busy

    def reload(self) -> None:
        """Read the run again."""
        services, ref = self.context.services, self._ref
        self._rows.start(lambda: runs.load_view(services, ref))

    def open(self, ref: str) -> None:
        """Show a run by its id or its change's; ``/go`` behind it carries a new one on."""
        self._ref, _slash, rest = ref.partition("/")
        self._carry_on = rest == "go"
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
        for button in (self._pause, self._note):
            button.setVisible(live)
        self._back_out.setVisible(live and run is not None and run.backout_at is None)
        if view is None:
            self.header.set_texts(_("Run"), _("Nothing runs, and nothing has run yet."))
            return
        self.header.set_texts(view.change.title, sentence(view))
        self._start.block(view.not_runner)
        self._back_out.block(view.not_runner)
        idle = live and not (run and goes(run) and self._pilot.is_playing)
        paused = run is not None and run.state is RunState.PAUSED
        self._pause.block(_("Paused already") if paused else _("No step runs") if idle else "")
        if self._carry_on and run and goes(run):
            self._carry_on = False
            self._pilot.carry_on(run)
        self._refresh(view)
        self._timeline.show_view(view)

    @Slot()
    def _redraw(self) -> None:
        if self._view is not None:
            self._refresh(self._view)

    def _refresh(self, view: RunView) -> None:
        """Draw what depends on the time of day."""
        now, run = self.context.services.clock.now(), view.run
        whole = time_scale(view, now)
        self._zoom.setVisible(whole.end - whole.start > ZOOM)
        zoomed = self._zoom.current == _ZOOMED
        self._table.bars.scale = time_scale(view, now, zoomed=zoomed)
        over = run is None or run.is_over
        self._table.bars.marks = Marks(None if over else now, None if over else view.deadline)
        self._table.set_rows(step_rows(view, now))
        self._table.horizontalHeader().viewport().update()
        if run and run.current and not over:
            self._output.follow(self._table, run, talking(run) or run.current)
        elif run and self._table.current is None:
            spoke = [item for item in run.active if item.transcript] or list(run.active)
            self._table.select(spoke[-1].step.id if spoke else "")
        elif run:
            self._output.show_step(run, self._table.current.item)
        self._band.show_view(view, now, self._table.bars.scale.end)
        self._decision.show_view(view, now, playing=self._pilot.is_playing)

    @Slot()
    def _tick(self) -> None:
        run = self._run
        if not self.isVisible() or not self._view or run is None or run.is_over:
            return
        now = self.context.services.clock.now()
        if any(is_silent(item, now) for item in run.active) and not self._pilot.is_playing:
            self._pilot.close_silent_gates()
        elif self._pilot.is_playing and self.ready:
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
            hosts = [self._view.host_names.get(str(host), "") for host in self._view.change.hosts]
            self._decision.ask_back_out(", ".join(filter(None, hosts)))

    @Slot()
    def _on_note(self) -> None:
        if self._view:
            self._shows.choose(_TIMELINE)
            self._sides.setCurrentIndex(_TIMELINE)
            self._timeline.note.open(self._view)

    @Slot()
    def _on_mail(self) -> None:
        view, run = self._view, self._run
        if view is None or run is None or run.current is None:
            return
        name = f"{view.change.number}-{run.current.step.id[:8]}.eml"
        path, _kind = QFileDialog.getSaveFileName(
            self, _("Save as mail file"), name, _("Mail (*.eml)")
        )
        if path:
            self.save_mail(Path(path))

    def save_mail(self, path: Path) -> None:
        """Write the notification that waits to a mail file."""
        if self._view is not None and self._run is not None and self._run.current is not None:
            task = runs.save_mail(self.context, self._view, self._run.current, path)
            task.succeeded.connect(self._on_mail_saved)
            task.failed.connect(self.show_error)

    @Slot(object)
    def _on_mail_saved(self, path: Path) -> None:
        self.context.messages.show_done(_("Saved as {path}").format(path=path))

    @Slot(object)
    def _on_written(self, run: Run) -> None:
        self._ref = run.id
        self.context.changed.announce(Topic.RUNS | Topic.CHANGES, self, run.id)
        self.reload()
