"""The rows of a long transcript that a screen needs now, fetched in pages from a worker."""

from collections import OrderedDict
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal, SignalInstance, Slot

from app.services.transcripts.opened import OpenTranscript, Row
from app.tasks import Progress, TaskContext
from ui.tasks import Task, TaskRunner

PAGE = 256
"""Rows of one fetch."""
_PAGES = 24
"""Pages that are kept; at the longest rows they hold 24 MiB."""
_LOOK_MS = 200


class TranscriptRows(QObject):
    """Knows how many rows there are, and those that were looked at last."""

    came = Signal()
    """More rows are there, or more are known."""
    failed = Signal(object)

    def __init__(self, tasks: TaskRunner, parent: QObject) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._file: OpenTranscript | None = None
        self._pages: OrderedDict[int, tuple[Row, ...]] = OrderedDict()
        self._asked: set[int] = set()
        self._index: Task | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK_MS)
        self._timer.timeout.connect(self.came)

    @property
    def file(self) -> OpenTranscript | None:
        """The transcript that is shown."""
        return self._file

    @property
    def count(self) -> int:
        """How many rows are known."""
        if self._file is None:
            return 0
        return max(self._file.known_rows, len(self._pages.get(0, ())))

    @property
    def whole(self) -> bool:
        """Whether all rows are known."""
        return self._file is not None and self._file.is_indexed

    def show(self, file: OpenTranscript | None) -> None:
        """Show another transcript: its first rows at once, the others counted meanwhile."""
        self.leave()
        self._file = file
        self._pages.clear()
        self._asked.clear()
        if file is None:
            return
        self._ask(0)
        self._index = self._tasks.start(lambda context: _study(file, context))
        self._index.succeeded.connect(self._on_indexed)
        self._index.failed.connect(self.failed)
        self._timer.start()

    def leave(self) -> None:
        """Stop what is under way."""
        self._timer.stop()
        if self._index is not None:
            self._index.succeeded.disconnect(self._on_indexed)
            self._index.failed.disconnect(self.failed)
            self._index.cancel()
            self._index = None

    def row(self, number: int) -> Row | None:
        """Return a row, or None and ask for it."""
        page, place = divmod(number, PAGE)
        rows = self._pages.get(page)
        if rows is not None and place < len(rows):
            self._pages.move_to_end(page)
            return rows[place]
        if number < self.count:
            self._ask(page)
        return None

    def _ask(self, page: int) -> None:
        if self._file is None or page in self._asked:
            return
        self._asked.add(page)
        file = self._file
        task = self._tasks.load(lambda: (file, page, file.rows(page * PAGE, PAGE)))
        task.succeeded.connect(self._take)
        task.failed.connect(self.failed)

    @Slot(object)
    def _take(self, answer: tuple[OpenTranscript, int, tuple[Row, ...]]) -> None:
        file, page, rows = answer
        if file is not self._file:
            return
        self._asked.discard(page)
        self._pages[page] = rows
        self._pages.move_to_end(page)
        while len(self._pages) > _PAGES:
            self._pages.popitem(last=False)
        self.came.emit()

    @Slot(object)
    def _on_indexed(self, _nothing: object) -> None:
        self._timer.stop()
        self._index = None
        self.came.emit()


def _study(file: OpenTranscript, context: TaskContext) -> None:
    """Count the rows, then compare the bytes with those that were kept."""
    file.build_index(context)
    file.check(context)


class Finding(QObject):
    """One search in a transcript at a time; a new one ends the last."""

    found = Signal(object)
    """The number of a row, None when there is none."""
    went = Signal(object)
    """Progress of the search."""
    ended = Signal()
    failed = Signal(object)

    def __init__(self, tasks: TaskRunner, parent: QObject) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._task: Task | None = None

    @property
    def busy(self) -> bool:
        """Whether a search goes on."""
        return self._task is not None

    def start(self, file: OpenTranscript, text: str, row: int, *, back: bool) -> None:
        """Look for a text behind a row, or before it."""
        self.cancel()
        self._task = self._tasks.start(lambda context: file.find(text, row, context, back=back))
        for signal, slot in self._wires(self._task):
            signal.connect(slot)

    def cancel(self) -> None:
        """End the search that goes on; nothing more is heard of it."""
        if self._task is not None:
            for signal, slot in self._wires(self._task):
                signal.disconnect(slot)
            self._task.cancel()
            self._task = None
            self.ended.emit()

    def _wires(self, task: Task) -> tuple[tuple[SignalInstance, Callable[[object], None]], ...]:
        return (
            (task.progressed, self._on_progress),
            (task.succeeded, self._on_found),
            (task.failed, self._on_failed),
        )

    @Slot(object)
    def _on_progress(self, now: object) -> None:
        self.went.emit(now)

    @Slot(object)
    def _on_found(self, row: object) -> None:
        self._task = None
        self.ended.emit()
        self.found.emit(row)

    @Slot(object)
    def _on_failed(self, error: object) -> None:
        self._task = None
        self.ended.emit()
        self.failed.emit(error)


def percent(now: Progress) -> int:
    """Return how far something has come, in percent."""
    return min(100, 100 * now.done // now.total) if now.total else 0
