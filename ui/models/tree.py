"""A tree whose branches are read when somebody looks at them, a page at a time.

It asks by a signal and is filled by `put`, so that no read ever happens on the thread that paints.
"""

from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QPersistentModelIndex, Qt, Signal

from app.domain.restore import Entry, EntryPage
from app.i18n import _
from app.wording import bytes_size
from ui.cells import ROW_ROLE
from ui.format import tip

AnyIndex = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()
_HEADERS = (_("Name"), _("Size"))


@dataclass(eq=False)
class _Node:
    """One entry, and as many of its children as were read."""

    entry: Entry | None
    parent: "_Node | None" = None
    row: int = 0
    children: "list[_Node]" = field(default_factory=list)
    more: bool = True
    asked: bool = False

    @property
    def id(self) -> int:
        return self.entry.id if self.entry else 0


class EntryTree(QAbstractItemModel):
    """Entries of a set, by folder; or what a search found, as a flat list of paths."""

    wanted = Signal(int, int)  # parent, how many children are there already

    def __init__(self) -> None:
        super().__init__()
        self._root = _Node(None)
        self._nodes: dict[int, _Node] = {0: self._root}
        self._is_flat = False

    def restart(self) -> None:
        """Show the tree from its root, which is asked for at once."""
        self.beginResetModel()
        self._root = _Node(None)
        self._nodes = {0: self._root}
        self._is_flat = False
        self.endResetModel()
        self.fetchMore(_ROOT)

    def show_found(self, page: EntryPage) -> None:
        """Show the result of a search instead of the tree."""
        self.beginResetModel()
        self._root = _Node(None, more=False)
        self._nodes = {0: self._root}
        self._is_flat = True
        self._add(self._root, page)
        self._root.more = False
        self.endResetModel()

    def put(self, parent: int, page: EntryPage) -> None:
        """Keep the children that were asked for."""
        node = self._nodes.get(parent)
        if node is None or self._is_flat or not node.asked:
            return
        node.asked = False
        first, count = len(node.children), len(page.entries)
        if count:
            self.beginInsertRows(self._index_of(node), first, first + count - 1)
            self._add(node, page)
            self.endInsertRows()
        node.more = page.more

    def entry(self, index: AnyIndex) -> Entry | None:
        """Return what an index shows."""
        return self._node(index).entry if index.isValid() else None

    def match_id(self, entry: int) -> QModelIndex | None:
        """Return the index of an entry that was read, by its number."""
        node = self._nodes.get(entry)
        return self._index_of(node) if node is not None else None

    @property
    def is_flat(self) -> bool:
        """Whether it shows what a search found."""
        return self._is_flat

    def index(self, row: int, column: int, parent: AnyIndex = _ROOT) -> QModelIndex:
        """Return the index of a child that was read."""
        node = self._node(parent)
        if 0 <= row < len(node.children) and 0 <= column < len(_HEADERS):
            return self.createIndex(row, column, node.children[row].id)
        return QModelIndex()

    def parent(self, index: AnyIndex = _ROOT) -> QModelIndex:  # type: ignore[override]  # Qt has two
        """Return the index of the folder an entry lies in."""
        node = self._node(index)
        return self._index_of(node.parent) if node.parent is not None else QModelIndex()

    def rowCount(self, parent: AnyIndex = _ROOT) -> int:
        """Number of children that were read."""
        return 0 if parent.column() > 0 else len(self._node(parent).children)

    def columnCount(self, parent: AnyIndex = _ROOT) -> int:
        """Name and size."""
        return len(_HEADERS)

    def hasChildren(self, parent: AnyIndex = _ROOT) -> bool:
        """Whether a folder holds anything, read or not."""
        node = self._node(parent)
        if node.entry is None:
            return bool(node.children) or node.more
        return not self._is_flat and node.entry.is_folder and node.entry.children > 0

    def canFetchMore(self, parent: AnyIndex) -> bool:
        """Whether children are there that were not read yet."""
        node = self._node(parent)
        return self.hasChildren(parent) and node.more and not node.asked

    def fetchMore(self, parent: AnyIndex) -> None:
        """Ask for the next children."""
        node = self._node(parent)
        if node.more and not node.asked:
            node.asked = True
            self.wanted.emit(node.id, len(node.children))

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return name, size or the entry itself."""
        entry = self.entry(index)
        if entry is None:
            return None
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.AccessibleTextRole:
                return self._text(entry, index.column())
            case Qt.ItemDataRole.ToolTipRole:
                return tip(f"{entry.path} → {entry.link}" if entry.link else entry.path)
            case Qt.ItemDataRole.TextAlignmentRole if index.column() == 1:
                return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            case role if role == ROW_ROLE:
                return entry
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Return the names of the columns."""
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return _HEADERS[section]
        return None

    def _text(self, entry: Entry, column: int) -> str:
        if column == 0:
            return entry.path if self._is_flat else entry.name
        return "" if entry.is_folder else bytes_size(entry.size)

    def _add(self, node: _Node, page: EntryPage) -> None:
        for entry in page.entries:
            child = _Node(entry, node, len(node.children))
            node.children.append(child)
            self._nodes[entry.id] = child

    def _node(self, index: AnyIndex) -> _Node:
        return self._nodes.get(index.internalId(), self._root) if index.isValid() else self._root

    def _index_of(self, node: _Node) -> QModelIndex:
        if node.entry is None:
            return QModelIndex()
        return self.createIndex(node.row, 0, node.id)
