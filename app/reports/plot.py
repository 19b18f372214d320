"""Draws a `Plot` on paper, in the same places as the window does: vector, few inks, no legend."""

from collections.abc import Sequence

import numpy as np
from reportlab.lib.colors import Color

from app.analysis.chart_plot import Field, Plot, Shape, Tone, Trace, Words
from app.analysis.chart_words import words_for
from app.reports.flowables import Drawn, words_at
from app.reports.theme import BODY, HAIRLINE, LEADING, SIZE, STRONG, fitted, inks, width_of

HEIGHT = 134.0
_GAP, _TOP, _BOTTOM, _RIGHT = 6.0, 16.0, 15.0, 4.0
_APART = 14.0
_CAPITAL = 0.727 * SIZE
_NOTE_DOWN = 10.0
"""How far below its words a note stands."""
_MOST_POINTS = 700
"""Points of a line that paper can show; lowest and highest of each stretch are kept."""
_MANY = 200


class PlotDrawing(Drawn):
    """A chart of any kind."""

    def __init__(self, plot: Plot, height: float = HEIGHT) -> None:
        super().__init__(height)
        self._plot = plot

    def draw(self) -> None:
        """Draw fields, axes, traces, level and words, from back to front."""
        plot = self._plot
        gutter = max((width_of(tick.text) for tick in plot.y.ticks), default=0.0) + _GAP
        self._x0, self._x1 = gutter, self.width - _RIGHT
        self._x_below = not self._names_fit()
        self._y0 = _BOTTOM + (LEADING if self._x_below else 0.0)
        self._y1 = self.height - _TOP
        self._fields()
        self._axes()
        for trace in plot.traces:
            self._trace(trace)
        self._level()
        self._words()
        self._above()

    def _names_fit(self) -> bool:
        """Whether the names of both axes have room on one line; else one goes below its axis."""
        plot = self._plot
        if not (plot.x.name and plot.y.name):
            return True
        both = width_of(f"↑ {plot.y.title}") + width_of(f"{plot.x.title} →")
        return both + _APART <= self._x1 - self._x0

    def _x(self, at: float) -> float:
        axis = self._plot.x
        return self._x0 + (at - axis.low) / ((axis.high - axis.low) or 1.0) * (self._x1 - self._x0)

    def _y(self, value: float) -> float:
        axis = self._plot.y
        share = (value - axis.low) / ((axis.high - axis.low) or 1.0)
        return self._y0 + min(max(share, -0.02), 1.02) * (self._y1 - self._y0)

    def _fields(self) -> None:
        canvas, high = self.canv, self._y1 - self._y0
        for each in self._plot.fields:
            left, right = self._x(each.start), self._x(each.end)
            canvas.setFillColor(_field_ink(each.tone))
            canvas.rect(left, self._y0, max(right - left, 0.8), high, 0, 1)
            if each.tone is Tone.CHANGE:  # survives a print in grey
                self.pen(HAIRLINE, inks().ink2)
                for x in (left, max(right, left + 0.8)):
                    canvas.line(x, self._y0, x, self._y1)
        if self._plot.zone_of_margin is not None:
            low, top = (self._y(end) for end in self._plot.zone_of_margin)
            canvas.setFillColor(inks().sunken)
            canvas.rect(self._x0, low, self._x1 - self._x0, top - low, 0, 1)

    def _axes(self) -> None:
        canvas, plot = self.canv, self._plot
        canvas.setFillColor(inks().ink2)
        zero = plot.y.low == 0 or plot.zone_of_margin is not None
        base = self._y(0.0) if plot.zone_of_margin is not None else self._y0
        self.pen(0.75 if zero else HAIRLINE, inks().ink2 if zero else inks().hair)
        canvas.line(self._x0, base, self._x1, base)
        self.pen(HAIRLINE, inks().ink2)
        room = 1e9
        for tick in reversed(plot.y.ticks):
            y = self._y(tick.at)
            canvas.line(self._x0 - 4, y, self._x0 - 1, y)
            if room - y >= SIZE + 1:
                words_at(canvas, self._x0 - _GAP, y - _CAPITAL / 2, tick.text, anchor="end")
                room = y
        end = -1e9
        for tick in plot.x.ticks:
            half, at = width_of(tick.text) / 2, self._x(tick.at)
            canvas.line(at, self._y0, at, self._y0 - 3)
            middle = min(max(at, half), self.width - half)
            if middle - half > end + 5:
                words_at(canvas, middle, self._y0 - 12, tick.text, anchor="middle")
                end = middle + half

    def _trace(self, trace: Trace) -> None:
        width, ink, dash = _stroke(trace)
        if trace.line:
            self.pen(width, ink, dash)
            self._line(trace)
            self.canv.setDash([])
        if trace.low is not None and trace.high is not None:
            self._ranges(trace, ink)
        if trace.shape is not Shape.NONE:
            self._points(trace, ink)

    def _line(self, trace: Trace) -> None:
        for segment in trace.segments(_MOST_POINTS):
            self.stretch([(self._x(x), self._y(y)) for x, y in segment])

    def _ranges(self, trace: Trace, ink: Color) -> None:
        if trace.low is None or trace.high is None:
            return
        self.pen(1.0, ink)
        for at, low, high in zip(
            trace.x.tolist(), trace.low.tolist(), trace.high.tolist(), strict=True
        ):
            x, ends = self._x(at), (self._y(low), self._y(high))
            self.canv.line(x, ends[0], x, ends[1])
            for y in ends:
                self.canv.line(x - 2.5, y, x + 2.5, y)

    def _points(self, trace: Trace, ink: Color) -> None:
        canvas, radius = self.canv, 1.1 if trace.x.size > _MANY else 2.0
        self.pen(0.6 if trace.x.size > _MANY else 1.0, ink)
        ring = trace.shape is Shape.RING
        canvas.setFillColor(inks().white if ring else ink)
        for at, value in zip(trace.x.tolist(), trace.y.tolist(), strict=True):
            x, y = self._x(at), self._y(value)
            if ring:
                canvas.circle(x, y, radius, stroke=1, fill=int(trace.x.size <= _MANY))
            else:
                canvas.rect(x - radius, y - radius, 2 * radius, 2 * radius, stroke=0, fill=1)

    def _level(self) -> None:
        if (level := self._plot.level) is None:
            return
        y = self._y(level.value)
        self.pen(0.75, inks().ink, (5, 2.5))
        self.canv.line(self._x0, y, self._x1, y)
        self.canv.setDash([])
        x = min(self._x(level.x), self._x1 - width_of(level.text) - 2)
        base = y - 3 - _CAPITAL if y - 4 - SIZE > self._y0 else y + 3
        self._backed(x, base, level.text, BODY)

    def _words(self) -> None:
        for each in words_for(self._plot, self._shares):
            wide, _high = _size(each)
            x = min(max(self._x(each.x), self._x0 + 2), self._x1 - wide - 2)
            base = min(max(self._y(each.y) - SIZE, self._y0 + 2), self._y1 - SIZE)
            base = max(base, self._y0 + 2 + (_NOTE_DOWN if each.note else 0.0))
            self._backed(x, base, each.text, _font(each), each.tone)
            if each.note:
                self._backed(x, base - _NOTE_DOWN, each.note, BODY, each.tone)

    def _shares(self, words: Words) -> tuple[float, float]:
        """Return how much of the plot words take."""
        wide, high = _size(words)
        return wide / (self._x1 - self._x0), high / (self._y1 - self._y0)

    def _backed(
        self, x: float, base: float, text: str, font: str, tone: Tone | None = None
    ) -> None:
        """Write words on a strip of paper, so that a line behind them does not strike them out."""
        self.canv.setFillColor(inks().white)
        self.canv.rect(x - 1.5, base - 2, width_of(text, font) + 3, _CAPITAL + 4, 0, 1)
        ink = inks().ink if tone is None else inks().ink2
        self.canv.setFillColor(inks().accent if tone is Tone.AFTER else ink)
        words_at(self.canv, x, base, text, font=font)

    def _above(self) -> None:
        """Name the axes, or the change, above the plot."""
        plot, y = self._plot, self._y1 + 5
        named = [each for each in plot.fields if each.text]
        self.canv.setFillColor(inks().ink2)
        upright = f"↑ {plot.y.title}" if plot.y.name else plot.y.title
        if named or not plot.x.name:
            words_at(self.canv, self._x0, y, upright)
            self._names(named, y)
            return
        level = f"{plot.x.title} →"
        if self._x_below:
            words_at(self.canv, self._x0, y, fitted(upright, self._x1 - self._x0))
            below = self._y0 - 12 - LEADING
            level = fitted(level, self.width)
            words_at(self.canv, self._x1, below, level, anchor="end")
            return
        words_at(self.canv, self._x0, y, upright)
        words_at(self.canv, self._x1, y, level, anchor="end")

    def _names(self, named: Sequence[Field], y: float) -> None:
        free = self._x0 + width_of(self._plot.y.title) + 8
        change = [each for each in named if each.tone is Tone.CHANGE]
        for each in change:
            half = width_of(each.text, STRONG) / 2
            middle = self._x((each.start + each.end) / 2)
            middle = min(max(middle, free + half), self.width - half)
            words_at(self.canv, middle, y, each.text, font=STRONG, anchor="middle")


def _font(words: Words) -> str:
    return BODY if words.tone is Tone.EARLIER else STRONG


def _size(words: Words) -> tuple[float, float]:
    wide = max(width_of(words.text, _font(words)), width_of(words.note, BODY))
    return wide + 4, SIZE + 4 + (_NOTE_DOWN if words.note else 0.0)


def _stroke(trace: Trace) -> tuple[float, Color, tuple[float, ...]]:
    """Return width, ink and dash of a line; many points get a thinner one."""
    dense = np.isfinite(trace.y).sum() > 4 * _MOST_POINTS
    match trace.tone:
        case Tone.BEFORE:
            return 0.6 if dense else 1.25, inks().ink2, (3, 1.5) if trace.dashed else ()
        case Tone.AFTER:
            return 0.75 if dense else 1.5, inks().accent, ()
        case _:
            return 0.4, inks().ink3, ()


def _field_ink(tone: Tone) -> Color:
    match tone:
        case Tone.CHANGE:
            return inks().band
        case Tone.AFTER:
            return inks().after_field
        case _:
            return inks().sunken
