"""Editing many changes at once, and keeping filters, each as one call on a worker."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.domain.filter import ChangeFilter, ChangeSort, SavedFilter
from app.i18n import _
from app.services.change import bulk
from app.services.change.bulk import MOST, BulkEdit, BulkResult
from app.services.change.changes import Desk
from app.services.search import filters
from app.services.search.finding import Query
from ui.tasks import WRITES, Task

if TYPE_CHECKING:
    from app.services.facade import AppServices
    from ui.context import UiContext


@dataclass(frozen=True, slots=True)
class Chosen:
    """The marked rows of a list: these, or all of it but these."""

    query: Query
    named: frozenset[Hashable]
    everything: bool


def ids_of(services: "AppServices", chosen: Chosen) -> tuple[str, ...]:
    """Return the ids of marked changes; of all that a filter holds, as many as may be edited."""
    if not chosen.everything:
        return tuple(sorted(map(str, chosen.named), reverse=True))  # the newest first
    found = services.finder.ids(chosen.query, limit=MOST + 1 + len(chosen.named))
    return tuple(key for key in found if key not in chosen.named)


def preview(services: "AppServices", chosen: Chosen, edit: BulkEdit) -> BulkResult:
    """Return what an edit of the marked changes would do."""
    return bulk.preview(ids_of(services, chosen), edit, desk=services.desk)


def apply(context: "UiContext", shown: BulkResult) -> Task:
    """Edit what the preview showed."""
    services = context.services
    ids = [row.id for row in shown.rows]
    return context.tasks.start(
        lambda told: bulk.apply(ids, shown.edit, desk=services.desk, context=told),
        lane=WRITES,
        title=_("Editing {n} changes").format(n=len(ids)),
    )


def undo(context: "UiContext", done: BulkResult) -> Task:
    """Take an edit back."""
    services = context.services
    return context.tasks.start(
        lambda told: bulk.undo(done, desk=services.desk, context=told),
        lane=WRITES,
        title=_("Undoing the edit of {n} changes").format(n=len(done.done)),
    )


def keep(context: "UiContext", name: str, wanted: ChangeFilter, sort: ChangeSort) -> Task:
    """Keep a filter under a name."""
    return _write(context, lambda desk: filters.keep_filter(name, wanted, sort, desk=desk))


def change(context: "UiContext", kept: SavedFilter) -> Task:
    """Keep a filter as it is now: its name, its conditions, its order."""
    return _write(
        context,
        lambda desk: filters.change_filter(kept.id, kept.name, kept.wanted, kept.sort, desk=desk),
    )


def put_away(context: "UiContext", filter_id: str, *, away: bool = True) -> Task:
    """Delete a kept filter, or bring it back."""
    return _write(context, lambda desk: filters.put_filter_away(filter_id, desk=desk, away=away))


def _write(context: "UiContext", verb: Callable[[Desk], SavedFilter]) -> Task:
    services = context.services
    return context.tasks.start(lambda _told: verb(services.desk), lane=WRITES)
