"""What is done with the set that is shown: each wish becomes a task, each end a message."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from app.domain.backup import BackupSet, Level, RestoreResult
from app.domain.restore import RestoreWish
from app.i18n import _, ngettext
from app.services.backup.restores import HostRestore, not_restored
from app.wording import duration
from ui.messages import Message, Tone
from ui.operations import backups, restores, vault_care
from ui.operations.restores import Compared
from ui.pages.backups.deeds import Deeds
from ui.pages.backups.detail import SetDetail
from ui.pages.backups.parts import HostPart
from ui.tasks import Latest, Task

if TYPE_CHECKING:
    from ui.context import UiContext


class SetDesk(Deeds):
    """Carries out what a `SetDetail` asks for."""

    def __init__(self, context: "UiContext", detail: SetDetail, parent: QObject) -> None:
        super().__init__(context, parent)
        self._detail = detail
        self.item: BackupSet | None = None
        self._plans = Latest(context.tasks, self)
        self._plans.loaded.connect(detail.show_plan)
        detail.proof_wanted.connect(self._on_proof)
        detail.unpack_wanted.connect(self._on_unpack)
        detail.restore_wanted.connect(self._on_restore)
        detail.compare_wanted.connect(self._on_compare)
        detail.accepted.connect(self._on_accept)
        detail.hold_wanted.connect(self._on_hold)
        detail.bin_wanted.connect(self._on_bin)
        detail.take_out_wanted.connect(self._on_take_out)
        detail.host_picked.connect(self._load_plan)
        self._opens = False

    @property
    def busy(self) -> bool:
        """Whether the plan of a set is being read."""
        return self._plans.busy

    def set_item(self, item: BackupSet, *, opens: bool) -> None:
        """Work with another set from now on; its plan is read where the vault opens."""
        self.item, self._opens = item, opens
        self._load_plan()

    @property
    def part(self) -> HostPart:
        """The host of the set that is meant; only once a set is shown."""
        if self._detail.part is None:
            raise LookupError("no set is shown yet")
        return self._detail.part

    @Slot()
    def _load_plan(self) -> None:
        item, services = self.item, self._context.services
        if item is not None and self._opens and not item.missing:
            host = self.part.host
            self._plans.start(lambda: restores.load_plan(services, item, host))

    def unpack(self, folder: str, paths: tuple[str, ...] = ()) -> None:
        """Unpack the set, or some of it, here."""
        if item := self.item:
            title = _("Unpacking the backup of {host}").format(host=item.host_name)
            what = restores.Part(item, paths, self.part.host if paths else None)
            task = restores.unpack(self._context, what, Path(folder), title)
            self._follow(task).succeeded.connect(self._on_given_back)

    @Slot(object)
    def _on_proof(self, level: Level) -> None:
        if item := self.item:
            title = _("Proving the backup of {host}").format(host=item.host_name)
            self._then_alter(backups.prove(self._context, item, level, title))

    @Slot(str)
    def _on_unpack(self, folder: str) -> None:
        self.unpack(folder)

    @Slot(str, object)
    def _on_restore(self, typed: str, wish: RestoreWish) -> None:
        if item := self.item:
            title = _("Restoring {host}").format(host=self.part.name)
            wanted = HostRestore(item.id, typed, wish.objects, paths=wish.paths)
            task = restores.put_back(self._context, wanted, title)
            self._follow(task).succeeded.connect(self._on_given_back)
            task.failed.connect(self._on_altered)

    @Slot(object)
    def _on_compare(self, wish: RestoreWish) -> None:
        if (item := self.item) and (way := self._detail.way_back):
            way.button.block(_("Comparing…"))
            title = _("Comparing {host} with its backup").format(host=self.part.name)
            what = restores.Part(item, wish.paths, self.part.host, wish.objects)
            task = self._follow(restores.compare(self._context, what, title))
            task.succeeded.connect(self._on_compared)
            task.ended.connect(self._on_comparison_ended)

    @Slot(object)
    def _on_compared(self, compared: Compared) -> None:
        if self.item and compared.difference.set == self.item.id:
            self._detail.show_difference(compared)

    @Slot()
    def _on_comparison_ended(self) -> None:
        if way := self._detail.way_back:
            way.button.block("")

    @Slot(object)
    def _on_given_back(self, result: RestoreResult) -> None:
        text = ngettext(
            "{n} member in {where}, {time}.", "{n} members in {where}, {time}.", result.members
        ).format(n=result.members, where=result.where, time=duration(result.duration_s))
        if result.by_hand:
            state, tone = _("Restored in part"), Tone.WARNING
        else:
            state, tone = _("Restored"), Tone.DONE
        self._detail.asking.leave()
        self.said.emit(Message(state, tone, present=text, next=not_restored(result)))
        self.altered.emit()

    @Slot(str)
    def _on_accept(self, reason: str) -> None:
        if item := self.item:
            self._then_alter(backups.accept(self._context, item, reason))

    @Slot(str)
    def _on_hold(self, reason: str) -> None:
        if item := self.item:
            context = self._context
            task = (
                vault_care.release(context, item.id)
                if item.held_by
                else vault_care.hold(context, item.id, reason)
            )
            self._then_alter(task)

    @Slot(str)
    def _on_bin(self, reason: str) -> None:
        if item := self.item:
            self._then_alter(vault_care.put_in_bin(self._context, item.id, reason))

    @Slot()
    def _on_take_out(self) -> None:
        if item := self.item:
            self._then_alter(vault_care.take_out(self._context, item.id))

    def _then_alter(self, task: Task) -> None:
        self._follow(task).succeeded.connect(self._on_altered)

    @Slot(object)
    def _on_altered(self, _result: object) -> None:
        self.altered.emit()

    def _follow(self, task: Task) -> Task:
        task.failed.connect(self.failed)
        return task
