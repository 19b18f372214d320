"""Draws table cells: pieces of text, badges, squares and intervals on one or two lines."""

from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRectF, QSize
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QTableView

from ui import icons
from ui.cells import (
    CELL_ROLE,
    COLUMN_ROLE,
    GROUP_ROLE,
    Badge,
    Cell,
    Column,
    Group,
    Interval,
    Mini,
    Piece,
    Risk,
    Squares,
    Words,
)
from ui.paint import LEFT, RIGHT, Style, hline, line_height, write
from ui.theme import BODY, BOLD, REGULAR, SMALL, tokens
from ui.widgets.badges import badge_width, draw_badge
from ui.widgets.intervals import HEIGHT, WIDTH, draw_interval
from ui.widgets.levels import SQUARE, STEP, draw_squares
from ui.widgets.risk_badge import draw_risk, risk_width

AnyIndex = QModelIndex | QPersistentModelIndex
PAD = 8
_GAP = 8


def draw_piece(painter: QPainter, area: QRectF, piece: Piece, style: Style) -> float:
    """Draw one piece at the left of an area; return the width used."""
    match piece:
        case str():
            return write(painter, area, piece, style)
        case Words():
            size = piece.size or style.size
            weight = max(piece.weight, style.weight) if piece.tone == "ink" else piece.weight
            shown = Style(piece.tone, size, weight, piece.mono)
            used = write(painter, area, piece.text, shown)
            if piece.struck:
                middle = area.center().y()
                hline(painter, area.left(), area.left() + used, round(middle), shown.color)
            return used
        case Badge():
            return draw_badge(painter, area, piece, style.size)
        case Risk():
            return draw_risk(painter, area, piece.grade, style.size)
        case Squares():
            return draw_squares(painter, area.left(), area.center().y() - SQUARE / 2, piece.rungs)
        case Mini():
            y = area.center().y() - 8
            icons.draw(painter, piece.icon, area.left(), y, tokens().named(piece.tone))
            return 16
        case Interval():
            middle = area.center().y()
            box = QRectF(area.left(), round(middle - HEIGHT / 2), area.width(), HEIGHT)
            draw_interval(painter, box, piece)
            return area.width()


def piece_width(piece: Piece, style: Style) -> float:
    """Return how wide a piece gets."""
    match piece:
        case str():
            return style.width(piece)
        case Words():
            shown = Style(piece.tone, piece.size or style.size, piece.weight, piece.mono)
            return shown.width(piece.text)
        case Badge():
            return badge_width(piece, style.size)
        case Risk():
            return risk_width(piece.grade, style.size)
        case Squares():
            return len(piece.rungs) * STEP
        case Mini():
            return 16
        case Interval():
            return WIDTH


class CellDelegate(QStyledItemDelegate):
    """Paints every cell of a `Table`: selection, lines, groups, plain text and rich cells.

    ``margin`` is the space before the first and after the last column.
    """

    def __init__(self, parent: QObject | None = None, margin: int = PAD) -> None:
        super().__init__(parent)
        self._margin = margin

    def padding(self, column: int) -> tuple[int, int]:
        """Return the space at the left and at the right inside a cell."""
        first, last = self._ends()
        return (
            self._margin if column == first else PAD,
            self._margin if column == last else PAD,
        )

    def is_first(self, column: int) -> bool:
        """Whether a column stands at the left edge, wherever columns were moved."""
        return column == self._ends()[0]

    def _ends(self) -> tuple[int, int]:
        """Return the columns that are seen first and last."""
        view = self.parent()
        if not isinstance(view, QTableView):
            return 0, -1
        head = view.horizontalHeader()
        order = (head.logicalIndex(place) for place in range(head.count()))
        shown = [column for column in order if not head.isSectionHidden(column)]
        return (shown[0], shown[-1]) if shown else (0, -1)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Draw background, bottom line and content."""
        painter.save()
        area = QRectF(option.rect)
        group = index.data(GROUP_ROLE)
        left, right = self.padding(index.column())
        if isinstance(group, Group):
            _paint_group(painter, area.adjusted(left, 0, -PAD, -1), group)
        else:
            selected = bool(option.state & QStyle.StateFlag.State_Selected)
            self._paint_back(painter, area, selected, index)
            inner = area.adjusted(left, 0, -right, -1)
            rich = index.data(CELL_ROLE)
            if isinstance(rich, Cell):
                draw_cell(painter, inner, rich, selected)
            else:
                _paint_plain(painter, inner, index, selected)
        hline(painter, area.left(), area.right() + 1, area.bottom() - 1)
        painter.restore()

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        """Rows have a fixed height that the view sets; the width counts for resizing only."""
        return QSize(round(Style().width(str(index.data() or ""))) + 2 * PAD + 4, 32)

    def _paint_back(self, painter: QPainter, area: QRectF, selected: bool, index: AnyIndex) -> None:
        if not selected:
            return
        look = tokens()
        painter.fillRect(area, look.selection)
        if self.is_first(index.column()):
            painter.fillRect(QRectF(area.left(), area.top(), 3, area.height()), look.accent)


@dataclass(frozen=True, slots=True)
class _Line:
    """One line of a cell."""

    pieces: tuple[Piece, ...]
    style: Style
    end: Piece | None = None
    stops: tuple[int, ...] = ()
    right: bool = False


def draw_cell(painter: QPainter, area: QRectF, cell: Cell, selected: bool = False) -> None:
    """Draw a cell's lines, centred in the height."""
    top = Style("ink", BODY, BOLD if selected and not cell.right else REGULAR)
    below = Style("ink2", SMALL)
    first = _Line(cell.top, top, cell.end, right=cell.right)
    if not cell.below and cell.below_end is None:
        _draw_line(painter, area, first)
        return
    upper, lower = line_height(top), line_height(below)
    third = lower if cell.foot else 0.0
    gap = max(0.0, min(2.0, (area.height() - upper - lower - third) / 3))
    y = area.center().y() - (upper + gap + lower + third) / 2
    _draw_line(painter, QRectF(area.left(), y, area.width(), upper), first)
    second = _Line(cell.below, below, cell.below_end, cell.stops, cell.right)
    _draw_line(painter, QRectF(area.left(), y + upper + gap, area.width(), lower), second)
    if cell.foot:
        last = QRectF(area.left(), y + upper + gap + lower, area.width(), third)
        _draw_line(painter, last, _Line(cell.foot, below))


def _draw_line(painter: QPainter, area: QRectF, line: _Line) -> None:
    style, pieces, stops = line.style, line.pieces, line.stops
    if line.end is not None:
        width = piece_width(line.end, style) + 1
        place = QRectF(area.right() - width, area.top(), width, area.height())
        draw_piece(painter, place, line.end, style)
        area = area.adjusted(0, 0, -width - _GAP, 0)
    if line.right:
        used = sum(piece_width(piece, style) for piece in pieces) + _GAP * max(0, len(pieces) - 1)
        area = area.adjusted(max(0.0, area.width() - used - 1), 0, 0, 0)
    x = area.left()
    for position, piece in enumerate(pieces):
        if position < len(stops):
            x = max(x, area.left() + stops[position])
        limit = area.right()
        if position + 1 < len(pieces):
            if position + 1 < len(stops):
                limit = area.left() + stops[position + 1] - _GAP
            limit = min(max(limit, x + piece_width(piece, style)), area.right())
        if limit > x:
            place = QRectF(x, area.top(), limit - x, area.height())
            x += draw_piece(painter, place, piece, style) + _GAP


def _paint_plain(painter: QPainter, area: QRectF, index: AnyIndex, selected: bool) -> None:
    column = index.data(COLUMN_ROLE)
    if not isinstance(column, Column):
        return
    weight = BOLD if selected and index.column() == 0 else REGULAR
    style = Style(column.tone, BODY, weight)
    if column.mono:
        style = Style(column.tone, SMALL, REGULAR, mono=True)
    write(painter, area, str(index.data() or ""), style, RIGHT if column.right else LEFT)


def _paint_group(painter: QPainter, area: QRectF, group: Group) -> None:
    used = write(painter, area, group.title, Style("ink", SMALL, BOLD))
    write(painter, area.adjusted(used + 8, 0, 0, 0), group.note, Style("ink2", SMALL))
