"""What the log says of a set, and what becomes of what has no record in the vault any more."""

from collections.abc import Iterator

from app.domain.backup import BackupSet, ProofRecords, Verification
from app.domain.event import Actor, NewEvent
from app.domain.ids import ChangeId
from app.i18n import _
from app.services.change.changes import Desk
from app.services.ports.store import UnitOfWork
from app.services.ports.vault import Vault


def look_at_change(change: ChangeId, *, desk: Desk, vault: Vault) -> None:
    """Find out, before a gate asks, whether each proof of a change's sets is still on record.

    It reads no stored object, so it takes no time to speak of.
    """
    with desk.new_uow() as uow:
        sets = [item for item in uow.backups.list(change=change) if item.is_present]
    for item in sets:
        look_at_records(item, desk=desk, vault=vault)
        vault.why_not(item)  # what a step finds later is compared with this moment


def look_at_records(item: BackupSet, *, desk: Desk, vault: Vault) -> BackupSet:
    """Compare the records beside a set with what is known of its proofs; return it as it stands."""
    found = vault.compare_records(item)
    if found.is_clean:
        return item
    with desk.new_uow() as uow:
        item = keep_records(found, uow)
        uow.commit()
    return item


def keep_records(found: ProofRecords, uow: UnitOfWork) -> BackupSet:
    """Keep what the records beside a set say of its proofs, and log each that is news."""
    current = uow.backups.get(found.set)
    item = uow.backups.save(found.applied(current))
    lost = _("The record of a proof of {host} is missing from the vault: {proof}")
    back = _("The record of a proof of {host} is in the vault again: {proof}")
    taken = _("Took over the record of a proof of {host}: {proof}")
    for kind, proofs, text in (
        ("lost", found.lost, lost), ("back", found.back, back), ("found", found.unknown, taken),
    ):  # fmt: skip
        for proof in proofs:
            words = text.format(host=item.host_name, proof=proof_words(proof))
            uow.log.append(
                set_event(f"backup.proof_{kind}", words, item, Actor.SYSTEM, proof.record)
            )
    for kind, text, record in _others(found, item):
        uow.log.append(set_event(kind, text, item, Actor.SYSTEM, record))
    return item


def _others(found: ProofRecords, item: BackupSet) -> Iterator[tuple[str, str, str]]:
    """Yield what is news of copies and of an acceptance: its kind, the words, the record."""
    lost = _("The record of a copy of the backup of {host} is missing from the vault: {where}")
    back = _("The record of a copy of the backup of {host} is in the vault again: {where}")
    for kind, copies, text in (
        ("backup.copy_lost", found.copies_lost, lost),
        ("backup.copy_back", found.copies_back, back),
    ):
        for made in copies:
            yield kind, text.format(host=item.host_name, where=made.where), made.record
    who = {"host": item.host_name, "name": item.accepted_by}
    if found.acceptance_lost:
        text = _("The record of {name} accepting the backup of {host} is missing from the vault")
        yield "backup.acceptance_lost", text.format(**who), item.accepted_record
    if found.acceptance_back:
        text = _("The record of {name} accepting the backup of {host} is in the vault again")
        yield "backup.acceptance_back", text.format(**who), item.accepted_record


def proof_words(proof: Verification) -> str:
    """Say which proof it is: its level, how it ended, when (UTC)."""
    return _("{level}, {outcome}, {at:%Y-%m-%d %H:%M} UTC").format(
        level=_(proof.level.label), outcome=proof.outcome.value.replace("_", " "), at=proof.at
    )


def set_event(
    kind: str,
    text: str,
    item: BackupSet,
    actor: Actor = Actor.HUMAN,
    record: str = "",
) -> NewEvent:
    """Return a log entry about a set; it names the records it speaks of by their hashes."""
    named = (("proof_sha256", record),) if record else ()
    return NewEvent(
        kind,
        text,
        change=item.change or "",
        refs=(item.id, *item.hosts),
        data=(("manifest_sha256", item.manifest_sha256), *named),
        actor=actor,
    )
