"""Carries out what was decided on the run page, and plays the run on afterwards."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from app.domain.run import Run
from app.i18n import _
from ui.operations import runs
from ui.operations.runs import RunView, Verb
from ui.pages.run.decision import DecisionPanel
from ui.tasks import Task

if TYPE_CHECKING:
    from ui.context import UiContext


class RunPilot(QObject):
    """Acts on the run that is shown; ``written`` follows every step of it."""

    written = Signal(object)  # Run
    failed = Signal(object)  # exception
    rested = Signal()  # nothing plays any more
    noted = Signal()  # an entry of the timeline is kept
    note_settled = Signal()  # it is, or could not be

    def __init__(self, context: "UiContext", decision: DecisionPanel, parent: QObject) -> None:
        super().__init__(parent)
        self._context = context
        self._view: RunView | None = None
        self._playing: list[Task] = []
        self._closing = False
        decision.decided.connect(self._on_decided)
        decision.backed_out.connect(self._on_backed_out)
        decision.proof_chosen.connect(self.attach)

    @property
    def is_playing(self) -> bool:
        """Whether steps are being carried out."""
        return bool(self._playing)

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
            self._write(runs.pause(run))

    @Slot(str, object, bool)
    def add_note(self, text: str, at: datetime | None, unplanned: bool) -> None:
        """Put an entry into the timeline."""
        if run := self._run:
            task = self._write(runs.add_note(run, text, at, unplanned=unplanned))
            task.succeeded.connect(self.noted)
            task.ended.connect(self.note_settled)

    @Slot(str)
    def pin(self, key: str) -> None:
        """Pin an entry of the timeline, or unpin it."""
        if run := self._run:
            self._write(runs.pin(run, key))

    @Slot(object)
    def attach(self, path: Path) -> None:
        """Keep a file as proof of the step that waits."""
        if found := self._current():
            self._report(runs.attach(self._context, *found, path))

    def close_silent_gates(self) -> None:
        """Stop gates that nobody has answered in time; once until it is done."""
        if (run := self._run) and not self._closing:
            self._closing = True
            task = self._write(runs.close_silent_gates(run))
            task.ended.connect(self._on_closed)

    @property
    def _run(self) -> Run | None:
        return self._view.run if self._view else None

    def _current(self) -> tuple[Run, str] | None:
        run = self._run
        return (run, run.current.step.id) if run and run.current else None

    def _write(self, verb: Verb) -> Task:
        return self._report(runs.decide(self._context, verb))

    def _report(self, task: Task) -> Task:
        task.succeeded.connect(self.written)
        task.failed.connect(self.failed)
        return task

    @Slot(object)
    def _on_decided(self, make: Callable[[Run, str], Verb]) -> None:
        if found := self._current():
            self._decide(make(*found))

    @Slot(str)
    def _on_backed_out(self, reason: str) -> None:
        if run := self._run:
            for task in self._playing:
                task.cancel()
            self._decide(runs.back_out(run, reason))

    def _decide(self, verb: Verb) -> None:
        self._follow(runs.decide(self._context, verb))

    def _follow(self, task: Task) -> None:
        task.succeeded.connect(self.carry_on)
        task.failed.connect(self.failed)

    @Slot(object)
    def carry_on(self, run: Run) -> None:
        """Play a run until a person is needed."""
        self.written.emit(run)
        title = _("Run of {title}").format(title=self._view.change.title if self._view else "")
        task = runs.play(self._context, run, title)
        self._playing.append(task)
        task.succeeded.connect(self.written)
        task.failed.connect(self.failed)
        _Playing(task, self)

    def ended(self, task: Task) -> None:
        """Forget a player that has come to its end."""
        self._playing.remove(task)
        if not self._playing:
            self.rested.emit()

    @Slot()
    def _on_closed(self) -> None:
        self._closing = False


class _Playing(QObject):
    """One player on its way; it goes with its task."""

    def __init__(self, task: Task, pilot: RunPilot) -> None:
        super().__init__(task)
        self._task, self._pilot = task, pilot
        task.ended.connect(self._on_ended)

    @Slot()
    def _on_ended(self) -> None:
        self._pilot.ended(self._task)
