"""What the list is asked for: words, a filter, an order; and how much there is of it."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from app.domain.filter import NEWEST_FIRST, ChangeFilter, ChangeSort, built_in
from app.services.search.finding import number_in
from app.wording import count
from ui.changed import Happened, Topic
from ui.models.change_table import DESCENDING_FIRST, SORTS
from ui.models.marks import Marks
from ui.models.pages import Pages
from ui.operations import listing
from ui.operations.listing import Begun, Counts
from ui.pages.changes.list_head import ListHead
from ui.pages.changes.loading import ListLoader
from ui.tasks import Latest

if TYPE_CHECKING:
    from ui.context import UiContext


class Searching(QObject):
    """Turns what is typed and chosen above the list into pages of it."""

    started = Signal()
    """Another list was asked for."""
    shown = Signal()
    """Another list is there, or more is known about it."""
    ordered = Signal(object)  # ChangeSort
    """The order in which the list stands."""
    numbered = Signal(str)
    """A number was typed and Return pressed: that change is wanted."""
    failed = Signal(object)

    def __init__(self, context: "UiContext", head: ListHead, parent: QObject) -> None:
        super().__init__(parent)
        self._context, self._head = context, head
        self._sort: ChangeSort | None = None
        self.total: int | None = None
        self.everything = 0
        """How many changes there are at all."""
        self.marks = Marks(self)
        self.pages = Pages(self, lambda row: row.id)
        self.loader = ListLoader(context, self.pages)
        self._counts = Latest(context.tasks, self)
        head.search.wanted.connect(self._on_searched)
        head.search.returnPressed.connect(self._on_return)
        context.changed.happened.connect(self._on_happened)
        head.filters.chosen.connect(self.on_filter)
        head.sort_wanted.connect(self.sort_by)
        self.loader.begun.connect(self._on_begun)
        self.loader.measured.connect(self._on_measured)
        self._counts.loaded.connect(self._on_counts)
        self.loader.failed.connect(self.failed)
        self._counts.failed.connect(self.failed)

    @property
    def ready(self) -> bool:
        """Whether all that was asked for is shown."""
        return not self.loader.busy and not self._counts.busy

    @property
    def wanted(self) -> ChangeFilter:
        """What is searched for now."""
        return self._head.filters.wanted.with_text(self._head.search.text())

    @property
    def sort(self) -> ChangeSort:
        """The order that was chosen, or that goes with the filter."""
        return self._sort or self._head.filters.sort

    @Slot()
    def start(self) -> None:
        """Show the list of another search, filter or order from its beginning."""
        self.marks.clear()
        self.total = None
        self._head.search.settle()
        self._show_order()
        self.loader.start(self.wanted, self.sort)
        self.started.emit()

    def reload(self, pages: list[int]) -> None:
        """Read the same list again with the pages in sight, and what the filters hold."""
        if self.loader.query is None:
            self.start()
        else:
            self.loader.refresh(self.wanted, self.sort, pages)
        self._counts.start(lambda: listing.load_counts(self._context.services, built_in()))

    @Slot(object)
    def sort_by(self, sort: ChangeSort) -> None:
        """List in another order."""
        if sort != self.sort:
            self._sort = sort
            self.start()

    def begin_with(self, sort: ChangeSort) -> None:
        """Take an order for the list that is read first."""
        self._sort = sort

    @Slot(int)
    def sort_by_column(self, column: int) -> None:
        """List as the header was clicked: one way, then the other, then in the usual order."""
        by = SORTS[column]
        if by is None:
            self._show_order()  # the header showed the click already
            return
        first = ChangeSort(by, by in DESCENDING_FIRST)
        usual = self._head.filters.sort
        ways = list(dict.fromkeys((first, ChangeSort(by, not first.descending), usual)))
        at = ways.index(self.sort) if self.sort in ways else -1
        self.sort_by(ways[(at + 1) % len(ways)])

    @Slot()
    def show_everything(self) -> None:
        """Take search and filter away."""
        self._head.search.clear()
        self._head.filters.choose("all")
        self.on_filter()

    @Slot(str)
    def on_filter(self, _filter_id: str = "") -> None:
        """Follow another filter, in its own order."""
        self._sort = None
        self.start()

    @Slot(str)
    def _on_searched(self, _text: str) -> None:
        self.start()

    @Slot()
    def _on_return(self) -> None:
        number = number_in(self._head.search.text())
        if number is not None:
            self.numbered.emit(str(number))

    @Slot(object)
    def _on_happened(self, happened: Happened) -> None:
        """What steps have put out since can be found soon."""
        if happened.concerns(Topic.RUNS):
            index = self._context.services.index_transcripts
            self._context.tasks.start(lambda _told: index(), lane="index")

    @Slot(object)
    def _on_begun(self, begun: Begun) -> None:
        self._show_order(followed=begun.first.sorted)
        self.shown.emit()

    @Slot(int)
    def _on_measured(self, total: int) -> None:
        self.total = total
        self._say()

    @Slot(object)
    def _on_counts(self, counts: Counts) -> None:
        self._head.filters.set_counts(counts)
        self.everything = counts.by_filter["all"]
        self._say()
        open_ones = counts.by_filter["open"]
        self._context.navigation.set_count("changes", count(open_ones) if open_ones else "")
        if self.loader.query is not None:  # before that, an empty list would pass for all there is
            self.shown.emit()

    def _show_order(self, *, followed: bool = True) -> None:
        self._head.show_sort(self.sort, followed=followed)
        self.ordered.emit(self.sort if followed else NEWEST_FIRST)

    def _say(self) -> None:
        self._head.say(self.total, max(self.everything, self.total or 0))
