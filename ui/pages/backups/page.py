"""The backups page: the vault's sets, how well each is proven, and the way back."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QStackedWidget, QWidget

from app.domain.backup import BackupSet, Level, RestoreResult
from app.i18n import _, ngettext
from app.services.restores import HostRestore
from app.wording import duration
from ui.changed import Topic
from ui.messages import Message, Tone
from ui.models.rows import RowsModel
from ui.operations import backups
from ui.operations.backups import BackupsView, SetView
from ui.pages.backups.detail import SetDetail
from ui.pages.backups.legend import LevelLegend
from ui.pages.backups.rows import SET_COLUMNS
from ui.tasks import Latest, Task
from ui.widgets.buttons import Button
from ui.widgets.empty import EmptyState
from ui.widgets.labels import Label, mono
from ui.widgets.layout import MARGIN, card, column, panel, split
from ui.widgets.page import Page
from ui.widgets.table import Rows, Table

if TYPE_CHECKING:
    from ui.context import UiContext


class BackupsPage(Page):
    """The vault."""

    id, title, icon, group = "backups", _("Backups"), "archive", 1
    topics = Topic.BACKUPS

    def __init__(self, context: "UiContext", parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self._wanted = ""
        self._key_shown: QWidget | None = None
        self.table = Table(
            RowsModel(SET_COLUMNS), rows=Rows.VERDICT, header=False, name="sets", margin=MARGIN
        )
        self.table.picked.connect(self._on_picked)
        self._detail = SetDetail()
        self._detail.proof_wanted.connect(self._on_proof)
        self._detail.unpack_wanted.connect(self._on_unpack)
        self._detail.restore_wanted.connect(self._on_restore)
        self._detail.accepted.connect(self._on_accept)
        self._stack = QStackedWidget()
        make = Button(_("Make the vault"), icon="shield")
        make.clicked.connect(self._on_make)
        self._stack.addWidget(
            EmptyState(
                _("No vault yet"),
                _(
                    "The vault keeps encrypted copies of what a change could break. Its key goes"
                    " to the keyring; a recovery key is shown once, for paper."
                ),
                make,
            )
        )
        go = Button(_("Open the changes"))
        go.clicked.connect(self._open_changes)
        self._stack.addWidget(
            EmptyState(
                _("No backup yet"),
                _("A change says in its plan what is kept; its backup is taken and proven there."),
                go,
            )
        )
        left = column(self.table, LevelLegend(), gap=0)
        left.setStretch(0, 1)
        self._stack.addWidget(split(panel(left), self._detail, sizes=(620, 620), name="backups"))
        self.body.addWidget(self._stack, 1)
        self._rows = Latest(context.tasks, self)
        self._rows.loaded.connect(self._show)
        self._rows.failed.connect(self.show_error)

    @property
    def ready(self) -> bool:
        """Whether the list has been shown."""
        return not self._rows.busy

    def reload(self) -> None:
        """Read the list again."""
        services = self.context.services
        self._rows.start(lambda: backups.load_view(services))

    def open(self, ref: str) -> None:
        """Show a set by its id."""
        self._wanted = ref
        self.reload()

    @property
    def _item(self) -> BackupSet | None:
        view: SetView | None = self.table.current
        return view.set if view else None

    @Slot(object)
    def _show(self, view: BackupsView) -> None:
        self._stack.setCurrentIndex(2 if view.sets else 1 if view.has_vault else 0)
        self.table.set_rows(view.sets)
        if self._wanted:
            self.table.select(self._wanted)
            self._wanted = ""
        self.table.select_first()
        if self.table.current is not None:
            self._detail.show_set(self.table.current)
        restored = sum(item.set.level is Level.RESTORED for item in view.sets)
        self.header.set_sentence(
            ngettext(
                "{n} set, {k} restored in a drill. Vault: {place}",
                "{n} sets, {k} restored in a drill. Vault: {place}",
                len(view.sets),
            ).format(n=len(view.sets), k=restored, place=view.place)
            if view.has_vault
            else _("Copies that are proven before they are needed.")
        )

    @Slot(object)
    def _on_picked(self, view: SetView | None) -> None:
        if view is not None:
            self._detail.show_set(view)

    @Slot()
    def _open_changes(self) -> None:
        self.context.navigation.go("changes")

    @Slot()
    def _on_make(self) -> None:
        task = self._follow(backups.make_vault(self.context))
        task.succeeded.connect(self._on_made)

    @Slot(object)
    def _on_made(self, recovery_key: str) -> None:
        words = _("Recovery key of this vault. Write it down or print it now: it is kept nowhere.")
        box = card(
            column(Label(words, wrap=True), mono(recovery_key), margins=(14, 12, 14, 12), gap=8)
        )
        self._key_shown = panel(column(box, margins=(24, 16, 24, 0)))
        self.body.insertWidget(0, self._key_shown)
        self._announce()

    @Slot(object)
    def _on_proof(self, level: Level) -> None:
        if item := self._item:
            title = _("Proving the backup of {host}").format(host=item.host_name)
            self._then_announce(backups.prove(self.context, item, level, title))

    @Slot(str)
    def _on_unpack(self, folder: str) -> None:
        if item := self._item:
            title = _("Unpacking the backup of {host}").format(host=item.host_name)
            task = self._follow(backups.unpack(self.context, item, Path(folder), title))
            task.succeeded.connect(self._on_given_back)

    @Slot(str)
    def _on_restore(self, typed: str) -> None:
        if item := self._item:
            title = _("Restoring {host}").format(host=item.host_name)
            task = self._follow(backups.put_back(self.context, HostRestore(item.id, typed), title))
            task.succeeded.connect(self._on_given_back)

    @Slot(object)
    def _on_given_back(self, result: RestoreResult) -> None:
        text = _("{n} members in {where}, {time}.").format(
            n=result.members, where=result.where, time=duration(result.duration_s)
        )
        self.show_message(Message(_("Restored"), Tone.DONE, present=text))
        self._announce()

    @Slot(str)
    def _on_accept(self, reason: str) -> None:
        if item := self._item:
            self._then_announce(backups.accept(self.context, item, reason))

    def _then_announce(self, task: Task) -> None:
        self._follow(task).succeeded.connect(self._announce_result)

    @Slot(object)
    def _announce_result(self, _result: object) -> None:
        self._announce()

    def _announce(self) -> None:
        self.context.changed.announce(Topic.BACKUPS | Topic.CHANGES, self)
        self.reload()

    def _follow(self, task: Task) -> Task:
        task.failed.connect(self.show_error)
        return task
