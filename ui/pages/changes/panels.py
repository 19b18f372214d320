"""What stands in the place of the list for a while: the filter builder and the bulk edit."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from app.domain.filter import ChangeFilter, SavedFilter
from app.i18n import _
from ui.messages import Message, MessageAction, Tone
from ui.operations import bulk
from ui.operations.bulk import Chosen
from ui.pages.changes.builder import FilterBuilder
from ui.pages.changes.bulk_edit import BulkPanel
from ui.pages.changes.filter_bar import OWN
from ui.pages.changes.listing import ChangeList

if TYPE_CHECKING:
    from ui.context import UiContext
    from ui.widgets.page import Page


class Panels(QObject):
    """Opens them, and carries what comes of them back to the list."""

    def __init__(self, context: "UiContext", listing: ChangeList, page: "Page") -> None:
        super().__init__(listing)
        self._context, self._list, self._page = context, listing, page
        self._builder: FilterBuilder | None = None
        self._bulk: BulkPanel | None = None
        listing.head.filters.building.connect(self.build)
        listing.head.filters.saving.connect(self.build)
        listing.marks_bar.edit_wanted.connect(self.edit_marked)

    @property
    def builder(self) -> FilterBuilder:
        """The filter builder, made when it is first wanted."""
        if self._builder is None:
            self._builder = FilterBuilder(self._context)
            self._builder.wanted.connect(self._on_wanted)
            self._builder.kept.connect(self._on_kept)
            self._builder.put_away.connect(self._on_put_away)
            self._builder.closed.connect(self.close)
            self._builder.failed.connect(self._page.show_error)
        return self._builder

    @property
    def bulk(self) -> BulkPanel:
        """The bulk edit, made when it is first wanted."""
        if self._bulk is None:
            self._bulk = BulkPanel(self._context)
            self._bulk.closed.connect(self._on_edited)
            self._bulk.failed.connect(self._page.show_error)
        return self._bulk

    @property
    def ready(self) -> bool:
        """Whether what is open has its data."""
        return all(panel is None or panel.ready for panel in (self._builder, self._bulk))

    @Slot()
    def build(self) -> None:
        """Build a filter, beginning with the one that is chosen."""
        filters = self._list.head.filters
        self.builder.start(filters.wanted, self._list.search.sort, filters.kept)
        self._list.views.show_panel(self.builder)

    @Slot()
    def edit_marked(self) -> None:
        """Edit the marked changes."""
        marks, query = self._list.marks, self._list.search.loader.query
        number = marks.count(self._list.pages.total)
        if query is not None and number:
            self.bulk.start(Chosen(query, marks.named, marks.everything), number)
            self._list.views.show_panel(self.bulk)

    @Slot()
    def close(self) -> bool:
        """Show the list again; return whether anything stood in its place."""
        closed = self._list.views.close_panel()
        if closed:
            self._list.table.setFocus()
        return closed

    @Slot(object)
    def _on_wanted(self, wanted: ChangeFilter) -> None:
        self.close()
        self._list.head.filters.choose_own(wanted, _("Own filter"))
        self._list.search.on_filter(OWN)

    @Slot(object)
    def _on_kept(self, kept: SavedFilter) -> None:
        self.close()
        self._list.head.filters.add_kept(kept)
        self._list.search.on_filter(kept.id)
        self._list.reload()

    @Slot(object)
    def _on_put_away(self, gone: SavedFilter) -> None:
        self.close()
        self._list.head.filters.choose("all")
        self._list.search.on_filter("all")
        self._list.reload()

        def back() -> None:
            task = bulk.put_away(self._context, gone.id, away=False)
            task.succeeded.connect(self._on_kept)
            task.failed.connect(self._page.show_error)
            self._page.banners.clear()

        text = _("The filter “{name}” is deleted.").format(name=gone.name)
        actions = (MessageAction(_("Undo"), back),)
        self._page.show_message(Message(text, Tone.DONE, actions=actions))

    @Slot()
    def _on_edited(self) -> None:
        self._list.marks.clear()
        self.close()
        self._list.reload()
