"""restic on a host: a snapshot with its check, and its restore, each on a worker."""

from typing import TYPE_CHECKING

from app.domain.external_backup import ExternalBackup
from app.i18n import _
from app.services.backup.restic import driving
from app.services.backup.restic.driving import Wanted
from ui.tasks import Task, host_lane

if TYPE_CHECKING:
    from app.tasks import TaskContext
    from ui.context import UiContext


def take(context: "UiContext", change_id: str, wanted: Wanted, password: str) -> Task:
    """Take a snapshot and have it checked; a typed password goes into the keyring first."""
    services = context.services

    def work(task: "TaskContext") -> object:
        if password:
            driving.keep_password(wanted.repository, password, with_=services.driving)
        return driving.take(change_id, wanted, task, with_=services.driving)

    lane = host_lane(wanted.repository.host)
    return context.tasks.start(work, lane=lane, title=_("Taking a snapshot with restic"))


def drill(context: "UiContext", change_id: str, item: ExternalBackup) -> Task:
    """Restore a snapshot into a scratch place of its host, measured and compared."""
    services = context.services
    return context.tasks.start(
        lambda task: driving.drill(change_id, item.id, task, with_=services.driving),
        lane=host_lane(item.covers[0].host),
        title=_("Restoring a snapshot of restic"),
    )
