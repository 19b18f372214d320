"""Carries out what was wanted of the jobs that lie on the host that is shown."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from app.domain.backup import BackupSet
from app.domain.host import Host
from app.i18n import _
from app.services.jobs.kept import KeptJob
from ui.changed import Topic
from ui.operations import kept_jobs
from ui.pages.hosts.detail import HostDetail
from ui.tasks import Task

if TYPE_CHECKING:
    from ui.context import UiContext


class KeptDeeds(QObject):
    """Looks when asked to, and shows the answer only while its host is shown."""

    failed = Signal(object)  # exception

    def __init__(self, context: "UiContext", detail: HostDetail, parent: QObject) -> None:
        super().__init__(parent)
        self._context, self._detail = context, detail
        self._host: Host | None = None
        self._known: dict[str, tuple[KeptJob, ...]] = {}
        detail.kept_wanted.connect(self._on_wanted)
        detail.kept_opened.connect(self._on_opened)
        detail.kept_removed.connect(self._on_removed)
        detail.kept_dropped.connect(self._on_dropped)
        detail.kept_finished.connect(self._on_finished)

    def set_host(self, host: Host) -> None:
        """Act on another host; what it has last listed is shown again."""
        self._host = host
        if host.id in self._known:
            self._detail.show_kept(self._known[host.id])

    @Slot()
    def _on_wanted(self) -> None:
        if self._host:
            self._listed(kept_jobs.look(self._context, self._host))

    @Slot(object)
    def _on_removed(self, job: KeptJob) -> None:
        if self._host:
            self._listed(kept_jobs.remove(self._context, self._host, job))

    @Slot(object)
    def _on_dropped(self, job: KeptJob) -> None:
        if self._host:
            self._listed(kept_jobs.drop(self._context, self._host, job))

    @Slot(object)
    def _on_finished(self, job: KeptJob) -> None:
        if self._host:
            task = kept_jobs.finish(self._context, self._host, job)
            task.failed.connect(self.failed)
            task.succeeded.connect(self._on_sealed)

    @Slot(object)
    def _on_sealed(self, taken: BackupSet) -> None:
        text = _("The backup of {host} is sealed.").format(host=taken.host_name)
        self._context.messages.show_done(text)
        self._context.changed.announce(Topic.BACKUPS, self, taken.id)
        if self._host is not None and self._host.id == taken.host:
            self._on_wanted()

    @Slot(str)
    def _on_opened(self, run: str) -> None:
        self._context.navigation.go("run", run)

    def _listed(self, task: Task) -> None:
        task.failed.connect(self.failed)
        task.succeeded.connect(self._on_listed)

    @Slot(object)
    def _on_listed(self, answer: tuple[str, tuple[KeptJob, ...]]) -> None:
        host, jobs = answer
        self._known[host] = jobs
        if self._host is not None and self._host.id == host:
            self._detail.show_kept(jobs)
