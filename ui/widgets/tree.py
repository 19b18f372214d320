"""A tree of folders and files: quiet lines, icons for folders, the keyboard as in tables."""

from PySide6.QtCore import (
    QAbstractItemModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeView,
)

from ui import icons
from ui.cells import ROW_ROLE
from ui.paint import RIGHT, Style, icon_beside, scaled, write, write_words
from ui.theme import tokens

_ICONS = {"directory": "folder", "symlink": "link", "sqlite": "database", "facts": "list"}
_ROW = 26


def entry_words(text: str) -> tuple[tuple[str, Style], ...]:
    """Return the name first, then in which folder: the end of a long path is what is cut off."""
    folder, _slash, name = text.rpartition("/")
    if not folder or not name:
        return ((text, Style()),)
    return (name, Style()), (folder, Style("ink2"))


class _EntryDelegate(QStyledItemDelegate):
    """Draws an icon and a name, or a size."""

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Draw one cell."""
        look, area = tokens(), QRectF(option.rect)
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(area, look.selection)
        entry = index.data(ROW_ROLE)
        text = str(index.data() or "")
        if index.column() == 0:
            name = _ICONS.get(entry.type, "file" if entry.type == "file" else "database")
            left = icon_beside(painter, area.adjusted(2, 0, -8, 0), name, look.ink2)
            write_words(painter, left, entry_words(text))
        else:
            write(painter, area.adjusted(0, 0, -12, 0), text, Style("ink2"), RIGHT)
        painter.restore()

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        """Rows of one height."""
        return QSize(super().sizeHint(option, index).width(), scaled(_ROW))


class EntryTreeView(QTreeView):
    """Shows a model of entries, such as `ui.models.tree.EntryTree`; several can be chosen."""

    def __init__(self, model: QAbstractItemModel) -> None:
        super().__init__()
        model.setParent(self)
        self.setModel(model)
        self.setItemDelegate(_EntryDelegate(self))
        self.setUniformRowHeights(True)
        self.setIndentation(scaled(18))
        self.setFrameShape(QTreeView.Shape.NoFrame)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHeaderHidden(True)
        head = self.header()
        head.setStretchLastSection(False)
        head.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        head.setSectionResizeMode(1, QHeaderView.ResizeMode.Fixed)
        head.resizeSection(1, scaled(96))

    def drawBranches(
        self, painter: QPainter, rect: QRect, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Draw a chevron before folders, nothing before files."""
        if self.selectionModel().isSelected(index):
            painter.fillRect(rect, tokens().selection)
        if self.model().hasChildren(index):
            name = "chevron-down" if self.isExpanded(index) else "chevron-right"
            x, side = rect.right() - scaled(16), scaled(14)
            icons.draw(painter, name, x, rect.center().y() - side / 2, tokens().ink2, side)

    @property
    def chosen(self) -> tuple[str, ...]:
        """The paths of what is chosen, those inside of chosen folders left out."""
        rows = self.selectionModel().selectedRows(0)
        entries = [index.data(ROW_ROLE) for index in rows]
        paths = sorted(entry.path for entry in entries if entry is not None)
        kept: list[str] = []
        for path in paths:
            if not kept or not path.startswith(f"{kept[-1]}/"):
                kept.append(path)
        return tuple(kept)

    @property
    def has_whole(self) -> bool:
        """Whether something is chosen that is no file of an archive, such as a database."""
        return bool(self.whole)

    @property
    def whole(self) -> tuple[str, ...]:
        """The objects that are chosen as a whole, such as databases."""
        rows = self.selectionModel().selectedRows(0)
        entries = (index.data(ROW_ROLE) for index in rows)
        return tuple(entry.object for entry in entries if entry is not None and entry.is_whole)

    def keep_focus(self) -> None:
        """Put the cursor on the first entry."""
        first = self.model().index(0, 0)
        if first.isValid():
            self.setCurrentIndex(first)
        self.setFocus(Qt.FocusReason.OtherFocusReason)
