"""A damaged database: put it aside, take the last good copy, say what is lost."""

from pathlib import Path

from app.domain.event import Actor, NewEvent
from app.i18n import _
from app.paths import private_dir
from app.services.ports.world import Clock
from app.store import copies
from app.store.anchors import ANCHORS, TIP, AnchorDamaged, Anchors, OpenSigner, unsigned
from app.store.copies import Recovery
from app.store.lock import acquire
from app.store.log import read_head
from app.store.sqlite import FILE_NAME
from app.store.store import Store, open_store


def recover(
    data: Path, *, clock: Clock, actor: str, open_signer: OpenSigner = unsigned
) -> Recovery:
    """Put a damaged database aside, restore the newest good copy, and log which entries are lost.

    Nothing is deleted: the damaged files move into a folder of their own.

    Raises:
        Busy: Another program has this folder open.
        StoreError: A file cannot be moved.
    """
    lock = acquire(private_dir(data), clock.now())
    try:
        known = _known_size(Anchors(data, clock, open_signer))
        found = copies.put_aside(data / FILE_NAME, clock.now(), (ANCHORS, TIP))
    finally:
        lock.release()
    store = open_store(data, clock=clock, actor=actor, open_signer=open_signer)
    try:
        _log_recovery(store, found, known)
    finally:
        store.close()
    return found


def _known_size(anchors: Anchors) -> int:
    """Return how many entries the log is known to have had."""
    try:
        return max((anchor.size for anchor in anchors.read()), default=0)
    except AnchorDamaged:
        return 0


def _log_recovery(store: Store, found: Recovery, known: int) -> None:
    with store.unit_of_work() as uow:
        with store.ledger.engine.connect() as connection:
            have = read_head(connection).size
        lost = (
            _("entries {a} to {b}").format(a=have + 1, b=known) if known > have else _("none known")
        )
        data = (
            ("put_aside", str(found.aside)),
            ("restored_from", str(found.copy or "–")),
            ("lost", lost),
        )
        text = _("The database was damaged and put aside; lost: {lost}").format(lost=lost)
        uow.log.append(NewEvent("store.recovered", text, data=data, actor=Actor.SYSTEM))
        uow.commit()
