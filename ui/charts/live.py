"""A live chart of a few series: the last minutes, each line named at its end."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter

from app.analysis.chart_axes import time_ticks, value_ticks
from app.wording import number
from ui.charts.frame import ChartFrame
from ui.paint import RIGHT, Style, line_height, write
from ui.theme import MEDIUM, SMALL, tokens

if TYPE_CHECKING:
    from app.domain.metric import Series

_TONES = ("ink", "ink2", "ink3", "unknown")


@dataclass(frozen=True, slots=True)
class LiveLook:
    """What a live chart shows: unit, zone of its clock, seconds in sight, the value that alarms."""

    unit: str = ""
    zone: str = "UTC"
    span_s: float = 900.0
    limit: float | None = None


class LiveChart(ChartFrame):
    """Lines that grow; a series is given whole each time, the chart shows its last stretch."""

    def __init__(self, look: LiveLook) -> None:
        super().__init__()
        self._look = look
        self._series: dict[str, Series] = {}

    def set_series(self, series: "Mapping[str, Series]") -> None:
        """Show series by name; the first is drawn strongest."""
        self._series = {name: one for name, one in series.items() if one.at_s.size}
        self.setAccessibleName(", ".join(f"{name} {self._last(name)}" for name in self._series))
        if not self._series:
            self.plot.clear_curves()
            return
        end = max(float(one.at_s[-1]) for one in self._series.values())
        start = end - self._look.span_s
        tops = [float(one.value[one.at_s >= start].max()) for one in self._series.values()]
        lows = [float(one.value[one.at_s >= start].min()) for one in self._series.values()]
        ticks = value_ticks(min(0.0, *lows), max(*tops, self._look.limit or 0.0), most=4)
        limits = (start, end + self._look.span_s * 0.12, ticks[0].at, ticks[-1].at)
        self.set_axes(limits, time_ticks(start, end, self._look.zone), ticks, self._look.unit)
        self.draw_curves()

    def draw_curves(self) -> None:
        """Draw every series; they differ in tone and dash."""
        self.plot.clear_curves()
        for position, series in enumerate(self._series.values()):
            x = series.at_s - self._range[0]
            self.plot.add_curve(x, series.value, self._color(position), dashed=position % 2 == 1)

    def paint_over(self, painter: QPainter, area: QRectF) -> None:
        """Name the lines at their ends and draw the limit."""
        if self._look.limit is not None:
            level = round(self.y_of(self._look.limit, area))
            painter.fillRect(QRectF(area.left(), level, area.width(), 1), tokens().bad)
            text = number(self._look.limit, self._look.unit)
            box = QRectF(area.left(), level + 2, area.width() - 4, line_height(Style(size=SMALL)))
            write(painter, box, text, Style("bad", SMALL), RIGHT)
        edge = -100.0
        ends = sorted(
            (self.y_of(float(one.value[-1]), area), position, name)
            for position, (name, one) in enumerate(self._series.items())
        )
        for y, position, name in ends:
            style = Style(_TONES[position % len(_TONES)], SMALL, MEDIUM)
            height = line_height(style)
            top = max(edge, y - height / 2)
            x = self.x_of(self._range[1] - self._look.span_s * 0.12, area) + 4
            write(painter, QRectF(x, top, area.right() - x, height), name, style)
            edge = top + height

    def _last(self, name: str) -> str:
        return number(float(self._series[name].value[-1]), self._look.unit)

    def _color(self, position: int) -> QColor:
        return tokens().named(_TONES[position % len(_TONES)])
