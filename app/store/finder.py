"""Lists of changes of any length, read page by page.

Three ways lead to the rows, whichever is short: few hits are taken from the text index and sorted;
many hits, by number, are read straight from that index, whose key is the number; any other order
walks the index of its sort key. Which it is, a count decides that stops early.
"""

from collections.abc import Sequence
from dataclasses import replace
from enum import Enum, auto
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Row, func, select, tuple_

from app.domain.change import Change
from app.domain.filter import NEWEST_FIRST, Asker, ChangeFilter, SortBy
from app.services.finding import SORTED_HITS, FoundPage, Outline, Place, Query
from app.services.rows import ChangeRow
from app.services.safe_text import display
from app.store import search
from app.store.change_rows import FLAT, change_row
from app.store.conflicts import Conflicts
from app.store.mapping import CHANGE
from app.store.narrowing import narrow
from app.store.search import AnySelect
from app.store.tables import TABLES

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


class SqlFinder:
    """Reads lists of changes; safe from any thread, never waiting for a writer."""

    def __init__(self, engine: Engine) -> None:
        self._engine, self._conflicts = engine, Conflicts()

    def page(self, query: Query, *, after: Place | None = None, limit: int = 100) -> FoundPage:
        """Return the rows after a place."""
        with self._engine.connect() as connection:
            listing = self._listing(connection, query)
            found = listing.rows(FLAT, after, limit)
            rows = _told(connection, query.wanted.text, tuple(map(change_row, found)))
        return FoundPage(rows, _last(found), listing.sorted)

    def outline(self, query: Query, *, every: int = 100) -> Outline:
        """Return the length of a list and where its pages begin."""
        with self._engine.connect() as connection:
            listing = self._listing(connection, query)
            return Outline(listing.count(), every, listing.places(every))

    def count(self, wanted: ChangeFilter, asker: Asker) -> int:
        """Return how many changes fit."""
        with self._engine.connect() as connection:
            return self._listing(connection, Query(wanted, asker)).count()

    def records(
        self, query: Query, *, after: Place | None = None, limit: int = 100
    ) -> tuple[Sequence[Change], Place | None]:
        """Return whole changes after a place, and the place of the last one."""
        with self._engine.connect() as connection:
            found = self._listing(connection, query).rows((_C.body,), after, limit)
        return tuple(CHANGE.read(row.body) for row in found), _last(found)

    def ids(self, query: Query, *, limit: int) -> tuple[str, ...]:
        """Return the ids of the changes that fit, in order, at most ``limit``."""
        with self._engine.connect() as connection:
            found = self._listing(connection, query).rows((_C.id,), None, limit)
        return tuple(row.id for row in found)

    def _listing(self, connection: Connection, query: Query) -> "_Listing":
        found: tuple[int, ...] = ()
        if query.wanted.conflicting:
            found = self._conflicts.numbers(connection, query.asker.now)
        return _Listing(connection, query, found)


def _told(connection: Connection, typed: str, rows: tuple[ChangeRow, ...]) -> tuple[ChangeRow, ...]:
    """Add to the rows of a search where its words were found."""
    if not typed:
        return rows
    places = search.where_found(connection, typed, [row.ordinal for row in rows])
    return tuple(
        replace(row, found_in=places[row.ordinal][0], snippet=display(places[row.ordinal][1]))
        if row.ordinal in places
        else row
        for row in rows
    )


class _Way(Enum):
    """Where the rows of a list come from."""

    FEW = auto()
    """Chosen first, then sorted."""
    HITS = auto()
    """Read from the text index in the order of numbers."""
    WALK = auto()
    """Read in the order of the sort key, leaving out what does not fit."""


class _Listing:
    """One list, as SQL; ``sorted`` says whether the order asked for is followed."""

    def __init__(
        self, connection: Connection, query: Query, conflicting: Sequence[int] = ()
    ) -> None:
        self._connection = connection
        wanted, sort = query.wanted, query.sort
        self._fits = narrow(_CHANGE, wanted, query.asker, conflicting)
        listed = wanted.numbers is not None or wanted.conflicting
        few = listed or self._few_hits(by_number=sort.by is SortBy.NUMBER)
        self.sorted = few or not wanted.text or sort.by is SortBy.NUMBER
        if not self.sorted:
            sort = NEWEST_FIRST
        self._descending = sort.descending
        by_number = sort.by is SortBy.NUMBER
        self._way = _Way.FEW if few else _Way.WALK
        if not few and by_number and self._fits.match:
            self._way = _Way.HITS
        self._key = search.KEY if self._way is _Way.HITS else _KEYS[sort.by]
        if sort.by is SortBy.WINDOW and sort.descending:
            self._key = _C.latest_key
        self._by_number = by_number

    def _few_hits(self, *, by_number: bool) -> bool:
        """Whether the text index leaves few enough to sort them; by number nothing is sorted."""
        if not self._fits.match or by_number:
            return False
        found = search.hit_count(self._connection, self._fits.match, SORTED_HITS + 1)
        return found <= SORTED_HITS

    def rows(
        self, columns: Sequence[ColumnElement[Any]], after: Place | None, limit: int
    ) -> Sequence[Row[Any]]:
        """Return rows after a place, each with its ``place`` and its ``ordinal``."""
        key = self._key
        query = self._fitting(select(*columns, _C.ordinal.label("at"), key.label("place")))
        if after is not None:
            query = query.where(self._beyond(after))
        return self._connection.execute(query.order_by(*self._order()).limit(limit)).all()

    def count(self) -> int:
        """Return how many rows there are."""
        if self._fits.others:
            rows = self._fitting(select(_C.ordinal)).order_by(None).subquery()
            return int(self._connection.scalar(select(func.count()).select_from(rows)) or 0)
        if self._fits.match:
            return search.hit_count(self._connection, self._fits.match)
        return int(self._connection.scalar(select(func.count()).select_from(_CHANGE)) or 0)

    def places(self, every: int) -> tuple[Place, ...]:
        """Return the place of each row whose position is a multiple of ``every``."""
        position = func.row_number().over(order_by=self._order()).label("position")
        number = search.KEY if self._way is _Way.HITS else _C.ordinal
        if self._way is _Way.HITS and not self._fits.others:
            counted = search.hits(self._fits.match).add_columns(
                number.label("at"), number.label("place"), position
            )
        else:
            columns = select(number.label("at"), self._key.label("place"), position)
            counted = self._fitting(columns, by_index=True)
        rows = counted.subquery()
        query = select(rows.c.place, rows.c["at"]).where(rows.c.position % every == 0)
        found = self._connection.execute(query.order_by(rows.c.position))
        return tuple(Place(row.place, row.at) for row in found)

    def _fitting(self, query: AnySelect, *, by_index: bool = False) -> AnySelect:
        """Return a query over changes that leaves out what does not fit.

        ``by_index`` asks the text index instead of the columns: for all rows, that is faster.
        """
        fits = self._fits
        match self._way:
            case _Way.HITS:
                query = search.joined(query, _C.ordinal, fits.match)
            case _Way.FEW if fits.match:
                query = query.where(_C.ordinal.in_(search.hits(fits.match)))
            case _Way.WALK:
                query = query.where(*(() if by_index else fits.columns))
                if match := fits.match if by_index else fits.rest:
                    query = query.where(search.unindexed(_C.ordinal).in_(search.hits(match)))
            case _:
                pass
        return query.where(*fits.others)

    def _order(self) -> tuple[ColumnElement[Any], ...]:
        key = search.unindexed(self._key) if self._way is _Way.FEW else self._key
        terms = (key,) if self._by_number else (key, _C.ordinal)
        return tuple(term.desc() if self._descending else term.asc() for term in terms)

    def _beyond(self, after: Place) -> ColumnElement[bool]:
        if self._by_number:
            return self._key < after.number if self._descending else self._key > after.number
        here, there = tuple_(self._key, _C.ordinal), tuple_(after.key, after.number)
        return here < there if self._descending else here > there


def _last(rows: Sequence[Row[Any]]) -> Place | None:
    return Place(rows[-1].place, rows[-1].at) if rows else None
