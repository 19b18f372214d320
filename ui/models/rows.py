"""A table model over the rows of a read query: columns are data, rows are frozen."""

from collections.abc import Callable, Hashable, Sequence
from typing import Any, Generic

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from ui.cells import (
    CELL_ROLE,
    COLUMN_ROLE,
    GROUP_ROLE,
    ROW_ROLE,
    SORT_ROLE,
    Column,
    Group,
    Row,
)
from ui.format import literal, tip

AnyIndex = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()


def side_of(column: Column[Any]) -> Qt.AlignmentFlag:
    """Return where the text of a column stands."""
    side = Qt.AlignmentFlag.AlignRight if column.right else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter


def column_header(
    columns: Sequence[Column[Any]], section: int, orientation: Qt.Orientation, role: int
) -> Any:
    """Return what a model says about the header of a column."""
    if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(columns):
        return None
    match role:
        case Qt.ItemDataRole.DisplayRole:
            return columns[section].header
        case Qt.ItemDataRole.TextAlignmentRole:
            return side_of(columns[section])
        case role if role == COLUMN_ROLE:
            return columns[section]
    return None


class RowsModel(QAbstractTableModel, Generic[Row]):
    """Shows the rows of a read query; holds no session and runs no SQL."""

    def __init__(self, columns: Sequence[Column[Row]], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._columns = tuple(columns)
        self._rows: tuple[Row | Group, ...] = ()
        self._sorting = (-1, Qt.SortOrder.AscendingOrder)

    @property
    def columns(self) -> tuple[Column[Row], ...]:
        """The columns, from left to right."""
        return self._columns

    @property
    def rows(self) -> tuple[Row | Group, ...]:
        """What is shown, in order."""
        return self._rows

    def set_rows(self, rows: Sequence[Row | Group]) -> None:
        """Replace all rows; call on the UI thread with a finished query."""
        self.beginResetModel()
        self._rows = self._in_order(tuple(rows))
        self.endResetModel()

    def update_rows(self, rows: Sequence[Row | Group], row_id: Callable[[Any], Hashable]) -> bool:
        """Put newer states of the same records in their places, without moving the view.

        Returns whether they are the same records in the same order; if not, nothing was done.
        """
        newer = self._in_order(tuple(rows))
        if len(newer) != len(self._rows) or any(
            isinstance(new, Group) or isinstance(old, Group) or row_id(new) != row_id(old)
            for old, new in zip(self._rows, newer, strict=True)
        ):
            return False
        pairs = zip(self._rows, newer, strict=True)
        moved = [place for place, (old, new) in enumerate(pairs) if old != new]
        self._rows = newer
        if moved:
            last = self.columnCount() - 1
            self.dataChanged.emit(self.index(moved[0], 0), self.index(moved[-1], last))
        return True

    def row_at(self, index: AnyIndex) -> Row | None:
        """Return the record of an index, None for a group or for nothing."""
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        return None if isinstance(row, Group) else row

    def rowCount(self, parent: AnyIndex = _ROOT) -> int:
        """Number of rows."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: AnyIndex = _ROOT) -> int:
        """Number of columns."""
        return 0 if parent.isValid() else len(self._columns)

    def flags(self, index: AnyIndex) -> Qt.ItemFlag:
        """Groups cannot be selected."""
        if index.isValid() and isinstance(self._rows[index.row()], Group):
            return Qt.ItemFlag.ItemIsEnabled
        return super().flags(index)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return text, cell, sort value, record or alignment."""
        if not index.isValid():
            return None
        row, column = self._rows[index.row()], self._columns[index.column()]
        if isinstance(row, Group):
            return self._group(row, index.column(), role)
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.AccessibleTextRole:
                return literal(column.text(row))
            case Qt.ItemDataRole.ToolTipRole:
                return tip(column.text(row))
            case Qt.ItemDataRole.TextAlignmentRole:
                return side_of(column)
            case role if role == CELL_ROLE:
                return column.cell(row) if column.cell else None
            case role if role == SORT_ROLE:
                return column.key(row)
            case role if role == ROW_ROLE:
                return row
            case role if role == COLUMN_ROLE:
                return column
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Return the header text and its alignment."""
        return column_header(self._columns, section, orientation, role)

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort a small list in memory, now and whenever rows come anew; None comes last.

        Lists with groups keep their order; column -1 keeps the order rows come in.
        """
        self._sorting = (column, order)
        before, after = self._rows, self._in_order(self._rows)
        if before == after:
            return
        self.layoutAboutToBeChanged.emit()
        self._rows = after
        places = {id(row): position for position, row in enumerate(after)}
        for old in self.persistentIndexList():
            new = self.index(places[id(before[old.row()])], old.column())
            self.changePersistentIndex(old, new)
        self.layoutChanged.emit()

    def _in_order(self, rows: tuple[Row | Group, ...]) -> tuple[Row | Group, ...]:
        column, order = self._sorting
        if not 0 <= column < len(self._columns) or not self._columns[column].sortable:
            return rows
        records = [row for row in rows if not isinstance(row, Group)]
        if len(records) < len(rows):
            return rows
        key = self._columns[column].key
        known = [row for row in records if key(row) is not None]
        known.sort(key=key, reverse=order == Qt.SortOrder.DescendingOrder)
        return (*known, *(row for row in records if key(row) is None))

    def _group(self, group: Group, column: int, role: int) -> Any:
        if role == GROUP_ROLE:
            return group
        if column == 0 and role == Qt.ItemDataRole.DisplayRole:
            return f"{group.title} {group.note}".strip()
        return None
