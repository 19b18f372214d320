"""The before/after chart: windows shaded, the change banded, words beside the lines."""

from datetime import UTC, datetime

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter

from app.analysis.chart_model import ChartModel, DirectLabel, LineKind
from app.i18n import _
from app.wording import clock, number, unit_words
from ui.charts.explore import Readout, paint_crosshair
from ui.charts.explored import ExploredChart
from ui.charts.frame import QUIET
from ui.paint import CENTER, RIGHT, Style, line_height, write
from ui.theme import BOLD, MEDIUM, SMALL, faded, tokens


class BeforeAfterChart(ExploredChart):
    """Draws a `ChartModel`; its accessible name is the sentence of the model.

    It can be looked at closely by keys and mouse, and saved as a picture or as figures.
    """

    def __init__(self) -> None:
        super().__init__()
        self._model: ChartModel | None = None

    @property
    def model(self) -> ChartModel | None:
        """What is drawn."""
        return self._model

    def set_model(self, model: ChartModel) -> None:
        """Show another chart, all of it."""
        self._model, self._origin = model, model.x0
        self.setAccessibleName(model.sentence)
        self.explorer.set_full(model.x0, model.x1)
        self.show_part(model.x0, model.x1)
        self.draw_curves()

    @property
    def is_empty(self) -> bool:
        """Whether no chart was set yet."""
        return self._model is None

    def show_part(self, start: float, end: float) -> None:
        """Show a part of the time."""
        if (model := self._model) is not None:
            ticks = model.times(start, end) if self.explorer.is_zoomed else model.x_ticks
            self.set_axes(
                (start, end, model.y0, model.y1), ticks, model.y_ticks, unit_words(model.unit)
            )

    def draw_curves(self) -> None:
        """Draw earlier days thin and behind, before dashed, after solid."""
        if self._model is None:
            return
        self.plot.clear_curves()
        for line in self._model.lines:
            if line.kind is LineKind.REFERENCE:
                color = faded(tokens().ink3, 0.34)
                self.plot.add_curve(line.x - self._model.x0, line.y, color, width=1)
            else:
                dashed = line.kind is LineKind.BEFORE
                color = _color(line.kind)
                self.plot.add_curve(line.x - self._model.x0, line.y, color, dashed=dashed)

    def paint_behind(self, painter: QPainter, area: QRectF) -> None:
        """Paint both windows, the band of the change and the grid."""
        if self._model is None:
            return
        look = tokens()
        painter.fillRect(area, look.surface)
        for window in (self._model.before, self._model.after):
            x0, x1 = self.x_of(window.start, area), self.x_of(window.end, area)
            painter.fillRect(QRectF(x0, area.top(), x1 - x0, area.height()), look.raised)
        change = self._model.change
        x0, x1 = self.x_of(change.start, area), self.x_of(change.end, area)
        painter.fillRect(QRectF(x0, area.top(), max(2.0, x1 - x0), area.height()), look.change_band)
        self.paint_grid(painter, area)

    def paint_over(self, painter: QPainter, area: QRectF) -> None:
        """Paint the target and the words beside the lines."""
        if self._model is None:
            return
        if (target := self._model.target) is not None:
            y = round(self.y_of(target.value, area))
            self.paint_target(painter, area, y)
            style = Style("ink", SMALL, MEDIUM)
            x = min(self.x_of(target.x, area), area.right() - style.width(target.text) - 4)
            high = line_height(style)
            top = y - 2 - high if target.is_above else y + 3
            box = QRectF(x, top, area.right() - x, high)
            write(painter, box, target.text, style)
        if not self.explorer.is_zoomed:  # their places were chosen for the whole
            for label in self._model.labels:
                self._paint_label(painter, area, label)
        if self.explorer.at is not None:
            self._paint_crosshair(painter, area, self._model, self.explorer.at)

    def _paint_crosshair(
        self, painter: QPainter, area: QRectF, model: ChartModel, at: float
    ) -> None:
        said = []
        for kind, text, tone in (
            (LineKind.BEFORE, _("before {value}"), "before"),
            (LineKind.AFTER, _("after {value}"), "after"),
        ):
            if (found := model.value_at(kind, at)) is not None:
                words = text.format(value=number(found[1], model.unit, digits=4))
                said.append((Readout(*found, words, tone), self.y_of(found[1], area)))
        shown = said[0][0].at if said else at
        title = clock(datetime.fromtimestamp(shown, UTC), model.zone, seconds=True)
        paint_crosshair(painter, area, self.x_of(shown, area), title, said)

    def paint_above(self, painter: QPainter, area: QRectF) -> None:
        """Name the windows and the change above the plot."""
        if self._model is None:
            return
        change = Style("watch", SMALL, BOLD)
        text = self._model.change.text
        middle = self.x_of((self._model.change.start + self._model.change.end) / 2, area)
        width = change.width(text) + 2
        left = max(area.left(), min(middle - width / 2, area.right() - width))
        box = QRectF(left, area.top(), width, area.height())
        write(painter, box, text, change, CENTER)
        free = box.left() - area.left() - 8
        before = self._model.before.named(free, QUIET.width)
        write(painter, area, before, QUIET)
        beside = area.right() - box.right() - 8
        after = self._model.after.named(beside, QUIET.width)
        write(painter, area, after, QUIET, RIGHT)

    def _paint_label(self, painter: QPainter, area: QRectF, label: DirectLabel) -> None:
        tone = {LineKind.BEFORE: "ink2", LineKind.AFTER: "after"}.get(label.kind, "ink2")
        quiet = label.kind is LineKind.REFERENCE
        first = Style(tone, SMALL if quiet else 13, 400 if quiet else BOLD)
        second = Style(tone, SMALL, 400 if quiet else MEDIUM)
        at = QPointF(self.x_of(label.x, area), self.y_of(label.y, area))
        self.paint_words(painter, area, at, ((label.text, first), (label.note, second)))


def _color(kind: LineKind) -> QColor:
    look = tokens()
    return look.after if kind is LineKind.AFTER else look.before
