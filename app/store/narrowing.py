"""Turns a filter into what the text index is asked for, and what the columns must fulfil."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Table

from app.domain.filter import Asker, ChangeFilter, SortBy, window_bounds
from app.store import search
from app.store.codec import to_text
from app.store.mapping import NEVER, STATE_RANKS
from app.store.terms import Asking
from app.store.words import HELD, UNASSIGNED, Facet, token


class How(Enum):
    """How a column is compared with a value."""

    IN = auto()
    IS = auto()
    FROM = auto()
    UP_TO = auto()
    BEFORE = auto()
    AFTER = auto()


@dataclass(frozen=True, slots=True)
class Test:
    """One condition on a column; ``value`` is as the driver takes it, of a list its JSON."""

    column: str
    how: How
    value: Any
    indexed: bool = True
    """Whether an index of the column may serve it: else the order of the list is read instead."""

    @property
    def form(self) -> "Form":
        """What its SQL depends on."""
        return self.column, self.how, self.indexed


Form = tuple[str, How, bool]


def condition(changes: Table, form: Form, value: BindParameter[Any]) -> ColumnElement[bool]:
    """Return a condition as SQL."""
    name, how, indexed = form
    held: ColumnElement[Any] = changes.c[name]
    held = held if indexed else search.unindexed(held)
    match how:
        case How.IN:
            return search.listed(held, value)
        case How.IS:
            return held == value
        case How.FROM:
            return held >= value
        case How.UP_TO:
            return held <= value
        case How.BEFORE:
            return held < value
        case How.AFTER:
            return held > value


@dataclass(frozen=True, slots=True)
class Narrowed:
    """A filter in the words of the store.

    ``match`` asks the text index for the words and all facets, "" for nothing; ``titled`` for the
    words in titles. ``rest`` asks it only for what no column holds, and ``columns`` are the other
    facets as conditions on columns: together they say the same as ``match``. ``others`` is what
    only columns know. ``bounds`` says between which sort keys the columns leave anything, for lists
    that are walked in that order.
    """

    match: str
    titled: str
    rest: str
    columns: tuple[Test, ...]
    others: tuple[Test, ...]
    bounds: Mapping[SortBy, tuple[Test, Test]]


def narrow(
    wanted: ChangeFilter,
    asker: Asker,
    conflicts: Sequence[int] = (),
    ask: Asking | None = None,
) -> Narrowed:
    """Return what a filter asks for; ``conflicts`` are the numbers of changes that collide.

    ``ask`` reads the database in the state in which it is asked afterwards.
    """
    both = tuple(_both(wanted, asker))
    only_index = tuple(_only_index(wanted))
    words = search.words(wanted.text, ask=ask)
    facets = (*(group for group, _test in both), *only_index)
    match = search.expression(words, facets)
    return Narrowed(
        match=match,
        titled=search.expression(search.words(wanted.text, titles=True, ask=ask), facets),
        rest=search.expression(words, only_index) if both else match,
        columns=tuple(test for _group, test in both),
        others=tuple(_others(wanted, asker, conflicts)),
        bounds=dict(_bounds(wanted, asker)),
    )


def _both(wanted: ChangeFilter, asker: Asker) -> Iterator[tuple[tuple[str, ...], Test]]:
    """Yield each property that is a facet and a column, as both."""
    lists: tuple[tuple[Facet, str, Iterable[str | int]], ...] = (
        (Facet.STATE, "state", [state.value for state in wanted.states]),
        (Facet.TYPE, "type", [each.value for each in wanted.types]),
        (Facet.RISK, "risk", [int(grade) for grade in wanted.risks]),
        (Facet.CATEGORY, "category", [each.value for each in wanted.categories]),
    )
    for facet, column, values in lists:
        if values:
            tokens = tuple(token(facet, value) for value in values)
            yield tokens, Test(column, How.IN, search.as_list(values), indexed=False)
    for name in (wanted.coordinator, asker.actor if wanted.mine else ""):
        if name:
            key = name.strip().casefold()
            test = Test("coordinator_key", How.IS, key, indexed=False)
            yield (token(Facet.COORDINATOR, key),), test
    if wanted.on_hold:
        yield (token(Facet.FLAG, HELD),), Test("on_hold", How.IS, True, indexed=False)


def _bounds(wanted: ChangeFilter, asker: Asker) -> Iterator[tuple[SortBy, tuple[Test, Test]]]:
    name = wanted.coordinator or (asker.actor if wanted.mine else "")
    keys: tuple[tuple[SortBy, str, Sequence[str | int]], ...] = (
        (SortBy.STATE, "state_key", [STATE_RANKS[state] for state in wanted.states]),
        (SortBy.RISK, "risk_key", [int(grade) for grade in wanted.risks]),
        (SortBy.COORDINATOR, "coordinator_key", [name.strip().casefold()] if name else []),
    )
    for by, column, held in keys:
        if held:
            least, most = min(held), max(held)
            yield by, (Test(column, How.FROM, least), Test(column, How.UP_TO, most))


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


def _others(wanted: ChangeFilter, asker: Asker, conflicts: Sequence[int]) -> Iterator[Test]:
    bounds = window_bounds(wanted, asker)
    if bounds.starts_from:
        yield Test("starts_key", How.FROM, to_text(bounds.starts_from))
        yield Test("starts_key", How.BEFORE, NEVER)
    if bounds.starts_before:
        yield Test("starts_key", How.BEFORE, to_text(bounds.starts_before))
    if bounds.ends_after:
        yield Test("ends_at", How.AFTER, to_text(bounds.ends_after))
    if wanted.on_hold is False:
        yield Test("on_hold", How.IS, False)
    if wanted.numbers is not None:
        yield Test("ordinal", How.IN, search.as_list(wanted.numbers))
    if wanted.review_overdue:
        yield Test("review_due_at", How.UP_TO, to_text(asker.now))
    if wanted.conflicting:
        yield Test("ordinal", How.IN, search.as_list(conflicts))
