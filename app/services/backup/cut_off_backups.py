"""Backups that a host went on writing when the program ended, or the link: finish them, or not."""

from app.domain.backup import BackupSet, CutOff, Level
from app.domain.event import NewEvent
from app.errors import IllegalMove, NotFound
from app.i18n import _
from app.services.backup.backups import Safekeeping, capture_and_record, find_host
from app.services.ports.vault import CaptureRequest
from app.tasks import TaskContext


def cut_off_words(item: CutOff) -> str:
    """Say in one sentence what there is, and what can be done about it."""
    if item.is_over:
        text = _(
            "{host} still holds what it wrote for a backup of {at:%Y-%m-%d %H:%M} UTC that needs it"
            " no more. Remove it on the hosts page."
        )
    else:
        text = _(
            "A backup of {host} was cut off, begun {at:%Y-%m-%d %H:%M} UTC. The host itself went on"
            " writing it: finish it, or drop it, on the hosts page."
        )
    return text.format(host=item.host_name, at=item.at)


def finish_cut_off(
    set_id: str, *, keeping: Safekeeping, context: TaskContext, level: Level = Level.READABLE
) -> BackupSet:
    """Fetch what the host has written, take what is missing, seal and prove the set.

    Raises:
        NotFound: There is no such set, or somebody finishes it.
        IllegalMove: Nothing of it is left to finish.
        AppError: As `app.services.backup.backups.take_backup`.
    """
    item = find_cut_off(set_id, keeping=keeping)
    if item.is_over:
        raise IllegalMove(_("This backup is over; only its remains are left on the host."))
    hosts = tuple(find_host(host, keeping) for host in item.hosts)
    request = CaptureRequest(item.set, hosts, item.sources, item.change, item.by)
    return capture_and_record(request, level, keeping=keeping, context=context)


def drop_cut_off(set_id: str, *, keeping: Safekeeping) -> bool:
    """End and remove on the host what it wrote; False when it is out of reach, so that it stays.

    Raises:
        NotFound: There is no such set, or somebody finishes it.
        RemoteError: The host cannot be used.
    """
    item = find_cut_off(set_id, keeping=keeping)
    remotes = [keeping.remotes.open(find_host(host, keeping)) for host in item.hosts]
    gone = keeping.vault.drop_cut_off(item, remotes)
    text = (
        _("Removed from {host} what it wrote for a backup that was cut off")
        if gone
        else _("{host} is out of reach; what it wrote for a backup that was cut off stays there")
    )
    with keeping.desk.new_uow() as uow:
        event = NewEvent(
            "backup.dropped", text.format(host=item.host_name), item.change or "", item.hosts
        )
        uow.log.append(event)
        uow.commit()
    return gone


def find_cut_off(set_id: str, *, keeping: Safekeeping) -> CutOff:
    """Return what a host holds of a set; raises NotFound."""
    for item in keeping.vault.cut_off():
        if item.set == set_id:
            return item
    raise NotFound(_("Nothing of this backup is left on a host, or it is being finished."))
