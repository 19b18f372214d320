"""Copy a sealed set to another place: one lost disk shall not be the loss of the way back."""

from dataclasses import replace

from app.domain.backup import BackupSet
from app.domain.host import Host
from app.errors import IllegalMove, NotFound
from app.i18n import _
from app.services.backup.backups import Safekeeping, find_set
from app.services.backup.set_records import set_event
from app.services.ports.vault import CopyPlace
from app.tasks import TaskContext
from app.wording import bytes_size


def copy_backup(
    set_id: str, place: CopyPlace, *, keeping: Safekeeping, context: TaskContext
) -> BackupSet:
    """Copy a set, compare it at the far side, and return it with that on record.

    Raises:
        NotFound: There is no such set, or no such host.
        IllegalMove: The host is the one that was backed up; the place holds the set already.
        BackupFailed: What was read there differs; no copy was kept.
        AppError: The place, its host or the vault refused; no copy was kept.
    """
    item = find_set(set_id, keeping)
    remote = None
    if place.host:
        host = _host_named(place.host, keeping)
        if host.id in item.hosts:
            raise IllegalMove(
                _("A copy on {host} itself would be lost with it.").format(host=host.name),
                hint=_("Choose another host, or a folder here."),
            )
        remote = keeping.remotes.open(host)
    made = keeping.vault.copy(item, place, by=keeping.desk.actor, context=context, remote=remote)
    with keeping.desk.new_uow() as uow:
        current = uow.backups.get(item.id)
        item = uow.backups.save(replace(current, copies=(*current.copies, made)))
        text = _(
            "Copied the backup of {host} to {where}: {n} files, {size}, compared there"
        ).format(
            host=item.host_name, where=made.where, n=made.files, size=bytes_size(made.stored_bytes)
        )
        uow.log.append(set_event("backup.copied", text, item, record=made.record))
        uow.commit()
    return item


def _host_named(name: str, keeping: Safekeeping) -> Host:
    with keeping.desk.new_uow() as uow:
        for host in uow.hosts.list():
            if name in (host.name, host.id):
                return host
    raise NotFound(_("There is no host {name}.").format(name=name))
