"""The list of sets: filters, a search, the table, and what the levels mean."""

from collections.abc import Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.i18n import _
from ui.models.rows import RowsModel
from ui.operations.backups import SetView
from ui.pages.backups.filters import FILTERS, chosen, counts
from ui.pages.backups.legend import LevelLegend
from ui.pages.backups.rows import SET_COLUMNS
from ui.paint import scaled
from ui.widgets.labels import Label
from ui.widgets.layout import MARGIN, add_layout, column
from ui.widgets.search import FilterChips, SearchField
from ui.widgets.table import Rows, Table

_LEAST_WITH_LEGEND = 440


class SetList(QWidget):
    """Shows sets; tells which one is shown now, and which a person picked."""

    shown = Signal(object)  # SetView, None when the list is empty
    picked = Signal(object)  # SetView

    def __init__(self) -> None:
        super().__init__()
        self._views: Sequence[SetView] = ()
        self._filling = False
        self.chips = FilterChips([name for name, _test in FILTERS], wraps=True)
        self.search = SearchField(_("Host, change, path"), "")
        self.table = Table(
            RowsModel(SET_COLUMNS), rows=Rows.VERDICT, header=False, name="sets", margin=MARGIN
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        head = column(self.search, self.chips, gap=10, margins=(MARGIN, 16, 16, 10))
        self._none = Label("", tone="ink2")
        add_layout(layout, head)
        add_layout(layout, column(self._none, margins=(MARGIN, 6, 16, 0)))
        layout.addWidget(self.table, 1)
        self._legend = LevelLegend()
        layout.addWidget(self._legend)
        self.chips.chosen.connect(self._refill)
        self.search.wanted.connect(self._refill)
        self.table.picked.connect(self._on_picked)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave the sets what room there is; what the levels mean stands in their tips too."""
        super().resizeEvent(event)
        self._legend.setVisible(self.height() >= scaled(_LEAST_WITH_LEGEND))

    @property
    def current(self) -> SetView | None:
        """The set the cursor is on."""
        view: SetView | None = self.table.current
        return view

    def show_sets(self, views: Sequence[SetView], wanted: str = "") -> None:
        """Show other sets; one that is wanted by its id is looked for in all filters."""
        self._views = views
        self.chips.set_counts(counts(views))
        if wanted:
            places = (self.chips.current, *range(len(FILTERS)))
            holding = (at for at in places if at >= 0 and self._is_in(at, wanted))
            self.chips.mark(next(holding, 0))
            self.search.clear()
        self._fill(wanted)

    def _is_in(self, place: int, set_id: str) -> bool:
        return any(view.id == set_id for view in chosen(self._views, place, ""))

    @Slot()
    def _refill(self) -> None:
        self._fill("")

    def _fill(self, wanted: str) -> None:
        place, text = max(0, self.chips.current), self.search.text().strip()
        self._filling = True  # what the list picks by itself must not close what is open beside it
        rows = chosen(self._views, place, text)
        self._none.setText(_("No set fits.") if self._views else _("No set yet."))
        self._none.setVisible(not rows)
        self.table.set_rows(rows)
        if wanted:
            self.table.select(wanted)
        self.table.select_first()
        self._filling = False
        self.shown.emit(self.current)

    @Slot(object)
    def _on_picked(self, view: SetView | None) -> None:
        if view is not None and not self._filling:
            self.picked.emit(view)
