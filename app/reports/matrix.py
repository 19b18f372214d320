"""The risk matrix, the bar of the roll-back, the strip of phases: pictures of one kind each."""

from collections.abc import Sequence

from reportlab.lib.colors import Color, HexColor

from app.domain.risk import TABLE_I2, Grade
from app.i18n import _
from app.reports.flowables import Drawn, words_at
from app.reports.theme import BODY, HAIRLINE, SIZE, STRONG, inks, width_of
from app.services.report_content.proofs import Phase, RiskPart, Rollback

_CAPITAL = 0.727 * SIZE
_GREYS = {
    Grade.VERY_LOW: HexColor("#FFFFFF"),
    Grade.LOW: HexColor("#EEF0F4"),
    Grade.MODERATE: HexColor("#DDE1E8"),
    Grade.HIGH: HexColor("#C6CCD6"),
    Grade.VERY_HIGH: HexColor("#A9B2C0"),
}
_SHORT = {
    Grade.VERY_LOW: "VL",
    Grade.LOW: "L",
    Grade.MODERATE: "M",
    Grade.HIGH: "H",
    Grade.VERY_HIGH: "VH",
}
_CELL_W, _CELL_H, _AXIS = 33.0, 26.0, 24.0


class RiskMatrix(Drawn):
    """Table I-2 in five greys: an open square before controls, a filled one with them."""

    def __init__(self, risk: RiskPart) -> None:
        super().__init__(5 * _CELL_H + 26)
        self._risk = risk

    def draw(self) -> None:
        """Draw the cells, the axes, the two squares and what joins them."""
        for likelihood in Grade:
            self._row(likelihood)
        self._outline()
        self._squares()

    def _corner(self, likelihood: int, impact: int) -> tuple[float, float]:
        return _AXIS + (impact - 1) * _CELL_W, 26 + (likelihood - 1) * _CELL_H

    def _row(self, likelihood: Grade) -> None:
        canvas = self.canv
        for impact in Grade:
            level = TABLE_I2[likelihood - 1][impact - 1]
            x, y = self._corner(likelihood, impact)
            canvas.setFillColor(_GREYS[level])
            canvas.rect(x + 0.5, y + 0.5, _CELL_W - 1, _CELL_H - 1, stroke=0, fill=1)
            canvas.setFillColor(inks().ink2)
            words_at(canvas, x + _CELL_W - 4, y + 4, _SHORT[level], anchor="end")
        _x, y = self._corner(likelihood, 1)
        words_at(
            canvas, _AXIS - 6, y + _CELL_H / 2 - _CAPITAL / 2, _SHORT[likelihood], anchor="end"
        )

    def _outline(self) -> None:
        canvas = self.canv
        canvas.setStrokeColor(inks().ink2)
        canvas.setLineWidth(HAIRLINE)
        canvas.rect(_AXIS, 26, 5 * _CELL_W, 5 * _CELL_H, stroke=1, fill=0)
        canvas.setFillColor(inks().ink2)
        for impact in Grade:
            x, _y = self._corner(1, impact)
            words_at(canvas, x + _CELL_W / 2, 15, _SHORT[impact], anchor="middle")
        words_at(canvas, _AXIS, 3, _("↑ likelihood"))
        words_at(canvas, _AXIS + 5 * _CELL_W, 3, _("impact →"), anchor="end")

    def _squares(self) -> None:
        canvas, risk = self.canv, self._risk
        inherent, residual = self._middle(risk.inherent), self._middle(risk.residual)
        same = inherent == residual
        if not same:
            canvas.setStrokeColor(inks().ink)
            canvas.setLineWidth(1.0)
            canvas.line(*inherent, *residual)
        words_x = _AXIS + 5 * _CELL_W + 6
        marks = [(residual, True, _("residual")), (inherent, False, _("inherent"))]
        if same:
            marks = [(residual, True, _("both"))]
        for (x, y), filled, _name in marks:
            canvas.setStrokeColor(inks().ink)
            canvas.setLineWidth(HAIRLINE)
            canvas.line(x, y, words_x - 2, y)
            canvas.setFillColor(inks().ink if filled else inks().white)
            canvas.rect(x - 3, y - 3, 6, 6, stroke=1, fill=1)
        for y, name in _apart([(mark[0][1], mark[2]) for mark in marks]):
            canvas.setFillColor(inks().ink)
            words_at(canvas, words_x, y - _CAPITAL / 2, name, font=STRONG)

    def _middle(self, place: tuple[int, int]) -> tuple[float, float]:
        x, y = self._corner(*place)
        return x + _CELL_W * 0.35, y + _CELL_H / 2


def _apart(names: Sequence[tuple[float, str]]) -> list[tuple[float, str]]:
    """Push two names on one height apart."""
    if len(names) == 2 and abs(names[0][0] - names[1][0]) < 10:
        low, high = sorted(names)
        return [(low[0] - 6, low[1]), (high[0] + 6, high[1])]
    return list(names)


class RollbackBar(Drawn):
    """The window from edge to edge: the work in it, the deadline, and what the way back takes."""

    def __init__(self, rollback: Rollback) -> None:
        super().__init__(50.0)
        self._part = rollback

    def draw(self) -> None:
        """Draw it."""
        canvas, part, base = self.canv, self._part, 18.0
        start, end = part.window
        last = max(end, part.work[1] if part.work else end)
        span = (last - start) or 1.0

        def x(at: float) -> float:
            return min(max((at - start) / span, 0.0), 1.0) * self.width

        canvas.setStrokeColor(inks().ink2)
        canvas.setLineWidth(HAIRLINE)
        canvas.setFillColor(inks().sunken)
        canvas.rect(x(part.deadline), base, max(x(end) - x(part.deadline), 1.0), 12, 1, 1)
        self._inside(_("way back"), x(part.deadline), x(end), base, inks().ink)
        if part.work is not None:
            left, right = x(part.work[0]), max(x(part.work[1]), x(part.work[0]) + 1.5)
            canvas.setFillColor(inks().accent)
            canvas.rect(left, base, right - left, 12, stroke=0, fill=1)
            if not self._inside(part.work_text, left, right, base, inks().white):
                canvas.setFillColor(inks().ink)
                words_at(canvas, right + 4, base + 6 - _CAPITAL / 2, part.work_text, font=STRONG)
        self._deadline(x(part.deadline), base)
        canvas.setStrokeColor(inks().ink2)
        canvas.line(0, base - 3, self.width, base - 3)
        canvas.setFillColor(inks().ink2)
        for tick in part.ticks:
            place = x(tick.at)
            half = width_of(tick.text.split()[-1]) / 2
            canvas.line(place, base - 3, place, base - 6)
            middle = min(max(place, half), self.width - half)
            words_at(canvas, middle, 2, tick.text.split()[-1], anchor="middle")

    def _deadline(self, place: float, base: float) -> None:
        canvas, text = self.canv, self._part.deadline_text
        canvas.setStrokeColor(inks().ink)
        canvas.setLineWidth(1.0)
        canvas.line(place, base - 3, place, base + 18)
        half = width_of(text, STRONG) / 2
        canvas.setFillColor(inks().ink)
        middle = min(max(place, half), self.width - half)
        words_at(canvas, middle, base + 21, text, font=STRONG, anchor="middle")

    def _inside(self, text: str, left: float, right: float, base: float, ink: Color) -> bool:
        font = STRONG if ink == inks().white else BODY
        if width_of(text, font) > right - left - 6:
            return False
        self.canv.setFillColor(ink)
        middle = (left + right) / 2
        words_at(self.canv, middle, base + 6 - _CAPITAL / 2, text, font=font, anchor="middle")
        return True


class PhaseStrip(Drawn):
    """The life of the change as one bar; long phases carry their name."""

    def __init__(self, phases: Sequence[Phase], begins: str, ends: str) -> None:
        super().__init__(42.0)
        self._phases, self._edges = phases, (begins, ends)

    def draw(self) -> None:
        """Draw it."""
        canvas, base, left = self.canv, 14.0, 0.0
        total = sum(phase.seconds for phase in self._phases) or 1.0
        spare = self.width - 1.5 * len(self._phases)
        above = -1.0
        for position, phase in enumerate(self._phases):
            width = 1.5 + phase.seconds / total * spare
            canvas.setStrokeColor(inks().ink2)
            canvas.setLineWidth(HAIRLINE)
            pale = inks().sunken if position % 2 == 0 else inks().white
            canvas.setFillColor(inks().accent if phase.busy else pale)
            canvas.rect(left, base, width, 14, stroke=1, fill=1)
            canvas.setFillColor(inks().white if phase.busy else inks().ink)
            middle = left + width / 2
            fits = next(
                (text for text in (phase.text, phase.name) if width_of(text) < width - 6), ""
            )
            if fits:
                words_at(canvas, middle, base + 7 - _CAPITAL / 2, fits, anchor="middle")
            else:
                above = self._above(phase.name, middle, base, above)
            left += width
        canvas.setFillColor(inks().ink2)
        words_at(canvas, 0, 1, self._edges[0])
        words_at(canvas, self.width, 1, self._edges[1], anchor="end")

    def _above(self, name: str, middle: float, base: float, taken: float) -> float:
        """Write a name over its bar where there is room; return how far the line is taken."""
        half = width_of(name) / 2
        place = min(max(middle, half), self.width - half)
        if place - half < taken:
            return taken
        self.canv.setFillColor(inks().ink)
        words_at(self.canv, place, base + 18, name, anchor="middle")
        return place + half + 6
