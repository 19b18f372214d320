"""The backups page: the vault's sets, how well each is proven, the way back, and their end."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Slot
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QStackedWidget, QWidget

from app.domain.restore import RestoreWish
from app.i18n import _, ngettext
from app.wording import bytes_size
from ui.changed import Topic
from ui.operations import backups
from ui.operations.backups import BackupsView, SetView
from ui.pages.backups.care import Care
from ui.pages.backups.copying import Copying
from ui.pages.backups.desk import SetDesk
from ui.pages.backups.detail import SetDetail
from ui.pages.backups.look import Inside
from ui.pages.backups.others import OthersPanel
from ui.pages.backups.sets import SetList
from ui.pages.backups.settling import Settling
from ui.tasks import Latest
from ui.widgets.buttons import Button, Kind
from ui.widgets.empty import EmptyState
from ui.widgets.layout import split
from ui.widgets.page import Page

if TYPE_CHECKING:
    from ui.context import UiContext


class BackupsPage(Page):
    """The vault."""

    id, title, icon, group = "backups", _("Backups"), "archive", 1
    topics = Topic.BACKUPS | Topic.SETTINGS

    def __init__(self, context: "UiContext", parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self._wanted = ""
        self._view: BackupsView | None = None
        self.list = SetList()
        self._detail = SetDetail()
        self.desk = SetDesk(context, self._detail, self)
        self.settling, self.copying = Settling(context, self), Copying(context, self)
        self.inside = Inside(context, self.desk, self)
        self.care = Care(context, self)
        self.others = OthersPanel(context)
        self._side = QStackedWidget()
        care = self.care
        for widget in (self._detail, self.inside.panel, care.retention, care.key, self.others):
            self._side.addWidget(widget)
        self._stack = QStackedWidget()
        self._make = Button(_("Make the vault"), Kind.PRIMARY, icon="shield")
        self._go = Button(_("Open the changes"))
        self._stack.addWidget(no_vault(self._make))
        self._stack.addWidget(no_backup(self._go))
        self._stack.addWidget(split(self.list, self._side, sizes=(590, 650), name="backups"))
        self.body.addWidget(self._stack, 1)
        self._key = Button(_("Key"), icon="key")
        self._retention = Button(_("Retention"), icon="clock")
        self._others = Button(_("Other systems"), icon="archive")
        self.header.add(self._others, self._key, self._retention)
        self._rows = Latest(context.tasks, self)
        self._connect()

    def _connect(self) -> None:
        self._rows.loaded.connect(self._show)
        self._rows.failed.connect(self.show_error)
        self._key.clicked.connect(self._show_key)
        self._retention.clicked.connect(self._show_retention)
        self._others.clicked.connect(self._show_others)
        self.others.left.connect(self._show_detail)
        self.others.failed.connect(self.show_error)
        self.list.shown.connect(self._show_set)
        self.list.picked.connect(self._on_picked)
        self._make.clicked.connect(self.care.make)
        self._go.clicked.connect(self._open_changes)
        self._detail.inside_wanted.connect(self._show_inside)
        self._detail.settling.connect(self.settling.hear)
        self._detail.copying.connect(self.copying.hear)
        for part in (self.desk, self.settling, self.copying, self.inside, self.care):
            part.failed.connect(self.show_error)
            part.said.connect(self.show_message)
            part.altered.connect(self._announce)
        self.inside.left.connect(self._show_detail)
        self.inside.restore_wanted.connect(self._ask_restore)
        self.care.left.connect(self._show_detail)
        self.care.made.connect(self._show_key)

    @property
    def ready(self) -> bool:
        """Whether the list, and what belongs to its first set, has been shown."""
        return not (self._rows.busy or self.desk.busy or self.inside.busy or self.others.busy)

    def reload(self) -> None:
        """Read the list again."""
        services = self.context.services
        self._rows.start(lambda: backups.load_view(services))

    def open(self, ref: str) -> None:
        """Show a set by its id, or a part of the page by its name."""
        parts = {
            "key": self._show_key, "retention": self._show_retention, "others": self._show_others
        }  # fmt: skip
        if ref in parts:
            parts[ref]()
            return
        self._wanted = ref
        self._show_detail()
        self.reload()

    def places(self) -> tuple[str, ...]:
        """The parts that deserve a picture of their own."""
        return ("key", "retention", "others") if self._view and self._view.sets else ()

    def focus_search(self) -> None:
        """Put the keyboard into the search field."""
        self.list.search.setFocus()

    def escape(self) -> bool:
        """Leave the part that is open beside the list, or what is asked about the set."""
        if self._side.currentIndex() == 0:
            return self._detail.asking.leave()
        self._show_detail()
        return True

    def hideEvent(self, event: QHideEvent) -> None:
        """Let go of what was opened for looking, and of a key that was shown."""
        super().hideEvent(event)
        self._show_detail()

    @Slot(object)
    def _show(self, view: BackupsView) -> None:
        self._view = view
        self.care.show(view)
        beside = self._side.currentWidget()
        wants_key = view.has_vault and beside is self.care.key
        some = bool(view.sets) or wants_key or beside is self.others
        self._stack.setCurrentIndex(2 if some else 1 if view.has_vault else 0)
        self._key.setVisible(view.has_vault)
        self._retention.setVisible(bool(view.sets))
        self.list.show_sets(view.sets, self._wanted)
        self._wanted = ""
        self.header.set_sentence(_sentence(view))

    @Slot(object)
    def _show_set(self, view: SetView | None) -> None:
        self._detail.setVisible(view is not None)
        if view is not None:
            self._detail.show_set(view)
            opens = self._view is not None and self._view.key.condition.opens
            self.desk.set_item(view.set, opens=opens)

    @Slot(object)
    def _on_picked(self, view: SetView) -> None:
        self._show_detail()
        self._show_set(view)

    @Slot()
    def _show_detail(self) -> None:
        self.inside.close()
        self.care.key.forget()
        self._side.setCurrentWidget(self._detail)
        if self._view is not None and not self._view.sets:
            self._stack.setCurrentIndex(1 if self._view.has_vault else 0)

    @Slot()
    def _show_inside(self) -> None:
        if self.desk.item is not None:
            self._side.setCurrentWidget(self.inside.panel)
            self.inside.open(self.desk.item)

    @Slot(object)
    def _ask_restore(self, wish: RestoreWish) -> None:
        self._show_detail()
        self._detail.ask_restore(wish)

    @Slot()
    def _show_key(self) -> None:
        self._side.setCurrentWidget(self.care.key)
        self._stack.setCurrentIndex(2)

    @Slot()
    def _show_retention(self) -> None:
        self._side.setCurrentWidget(self.care.retention)
        self._stack.setCurrentIndex(2)

    @Slot()
    def _show_others(self) -> None:
        self.others.reload()
        self._side.setCurrentWidget(self.others)
        self._stack.setCurrentIndex(2)

    @Slot()
    def _open_changes(self) -> None:
        self.context.navigation.go("changes")

    @Slot()
    def _announce(self) -> None:
        self.context.changed.announce(Topic.BACKUPS | Topic.CHANGES, self)
        self.reload()


def no_vault(make: Button) -> EmptyState:
    """Return what is shown before there is a vault."""
    return EmptyState(
        _("No vault yet"),
        _(
            "The vault keeps encrypted copies of what a change could break. Its key goes to the"
            " keyring; a recovery key is shown once, for paper."
        ),
        make,
    )


def no_backup(go: Button) -> EmptyState:
    """Return what is shown before there is a backup."""
    return EmptyState(
        _("No backup yet"),
        _("A change says in its plan what is kept; its backup is taken and proven there."),
        go,
    )


def _sentence(view: BackupsView) -> str:
    if not view.has_vault:
        return _("Copies that are proven before they are needed.")
    kept = [item.set for item in view.sets if item.set.binned_at is None]
    restored = sum(item.restore_s is not None for item in kept)
    used = sum(item.set.stored_bytes for item in view.sets)
    parts = [
        ngettext(
            "{n} set in the vault, {k} restored in a drill",
            "{n} sets in the vault, {k} restored in a drill",
            len(kept),
        ).format(n=len(kept), k=restored),
        _("{used} used, {free} free").format(
            used=bytes_size(used), free=bytes_size(view.free_bytes)
        ),
    ]
    waiting = len(view.waiting)
    if waiting:
        parts.append(
            ngettext("{n} restore to settle", "{n} restores to settle", waiting).format(n=waiting)
        )
    return f"{', '.join(parts)}. {view.place}"
