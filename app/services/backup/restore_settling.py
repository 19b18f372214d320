"""What becomes of a restore afterwards: looked after, undone, cleared; and what its state means."""

from dataclasses import replace

from app.domain.event import Actor, NewEvent
from app.domain.restore import CUT_OFF, Restore, RestoreState
from app.errors import BackupFailed, IllegalMove
from app.i18n import _
from app.services.backup.backups import Safekeeping, find_host
from app.services.change.changes import Desk
from app.services.ports.world import Remote


def refuse_other_name(typed: str, name: str) -> None:
    """Raise IllegalMove unless a person typed the name of the host."""
    if typed != name:
        raise other_name(name)


def other_name(name: str) -> IllegalMove:
    """Return the refusal of a name that is not the host's."""
    return IllegalMove(
        _("The typed name is not {host}.").format(host=name),
        hint=_("Type the name of the host this set was taken from."),
    )


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
    refuse_other_name(typed_host, restore.host_name)
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
    refuse_other_name(typed_host, restore.host_name)
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
