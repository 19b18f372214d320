"""The hosts page: the list, one host beside it, and the form to add or change one."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QStackedWidget, QWidget

from app.domain.host import Host
from app.i18n import _, ngettext
from ui.changed import Topic
from ui.operations import hosts
from ui.operations.hosts import HostView
from ui.pages.hosts.deeds import HostDeeds
from ui.pages.hosts.detail import HostDetail
from ui.pages.hosts.form import HostForm
from ui.pages.hosts.kept_deeds import KeptDeeds
from ui.pages.hosts.listing import HostList
from ui.pages.hosts.rule_deeds import RuleDeeds
from ui.pages.hosts.takeover import HostTakeover
from ui.tasks import Latest
from ui.widgets.buttons import Button, Kind
from ui.widgets.empty import EmptyState
from ui.widgets.layout import split
from ui.widgets.page import Page

if TYPE_CHECKING:
    from ui.context import UiContext


NEW = "new"
"""Opens the form of a new host."""


class HostsPage(Page):
    """Servers that changes are made on."""

    id, title, icon, group = "hosts", _("Hosts"), "server", 1
    topics = Topic.HOSTS | Topic.HEALTH

    def __init__(self, context: "UiContext", parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self._wanted = ""
        self._views: tuple[HostView, ...] = ()
        self._add = Button(_("Add a host"), Kind.PRIMARY, icon="plus")
        self._add.clicked.connect(self.new_record)
        take_over = Button(_("Import…"), icon="download")
        take_over.clicked.connect(self._on_take_over)
        self._check = Button(_("Check every host"), icon="activity")
        self._check.clicked.connect(self._on_check)
        self.header.add(self._check, take_over, self._add)
        self.list = HostList()
        self.table = self.list.table
        self.list.picked.connect(self._on_picked)
        self._detail, self._form = HostDetail(), HostForm()
        self._side = QStackedWidget()
        self._side.addWidget(self._detail)
        self._side.addWidget(self._form)
        self._takeover = HostTakeover(context)
        self._side.addWidget(self._takeover)
        self._stack = QStackedWidget()
        first = Button(_("Add a host"), icon="plus")
        first.clicked.connect(self.new_record)
        self._stack.addWidget(
            EmptyState(
                _("No host yet"),
                _(
                    "Add the servers you change, or import those that OpenSSH knows. Nothing is"
                    " sent before you confirm a host's key."
                ),
                first,
            )
        )
        self._stack.addWidget(split(self.list, self._side, sizes=(720, 520), name="hosts"))
        self.body.addWidget(self._stack, 1)
        self._rows = Latest(context.tasks, self)
        self._rows.loaded.connect(self._show)
        self._rows.failed.connect(self.show_error)
        self._connect()

    def _connect(self) -> None:
        self._form.left.connect(self._close_form)
        self._takeover.left.connect(self._close_form)
        self._takeover.taken.connect(self._on_taken_over)
        self._takeover.failed.connect(self.show_error)
        self._detail.edited.connect(self._on_edit)
        self._deeds = HostDeeds(self.context, self._detail, self._form, self)
        self._deeds.saved.connect(self._on_saved)
        self._deeds.failed.connect(self.show_error)
        self._kept = KeptDeeds(self.context, self._detail, self)
        self._kept.failed.connect(self.show_error)
        self._rules = RuleDeeds(self.context, self._detail, self)
        self._rules.failed.connect(self.show_error)

    @property
    def ready(self) -> bool:
        """Whether the list has been shown."""
        return not self._rows.busy

    def reload(self) -> None:
        """Read the list again."""
        services = self.context.services
        self._rows.start(lambda: hosts.load_hosts(services))

    def open(self, ref: str) -> None:
        """Show a host by its id, or an empty form."""
        self._wanted = ref
        self.reload()

    def focus_search(self) -> None:
        """Put the keyboard into the search field."""
        self.list.search.setFocus()

    def new_record(self) -> bool:
        """Show an empty form."""
        self._stack.setCurrentIndex(1)
        self._form.edit(None, [view.host for view in self._views])
        self._side.setCurrentWidget(self._form)
        return True

    def escape(self) -> bool:
        """Leave the form."""
        if self._side.currentWidget() is not self._detail:
            self._close_form()
            return True
        return False

    @property
    def _host(self) -> Host | None:
        current: HostView | None = self.table.current
        return current.host if current else None

    @Slot(object)
    def _show(self, views: tuple[HostView, ...]) -> None:
        self._views = views
        wanted, self._wanted = self._wanted, ""
        self.list.show_hosts(views, wanted)
        if wanted == NEW:
            self.new_record()
        form_open = self._side.currentWidget() is not self._detail
        self._stack.setCurrentIndex(1 if views or form_open else 0)
        for button in (self._check, self._add):  # the empty page offers the first one itself
            button.setVisible(bool(views))
        confirmed = sum(view.host.key is not None for view in views)
        self.header.set_sentence(
            ngettext(
                "{n} host, {k} with a confirmed key.",
                "{n} hosts, {k} with a confirmed key.",
                len(views),
            ).format(n=len(views), k=confirmed)
            if views
            else _("The servers your changes are made on.")
        )
        if self.table.current is not None:
            self._show_host(self.table.current)

    def _show_host(self, view: HostView) -> None:
        self._detail.show_host(view)
        self._deeds.set_host(view.host)
        self._kept.set_host(view.host)
        self._rules.set_host(view.host)

    @Slot(object)
    def _on_picked(self, view: HostView | None) -> None:
        if view is not None:
            self._side.setCurrentWidget(self._detail)
            self._show_host(view)

    @Slot()
    def _close_form(self) -> None:
        self._side.setCurrentWidget(self._detail)
        self._stack.setCurrentIndex(1 if self._views else 0)

    @Slot()
    def _on_edit(self) -> None:
        if host := self._host:
            self._form.edit(host, [view.host for view in self._views])
            self._side.setCurrentWidget(self._form)

    @Slot()
    def _on_check(self) -> None:
        self.context.navigation.go("health", "every")

    @Slot()
    def _on_take_over(self) -> None:
        self._stack.setCurrentIndex(1)
        self.banners.clear()
        self._takeover.begin()
        self._side.setCurrentWidget(self._takeover)

    @Slot(object)
    def _on_taken_over(self, taken: tuple[Host, ...]) -> None:
        n = len(taken)
        text = ngettext("{n} host imported.", "{n} hosts imported.", n).format(n=n)
        self.context.messages.show_done(f"{text} {_('Confirm their keys before you use them.')}")
        if taken:
            self._on_saved(taken[-1])

    @Slot(object)
    def _on_saved(self, host: Host) -> None:
        self._side.setCurrentWidget(self._detail)
        self._announce(host)

    def _announce(self, host: Host) -> None:
        self.banners.clear()
        self._wanted = host.id
        self.context.changed.announce(Topic.HOSTS, self, host.id)
        self.reload()
