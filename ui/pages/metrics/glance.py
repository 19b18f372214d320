"""All measures of a change on one page, those that want to be looked at first."""

from collections.abc import Iterator, Sequence
from functools import partial

from PySide6.QtCore import QPoint, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QWidget

from app.analysis.words_figures import short_move, short_range
from app.domain.verdict import Verdict
from app.i18n import _
from app.wording import number
from ui.charts.glance import GlanceTile
from ui.operations.charting import save_by_menu
from ui.operations.metrics import MetricsView, MetricView
from ui.pages.metrics.rows import verdict_badge
from ui.slices import Slices
from ui.widgets.labels import Label
from ui.widgets.layout import MARGIN, column, panel, scrolling

_LEAST_WIDTH, _GAP = 300, 16
_AT_ONCE = 24
"""Tiles that are made in one turn: as many as a window shows."""


class GlanceView(QWidget):
    """Small charts side by side; one crosshair over all of them."""

    opened = Signal(str)  # a metric's id
    failed = Signal(object)  # AppError

    def __init__(self) -> None:
        super().__init__()
        self.tiles: list[GlanceTile] = []
        self._columns = 1
        self._making = Slices(self)
        self._sheet = QWidget()
        self._sheet.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self._sheet.customContextMenuRequested.connect(self._on_menu)
        self._grid = QGridLayout()
        self._grid.setSpacing(_GAP)
        self._grid.setContentsMargins(0, 0, 0, 0)
        note = Label(
            _(
                "Sorted by verdict. Grey and dashed: before. Blue: after. Dotted: the target. "
                "Arrows move the crosshair, Enter opens a measure."
            ),
            size=11, tone="ink2", wrap=True,
        )  # fmt: skip
        tiles = panel(self._grid)
        self._sheet.setLayout(column(tiles, note, None, gap=12, margins=(MARGIN, 16, MARGIN, 16)))
        outer = column(scrolling(self._sheet), gap=0)
        self.setLayout(outer)

    @property
    def busy(self) -> bool:
        """Whether tiles are still being made."""
        return self._making.busy

    @property
    def sentence(self) -> str:
        """All tiles in words."""
        return "; ".join(tile.accessibleName() for tile in self.tiles)

    def rows(self) -> Iterator[tuple[str, ...]]:
        """Yield the figures behind all tiles, head first."""
        yield (_("measure"), _("line"), _("time"), _("value"))
        for tile in self.tiles:
            if tile.model is not None:
                _head, *lines = tile.model.rows()
                yield from ((tile.name, *line) for line in lines)

    def show_view(self, view: MetricsView) -> None:
        """Show all measures of a change."""
        self._making.clear()
        for tile in self.tiles:
            self._grid.removeWidget(tile)
            tile.hide()
            tile.deleteLater()
        self.tiles = []
        wanted = sorted(view.metrics, key=_rank)
        self._make(wanted[:_AT_ONCE])
        for start in range(_AT_ONCE, len(wanted), _AT_ONCE):
            self._making.add(partial(self._make, wanted[start : start + _AT_ONCE]))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Set as many side by side as there is room for."""
        super().resizeEvent(event)
        self._place()

    def _make(self, views: Sequence[MetricView]) -> None:
        """Add tiles to the end."""
        for view in views:
            tile = self._tile(view)
            self._put(tile, len(self.tiles))
            self.tiles.append(tile)

    def _tile(self, view: MetricView) -> GlanceTile:
        tile = GlanceTile(view.id, view.metric.name, verdict_badge(view), _words(view))
        tile.set_model(view.chart)
        tile.opened.connect(self.opened)
        tile.pointed.connect(self._on_pointed)
        return tile

    def _place(self) -> None:
        columns = max(1, (self.width() - 2 * MARGIN + _GAP) // (_LEAST_WIDTH + _GAP))
        if columns == self._columns:
            return
        for position in range(self._columns):
            self._grid.setColumnStretch(position, 0)
        self._columns = columns
        for position in range(columns):
            self._grid.setColumnStretch(position, 1)
        for position, tile in enumerate(self.tiles):
            self._put(tile, position)

    def _put(self, tile: GlanceTile, position: int) -> None:
        self._grid.addWidget(tile, position // self._columns, position % self._columns)
        tile.show()

    @Slot(object)
    def _on_pointed(self, at: float | None) -> None:
        for tile in self.tiles:
            tile.point(at)

    @Slot(QPoint)
    def _on_menu(self, place: QPoint) -> None:
        save_by_menu(self._sheet, self, self._sheet.mapToGlobal(place), self.failed.emit)


def _rank(view: MetricView) -> tuple[int, bool, str]:
    verdict = view.found.verdict if view.found else Verdict.NOT_MEASURED
    return verdict.rank, not view.metric.key, view.metric.name


def _words(view: MetricView) -> tuple[str, str]:
    found = view.found
    if found is None:
        return (_("measured before") if view.before else _("not measured")), ""
    levels = f"{number(found.before)} → {number(found.after, view.metric.unit)}"
    if found.relative_change is None or found.interval95 is None:
        return levels, ""
    by = f"{short_move(found)} ({short_range(found)})"
    return levels, by
