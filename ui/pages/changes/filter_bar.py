"""The saved filters above the list: some as chips, all of them in a menu."""

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QMenu, QWidget

from app.domain.filter import NEWEST_FIRST, ChangeFilter, ChangeSort, SavedFilter, SortBy, built_in
from app.i18n import _, later
from app.wording import count
from ui.operations.listing import Counts
from ui.widgets.buttons import icon_button
from ui.widgets.dressed import popup_menu
from ui.widgets.layout import row
from ui.widgets.search import FilterChips

TITLES = {
    "mine": later("My open"),
    "week": later("This week"),
    "approve": later("Awaiting approval"),
    "open": later("Open"),
    "high_today": later("High risk starting today"),
    "overdue": later("Overdue"),
    "unassigned": later("Unassigned"),
    "review_overdue": later("Review overdue"),
    "hold": later("On hold"),
    "conflicting": later("Conflicting"),
    "rejected": later("Rejected"),
    "closed": later("Closed"),
    "all": later("All"),
}
OWN = "own"
"""The filter that is being built and has no name yet."""
_NARROW, _WIDE = 3, 7
_SOONEST = ChangeSort(SortBy.WINDOW, descending=False)
_SORTS = {"week": _SOONEST, "high_today": _SOONEST, "overdue": _SOONEST, "conflicting": _SOONEST}


class FilterBar(QWidget):
    """Offers the filters every desk has and the ones that were kept; one is chosen."""

    chosen = Signal(str)
    building = Signal()
    saving = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._kept: dict[str, SavedFilter] = {}
        self._counts: Mapping[str, int] = {}
        self._own: tuple[str, ChangeFilter] = ("", ChangeFilter())
        self._wide = False
        self._current = next(iter(TITLES))
        self.chips = FilterChips(())
        self.more = icon_button("more", _("All filters"), compact=True)
        layout = row(self.chips, self.more, gap=6)
        layout.setStretch(0, 0)
        layout.addStretch(1)
        self.setLayout(layout)
        self.chips.chosen.connect(self._on_chip)
        self.more.clicked.connect(self._on_more)
        self._show()

    @property
    def current(self) -> str:
        """The chosen filter, by its id."""
        return self._current

    @property
    def wanted(self) -> ChangeFilter:
        """What the chosen filter keeps."""
        if self._current == OWN:
            return self._own[1]
        if self._current in self._kept:
            return self._kept[self._current].wanted
        return built_in().get(self._current, ChangeFilter())

    @property
    def sort(self) -> ChangeSort:
        """The order that goes with the chosen filter."""
        if self._current in self._kept:
            return self._kept[self._current].sort
        return _SORTS.get(self._current, NEWEST_FIRST)

    @property
    def kept(self) -> SavedFilter | None:
        """The chosen filter, if it was kept under a name by somebody."""
        return self._kept.get(self._current)

    def title_of(self, filter_id: str) -> str:
        """Return the name of a filter."""
        if filter_id == OWN:
            return self._own[0]
        if filter_id in self._kept:
            return self._kept[filter_id].name
        return _(TITLES.get(filter_id, ""))

    def set_counts(self, counts: Counts) -> None:
        """Show how much each filter holds, and the kept ones."""
        self._kept = {item.id: item for item in counts.kept}
        self._counts = counts.by_filter
        if self._current not in {*TITLES, *self._kept, OWN}:
            self._current = next(iter(TITLES))
        self._show()

    def set_wide(self, *, wide: bool) -> None:
        """Show more chips where there is room."""
        self._wide = wide
        self._show()

    def choose(self, filter_id: str) -> bool:
        """Choose a filter by its id; return whether it was another one before."""
        known = {*TITLES, *self._kept, OWN}
        if filter_id not in known or filter_id == self._current:
            return False
        self._current = filter_id
        self._show()
        return True

    def add_kept(self, kept: SavedFilter) -> None:
        """Offer a kept filter, or its new name, and choose it."""
        self._kept[kept.id] = kept
        self._current = kept.id
        self._show()

    def choose_own(self, wanted: ChangeFilter, title: str) -> None:
        """Choose a filter that has no name of its own."""
        self._own = (title, wanted)
        self._current = OWN
        self._show()

    def _shown(self) -> list[str]:
        first = list(TITLES)[: _WIDE if self._wide else _NARROW]
        if self._current in first:
            return first
        return [*first, self._current] if self._wide else [*first[:-1], self._current]

    def _show(self) -> None:
        shown = self._shown()
        names = [self.title_of(each) for each in shown]
        self.chips.set_names(names, shown.index(self._current))
        self.chips.set_counts([self._count(each) for each in shown])

    def _count(self, filter_id: str) -> int | None:
        return None if filter_id in ("all", "closed") else self._counts.get(filter_id)

    @Slot(int)
    def _on_chip(self, position: int) -> None:
        self._current = self._shown()[position]
        self._show()
        self.chosen.emit(self._current)

    @Slot()
    def _on_more(self) -> None:
        menu = self.menu()
        menu.exec(self.more.mapToGlobal(self.more.rect().bottomLeft()))
        menu.deleteLater()

    def menu(self) -> QMenu:
        """Return the menu of all filters and what can be done with them."""
        menu = popup_menu(self)
        for filter_id in (*TITLES, "", *self._kept):
            if not filter_id:
                if self._kept:
                    menu.addSeparator()
                continue
            number = self._counts.get(filter_id)
            text = self.title_of(filter_id).replace("&", "&&")
            action = menu.addAction(text if number is None else f"{text}\t{count(number)}")
            action.setCheckable(True)
            action.setChecked(filter_id == self._current)
            action.triggered.connect(partial(self._on_menu, filter_id))
        menu.addSeparator()
        menu.addAction(_("Build a filter")).triggered.connect(self.building)
        menu.addAction(_("Keep this filter")).triggered.connect(self.saving)
        return menu

    def _on_menu(self, filter_id: str, _checked: bool = False) -> None:
        if self.choose(filter_id):
            self.chosen.emit(filter_id)
