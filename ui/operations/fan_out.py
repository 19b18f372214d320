"""A fan-out seen from the window: it goes on on workers, and the screen follows at its own pace."""

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.domain.fanout import FanOut, HostPart
from app.services.fanout.running import Watch
from app.tasks import TaskContext
from ui.tasks import Task, TaskRunner

Carry = Callable[[FanOut, TaskContext, Watch], FanOut]
"""Carries a fan-out on, on a worker."""
_FOLLOW_MS = 200


class FanOutRun(QObject):
    """One fan-out: started, stopped, gone on with; ``changed`` comes at a pace one can read."""

    changed = Signal(object)  # FanOut
    rested = Signal(object)  # FanOut: it is over, paused, or was stopped
    failed = Signal(object)  # exception

    def __init__(self, tasks: TaskRunner, carry: Carry, title: str, parent: QObject) -> None:
        super().__init__(parent)
        self._tasks, self._carry, self._title = tasks, carry, title
        self._now = FanOut(())
        self._shown: FanOut | None = None
        self._task: Task | None = None
        self._timer = QTimer(self, interval=_FOLLOW_MS)
        self._timer.timeout.connect(self._follow)

    @property
    def now(self) -> FanOut:
        """How all hosts stand."""
        return self._now

    @property
    def is_going(self) -> bool:
        """Whether a worker carries it on."""
        return self._task is not None

    def start(self, plan: FanOut) -> None:
        """Carry a plan on from where it stands; nothing while it goes on already."""
        if self._task is not None:
            return
        self._now = plan

        def work(context: TaskContext) -> FanOut:
            return self._carry(plan, context, self._note)

        self._task = self._tasks.start(work, title=self._title)
        self._task.succeeded.connect(self._on_rested)
        self._task.failed.connect(self._on_failed)
        self._task.cancelled.connect(self._on_dropped)
        self._timer.start()
        self._follow()

    @Slot()
    def stop(self) -> None:
        """Begin no other host, and stop those that go on."""
        if self._task is not None:
            self._task.cancel()

    @Slot()
    def go_on(self) -> None:
        """Go on with the rest, whatever has failed."""
        self.start(self._now.gone_on())

    @Slot()
    def retry(self) -> None:
        """Begin again on what failed or was not reached."""
        self.start(self._now.retried())

    def _note(self, now: FanOut, _part: HostPart) -> None:
        """Keep the newest state; called on workers."""
        self._now = now

    @Slot()
    def _follow(self) -> None:
        if self._now is not self._shown:
            self._shown = self._now
            self.changed.emit(self._now)

    def _end(self) -> None:
        self._task = None
        self._timer.stop()
        self._follow()

    @Slot(object)
    def _on_rested(self, now: FanOut) -> None:
        self._now = now
        self._end()
        self.rested.emit(now)

    @Slot(object)
    def _on_failed(self, error: BaseException) -> None:
        self._end()
        self.failed.emit(error)

    @Slot()
    def _on_dropped(self) -> None:
        self._end()
        self.rested.emit(self._now)
