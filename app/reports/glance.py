"""Small multiples: each measure's windows in a few square centimetres."""

from app.analysis.chart_model import ChartModel, LineKind
from app.reports.flowables import Drawn
from app.reports.theme import HAIRLINE, inks

HEIGHT = 46.0
_MOST_POINTS = 160


class GlanceDrawing(Drawn):
    """Both windows, the change, the target, and earlier days in grey; no axis but the base."""

    def __init__(self, model: ChartModel) -> None:
        super().__init__(HEIGHT)
        self._model = model

    def draw(self) -> None:
        """Draw fields, lines and the base."""
        canvas, model = self.canv, self._model
        for span, ink in (
            (model.before, inks().sunken), (model.change, inks().band),
            (model.after, inks().after_field),
        ):  # fmt: skip
            left, right = self._x(span.start), self._x(span.end)
            canvas.setFillColor(ink)
            canvas.rect(left, 0, max(right - left, 0.8), self.height, 0, 1)
        for line in model.lines:
            match line.kind:
                case LineKind.REFERENCE:
                    self.pen(0.3, inks().ink3)
                case LineKind.BEFORE:
                    self.pen(0.8, inks().ink2, (2, 1))
                case LineKind.AFTER:
                    self.pen(0.9, inks().accent)
            for segment in line.segments(_MOST_POINTS):
                self.stretch([(self._x(x), self._y(y)) for x, y in segment])
        if model.target is not None:
            self.pen(0.5, inks().ink, (3, 1.5))
            y = self._y(model.target.value)
            canvas.line(0, y, self.width, y)
        self.pen(HAIRLINE, inks().ink2)
        canvas.line(0, 0, self.width, 0)

    def _x(self, at: float) -> float:
        model = self._model
        return (at - model.x0) / ((model.x1 - model.x0) or 1.0) * self.width

    def _y(self, value: float) -> float:
        model = self._model
        share = (value - model.y0) / ((model.y1 - model.y0) or 1.0)
        return min(max(share, 0.0), 1.0) * (self.height - 2) + 1
