"""What is done about retention and the vault's key: each wish becomes a task."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from app.domain.vault_key import KeyState, RecoverySheet
from app.i18n import _, ngettext
from app.services.backup.vault_keys import NewRecoveryKey, words_of
from ui.messages import Message, Tone
from ui.operations import vault_care
from ui.operations.backups import BackupsView
from ui.pages.backups.deeds import Deeds
from ui.pages.backups.key import KeyPanel
from ui.pages.backups.retention import RetentionPanel
from ui.tasks import Task

if TYPE_CHECKING:
    from ui.context import UiContext


class Care(Deeds):
    """Carries out what the panels of retention and of the key ask for."""

    left = Signal()
    made = Signal()
    """A recovery key is there to be shown."""

    def __init__(self, context: "UiContext", parent: QObject) -> None:
        super().__init__(context, parent)
        self.retention, self.key = RetentionPanel(), KeyPanel()
        self.retention.left.connect(self.left)
        self.retention.apply_wanted.connect(self._on_apply)
        self.retention.take_out_wanted.connect(self._on_take_out)
        self.key.left.connect(self.left)
        self.key.check_wanted.connect(self._on_check)
        self.key.unlock_wanted.connect(self._on_unlock)
        self.key.rotate_wanted.connect(self._on_rotate)
        self.key.sheet_wanted.connect(self._on_sheet)

    def show(self, view: BackupsView) -> None:
        """Show both as they stand."""
        zone = self._context.services.settings.zone
        self.retention.show_preview(view.preview, zone)
        self.key.show_state(view.key, zone)

    @Slot()
    def make(self) -> None:
        """Make the vault; its recovery key is shown when it is there."""
        self._follow(vault_care.make_vault(self._context)).succeeded.connect(self._on_made)

    @Slot()
    def _on_apply(self) -> None:
        task = self._follow(vault_care.apply_rules(self._context))
        task.succeeded.connect(self._on_binned)

    @Slot(object)
    def _on_binned(self, done: tuple[object, ...]) -> None:
        n = len(done)
        text = ngettext("{n} set lies in the bin now.", "{n} sets lie in the bin now.", n)
        self.said.emit(Message(_("Put in the bin"), Tone.DONE, present=text.format(n=n)))
        self.altered.emit()

    @Slot(str)
    def _on_take_out(self, set_id: str) -> None:
        task = self._follow(vault_care.take_out(self._context, set_id))
        task.succeeded.connect(self._on_altered)

    @Slot(str)
    def _on_check(self, typed: str) -> None:
        self._follow(vault_care.check_key(self._context, typed)).succeeded.connect(self._on_state)

    @Slot(str)
    def _on_unlock(self, typed: str) -> None:
        self._follow(vault_care.unlock(self._context, typed)).succeeded.connect(self._on_state)

    @Slot(str)
    def _on_rotate(self, reason: str) -> None:
        self._follow(vault_care.rotate(self._context, reason)).succeeded.connect(self._on_made)

    @Slot(object, object)
    def _on_sheet(self, sheet: RecoverySheet, path: Path) -> None:
        task = self._follow(vault_care.save_sheet(self._context, sheet, path))
        task.succeeded.connect(self._on_saved)

    @Slot(object)
    def _on_saved(self, path: Path) -> None:
        text = _("Print {path}, lock the paper away, then delete the file.").format(path=path)
        self.said.emit(Message(_("Page saved"), Tone.DONE, present=text))

    @Slot(object)
    def _on_state(self, state: KeyState) -> None:
        words = words_of(state)
        self.said.emit(Message(words.title, Tone.DONE, present=words.sentence))
        self.altered.emit()

    @Slot(object)
    def _on_made(self, made: NewRecoveryKey) -> None:
        self.key.show_new(made)
        self.made.emit()
        self.altered.emit()

    @Slot(object)
    def _on_altered(self, _result: object) -> None:
        self.altered.emit()

    def _follow(self, task: Task) -> Task:
        task.failed.connect(self.failed)
        return task
