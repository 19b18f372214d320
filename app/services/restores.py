"""Putting backups back: the plan, what would differ, the restore itself, and the ways out of it.

Every attempt is recorded before the host hears of it, and each state it reaches after that, so
that one which was cut off anywhere is found again, with what can be done about it.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from app.domain.backup import BackupSet, Level, Outcome, RestoreResult
from app.domain.event import Actor, NewEvent
from app.domain.host import Host
from app.domain.ids import RestoreId, new_id
from app.domain.restore import (
    CUT_OFF,
    HostDifference,
    PlanStep,
    PlanTime,
    Restore,
    RestoreState,
    RestoreWish,
)
from app.errors import AppError, BackupFailed, IllegalMove
from app.i18n import _
from app.services.backups import Safekeeping, find_host, find_set, set_event, take_backup
from app.services.changes import Desk
from app.services.ports import Remote
from app.services.ports_vault import Catalogue, Trace
from app.services.unplanned import note_unplanned
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


def plan_of(set_id: str, *, keeping: Safekeeping) -> RestorePlan:
    """Return the restore plan of a set; raises NotFound, VaultDamaged."""
    item = find_set(set_id, keeping)
    steps = tuple(keeping.vault.plan(item))
    if item.restore_s is not None:
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
) -> HostDifference:
    """Say what a restore would change on the host now, and change nothing.

    Raises:
        BackupFailed: The set holds nothing that can be compared.
        RemoteError: The host could not be used.
    """
    item = find_set(set_id, keeping)
    remote = keeping.remotes.open(find_host(item.host, keeping))
    wish = RestoreWish(tuple(objects), tuple(paths))
    return keeping.vault.difference(item, remote, context, wish)


def browse(set_id: str, *, keeping: Safekeeping, context: TaskContext) -> Catalogue:
    """Open the members of a set for looking; close it after use."""
    return keeping.vault.browse(find_set(set_id, keeping), context)


def restore_to_folder(
    set_id: str,
    target: Path,
    *,
    keeping: Safekeeping,
    context: TaskContext,
    paths: Sequence[str] = (),
) -> RestoreResult:
    """Unpack a set, or some of its members, into a new folder on this computer.

    Raises:
        VaultDamaged: Stored bytes do not match.
        BackupFailed: The folder cannot be used, or the set does not hold a path.
    """
    item = find_set(set_id, keeping)
    result = keeping.vault.restore(item, target, context, paths=paths)
    _log_result(item, result, keeping)
    return result


def restore_on_host(
    wanted: HostRestore, *, keeping: Safekeeping, context: TaskContext
) -> RestoreResult:
    """Put a set back on its host; the previous state is kept beside it until it is confirmed.

    Raises:
        IllegalMove: The typed name is not the host's, or an earlier restore was cut off there.
        BackupFailed: The safety set or the comparison did not succeed; nothing was changed.
        AppError: The host or the vault refused; the record of the restore says how far it came.
    """
    item = find_set(wanted.set, keeping)
    host = find_host(item.host, keeping)
    _refuse_other_name(wanted.typed_host, host.name)
    _refuse_beside_cut_off(host, keeping)
    remote = keeping.remotes.open(host)
    wish = RestoreWish(wanted.objects, wanted.paths, secrets.token_hex(4))
    with keeping.vault.bin.keep_out(item):
        safety = _take_safety_set(item, remote, wish, keeping, context) if wanted.safety else None
        diary = _Diary(_begin(item, wish, safety, keeping), item, keeping)
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


def _refuse_other_name(typed: str, name: str) -> None:
    if typed != name:
        raise IllegalMove(
            _("The typed name is not {host}.").format(host=name),
            hint=_("Type the name of the host this set was taken from."),
        )


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
        item.host, sources, keeping=keeping, context=context, change=item.change,
        level=Level.READABLE,
    )  # fmt: skip
    decoded = taken.latest(Level.READABLE)
    failed = decoded is not None and decoded.outcome in (Outcome.FAILED, Outcome.TIMED_OUT)
    if not taken.usable or failed or taken.level is None or taken.level < Level.INTACT:
        raise BackupFailed(
            _("The safety set of what is there now is not proven, so nothing was changed."),
            hint=_("See on the backups page what is wrong with it, or restore without one."),
            host=item.host_name,
            step="safety set",
        )
    return taken


def _begin(
    item: BackupSet, wish: RestoreWish, safety: BackupSet | None, keeping: Safekeeping
) -> Restore:
    desk = keeping.desk
    titles = [one.title for one in item.objects if not wish.objects or one.name in wish.objects]
    return Restore(
        id=RestoreId(new_id()),
        set=item.id,
        change=item.change,
        host=item.host,
        host_name=item.host_name,
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


def _log_result(item: BackupSet, result: RestoreResult, keeping: Safekeeping) -> None:
    text = _("Restored the backup of {host} to {where}: {n} members in {time}").format(
        host=item.host_name,
        where=result.where,
        n=result.members,
        time=duration(result.duration_s),
    )
    if result.kept:
        text += ". " + _("The previous state is kept: {paths}").format(paths=", ".join(result.kept))
    with keeping.desk.new_uow() as uow:
        uow.log.append(set_event("backup.restored", text, item))
        uow.commit()


def look_after(restore_id: str, *, keeping: Safekeeping) -> Restore:
    """Ask the host how far a restore came that was cut off, and record it; raises RemoteError."""
    restore, remote = _open(restore_id, keeping)
    if restore.state not in CUT_OFF:
        return restore
    found = restore.state
    if restore.moves:
        found = keeping.vault.look_after(restore, remote)
    at = keeping.desk.clock.now() if found is RestoreState.SWAPPED else restore.swapped_at
    return _settle(replace(restore, state=found, swapped_at=at), "restore.looked", keeping)


def undo(restore_id: str, typed_host: str, *, keeping: Safekeeping) -> Restore:
    """Bring back what was there before a restore; the set's files go beside it again.

    Raises:
        IllegalMove: There is nothing to undo, or the typed name is not the host's.
        BackupFailed: Something stands in the way; the words say what.
        RemoteError: The host could not be used; undoing may be repeated.
    """
    restore, remote = _open(restore_id, keeping)
    _refuse_other_name(typed_host, restore.host_name)
    if restore.state not in (RestoreState.SWAPPED, RestoreState.HALF):
        raise IllegalMove(
            _("This restore cannot be undone: {state}").format(state=state_words(restore)),
            hint=_("Look how far it came first."),
        )
    keeping.vault.undo(restore, remote)
    found = keeping.vault.look_after(restore, remote)
    if found is not RestoreState.PREPARING:
        raise BackupFailed(
            _("Not everything is as it was before."),
            hint=_("Look again how far the restore came."),
            host=restore.host_name,
            step="undoing a restore",
        )
    undone = replace(restore, state=RestoreState.UNDONE, trouble="")
    return _settle(undone, "restore.undone", keeping)


def clear(restore_id: str, typed_host: str, *, keeping: Safekeeping) -> Restore:
    """Remove what a restore keeps beside the originals, for good.

    After a swap that is the state before; after an undo, or an attempt that was cut off before
    the swap, it is what was unpacked.

    Raises:
        IllegalMove: It is not known yet what lies where, or the typed name is not the host's.
        RemoteError: The host could not be used; it may be repeated.
    """
    restore, remote = _open(restore_id, keeping)
    _refuse_other_name(typed_host, restore.host_name)
    if restore.state in (RestoreState.SWAPPING, RestoreState.HALF):
        raise IllegalMove(
            _("It is not known which files are the right ones."),
            hint=_("Look how far the restore came, and undo it first."),
        )
    if not restore.is_open:
        return restore
    keeping.vault.clear_after(restore, remote)
    swapped = restore.state is RestoreState.SWAPPED
    state = RestoreState.CONFIRMED if swapped else RestoreState.CLEARED
    return _settle(replace(restore, state=state, trouble=""), f"restore.{state.value}", keeping)


def _open(restore_id: str, keeping: Safekeeping) -> tuple[Restore, Remote]:
    with keeping.desk.new_uow() as uow:
        restore = uow.restores.get(restore_id)
    return restore, keeping.remotes.open(find_host(restore.host, keeping))


def _settle(restore: Restore, kind: str, keeping: Safekeeping) -> Restore:
    with keeping.desk.new_uow() as uow:
        restore = uow.restores.save(restore)
        uow.log.append(
            NewEvent(
                kind,
                state_words(restore),
                change=restore.change or "",
                refs=(restore.set, restore.host),
            )
        )
        uow.commit()
    return restore


def note_cut_off(*, desk: Desk) -> tuple[Restore, ...]:
    """Mark, at a start, the restores that were under way when the program last ended."""
    with desk.new_uow() as uow:
        found = [r for r in uow.restores.list() if r.state in CUT_OFF and not r.trouble]
    if not found:
        return ()
    marked = []
    with desk.new_uow() as uow:
        for restore in found:
            text = _("The program ended while this restore was under way.")
            marked.append(uow.restores.save(replace(restore, trouble=text)))
            words = _("A restore on {host} was cut off: {state}").format(
                host=restore.host_name, state=state_words(restore)
            )
            refs = (restore.set, restore.host)
            uow.log.append(
                NewEvent("restore.cut_off", words, restore.change or "", refs, actor=Actor.SYSTEM)
            )
        uow.commit()
    return tuple(marked)


def state_words(restore: Restore) -> str:
    """Say in one sentence how a restore left the host, and what can be done."""
    return _words()[restore.state].format(host=restore.host_name)


def _words() -> dict[RestoreState, str]:
    return {
        RestoreState.PREPARING: _(
            "The originals on {host} are untouched; what was unpacked may still lie beside them."
        ),
        RestoreState.SWAPPING: _("Names on {host} were about to be swapped."),
        RestoreState.HALF: _("Some names on {host} are swapped and some are not."),
        RestoreState.SWAPPED: _("The set is in place on {host}; the state before is kept."),
        RestoreState.UNDONE: _(
            "The state before is back in place on {host}; what was restored lies beside it."
        ),
        RestoreState.CONFIRMED: _("The set is in place on {host}; what was kept is removed."),
        RestoreState.CLEARED: _("{host} is as it was before, and nothing is left beside."),
    }
