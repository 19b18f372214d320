"""Background work seen from the window: start a callable, get its result on the UI thread.

Workers are plain threads that own no Qt object. The caller connects to the returned `Task`, which
lives on the UI thread. Work that must not overlap shares a lane: one lane per host, one for
database writes; everything else goes to a small pool.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt, Signal, Slot

from app.tasks import TaskCancelled, TaskContext

if TYPE_CHECKING:
    from concurrent.futures import Future, ThreadPoolExecutor

WRITES = "writes"


def host_lane(host_id: str) -> str:
    """Return the lane of a host: two tasks on one host never overlap."""
    return f"host:{host_id}"


class Task(QObject):
    """One background call, seen from the UI thread, where it lives."""

    progressed = Signal(object)  # Progress
    succeeded = Signal(object)  # what the callable returned
    failed = Signal(object)  # the exception it raised
    cancelled = Signal()
    ended = Signal()  # after one of the three above
    _done = Signal(object)  # Future; the only thing a worker sends

    def __init__(self, parent: QObject, title: str = "") -> None:
        super().__init__(parent)
        self.title = title
        self.settled = False
        self.context = TaskContext(report=self.progressed.emit)
        self._done.connect(self._settle, Qt.ConnectionType.QueuedConnection)

    @Slot()
    def cancel(self) -> None:
        """Ask the work to stop; `cancelled` follows when it did."""
        self.context.cancel()

    def drop(self) -> None:
        """End as cancelled without having run."""
        from concurrent.futures import Future  # noqa: PLC0415 - only at the end of the program

        future: Future[object] = Future()
        future.cancel()
        self._done.emit(future)

    @Slot(object)
    def _settle(self, future: "Future[object]") -> None:
        self.settled = True
        if future.cancelled():
            self.cancelled.emit()
        else:
            match future.exception():
                case None:
                    self.succeeded.emit(future.result())
                case TaskCancelled():
                    self.cancelled.emit()
                case error:
                    self.failed.emit(error)
        self.ended.emit()
        self.deleteLater()


class TaskRunner(QObject):
    """Runs callables on worker threads and brings their results home."""

    started = Signal(object)  # Task; only of work that has a title

    def __init__(self, parent: QObject | None = None, *, workers: int = 4) -> None:
        super().__init__(parent)
        self._workers, self._closed = workers, False
        self._lanes: dict[str, ThreadPoolExecutor] = {}

    def start(
        self, work: Callable[[TaskContext], object], *, lane: str = "", title: str = ""
    ) -> Task:
        """Start ``work``; connect to the returned task's signals right away.

        Args:
            work: Called on a worker thread with a context to report to and to be stopped by.
            lane: Tasks of one lane run one after the other; empty for the pool.
            title: What the status bar says while it runs; empty for quiet work.

        After `shutdown` nothing is started; the task is cancelled at once.
        """
        task = Task(self, title)
        if self._closed:
            task.drop()
            return task
        self._executor(lane).submit(work, task.context).add_done_callback(task._done.emit)
        if title:
            self.started.emit(task)
        return task

    @property
    def busy(self) -> bool:
        """Whether anything is under way."""
        return any(not task.settled for task in self.findChildren(Task))

    @property
    def titles(self) -> tuple[str, ...]:
        """What is under way, as the status bar says it; nothing after `shutdown`."""
        going = () if self._closed else self.findChildren(Task)
        return tuple(task.title for task in going if task.title and not task.settled)

    def load(self, query: Callable[[], object]) -> Task:
        """Run a quick read that needs no progress; one that was given up before is not begun."""

        def read(context: TaskContext) -> object:
            if context.stopped:
                raise TaskCancelled
            return query()

        return self.start(read)

    def shutdown(self) -> None:
        """Cancel everything and wait; call it before Qt is torn down."""
        self._closed = True
        for task in self.findChildren(Task):
            task.context.leave()
        for executor in self._lanes.values():
            executor.shutdown(wait=False, cancel_futures=True)
        for executor in self._lanes.values():
            executor.shutdown(wait=True)

    def _executor(self, lane: str) -> "ThreadPoolExecutor":
        if lane not in self._lanes:
            from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - after the first picture

            workers = 1 if lane else self._workers
            self._lanes[lane] = ThreadPoolExecutor(workers, thread_name_prefix=f"task-{lane}")
        return self._lanes[lane]


class Latest(QObject):
    """Loads for one screen: a newer request makes the answers to older ones silent."""

    loaded = Signal(object)
    failed = Signal(object)

    def __init__(self, tasks: TaskRunner, parent: QObject) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._task: Task | None = None

    @property
    def busy(self) -> bool:
        """Whether an answer is still awaited."""
        return self._task is not None

    def start(self, query: Callable[[], Any]) -> None:
        """Ask for fresh data; `loaded` or `failed` follows for the last request only."""
        self.drop()
        self._task = self._tasks.load(query)
        self._task.succeeded.connect(self._take)
        self._task.failed.connect(self._fail)

    def drop(self) -> None:
        """Forget a request that is under way."""
        if self._task is not None:
            self._task.succeeded.disconnect(self._take)
            self._task.failed.disconnect(self._fail)
            self._task.cancel()
            self._task = None

    @Slot(object)
    def _take(self, result: object) -> None:
        self._task = None
        self.loaded.emit(result)

    @Slot(object)
    def _fail(self, error: object) -> None:
        self._task = None
        self.failed.emit(error)
