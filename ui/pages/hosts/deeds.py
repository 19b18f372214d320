"""Carries out what was wanted of the host that is shown."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from app.domain.host import Host, HostKey
from app.i18n import _
from app.services.host.hosts import ConnectionReport
from ui.operations import hosts
from ui.pages.hosts.detail import HostDetail
from ui.pages.hosts.form import HostForm
from ui.tasks import Task

if TYPE_CHECKING:
    from ui.context import UiContext


class HostDeeds(QObject):
    """Answers the signals of the detail and of the form."""

    saved = Signal(object)  # Host
    failed = Signal(object)  # exception

    def __init__(
        self, context: "UiContext", detail: HostDetail, form: HostForm, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._context, self._detail = context, detail
        self._host: Host | None = None
        form.submitted.connect(self._on_submitted)
        detail.key_asked.connect(self._on_key_asked)
        detail.key_confirmed.connect(self._on_key_confirmed)
        detail.key_replaced.connect(self._on_key_replaced)
        detail.tried.connect(self._on_tried)
        detail.archived.connect(self._on_archive)
        detail.legacy_allowed.connect(self._on_legacy_allowed)
        detail.legacy_ended.connect(self._on_legacy_ended)
        detail.sudo_given.connect(self._on_sudo_given)

    def set_host(self, host: Host) -> None:
        """Act on another host, or on its newer state."""
        self._host = host

    @Slot(object, bool, str)
    def _on_submitted(self, host: Host, new: bool, secret: str) -> None:
        self._then_saved(hosts.save(self._context, host, new=new, secret=secret))

    @Slot()
    def _on_key_asked(self) -> None:
        if self._host:
            task = self._follow(hosts.ask_key(self._context, self._host))
            task.succeeded.connect(self._on_key_shown)

    @Slot(object)
    def _on_key_shown(self, key: HostKey) -> None:
        if self._host:
            self._detail.show_shown_key(self._host, key)

    @Slot(object)
    def _on_key_confirmed(self, key: HostKey) -> None:
        if self._host:
            self._then_saved(hosts.confirm_key(self._context, self._host, key))

    @Slot(object, str)
    def _on_key_replaced(self, key: HostKey, reason: str) -> None:
        if self._host:
            self._then_saved(hosts.re_enrol(self._context, self._host, key, reason))

    @Slot()
    def _on_tried(self) -> None:
        if self._host:
            task = self._follow(hosts.try_connection(self._context, self._host))
            task.succeeded.connect(self._on_report)

    @Slot(object)
    def _on_report(self, report: ConnectionReport) -> None:
        if self._host and report.host == self._host.id:
            self._detail.show_report(report)

    @Slot(str, int)
    def _on_legacy_allowed(self, reason: str, days: int) -> None:
        if self._host:
            self._then_saved(hosts.allow_legacy(self._context, self._host, reason, days))

    @Slot()
    def _on_legacy_ended(self) -> None:
        if self._host:
            self._then_saved(hosts.end_legacy(self._context, self._host))

    @Slot(str)
    def _on_sudo_given(self, password: str) -> None:
        if self._host:
            self._then_saved(hosts.hold_sudo(self._context, self._host, password))

    @Slot()
    def _on_archive(self) -> None:
        if self._host:
            task = self._follow(hosts.archive(self._context, self._host))
            task.succeeded.connect(self._on_archived)

    @Slot(object)
    def _on_archived(self, host: Host) -> None:
        self._context.messages.show_done(_("{name} is archived.").format(name=host.name))
        self.saved.emit(host)

    def _then_saved(self, task: Task) -> None:
        self._follow(task).succeeded.connect(self.saved)

    def _follow(self, task: Task) -> Task:
        task.failed.connect(self.failed)
        return task
