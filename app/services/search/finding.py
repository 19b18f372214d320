"""Finding changes: pages of a list of any length, in any order, and how long it is.

A list is read by *places*: the sort key and the number of a row. A page begins after a place, so it
costs the same wherever it lies, and rows added meanwhile move nothing. An outline says where every
page begins, so that a scroll bar can jump anywhere.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from app.domain.filter import NEWEST_FIRST, Asker, ChangeFilter, ChangeSort
from app.services.search.rows import ChangeRow

if TYPE_CHECKING:
    from app.domain.change import Change

SORTED_HITS = 10_000
"""Hits of a search are sorted up to this many; of more, the newest come first.

Measured among a million changes: ten thousand take 25 ms to find, count and sort. Half of them take
nearly as long, because they are counted all the same; twice as many take 42 ms.
"""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row stands in an order."""

    key: str | int
    number: int


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked for, in which order, by whom."""

    wanted: ChangeFilter
    asker: Asker
    sort: ChangeSort = NEWEST_FIRST


@dataclass(frozen=True, slots=True)
class FoundPage:
    """Rows that follow each other; ``last`` is the place of the last one, None when there is none.

    ``sorted`` is False when the order asked for was not followed, because there are too many hits.
    """

    rows: tuple[ChangeRow, ...]
    last: Place | None
    sorted: bool = True


@dataclass(frozen=True, slots=True)
class Outline:
    """How many rows a list has, and the place before each page after the first."""

    total: int
    every: int
    places: tuple[Place, ...]

    def before(self, page: int) -> Place | None:
        """Return the place after which a page begins; None for the first."""
        return self.places[page - 1] if page else None


_NUMBER = re.compile(r"(?:(?:chg|exa)-?)?0*(\d{1,9})", re.IGNORECASE | re.ASCII)


def number_in(typed: str) -> int | None:
    """Return the number of a change when nothing else was typed: 142 for ``chg-000142``."""
    found = _NUMBER.fullmatch(typed.strip())
    return int(found[1]) if found else None


def look_up(typed: str, *, finder: "Finder", asker: Asker, limit: int) -> tuple[ChangeRow, ...]:
    """Return what fits words best at a glance: the change of that number, then the newest hits."""
    number = number_in(typed)
    exact: tuple[ChangeRow, ...] = ()
    if number is not None:
        exact = finder.page(Query(ChangeFilter(numbers=(number,)), asker), limit=1).rows
    hits = finder.page(Query(ChangeFilter(typed), asker), limit=limit).rows
    named = {row.id for row in exact}
    return (*exact, *(row for row in hits if row.id not in named))[:limit]


class Finder(Protocol):
    """Reads lists of changes; safe from any thread."""

    def page(self, query: Query, *, after: Place | None = None, limit: int = 100) -> FoundPage:
        """Return the rows after a place."""
        ...

    def outline(self, query: Query, *, every: int = 100) -> Outline:
        """Return the length of a list and where its pages begin."""
        ...

    def count(self, wanted: ChangeFilter, asker: Asker) -> int:
        """Return how many changes fit."""
        ...

    def records(
        self, query: Query, *, after: Place | None = None, limit: int = 100
    ) -> "tuple[Sequence[Change], Place | None]":
        """Return whole changes after a place, and the place of the last one."""
        ...

    def ids(self, query: Query, *, limit: int) -> tuple[str, ...]:
        """Return the ids of the changes that fit, in order, at most ``limit``."""
        ...
