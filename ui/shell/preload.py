"""Loads what pages need before anybody asks for it, while nobody waits for anything."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from ui.pages import PageEntry
from ui.tasks import TaskRunner

if TYPE_CHECKING:
    from app.services.facade import AppServices

Piece = Callable[[], object]


class Preloader(QObject):
    """Imports one piece after the other on a worker thread, each only when all is at rest.

    A thread that imports keeps the interpreter for itself most of the time: what the UI thread
    builds meanwhile takes three times as long. Therefore no more than one piece is ever in the way
    of somebody who begins to do something.
    """

    PAUSE_MS = 20
    PATIENCE = 250
    """So many pauses in a row a piece waits for rest, then it comes all the same."""
    ended = Signal()

    def __init__(self, tasks: TaskRunner, at_rest: Callable[[], bool], parent: QObject) -> None:
        super().__init__(parent)
        self._tasks, self._at_rest = tasks, at_rest
        self._pieces: Iterator[Piece] = iter(())
        self._waited = 0
        self._timer = QTimer(self)
        self._timer.setInterval(self.PAUSE_MS)
        self._timer.timeout.connect(self._go_on)

    def start(self, pieces: Iterator[Piece]) -> None:
        """Load these pieces, each asked for when its turn comes; `ended` follows."""
        self._pieces = pieces
        self._timer.start()

    def stop(self) -> None:
        """Load no more."""
        self._timer.stop()

    @Slot()
    def _go_on(self) -> None:
        if self._waited < self.PATIENCE and (self._tasks.busy or not self._at_rest()):
            self._waited += 1
            return
        self._waited = 0
        piece = next(self._pieces, None)
        if piece is not None:
            self._tasks.load(piece)
        else:
            self._timer.stop()
            self.ended.emit()


def load_page(entry: PageEntry, services: "AppServices") -> None:
    """Import a page, and before it what every page reads with; call it on a worker thread."""
    _ = services.queries
    entry.load()


def all_pieces(pages: Sequence[PageEntry], services: "AppServices") -> Iterator[Piece]:
    """Yield what all pages, the tabs of a change, the charts and the watch need."""
    for entry in pages:
        yield partial(load_page, entry, services)
    for tab in import_module("ui.pages.changes.tabs").TABS:  # with its page it has been imported
        yield tab.load
    for name in ("ui.charts.engine", "ui.shell.watch"):
        yield partial(import_module, name)
