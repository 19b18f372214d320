"""Draws the before/after chart that the window shows, natively, and the bars of the table.

The picture is prepared by `app.analysis.chart_model`; here it only gets ink. Names stand on their
lines, there is no legend, and a gap in the samples stays a gap.
"""

from collections.abc import Sequence

import numpy as np
from reportlab.lib.colors import Color
from reportlab.pdfgen.canvas import Canvas

from app.analysis.chart_axes import Tick, value_ticks
from app.analysis.chart_model import Line, LineKind, Span
from app.i18n import _
from app.reports.flowables import Drawn, words_at
from app.reports.theme import BODY, HAIRLINE, SIZE, STRONG, fitted, inks, width_of
from app.reports.timescale import TimeScale
from app.services.report_content.parts import MetricChart

HEIGHT = 134.0
LEFT, RIGHT, TOP, BOTTOM = 26.0, 33.0, 14.0, 15.0
_CAPITAL = 0.727 * SIZE
_TO_TICK = 6.0
_UPPER_SHARE = 0.55
"""If nothing lies below this share of the highest value, the axis does not begin at zero."""
_FLAT = 1e-6
"""Values that differ by less than this share are the same: the rest is rounding."""
_CLEAR = 10.0
"""Least distance between two lines of words."""


class BeforeAfter(Drawn):
    """The picture of one measure."""

    def __init__(self, chart: MetricChart) -> None:
        super().__init__(HEIGHT)
        self._chart = chart
        self._model = chart.model

    def draw(self) -> None:
        """Draw fields, axes, lines, levels and words, from back to front."""
        self._low, self._high, self._y_ticks = value_axis(self._chart)
        widest = max(width_of(tick.text) for tick in self._y_ticks)
        self._x0, self._x1 = max(LEFT, widest + _TO_TICK), self.width - RIGHT
        self._y0, self._y1 = BOTTOM, self.height - TOP
        model = self._model
        self._time = TimeScale(model, self._chart.zone, self._x0, self._x1)
        self._fields()
        self._axes()
        self._lines()
        self._target()
        self._levels()

    def _y(self, value: float) -> float:
        share = (value - self._low) / ((self._high - self._low) or 1.0)
        return self._y0 + min(max(share, -0.02), 1.02) * (self._y1 - self._y0)

    def _fields(self) -> None:
        canvas, model = self.canv, self._model
        spans = (
            (model.before, inks().sunken),
            (model.change, inks().band),
            (model.after, inks().after_field),
        )
        places: list[tuple[float, Span]] = []
        fits = True  # both windows are named at length, or neither
        for span, colour in spans:
            left, right = self._time.at(span.start), self._time.at(span.end)
            wide = max(right - left, 1.0)
            canvas.setFillColor(colour)
            canvas.rect(left, self._y0, wide, self._y1 - self._y0, 0, 1)
            self._edges(left, left + wide, span)
            fits = fits and (span is model.change or width_of(span.text) <= wide)
            places.append(((left + right) / 2, span))
        canvas.setFillColor(inks().ink2)
        names = [
            (x, span.text if fits and span is not model.change else span.name) for x, span in places
        ]
        for x, name in _spread(names, self._x0, self.width):
            words_at(canvas, x, self._y1 + 4, name, anchor="middle")

    def _edges(self, left: float, right: float, span: Span) -> None:
        """Tell the three fields apart where no colour is printed: sides, or a bar along the top."""
        canvas = self.canv
        if span is self._model.change:
            canvas.setStrokeColor(inks().ink2)
            canvas.setLineWidth(HAIRLINE)
            for x in (left, right):
                canvas.line(x, self._y0, x, self._y1)
            return
        after = span is self._model.after
        self.pen(1.5, inks().accent if after else inks().before, () if after else (3, 1.5))
        canvas.line(left, self._y1, right, self._y1)
        canvas.setDash([])

    def _axes(self) -> None:
        canvas, at_zero = self.canv, self._low == 0
        canvas.setStrokeColor(inks().ink2 if at_zero else inks().hair)
        canvas.setLineWidth(0.75 if at_zero else HAIRLINE)
        for left, right in self._time.stretches():
            canvas.line(left, self._y0, right, self._y0)
        canvas.setStrokeColor(inks().ink2)
        canvas.setFillColor(inks().ink2)
        canvas.setLineWidth(HAIRLINE)
        for tick in self._y_ticks:
            y = self._y(tick.at)
            canvas.line(self._x0 - 4, y, self._x0 - 1, y)
            words_at(canvas, self._x0 - _TO_TICK, y - _CAPITAL / 2, tick.text, anchor="end")
        end = -1e9
        for at, text in self._time.ticks():
            half = width_of(text) / 2
            canvas.line(at, self._y0, at, self._y0 - 3)
            middle = min(max(at, half), self.width - half)
            if middle - half > end + 5:
                words_at(canvas, middle, self._y0 - 12, text, anchor="middle")
                end = middle + half
        if self._low > 0 or self._high < 0:
            self._break()

    def _break(self) -> None:
        """Say that the axis leaves zero out: two strokes at its foot, and words."""
        canvas, x, y = self.canv, self._x0 - 2.5, self._y0 + 4
        canvas.setLineWidth(0.75)
        for up in (0.0, 2.5):
            canvas.line(x - 2.5, y + up - 1.5, x + 2.5, y + up + 1.5)
        text = fitted(_("not from zero"), self._x1 - self._x0 - 8)
        words_at(canvas, self._x0 + 4, self._y0 + 3, text)

    def _lines(self) -> None:
        for line in self._model.lines:
            match line.kind:
                case LineKind.REFERENCE:
                    self.pen(0.6, inks().ink3, (0.8, 1.6))
                case LineKind.BEFORE:
                    self.pen(0.6, inks().before)
                case LineKind.AFTER:
                    self.pen(0.75, inks().accent)
            self._draw_line(line)
        self.canv.setDash([])

    def _draw_line(self, line: Line) -> None:
        for segment in line.segments(420):
            self.stretch([(self._time.at(x), self._y(y)) for x, y in segment])

    def _target(self) -> None:
        goal = self._model.target
        if goal is None:
            return
        y = self._y(goal.value)
        self.pen(0.75, inks().ink, (5, 2.5))
        self.canv.line(self._x0, y, self._x1, y)
        self.canv.setDash([])

    def _levels(self) -> None:
        canvas, chart, model = self.canv, self._chart, self._model
        taken: list[float] = []
        if chart.before is not None:
            y = self._y(chart.before)
            left, right = self._time.at(model.before.start), self._time.at(model.before.end)
            self.pen(1.75, inks().ink2, (4, 2))
            canvas.line(left, y, right, y)
            canvas.setDash([])
            below = self._is_above_target(chart.before) is False
            self._level_word(chart.before_text, (left + right) / 2, y, below=below)
        if chart.after is not None:
            y = self._y(chart.after)
            left, right = self._time.at(model.after.start), self._time.at(model.after.end)
            self.pen(2.0, inks().accent)
            canvas.line(left, y, right, y)
            self._likely(y)
            taken.append(y)
        self._target_word(taken)

    def _is_above_target(self, value: float) -> bool | None:
        goal = self._model.target
        if goal is None or abs(self._y(goal.value) - self._y(value)) > 3 * _CLEAR:
            return None
        return value >= goal.value

    def _level_word(self, text: str, x: float, y: float, *, below: bool) -> None:
        crowded_top = y + 8 + SIZE > self._y1
        place = y - 7 - _CAPITAL if below or crowded_top else y + 8
        half = width_of(text, STRONG) / 2 + 1.5
        self.canv.setFillColor(inks().sunken)
        self.canv.rect(x - half, place - 1.5, 2 * half, _CAPITAL + 3, 0, 1)
        self.canv.setFillColor(inks().ink)
        x = min(max(x, self._x0 + half), self.width - half)
        words_at(self.canv, x, place, text, font=STRONG, anchor="middle")

    def _likely(self, y: float) -> None:
        """Draw the likely range of the level after, right of the plot, and its figure."""
        canvas, chart = self.canv, self._chart
        x = self._x1 + 5
        canvas.setStrokeColor(inks().accent)
        canvas.setFillColor(inks().accent)
        length = 0.0
        if chart.range is not None:
            low, high = (self._y(end) for end in chart.range)
            length = high - low
            canvas.setLineWidth(1.0)
            canvas.line(x, low, x, high)
            for end in (low, high):
                canvas.line(x - 2.5, end, x + 2.5, end)
        canvas.circle(x, y, 2.0 if length >= 8 else 1.4, stroke=0, fill=1)
        words_at(canvas, x + 5, y - _CAPITAL / 2, chart.after_text, font=STRONG)

    def _target_word(self, taken: Sequence[float]) -> None:
        goal, text = self._model.target, self._chart.target_text
        if goal is None or not text:
            return
        y, size = self._y(goal.value), width_of(text, BODY)
        above = y + 3 + SIZE < self._y1
        base = y + 3 if above else y - 3 - _CAPITAL
        x = self._free_x(size + 4, base)
        self.canv.setFillColor(inks().ink)
        words_at(self.canv, x + 2, base, text)

    def _free_x(self, width: float, base: float) -> float:
        """Return where the fewest samples run behind the words."""
        heights = [
            (self._time.at(x), self._y(y))
            for line in self._model.lines
            for segment in line.segments(200)
            for x, y in segment
        ]
        spots = [
            self._x0 + step * 6.0 for step in range(int((self._x1 - self._x0 - width) / 6) + 1)
        ]

        edges = [self._time.at(at) for at in (self._model.change.start, self._model.change.end)]

        def crowd(left: float) -> int:
            low, high = base - 3, base + SIZE + 1
            covered = sum(left < x < left + width and low < y < high for x, y in heights)
            return covered + 5 * sum(left - 2 < edge < left + width for edge in edges)

        return min(spots or [self._x0], key=lambda left: (crowd(left), left))


def value_axis(chart: MetricChart) -> tuple[float, float, tuple[Tick, ...]]:
    """Return the ends of the value axis and its ticks.

    It begins at zero, as on screen, unless everything drawn lies in the upper part: then a move
    that matters could not be seen.
    """
    model = chart.model
    known = [float(np.nanmin(line.y)) for line in model.lines]
    known += [float(np.nanmax(line.y)) for line in model.lines]
    known += [value for value in (chart.before, chart.after) if value is not None]
    known += list(chart.range or ())
    if model.target is not None:
        known.append(model.target.value)
    low, high = min(known, default=0.0), max(known, default=1.0)
    flat = high - low <= _FLAT * max(abs(high), abs(low))
    if flat or low < _UPPER_SHARE * high:
        low = min(0.0, low)
    else:
        low -= 0.3 * (high - low)
    high += 0.08 * (high - low)
    ticks = value_ticks(low, high, most=5)
    return ticks[0].at, ticks[-1].at, ticks


class Interval(Drawn):
    """One likely range on the scale of the table, with the agreed margin behind it."""

    def __init__(
        self, estimate: float | None, interval: tuple[float, float] | None, *,
        margin: float, scale: float, kind: str,
    ) -> None:  # fmt: skip
        super().__init__(12.0)
        self._estimate, self._interval = estimate, interval
        self._margin, self._scale, self._kind = margin, scale, kind

    def draw(self) -> None:
        """Draw margin, zero, range and estimate."""
        canvas, middle = self.canv, self.width / 2
        canvas.setFillColor(inks().sunken)
        half = min(self._margin / self._scale, 1.0) * middle
        canvas.rect(middle - half, 0.5, 2 * half, 11, stroke=0, fill=1)
        canvas.setStrokeColor(inks().ink2)
        canvas.setLineWidth(HAIRLINE)
        canvas.line(middle, 0.5, middle, 11.5)
        if self._estimate is None:
            return
        found = self._kind in ("good", "bad", "different")
        colour = inks().accent if self._kind == "good" else inks().ink
        if self._interval is not None:
            self._range(canvas, colour)
        self._dot(canvas, colour, filled=found)

    def _x(self, value: float) -> float:
        share = max(-1.0, min(1.0, value / self._scale))
        return self.width / 2 * (1 + share)

    def _range(self, canvas: Canvas, colour: Color) -> None:
        low, high = self._interval or (0.0, 0.0)
        canvas.setStrokeColor(colour)
        canvas.setLineWidth(0.9)
        canvas.line(self._x(low), 6, self._x(high), 6)
        for value in (low, high):
            x = self._x(value)
            if abs(value) <= self._scale:
                canvas.line(x, 4, x, 8)
            else:  # the range goes on beyond the scale
                back = 2.5 if value > 0 else -2.5
                canvas.line(x, 6, x - back, 8)
                canvas.line(x, 6, x - back, 4)

    def _dot(self, canvas: Canvas, colour: Color, *, filled: bool) -> None:
        x = self._x(self._estimate or 0.0)
        canvas.setStrokeColor(colour)
        canvas.setFillColor(colour if filled else inks().white)
        if self._kind == "bad":
            canvas.rect(x - 2, 4, 4, 4, stroke=1, fill=1)
        else:
            canvas.circle(x, 6, 2, stroke=1, fill=1)


class IntervalScale(Drawn):
    """The head of the column of ranges: both ends; zero is the line below."""

    def __init__(self, low: str, high: str) -> None:
        super().__init__(12.0)
        self._low, self._high = low, high

    def draw(self) -> None:
        """Write the two figures."""
        base = 12.0 - SIZE
        self.canv.setFillColor(inks().ink2)
        words_at(self.canv, 0, base, self._low)
        words_at(self.canv, self.width, base, self._high, anchor="end")


def _spread(
    places: Sequence[tuple[float, str]], low: float, high: float
) -> list[tuple[float, str]]:
    """Push names on one line apart until none covers its neighbour."""
    gap = 5.0
    halves = [width_of(name) / 2 for _x, name in places]
    xs = [
        min(max(x, low + half), high - half)
        for (x, _name), half in zip(places, halves, strict=True)
    ]
    for _turn in range(12):
        for i in range(len(xs) - 1):
            lap = xs[i] + halves[i] + gap - (xs[i + 1] - halves[i + 1])
            if lap > 0:
                xs[i] -= lap / 2
                xs[i + 1] += lap / 2
        xs = [min(max(x, low + h), high - h) for x, h in zip(xs, halves, strict=True)]
    return [(x, name) for x, (_old, name) in zip(xs, places, strict=True)]
