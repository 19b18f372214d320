"""One list of changes as SQL: from where its rows come, in which order, and what is left out.

Three ways lead to the rows, whichever is short: few hits are taken from the text index and sorted;
many hits, by number, are read straight from that index, whose key is the number; any other order
walks the index of its sort key. Which it is, a count decides that stops early.

The SQL depends on the `Shape` alone; everything else is bound as a value (`Asked`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from sqlalchemy import ColumnElement, bindparam, func, select, tuple_

from app.domain.filter import ChangeSort, SortBy
from app.services.search.finding import Place
from app.store import search
from app.store.change_rows import FLAT
from app.store.narrowing import Form, Narrowed, Test, condition
from app.store.search import MATCH, MOST, AnySelect
from app.store.tables import KEYS_INDEX, TABLES

_CHANGE = TABLES["change"]
_C = _CHANGE.c
_KEYS: dict[SortBy, ColumnElement[Any]] = {
    SortBy.NUMBER: _C.ordinal,
    SortBy.TITLE: _C.title_key,
    SortBy.STATE: _C.state_key,
    SortBy.PRIORITY: _C.priority,
    SortBy.RISK: _C.risk_key,
    SortBy.COORDINATOR: _C.coordinator_key,
    SortBy.UPDATED: _C.updated_key,
    SortBy.WINDOW: _C.starts_key,
}
EVERY = "every"
_AFTER_KEY, _AFTER_NUMBER = "after_key", "after_number"


class What(Enum):
    """What is read of each change."""

    ROW = auto()
    RECORD = auto()
    ID = auto()


_COLUMNS: dict[What, tuple[ColumnElement[Any], ...]] = {
    What.ROW: FLAT,
    What.RECORD: (_C.body,),
    What.ID: (_C.id,),
}


class Way(Enum):
    """Where the rows of a list come from."""

    FEW = auto()
    """Chosen first, then sorted."""
    HITS = auto()
    """Read from the text index in the order of numbers."""
    WALK = auto()
    """Read in the order of the sort key, leaving out what does not fit."""


@dataclass(frozen=True, slots=True)
class Shape:
    """All that the SQL of a list depends on."""

    way: Way
    by: SortBy
    descending: bool
    match: bool
    """Whether the text index is asked for anything."""
    rest: bool
    columns: tuple[Form, ...]
    others: tuple[Form, ...]

    @property
    def by_number(self) -> bool:
        """Whether the number alone is the order."""
        return self.by is SortBy.NUMBER

    @property
    def key(self) -> ColumnElement[Any]:
        """What the list is sorted by."""
        if self.way is Way.HITS:
            return search.KEY
        if self.by is SortBy.WINDOW and self.descending:
            return _C.latest_key
        return _KEYS[self.by]


@dataclass(frozen=True, slots=True)
class Asked:
    """One list that is asked for: its shape, and what is bound in its statements."""

    shape: Shape
    fits: Narrowed
    columns: tuple[Test, ...]

    def values(self, *, walking: bool = False) -> dict[str, Any]:
        """Return what is bound; ``walking`` is for pages, which ask columns where they can."""
        walking = walking and self.shape.way is Way.WALK
        values: dict[str, Any] = {MATCH: self.fits.rest if walking else self.fits.match}
        for name, tests in (("column", self.columns), ("other", self.fits.others)):
            for at, test in enumerate(tests):
                values[f"{name}{at}"] = test.value
        return values


def asked(fits: Narrowed, way: Way, sort: ChangeSort) -> Asked:
    """Return a list of what a filter leaves."""
    columns = fits.columns + (fits.bounds.get(sort.by, ()) if way is Way.WALK else ())
    shape = Shape(
        way, sort.by, sort.descending, bool(fits.match), bool(fits.rest),
        tuple(test.form for test in columns), tuple(test.form for test in fits.others),
    )  # fmt: skip
    return Asked(shape, fits, columns)


def page_values(values: dict[str, Any], after: Place | None, most: int) -> dict[str, Any]:
    """Return what is bound in the statement of a page."""
    if after is not None:
        values |= {_AFTER_KEY: after.key, _AFTER_NUMBER: after.number}
    return values | {MOST: most}


def page(shape: Shape, what: What, after: bool) -> AnySelect:
    """Return a query for rows, each ending with its number and its key, and with a limit."""
    if shape.way is Way.FEW and shape.match:
        return _picked(shape, what, after=after)
    query: AnySelect = select(*_COLUMNS[what], _C.ordinal.label("at"), shape.key.label("place"))
    return _cut(shape, query, after=after)


def _picked(shape: Shape, what: What, *, after: bool) -> AnySelect:
    """Return a page whose rows are sorted by index alone, and only then read."""
    keys = _cut(shape, select(_C.ordinal.label("at"), shape.key.label("place")), after=after)
    found = keys.subquery()
    query: AnySelect = select(*_COLUMNS[what], found.c["at"], found.c.place)
    query = query.join_from(found, _CHANGE, _C.ordinal == found.c["at"])
    terms = (found.c.place, found.c["at"])
    return query.order_by(*(term.desc() if shape.descending else term.asc() for term in terms))


def _cut(shape: Shape, query: AnySelect, *, after: bool) -> AnySelect:
    """Return a query over changes for one page."""
    query = _fitting(shape, query)
    if after:
        query = query.where(_beyond(shape))
    return query.order_by(*_order(shape)).limit(bindparam(MOST))


def length(shape: Shape) -> AnySelect:
    """Return a query for the number of rows."""
    if shape.others:
        rows = _fitting(shape, select(_C.ordinal), by_index=True).subquery()
        return select(func.count()).select_from(rows)
    if shape.match:
        return search.hit_count()
    return select(func.count()).select_from(_CHANGE)


def places(shape: Shape) -> AnySelect:
    """Return a query for key and number of each row whose position is a multiple of `EVERY`."""
    position = func.row_number().over(order_by=_order(shape)).label("position")
    number = search.KEY if shape.way is Way.HITS else _C.ordinal
    columns = (number.label("at"), shape.key.label("place"), position)
    if shape.way is Way.HITS and not shape.others:
        counted = search.hits().with_only_columns(*columns)
    else:
        counted = _fitting(shape, select(*columns), by_index=True)
    rows = counted.subquery()
    query = select(rows.c.place, rows.c["at"]).where(rows.c.position % bindparam(EVERY) == 0)
    return query.order_by(rows.c.position)


def _fitting(shape: Shape, query: AnySelect, *, by_index: bool = False) -> AnySelect:
    """Return a query over changes that leaves out what does not fit.

    ``by_index`` asks the text index instead of the columns: for all rows, that is faster.
    """
    match shape.way:
        case Way.HITS:
            query = search.joined(query, _C.ordinal)
        case Way.FEW if shape.match:
            query = query.where(_C.ordinal.in_(search.hits()))
            query = query.with_hint(_CHANGE, f"INDEXED BY {KEYS_INDEX.name}", "sqlite")
        case Way.WALK:
            query = query.where(*(() if by_index else _conditions("column", shape.columns)))
            if shape.match if by_index else shape.rest:
                query = query.where(search.unindexed(_C.ordinal).in_(search.hits()))
        case _:
            pass
    return query.where(*_conditions("other", shape.others))


def _conditions(name: str, forms: Sequence[Form]) -> list[ColumnElement[bool]]:
    return [condition(_CHANGE, form, bindparam(f"{name}{at}")) for at, form in enumerate(forms)]


def _order(shape: Shape) -> tuple[ColumnElement[Any], ...]:
    key = search.unindexed(shape.key) if shape.way is Way.FEW else shape.key
    terms = (key,) if shape.by_number else (key, _C.ordinal)
    return tuple(term.desc() if shape.descending else term.asc() for term in terms)


def _beyond(shape: Shape) -> ColumnElement[bool]:
    number: ColumnElement[Any] = bindparam(_AFTER_NUMBER)
    if shape.by_number:
        return shape.key < number if shape.descending else shape.key > number
    here, there = tuple_(shape.key, _C.ordinal), tuple_(bindparam(_AFTER_KEY), number)
    return here < there if shape.descending else here > there
