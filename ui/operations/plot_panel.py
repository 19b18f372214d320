"""A chart with its menu and the words below it; without a chart the words alone."""

from PySide6.QtCore import QPoint, Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.analysis.chart_plot import Plot
from ui.charts.plot import PlotChart
from ui.operations.charting import open_chart_menu
from ui.widgets.labels import Label


class PlotPanel(QWidget):
    """Shows a plot, or says why there is none."""

    failed = Signal(object)  # AppError

    def __init__(self, title: str = "") -> None:
        super().__init__()
        self.chart = PlotChart()
        self.chart.menu_wanted.connect(self._on_menu)
        self._title = Label(title, weight=600, wrap=True)
        self._title.setVisible(False)
        self._note = Label("", tone="ink2", wrap=True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self._title)
        layout.addWidget(self.chart, 1)
        layout.addWidget(self._note)
        layout.addStretch(0)

    def show_plot(self, plot: Plot | None, note: str = "") -> None:
        """Show another plot; ``note`` stands below it, or in its place."""
        self.chart.setVisible(plot is not None)
        self._title.setVisible(plot is not None and bool(self._title.text()))
        if plot is not None:
            self.chart.set_plot(plot)
        self._note.setText(note)
        self._note.setVisible(bool(note))

    @Slot(QPoint)
    def _on_menu(self, place: QPoint) -> None:
        open_chart_menu(self.chart, place, self.failed.emit)
