"""Look before a backup is taken: sizes, time, room on both sides, and what rules leave out."""

from collections.abc import Sequence
from dataclasses import replace

from app.domain.backup import BackupSet, BackupSource, Level, Outcome, SourceKind
from app.domain.change import Change
from app.domain.ids import HostId, SetId, new_id
from app.domain.preflight import HostOutlook
from app.errors import AppError, IllegalMove
from app.i18n import _
from app.services.backup.backups import Safekeeping, find_host
from app.services.ports.vault import CaptureRequest
from app.tasks import TaskContext


def look_at_change(
    change: Change, *, keeping: Safekeeping, context: TaskContext
) -> tuple[HostOutlook, ...]:
    """Return the outlook of every host in the change's backup plan; raises IllegalMove."""
    if not change.backup_plan:
        raise IllegalMove(
            _("{number} has no backup plan.").format(number=change.number),
            hint=_("Say in the plan what must be kept."),
        )
    ours = [s for s in change.backup_plan if s.kind is not SourceKind.EXTERNAL]
    hosts = dict.fromkeys(source.host for source in ours)
    return tuple(
        look_at_host(
            host,
            [source for source in ours if source.host == host],
            keeping=keeping,
            context=context,
        )
        for host in hosts
    )


def look_at_host(
    host: HostId,
    sources: Sequence[BackupSource],
    *,
    keeping: Safekeeping,
    context: TaskContext,
) -> HostOutlook:
    """Return what a set of these sources would be; time and size as the last set of the host tells.

    Raises:
        NotFound: There is no such host.
        TaskCancelled: A stop was asked for.
    """
    target = find_host(host, keeping)
    request = CaptureRequest(SetId(new_id()), (target,), tuple(sources), by=keeping.desk.actor)
    try:
        remote = keeping.remotes.open(target)
        found = keeping.vault.outlook(request, remote, context)
    except AppError as error:
        return HostOutlook(target.name, (), 0, problem=error.sentence())
    return _expect(found, _last_set(host, keeping))


def _last_set(host: HostId, keeping: Safekeeping) -> BackupSet | None:
    with keeping.desk.new_uow() as uow:
        known = [s for s in uow.backups.list() if list(s.hosts) == [host] and s.plain_bytes]
    return max(known, key=lambda item: item.sealed_at, default=None)


def _expect(found: HostOutlook, last: BackupSet | None) -> HostOutlook:
    """Scale what the last set took by the size of this one."""
    if last is None or not found.plain_bytes:
        return found
    share = found.plain_bytes / last.plain_bytes
    proofs = (last.latest(level) for level in (Level.INTACT, Level.READABLE))
    proven_s = max(
        (one.duration_s for one in proofs if one and one.outcome is Outcome.PASSED), default=0.0
    )
    return replace(
        found,
        expected_s=share * (last.duration_s + proven_s),
        expected_stored_bytes=round(share * last.stored_bytes),
    )
