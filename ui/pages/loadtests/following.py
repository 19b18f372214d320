"""A run that is under way: figures, the time against the plan, and three pictures that grow."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QElapsedTimer, QTimer, Slot
from PySide6.QtWidgets import QWidget

from app.i18n import _
from app.wording import NONE, clock_duration, count, number, percent
from ui.charts.plot import PlotChart
from ui.operations.loadtests import live_plots
from ui.widgets.dressed import progress_bar
from ui.widgets.labels import Label
from ui.widgets.layout import column, row
from ui.widgets.tiles import Kpi, TileRow

if TYPE_CHECKING:
    from app.services.loadtests.running import LiveRun

_TICK_MS = 1000
_HIGH = 200


class FollowPanel(QWidget):
    """Shows how a run goes; its clock goes on while no sample comes."""

    def __init__(self) -> None:
        super().__init__()
        self._seen: LiveRun | None = None
        self._clock = QElapsedTimer()
        self._timer = QTimer(self)
        self._timer.setInterval(_TICK_MS)
        self._timer.timeout.connect(self._tell)
        self.tiles = TileRow()
        self._bar = progress_bar()
        self._bar.setRange(0, 1000)
        self.charts = tuple(PlotChart() for _place in range(3))
        names = (_("Rate"), _("Response time"), _("Failed"))
        pictures = []
        for name, chart in zip(names, self.charts, strict=True):
            chart.setMinimumHeight(_HIGH)
            pictures.append(column(Label(name, weight=600), chart, gap=4))
        layout = column(self.tiles, self._bar, row(*pictures, gap=24), gap=16)
        layout.setStretch(2, 1)
        self.setLayout(layout)

    def begin(self) -> None:
        """Start the clock of a run."""
        self._seen = None
        self._clock.start()
        self._timer.start()
        self._tell()

    def end(self) -> None:
        """Stop the clock; what was seen stays in sight until another run begins."""
        self._timer.stop()

    def show_run(self, seen: "LiveRun") -> None:
        """Show what has come so far."""
        self._seen = seen
        made = False
        for chart, plot in zip(self.charts, live_plots(seen), strict=True):
            if chart.explorer.is_zoomed or (made and chart.is_empty):
                continue  # who looks closely is not disturbed; one picture is built at a time
            made = made or chart.is_empty
            chart.set_plot(plot)
        self._tell()

    @property
    def _elapsed_s(self) -> float:
        return self._clock.elapsed() / 1000

    @Slot()
    def _tell(self) -> None:
        planned = self._seen.planned_s if self._seen else None
        elapsed = self._elapsed_s
        told = _("of {planned} planned").format(planned=clock_duration(planned))
        self._bar.setVisible(planned is not None)
        if planned is not None:
            self._bar.setValue(min(1000, round(1000 * elapsed / planned)))
        self.tiles.set_kpis(
            (
                Kpi(
                    _("Elapsed"),
                    clock_duration(elapsed),
                    note=told if planned is not None else _("the plan names no end"),
                ),
                *_figures(self._seen),
            )
        )


def _figures(seen: "LiveRun | None") -> tuple[Kpi, ...]:
    names = (_("Samples"), _("Rate now"), _("95th percentile now"), _("Failed so far"))
    if seen is None or seen.total is None:
        return tuple(Kpi(name, NONE) for name in names)
    total, course = seen.total, seen.course
    samples, rate, p95, failed = names
    so_far = _("{value} so far")
    return (
        Kpi(samples, count(total.samples)),
        Kpi(
            rate, number(course.now(course.rate), "1/s"),
            note=so_far.format(value=number(total.rate_per_s, "1/s")),
        ),
        Kpi(
            p95, number(course.now(course.p95_ms), "ms"),
            note=so_far.format(value=number(total.p95_ms, "ms")),
        ),
        Kpi(
            failed, percent(total.error_share),
            note=_("{n} of {total}").format(n=count(total.errors), total=count(total.samples)),
        ),
    )  # fmt: skip
