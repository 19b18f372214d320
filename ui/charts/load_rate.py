"""Response over rate: how slow answers get as the load rises, before and after."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from app.analysis.chart_axes import value_ticks
from app.i18n import _
from app.wording import number
from ui.charts.frame import QUIET, ChartFrame
from ui.paint import RIGHT, Style, line_height, write
from ui.theme import MEDIUM, SMALL, tokens

if TYPE_CHECKING:
    from app.domain.loadtest import LoadPoint

Points = Sequence["LoadPoint"]


class LoadRateChart(ChartFrame):
    """The 95th percentile at each rate: a grey dashed line before, an accented one after."""

    def __init__(self) -> None:
        super().__init__()
        self._sides: tuple[Points, Points] = ((), ())

    def set_points(self, before: Points, after: Points) -> None:
        """Show other runs; a side without points is left out."""
        self._sides = (before, after)
        every = [*before, *after]
        if not every:
            self.plot.clear_curves()
            return
        x_ticks = value_ticks(0.0, max(point.rate_per_s for point in every), most=6)
        y_ticks = value_ticks(0.0, max(point.p95_ms for point in every), most=5)
        self.set_axes((0.0, x_ticks[-1].at, 0.0, y_ticks[-1].at), x_ticks, y_ticks, _("ms"))
        said = (
            _("{side}: {p95} at {rate} requests per second").format(
                side=name, p95=number(side[-1].p95_ms, "ms"), rate=number(side[-1].rate_per_s)
            )
            for name, side in zip((_("before"), _("after")), self._sides, strict=True)
            if side
        )
        self.setAccessibleName("; ".join(said))
        self.draw_curves()

    def draw_curves(self) -> None:
        """Draw both lines in the colours that hold now."""
        from numpy import array, float64  # noqa: PLC0415 - only when a chart is drawn

        self.plot.clear_curves()
        look = tokens()
        for side, color, dashed in zip(
            self._sides, (look.before, look.after), (True, False), strict=True
        ):
            if side:
                x = array([point.rate_per_s for point in side], float64)
                y = array([point.p95_ms for point in side], float64)
                self.plot.add_curve(x, y, color, dashed=dashed)

    def paint_over(self, painter: QPainter, area: QRectF) -> None:
        """Mark each load that was seen, and name the lines at their ends."""
        look = tokens()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        taken = -100.0
        for side, name, tone in zip(
            self._sides, (_("before"), _("after")), ("before", "after"), strict=True
        ):
            color = look.named(tone)
            painter.setPen(QPen(color, 1.5))
            painter.setBrush(look.surface if tone == "before" else color)
            for point in side:
                center = QPointF(self.x_of(point.rate_per_s, area), self.y_of(point.p95_ms, area))
                if tone == "before":
                    painter.drawEllipse(center, 3.5, 3.5)
                else:
                    painter.drawRect(QRectF(center.x() - 3, center.y() - 3, 6, 6))
            if side:
                taken = self._name(painter, area, (side[-1], name, tone), taken)
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def _name(
        self,
        painter: QPainter,
        area: QRectF,
        line: "tuple[LoadPoint, str, str]",
        taken: float,
    ) -> float:
        last, name, tone = line
        style = Style("ink2" if tone == "before" else tone, SMALL, MEDIUM)
        height, width = line_height(style), style.width(name) + 2
        x = self.x_of(last.rate_per_s, area) + 8
        if x + width > area.right():
            x = area.right() - width - 2
        y = self.y_of(last.p95_ms, area) - height - 6
        if abs(y - taken) < height:
            y = taken + height if taken + 2 * height < area.bottom() else taken - height
        y = max(area.top() + 2, min(y, area.bottom() - height))
        write(painter, QRectF(x, y, width, height), name, style)
        return y

    def paint_above(self, painter: QPainter, area: QRectF) -> None:
        """Say what stands below the axis."""
        write(painter, area, _("requests per second →"), QUIET, RIGHT)
