"""The ways to look at the list: two lines each, or a table with columns; and what fills in."""

from collections.abc import Hashable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, Slot
from PySide6.QtWidgets import QMenu, QStackedWidget, QWidget

from app.domain.filter import ChangeSort
from app.i18n import _
from ui.models.change_table import (
    AT_FIRST_HIDDEN,
    SORTS,
    TITLE_COLUMN,
    YIELDING,
    column_of,
    table_columns,
)
from ui.models.changes import change_columns
from ui.models.marks import Marks
from ui.models.pages import PAGE_ROWS, PagedModel, Pages
from ui.pages.changes.list_head import SIDE, View
from ui.widgets.buttons import Button
from ui.widgets.dressed import popup_menu
from ui.widgets.empty import EmptyState
from ui.widgets.habit import Habit
from ui.widgets.long_table import LongTable
from ui.widgets.table import Rows

if TYPE_CHECKING:
    from ui.context import UiContext


class ListViews(QStackedWidget):
    """Two tables over the same pages; what is chosen in one is chosen in the other."""

    def __init__(self, context: "UiContext", pages: Pages, marks: Marks) -> None:
        super().__init__()
        self.pages, self.view = pages, View.LINES
        self._panel: QWidget | None = None
        self._board: QWidget | None = None
        now = context.services.clock.now
        self.lines = LongTable(
            PagedModel(change_columns(now), pages, marks),
            rows=Rows.TWO_LINES, header=False, margin=SIDE,
        )  # fmt: skip
        self.wide = LongTable(
            PagedModel(table_columns(now), pages, marks), name="columns", margin=SIDE
        )
        self.everything = Button(_("Show all changes"))
        self.nothing_fits = EmptyState(
            _("Nothing fits"), _("No change fits this search and filter."), self.everything
        )
        self._blank = QWidget()
        self.first = Button(_("New change"), icon="plus")
        self.nothing_yet = EmptyState(
            _("No changes yet"),
            _("A change is recorded from the need to the printed report. It begins with a title."),
            self.first,
            takes=_("takes a minute"),
        )
        for widget in (self.lines, self.wide, self.nothing_fits, self._blank, self.nothing_yet):
            self.addWidget(widget)
        for table in (self.lines, self.wide):
            table.setAccessibleName(_("Changes"))
        self._prepare_columns()

    def _prepare_columns(self) -> None:
        columns = self.wide.horizontalHeader()
        columns.setSectionsMovable(True)
        columns.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        columns.customContextMenuRequested.connect(self._on_columns)
        for position in AT_FIRST_HIDDEN:
            columns.hideSection(position)
        self.wide.columns_fit.yields = YIELDING
        Habit("chosen columns", self, self._chosen, self._choose)

    def _chosen(self) -> str:
        fit = self.wide.columns_fit
        return " ".join(str(at) for at in range(len(SORTS)) if fit.is_chosen(at))

    def _choose(self, chosen: str) -> None:
        """Show the columns that were chosen; the header itself knows only what found room."""
        wanted = {int(word) for word in chosen.split() if word.isdecimal()} | {TITLE_COLUMN}
        for at in range(len(SORTS)):
            self.wide.columns_fit.choose(at, shown=at in wanted)

    @property
    def _filled(self) -> QWidget:
        """What shows the changes that fit."""
        return (self._board if self.view is View.BOARD else None) or self.table

    @property
    def table(self) -> LongTable:
        """The list in the view that is chosen."""
        return self.wide if self.view is View.TABLE else self.lines

    @property
    def pages_in_sight(self) -> list[int]:
        """The pages whose rows can be seen."""
        return sorted({at // PAGE_ROWS for at in self.table.rows_in_sight()})

    def show_view(self, view: View) -> None:
        """Look at the list in another way; the cursor stays on its change."""
        current = self.table.current
        self.view = view
        if current is not None:
            self.table.select(current.id, quiet=True)

    def set_board(self, board: QWidget) -> None:
        """Take the board in, when it is first looked at."""
        self._board = board
        self.addWidget(board)

    @property
    def has_panel(self) -> bool:
        """Whether something stands in the place of the list."""
        return self._panel is not None

    def show_panel(self, panel: QWidget) -> None:
        """Put something in the place of the list, until it is closed."""
        if self.indexOf(panel) < 0:
            self.addWidget(panel)
        self._panel = panel
        self.setCurrentWidget(panel)

    def close_panel(self) -> bool:
        """Show the list again; return whether anything stood in its place."""
        was, self._panel = self._panel, None
        if was is not None:
            self.setCurrentWidget(self._filled)
        return was is not None

    def show_fitting(self, *, nothing: bool) -> None:
        """Show the list, or that nothing fits; ``nothing`` says that there is no change at all."""
        if self._panel is not None:
            return
        if self.pages.total:
            self.setCurrentWidget(self._filled)
        elif not nothing:
            self.setCurrentWidget(self.nothing_fits)
        else:  # beside two lines each the right side says it
            self.setCurrentWidget(self._blank if self.view is View.LINES else self.nothing_yet)

    @Slot(object)
    def show_order(self, sort: ChangeSort) -> None:
        """Show in the header how the list is sorted."""
        self.wide.show_sort(column_of(sort), descending=sort.descending)

    def select(self, record: Hashable) -> bool:
        """Put the cursor on a change, without a word about it."""
        return self.table.select(record, quiet=True)

    def columns_menu(self) -> QMenu:
        """Return the menu that shows and hides columns of the table."""
        menu, columns = popup_menu(self), self.wide.horizontalHeader()
        for position, column in enumerate(self.wide.paged.columns):
            chosen = self.wide.columns_fit.is_chosen(position)
            cut = chosen and columns.isSectionHidden(position)
            text = _("{column}: no room now") if cut else "{column}"
            action = menu.addAction(text.format(column=column.header))
            action.setCheckable(True)
            action.setChecked(chosen)
            action.setEnabled(position != TITLE_COLUMN)
            action.toggled.connect(partial(self._show_column, position))
        return menu

    @Slot(QPoint)
    def _on_columns(self, at: QPoint) -> None:
        menu = self.columns_menu()
        menu.exec(self.wide.horizontalHeader().mapToGlobal(at))
        menu.deleteLater()

    def _show_column(self, position: int, shown: bool) -> None:
        self.wide.columns_fit.choose(position, shown=shown)
