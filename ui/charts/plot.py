"""Draws a `Plot`: fields behind, traces, likely ranges, points, words, and a crosshair over all."""

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from app.analysis.chart_plot import Field, Plot, Shape, Tone, Trace, Words, side_by_side
from app.analysis.chart_words import words_for
from app.wording import unit_words
from ui.charts.explore import Readout, paint_crosshair
from ui.charts.explored import ExploredChart
from ui.charts.frame import QUIET
from ui.paint import CENTER, RIGHT, Style, line_height, write
from ui.theme import BODY, BOLD, MEDIUM, REGULAR, SMALL, faded, tokens

_TONES = {
    Tone.BEFORE: "before",
    Tone.AFTER: "after",
    Tone.EARLIER: "ink3",
    Tone.CHANGE: "watch",
    Tone.PLAIN: "ink3",
}
_WORDS = {**_TONES, Tone.BEFORE: "ink2", Tone.EARLIER: "ink2"}
_FADED = 0.34
_CAP, _RADIUS = 4.0, 3.5
_APART = 16.0
"""Least room between the names of both axes."""
_MANY = 400
"""More points than this are drawn smaller, and lighter where they lie on each other."""


class PlotChart(ExploredChart):
    """A chart of any kind; its accessible name is the sentence of the plot."""

    def __init__(self) -> None:
        super().__init__()
        self._shown: Plot | None = None
        self._words_at: tuple[tuple[Plot, float, float, float], tuple[Words, ...]] | None = None

    @property
    def model(self) -> Plot | None:
        """What is drawn."""
        return self._shown

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to look at."""
        return self._shown is None

    def set_plot(self, plot: Plot) -> None:
        """Show another plot, all of it."""
        self._shown, self._origin = plot, plot.x.low
        self.setAccessibleName(plot.sentence)
        self.explorer.set_full(plot.x.low, plot.x.high)
        self.show_part(plot.x.low, plot.x.high)
        self.draw_curves()

    def show_part(self, start: float, end: float) -> None:
        """Show a part of the horizontal axis."""
        if (plot := self._shown) is not None:
            ticks = plot.x.between(start, end) if self.explorer.is_zoomed else plot.x.ticks
            self.set_axes(
                (start, end, plot.y.low, plot.y.high), ticks, plot.y.ticks, unit_words(plot.y.unit)
            )

    def draw_curves(self) -> None:
        """Draw all lines in the colours that hold now, earlier ones thin and behind."""
        if (plot := self._shown) is None:
            return
        self.plot.clear_curves()
        for trace in plot.traces:
            if trace.line:
                thin = trace.tone in (Tone.EARLIER, Tone.PLAIN)
                self.plot.add_curve(
                    trace.x - plot.x.low, trace.y, _line_color(trace.tone),
                    dashed=trace.dashed, width=1 if thin else 2,
                )  # fmt: skip

    def paint_behind(self, painter: QPainter, area: QRectF) -> None:
        """Paint the fields, the margin and the grid."""
        look = tokens()
        painter.fillRect(area, look.surface)
        if (plot := self._shown) is None:
            return
        for each in plot.fields:
            x0, x1 = self.x_of(each.start, area), self.x_of(each.end, area)
            painter.fillRect(
                QRectF(x0, area.top(), max(2.0, x1 - x0), area.height()), _field_color(each.tone)
            )
        if plot.zone_of_margin is not None:
            low, high = (self.y_of(end, area) for end in plot.zone_of_margin)
            fill = look.line if look.dark else look.sunken
            painter.fillRect(QRectF(area.left(), high, area.width(), low - high), fill)
        self.paint_grid(painter, area)
        if plot.zone_of_margin is not None:
            zero = round(self.y_of(0.0, area))
            painter.fillRect(QRectF(area.left(), zero, area.width(), 1), look.ink3)

    def paint_over(self, painter: QPainter, area: QRectF) -> None:
        """Paint the target, likely ranges, points, words, and the crosshair."""
        if (plot := self._shown) is None:
            return
        painter.setClipRect(area)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if plot.level is not None:
            self._paint_level(painter, area, plot)
        for trace in plot.traces:
            if trace.low is not None and trace.high is not None:
                self._paint_ranges(painter, area, trace)
            if trace.shape is not Shape.NONE:
                painter.setClipRect(area.adjusted(-_RADIUS, -_RADIUS, _RADIUS, _RADIUS))
                self._paint_points(painter, area, trace)  # whole, where they lie on the edge
                painter.setClipRect(area)
        if not self.explorer.is_zoomed:  # their places were chosen for the whole
            for words in self._placed(plot, area):
                self._paint_words(painter, area, words)
        if self.explorer.at is not None:
            self._paint_crosshair(painter, area, plot, self.explorer.at)

    def paint_above(self, painter: QPainter, area: QRectF) -> None:
        """Name the fields above the plot, as far as there is room; else the horizontal axis."""
        if (plot := self._shown) is None:
            return
        named = [each for each in plot.fields if each.text]
        if named:
            self._paint_names(painter, area, named)
            return
        level = plot.x.title if plot.x.name else ""
        texts = (f"↑ {plot.y.name}" if plot.y.name else "", f"{level} →" if level else "")
        first, second = (QUIET.width(text) + 2 for text in texts)
        first, second = side_by_side(first, second, area.width() - _APART)
        write(painter, area.adjusted(0, 0, first - area.width(), 0), texts[0], QUIET)
        write(painter, area.adjusted(area.width() - second, 0, 0, 0), texts[1], QUIET, RIGHT)

    def _paint_names(self, painter: QPainter, area: QRectF, named: Sequence[Field]) -> None:
        """Name the change, and both windows where all three names have room."""
        placed: list[tuple[float, float, Field]] = []
        for each in named:
            x0, x1 = self.x_of(each.start, area), self.x_of(each.end, area)
            if x1 >= area.left() and x0 <= area.right():
                width = _style(each).width(each.text) + 2
                middle = (max(x0, area.left()) + min(x1, area.right())) / 2
                left = max(area.left(), min(middle - width / 2, area.right() - width))
                placed.append((left, width, each))
        placed.sort(key=lambda place: place[0])
        pairs = pairwise(placed)
        if any(left + width + 8 > after for (left, width, _one), (after, _w, _two) in pairs):
            placed = [place for place in placed if place[2].tone is Tone.CHANGE]
        for left, width, each in placed:
            box = QRectF(left, area.top(), width, area.height())
            write(painter, box, each.text, _style(each), CENTER)

    def _paint_level(self, painter: QPainter, area: QRectF, plot: Plot) -> None:
        if (level := plot.level) is None:
            return
        y = round(self.y_of(level.value, area))
        self.paint_target(painter, area, y)
        style = Style("ink", SMALL, MEDIUM)
        high = line_height(style)
        top = y + 3 if y + 3 + high < area.bottom() else y - 2 - high
        width = style.width(level.text) + 4
        left = area.left() + 8 if self.explorer.is_zoomed else self.x_of(level.x, area)
        box = QRectF(min(left, area.right() - width), top, width, high)
        painter.fillRect(box.adjusted(-2, 1, 0, -1), faded(tokens().surface, 0.8))
        write(painter, box, level.text, style)

    def _paint_ranges(self, painter: QPainter, area: QRectF, trace: Trace) -> None:
        if trace.low is None or trace.high is None:
            return
        painter.setPen(QPen(_line_color(trace.tone), 2))
        for x, low, high in zip(
            trace.x.tolist(), trace.low.tolist(), trace.high.tolist(), strict=True
        ):
            at, y0, y1 = self.x_of(x, area), self.y_of(low, area), self.y_of(high, area)
            painter.drawLine(QPointF(at, y0), QPointF(at, y1))
            for y in (y0, y1):
                painter.drawLine(QPointF(at - _CAP, y), QPointF(at + _CAP, y))

    def _paint_points(self, painter: QPainter, area: QRectF, trace: Trace) -> None:
        color, many = _line_color(trace.tone), trace.x.size > _MANY
        radius = _RADIUS - 1 if many else _RADIUS
        ring = trace.shape is Shape.RING
        painter.setPen(QPen(color, 1 if many else 1.5) if ring else Qt.PenStyle.NoPen)
        fill = tokens().surface if ring and not many else faded(color, 0.55 if many else 1.0)
        painter.setBrush(Qt.BrushStyle.NoBrush if ring and many else fill)
        for x, y in zip(trace.x.tolist(), trace.y.tolist(), strict=True):
            center = QPointF(self.x_of(x, area), self.y_of(y, area))
            if ring:
                painter.drawEllipse(center, radius, radius)
            else:
                side = 2 * radius - 1
                painter.drawRect(QRectF(center.x() - side / 2, center.y() - side / 2, side, side))
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def _placed(self, plot: Plot, area: QRectF) -> tuple[Words, ...]:
        """Return the words where they have room in the plot as large as it is now."""
        key = (plot, area.width(), area.height(), QUIET.metrics().height())
        if self._words_at is None or not _same(self._words_at[0], key):
            self._words_at = (key, words_for(plot, lambda words: _share(words, area)))
        return self._words_at[1]

    def _paint_words(self, painter: QPainter, area: QRectF, words: Words) -> None:
        texts = _lines(words)
        at = QPointF(self.x_of(words.x, area), self.y_of(words.y, area))
        self.paint_words(painter, area, at, texts)

    def _paint_crosshair(self, painter: QPainter, area: QRectF, plot: Plot, at: float) -> None:
        height = None
        if self.pointer_y is not None:
            share = 1 - self.pointer_y / (area.height() or 1.0)
            height = plot.y.low + share * (plot.y.high - plot.y.low)
        found = plot.readings(at, height)
        said = [
            (Readout(each.x, each.y, each.text, _WORDS[each.tone]), self.y_of(each.y, area))
            for each in found
        ]
        shown = found[0].x if found else at
        paint_crosshair(painter, area, self.x_of(shown, area), plot.title(at, found), said)


def _lines(words: Words) -> list[tuple[str, Style]]:
    """Return the words beside a trace, and the note below them."""
    quiet = words.tone is Tone.EARLIER
    styles = (
        Style(_WORDS[words.tone], SMALL if quiet else BODY, REGULAR if quiet else BOLD),
        Style(_WORDS[words.tone], SMALL, REGULAR if quiet else MEDIUM),
    )
    return [pair for pair in zip((words.text, words.note), styles, strict=True) if pair[0]]


def _share(words: Words, area: QRectF) -> tuple[float, float]:
    lines = _lines(words)
    wide = max(style.width(text) for text, style in lines) + 8
    high = sum(line_height(style) - 2 for _text, style in lines) + 2
    return wide / max(1.0, area.width()), high / max(1.0, area.height())


def _same(one: tuple[Plot, float, float, float], two: tuple[Plot, float, float, float]) -> bool:
    return one[0] is two[0] and one[1:] == two[1:]  # traces are arrays: compared by identity


def _style(each: Field) -> Style:
    return Style("watch", SMALL, BOLD) if each.tone is Tone.CHANGE else QUIET


def _line_color(tone: Tone) -> QColor:
    color = tokens().named(_TONES[tone])
    return faded(color, _FADED) if tone is Tone.EARLIER else color


def _field_color(tone: Tone) -> QColor:
    look = tokens()
    if tone is Tone.CHANGE:
        return look.change_band
    if tone is Tone.EARLIER:
        return look.sunken if not look.dark else look.raised
    return faded(look.after, 0.10) if tone is Tone.AFTER else faded(look.before, 0.16)
