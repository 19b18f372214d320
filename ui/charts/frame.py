"""What every chart has around its curves: a gutter of values, times below, words above."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.analysis.chart_axes import Tick
from ui.paint import RIGHT, Style, hline, line_height, write
from ui.theme import SMALL, tokens

if TYPE_CHECKING:
    from ui.charts.engine import Plot

QUIET = Style("ink2", SMALL)


class ChartFrame(QWidget):
    """A chart's axes and its plot; subclasses paint behind and over the curves.

    The plot itself is made when there is something to draw, because its library loads slowly.
    """

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._plot: Plot | None = None
        self._range = (0.0, 1.0, 0.0, 1.0)
        self._x_ticks: tuple[Tick, ...] = ()
        self._y_ticks: tuple[Tick, ...] = ()
        self._unit = ""
        self._origin: float | None = None
        """The time at which the curves begin; that of the axis unless a part is shown."""

    @property
    def plot(self) -> "Plot":
        """The plot; the first call loads its library."""
        if self._plot is None:
            from ui.charts.engine import Plot  # noqa: PLC0415 - loads numpy and pyqtgraph

            self._plot = Plot(self, self)
            self._place_plot()
            self._plot.show()
        return self._plot

    def set_axes(
        self,
        limits: tuple[float, float, float, float],
        x_ticks: Sequence[Tick],
        y_ticks: Sequence[Tick],
        unit: str,
    ) -> None:
        """Set what is shown (x0, x1, y0, y1) and the words at the axes."""
        self._range, self._unit = limits, unit
        self._x_ticks, self._y_ticks = tuple(x_ticks), tuple(y_ticks)
        x0, x1, y0, y1 = limits
        origin = x0 if self._origin is None else self._origin
        self.plot.set_range(x0 - origin, x1 - origin, y0, y1)
        self._place_plot()
        self.update()

    def draw_curves(self) -> None:
        """Draw all curves in the colours that hold now."""

    def paint_behind(self, painter: QPainter, area: QRectF) -> None:
        """Paint windows, bands and grid, in pixels of the plot."""
        painter.fillRect(area, tokens().surface)
        self.paint_grid(painter, area)

    def paint_over(self, painter: QPainter, area: QRectF) -> None:
        """Paint marks and words over the curves, in pixels of the plot."""

    def paint_above(self, painter: QPainter, area: QRectF) -> None:
        """Paint words above the plot; ``area`` is the strip above it."""

    def paint_grid(self, painter: QPainter, area: QRectF) -> None:
        """Paint a line at each value."""
        look = tokens()
        for position, tick in enumerate(self._y_ticks):
            color = look.line if position else look.ink3
            y = min(round(self.y_of(tick.at, area)), area.bottom() - 1)
            hline(painter, area.left(), area.right(), y, color)

    def paint_target(self, painter: QPainter, area: QRectF, y: int) -> None:
        """Paint the dotted line of an agreed value at a height in pixels."""
        pen = QPen(tokens().ink, 1.5)
        pen.setDashPattern([1, 2.5])
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        painter.setPen(pen)
        painter.drawLine(int(area.left()), y, int(area.right()), y)

    def paint_words(
        self, painter: QPainter, area: QRectF, at: QPointF, texts: Sequence[tuple[str, Style]]
    ) -> None:
        """Write lines below each other from a place on, in pixels, but within the plot."""
        width = max(style.width(text) for text, style in texts) + 4
        x = max(area.left() + 4, min(at.x(), area.right() - width - 4))
        high = sum(line_height(style) - 2 for _text, style in texts)
        y = max(area.top(), min(at.y(), area.bottom() - high - 2))
        for text, style in texts:
            height = line_height(style)
            write(painter, QRectF(x, y, width, height), text, style)
            y += height - 2

    def x_of(self, at: float, area: QRectF) -> float:
        """Return the x of a time inside ``area``."""
        x0, x1, _y0, _y1 = self._range
        return area.left() + (at - x0) / ((x1 - x0) or 1.0) * area.width()

    def y_of(self, value: float, area: QRectF) -> float:
        """Return the y of a value inside ``area``."""
        _x0, _x1, y0, y1 = self._range
        return area.bottom() - (value - y0) / ((y1 - y0) or 1.0) * area.height()

    def sizeHint(self) -> QSize:
        """Wide, and 60 % as high."""
        return QSize(592, 360)

    def minimumSizeHint(self) -> QSize:
        """Still readable."""
        return QSize(240, 160)

    def changeEvent(self, event: QEvent) -> None:
        """Draw again when the look changes."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.ApplicationFontChange):
            self._place_plot()
            if self._plot is not None:
                self.draw_curves()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the plot inside its axes."""
        super().resizeEvent(event)
        self._place_plot()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Write the axes."""
        if not self._y_ticks:
            return
        painter, area = QPainter(self), QRectF(self._area())
        small = line_height(QUIET)
        last = float("inf")
        for tick in self._y_ticks:
            y = self.y_of(tick.at, area)
            if last - y >= small - 4:  # in a low chart not every value has room for its figure
                box = QRectF(0, y - small / 2, area.left() - 8, small)
                write(painter, box, tick.text, QUIET, RIGHT)
                last = y
        write(painter, QRectF(0, 0, area.left() - 8, small), self._unit, QUIET, RIGHT)
        self._paint_times(painter, area, small)
        self.paint_above(painter, QRectF(area.left(), 0, area.width(), small))

    def _paint_times(self, painter: QPainter, area: QRectF, small: float) -> None:
        edge = area.left() - 40
        for tick in self._x_ticks:
            x = self.x_of(tick.at, area)
            width = QUIET.width(tick.text) + 2
            left = max(area.left(), min(x - width / 2, area.right() - width))
            painter.fillRect(QRectF(round(x), area.bottom(), 1, 4), tokens().ink3)
            if left > edge + 8:
                box = QRectF(left, area.bottom() + 6, width, small)
                edge = left + write(painter, box, tick.text, QUIET)

    def _area(self) -> QRectF:
        small = line_height(QUIET)
        words = [*(tick.text for tick in self._y_ticks), self._unit, "000"]
        gutter = max(QUIET.width(word) for word in words) + 8
        top, bottom = small + 4, small + 8
        return QRectF(
            round(gutter), round(top), max(10, self.width() - round(gutter) - 1),
            max(10, self.height() - round(top) - round(bottom)),
        )  # fmt: skip

    def _place_plot(self) -> None:
        if self._plot is not None:
            self._plot.setGeometry(self._area().toRect())
