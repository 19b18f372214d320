"""Work the follow-up actions of a change off, also after it was closed."""

from dataclasses import replace
from datetime import date

from app.domain.change import Change
from app.domain.event import NewEvent
from app.domain.lesson import FollowUp
from app.errors import Conflict, InvalidInput
from app.i18n import _
from app.services.change import families
from app.services.change.changes import MAX_TITLE, Desk


def finish_action(
    change_id: str, place: int, seen: FollowUp, done_on: date, *, desk: Desk
) -> Change:
    """Mark an action done on a day.

    Raises:
        InvalidInput: The day is yet to come.
        Conflict: The action is not the one that was seen.
    """
    if done_on > desk.clock.now().date():
        raise InvalidInput(_("An action cannot be done on a day that is yet to come."))
    text = _("Done: {title}").format(title=seen.title)
    return _settle(change_id, place, (seen, replace(seen, done=True, done_on=done_on)), text, desk)


def drop_action(change_id: str, place: int, seen: FollowUp, reason: str, *, desk: Desk) -> Change:
    """Say why an action will not be done; raises InvalidInput, Conflict."""
    if not reason.strip():
        raise InvalidInput(_("Say why it will not be done."))
    text = _("Dropped: {title}. {why}").format(title=seen.title, why=reason.strip())
    return _settle(change_id, place, (seen, replace(seen, dropped=reason.strip())), text, desk)


def reopen_action(change_id: str, place: int, seen: FollowUp, *, desk: Desk) -> Change:
    """Take back that an action was done or dropped; raises Conflict."""
    text = _("Open again: {title}").format(title=seen.title)
    again = replace(seen, done=False, done_on=None, dropped="")
    return _settle(change_id, place, (seen, again), text, desk)


def open_child(change_id: str, place: int, seen: FollowUp, *, desk: Desk) -> Change:
    """Open a change that does an action, and link both; return the new change.

    Raises:
        InvalidInput: There is one already.
        IllegalMove: The change belongs to another one itself, or was canceled.
        Conflict: The action is not the one that was seen.
    """
    if seen.child:
        raise InvalidInput(_("{number} does it already.").format(number=seen.child))
    with desk.new_uow() as uow:
        parent = uow.changes.get(change_id)
    _require(parent, place, seen)
    child = families.open_child(change_id, seen.title[:MAX_TITLE], desk=desk)
    text = _("{number} does: {title}").format(number=child.number, title=seen.title)
    _settle(change_id, place, (seen, replace(seen, child=child.number)), text, desk)
    return child


def _require(change: Change, place: int, seen: FollowUp) -> None:
    if place >= len(change.actions) or change.actions[place] != seen:
        raise Conflict(
            _("Somebody else altered this action meanwhile."), hint=_("Look at it again.")
        )


def _settle(
    change_id: str, place: int, pair: tuple[FollowUp, FollowUp], text: str, desk: Desk
) -> Change:
    """Replace an action, whatever the state of its change: it outlives it."""
    seen, after = pair
    with desk.new_uow() as uow:
        change = uow.changes.get(change_id)
        _require(change, place, seen)
        actions = tuple(after if at == place else item for at, item in enumerate(change.actions))
        saved = uow.changes.save(replace(change, actions=actions, updated_at=desk.clock.now()))
        uow.log.append(NewEvent("action.settled", text, change.id))
        uow.commit()
    return saved
