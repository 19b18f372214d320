"""How the list was left: view, filter and order, as one line that the next start reads."""

from app.domain.filter import ChangeSort, SortBy, built_in
from ui.pages.changes.list_head import View
from ui.pages.changes.listing import ChangeList

_DOWN, _UP = "down", "up"


def write_habits(listing: ChangeList) -> str:
    """Return how the list is looked at.

    A filter that was built or kept is left out with its order: it may be another one by then.
    """
    filter_id, sort = listing.head.filters.current, listing.search.sort
    words = [listing.view.name.lower()]
    if filter_id in built_in():
        words += [filter_id, sort.by.value, _DOWN if sort.descending else _UP]
    return " ".join(words)


def follow_habits(listing: ChangeList, habits: str) -> None:
    """Look at the list as it was left; a word that is not known ends it."""
    view, *rest = habits.split() or [""]
    if len(rest) == len(("filter", "by", "way")):
        filter_id, by, way = rest
        listing.head.filters.choose(filter_id)
        if by in set(SortBy) and way in (_DOWN, _UP):
            listing.search.begin_with(ChangeSort(SortBy(by), descending=way == _DOWN))
    known = {each.name.lower(): each for each in View}
    if view in known and known[view] is not listing.view:
        listing.show_view(known[view])
