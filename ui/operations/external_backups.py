"""References to backups of other systems: recorded, restored, withdrawn, each on a worker."""

from pathlib import Path
from typing import TYPE_CHECKING

from app.domain.external_backup import ExternalBackup
from app.i18n import _
from app.services.attachments import Found, read_file
from app.services.backup import external_backups
from app.services.backup.external_backups import DrillReport
from app.services.backup.external_list import OtherSystems, list_claims
from ui.tasks import WRITES, Task

if TYPE_CHECKING:
    from app.services.facade import AppServices
    from ui.context import UiContext


def load_all(services: "AppServices") -> OtherSystems:
    """Return the references of all open changes, and where another may be recorded."""
    return list_claims(desk=services.desk)


def record(context: "UiContext", change_id: str, item: ExternalBackup, file: str) -> Task:
    """Keep a reference, and the file that shows how it was checked if there is one."""
    services = context.services

    def work(_task: object) -> object:
        evidence = _found(file, _("Check of backup {id}").format(id=item.identifier))
        return external_backups.record_reference(
            change_id, item, evidence, desk=services.desk, files=services.files
        )

    return context.tasks.start(work, lane=WRITES, title=_("Recording the backup"))


def record_drill(
    context: "UiContext", change_id: str, item: ExternalBackup, report: DrillReport, file: str
) -> Task:
    """Keep a restore of such a backup with its evidence."""
    services = context.services

    def work(_task: object) -> object:
        about = _("Restore of backup {id}").format(id=item.identifier)
        evidence = Found(Path(file).name, read_file(Path(file)), file, about)
        return external_backups.record_drill(
            change_id, item.id, report, evidence, desk=services.desk, files=services.files
        )

    return context.tasks.start(work, lane=WRITES, title=_("Recording the restore"))


def withdraw(context: "UiContext", change_id: str, item: ExternalBackup, reason: str) -> Task:
    """Take a reference back."""
    services = context.services
    return context.tasks.start(
        lambda _task: external_backups.withdraw_reference(
            change_id, item.id, reason, desk=services.desk
        ),
        lane=WRITES,
    )


def _found(file: str, about: str) -> Found | None:
    return Found(Path(file).name, read_file(Path(file)), file, about) if file else None
