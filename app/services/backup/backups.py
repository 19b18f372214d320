"""Take backups, prove them, give them back; the store and the log hear of every step."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from app.domain.backup import (
    BackupSet,
    BackupSource,
    CaptureState,
    Level,
    Outcome,
    Reconciliation,
    Verification,
)
from app.domain.change import Change
from app.domain.event import Actor, NewEvent
from app.domain.host import Host
from app.domain.ids import ChangeId, HostId, SetId, new_id
from app.errors import AppError, IllegalMove, InvalidInput, NotFound
from app.i18n import _
from app.services.backup.backup_gate import own_sources
from app.services.backup.set_records import keep_records, look_at_records, set_event
from app.services.change.changes import Desk
from app.services.ports.vault import CaptureRequest, Vault
from app.services.ports.world import Remote, Remotes
from app.tasks import TaskContext
from app.wording import bytes_size


@dataclass(frozen=True, slots=True)
class Safekeeping:
    """The collaborators every verb here needs."""

    desk: Desk
    vault: Vault
    remotes: Remotes


def take_backup(
    host: HostId,
    sources: Sequence[BackupSource],
    *,
    keeping: Safekeeping,
    context: TaskContext,
    change: ChangeId | None = None,
    level: Level = Level.READABLE,
) -> BackupSet:
    """Take one set of one host, then prove it; as `take_together`.

    Raises:
        InvalidInput: There is nothing to back up, or a source belongs to another host.
        AppError: As `take_together`.
    """
    if any(source.host != host for source in sources):
        raise InvalidInput(
            _("A set holds sources of one host."), hint=_("Add what to back up to the plan.")
        )
    return take_together(sources, keeping=keeping, context=context, change=change, level=level)


def take_together(
    sources: Sequence[BackupSource],
    *,
    keeping: Safekeeping,
    context: TaskContext,
    change: ChangeId | None = None,
    level: Level = Level.READABLE,
) -> BackupSet:
    """Take one set of every host the sources name, then prove it up to ``level``.

    All hosts are sealed together or not at all: what was taken of the others when one fails is
    thrown away. The row and its log entry are committed together, right after the set was sealed.
    When a proof does not succeed the set is returned all the same: its verifications say what is
    wrong.

    Raises:
        InvalidInput: There is nothing to back up.
        BackupFailed: Of one host nothing could be captured; nothing was sealed.
        AppError: A host, the vault or the disk refused; nothing was sealed, and it says which.
    """
    if not sources:
        raise InvalidInput(
            _("There is nothing to back up."), hint=_("Add what to back up to the plan.")
        )
    hosts = tuple(find_host(one, keeping) for one in dict.fromkeys(s.host for s in sources))
    request = CaptureRequest(SetId(new_id()), hosts, tuple(sources), change, keeping.desk.actor)
    return capture_and_record(request, level, keeping=keeping, context=context)


def capture_and_record(
    request: CaptureRequest, level: Level, *, keeping: Safekeeping, context: TaskContext
) -> BackupSet:
    """Take or finish the set that a request names, record it, and prove it; see `take_together`."""
    try:
        remotes = [_opened(host, keeping) for host in request.hosts]
        taken = keeping.vault.capture(request, remotes, context)
    except AppError as error:
        _log_failure(request, error, keeping)
        raise
    with keeping.desk.new_uow() as uow:
        uow.backups.add(taken)
        uow.log.append(set_event("backup.sealed", _sealed_text(taken), taken))
        uow.commit()
    return verify_set(taken.id, level, keeping=keeping, context=context)


def _opened(host: Host, keeping: Safekeeping) -> Remote:
    """Return the way to a host; what stands in it is told with the host's name."""
    try:
        return keeping.remotes.open(host)
    except AppError as error:
        error.host, error.step = error.host or host.name, error.step or "backup"
        raise


def back_up_change(
    change: Change, *, keeping: Safekeeping, context: TaskContext, level: Level | None = None
) -> tuple[BackupSet, ...]:
    """Take the change's backup plan: one set of all its hosts, or where it says so one of each.

    Without a ``level`` each is proven as far as the risk demands, at least to L2.

    Raises:
        IllegalMove: The change has no backup plan.
        AppError: As `take_backup`; sets sealed before that stay.
    """
    if not change.backup_plan:
        raise IllegalMove(
            _("{number} has no backup plan.").format(number=change.number),
            hint=_("Say in the plan what must be kept."),
        )
    if level is None:
        demanded = change.risk.required_backup if change.risk else None
        level = max(Level.READABLE, demanded or Level.READABLE)
    planned = sets_of_plan(change)
    if not planned:
        raise IllegalMove(
            _("The plan of {number} leaves all to other systems.").format(number=change.number),
            hint=_("Record a reference to what they took."),
        )
    return tuple(
        take_together(sources, keeping=keeping, context=context, change=change.id, level=level)
        for sources in planned
    )


def sets_of_plan(change: Change) -> list[tuple[BackupSource, ...]]:
    """Return what each set of a change's backup plan holds; other systems see to the rest."""
    ours = tuple(own_sources(change))
    if not change.backup_apart:
        return [ours] if ours else []
    hosts = dict.fromkeys(source.host for source in ours)
    return [tuple(source for source in ours if source.host == host) for host in hosts]


def verify_set(
    set_id: str, level: Level, *, keeping: Safekeeping, context: TaskContext
) -> BackupSet:
    """Prove a set level by level up to ``level``; stop where it cannot be read.

    Levels that were passed before are proven again: disks forget. A restore drill needs no
    source: it is done, and timed, when the host is away or has changed since, just then it counts.
    The level of the set still stands on every lower one.

    Raises:
        NotFound: There is no such set.
        SecretUnavailable: The vault's key does not open it; nothing is said about the set.
    """
    item = find_set(set_id, keeping)
    with keeping.vault.bin.keep_out(item):
        return _prove(item, level, keeping, context)


def _prove(item: BackupSet, level: Level, keeping: Safekeeping, context: TaskContext) -> BackupSet:
    item = look_at_records(item, desk=keeping.desk, vault=keeping.vault)
    wanted = [each for each in Level if Level.CAPTURED < each <= level]
    if Level.READABLE in wanted:
        remotes = _remotes_for(item, Level.READABLE, keeping)
        found = keeping.vault.verify_by_reading(
            item, by=keeping.desk.actor, context=context, remotes=remotes
        )
        item = _record(item, found, keeping)
        wanted = wanted[2:] if found[-1].outcome is Outcome.PASSED else []
    for each in wanted:
        remotes = _remotes_for(item, each, keeping)
        one = keeping.vault.verify(
            item, each, by=keeping.desk.actor, context=context, remotes=remotes
        )
        item = _record(item, (one,), keeping)
        if one.outcome is not Outcome.PASSED and each < Level.MATCHES_SOURCE:
            break
    return item


def _record(item: BackupSet, found: Sequence[Verification], keeping: Safekeeping) -> BackupSet:
    """Keep proofs with their set, and say each in the log."""
    with keeping.desk.new_uow() as uow:
        current = uow.backups.get(item.id)
        item = uow.backups.save(replace(current, verifications=(*current.verifications, *found)))
        for one in found:
            text = _("{level} of {host}: {outcome}. {detail}").format(
                level=one.level.label,
                host=item.host_name,
                outcome=one.outcome.value,
                detail=one.detail,
            )
            uow.log.append(set_event("backup.verified", text, item, record=one.record))
        uow.commit()
    return item


def _remotes_for(item: BackupSet, level: Level, keeping: Safekeeping) -> tuple[Remote, ...]:
    """Return the hosts of a set that a level may need; they are reached on first use only.

    Databases are read and restored by their own tools, which the host has when we have not.
    """
    if level is Level.MATCHES_SOURCE:
        return tuple(keeping.remotes.open(find_host(host, keeping)) for host in item.hosts)
    if level < Level.READABLE:
        return ()
    found = []
    for host in item.hosts:
        if any(one.kind.is_server for one in item.of_host(host)):
            with suppress(NotFound):
                found.append(keeping.remotes.open(find_host(host, keeping)))
    return tuple(found)


def accept_partial(set_id: str, reason: str, *, keeping: Safekeeping) -> BackupSet:
    """Take responsibility, by name, for a set that is not complete.

    Raises:
        IllegalMove: The set is complete, or there is no reason.
    """
    item = find_set(set_id, keeping)
    if item.state is not CaptureState.PARTIAL:
        raise IllegalMove(_("Only an incomplete set needs to be accepted."))
    if not reason.strip():
        raise IllegalMove(_("An incomplete set is accepted with a reason."))
    marked = keeping.vault.accept(item, by=keeping.desk.actor, reason=reason.strip())
    with keeping.desk.new_uow() as uow:
        item = uow.backups.save(
            replace(
                uow.backups.get(set_id),
                accepted_by=marked.accepted_by,
                accepted_reason=marked.accepted_reason,
                accepted_record=marked.accepted_record,
                acceptance_lost=False,
            )
        )
        text = _("Accepted the incomplete backup of {host}: {reason}").format(
            host=item.host_name, reason=item.accepted_reason
        )
        uow.log.append(set_event("backup.accepted", text, item, record=item.accepted_record))
        uow.commit()
    return item


def adopt_at_start(*, keeping: Safekeeping) -> Reconciliation:
    """Compare vault and store after a start; record what was adopted, missed or put aside.

    Proofs whose records are missing count no more, until the set is proven again.
    """
    with keeping.desk.new_uow() as uow:
        known = uow.backups.list()
    found = keeping.vault.reconcile(known)
    if found.is_clean:
        return found
    with keeping.desk.new_uow() as uow:
        for item in found.adopted:
            uow.backups.add(item)
            text = _("Found a sealed backup of {host} that was not recorded, and recorded it")
            uow.log.append(
                set_event("backup.adopted", text.format(host=item.host_name), item, _BY_US)
            )
        for set_id in found.missing:
            item = uow.backups.save(replace(uow.backups.get(set_id), missing=True))
            text = _("The backup of {host} of {at:%Y-%m-%d %H:%M} UTC is not in the vault any more")
            text = text.format(host=item.host_name, at=item.sealed_at)
            uow.log.append(set_event("backup.missing", text, item, _BY_US))
        for aside in found.quarantined:
            text = _("Put aside {path}: {reason}").format(path=aside.path, reason=aside.reason)
            uow.log.append(NewEvent("backup.quarantined", text, actor=_BY_US))
        for records in found.records:
            keep_records(records, uow)
        uow.commit()
    return found


_BY_US = Actor.SYSTEM


def find_host(host: str, keeping: Safekeeping) -> Host:
    """Return a host; raises NotFound."""
    with keeping.desk.new_uow() as uow:
        return uow.hosts.get(host)


def find_set(set_id: str, keeping: Safekeeping) -> BackupSet:
    """Return a set that is in the vault; raises NotFound."""
    with keeping.desk.new_uow() as uow:
        item = uow.backups.get(set_id)
    if item.purged_at is not None:
        raise NotFound(_("The backup of {host} was removed.").format(host=item.host_name))
    if item.missing:
        raise NotFound(
            _("The backup of {host} is not in the vault any more.").format(host=item.host_name),
            hint=_("Bring the vault's folder back from a copy, then start again."),
        )
    return item


def _sealed_text(item: BackupSet) -> str:
    return _("Sealed a backup of {host}: {size}, {stored} stored, {state}").format(
        host=item.host_name,
        size=bytes_size(item.plain_bytes),
        stored=bytes_size(item.stored_bytes),
        state=item.state.value.replace("_", " "),
    )


def _log_failure(request: CaptureRequest, error: AppError, keeping: Safekeeping) -> None:
    with keeping.desk.new_uow() as uow:
        names = ", ".join(host.name for host in request.hosts)
        text = _("No backup of {host}: {why}").format(host=names, why=error.sentence())
        refs = tuple(host.id for host in request.hosts)
        uow.log.append(NewEvent("backup.failed", text, request.change or "", refs))
        uow.commit()
