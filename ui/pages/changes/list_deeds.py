"""What can be done with a whole list: export it, choose its columns."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QMenu

from app.i18n import _, later, ngettext
from app.services.exports import Exported, ExportFormat, ExportWish
from app.wording import count
from ui.operations import listing
from ui.pages.changes.list_head import View
from ui.pages.changes.listing import ChangeList
from ui.widgets.dressed import popup_menu

if TYPE_CHECKING:
    from ui.context import UiContext

_KINDS = {
    "csv": (ExportWish(ExportFormat.CSV), later("CSV for Excel"), "CSV (*.csv)"),
    "plain": (ExportWish(ExportFormat.CSV, bom=False), later("CSV, plain UTF-8"), "CSV (*.csv)"),
    "xlsx": (ExportWish(ExportFormat.XLSX), later("Excel workbook"), "Excel (*.xlsx)"),
    "json": (ExportWish(ExportFormat.JSON), later("JSON, whole records"), "JSON (*.json)"),
}


class ListDeeds(QObject):
    """Belongs to the button beside *New*."""

    failed = Signal(object)
    file_wanted = Signal()
    """A request for approval or an answer to one is to be opened."""

    def __init__(self, context: "UiContext", listing_: ChangeList) -> None:
        super().__init__(listing_)
        self._context, self._list = context, listing_
        listing_.head.more.clicked.connect(self._on_more)

    @Slot()
    def _on_more(self) -> None:
        menu, button = self.menu(), self._list.head.more
        menu.exec(button.mapToGlobal(button.rect().bottomLeft()))
        menu.deleteLater()

    def menu(self) -> QMenu:
        """Return the menu."""
        menu = popup_menu(self._list)
        total = self._list.search.total
        if total is not None:
            text = ngettext("Export {n} change", "Export all {n} changes", total)
            export = menu.addMenu(text.format(n=count(total)))
            for name, (_wish, words, _kind) in _KINDS.items():
                export.addAction(_(words)).triggered.connect(partial(self._ask_file, name))
        if self._list.view is View.TABLE:
            columns = self._list.views.columns_menu()
            columns.setTitle(_("Columns"))
            menu.addMenu(columns)
        menu.addSeparator()
        menu.addAction(_("Print what waits for approval in this list")).triggered.connect(
            self._ask_agenda
        )
        menu.addAction(_("Open an approval file")).triggered.connect(self.file_wanted)
        return menu

    @Slot()
    def _ask_agenda(self) -> None:
        path, _kind = QFileDialog.getSaveFileName(
            self._list, _("Agenda of the board"), "agenda.pdf", "PDF (*.pdf)"
        )
        if path:
            self.agenda_to(Path(path))

    def agenda_to(self, path: Path) -> None:
        """Print a page for each change of the list that waits for approval."""
        from ui.operations import agendas  # noqa: PLC0415 - seldom wanted

        query = self._list.search.loader.query
        if query is None:
            return
        task = agendas.save_agenda(self._context, path, query)
        task.succeeded.connect(self._on_agenda)
        task.failed.connect(self.failed)

    @Slot(object)
    def _on_agenda(self, path: Path) -> None:
        self._context.messages.show_done(_("Agenda written to {path}").format(path=path))

    def _ask_file(self, name: str, _checked: bool = False) -> None:
        wish, _words, kind = _KINDS[name]
        path, _chosen = QFileDialog.getSaveFileName(
            self._list, _("Export"), f"changes.{wish.format.value}", kind
        )
        if path:
            self.export_to(Path(path), wish)

    def export_to(self, path: Path, wish: ExportWish) -> None:
        """Write the list that is shown, all of it, into a file."""
        query = self._list.search.loader.query
        if query is not None:
            task = listing.export(self._context, query, path, wish)
            task.succeeded.connect(self._on_exported)
            task.failed.connect(self.failed)

    @Slot(object)
    def _on_exported(self, made: Exported) -> None:
        text = ngettext("{n} change written to {path}", "{n} changes written to {path}", made.rows)
        self._context.messages.show_done(text.format(n=count(made.rows), path=made.path))
