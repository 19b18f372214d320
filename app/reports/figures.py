"""The small figures of page 1: one per tile, twelve points high."""

from reportlab.pdfgen.canvas import Canvas

from app.reports.flowables import Drawn
from app.reports.theme import HAIRLINE, inks
from app.services.report_content.common import (
    Boxes,
    Counts,
    Figure,
    Ladder,
    Lengths,
    Pair,
    Track,
)

_LEVELS = 5
_TOP_SHARE = 0.92
"""How much of the width the longest bar takes, so that the target mark still has room."""


class MicroFigure(Drawn):
    """One of the figures; what there is none of stays empty."""

    def __init__(self, figure: Figure | None) -> None:
        super().__init__(12.0)
        self._figure = figure

    def draw(self) -> None:
        """Draw it."""
        canvas, width = self.canv, self.width
        canvas.translate(0, 2)
        match self._figure:
            case Boxes() as boxes:
                _boxes(canvas, boxes, width)
            case Pair() as pair:
                _pair(canvas, pair, width)
            case Lengths() as lengths:
                _lengths(canvas, lengths, width)
            case Track() as track:
                _track(canvas, track, width)
            case Counts() as counts:
                _counts(canvas, counts, width)
            case Ladder() as ladder:
                _ladder(canvas, ladder, width)
            case None:
                pass


def _solid(canvas: Canvas, x: float, y: float, width: float, height: float = 4.4) -> None:
    canvas.setFillColor(inks().accent)
    canvas.rect(x, y, max(width, 0.6), height, stroke=0, fill=1)


def _outline(canvas: Canvas, x: float, y: float, width: float, height: float) -> None:
    canvas.setStrokeColor(inks().ink2)
    canvas.setFillColor(inks().white)
    canvas.setLineWidth(HAIRLINE)
    canvas.rect(x, y, max(width, 0.6), height, stroke=1, fill=1)


def _tick(canvas: Canvas, x: float, low: float, high: float) -> None:
    canvas.setStrokeColor(inks().ink)
    canvas.setLineWidth(1.0)
    canvas.line(x, low - 2, x, high + 2)


def _boxes(canvas: Canvas, figure: Boxes, width: float) -> None:
    total = max(figure.total, 1)
    step = min(width / total, 22.5)
    for position in range(figure.total):
        if position < figure.done:
            _solid(canvas, position * step, 2.5, step - 4.5, 7)
        else:
            _outline(canvas, position * step, 2.5, step - 4.5, 7)


def _pair(canvas: Canvas, figure: Pair, width: float) -> None:
    known = (figure.before, figure.after, figure.target or 0.0)
    scale = _TOP_SHARE * width / (max(abs(value) for value in known) or 1.0)
    canvas.setFillColor(inks().before)
    canvas.rect(0, 7.2, max(abs(figure.before) * scale, 0.6), 2.6, stroke=0, fill=1)
    _solid(canvas, 0, 2.4, abs(figure.after) * scale)
    if figure.target is not None:
        _tick(canvas, abs(figure.target) * scale, 2.4, 9.8)


def _lengths(canvas: Canvas, figure: Lengths, width: float) -> None:
    scale = _TOP_SHARE * width / (max(figure.planned or 0.0, figure.actual) or 1.0)
    if figure.planned:
        _outline(canvas, 0.25, 7.2, figure.planned * scale, 2.6)
    _solid(canvas, 0, 2.4, figure.actual * scale)
    if figure.planned:
        _tick(canvas, figure.planned * scale, 2.4, 9.8)


def _track(canvas: Canvas, figure: Track, width: float) -> None:
    scale = width / max(1.0, figure.end)
    canvas.setStrokeColor(inks().ink2)
    canvas.setFillColor(inks().sunken)
    canvas.setLineWidth(HAIRLINE)
    canvas.rect(0.25, 1.5, scale - 0.5, 9, stroke=1, fill=1)
    left = max(figure.start, 0.0) * scale
    _solid(canvas, left, 3.5, max(figure.end * scale - left, 1.0), 5)


def _counts(canvas: Canvas, figure: Counts, width: float) -> None:
    canvas.setStrokeColor(inks().ink2)
    canvas.setLineWidth(HAIRLINE)
    third = width / max(len(figure.counts), 1)
    for position, count in enumerate(figure.counts):
        left = position * third
        canvas.line(left, 3, left + third - 6, 3)
        canvas.line(left, 3, left, 6)
        for number in range(min(count, 6)):
            _solid(canvas, left + 2.5 + number * 6.5, 3.25, 5, 6)


def _ladder(canvas: Canvas, figure: Ladder, width: float) -> None:
    gap = 4.0
    step = (width + gap) / _LEVELS
    for level in range(_LEVELS):
        if figure.level is not None and level <= figure.level:
            _solid(canvas, level * step, 2.5, step - gap, 7)
        else:
            _outline(canvas, level * step + 0.25, 2.5, step - gap - 0.5, 7)
    if figure.needed is not None:
        _tick(canvas, (figure.needed + 1) * step - gap / 2, 2.5, 9.5)
