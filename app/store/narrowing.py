"""Turns a filter into SQL: what goes to the text index, and what the columns must fulfil."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Table

from app.domain.filter import Asker, ChangeFilter, window_bounds
from app.store import search
from app.store.codec import to_text
from app.store.mapping import NEVER
from app.store.words import HELD, UNASSIGNED, Facet, token

Condition = ColumnElement[bool]


@dataclass(frozen=True)
class Narrowed:
    """A filter as SQL.

    ``match`` asks the text index for the words and all facets, "" for nothing. ``rest`` asks it
    only for what no column holds, and ``columns`` are the other facets as conditions on columns:
    together they say the same as ``match``. ``others`` is what only columns know.
    """

    match: str
    rest: str
    columns: tuple[Condition, ...]
    others: tuple[Condition, ...]


def narrow(
    changes: Table, wanted: ChangeFilter, asker: Asker, conflicts: Sequence[int] = ()
) -> Narrowed:
    """Return a filter as SQL; ``conflicts`` are the numbers of changes that collide."""
    both = tuple(_both(changes, wanted, asker))
    only_index = tuple(_only_index(wanted))
    return Narrowed(
        match=search.expression(wanted.text, (*(group for group, _column in both), *only_index)),
        rest=search.expression(wanted.text, only_index),
        columns=tuple(condition for _group, condition in both),
        others=tuple(_others(changes, wanted, asker, conflicts)),
    )


def _both(
    changes: Table, wanted: ChangeFilter, asker: Asker
) -> Iterator[tuple[tuple[str, ...], Condition]]:
    """Yield each property that is a facet and a column, as both."""
    lists = (
        (Facet.STATE, changes.c.state, [state.value for state in wanted.states]),
        (Facet.TYPE, changes.c.type, [each.value for each in wanted.types]),
        (Facet.RISK, changes.c.risk, [int(grade) for grade in wanted.risks]),
        (Facet.CATEGORY, changes.c.category, [each.value for each in wanted.categories]),
    )
    for facet, held, values in lists:
        if values:
            tokens = tuple(token(facet, value) for value in values)
            yield tokens, search.unindexed(held).in_(values)
    for name in (wanted.coordinator, asker.actor if wanted.mine else ""):
        if name:
            key = name.strip().casefold()
            yield (
                (token(Facet.COORDINATOR, key),),
                search.unindexed(changes.c.coordinator_key) == key,
            )
    if wanted.on_hold:
        yield (token(Facet.FLAG, HELD),), search.unindexed(changes.c.on_hold).is_(True)


def _only_index(wanted: ChangeFilter) -> Iterator[tuple[str, ...]]:
    """Yield what no column can tell: lists, and names in several roles."""
    for facet, value in (
        (Facet.PERSON, wanted.person),
        (Facet.HOST, wanted.host),
        (Facet.SERVICE, wanted.service),
        (Facet.TAG, wanted.tag),
        (Facet.FLAG, UNASSIGNED if wanted.unassigned else ""),
    ):
        if value:
            yield (token(facet, value),)


def _others(
    changes: Table, wanted: ChangeFilter, asker: Asker, conflicts: Sequence[int]
) -> Iterator[Condition]:
    bounds = window_bounds(wanted, asker)
    if bounds.starts_from:
        yield changes.c.starts_key >= to_text(bounds.starts_from)
        yield changes.c.starts_key < NEVER
    if bounds.starts_before:
        yield changes.c.starts_key < to_text(bounds.starts_before)
    if bounds.ends_after:
        yield changes.c.ends_at > bounds.ends_after
    if wanted.on_hold is False:
        yield changes.c.on_hold.is_(False)
    if wanted.numbers is not None:
        yield search.listed(changes.c.ordinal, wanted.numbers)
    if wanted.conflicting:
        yield search.listed(changes.c.ordinal, conflicts)
