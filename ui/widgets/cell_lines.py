"""Where the pieces of a cell stand: words give way to one another, states and figures never."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtCore import QRectF

from ui.cells import Badge, Cell, Column, Interval, Mini, Piece, Risk, Squares, Words
from ui.paint import Style, line_height
from ui.theme import BODY, BOLD, REGULAR, SMALL
from ui.widgets.badges import badge_width
from ui.widgets.intervals import LEAST
from ui.widgets.levels import STEP
from ui.widgets.risk_badge import risk_width

GAP = 8
_WIDEST = Style("ink", BODY, BOLD)
"""How the first line looks while its row is selected."""
_BELOW = Style("ink2", SMALL)
_LEAST = 24.0
"""What words keep, in pixels, when they give way to the pieces beside them."""
_SHOWN = 48.0
"""How much of words should be seen where that can be chosen, in pixels."""
_END_SHARE = 0.3
"""What words at the right keep at least of a line."""
_FIRST = 0.6
"""The first words name the row: they count as shorter when it is asked which give way."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a cell: its pieces from the left, and one at the right end."""

    pieces: tuple[Piece, ...]
    style: Style
    end: Piece | None = None
    right: bool = False
    stops: tuple[int, ...] = ()


def words_style(words: Words, line: Style) -> Style:
    """Return how words look in a line: those in ink get as bold as the line."""
    weight = max(words.weight, line.weight) if words.tone == "ink" else words.weight
    return Style(words.tone, words.size or line.size, weight, words.mono)


def plain_style(column: Column[Any], weight: int = REGULAR) -> Style:
    """Return how a column without drawn cells writes its text."""
    if column.mono:
        return Style(column.tone, SMALL, REGULAR, mono=True)
    return Style(column.tone, BODY, weight)


def piece_width(piece: Piece, style: Style) -> float:
    """Return how wide a piece gets; a range takes what room there is, beyond what it needs."""
    match piece:
        case str():
            return style.width(piece)
        case Words():
            return words_style(piece, style).width(piece.text)
        case Badge():
            return badge_width(piece, style.size)
        case Risk():
            return risk_width(piece.grade, style.size)
        case Squares():
            return len(piece.rungs) * STEP
        case Mini():
            return 16
        case Interval():
            return LEAST


def cell_width(cell: Cell) -> float:
    """Return the room that a cell needs so that nothing of it is cut off."""
    return max(
        _width(Line(cell.top, Style() if cell.right else _WIDEST, cell.end)),
        _width(Line(cell.below, _BELOW, cell.below_end, stops=cell.stops[:1])),
        _width(Line(cell.foot, _BELOW)),
    )


def cell_least(cell: Cell) -> float:
    """Return the room that a cell needs when its words give way as far as they can."""
    lines = (
        Line(cell.top, _WIDEST, cell.end),
        Line(cell.below, _BELOW, cell.below_end, stops=cell.stops[:1]),
        Line(cell.foot, _BELOW),
    )
    return max(map(_least, lines))


def lines_of(area: QRectF, cell: Cell, selected: bool = False) -> Iterator[tuple[QRectF, Line]]:
    """Give the lines of a cell with their places, centred in the height."""
    weight = BOLD if selected and not cell.right else REGULAR
    first = Line(cell.top, Style("ink", BODY, weight), cell.end, cell.right)
    under = []
    if cell.below or cell.below_end is not None:
        under.append(Line(cell.below, _BELOW, cell.below_end, cell.right, cell.stops))
        under += [Line(cell.foot, _BELOW)] if cell.foot else []
    upper = _broken(first, area.width()) if cell.wraps else (first,)
    if _height((*upper, *under)) > area.height():
        upper = (first,)
    lines = (*upper, *under)
    if len(lines) == 1:
        yield area, first
        return
    total = _height(lines)
    gap = max(0.0, min(2.0, (area.height() - total) / 3))
    y = area.center().y() - (total + gap) / 2
    for place, line in enumerate(lines):
        y += gap if place == len(upper) else 0
        high = line_height(line.style)
        yield QRectF(area.left(), y, area.width(), high), line
        y += high


def _height(lines: Sequence[Line]) -> float:
    return sum(line_height(line.style) for line in lines)


def _broken(line: Line, room: float) -> tuple[Line, ...]:
    """Return a line, or two where its first words find no room and can be parted at a space.

    It is measured as bold, so that the words stay where they are when their row is selected.
    """
    at = next((n for n, piece in enumerate(line.pieces) if isinstance(piece, Words)), None)
    if at is None:
        return (line,)
    words = line.pieces[at]
    assert isinstance(words, Words)  # noqa: S101 - found as such; tells the type checker
    style = words_style(words, _WIDEST)
    indent = sum(piece_width(piece, line.style) + GAP for piece in line.pieces[:at])
    if style.width(words.text) <= room - indent:
        return (line,)
    spaces = [n for n, sign in enumerate(words.text) if sign == " "]
    fitting = [n for n in spaces if style.width(words.text[:n]) <= room - indent]
    if not fitting:
        return (line,)
    head, rest = words.text[: fitting[-1]], words.text[fitting[-1] + 1 :]
    upper = replace(line, pieces=(*line.pieces[:at], replace(words, text=head)))
    lower = replace(
        line,
        pieces=(replace(words, text=rest), *line.pieces[at + 1 :]),
        end=None,
        stops=(round(indent),),
    )
    return upper, lower


def places_of(area: QRectF, line: Line) -> Iterator[tuple[Piece, QRectF]]:
    """Give the pieces of a line with the room that each has; none is left when that is empty."""
    style = line.style
    if line.end is not None:
        width = min(piece_width(line.end, style) + 1, _room_at_the_end(area.width(), line))
        yield line.end, QRectF(area.right() - width, area.top(), width, area.height())
        area = area.adjusted(0, 0, -width - GAP, 0)
    indent = line.stops[0] if line.stops else 0
    widths = _shortened(line.pieces, style, area.width() - indent)
    wider = _stretched(widths, line.stops)
    if indent + sum(wider) + GAP * (len(wider) - 1) <= area.width():
        widths = wider
    x = area.left() + indent
    if line.right:
        x = max(x, area.right() - sum(widths) - GAP * max(0, len(widths) - 1) - 1)
    for position, (piece, width) in enumerate(zip(line.pieces, widths, strict=True)):
        is_last = position + 1 == len(widths)
        room = area.right() - x if is_last else min(width, area.right() - x)
        yield piece, QRectF(x, area.top(), max(0.0, room), area.height())
        x += width + GAP


def _room_at_the_end(room: float, line: Line) -> float:
    """Return the room for what stands at the right: a name, states and squares come first."""
    if not isinstance(line.end, str | Words):
        return room
    firm = [piece for n, piece in enumerate(line.pieces) if n == 0 or not _is_text(piece)]
    taken = sum(piece_width(piece, line.style) + GAP for piece in firm)
    return max(room * _END_SHARE, room - taken)


def _is_text(piece: Piece) -> bool:
    return isinstance(piece, str | Words)


def _shortened(pieces: Sequence[Piece], style: Style, room: float) -> list[float]:
    """Return how wide each piece gets: where all do not fit, long words give way first."""
    widths = [piece_width(piece, style) for piece in pieces]
    texts = [at for at, piece in enumerate(pieces) if _is_text(piece)]
    over = sum(widths) + GAP * max(0, len(widths) - 1) - room
    for at in sorted(texts, key=lambda at: -widths[at] * (1 if at else _FIRST)):
        if over <= 0:
            break
        less = min(over, max(0.0, widths[at] - _LEAST))
        widths[at] -= less
        over -= less
    return widths


def _stretched(widths: Sequence[float], stops: Sequence[int]) -> list[float]:
    """Return the widths with which each piece begins at its stop, or later."""
    at, stretched = float(stops[0] if stops else 0), []
    for position, width in enumerate(widths):
        to_next = stops[position + 1] - GAP - at if position + 1 < len(stops) else 0.0
        stretched.append(max(width, to_next))
        at += stretched[-1] + GAP
    return stretched


def _least(line: Line) -> float:
    words = [piece for piece in line.pieces if isinstance(piece, str | Words)]
    spare = (piece_width(piece, line.style) - _SHOWN for piece in words)
    return _width(line) - sum(max(0.0, width) for width in spare)


def _width(line: Line) -> float:
    pieces = line.pieces if line.end is None else (*line.pieces, line.end)
    widths = sum(piece_width(piece, line.style) for piece in pieces)
    return sum(line.stops[:1]) + widths + GAP * max(0, len(pieces) - 1)
