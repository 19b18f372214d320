"""Where else a set of a change lies, and copying it to another place."""

from PySide6.QtCore import Slot

from app.domain.backup import BackupSet
from app.i18n import _
from app.services.ports.vault import CopyPlace
from ui.changed import Topic
from ui.operations import backups
from ui.operations.changes import ChangeView
from ui.pages.changes.editing import Editing
from ui.pages.changes.impact import host_options
from ui.widgets.set_copies import SetCopies


class CopyPart(SetCopies):
    """The copies of one set of a change."""

    def __init__(self, editing: Editing) -> None:
        super().__init__()
        self._editing = editing
        self._item: BackupSet | None = None
        self.wanted.connect(self._on_wanted)

    def show_set(self, item: BackupSet | None, view: ChangeView | None) -> None:
        """Show the copies of a set."""
        self.setVisible(item is not None and item.is_present)
        if item is None or view is None:
            return
        if self._item is None or self._item.id != item.id:
            self.offer(item, host_options(view))
        self._item = item
        self.show_copies(item, view.zone)

    @Slot(object)
    def _on_wanted(self, place: CopyPlace) -> None:
        if self._item is None:
            return
        self.set_copying(copying=True)
        title = _("Copying the backup of {host}").format(host=self._item.host_name)
        task = backups.copy_away(self._editing.context, self._item, place, title)
        task.succeeded.connect(self._on_done)
        task.failed.connect(self._editing.failed)
        task.ended.connect(self._on_ended)

    @Slot(object)
    def _on_done(self, _result: object) -> None:
        self.form.hide()
        self._editing.context.changed.announce(Topic.BACKUPS | Topic.CHANGES)

    @Slot()
    def _on_ended(self) -> None:
        self.set_copying(copying=False)
        self._editing.reload_wanted.emit()
