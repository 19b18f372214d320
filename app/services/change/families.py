"""Changes that belong together: a campaign and its parts, or a change and what follows it up."""

from dataclasses import replace

from app.domain.change import Change
from app.domain.event import NewEvent
from app.domain.ids import ChangeId
from app.errors import IllegalMove
from app.i18n import _
from app.services.change.changes import Desk, blank_change
from app.services.ports.store import UnitOfWork

_INHERITED = ("hosts", "business_service", "requested_by", "priority", "reviewer")


def open_child(change_id: str, title: str, *, desk: Desk) -> Change:
    """Open a draft that belongs to a change, on the same hosts and for the same service.

    This is how work goes on that comes up while a change is being watched: the change itself
    never goes back to be implemented.

    Raises:
        InvalidInput: The title is empty or too long.
        IllegalMove: The change belongs to another one itself, or was canceled.
    """
    with desk.new_uow() as uow:
        parent = uow.changes.get(change_id)
        _refuse_parent(parent)
        inherited = {name: getattr(parent, name) for name in _INHERITED}
        child = replace(blank_change(title, uow, desk=desk), parent=parent.id, **inherited)
        uow.changes.add(child)
        text = _("Opened “{title}” as a child of {number}")
        uow.log.append(
            NewEvent(
                "change.opened",
                text.format(title=child.title, number=parent.number),
                child.id,
                (parent.id,),
            )
        )
        _tell_parent(parent, child, _("{number} was opened as a child"), uow)
        uow.commit()
    return child


def set_parent(change_id: str, parent_number: str, *, desk: Desk) -> Change:
    """Put a change under another one by its number, or with "" under none.

    Raises:
        NotFound: There is no change of this number.
        IllegalMove: Either of them is over, the change has children itself, or the parent
            belongs to another change: there is one level only.
    """
    with desk.new_uow() as uow:
        change = uow.changes.get(change_id)
        if not change.state.is_open:
            raise IllegalMove(_("{number} is closed.").format(number=change.number))
        parent = uow.changes.by_number(parent_number.strip()) if parent_number.strip() else None
        if parent is not None:
            _refuse_parent(parent)
            if parent.id == change.id or uow.changes.list(parent=change.id):
                raise IllegalMove(
                    _("{number} has children itself.").format(number=change.number)
                    if parent.id != change.id
                    else _("A change cannot belong to itself.")
                )
            if not parent.state.is_open:
                raise IllegalMove(_("{number} is closed.").format(number=parent.number))
        saved = uow.changes.save(replace(change, parent=parent.id if parent else None))
        text = (
            _("Belongs to {number}").format(number=parent.number)
            if parent
            else _("Belongs to no other change")
        )
        uow.log.append(NewEvent("change.linked", text, change.id, (parent.id,) if parent else ()))
        if parent is not None:
            _tell_parent(parent, change, _("{number} belongs to it now"), uow)
        uow.commit()
    return saved


def relatives(change: Change, uow: UnitOfWork) -> tuple[Change | None, tuple[Change, ...]]:
    """Return the parent of a change, and its children in the order of their numbers."""
    parent = uow.changes.find(change.parent) if change.parent else None
    children = sorted(uow.changes.list(parent=change.id), key=lambda child: child.number)
    return parent, tuple(children)


def _refuse_parent(parent: Change) -> None:
    if parent.parent:
        raise IllegalMove(
            _("{number} belongs to another change itself.").format(number=parent.number),
            hint=_("Put the new one beside it, under the same parent."),
        )


def _tell_parent(parent: Change, child: Change, text: str, uow: UnitOfWork) -> None:
    words = text.format(number=child.number)
    uow.log.append(NewEvent("change.linked", words, ChangeId(parent.id), (child.id,)))
