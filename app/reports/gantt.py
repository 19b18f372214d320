"""Planned against actual along time: one strip per step, and the downtime cut into steps."""

from collections.abc import Sequence

from reportlab.pdfgen.canvas import Canvas

from app.reports.flowables import Drawn, words_at
from app.reports.theme import BODY, HAIRLINE, SIZE, STRONG, inks, plain, width_of
from app.services.report_content.parts import DowntimeBar, Gantt, StepRow

_CAPITAL = 0.727 * SIZE
_LABEL = 44.0
"""Room for the name of a bar."""
_TOTAL = 52.0


class _OnAxis(Drawn):
    """Something on the time axis of the steps."""

    def __init__(self, gantt: Gantt, height: float) -> None:
        super().__init__(height)
        self._gantt = gantt

    def x(self, unix_s: float) -> float:
        """Return the place of an instant."""
        span = (self._gantt.end - self._gantt.start) or 1.0
        return 2 + (unix_s - self._gantt.start) / span * (self.width - 4)


class StepStrip(_OnAxis):
    """Outline planned over solid actual; the fields behind join those of the rows around."""

    def __init__(self, gantt: Gantt, row: StepRow | None, height: float) -> None:
        super().__init__(gantt, height)
        self._row = row

    def draw(self) -> None:
        """Draw fields, then bars."""
        canvas, gantt = self.canv, self._gantt
        if gantt.down is not None:
            left, right = (self.x(at) for at in gantt.down)
            canvas.setFillColor(inks().sunken)
            canvas.rect(left, 0, right - left, self.height, stroke=0, fill=1)
            _upright(canvas, (left, right), self.height, HAIRLINE)
        if gantt.deadline is not None:
            canvas.setDash([3, 2])
            _upright(canvas, (self.x(gantt.deadline),), self.height, 0.75)
            canvas.setDash([])
        if gantt.window_end is not None:
            _upright(canvas, (self.x(gantt.window_end),), self.height, 1.0)
        if self._row is not None:
            self._bars(canvas, self._row)

    def _bars(self, canvas: Canvas, row: StepRow) -> None:
        top = self.height
        if row.planned is not None:
            left, right = (self.x(at) for at in row.planned)
            canvas.setStrokeColor(inks().ink2)
            canvas.setFillColor(inks().white)
            canvas.setLineWidth(HAIRLINE)
            canvas.rect(left, top - 6, max(right - left, 1.0), 3.5, stroke=1, fill=1)
        if row.actual is not None:
            left, right = (self.x(at) for at in row.actual)
            canvas.setFillColor(inks().accent)
            canvas.rect(left, top - 13.5, max(right - left, 1.0), 6, stroke=0, fill=1)


class AxisHead(_OnAxis):
    """Names the fields above the strips."""

    def __init__(self, gantt: Gantt) -> None:
        super().__init__(gantt, 12.0)

    def draw(self) -> None:
        """Write the names that have room."""
        base = self.height - SIZE
        end = -1.0
        for at, text, font in self._names():
            half = width_of(text, font) / 2
            middle = min(max(self.x(at), half), self.width - half)
            if middle - half > end:
                self.canv.setFillColor(inks().ink if font == STRONG else inks().ink2)
                words_at(self.canv, middle, base, text, font=font, anchor="middle")
                end = middle + half + 6

    def _names(self) -> list[tuple[float, str, str]]:
        gantt, found = self._gantt, []
        if gantt.down is not None:
            found.append((sum(gantt.down) / 2, gantt.down_text, BODY))
        if gantt.deadline is not None:
            found.append((gantt.deadline, gantt.deadline_text, BODY))
        return found


class AxisFoot(_OnAxis):
    """Times below the strips."""

    def __init__(self, gantt: Gantt) -> None:
        super().__init__(gantt, 12.0)

    def draw(self) -> None:
        """Write the times that have room."""
        base, end = self.height - SIZE, -1.0
        self.canv.setStrokeColor(inks().ink2)
        self.canv.setFillColor(inks().ink2)
        self.canv.setLineWidth(HAIRLINE)
        for tick in self._gantt.ticks:
            text = tick.text.split()[-1]
            half, x = width_of(text) / 2, self.x(tick.at)
            self.canv.line(x, self.height + 1.5, x, self.height - 1.5)
            middle = min(max(x, half), self.width - half)
            if middle - half > end:
                words_at(self.canv, middle, base - 1, text, anchor="middle")
                end = middle + half + 6


def _upright(canvas: Canvas, places: Sequence[float], height: float, width: float) -> None:
    canvas.setStrokeColor(inks().ink if width >= 0.75 else inks().ink2)
    canvas.setLineWidth(width)
    for x in places:
        canvas.line(x, 0, x, height)


class DowntimeBars(Drawn):
    """Planned and actual downtime, stacked on the same scale."""

    def __init__(self, bars: Sequence[DowntimeBar], unit_s: float) -> None:
        super().__init__(26.0 * len(bars) + 4)
        self._bars, self._unit_s = bars, unit_s

    def draw(self) -> None:
        """Draw every bar with its name before and its sum behind."""
        longest = max((sum(length for _n, length in bar.parts) for bar in self._bars), default=0.0)
        scale = (self.width - _LABEL - _TOTAL) / (longest or 1.0)
        for position, bar in enumerate(self._bars):
            base = self.height - 26.0 * position - 14
            end = self._bar(bar, base, scale)
            self.canv.setFillColor(inks().ink)
            words_at(self.canv, 0, base + 7 - _CAPITAL / 2, bar.label)
            words_at(self.canv, end + 4, base + 7 - _CAPITAL / 2, bar.total, font=STRONG)

    def _bar(self, bar: DowntimeBar, base: float, scale: float) -> float:
        canvas, left = self.canv, _LABEL
        longest = max((length for _name, length in bar.parts), default=0.0)
        for name, length in bar.parts:
            width = length * scale
            marked = bar.down and length == longest
            canvas.setStrokeColor(inks().ink2)
            canvas.setLineWidth(HAIRLINE)
            plain_fill = inks().sunken if bar.down else inks().white
            canvas.setFillColor(inks().accent if marked else plain_fill)
            canvas.rect(left, base, width, 14, stroke=1, fill=1)
            canvas.setFillColor(inks().white if marked else inks().ink)
            figure = f"{length / self._unit_s:.{1 if self._unit_s == 1.0 else 0}f}"
            text = f"{plain(name)} {figure}"
            font = STRONG if marked else BODY
            shown = text if width_of(text, font) < width - 6 else figure
            if width_of(shown, font) < width - 3:
                middle = left + width / 2
                words_at(canvas, middle, base + 7 - _CAPITAL / 2, shown, font=font, anchor="middle")
            left += width
        return left
