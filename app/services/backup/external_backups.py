"""Record what another system backed up: a reference, who checked it and how, and its evidence."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from app.domain.change import Change
from app.domain.event import NewEvent
from app.domain.external_backup import Checked, ExternalBackup, ExternalDrill, Proof
from app.domain.ids import new_id
from app.errors import IllegalMove, InvalidInput, NotFound
from app.i18n import _
from app.services.attachments import Found, attach, clean_name
from app.services.backup.backup_gate import CLOCK_TOLERANCE
from app.services.backup.external_words import system_name, worth
from app.services.change.changes import Desk
from app.services.ports.store import Files
from app.wording import duration

_LONGEST = 300


@dataclass(frozen=True, slots=True)
class DrillReport:
    """A restore that people made elsewhere, as they tell it."""

    at: datetime
    duration_s: float
    where: str
    compared: str
    by: str
    passed: bool = True


def record_reference(
    change_id: str,
    item: ExternalBackup,
    evidence: Found | None,
    *,
    desk: Desk,
    files: Files,
) -> Change:
    """Keep a reference with the file that shows how it was checked; both are logged.

    Raises:
        InvalidInput: Something is missing, contradicts itself, or is no part of the plan.
        IllegalMove: The change is closed.
    """
    now = desk.clock.now()
    with desk.new_uow() as uow:
        _check(item, uow.changes.get(change_id), now)
    if item.checked is Checked.VERIFIED and evidence is None:
        raise InvalidInput(
            _("Keep what the other system said as a file."),
            hint=_("Without it only its list was seen, and it counts no more than that."),
        )
    proof = _keep(evidence, change_id, desk=desk, files=files) if evidence is not None else None
    kept = replace(
        item, id=new_id(), proof=proof, recorded_by=desk.actor, recorded_at=now,
        checked_at=(item.checked_at or now) if item.checked is not Checked.NOT else None,
        drills=(), withdrawn_by="", withdrawn_reason="",
    )  # fmt: skip
    text = _("Recorded a backup that {system} took: {id}. {worth}").format(
        system=system_name(kept), id=kept.identifier, worth=worth(kept)
    )
    return _save(change_id, "backup.claimed", text, lambda all_: (*all_, kept), desk=desk)


def record_drill(
    change_id: str,
    reference: str,
    report: DrillReport,
    evidence: Found,
    *,
    desk: Desk,
    files: Files,
) -> Change:
    """Keep a restore of such a backup with its evidence; a failed one is kept as well.

    Raises:
        InvalidInput: Something is missing, or it was before the backup or is to come.
        IllegalMove: The reference was withdrawn or never checked, or the change is closed.
        NotFound: There is no such reference.
    """
    item = find_reference(change_id, reference, desk=desk)
    if not item.stands or item.checked is Checked.NOT:
        raise IllegalMove(_("A restore counts for a reference that stands and was checked."))
    if not item.taken_at <= report.at <= desk.clock.now() + CLOCK_TOLERANCE:
        raise InvalidInput(_("The restore was after the backup, and is not to come."))
    if report.duration_s <= 0:
        raise InvalidInput(_("Say how long the restore took."))
    for text in (report.where, report.compared, report.by):
        if not text.strip():
            raise InvalidInput(_("Say where it was restored, how it was compared, and by whom."))
    proof = _keep(evidence, change_id, desk=desk, files=files)
    drill = ExternalDrill(
        report.at, report.duration_s, report.where.strip(), report.compared.strip(),
        report.by.strip(), proof, report.passed,
    )  # fmt: skip
    after = replace(item, drills=(*item.drills, drill))
    words = _("passed") if drill.passed else _("failed")
    text = _("Recorded a restore of {id} by {system}, {words} in {time}. {worth}").format(
        id=item.identifier, system=system_name(item), words=words,
        time=duration(drill.duration_s), worth=worth(after),
    )  # fmt: skip
    return _save(change_id, "backup.claim_restored", text, _in_place(after), desk=desk)


def withdraw_reference(change_id: str, reference: str, reason: str, *, desk: Desk) -> Change:
    """Take a reference back; it stays on record, and counts for nothing.

    Raises:
        IllegalMove: There is no reason, or the change is closed.
        NotFound: There is no such reference.
    """
    if not reason.strip():
        raise IllegalMove(_("A reference is withdrawn with a reason."))
    item = find_reference(change_id, reference, desk=desk)
    after = replace(item, withdrawn_by=desk.actor, withdrawn_reason=reason.strip())
    text = _("Withdrew the reference to {id} of {system}: {why}").format(
        id=item.identifier, system=system_name(item), why=reason.strip()
    )
    return _save(change_id, "backup.claim_withdrawn", text, _in_place(after), desk=desk)


def find_reference(change_id: str, reference: str, *, desk: Desk) -> ExternalBackup:
    """Return a reference of a change by its id, or its beginning; raises NotFound."""
    with desk.new_uow() as uow:
        known = uow.changes.get(change_id).external_backups
    found = [item for item in known if reference and item.id.startswith(reference)]
    if len(found) != 1:
        raise NotFound(_("There is no one reference {id}.").format(id=reference))
    return found[0]


def _check(item: ExternalBackup, change: Change, now: datetime) -> None:
    for text in (item.identifier, item.product, item.scope, item.check, item.checked_by):
        if len(text) > _LONGEST or any(ord(letter) < ord(" ") for letter in text):
            raise InvalidInput(_("One line of at most {n} letters.").format(n=_LONGEST))
    if not item.identifier.strip():
        raise InvalidInput(_("Say how the other system names this backup."))
    if item.taken_at > now + CLOCK_TOLERANCE:
        raise InvalidInput(_("It cannot have been taken in the future."))
    if item.size_bytes is not None and item.size_bytes < 0:
        raise InvalidInput(_("A size is not below zero."))
    if not item.covers:
        raise InvalidInput(_("Say what of the plan it stands for."))
    if not all(any(item.stands_for(source) for source in change.backup_plan
                   if source.title == one.title and source.host == one.host)
               for one in item.covers):  # fmt: skip
        raise InvalidInput(_("It stands for something that the plan does not name."))
    if item.checked is not Checked.NOT and not (item.checked_by.strip() and item.check.strip()):
        raise InvalidInput(_("Say who checked it, and how."))


def _keep(evidence: Found, change_id: str, *, desk: Desk, files: Files) -> Proof:
    change = attach(evidence, change_id, desk=desk, files=files)
    name = clean_name(evidence.name)
    kept = next(item for item in reversed(change.attachments) if item.name == name)
    return Proof(kept.name, kept.sha256)


References = tuple[ExternalBackup, ...]


def _in_place(after: ExternalBackup) -> Callable[[References], References]:
    return lambda all_: tuple(after if one.id == after.id else one for one in all_)


def _save(
    change_id: str, kind: str, text: str, edit: Callable[[References], References], *, desk: Desk
) -> Change:
    with desk.new_uow() as uow:
        change = uow.changes.get(change_id)
        if not change.state.is_open:
            raise IllegalMove(_("{number} is closed.").format(number=change.number))
        after = replace(
            change,
            external_backups=edit(change.external_backups),
            updated_at=desk.clock.now(),
        )
        saved = uow.changes.save(after)
        uow.log.append(NewEvent(kind, text, change.id))
        uow.commit()
    return saved
