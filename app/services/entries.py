"""What people write into the change log in their own words: entries, remarks, pins."""

from datetime import datetime

from app.domain.change import Change
from app.domain.event import NewEvent
from app.errors import InvalidInput, NotFound
from app.i18n import _
from app.services.change.changes import ENTRY, Desk

MAX_ENTRY = 2000
HAPPENED_AT = "happened_at"
"""Under this name the data of an entry says when it happened, if it was written down later."""
REMARKED, PINNED, UNPINNED = "entry.remarked", "entry.pinned", "entry.unpinned"


def write_entry(
    change_id: str, text: str, *, desk: Desk, happened_at: datetime | None = None
) -> Change:
    """Add an entry to the log of a change; like every entry it can never be altered.

    ``happened_at`` lets it be read between the automatic ones of that time. Its place in the chain
    is still the end, and it says that it was written down later.

    Raises:
        InvalidInput: There is nothing to write, more than 2,000 characters, or a time that is yet
            to come or before the change was recorded.
    """
    text = _checked(text)
    with desk.new_uow() as uow:
        change = uow.changes.get(change_id)
        data: tuple[tuple[str, str], ...] = ()
        if happened_at is not None:
            early = change.opened_at is not None and happened_at < change.opened_at
            if early or happened_at > desk.clock.now():
                raise InvalidInput(
                    _("This is no time between the beginning of the change and now.")
                )
            data = ((HAPPENED_AT, happened_at.isoformat()),)
        uow.log.append(NewEvent(ENTRY, text, change.id, data=data))
        uow.commit()
    return change


def remark(change_id: str, seq: int, text: str, *, desk: Desk) -> Change:
    """Add a remark to an entry of a change; raises InvalidInput, NotFound."""
    return _about(change_id, seq, REMARKED, _checked(text), desk=desk)


def pin(change_id: str, seq: int, *, pinned: bool, desk: Desk) -> Change:
    """Keep an entry in sight for everybody, or let it go; raises NotFound."""
    if pinned:
        return _about(change_id, seq, PINNED, _("Pinned entry {n}").format(n=seq), desk=desk)
    return _about(change_id, seq, UNPINNED, _("Unpinned entry {n}").format(n=seq), desk=desk)


def _about(change_id: str, seq: int, kind: str, text: str, *, desk: Desk) -> Change:
    with desk.new_uow() as uow:
        change = uow.changes.get(change_id)
        if not any(event.seq == seq for event in uow.log.of(change_id)):
            raise NotFound(_("{number} has no entry {n}.").format(number=change.number, n=seq))
        uow.log.append(NewEvent(kind, text, change.id, (str(seq),)))
        uow.commit()
    return change


def _checked(text: str) -> str:
    text = text.strip()
    if not text or len(text) > MAX_ENTRY:
        raise InvalidInput(_("An entry has 1 to {n} characters.").format(n=MAX_ENTRY))
    return text
