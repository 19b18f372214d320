"""Carries out what was decided on the run page, and plays the run on afterwards."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from app.domain.run import Run
from app.i18n import _
from ui.operations import runs
from ui.operations.runs import RunView
from ui.pages.run.decision import DecisionPanel
from ui.tasks import Task

if TYPE_CHECKING:
    from ui.context import UiContext


class RunPilot(QObject):
    """Acts on the run that is shown; ``written`` follows every step of it."""

    written = Signal(object)  # Run
    failed = Signal(object)  # exception
    rested = Signal()  # nothing plays any more

    def __init__(self, context: "UiContext", decision: DecisionPanel, parent: QObject) -> None:
        super().__init__(parent)
        self._context = context
        self._view: RunView | None = None
        self._playing: Task | None = None
        decision.gate_answered.connect(self._on_gate)
        decision.confirmed.connect(self._on_confirmed)
        decision.skipped.connect(self._on_skipped)
        decision.repeated.connect(self._on_repeated)
        decision.resumed.connect(self._on_resumed)
        decision.backed_out.connect(self._on_backed_out)

    @property
    def is_playing(self) -> bool:
        """Whether steps are being carried out."""
        return self._playing is not None

    def set_view(self, view: RunView | None) -> None:
        """Act on another run, or on its newer state."""
        self._view = view

    @Slot()
    def begin(self) -> None:
        """Start the run of the change that is shown."""
        if self._view:
            self._follow(runs.begin(self._context, self._view.change.id))

    @Slot()
    def pause(self) -> None:
        """Hold before the next step."""
        if run := self._run:
            task = runs.pause(self._context, run)
            task.succeeded.connect(self.written)
            task.failed.connect(self.failed)

    @property
    def _run(self) -> Run | None:
        return self._view.run if self._view else None

    def _current(self) -> tuple[Run, str] | None:
        run = self._run
        return (run, run.current.step.id) if run and run.current else None

    @Slot(str)
    def _on_gate(self, typed: str) -> None:
        if found := self._current():
            self._follow(runs.answer_gate(self._context, *found, typed))

    @Slot(str)
    def _on_confirmed(self, note: str) -> None:
        if found := self._current():
            self._follow(runs.confirm(self._context, *found, note))

    @Slot(str)
    def _on_skipped(self, reason: str) -> None:
        if found := self._current():
            self._follow(runs.skip(self._context, *found, reason))

    @Slot()
    def _on_repeated(self) -> None:
        if found := self._current():
            self._follow(runs.repeat(self._context, *found))

    @Slot()
    def _on_resumed(self) -> None:
        if run := self._run:
            self._follow(runs.resume(self._context, run))

    @Slot(str)
    def _on_backed_out(self, reason: str) -> None:
        if run := self._run:
            if self._playing:
                self._playing.cancel()
            self._follow(runs.back_out(self._context, run, reason))

    def _follow(self, task: Task) -> None:
        task.succeeded.connect(self._play)
        task.failed.connect(self.failed)

    @Slot(object)
    def _play(self, run: Run) -> None:
        self.written.emit(run)
        title = _("Run of {title}").format(title=self._view.change.title if self._view else "")
        task = self._playing = runs.play(self._context, run, title)
        task.succeeded.connect(self.written)
        task.failed.connect(self.failed)
        task.ended.connect(self._on_ended)

    @Slot()
    def _on_ended(self) -> None:
        self._playing = None
        self.rested.emit()
