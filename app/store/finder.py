"""Lists of changes of any length, read page by page; their SQL is in `app.store.listing`."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from sqlalchemy import Engine

from app.domain.change import Change
from app.domain.filter import NEWEST_FIRST, Asker, ChangeFilter, SortBy
from app.services.safe_text import display
from app.services.search.finding import SORTED_HITS, FoundPage, Outline, Place, Query
from app.services.search.rows import ChangeRow
from app.store import listing, search
from app.store.change_rows import ORDINAL, StoredChangeRow
from app.store.conflicts import Conflicts
from app.store.listing import Way, What
from app.store.mapping import CHANGE
from app.store.narrowing import Narrowed, narrow
from app.store.prepared import Prepared, Rows, Snapshot, prepare, snapshot

_KEPT = 512
"""So many statements are kept as text: screens ask some dozen, filters may make any number."""
_Write = Callable[..., Prepared]


class SqlFinder:
    """Reads lists of changes; safe from any thread, never waiting for a writer."""

    def __init__(self, engine: Engine) -> None:
        self._engine, self._conflicts = engine, Conflicts()

        def written(statement: Callable[..., search.AnySelect], *how: Any) -> Prepared:
            return prepare(statement(*how), engine)

        self._written: _Write = lru_cache(_KEPT)(written)

    def page(self, query: Query, *, after: Place | None = None, limit: int = 100) -> FoundPage:
        """Return the rows after a place."""
        with self._listing(query) as found:
            rows = found.rows(What.ROW, after, limit)
            told = found.told(query.wanted.text, [row[ORDINAL] for row in rows])
        return FoundPage(_shown(rows, told), _last(rows), found.sorted)

    def outline(self, query: Query, *, every: int = 100) -> Outline:
        """Return the length of a list and where its pages begin."""
        with self._listing(query) as found:
            return Outline(found.count(), every, found.places(every))

    def count(self, wanted: ChangeFilter, asker: Asker) -> int:
        """Return how many changes fit."""
        with self._listing(Query(wanted, asker)) as found:
            return found.count()

    def records(
        self, query: Query, *, after: Place | None = None, limit: int = 100
    ) -> tuple[Sequence[Change], Place | None]:
        """Return whole changes after a place, and the place of the last one."""
        with self._listing(query) as found:
            rows = found.rows(What.RECORD, after, limit)
        return tuple(CHANGE.read(row[0]) for row in rows), _last(rows)

    def ids(self, query: Query, *, limit: int) -> tuple[str, ...]:
        """Return the ids of the changes that fit, in order, at most ``limit``."""
        with self._listing(query) as found:
            return tuple(row[0] for row in found.rows(What.ID, None, limit))

    @contextmanager
    def _listing(self, query: Query) -> Iterator["_Listing"]:
        """Read one list as it stands at one moment."""
        wanted, asker = query.wanted, query.asker
        colliding: Sequence[int] = ()
        if wanted.conflicting:
            with self._engine.connect() as connection:
                colliding = self._conflicts.numbers(connection, asker.now)
        with snapshot(self._engine) as held:
            fits = narrow(wanted, asker, colliding, held.sql)
            yield _Listing(held, self._written, query, fits)


class _Listing:
    """One list, being read; ``sorted`` says whether the order asked for is followed."""

    def __init__(self, held: Snapshot, written: _Write, query: Query, fits: Narrowed) -> None:
        self._held, self._written = held, written
        wanted, sort = query.wanted, query.sort
        listed = wanted.numbers is not None or wanted.conflicting
        few = listed or (sort.by is not SortBy.NUMBER and self._few_hits(fits))
        self.sorted = few or not wanted.text or sort.by is SortBy.NUMBER
        if not self.sorted:
            sort = NEWEST_FIRST
        way = Way.FEW if few else Way.WALK
        if not few and sort.by is SortBy.NUMBER and fits.match:
            way = Way.HITS
        self._asked = listing.asked(fits, way, sort)

    def _few_hits(self, fits: Narrowed) -> bool:
        """Whether the text index leaves few enough to sort them."""
        if not fits.match:
            return False
        values = {search.MATCH: fits.match, search.MOST: SORTED_HITS + 1}
        return self._one(search.hit_count, True, values) <= SORTED_HITS

    def rows(self, what: What, after: Place | None, limit: int) -> Rows:
        """Return rows after a place; each ends with its number and its key."""
        statement = self._written(listing.page, self._asked.shape, what, after is not None)
        values = listing.page_values(self._asked.values(walking=True), after, limit)
        return self._held.rows(statement, values)

    def told(self, typed: str, numbers: Sequence[int]) -> dict[int, tuple[str, str]]:
        """Return where the words of a search were found, as far as it is not in titles."""
        if not typed.strip() or not numbers:
            return {}
        fits = self._asked.fits
        match = search.Match(fits.match, fits.titled, search.typed_words(typed))
        return search.where_found(self._held, match, numbers)

    def count(self) -> int:
        """Return how many rows there are."""
        return self._one(listing.length, self._asked.shape, self._asked.values())

    def places(self, every: int) -> tuple[Place, ...]:
        """Return the place of each row whose position is a multiple of ``every``."""
        values = self._asked.values() | {listing.EVERY: every}
        rows = self._held.rows(self._written(listing.places, self._asked.shape), values)
        return tuple(Place(key, number) for key, number in rows)

    def _one(self, statement: Callable[..., Any], how: object, values: dict[str, Any]) -> int:
        ((found,),) = self._held.rows(self._written(statement, how), values)
        return int(found)


def _shown(rows: Rows, told: dict[int, tuple[str, str]]) -> tuple[ChangeRow, ...]:
    if not told:
        return tuple(map(StoredChangeRow, rows))
    places = {number: (place, display(text)) for number, (place, text) in told.items()}
    return tuple(StoredChangeRow(row, places.get(row[ORDINAL], ("", ""))) for row in rows)


def _last(rows: Rows) -> Place | None:
    """Return the place of the last row, from how every row ends."""
    return Place(rows[-1][-1], rows[-1][-2]) if rows else None
