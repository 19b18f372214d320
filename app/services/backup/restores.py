"""Putting backups back: the plan, what would differ, the restore itself, and the ways out of it.

Every attempt is recorded before the host hears of it, and each state it reaches after that, so
that one which was cut off anywhere is found again, with what can be done about it.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from app.domain.backup import BackupSet, Level, Outcome, RestoreResult, SourceKind
from app.domain.host import Host
from app.domain.ids import HostId, RestoreId, new_id
from app.domain.restore import (
    CUT_OFF,
    HostDifference,
    PlanStep,
    PlanTime,
    Restore,
    RestoreState,
    RestoreWish,
)
from app.errors import AppError, BackupFailed, IllegalMove, InvalidInput
from app.i18n import _
from app.services.backup.backups import Safekeeping, find_host, find_set, take_backup
from app.services.backup.restore_settling import other_name, state_words
from app.services.backup.set_records import set_event
from app.services.ports.vault import Catalogue, Trace
from app.services.ports.world import Remote
from app.services.run.unplanned import note_unplanned
from app.tasks import TaskContext
from app.wording import duration


@dataclass(frozen=True, slots=True)
class RestorePlan:
    """The steps that were sealed with a set, and how long they will take."""

    steps: tuple[PlanStep, ...]
    time: PlanTime


@dataclass(frozen=True, slots=True)
class HostRestore:
    """What shall be put back: a set, the host's name as a person typed it, perhaps only a part.

    ``safety`` takes a fresh set of what will be overwritten first, so that even this can be undone.
    ``planned`` says that a step of a run asks for it.
    """

    set: str
    typed_host: str
    objects: tuple[str, ...] = ()
    safety: bool = True
    planned: bool = False
    paths: tuple[str, ...] = ()
    """Absolute paths of single files or folders; none means whole objects."""


def plan_of(set_id: str, *, keeping: Safekeeping, host: HostId | None = None) -> RestorePlan:
    """Return the restore plan of a set, or one host's part of it; raises NotFound, VaultDamaged."""
    item = find_set(set_id, keeping)
    steps = tuple(keeping.vault.plan(item, host))
    if item.restore_s is not None and (host is None or len(item.hosts) == 1):
        return RestorePlan(steps, PlanTime(item.restore_s, measured=True))
    expected = sum(step.expected_s or 0.0 for step in steps)
    return RestorePlan(steps, PlanTime(expected, measured=False))


def difference(
    set_id: str,
    *,
    keeping: Safekeeping,
    context: TaskContext,
    objects: Sequence[str] = (),
    paths: Sequence[str] = (),
    host: HostId | None = None,
) -> HostDifference:
    """Say what a restore would change on a host now, and change nothing.

    Without ``host`` it is the first of the set.

    Raises:
        BackupFailed: The set holds nothing that can be compared.
        RemoteError: The host could not be used.
    """
    item = find_set(set_id, keeping)
    remote = keeping.remotes.open(find_host(host or item.host, keeping))
    wish = RestoreWish(tuple(objects), tuple(paths))
    return keeping.vault.difference(item, remote, context, wish)


def browse(
    set_id: str, *, keeping: Safekeeping, context: TaskContext, host: HostId | None = None
) -> Catalogue:
    """Open what a set holds of a host, at first of its first one; close it after use."""
    item = find_set(set_id, keeping)
    return keeping.vault.browse(item, context, host or item.host)


def restore_to_folder(
    set_id: str,
    target: Path,
    *,
    keeping: Safekeeping,
    context: TaskContext,
    paths: Sequence[str] = (),
    host: HostId | None = None,
) -> RestoreResult:
    """Unpack a set, or some of its members, into a new folder on this computer.

    Raises:
        InvalidInput: Members of a set of several hosts are wanted, and not of which host.
        VaultDamaged: Stored bytes do not match.
        BackupFailed: The folder cannot be used, or the set does not hold a path.
    """
    item = find_set(set_id, keeping)
    if paths and host is None and len(item.hosts) > 1:
        raise InvalidInput(
            _("The set holds several hosts: {names}.").format(names=", ".join(item.hosts.values())),
            hint=_("Say of which one these paths are."),
        )
    result = keeping.vault.restore(item, target, context, paths=paths, host=host)
    _log_result(item, result, keeping)
    return result


def restore_on_host(
    wanted: HostRestore, *, keeping: Safekeeping, context: TaskContext
) -> RestoreResult:
    """Put back what a set holds of a host; the state before is kept until it is confirmed.

    The typed name says which host of the set it is.

    Raises:
        IllegalMove: The typed name is of no host in it, or an earlier restore there was cut off.
        BackupFailed: The safety set or the comparison did not succeed; nothing was changed.
        AppError: The host or the vault refused; the record of the restore says how far it came.
    """
    item = find_set(wanted.set, keeping)
    host = _named_host(item, wanted.typed_host, keeping)
    _refuse_beside_cut_off(host, keeping)
    remote = keeping.remotes.open(host)
    wish = RestoreWish(wanted.objects, wanted.paths, secrets.token_hex(4))
    with keeping.vault.bin.keep_out(item):
        safety = _take_safety_set(item, remote, wish, keeping, context) if wanted.safety else None
        diary = _Diary(_begin(item, host, wish, safety, keeping), item, keeping)
        try:
            result = keeping.vault.restore_on_host(item, remote, context, wish, diary.tell)
        except AppError as error:
            diary.note_trouble(error.sentence())
            raise
    diary.complete(result)
    _log_result(item, result, keeping)
    if not wanted.planned:
        text = _("Restored {what} on {host}").format(what=item.id[:8], host=host.name)
        note_unplanned(host.id, text, desk=keeping.desk)
    return result


def _named_host(item: BackupSet, typed: str, keeping: Safekeeping) -> Host:
    """Return the host of a set that a person typed the name of; raises IllegalMove."""
    hosts = [find_host(host, keeping) for host in item.hosts]
    for host in hosts:
        if host.name == typed:
            return host
    raise other_name(_(" or ").join(host.name for host in hosts))


def _refuse_beside_cut_off(host: Host, keeping: Safekeeping) -> None:
    with keeping.desk.new_uow() as uow:
        cut_off = [item for item in uow.restores.list(host=host.id) if item.state in CUT_OFF]
    if cut_off:
        raise IllegalMove(
            _("An earlier restore on {host} was cut off.").format(host=host.name),
            hint=_("Look how far it came, and undo it, before another one begins."),
        )


def _take_safety_set(
    item: BackupSet, remote: Remote, wish: RestoreWish, keeping: Safekeeping, context: TaskContext
) -> BackupSet | None:
    """Take and prove a set of what will be overwritten; None when nothing of it is there.

    Raises:
        BackupFailed: It is not proven; nothing was changed.
    """
    sources = keeping.vault.overwritten(item, remote, context, wish)
    if not sources:
        return None
    taken = take_backup(
        remote.host.id, sources, keeping=keeping, context=context, change=item.change,
        level=Level.READABLE,
    )  # fmt: skip
    decoded = taken.latest(Level.READABLE)
    failed = decoded is not None and decoded.outcome in (Outcome.FAILED, Outcome.TIMED_OUT)
    if not taken.usable or failed or taken.level is None or taken.level < Level.INTACT:
        raise BackupFailed(
            _("The safety set of what is there now is not proven, so nothing was changed."),
            hint=_("See on the backups page what is wrong with it, or restore without one."),
            host=remote.host.name,
            step="safety set",
        )
    return taken


def _begin(
    item: BackupSet, host: Host, wish: RestoreWish, safety: BackupSet | None, keeping: Safekeeping
) -> Restore:
    desk = keeping.desk
    own = item.of_host(host.id)
    kept = [one for one in own if not wish.objects or one.name in wish.objects]
    titles = [one.title for one in kept if one.kind is not SourceKind.FACTS]
    return Restore(
        id=RestoreId(new_id()),
        set=item.id,
        change=item.change,
        host=host.id,
        host_name=host.name,
        mark=wish.mark,
        state=RestoreState.PREPARING,
        by=desk.actor,
        began_at=desk.clock.now(),
        what=", ".join(wish.paths or titles),
        safety=safety.id if safety else None,
    )


class _Diary:
    """Writes down each state a restore reaches, before the host hears of the next."""

    def __init__(self, restore: Restore, item: BackupSet, keeping: Safekeeping) -> None:
        self._restore = restore
        self._item = item
        self._keeping = keeping
        self._is_kept = False

    def tell(self, trace: Trace) -> None:
        """Record a state."""
        now = self._keeping.desk.clock.now()
        self._restore = replace(
            self._restore,
            state=trace.state,
            sides=trace.sides,
            moves=trace.moves,
            swapped_at=now if trace.state is RestoreState.SWAPPED else self._restore.swapped_at,
        )
        self._save(f"restore.{trace.state.value}", state_words(self._restore))

    def note_trouble(self, sentence: str) -> None:
        """Record why it came to nothing, or stopped on the way."""
        if self._is_kept:
            self._restore = replace(self._restore, trouble=sentence)
            self._save("restore.trouble", state_words(self._restore) + " " + sentence)

    def complete(self, result: RestoreResult) -> None:
        """Record how long it took and what was compared."""
        self._restore = replace(
            self._restore, duration_s=result.duration_s, compared=result.compared
        )
        text = _("Compared: {what}").format(what=result.compared)
        self._save("restore.compared", text)

    def _save(self, kind: str, text: str) -> None:
        with self._keeping.desk.new_uow() as uow:
            if self._is_kept:
                uow.restores.save(self._restore)
            else:
                uow.restores.add(self._restore)
            uow.log.append(set_event(kind, text, self._item))
            uow.commit()
        self._is_kept = True


def not_restored(result: RestoreResult) -> str:
    """Say what was not put back and why; nothing when all of it was."""
    if not result.skipped:
        return ""
    return _("Not put back: {what}.").format(what="; ".join(result.skipped))


def _log_result(item: BackupSet, result: RestoreResult, keeping: Safekeeping) -> None:
    text = _("Restored the backup of {host} to {where}: {n} members in {time}").format(
        host=item.host_name,
        where=result.where,
        n=result.members,
        time=duration(result.duration_s),
    )
    if result.kept:
        text += ". " + _("The previous state is kept: {paths}").format(paths=", ".join(result.kept))
    if result.skipped:
        text += ". " + not_restored(result)
    with keeping.desk.new_uow() as uow:
        uow.log.append(set_event("backup.restored", text, item))
        uow.commit()
