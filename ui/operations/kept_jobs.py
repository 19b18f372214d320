"""What the hosts page does with what lies on a host, each as one call on a worker."""

from typing import TYPE_CHECKING

from app.domain.backup import BackupSet
from app.domain.host import Host
from app.i18n import _
from app.services.jobs.kept import KeptJob
from app.tasks import TaskContext
from ui.tasks import Task, host_lane

if TYPE_CHECKING:
    from app.services.facade import AppServices
    from ui.context import UiContext


def look(context: "UiContext", host: Host) -> Task:
    """List what lies on a host; the result is the host's id and the jobs."""
    services = context.services

    def work(inner: TaskContext) -> tuple[str, tuple[KeptJob, ...]]:
        return host.id, _kept(services, host, inner)

    return context.tasks.start(work, lane=host_lane(host.id), title=host.name)


def remove(context: "UiContext", host: Host, job: KeptJob) -> Task:
    """Remove a job that is over, then list again."""
    from app.services.jobs.kept import remove_kept  # noqa: PLC0415 - on first use only

    services = context.services

    def work(inner: TaskContext) -> tuple[str, tuple[KeptJob, ...]]:
        remove_kept(job, services.remotes.open(host), desk=services.desk)
        return host.id, _kept(services, host, inner)

    return context.tasks.start(work, lane=host_lane(host.id), title=host.name)


def drop(context: "UiContext", host: Host, job: KeptJob) -> Task:
    """End and remove what a host writes for a backup, then list again."""
    from app.services.backup.cut_off_backups import drop_cut_off  # noqa: PLC0415 - on first use only

    services = context.services

    def work(inner: TaskContext) -> tuple[str, tuple[KeptJob, ...]]:
        drop_cut_off(job.ref, keeping=services.keeping)
        return host.id, _kept(services, host, inner)

    return context.tasks.start(work, lane=host_lane(host.id), title=host.name)


def finish(context: "UiContext", host: Host, job: KeptJob) -> Task:
    """Finish a backup from what the host has written; the result is the set."""
    from app.services.backup.cut_off_backups import finish_cut_off  # noqa: PLC0415 - on first use only

    services = context.services

    def work(inner: TaskContext) -> BackupSet:
        return finish_cut_off(job.ref, keeping=services.keeping, context=inner)

    title = _("Backup of {host}").format(host=host.name)
    return context.tasks.start(work, lane=host_lane(host.id), title=title)


def _kept(services: "AppServices", host: Host, inner: TaskContext) -> tuple[KeptJob, ...]:
    from app.services.jobs.kept import kept_on  # noqa: PLC0415 - on first use only

    cut_off = services.keeping.vault.cut_off() if services.vault.exists() else ()
    return kept_on(host, services.remotes.open(host), cut_off, desk=services.desk, context=inner)
