"""A list of any length, of which only some pages are in memory, and table models over it.

`Pages` holds the pages that were read last and asks for others when a view looks at them. Views
with different columns share one. It runs no SQL and starts no work: whoever fills it listens to
``wanted`` and answers with `put`.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import Any, Generic

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt, Signal

from ui.cells import CELL_ROLE, COLUMN_ROLE, GROUP_ROLE, MARK_ROLE, ROW_ROLE, Column, Row
from ui.format import literal, tip
from ui.models.marks import Marks
from ui.models.rows import AnyIndex, column_header, side_of

PAGE_ROWS = 100
KEPT_PAGES = 40
"""Pages in memory: four thousand rows, about two megabytes."""
_ROOT = QModelIndex()


class Pages(QObject):
    """The rows of a list, page by page; what was looked at longest ago is forgotten."""

    about_to_restart = Signal()
    restarted = Signal()
    grown = Signal(int, int)  # length before and now
    filled = Signal(int)  # page
    wanted = Signal(int)  # page

    def __init__(self, parent: QObject, row_id: Callable[[Any], Hashable]) -> None:
        super().__init__(parent)
        self.row_id = row_id
        self.total = 0
        self._pages: OrderedDict[int, tuple[Any, ...]] = OrderedDict()
        self._asked: set[int] = set()

    def restart(self, total: int, pages: dict[int, Sequence[Any]]) -> None:
        """Show another list: its length as far as it is known, and the pages at hand."""
        self.about_to_restart.emit()
        self.total = total
        self._pages = OrderedDict((page, tuple(rows)) for page, rows in pages.items())
        self._asked.clear()
        self.restarted.emit()

    def grow(self, total: int) -> None:
        """Tell the whole length, once it is known."""
        before, self.total = self.total, max(total, self.total)
        if self.total > before:
            self.grown.emit(before, self.total)

    def put(self, page: int, rows: Sequence[Any]) -> None:
        """Keep a page that was asked for."""
        self._asked.discard(page)
        self._pages[page] = tuple(rows)
        while len(self._pages) > KEPT_PAGES:
            self._pages.popitem(last=False)
        self.filled.emit(page)

    def give_up(self, page: int) -> None:
        """Let a page be asked for again: it could not be read, or nobody needs it any more."""
        self._asked.discard(page)

    def at(self, position: int, *, ask: bool = True) -> Any:
        """Return a row, None while its page is not there; then it is asked for."""
        page, place = divmod(position, PAGE_ROWS)
        rows = self._pages.get(page)
        if rows is None:
            if ask and page not in self._asked and 0 <= position < self.total:
                self._asked.add(page)
                self.wanted.emit(page)
            return None
        self._pages.move_to_end(page)
        return rows[place] if place < len(rows) else None

    def replace(self, row: Any) -> bool:
        """Show one record as it is now; return whether it is in memory."""
        for position, known in self.known():
            if self.row_id(known) == self.row_id(row):
                page, place = divmod(position, PAGE_ROWS)
                rows = self._pages[page]
                self._pages[page] = (*rows[:place], row, *rows[place + 1 :])
                self.filled.emit(page)
                return True
        return False

    def position_of(self, record: Hashable) -> int | None:
        """Return where a record stands, None when it is not in memory."""
        return next((at for at, row in self.known() if self.row_id(row) == record), None)

    def known(self) -> Iterator[tuple[int, Any]]:
        """Yield what is in memory, with its positions, from the top."""
        for page in sorted(self._pages):
            for place, row in enumerate(self._pages[page]):
                yield page * PAGE_ROWS + place, row


class PagedModel(QAbstractTableModel, Generic[Row]):
    """Columns over shared `Pages`; a row that is not there yet shows nothing."""

    def __init__(self, columns: Sequence[Column[Row]], pages: Pages, marks: Marks) -> None:
        super().__init__()
        self._columns = tuple(columns)
        self.pages, self.marks = pages, marks
        pages.about_to_restart.connect(self._before_restart)
        pages.restarted.connect(self._after_restart)
        pages.grown.connect(self._on_grown)
        pages.filled.connect(self._on_filled)
        marks.changed.connect(self._on_marked)

    @property
    def columns(self) -> tuple[Column[Row], ...]:
        """The columns, from left to right."""
        return self._columns

    def row_at(self, index: AnyIndex) -> Row | None:
        """Return the record of an index, None when it is not in memory."""
        return self.pages.at(index.row(), ask=False) if index.isValid() else None

    def rowCount(self, parent: AnyIndex = _ROOT) -> int:
        """Length of the list."""
        return 0 if parent.isValid() else self.pages.total

    def columnCount(self, parent: AnyIndex = _ROOT) -> int:
        """Number of columns."""
        return 0 if parent.isValid() else len(self._columns)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return text, cell, mark, record or alignment."""
        if not index.isValid() or role == GROUP_ROLE:
            return None
        column: Column[Any] = self._columns[index.column()]
        if role == COLUMN_ROLE:
            return column
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return side_of(column)
        row = self.pages.at(index.row())
        if row is None:
            return None
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.AccessibleTextRole:
                return literal(column.text(row))
            case Qt.ItemDataRole.ToolTipRole:
                return tip(column.text(row))
            case role if role == CELL_ROLE:
                return column.cell(row) if column.cell else None
            case role if role == MARK_ROLE:
                return self.pages.row_id(row) in self.marks
            case role if role == ROW_ROLE:
                return row
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Return the header text and its alignment."""
        return column_header(self._columns, section, orientation, role)

    def _before_restart(self) -> None:
        self.beginResetModel()

    def _after_restart(self) -> None:
        self.endResetModel()

    def _on_grown(self, before: int, now: int) -> None:
        self.beginInsertRows(_ROOT, before, now - 1)
        self.endInsertRows()

    def _on_filled(self, page: int) -> None:
        last = min((page + 1) * PAGE_ROWS, self.pages.total) - 1
        if last >= page * PAGE_ROWS:
            self._tell(page * PAGE_ROWS, last)

    def _on_marked(self) -> None:
        if self.pages.total:
            self._tell(0, self.pages.total - 1)

    def _tell(self, first: int, last: int) -> None:
        end = self.index(last, len(self._columns) - 1)
        self.dataChanged.emit(self.index(first, 0), end)
