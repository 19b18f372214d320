"""What the list of changes reads: its pages, how long it is, and how much each filter holds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from app.domain.change import Change
from app.domain.filter import ChangeFilter, ChangeSort, SavedFilter
from app.domain.host import Host
from app.i18n import _
from app.services.exports import ExportWish, export_list
from app.services.search.finding import FoundPage, Outline, Place, Query
from app.services.search.rows import ChangeRow
from ui.models.pages import PAGE_ROWS
from ui.tasks import Task

if TYPE_CHECKING:
    from app.services.facade import AppServices
    from ui.context import UiContext


@dataclass(frozen=True, slots=True)
class Begun:
    """A list as it is first shown; without an outline only its first page is known."""

    query: Query
    first: FoundPage
    outline: Outline | None
    pages: Mapping[int, Sequence[ChangeRow]]


@dataclass(frozen=True, slots=True)
class Counts:
    """How many changes each filter holds, by its id, and the filters that were kept."""

    by_filter: Mapping[str, int]
    kept: tuple[SavedFilter, ...]


def begin(services: "AppServices", wanted: ChangeFilter, sort: ChangeSort) -> Begun:
    """Return the first page of a list, and its length when that is all."""
    query = Query(wanted, services.asker, sort)
    first = services.finder.page(query, limit=PAGE_ROWS)
    short = len(first.rows) < PAGE_ROWS
    outline = Outline(len(first.rows), PAGE_ROWS, ()) if short else None
    return Begun(query, first, outline, {0: first.rows})


def refresh(
    services: "AppServices", wanted: ChangeFilter, sort: ChangeSort, pages: Sequence[int]
) -> Begun:
    """Return a list as it is now, with the pages that are looked at."""
    begun = begin(services, wanted, sort)
    if begun.outline is not None:
        return begun
    outline = services.finder.outline(begun.query, every=PAGE_ROWS)
    known = {0: begun.first.rows}
    for page in pages:
        if 0 < page <= len(outline.places):
            known[page] = load_page(services, begun.query, outline.before(page)).rows
    return Begun(begun.query, begun.first, outline, known)


def load_page(services: "AppServices", query: Query, after: Place | None) -> FoundPage:
    """Return one page of a list."""
    return services.finder.page(query, after=after, limit=PAGE_ROWS)


def load_outline(services: "AppServices", query: Query) -> Outline:
    """Return the length of a list and where its pages begin."""
    return services.finder.outline(query, every=PAGE_ROWS)


def load_counts(services: "AppServices", filters: Mapping[str, ChangeFilter]) -> Counts:
    """Return how many changes each filter holds, the kept ones among them."""
    with services.new_uow() as uow:
        kept = tuple(item for item in uow.filters.list() if not item.archived)
    every = dict(filters) | {item.id: item.wanted for item in kept}
    asker = services.asker
    counts = {name: services.finder.count(wanted, asker) for name, wanted in every.items()}
    return Counts(counts, tuple(sorted(kept, key=lambda item: item.name.casefold())))


OFFERED = 100
"""How many changes a choice offers; older ones are reached through the list of changes."""


def newest_changes(services: "AppServices", limit: int = OFFERED) -> Sequence[Change]:
    """Return the newest changes, for pages that offer a choice of them."""
    query = Query(ChangeFilter(), services.asker)
    return services.finder.records(query, limit=limit)[0]


def load_hosts(services: "AppServices") -> tuple[Host, ...]:
    """Return the hosts a filter can ask for, by name."""
    with services.new_uow() as uow:
        return tuple(sorted(uow.hosts.list(), key=lambda host: host.name))


def export(context: "UiContext", query: Query, target: Path, wish: ExportWish) -> Task:
    """Write a whole list into a file, with progress and a way to stop it."""
    services = context.services
    labelled = replace(wish, label=services.settings.label)
    return context.tasks.start(
        lambda told: export_list(
            query, target, labelled, finder=services.finder, open_table=services.open_table,
            context=told,
        ),
        title=_("Exporting {name}").format(name=target.name),
    )  # fmt: skip
