"""What stands above the list: title, views, search, filters, how many, and in which order."""

from enum import Enum
from functools import partial

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QMenu, QWidget

from app.domain.filter import NEWEST_FIRST, ChangeSort
from app.i18n import _, later, ngettext
from app.wording import count
from ui.models.change_table import MENU_SORTS, sort_words
from ui.pages.changes.filter_bar import FilterBar
from ui.theme import SMALL
from ui.widgets.buttons import Button, icon_button
from ui.widgets.dressed import popup_menu
from ui.widgets.labels import Label, title
from ui.widgets.layout import column, row
from ui.widgets.search import SearchField
from ui.widgets.sort_button import SortButton

SIDE = 16


class View(Enum):
    """How the list is looked at: icon and sentence."""

    LINES = ("list", later("Two lines each, with the change beside it"))
    TABLE = ("table", later("Table with columns"))
    BOARD = ("board", later("Board by state"))


class ListHead(QWidget):
    """Says what is listed and lets it be narrowed; the list itself is elsewhere."""

    view_wanted = Signal(object)  # View
    sort_wanted = Signal(object)  # ChangeSort

    def __init__(self) -> None:
        super().__init__()
        self._sort = NEWEST_FIRST
        self.views = {view: icon_button(view.value[0], _(view.value[1])) for view in View}
        self.more = icon_button("more", _("What can be done with the list"))
        self.new = Button(_("New"), icon="plus", keys="N")
        self.search = SearchField(_("Number, title, description, lesson, transcript"))
        self.filters = FilterBar()
        self.found = Label(size=SMALL, tone="ink2")
        self.order = SortButton()
        self._lay_out()
        for view, button in self.views.items():
            button.setCheckable(True)
            button.clicked.connect(partial(self._on_view, view))
        self.order.clicked.connect(self._on_order)
        self.show_view(View.LINES)

    def _lay_out(self) -> None:
        views = row(*self.views.values(), gap=4)
        head = row(title(_("Changes")), None, views, self.more, self.new, gap=8)
        line = row(self.found, None, self.order)
        parts = column(head, self.search, self.filters, line, gap=10, margins=(SIDE, 16, SIDE, 6))
        self.setLayout(parts)

    def show_view(self, view: View) -> None:
        """Show which view is chosen."""
        for each, button in self.views.items():
            button.setChecked(each is view)
        self.filters.set_wide(wide=view is not View.LINES)
        self.order.setVisible(view is not View.BOARD)

    def show_sort(self, sort: ChangeSort, *, followed: bool = True) -> None:
        """Say the order; too many hits are not sorted, and it says so."""
        self._sort = sort
        words = sort_words(sort if followed else NEWEST_FIRST)
        self.order.say(words if followed else _("{order}: too many to sort").format(order=words))

    def say(self, shown: int | None, total: int) -> None:
        """Say how many are listed of how many; None while they are being counted."""
        if shown is None:
            self.found.setText(_("Counting"))
            return
        text = ngettext("{n} of {all} change", "{n} of {all} changes", total)
        self.found.setText(text.format(n=count(shown), all=count(total)))

    def _on_view(self, view: View, _checked: bool = False) -> None:
        self.show_view(view)
        self.view_wanted.emit(view)

    @Slot()
    def _on_order(self) -> None:
        menu = self.order_menu()
        menu.exec(self.order.mapToGlobal(self.order.rect().bottomLeft()))
        menu.deleteLater()

    def order_menu(self) -> QMenu:
        """Return the menu of orders."""
        menu = popup_menu(self)
        for sort in MENU_SORTS:
            action = menu.addAction(sort_words(sort))
            action.setCheckable(True)
            action.setChecked(sort == self._sort)
            action.triggered.connect(partial(self._on_sort, sort))
        return menu

    def _on_sort(self, sort: ChangeSort, _checked: bool = False) -> None:
        self.sort_wanted.emit(sort)
