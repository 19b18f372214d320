"""The left side of the page: what is asked for above, the list in one of its views below."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain.change import Change
from app.domain.filter import ChangeFilter
from app.i18n import _
from app.services.search.rows import ChangeRow
from ui.models.changes import row_of
from ui.operations import kpis
from ui.pages.changes.hints import KeyHints
from ui.pages.changes.list_head import SIDE, ListHead, View
from ui.pages.changes.marks_bar import MarksBar
from ui.pages.changes.searching import Searching
from ui.pages.changes.views import ListViews
from ui.tasks import Latest
from ui.widgets.layout import Line, panel, row
from ui.widgets.long_table import LongTable
from ui.widgets.table import Rows

if TYPE_CHECKING:
    from ui.context import UiContext
    from ui.widgets.page import Page


class ChangeList(QWidget):
    """Emits which change is wanted."""

    picked = Signal(str)  # id
    opened = Signal(str)  # id, at full width
    view_changed = Signal(object)  # View
    listed = Signal(bool)  # whether there is any change at all

    def __init__(self, context: "UiContext", page: "Page") -> None:
        super().__init__()
        self.context = context
        self._open_id = ""
        self._counted = Latest(context.tasks, self)
        self.head = ListHead()
        self.search = Searching(context, self.head, self)
        self.pages, self.marks = self.search.pages, self.search.marks
        self.marks_bar = MarksBar()
        self.views = ListViews(context, self.pages, self.marks)
        self._lay_out()
        self._connect(page)

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.head)
        layout.addWidget(Line())
        layout.addWidget(self.views, 1)
        layout.addWidget(Line())
        self._hints = KeyHints()
        self._foot = panel(row(self._hints, self.marks_bar, gap=0, margins=(SIDE, 8, SIDE, 8)))
        layout.addWidget(self._foot)
        self.marks_bar.hide()

    def _connect(self, page: "Page") -> None:
        self.views.everything.clicked.connect(self.search.show_everything)
        self.head.view_wanted.connect(self.show_view)
        for table in (self.views.lines, self.views.wide):
            table.picked.connect(self._on_picked)
            table.opened.connect(self._on_opened)
        self.views.wide.sort_wanted.connect(self.search.sort_by_column)
        self.search.ordered.connect(self.views.show_order)
        self.search.shown.connect(self._on_shown)
        self.marks.changed.connect(self._on_marked)
        self.views.currentChanged.connect(self._on_current)
        self.marks_bar.clear_wanted.connect(self.marks.clear)
        self._counted.loaded.connect(self._on_counted)
        for failing in (self.search, self._counted):
            failing.failed.connect(page.show_error)

    @property
    def ready(self) -> bool:
        """Whether all that was asked for is shown."""
        return self.search.ready and not self._counted.busy

    @property
    def table(self) -> LongTable:
        """The list in the view that is chosen."""
        return self.views.table

    @property
    def view(self) -> View:
        """How the list is looked at."""
        return self.views.view

    @property
    def rows(self) -> Sequence[ChangeRow]:
        """What of the list is in memory."""
        return tuple(row for _at, row in self.pages.known())

    @Slot()
    def reload(self) -> None:
        """Read the same list again, where it is looked at."""
        self.search.reload(self.views.pages_in_sight)

    def choose(self, filter_id: str) -> None:
        """Choose a saved filter by name, or the list behind a key figure."""
        if filter_id.startswith("kpi:"):
            self.show_counted(filter_id)
        elif self.head.filters.choose(filter_id):
            self.search.on_filter()

    def show_counted(self, ref: str) -> None:
        """List exactly what a key figure counts."""
        self._counted.start(lambda: kpis.filter_of(self.context.services, ref))

    @Slot(object)
    def _on_counted(self, wanted: ChangeFilter) -> None:
        self.head.search.clear()
        self.head.filters.choose_own(wanted, _("Behind the figure"))
        self.search.on_filter()

    @Slot(object)
    def show_view(self, view: View) -> None:
        """Look at the list in another way."""
        self.head.show_view(view)
        self.views.show_view(view)
        self._hints.show_board(on=view is View.BOARD)
        self.show_fitting()
        self.view_changed.emit(view)

    def select(self, change_id: str) -> None:
        """Put the cursor on a change, now or when it is listed; until then on none."""
        self._open_id = change_id
        if not self.views.select(change_id):
            self.views.table.clear_cursor()  # no other row is the one that is open

    def follow(self, change: Change) -> None:
        """Show a change as it is now; when its state is another one, everything is read again."""
        fresh = row_of(change)
        known = next((row for row in self.rows if row.id == change.id), None)
        if known is not None and (known.state, known.on_hold) != (fresh.state, fresh.on_hold):
            self.reload()
        elif known is not None and known != fresh:
            self.pages.replace(fresh)
        self.select(change.id)

    @Slot()
    def _on_shown(self) -> None:
        searched = bool(self.search.wanted.text)
        self.views.lines.set_height(Rows.THREE_LINES if searched else Rows.TWO_LINES)
        if self._open_id and self.table.current is None:
            self.select(self._open_id)
        self.show_fitting()
        self.listed.emit(bool(self.pages.total or self.search.everything))

    @Slot()
    def _on_marked(self) -> None:
        number = self.marks.count(self.pages.total)
        self.marks_bar.say(number)
        self.marks_bar.setVisible(number > 0)
        self._hints.setVisible(number == 0)

    @Slot(int)
    def _on_current(self, _position: int) -> None:
        """A panel in the place of the list has buttons of its own."""
        self._foot.setVisible(not self.views.has_panel)

    def show_fitting(self) -> None:
        """Show the list, or what teaches where there is nothing."""
        nothing = not self.search.everything and not self.search.wanted.text
        self.views.show_fitting(nothing=nothing)

    @Slot(object)
    def _on_picked(self, picked: ChangeRow | None) -> None:
        if picked is not None:
            self.picked.emit(picked.id)

    @Slot(object)
    def _on_opened(self, opened: ChangeRow) -> None:
        self.opened.emit(opened.id)
