"""What people write into the change log in their own words."""

from app.domain.change import Change
from app.domain.event import NewEvent
from app.errors import InvalidInput
from app.i18n import _
from app.services.changes import ENTRY, Desk

MAX_ENTRY = 2000


def write_entry(change_id: str, text: str, *, desk: Desk) -> Change:
    """Add an entry to the log of a change; like every entry it can never be altered.

    Raises:
        InvalidInput: There is nothing to write, or more than 2,000 characters.
    """
    text = text.strip()
    if not text or len(text) > MAX_ENTRY:
        raise InvalidInput(_("An entry has 1 to {n} characters.").format(n=MAX_ENTRY))
    with desk.new_uow() as uow:
        change = uow.changes.get(change_id)
        uow.log.append(NewEvent(ENTRY, text, change.id))
        uow.commit()
    return change
