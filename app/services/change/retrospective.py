"""Record a change that was carried out before anybody recorded it."""

from dataclasses import replace
from datetime import datetime

from app.domain.change import Change, ChangeState
from app.domain.event import NewEvent
from app.errors import IllegalMove, InvalidInput
from app.i18n import _
from app.services.change.changes import Desk


def record_afterwards(
    change_id: str, reason: str, start: datetime, end: datetime, *, desk: Desk
) -> Change:
    """Mark a draft as work that was done already: it goes from the draft to the review.

    Nothing of the short path is a shortcut to success: somebody decides about it afterwards, and
    its review cannot be waived.

    Raises:
        IllegalMove: It is no draft any more, or the reason is missing.
        InvalidInput: The times are not in order, or not in the past.
    """
    if not reason.strip():
        raise IllegalMove(_("Say why it was not recorded before."))
    if not start < end <= desk.clock.now():
        raise InvalidInput(
            _("The work has to have ended, after it began."), hint=_("Correct the two times.")
        )
    with desk.new_uow() as uow:
        change = uow.changes.get(change_id)
        if change.state is not ChangeState.DRAFT:
            raise IllegalMove(_("{number} is no draft any more.").format(number=change.number))
        saved = uow.changes.save(
            replace(
                change,
                retrospective=True,
                retrospective_reason=reason.strip(),
                work_start=start,
                work_end=end,
            )
        )
        text = _("Recorded afterwards: {why}").format(why=reason.strip())
        uow.log.append(NewEvent("change.retrospective", text, change.id))
        uow.commit()
    return saved


def record_beforehand(change_id: str, *, desk: Desk) -> Change:
    """Take the mark back while it is a draft: the work is still to be done."""
    with desk.new_uow() as uow:
        change = uow.changes.get(change_id)
        if change.state is not ChangeState.DRAFT or not change.retrospective:
            raise IllegalMove(_("{number} is no draft of work done.").format(number=change.number))
        saved = uow.changes.save(
            replace(
                change,
                retrospective=False,
                retrospective_reason="",
                work_start=None,
                work_end=None,
            )
        )
        uow.log.append(NewEvent("change.planned", _("The work is still to be done"), change.id))
        uow.commit()
    return saved
