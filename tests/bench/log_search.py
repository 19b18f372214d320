"""Searches and pages among very many changes, each beside the same SQL by the driver alone.

The driver gives a hundred rows as tuples, the finder as row objects. Those read their values when
they are looked at, so a page is also measured with every value of the rows that a screen shows.
"""

import random
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, fields
from functools import partial
from itertools import combinations
from operator import attrgetter
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter, thread_time
from unittest import mock

from app.domain.filter import Asker, ChangeFilter, ChangeSort, SortBy, Span, built_in
from app.domain.vocabulary import ChangeState, ChangeType, Grade, NeedCategory
from app.services.search.finding import FoundPage, Place, Query
from app.services.search.rows import ChangeRow
from app.store.engine import open_engine
from app.store.finder import SqlFinder
from app.store.prepared import Snapshot
from tests.bench.filling import NOW, PEOPLE, REASONS, THINGS, VERBS, typed

WORDS = 24
EVERY = 100
SEEN = 30
"""So many rows a large window shows at once."""
DEEP = 40
ASKER = Asker(NOW, "Person 1")
_Statement = tuple[str, Sequence[object]]


@dataclass
class Kind:
    """What was measured of one kind of question, in milliseconds."""

    name: str
    first: list[float] = field(default_factory=list)
    """How long each took when it was asked for the first time."""
    first_cpu: list[float] = field(default_factory=list)
    """The part of it in which the processor was at work for it, and not for others."""
    ours: list[float] = field(default_factory=list)
    raw: list[float] = field(default_factory=list)
    read: list[float] = field(default_factory=list)
    """Ours with the values of the rows that are seen."""
    ours_cpu: list[float] = field(default_factory=list)
    raw_cpu: list[float] = field(default_factory=list)
    read_cpu: list[float] = field(default_factory=list)

    @property
    def n(self) -> int:
        """How many questions."""
        return len(self.first)

    @property
    def p95_ms(self) -> float:
        """The time that one of twenty takes longer than."""
        return quantiles(self.first, n=20, method="inclusive")[-1]

    @property
    def ours_ms(self) -> float:
        """Median of ours, asked again."""
        return median(self.ours)

    @property
    def raw_ms(self) -> float:
        """Median of the driver's, in turns with ours."""
        return median(self.raw)

    def ratios(self) -> str:
        """Return ours by the driver's; in processor time too, which no other program lengthens."""
        raw, raw_cpu = median(self.raw), median(self.raw_cpu)
        return (
            f"{median(self.ours) / raw:.2f} × raw (CPU {median(self.ours_cpu) / raw_cpu:.2f}),"
            f" with {SEEN} rows read {median(self.read) / raw:.2f} ×"
            f" (CPU {median(self.read_cpu) / raw_cpu:.2f})"
        )

    def told(self) -> str:
        """Return it in words."""
        cpu = quantiles(self.first_cpu, n=20, method="inclusive")[-1]
        return f"{self.name} {self.p95_ms:.1f} ms (CPU {cpu:.1f}), {self.ratios()}, n = {self.n}"


@dataclass(frozen=True)
class Found:
    """Everything that was measured."""

    typing: tuple[Kind, ...]
    hard: tuple[Kind, ...]
    pages: tuple[Kind, ...]


def searched(database: Path) -> Found:
    """Ask every kind of question, each once as a person would, then in turns with the driver."""
    engine = open_engine(database, read_only=True)
    finder = SqlFinder(engine)
    finder.page(Query(ChangeFilter("warm"), ASKER))
    try:
        with closing(sqlite3.connect(database)) as driver:
            ask = partial(_asked, finder, driver)
            keys = [ChangeFilter(text) for text in typed(random.Random(7), WORDS)]
            typing = (ask("typing", [Query(wanted, ASKER) for wanted in keys]),)
            hard = tuple(ask(name, queries) for name, queries in _hard())
            pages = (
                ask("first pages", [Query(ChangeFilter(), ASKER, sort) for sort in _sorts()] * 4),
                ask("deep pages", *_deep(finder, random.Random(3))),
            )
    finally:
        engine.dispose()
    return Found(typing, hard, pages)


def _hard() -> Iterator[tuple[str, list[Query]]]:
    """Yield what is slowest to answer: very many hits, very few of very many, other orders."""
    chance = random.Random(5)

    def of(texts: Sequence[str], sort: ChangeSort = ChangeSort()) -> list[Query]:
        return [Query(ChangeFilter(text), ASKER, sort) for text in texts]

    letters = "abcdefghijklmnoprstuvwxyz"
    words = [word.casefold() for word in (*VERBS, *THINGS)]
    yield "one letter", of([*letters, *letters.upper()])
    yield "two letters", of([word[:2] for word in words] * 2)
    yield "three letters", of([f"{a} {b} {chance.choice(letters)}" for a in letters for b in "qxz"])
    yield "two verbs, which no title has", of([f"{a} {b}" for a, b in combinations(VERBS, 2)])
    yield "two words", of([f"{chance.choice(VERBS)} {chance.choice(THINGS)}" for _ in range(45)])
    yield "a word beside a letter", of([f"{chance.choice(THINGS)} {a}" for a in letters * 2])
    yield "no hit", of([f"{word} qqq{at}" for at, word in enumerate(words)])
    yield "a whole sentence", of([*REASONS] * 10)
    numbers = [f"CHG-{chance.randrange(900_000):06d}" for _each in range(5)]
    yield "a number", of([number[:length] for number in numbers for length in range(1, 11)])
    for sort in _sorts():
        if sort.by is not SortBy.NUMBER:
            some = [f"{chance.choice(VERBS)} {chance.choice(THINGS)[:3]}" for _ in range(40)]
            way = "down" if sort.descending else "up"
            yield f"by {sort.by.value} {way}", of([*some, "u", "upgrade", "zzz"], sort)
    yield "in filters", _filtered()
    yield "large filters in every order", _large()


def _filtered() -> list[Query]:
    """Return searches and none in every filter that is offered, and in some that are built."""
    states = ChangeFilter(states=(ChangeState.CLOSED, ChangeState.CANCELED))
    named = [ChangeFilter(person=PEOPLE[3]), ChangeFilter(host="host-7"), states]
    offered = [wanted for name, wanted in built_in().items() if name != "conflicting"]
    return [
        Query(wanted.with_text(text), ASKER, sort)
        for wanted in (*offered, *named)
        for text in ("", "u", "upgrade", "upgrade ind", "night")
        for sort in (ChangeSort(), ChangeSort(SortBy.WINDOW))
    ]


def _large() -> list[Query]:
    """Return filters that leave much, in every order: also those in which it all comes last."""
    wanted = (
        ChangeFilter(states=(ChangeState.CANCELED,)), ChangeFilter(states=(ChangeState.CLOSED,)),
        ChangeFilter(coordinator=PEOPLE[8]), ChangeFilter(person=PEOPLE[5]),
        ChangeFilter(risks=(Grade.LOW, Grade.VERY_HIGH)),
        ChangeFilter(types=(ChangeType.STANDARD,)),
        ChangeFilter(categories=(NeedCategory.OUTDATED,)), ChangeFilter(on_hold=False),
        ChangeFilter(service="Service 7"), ChangeFilter(span=Span.PAST),
        ChangeFilter(unassigned=True),
    )  # fmt: skip
    return [Query(each, ASKER, sort) for each in wanted for sort in _sorts()]


def _sorts() -> list[ChangeSort]:
    return [ChangeSort(by, descending) for by in SortBy for descending in (False, True)]


def _deep(finder: SqlFinder, chance: random.Random) -> tuple[list[Query], list[Place]]:
    """Return pages anywhere in lists of every order, and where each begins."""
    queries, places = [], []
    for sort in _sorts():
        query = Query(ChangeFilter(), ASKER, sort)
        outline = finder.outline(query, every=EVERY)
        for _each in range(DEEP // 4):
            queries.append(query)
            places.append(chance.choice(outline.places))
    return queries, places


def _asked(
    finder: SqlFinder, driver: sqlite3.Connection, name: str, queries: Sequence[Query],
    after: Sequence[Place | None] = (),
) -> Kind:  # fmt: skip
    """Ask each question once, then again in turns with the driver; both are warm by then."""
    kind = Kind(name)
    for turn, query in enumerate(queries):
        page = partial(finder.page, query, after=after[turn] if after else None, limit=EVERY)
        seen = partial(_seen, page)
        with _noted() as statements:
            _time(seen, kind.first, kind.first_cpu)
        turns = [
            (page, kind.ours, kind.ours_cpu),
            (_again(driver, statements), kind.raw, kind.raw_cpu),
            (seen, kind.read, kind.read_cpu),
        ]
        for work, times, cpu in turns[:: -1 if turn % 2 else 1]:
            _time(work, times, cpu)
    return kind


def _time(work: Callable[[], object], times: list[float], cpu: list[float]) -> None:
    began, began_cpu = perf_counter(), thread_time()
    work()
    times.append(1000 * (perf_counter() - began))
    cpu.append(1000 * (thread_time() - began_cpu))


_VALUES = attrgetter(*(field.name for field in fields(ChangeRow)))


def _seen(page: Callable[[], FoundPage]) -> None:
    """Read a page, and every value of the rows that are seen at once."""
    for row in page().rows[:SEEN]:
        _VALUES(row)


@contextmanager
def _noted() -> Iterator[list[_Statement]]:
    """Note the statements that are run."""
    noted: list[_Statement] = []
    run = Snapshot.sql

    def note(held: Snapshot, statement: str, values: Sequence[object]) -> object:
        noted.append((statement, values))
        return run(held, statement, values)

    with mock.patch.object(Snapshot, "sql", note):
        yield noted


def _again(driver: sqlite3.Connection, statements: Sequence[_Statement]) -> Callable[[], object]:
    return lambda: [driver.execute(sql, values).fetchall() for sql, values in statements]
