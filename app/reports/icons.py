"""The signs beside words: outlined when calm, filled when attention is wanted. Drawn, not typed."""

import math
from collections.abc import Callable

from reportlab.lib.colors import Color
from reportlab.pdfgen.canvas import Canvas

from app.reports.theme import inks
from app.services.report_content.common import Icon

BOX = 9.0
"""Width and height of an icon at scale 1, in points."""


def draw_icon(canvas: Canvas, icon: Icon, x: float, y: float, scale: float = 1.0) -> None:
    """Draw an icon with its lower left corner at (x, y)."""
    drawer = _DRAWERS.get(icon)
    if drawer is None:
        return
    canvas.saveState()
    canvas.translate(x, y)
    canvas.scale(scale, scale)
    canvas.setLineCap(1)
    canvas.setLineJoin(1)
    drawer(canvas)
    canvas.restoreState()


def _ring(canvas: Canvas, colour: Color) -> None:
    canvas.setStrokeColor(colour)
    canvas.setLineWidth(1.0)
    canvas.circle(4.5, 4.5, 3.9, stroke=1, fill=0)


def _line(canvas: Canvas, *points: tuple[float, float], width: float = 1.0) -> None:
    canvas.setLineWidth(width)
    path = canvas.beginPath()
    path.moveTo(*points[0])
    for point in points[1:]:
        path.lineTo(*point)
    canvas.drawPath(path, stroke=1, fill=0)


def _filled(canvas: Canvas, colour: Color, points: list[tuple[float, float]]) -> None:
    canvas.setFillColor(colour)
    canvas.setStrokeColor(colour)
    canvas.setLineWidth(0.8)
    path = canvas.beginPath()
    path.moveTo(*points[0])
    for point in points[1:]:
        path.lineTo(*point)
    path.close()
    canvas.drawPath(path, stroke=1, fill=1)
    canvas.setStrokeColor(inks().white)
    canvas.setFillColor(inks().white)


def _good(canvas: Canvas) -> None:
    _ring(canvas, inks().good)
    _line(canvas, (2.7, 4.5), (4.0, 3.2), (6.4, 5.9), width=1.1)


def _same(canvas: Canvas) -> None:
    _ring(canvas, inks().ink2)
    _line(canvas, (2.9, 5.3), (6.1, 5.3))
    _line(canvas, (2.9, 3.7), (6.1, 3.7))


def _different(canvas: Canvas) -> None:
    _same(canvas)
    _line(canvas, (3.4, 2.4), (5.6, 6.6), width=0.9)


def _unknown(canvas: Canvas) -> None:
    canvas.setDash([1.5, 1.45])
    _ring(canvas, inks().unknown)
    canvas.setDash([])
    path = canvas.beginPath()
    path.moveTo(3.4, 5.5)
    path.curveTo(3.5, 7.0, 5.7, 6.9, 5.6, 5.5)
    path.curveTo(5.5, 4.7, 4.5, 4.7, 4.5, 3.8)
    canvas.drawPath(path, stroke=1, fill=0)
    canvas.setFillColor(inks().unknown)
    canvas.circle(4.5, 2.5, 0.6, stroke=0, fill=1)


def _watch(canvas: Canvas) -> None:
    _filled(canvas, inks().watch, [(0.5, 0.9), (8.5, 0.9), (4.5, 8.1)])
    _line(canvas, (4.5, 5.5), (4.5, 3.5), width=1.1)
    canvas.circle(4.5, 2.0, 0.6, stroke=0, fill=1)


def _bad(canvas: Canvas) -> None:
    radius, eighth = 4.1, math.pi / 4
    corners = [
        (
            4.5 + radius * math.cos(eighth * (k + 0.5)),
            4.5 + radius * math.sin(eighth * (k + 0.5)),
        )
        for k in range(8)
    ]
    _filled(canvas, inks().bad, corners)
    _line(canvas, (3.1, 3.1), (5.9, 5.9), width=1.1)
    _line(canvas, (3.1, 5.9), (5.9, 3.1), width=1.1)


_DRAWERS: dict[Icon, Callable[[Canvas], None]] = {
    Icon.GOOD: _good,
    Icon.SAME: _same,
    Icon.DIFFERENT: _different,
    Icon.UNKNOWN: _unknown,
    Icon.WATCH: _watch,
    Icon.BAD: _bad,
}
