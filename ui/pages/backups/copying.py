"""Copies a set to another place when its part of the page asks for it."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from app.domain.backup import BackupSet
from app.i18n import _
from app.services.ports.vault import CopyPlace
from ui.messages import Message, Tone
from ui.operations import backups
from ui.pages.backups.deeds import Deeds
from ui.widgets.set_copies import SetCopies

if TYPE_CHECKING:
    from ui.context import UiContext


class Copying(Deeds):
    """Carries out what the shown `SetCopies` asks for; one copy is made at a time."""

    def __init__(self, context: "UiContext", parent: QObject) -> None:
        super().__init__(context, parent)
        self._part: SetCopies | None = None
        self._item: BackupSet | None = None
        self._copying = False

    @Slot(object, object)
    def hear(self, part: SetCopies, item: BackupSet) -> None:
        """Do from now on what this part asks for; it takes the place of the one before."""
        self._part, self._item = part, item
        part.wanted.connect(self._on_wanted)
        part.set_copying(copying=self._copying)

    @Slot(object)
    def _on_wanted(self, place: CopyPlace) -> None:
        if (item := self._item) is None:
            return
        self._set_copying(copying=True)
        title = _("Copying the backup of {host}").format(host=item.host_name)
        task = backups.copy_away(self._context, item, place, title)
        task.succeeded.connect(self._on_copied)
        task.failed.connect(self.failed)
        task.ended.connect(self._on_ended)

    @Slot(object)
    def _on_copied(self, item: BackupSet) -> None:
        text = _("In {where}; every file was read there again and compared.")
        told = text.format(where=item.copies[-1].where)
        self.said.emit(Message(_("Copied"), Tone.DONE, present=told))
        self.altered.emit()

    @Slot()
    def _on_ended(self) -> None:
        self._set_copying(copying=False)

    def _set_copying(self, *, copying: bool) -> None:
        self._copying = copying
        if self._part is not None:
            self._part.set_copying(copying=copying)
