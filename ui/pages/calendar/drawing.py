"""How entries look wherever they stand: bars by risk with icon and word, shades, now."""

from collections.abc import Iterable

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QBrush, QPainter, QPen, QRegion

from app.wording import clock
from ui import icons
from ui.pages.calendar.entries import Entry
from ui.paint import Style, dashed, line_height, scaled, vline, write
from ui.theme import BOLD, MEDIUM, SMALL, faded, mix, tokens
from ui.widgets.risk_badge import draw_risk, draw_steps

NAME = Style("ink", SMALL, BOLD)
NOTE = Style("ink2", SMALL)
_STRIPE = 3


def draw_bar(painter: QPainter, box: QRectF, entry: Entry, zone: str, *, chosen: bool) -> None:
    """Draw a change: a stripe and a tint in the colour of its risk, its name, steps and word."""
    look = tokens()
    color = look.named(entry.tone)
    share = 0.06 if entry.faint else 0.16 if look.dark else 0.12
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(look.accent, 2) if chosen else QPen(faded(color, 0.55), 1))
    painter.setBrush(mix(look.surface, color, share))
    inset = 1.0 if chosen else 0.5
    painter.drawRoundedRect(box.adjusted(inset, inset, -inset, -inset), 4, 4)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
    painter.fillRect(QRectF(box.left() + 1, box.top() + 2, _STRIPE, box.height() - 4), color)
    _write_bar(painter, _inside(box), entry, zone)


def _inside(box: QRectF) -> QRectF:
    return box.adjusted(_STRIPE + 5, 2, -4, -2)


def beside_words(column: QRect, bars: Iterable[QRectF]) -> QRegion:
    """Return where the line of this moment strikes through no words; a bar has three lines."""
    free = QRegion(column.adjusted(-6, 0, 0, 0))  # the knob stands a little to the left
    for box in bars:
        words = _inside(box)
        words.setHeight(min(words.height(), 3 * line_height(NAME)))
        free -= QRegion(words.toAlignedRect())
    return free


def _write_bar(painter: QPainter, area: QRectF, entry: Entry, zone: str) -> None:
    """Write as much as there is room for: on one line, or name, time and risk below each other."""
    small = line_height(NAME)
    if entry.row is None or area.width() < 14:
        return
    if area.height() < small - 4:
        return
    row = entry.row
    if area.height() < 2 * small:
        line = QRectF(area.left(), area.center().y() - small / 2, area.width(), small)
        _write_line(painter, line, entry)
        return
    line = QRectF(area.left(), area.top(), area.width(), small)
    _write_line(painter, line, entry)
    line.translate(0, small)
    when = f"{clock(entry.span.start, zone)}–{clock(entry.span.end, zone)}"
    write(painter, line, f"{when}  {row.number}", NOTE)
    if area.height() >= 3 * small:
        line.translate(0, small)
        used = draw_risk(painter, line, row.risk, SMALL)
        rest = line.adjusted(used + 12, 0, 0, 0)
        if rest.width() > 60 and entry.badge is not None:
            tone = "watch" if entry.missed else "ink2"
            write(painter, rest, entry.badge.word, Style(tone, SMALL))


def _write_line(painter: QPainter, line: QRectF, entry: Entry) -> None:
    """Write the name after its signs: the steps of the risk, and the state as an icon."""
    row = entry.row
    if row is None:
        return
    x = line.left()
    if row.risk is not None and line.width() > 60:
        draw_steps(painter, x, line.center().y() + 5, row.risk)
        x += 19
    badge = entry.badge
    if badge is not None and (line.width() > 90 or entry.missed):
        side = scaled(12)
        icons.draw(painter, badge.mark.icon, x, line.center().y() - side / 2, badge.color, side)
        x += side + 4
    write(painter, QRectF(x, line.top(), line.right() - x, line.height()), entry.title, NAME)


def draw_ghost(painter: QPainter, box: QRectF, entry: Entry, zone: str) -> None:
    """Draw where a change would be: dashed, with the time it would begin."""
    look = tokens()
    painter.fillRect(box, faded(look.surface, 0.85))
    dashed(painter, box, look.accent)
    when = f"{clock(entry.span.start, zone)}–{clock(entry.span.end, zone)}"
    area = box.adjusted(6, 0, -4, 0)
    write(painter, area, f"{when}  {entry.title}", Style("accent", SMALL, MEDIUM))


def draw_shade(painter: QPainter, box: QRectF, entry: Entry, *, chosen: bool) -> None:
    """Draw a window as a tint, a freeze as hatching; both with a line at their edge."""
    look = tokens()
    if entry.is_freeze:
        painter.fillRect(box, look.sunken)
        painter.fillRect(box, QBrush(faded(look.ink3, 0.30), Qt.BrushStyle.BDiagPattern))
    else:
        painter.fillRect(box, mix(look.surface, look.accent, 0.12 if look.dark else 0.07))
    if chosen:
        painter.setPen(QPen(look.accent, 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(box.adjusted(1, 1, -1, -1))


def name_shade(painter: QPainter, area: QRectF, entry: Entry) -> None:
    """Write the name of a window or freeze with its sign."""
    look = tokens()
    tone = "ink2" if entry.is_freeze else "accent"
    side = scaled(12)
    icons.draw(painter, shade_icon(entry), area.left(), area.center().y() - side / 2,
               look.named(tone), side)  # fmt: skip
    write(painter, area.adjusted(side + 4, 0, 0, 0), entry.title, Style(tone, SMALL, MEDIUM))


def shade_icon(entry: Entry) -> str:
    """Return the icon of a window or freeze."""
    return "ban" if entry.is_freeze else "wrench"


def draw_now(painter: QPainter, area: QRectF, *, upright: bool) -> None:
    """Draw the line of this moment along the longer side of an area, with a knob."""
    look = tokens()
    if upright:
        vline(painter, round(area.left()) - 1, area.top(), area.bottom(), look.ink, 2)
        return
    painter.fillRect(QRectF(area.left(), round(area.top()) - 1, area.width(), 2), look.ink)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(look.ink)
    painter.drawEllipse(QRectF(area.left() - 4, area.top() - 4, 8, 8))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
