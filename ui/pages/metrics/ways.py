"""The measures of a change: one by one, all at a glance, or two against each other."""

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QStackedWidget, QWidget

from app.i18n import _
from ui.cells import Group
from ui.models.rows import RowsModel
from ui.operations import metrics
from ui.operations.metrics import MetricsView, MetricView
from ui.pages.metrics.detail import MetricDetail
from ui.pages.metrics.glance import GlanceView
from ui.pages.metrics.pair import PairView
from ui.pages.metrics.rows import COLUMNS
from ui.pages.metrics.views import DISTRIBUTION, METHOD, OVERLAY, TIMELINE, WINDOWS
from ui.tasks import Latest
from ui.widgets.labels import Label
from ui.widgets.layout import MARGIN, column, panel, split
from ui.widgets.roomy import roomy
from ui.widgets.table import Rows, Table
from ui.widgets.tabs import Tabs

if TYPE_CHECKING:
    from ui.context import UiContext

ONE, ALL, TWO = range(3)
PLACES = {
    "timeline": (ONE, TIMELINE),
    "overlay": (ONE, OVERLAY),
    "distribution": (ONE, DISTRIBUTION),
    "method": (ONE, METHOD),
    "glance": (ALL, WINDOWS),
    "pair": (TWO, WINDOWS),
}
"""Names of the ways to look: how all measures are shown, and how one is."""
_LEAST_LIST, _LEAST_DETAIL = 540, 480


class Ways(QWidget):
    """Shows the measures in one of three ways; each is filled when it is first looked at."""

    failed = Signal(object)  # AppError

    def __init__(self, context: "UiContext") -> None:
        super().__init__()
        self._context = context
        self._view: MetricsView | None = None
        self.tabs = Tabs((_("One by one"), _("All at a glance"), _("Two together")))
        self.table = Table(RowsModel(COLUMNS), rows=Rows.VERDICT, name="metrics", margin=MARGIN)
        self.table.picked.connect(self._on_picked)
        self.detail, self.glance, self.pair = MetricDetail(), GlanceView(), PairView()
        self._stack = QStackedWidget()
        for way in (self._one_by_one(), self.glance, self.pair):
            self._stack.addWidget(way)
        layout = column(
            panel(column(self.tabs, margins=(MARGIN, 0, MARGIN, 0))), self._stack, gap=0
        )
        layout.setStretch(1, 1)
        self.setLayout(layout)
        self._pictures, self._pairs = (Latest(context.tasks, self) for _each in range(2))
        self._connect()

    def _connect(self) -> None:
        self.tabs.changed.connect(self._on_way)
        self.detail.views.wanted.connect(self._on_pictures)
        self.pair.wanted.connect(self._on_pair)
        self.glance.opened.connect(self._on_opened)
        self._pictures.loaded.connect(self.detail.views.show_pictures)
        self._pairs.loaded.connect(self.pair.show_pair)
        for part in (self.detail, self.glance, self.pair, self._pictures, self._pairs):
            part.failed.connect(self.failed)

    def _one_by_one(self) -> QWidget:
        note = Label(
            _("Dot: best estimate. Line: likely range (95 %). Shaded: the margin that matters."),
            size=11,
            tone="ink2",
            wrap=True,
        )
        left = column(self.table, column(note, margins=(MARGIN, 12, MARGIN, 16)), gap=0)
        left.setStretch(0, 1)
        list_ = panel(left)
        list_.setMinimumWidth(_LEAST_LIST)
        detail = roomy(self.detail)  # in large type words and a picture are higher than a page
        detail.setMinimumWidth(_LEAST_DETAIL)
        return split(list_, detail, sizes=(690, 550), name="metrics")

    @property
    def busy(self) -> bool:
        """Whether a picture is being prepared or drawn."""
        drawing = self.detail.views.busy or self.glance.busy
        return drawing or self._pictures.busy or self._pairs.busy

    def look(self, way: str) -> None:
        """Choose a way by its name; an unknown one changes nothing."""
        if way in PLACES:
            every, one = PLACES[way]
            self.tabs.set_current(every)
            self.detail.views.stack.tabs.set_current(one)

    def show_view(self, view: MetricsView) -> None:
        """Show a change in the way that was chosen."""
        self._view = view
        self.table.set_rows(_grouped(view))
        self.table.select_first()
        self._fill()

    @Slot(int)
    def _on_way(self, way: int) -> None:
        self._stack.setCurrentIndex(way)
        self._fill()

    def _fill(self) -> None:
        if (view := self._view) is None:
            return
        match self.tabs.current:
            case way if way == ALL:
                self.glance.show_view(view)
            case way if way == TWO:
                self.pair.show_view(view)
                self.pair.ask()
            case _ if self.table.current is not None:
                self.detail.show_metric(self.table.current, view.zone)

    @Slot(object)
    def _on_picked(self, item: MetricView | None) -> None:
        if item is not None and self._view is not None and self.tabs.current == ONE:
            self.detail.show_metric(item, self._view.zone)

    @Slot(str)
    def _on_opened(self, metric: str) -> None:
        self.table.select(metric)
        self.tabs.set_current(ONE)

    @Slot(str)
    def _on_pictures(self, metric: str) -> None:
        if self._view is not None:
            load = partial(metrics.load_pictures, self._context.services, self._view.change.id)
            self._pictures.start(partial(load, metric))

    @Slot(str, str)
    def _on_pair(self, one: str, other: str) -> None:
        if self._view is not None:
            load = partial(metrics.load_pair, self._context.services, self._view.change.id)
            self._pairs.start(partial(load, one, other))


def _grouped(view: MetricsView) -> list[MetricView | Group]:
    key = [item for item in view.metrics if item.metric.key]
    other = [item for item in view.metrics if not item.metric.key]
    rows: list[MetricView | Group] = []
    if key:
        rows += [Group(_("Key measures"), _("decide the verdict")), *key]
    if other:
        rows += [Group(_("Other measures"), _("can make it mixed")), *other]
    return rows
