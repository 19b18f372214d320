"""Fills the pages of a list: the first one at once, the length after it, the others when seen."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.domain.filter import NEWEST_FIRST, ChangeFilter, ChangeSort
from app.services.search.finding import FoundPage, Outline, Query
from ui.models.pages import PAGE_ROWS, Pages
from ui.operations import listing
from ui.operations.listing import Begun
from ui.tasks import Latest, Task

if TYPE_CHECKING:
    from ui.context import UiContext

_AT_ONCE = 3
"""Pages that are read at a time; what was scrolled past meanwhile is not read at all."""


class ListLoader(QObject):
    """Keeps `Pages` in step with a filter, an order, and what the user looks at."""

    begun = Signal(object)  # Begun: another list is shown
    measured = Signal(int)  # its length, when it is known
    failed = Signal(object)

    def __init__(self, context: "UiContext", pages: Pages) -> None:
        super().__init__(pages)
        self._context, self.pages = context, pages
        self._query: Query | None = None
        self._outline: Outline | None = None
        self._waiting: list[int] = []
        self._reading: dict[int, Task] = {}
        self._first = Latest(context.tasks, self)
        self._whole = Latest(context.tasks, self)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self._read_next)
        self._first.loaded.connect(self._on_begun)
        self._whole.loaded.connect(self._on_outline)
        for latest in (self._first, self._whole):
            latest.failed.connect(self.failed)
        pages.wanted.connect(self._on_wanted)

    @property
    def busy(self) -> bool:
        """Whether anything that was asked for is still to come."""
        return self._first.busy or self._whole.busy or bool(self._reading or self._waiting)

    @property
    def query(self) -> Query | None:
        """What is shown."""
        return self._query

    def start(self, wanted: ChangeFilter, sort: ChangeSort = NEWEST_FIRST) -> None:
        """Show another list, from its beginning."""
        self._forget()
        services = self._context.services
        self._first.start(partial(listing.begin, services, wanted, sort))

    def refresh(self, wanted: ChangeFilter, sort: ChangeSort, seen: Sequence[int]) -> None:
        """Read the same list again; ``seen`` are the pages in sight."""
        self._forget()
        services = self._context.services
        self._first.start(partial(listing.refresh, services, wanted, sort, seen))

    def _forget(self) -> None:
        self._whole.drop()
        self._waiting.clear()
        for page, task in self._reading.items():
            task.context.cancel()
            self.pages.give_up(page)
        self._reading.clear()

    @Slot(object)
    def _on_begun(self, begun: Begun) -> None:
        self._forget()  # the old list was in sight until now, and pages of it may still be read
        self._query, self._outline = begun.query, begun.outline
        total = begun.outline.total if begun.outline else len(begun.first.rows)
        self.pages.restart(total, dict(begun.pages))
        self.begun.emit(begun)
        if begun.outline is None:
            query = begun.query
            self._whole.start(partial(listing.load_outline, self._context.services, query))
        else:
            self.measured.emit(total)

    @Slot(object)
    def _on_outline(self, outline: Outline) -> None:
        self._outline = outline
        self.pages.grow(outline.total)
        self.measured.emit(outline.total)

    @Slot(int)
    def _on_wanted(self, page: int) -> None:
        """Read a page soon: views ask while they paint, the last page asked for is nearest."""
        self._waiting.append(page)
        self._soon.start(0)

    @Slot()
    def _read_next(self) -> None:
        for stale in self._waiting[:-_AT_ONCE]:
            self.pages.give_up(stale)
        self._waiting = self._waiting[-_AT_ONCE:]
        while self._waiting and len(self._reading) < _AT_ONCE:
            self._read(self._waiting.pop())

    def _read(self, page: int) -> None:
        query, outline = self._query, self._outline
        if query is None or outline is None or page > len(outline.places):
            self.pages.give_up(page)
            return
        place = outline.before(page)
        work = partial(listing.load_page, self._context.services, query, place)
        task = self._context.tasks.load(work)
        self._reading[page] = task
        _Reading(self, page, task)

    def arrived(self, page: int, task: Task, rows: FoundPage | None) -> None:
        """Keep a page that came, unless another list is shown by now."""
        if self._reading.get(page) is not task:
            return
        del self._reading[page]
        if rows is None:
            self.pages.give_up(page)
        else:
            self.pages.put(page, rows.rows[:PAGE_ROWS])
        if self._waiting:
            self._soon.start(0)


class _Reading(QObject):
    """One page on its way; it goes with its task."""

    def __init__(self, loader: ListLoader, page: int, task: Task) -> None:
        super().__init__(task)
        self._loader, self._page, self._task = loader, page, task
        task.succeeded.connect(self._on_done)
        task.failed.connect(self._on_failed)
        task.cancelled.connect(self._on_cancelled)

    @Slot(object)
    def _on_done(self, found: FoundPage) -> None:
        self._loader.arrived(self._page, self._task, found)

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        self._loader.arrived(self._page, self._task, None)
        self._loader.failed.emit(error)

    @Slot()
    def _on_cancelled(self) -> None:
        self._loader.arrived(self._page, self._task, None)
