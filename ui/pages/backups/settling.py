"""What is done about a restore that still holds something on its host."""

from PySide6.QtCore import Slot

from app.domain.restore import Restore
from app.i18n import _
from app.services.backup.restore_settling import state_words
from ui.messages import Message, Tone
from ui.operations import restores
from ui.pages.backups.deeds import Deeds
from ui.pages.backups.settle import SettleCard
from ui.tasks import Task


class Settling(Deeds):
    """Carries out what a `SettleCard` asks for."""

    @Slot(object)
    def hear(self, box: SettleCard) -> None:
        """Do what a card asks for from now on."""
        box.look_wanted.connect(self._on_look)
        box.undo_wanted.connect(self._on_undo)
        box.clear_wanted.connect(self._on_clear)

    @Slot(object)
    def _on_look(self, restore: Restore) -> None:
        title = _("Looking at {host}").format(host=restore.host_name)
        self._follow(restores.look(self._context, restore, title))

    @Slot(object, str)
    def _on_undo(self, restore: Restore, typed: str) -> None:
        title = _("Undoing a restore on {host}").format(host=restore.host_name)
        self._follow(restores.undo(self._context, restore, typed, title))

    @Slot(object, str)
    def _on_clear(self, restore: Restore, typed: str) -> None:
        title = _("Clearing up on {host}").format(host=restore.host_name)
        self._follow(restores.settle(self._context, restore, typed, title))

    @Slot(object)
    def _say(self, restore: Restore) -> None:
        self.said.emit(Message(_("Settled"), Tone.DONE, present=state_words(restore)))

    def _follow(self, task: Task) -> None:
        task.succeeded.connect(self._say)
        task.failed.connect(self.failed)
        task.ended.connect(self.altered)
