"""Draws response over rate: the 95th percentile at each load, before and after."""

from collections.abc import Sequence

from reportlab.lib.colors import Color, white

from app.analysis.chart_axes import value_ticks
from app.domain.loadtest import LoadPoint
from app.i18n import _
from app.reports.flowables import Drawn, words_at
from app.reports.theme import HAIRLINE, SIZE, STRONG, inks, width_of

HEIGHT = 134.0
_LEFT, _TOP, _BOTTOM = 34.0, 16.0, 26.0
_CAPITAL = 0.727 * SIZE


class ResponseOverRate(Drawn):
    """A grey dashed line with rings before, an accented one with squares after."""

    def __init__(self, before: Sequence[LoadPoint], after: Sequence[LoadPoint]) -> None:
        super().__init__(HEIGHT)
        self._sides = before, after

    def draw(self) -> None:
        """Draw axes, lines, marks and names."""
        every = [point for side in self._sides for point in side]
        self._x_ticks = value_ticks(0.0, max(point.rate_per_s for point in every), most=5)
        self._y_ticks = value_ticks(0.0, max(point.p95_ms for point in every), most=4)
        self._axes()
        names = (_("Before"), _("After"))
        looks = ((inks().ink2, (3.0, 1.5)), (inks().accent, ()))
        taken = -1e9
        for side, name, (colour, dash) in zip(self._sides, names, looks, strict=True):
            if side:
                taken = self._side(side, name, colour, dash, taken)

    def _x(self, rate_per_s: float) -> float:
        return _LEFT + rate_per_s / self._x_ticks[-1].at * (self.width - _LEFT - 4)

    def _y(self, p95_ms: float) -> float:
        return _BOTTOM + p95_ms / self._y_ticks[-1].at * (self.height - _TOP - _BOTTOM)

    def _axes(self) -> None:
        canvas = self.canv
        canvas.setFillColor(inks().ink2)
        for position, tick in enumerate(self._y_ticks):
            canvas.setStrokeColor(inks().hair if position else inks().ink2)
            canvas.setLineWidth(HAIRLINE if position else 0.75)
            y = self._y(tick.at)
            canvas.line(_LEFT, y, self.width, y)
            words_at(canvas, _LEFT - 5, y - _CAPITAL / 2, tick.text, anchor="end")
        for tick in self._x_ticks:
            half = width_of(tick.text) / 2
            at = min(self._x(tick.at), self.width - half)
            words_at(canvas, at, _BOTTOM - 12, tick.text, anchor="middle")
        top = self.height - _TOP + 6
        words_at(canvas, _LEFT, top, _("95th percentile, ms"))
        words_at(canvas, self.width, 2, _("requests per second"), anchor="end")

    def _side(
        self,
        side: Sequence[LoadPoint],
        name: str,
        colour: Color,
        dash: Sequence[float],
        taken: float,
    ) -> float:
        canvas = self.canv
        canvas.setStrokeColor(colour)
        canvas.setLineWidth(1.5)
        canvas.setDash(list(dash))
        points = [(self._x(point.rate_per_s), self._y(point.p95_ms)) for point in side]
        path = canvas.beginPath()
        path.moveTo(*points[0])
        for point in points[1:]:
            path.lineTo(*point)
        canvas.drawPath(path, stroke=1, fill=0)
        canvas.setDash([])
        canvas.setLineWidth(1.0)
        for x, y in points:
            canvas.setFillColor(white if dash else colour)
            if dash:
                canvas.circle(x, y, 2.2, stroke=1, fill=1)
            else:
                canvas.rect(x - 2, y - 2, 4, 4, stroke=0, fill=1)
        return self._name(points[-1], name, colour, taken)

    def _name(self, end: tuple[float, float], name: str, colour: Color, taken: float) -> float:
        x, y = end
        place = y + 5
        if abs(place - taken) < SIZE + 2:
            place = y - 6 - _CAPITAL
        self.canv.setFillColor(colour)
        words_at(self.canv, min(x, self.width), place, name, font=STRONG, anchor="end")
        return place
