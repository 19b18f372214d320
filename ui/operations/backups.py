"""What the backups page reads and does, each as one call on a worker."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from app.domain.backup import BackupSet, BackupSource, Level
from app.services import backup_outlook, backup_sources, backups, restores
from app.services.restores import HostRestore
from ui.tasks import Task, host_lane

if TYPE_CHECKING:
    from app.services.facade import AppServices
    from app.tasks import TaskContext
    from ui.context import UiContext


@dataclass(frozen=True, slots=True)
class SetView:
    """A backup set with the number of its change."""

    set: BackupSet
    number: str
    zone: str = "UTC"

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


def load_view(services: "AppServices") -> BackupsView:
    """Return the sets the store knows, newest first."""
    with services.new_uow() as uow:
        sets = uow.backups.list()
        numbers = {s.change: uow.changes.get(s.change).number for s in sets if s.change}
    ordered = sorted(sets, key=lambda item: item.sealed_at, reverse=True)
    settings = services.settings
    views = tuple(
        SetView(s, numbers.get(s.change, "") if s.change else "", settings.zone) for s in ordered
    )
    place = settings.vault_path or str(services.data / "vault")
    return BackupsView(services.vault.exists(), place, views)


def make_vault(context: "UiContext") -> Task:
    """Make the vault; the task's result is the recovery key, to be shown once."""
    return context.tasks.start(lambda _ctx: context.services.vault.make())


def back_up_change(context: "UiContext", change_id: str, title: str) -> Task:
    """Take and prove the backups of a change's plan."""
    services = context.services

    def work(task: "TaskContext") -> object:
        with services.new_uow() as uow:
            change = uow.changes.get(change_id)
        return backups.back_up_change(change, keeping=services.keeping, context=task)

    return context.tasks.start(work, lane=host_lane("vault"), title=title)


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


def unpack(context: "UiContext", item: BackupSet, target: Path, title: str) -> Task:
    """Unpack a set into a new folder on this computer."""
    services = context.services
    return context.tasks.start(
        lambda task: restores.restore_to_folder(
            item.id, target, keeping=services.keeping, context=task
        ),
        lane=host_lane("vault"),
        title=title,
    )


def put_back(context: "UiContext", wanted: HostRestore, title: str) -> Task:
    """Put a set back on its host."""
    services = context.services
    return context.tasks.start(
        lambda task: restores.restore_on_host(wanted, keeping=services.keeping, context=task),
        lane=host_lane("vault"),
        title=title,
    )


def accept(context: "UiContext", item: BackupSet, reason: str) -> Task:
    """Take responsibility for an incomplete set."""
    services = context.services
    return context.tasks.start(
        lambda _task: backups.accept_partial(item.id, reason, keeping=services.keeping)
    )
