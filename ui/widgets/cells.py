"""Draws table cells: pieces of text, badges, squares and intervals on one or two lines."""

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
from ui.paint import LEFT, RIGHT, Style, hline, write
from ui.theme import BOLD, REGULAR, SMALL, tokens
from ui.widgets.badges import draw_badge
from ui.widgets.cell_lines import lines_of, places_of, plain_style, words_style
from ui.widgets.intervals import HEIGHT, draw_interval
from ui.widgets.levels import SQUARE, draw_squares
from ui.widgets.risk_badge import draw_risk

AnyIndex = QModelIndex | QPersistentModelIndex
PAD = 8


def draw_piece(painter: QPainter, area: QRectF, piece: Piece, style: Style) -> float:
    """Draw one piece at the left of an area; return the width used."""
    match piece:
        case str():
            return write(painter, area, piece, style)
        case Words():
            shown = words_style(piece, style)
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


def draw_cell(painter: QPainter, area: QRectF, cell: Cell, selected: bool = False) -> None:
    """Draw a cell's lines, centred in the height."""
    for place, line in lines_of(area, cell, selected):
        for piece, room in places_of(place, line):
            if room.width() > 0:
                draw_piece(painter, room, piece, line.style)


def _paint_plain(painter: QPainter, area: QRectF, index: AnyIndex, selected: bool) -> None:
    column = index.data(COLUMN_ROLE)
    if not isinstance(column, Column):
        return
    weight = BOLD if selected and index.column() == 0 else REGULAR
    style = plain_style(column, weight)
    write(painter, area, str(index.data() or ""), style, RIGHT if column.right else LEFT)


def _paint_group(painter: QPainter, area: QRectF, group: Group) -> None:
    used = write(painter, area, group.title, Style("ink", SMALL, BOLD))
    write(painter, area.adjusted(used + 8, 0, 0, 0), group.note, Style("ink2", SMALL))
