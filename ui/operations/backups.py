"""What the backups page reads and does, each as one call on a worker."""

import shutil
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from app.domain.backup import BackupSet, BackupSource, Level
from app.domain.restore import Restore
from app.domain.retention import Decision, Reason
from app.domain.vault_key import KeyState
from app.i18n import _
from app.services.backup import (
    backup_copies,
    backup_outlook,
    backup_schedule,
    backup_sources,
    backups,
    retention,
)
from app.services.backup.backup_schedule import DueBackup
from app.services.backup.retention import RetentionPreview
from app.services.ports.vault import CopyPlace
from ui.tasks import Task, host_lane

if TYPE_CHECKING:
    from app.services.facade import AppServices
    from app.tasks import TaskContext
    from ui.context import UiContext


@dataclass(frozen=True, slots=True)
class SetView:
    """A backup set with the number of its change, why it stays, and the restores made of it."""

    set: BackupSet
    number: str
    zone: str = "UTC"
    decision: Decision | None = None
    open_change: bool = False
    restores: tuple[Restore, ...] = ()
    """Those that still hold something on the host, newest first."""
    purge_at: datetime | None = None
    hosts: tuple[tuple[str, str], ...] = ()
    """Id and name of every host a copy may go to."""

    @property
    def id(self) -> str:
        """The set's id."""
        return self.set.id


@dataclass(frozen=True, slots=True)
class BackupsView:
    """Everything the page shows at first."""

    has_vault: bool
    place: str
    sets: tuple[SetView, ...]
    key: KeyState
    preview: RetentionPreview
    free_bytes: int | None = None

    @property
    def waiting(self) -> tuple[Restore, ...]:
        """Restores that a person must settle."""
        return tuple(item for view in self.sets for item in view.restores)


def load_view(services: "AppServices") -> BackupsView:
    """Return the sets the store knows, newest first; removed ones are history and not shown."""
    with services.new_uow() as uow:
        sets = [item for item in uow.backups.list() if item.purged_at is None]
        waiting = [item for item in uow.restores.list() if item.is_open]
        hosts = tuple((str(host.id), host.name) for host in uow.hosts.list())
    seen = retention.preview(desk=services.desk)
    decisions = {item.set.id: item for item in seen.decisions}
    settings = services.settings
    views = tuple(
        SetView(
            set=item,
            number=seen.numbers.get(item.change, "") if item.change else "",
            zone=settings.zone,
            decision=decisions.get(item.id),
            open_change=_is_of_open_change(decisions.get(item.id)),
            restores=tuple(one for one in waiting if one.set == item.id),
            purge_at=seen.purge_at(item),
            hosts=hosts,
        )
        for item in sorted(sets, key=lambda item: item.sealed_at, reverse=True)
    )
    place = settings.vault_path or str(services.data / "vault")
    has_vault = services.vault.exists()
    free = shutil.disk_usage(place).free if has_vault else None
    return BackupsView(has_vault, place, views, services.vault.look(), seen, free)


def _is_of_open_change(decision: Decision | None) -> bool:
    return decision is not None and Reason.OPEN_CHANGE in decision.reasons


def back_up_change(context: "UiContext", change_id: str, title: str) -> Task:
    """Take and prove the backups of a change's plan."""
    services = context.services

    def work(task: "TaskContext") -> object:
        with services.new_uow() as uow:
            change = uow.changes.get(change_id)
        return backups.back_up_change(change, keeping=services.keeping, context=task)

    return context.tasks.start(work, lane=host_lane("vault"), title=title)


def run_scheduled(context: "UiContext", due: DueBackup) -> Task:
    """Take a backup that the runbook of a change has scheduled; the result is its attempt."""
    services = context.services
    title = _("Scheduled backup for {number}").format(number=due.number)
    return context.tasks.start(
        lambda task: backup_schedule.run_due(due, keeping=services.keeping, context=task),
        lane=host_lane("vault"),
        title=title,
    )


def copy_away(context: "UiContext", item: BackupSet, place: CopyPlace, title: str) -> Task:
    """Copy a set to another place and compare it there."""
    services = context.services
    return context.tasks.start(
        lambda task: backup_copies.copy_backup(
            item.id, place, keeping=services.keeping, context=task
        ),
        lane=host_lane("vault"),
        title=title,
    )


def look_ahead(context: "UiContext", change_id: str, title: str) -> Task:
    """Ask the hosts of a change's plan what a backup would be; the result is their outlooks."""
    services = context.services

    def work(task: "TaskContext") -> object:
        with services.new_uow() as uow:
            change = uow.changes.get(change_id)
        return backup_outlook.look_at_change(change, keeping=services.keeping, context=task)

    return context.tasks.start(work, lane=host_lane("vault"), title=title)


def keep_password(context: "UiContext", source: BackupSource, password: str) -> Task:
    """Keep the password of a database's account in the keyring."""
    services = context.services
    return context.tasks.start(
        lambda _ctx: backup_sources.keep_database_password(
            source, password, secrets=services.secrets, desk=services.desk
        )
    )


def prove(context: "UiContext", item: BackupSet, level: Level, title: str) -> Task:
    """Prove a set up to a level."""
    services = context.services
    return context.tasks.start(
        lambda task: backups.verify_set(item.id, level, keeping=services.keeping, context=task),
        lane=host_lane("vault"),
        title=title,
    )


def accept(context: "UiContext", item: BackupSet, reason: str) -> Task:
    """Take responsibility for an incomplete set."""
    services = context.services
    return context.tasks.start(
        lambda _task: backups.accept_partial(item.id, reason, keeping=services.keeping)
    )
