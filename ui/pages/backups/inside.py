"""What is inside a set: its tree, read from the index as it is opened, with a search."""

from pathlib import Path

from PySide6.QtCore import QModelIndex, Signal, Slot
from PySide6.QtWidgets import QWidget

from app.domain.backup import BackupSet
from app.domain.restore import EntryPage, RestoreWish, is_put_back
from app.i18n import _, ngettext
from app.services.ports.vault import Catalogue
from app.wording import count
from ui.models.tree import EntryTree
from ui.pages.backups.asking import Asking
from ui.widgets.buttons import Button, icon_button
from ui.widgets.flow import Flow
from ui.widgets.labels import Label, panel_title
from ui.widgets.layout import column, row
from ui.widgets.search import SearchField
from ui.widgets.tree import EntryTreeView


class InsidePanel(QWidget):
    """Shows a catalogue; its signals say what is wanted of what was chosen."""

    left = Signal()
    children_wanted = Signal(int, int)
    search_wanted = Signal(str)
    unpack_wanted = Signal(str, tuple)  # folder, paths
    restore_wanted = Signal(object)  # RestoreWish

    def __init__(self) -> None:
        super().__init__()
        self.catalogue: Catalogue | None = None
        self._item: BackupSet | None = None
        self.model = EntryTree()
        self.tree = EntryTreeView(self.model)
        self.model.wanted.connect(self.children_wanted)
        self.tree.selectionModel().selectionChanged.connect(self._on_chosen)
        self.tree.activated.connect(self._on_activated)
        back = icon_button("arrow-left", _("Back to the set"))
        back.clicked.connect(self.left)
        self._title = panel_title("").make_eliding()
        self._note = Label("", tone="ink2", wrap=True)
        self.search = SearchField(_("Part of a path"), keys="")
        self.search.wanted.connect(self._on_search)
        self._unpack = Button(_("Unpack here"), icon="download")
        self._unpack.clicked.connect(self._ask_unpack)
        self._restore = Button(_("Restore on the host"), icon="undo")
        self._restore.clicked.connect(self._on_restore)
        self._asking = Asking()
        buttons = Flow((self._unpack, self._restore))
        head = row(back, self._title, self.search)
        head.setStretch(1, 3)
        head.setStretch(2, 2)
        layout = column(head, gap=12, margins=(24, 16, 24, 16))
        layout.addWidget(self.tree, 1)
        layout.addWidget(self._asking)
        layout.addWidget(self._note)
        layout.addWidget(buttons)
        self.setLayout(layout)
        self._on_chosen()

    def show_reading(self, item: BackupSet, host: str) -> None:
        """Say that the index is being read."""
        self.close_catalogue()
        self._item = item
        self._title.setText(_("Inside the set of {host}").format(host=host))
        self._note.setText(_("Reading the index…"))
        self.search.clear()
        self._asking.leave()

    def show_catalogue(self, catalogue: Catalogue) -> None:
        """Show the tree from its root."""
        self.close_catalogue()
        self.catalogue = catalogue
        self.model.restart()
        self._on_chosen()

    def close_catalogue(self) -> None:
        """Let go of the scratch copy of the index."""
        if self.catalogue is not None:
            self.catalogue.close()
            self.catalogue = None

    def put(self, parent: int, page: EntryPage) -> None:
        """Show the entries of a folder that were asked for; open a way that does not fork."""
        self.model.put(parent, page)
        if len(page.entries) and all(entry.is_folder for entry in page.entries[:1]):
            first = self.model.index(0, 0, self._index_of(parent))
            if self.model.rowCount(self._index_of(parent)) == 1 or parent == 0:
                self.tree.expand(first)
        self._on_chosen()

    def _index_of(self, parent: int) -> QModelIndex:
        if parent == 0:
            return QModelIndex()
        found = self.model.match_id(parent)
        return found if found is not None else QModelIndex()

    def show_found(self, text: str, page: EntryPage) -> None:
        """Show what a search found, if it is still wanted."""
        if text == self.search.text().strip():
            self.model.show_found(page)
            more = _(", and more") if page.more else ""
            found = ngettext("{n} found", "{n} found", len(page.entries))
            found = found.format(n=count(len(page.entries))) + more
            self._on_chosen()
            self._note.setText(f"{found}. {self._unpack.reason}." if page.entries else found)

    @Slot(str)
    def _on_search(self, text: str) -> None:
        if self.catalogue is None:
            return
        if text:
            self.search_wanted.emit(text)
        elif self.model.is_flat:
            self.model.restart()
            self._on_chosen()

    @Slot()
    def _on_chosen(self) -> None:
        chosen = self.tree.chosen
        reason = "" if chosen else _("Choose files or folders first")
        if self.tree.has_whole:
            reason = _("Databases and facts are unpacked with the whole set")
        self._unpack.block(reason)
        self._restore.block(reason if not chosen else self._why_not_back())
        if self.catalogue is None:
            return
        if chosen:
            text = ngettext("{n} chosen", "{n} chosen", len(chosen)).format(n=len(chosen))
            self._note.setText(reason or text)
        elif not self.model.is_flat:
            total = ngettext("{n} entry", "{n} entries", self.catalogue.count)
            self._note.setText(f"{total.format(n=count(self.catalogue.count))}. {reason}.")

    def _why_not_back(self) -> str:
        """Say why what is chosen cannot be put back on its host together; "" when it can."""
        whole = self.tree.whole
        if not whole:
            return ""
        if len(whole) < len(self.tree.chosen):
            return _("Choose files or databases, not both")
        can = {one.name for one in self._item.objects if is_put_back(one)} if self._item else set()
        return "" if can.issuperset(whole) else _("This is put back by hand, if at all")

    @Slot(QModelIndex)
    def _on_activated(self, index: QModelIndex) -> None:
        self.tree.setExpanded(index, not self.tree.isExpanded(index))

    @Slot()
    def _ask_unpack(self) -> None:
        box = self._asking.line(_("Into a new folder"), _("It must not exist yet."), _("Unpack"))
        name = f"restore-{self._item.id[:8] if self._item else ''}"
        box.field.set_value(str(Path.home() / name))
        box.answered.connect(self._on_unpack)

    @Slot(str)
    def _on_unpack(self, folder: str) -> None:
        if chosen := self.tree.chosen:
            self.unpack_wanted.emit(folder, chosen)
            self._asking.leave()

    @Slot()
    def _on_restore(self) -> None:
        if whole := self.tree.whole:
            self.restore_wanted.emit(RestoreWish(whole))
        elif chosen := self.tree.chosen:
            self.restore_wanted.emit(RestoreWish(paths=chosen))
