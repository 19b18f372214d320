"""The ways to look at one metric: its windows, a timeline, an overlay, quantiles, the method."""

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.analysis.placebo_strip import placebo_strip
from app.i18n import _
from ui.charts.before_after import BeforeAfterChart
from ui.charts.placebo import PlaceboStrip
from ui.operations.charting import open_chart_menu
from ui.operations.plot_panel import PlotPanel
from ui.pages.metrics.method import MethodView
from ui.paint import scaled
from ui.slices import Slices
from ui.widgets.labels import Label
from ui.widgets.layout import column, panel, scrolling
from ui.widgets.tabs import TabStack

if TYPE_CHECKING:
    from app.domain.verdict import Comparison
    from ui.operations.metrics import MetricView, Pictures

WINDOWS, TIMELINE, OVERLAY, DISTRIBUTION, METHOD = range(5)
_LEAST_CHART = 160
"""At the size of the design; larger type needs more room around the lines."""
_HIGH = 190
"""The least height of one of two pictures, in pixels."""
_PICTURES = (TIMELINE, OVERLAY, DISTRIBUTION)


class WindowsView(QWidget):
    """Both windows in a row, and the same move on earlier days."""

    failed = Signal(object)  # AppError

    def __init__(self) -> None:
        super().__init__()
        self.chart, self._strip = BeforeAfterChart(), PlaceboStrip()
        self.chart.menu_wanted.connect(self._on_menu)
        self._strip_title = Label("", weight=600)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.chart, 1)
        layout.addWidget(self._strip_title)
        layout.addWidget(self._strip)

    def show_metric(self, view: "MetricView") -> None:
        """Show another metric."""
        self.chart.setMinimumHeight(scaled(_LEAST_CHART))
        self.chart.setVisible(view.chart is not None)
        if view.chart is not None:
            self.chart.set_model(view.chart)
        self._show_strip(view.found)

    def _show_strip(self, found: "Comparison | None") -> None:
        days = found.days if found else ()
        earlier = [day.effect for day in days if day.used and day.effect is not None]
        shown = (
            found is not None
            and bool(earlier)
            and found.relative_change is not None
            and found.interval95 is not None
        )
        self._strip.setVisible(shown)
        self._strip_title.setVisible(shown)
        if found and earlier and found.relative_change is not None and found.interval95 is not None:
            self._strip_title.setText(_("The same move on {n} earlier days").format(n=len(earlier)))
            self._strip.set_model(
                placebo_strip(found.relative_change, found.interval95, earlier, found.margin)
            )

    @Slot(QPoint)
    def _on_menu(self, place: QPoint) -> None:
        open_chart_menu(self.chart, place, self.failed.emit)


class MetricViews(QWidget):
    """Tabs over the ways to look; pictures that need all samples are asked for when wanted."""

    wanted = Signal(str)  # a metric's id, when its pictures are to be seen
    failed = Signal(object)  # AppError

    def __init__(self) -> None:
        super().__init__()
        self._view: MetricView | None = None
        self._shown_for = ""
        self._drawing = Slices(self)
        self.stack = TabStack()
        self.windows, self.method = WindowsView(), MethodView()
        self.timeline, self.overlay = PlotPanel(), PlotPanel()
        self.quantiles = PlotPanel(_("Quantiles of both windows"))
        self.shifts = PlotPanel(_("How far each quantile moved, with its likely range (95 %)"))
        for picture in (self.quantiles, self.shifts):
            picture.setMinimumHeight(_HIGH)
        distribution = scrolling(panel(column(self.quantiles, self.shifts, gap=16)))
        for name, page in (
            (_("Windows"), self.windows), (_("Timeline"), self.timeline),
            (_("Overlay"), self.overlay), (_("Distribution"), distribution),
            (_("Method"), self.method),
        ):  # fmt: skip
            self.stack.add(name, panel(column(page, margins=(0, 12, 0, 0))))
        self.stack.shown.connect(self._on_shown)
        for part in (self.windows, self.timeline, self.overlay, self.quantiles, self.shifts):
            part.failed.connect(self.failed)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.stack)

    @property
    def busy(self) -> bool:
        """Whether pictures are still being drawn."""
        return self._drawing.busy

    def show_metric(self, view: "MetricView") -> None:
        """Show another metric in the way that was chosen."""
        self._drawing.clear()
        self._view, self._shown_for = view, ""
        self._fill()

    @Slot(object)
    def show_pictures(self, pictures: "Pictures") -> None:
        """Show pictures that were asked for, unless another metric is looked at by now.

        Each is a turn of its own: the first one builds its chart.
        """
        if self._view is None or pictures.metric_id != self._view.id:
            return
        drawn = pictures.drawn
        self._shown_for = pictures.metric_id
        self._drawing.clear()
        self._drawing.add(
            partial(self.timeline.show_plot, drawn.timeline, drawn.timeline_note or drawn.missing),
            partial(self.overlay.show_plot, drawn.overlay, "" if drawn.overlay else drawn.missing),
            partial(self.quantiles.show_plot, drawn.quantiles),
            partial(self.shifts.show_plot, drawn.shifts, drawn.distribution_note),
        )

    @Slot(int)
    def _on_shown(self, _position: int) -> None:
        self._fill()

    def _fill(self) -> None:
        if (view := self._view) is None:
            return
        match self.stack.tabs.current:
            case way if way in _PICTURES:
                if self._shown_for != view.id:
                    self.wanted.emit(view.id)
            case way if way == METHOD:
                self.method.show_found(view.found)
            case _:
                self.windows.show_metric(view)
