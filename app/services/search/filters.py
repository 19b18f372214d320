"""Keep filters under a name, change them, put them away; each with its log entry."""

from dataclasses import replace

from app.domain.event import NewEvent
from app.domain.filter import ChangeFilter, ChangeSort, SavedFilter
from app.domain.ids import new_id
from app.errors import InvalidInput
from app.i18n import _
from app.services.change.changes import Desk
from app.services.ports.store import UnitOfWork

MAX_NAME = 60


def keep_filter(name: str, wanted: ChangeFilter, sort: ChangeSort, *, desk: Desk) -> SavedFilter:
    """Keep a filter under a new name and return it.

    Raises:
        InvalidInput: The name is empty, too long, or taken.
    """
    with desk.new_uow() as uow:
        kept = SavedFilter(new_id(), _free(name, uow), wanted, sort, desk.actor)
        uow.filters.add(kept)
        _log(uow, "filter.kept", _("Kept the filter “{name}”").format(name=kept.name), kept)
        uow.commit()
    return kept


def change_filter(
    filter_id: str, name: str, wanted: ChangeFilter, sort: ChangeSort, *, desk: Desk
) -> SavedFilter:
    """Give a kept filter another name, other conditions or another order, and return it.

    Raises:
        InvalidInput: The name is empty, too long, or taken.
        NotFound: There is no such filter.
    """
    with desk.new_uow() as uow:
        before = uow.filters.get(filter_id)
        name = _free(name, uow, besides=filter_id)
        after = replace(before, name=name, wanted=wanted, sort=sort)
        if after == before:
            return before
        saved = uow.filters.save(after)
        if replace(after, name=before.name) != before:
            text = _("Changed what the filter “{name}” holds").format(name=name)
            _log(uow, "filter.changed", text, saved)
        if name != before.name:
            text = _("Renamed the filter “{old}” to “{new}”").format(old=before.name, new=name)
            _log(uow, "filter.renamed", text, saved)
        uow.commit()
    return saved


def put_filter_away(filter_id: str, *, desk: Desk, away: bool = True) -> SavedFilter:
    """Offer a kept filter no more, or again; raises NotFound."""
    with desk.new_uow() as uow:
        saved = uow.filters.save(replace(uow.filters.get(filter_id), archived=away))
        text = _("Deleted the filter “{name}”") if away else _("Brought the filter “{name}” back")
        kind = "filter.deleted" if away else "filter.restored"
        _log(uow, kind, text.format(name=saved.name), saved)
        uow.commit()
    return saved


def _free(name: str, uow: UnitOfWork, besides: str = "") -> str:
    name = " ".join(name.split())
    if not 0 < len(name) <= MAX_NAME:
        raise InvalidInput(_("A filter has a name of 1 to {n} characters.").format(n=MAX_NAME))
    taken = {
        item.name.casefold()
        for item in uow.filters.list()
        if not item.archived and item.id != besides
    }
    if name.casefold() in taken:
        raise InvalidInput(
            _("There is already a filter “{name}”.").format(name=name),
            hint=_("Choose another name, or delete the old one."),
        )
    return name


def _log(uow: UnitOfWork, kind: str, text: str, kept: SavedFilter) -> None:
    uow.log.append(NewEvent(kind, text, refs=(kept.id,)))
