"""Looks for earlier changes like one that is being written, in a time that typing can wait for.

Each property is a facet in the text index, whose hits come newest first, so that a few dozen of
each cost the same in a store of any size. Only these candidates are compared, and only the few
that are shown are read whole.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import combinations

from sqlalchemy import Connection, Engine, bindparam, func, select

from app.domain.change import Change, ChangeState
from app.domain.review import CloseCode
from app.services.search.precedents import (
    SHOWN,
    YEAR_DAYS,
    Likeness,
    Past,
    Precedent,
    Precedents,
    Shared,
)
from app.services.template.standing import TrackRecord
from app.store import search
from app.store.lesson_hints import lesson_hints
from app.store.likeness import alike, of_family, shares
from app.store.mapping import CHANGE
from app.store.tables import TABLES
from app.store.terms import phrase
from app.store.words import Facet, token

_C = TABLES["change"].c
_HOSTS = TABLES["host"].c
_TEMPLATES = TABLES["template"].c
_WEIGHTS = {
    Shared.TEMPLATE: 3.0,
    Shared.HOST: 3.0,
    Shared.SERVICE: 2.0,
    Shared.CATEGORY: 1.0,
    Shared.TITLE: 4.0,
    Shared.LESSON: 2.0,
}
"""What sharing something counts; a title counts by the share of its words."""
_FEW, _SOME = 24, 60
"""Candidates of one kind."""
_WORDS = 5
"""So many words of a title are looked for, the longest."""
_COUNTED = 300
"""So many closed changes, the newest, make a record."""
_MOST_REPEATS = 100
_LESSONS = 2
_LEAST_SCORE = 1.5


@dataclass(slots=True)
class _Candidates:
    """Numbers of changes and what is known that each shares."""

    shared: dict[int, set[Shared]] = field(default_factory=dict)

    def add(self, numbers: Iterable[int], *shared: Shared) -> None:
        for number in numbers:
            self.shared.setdefault(number, set()).update(shared)


class SqlPrecedents:
    """Reads earlier changes; safe from any thread, never waiting for a writer."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def precedents(self, like: Likeness, now: datetime) -> Precedents:
        """Return what is like this one, the likest first."""
        if like.is_empty:
            return Precedents()
        with self._engine.connect() as connection:
            found = _likest(connection, like)
            hints = lesson_hints(connection, like, [item.id for item in found])
            repeats, past = _repeats(connection, like, now), _past(connection, like)
            return Precedents(found, repeats, past, hints)


def _likest(connection: Connection, like: Likeness) -> tuple[Precedent, ...]:
    candidates = _candidates(connection, like)
    columns = (_C.id, _C.ordinal, _C.title, _C.category)
    numbers = list(candidates.shared)
    query = select(*columns).where(
        search.listed(_C.ordinal, search.as_list(numbers)), _C.id != like.but
    )
    ranked: list[tuple[float, int]] = []
    words = like.words
    for row in connection.execute(query).all():
        score = _score(row.category, candidates.shared[row.ordinal], like)
        score += _WEIGHTS[Shared.TITLE] * alike(row.title, words)
        if score >= _LEAST_SCORE:
            ranked.append((score, row.ordinal))
    best = [number for _points, number in sorted(ranked, reverse=True)[:SHOWN]]
    bodies = connection.execute(
        select(_C.ordinal, _C.body).where(search.listed(_C.ordinal, search.as_list(best)))
    )
    records = {row.ordinal: CHANGE.read(row.body) for row in bodies}
    return tuple(
        _precedent(records[number], like, candidates.shared[number])
        for number in best
        if number in records
    )


def _candidates(connection: Connection, like: Likeness) -> _Candidates:
    found = _Candidates()
    hosts = tuple(token(Facet.HOST, host) for host in like.hosts)
    services = tuple(token(Facet.SERVICE, service) for service in like.services)
    if like.category and (hosts or services):
        same = (token(Facet.CATEGORY, like.category.value),)
        wanted = search.expression("", (same, (*hosts, *services)))
        found.add(_newest(connection, wanted, _SOME), Shared.CATEGORY)
    if hosts:
        found.add(_newest(connection, search.expression("", (hosts,)), _SOME), Shared.HOST)
    if services:
        found.add(_newest(connection, search.expression("", (services,)), _SOME), Shared.SERVICE)
    if like.template:
        query = select(_C.ordinal).where(of_family(like.template))
        rows = connection.scalars(query.order_by(_C.row.desc()).limit(_SOME))
        found.add((int(number) for number in rows), Shared.TEMPLATE)
    for wanted, shared in _by_words(connection, like):
        found.add(_newest(connection, wanted, _FEW), *shared)
    return found


def _by_words(connection: Connection, like: Likeness) -> Iterable[tuple[str, tuple[Shared, ...]]]:
    """Yield what to look for in titles and lessons: all words, then each two of the longest."""
    longest = sorted(like.words, key=len, reverse=True)[:_WORDS]
    words = [begun for word in longest if (begun := _begun(connection, word))]
    if not words:
        return
    yield _all_of("title", words), ()
    if len(words) > 1:
        for pair in combinations(words, 2):
            yield _all_of("title", pair), ()
        yield _all_of("lessons", words[:2]), (Shared.LESSON,)


def _begun(connection: Connection, text: str) -> str:
    """Return what to look for to find words that begin like one of a title, "" if it has none."""

    def ask(statement: str, values: Sequence[object]) -> Sequence[tuple[object, ...]]:
        return connection.exec_driver_sql(statement, tuple(values)).all()

    return " AND ".join(phrase(word, ask) for word in search.typed_words(text))


def _all_of(column: str, parts: Sequence[str]) -> str:
    return f"{column} : ({' AND '.join(parts)})"


_NEWEST = search.hits().order_by(search.KEY.desc()).limit(bindparam(search.MOST))
"""Built once: a question asks it some twenty times, and building takes longer than finding."""


def _newest(connection: Connection, wanted: str, most: int) -> tuple[int, ...]:
    found = connection.scalars(_NEWEST, {search.MATCH: wanted, search.MOST: most})
    return tuple(found.all())  # at once: one by one, fetching takes longer than finding


def _score(category: str | None, shared: set[Shared], like: Likeness) -> float:
    score = sum(_WEIGHTS[item] for item in shared if item is not Shared.CATEGORY)
    if like.category and category == like.category.value:
        score += _WEIGHTS[Shared.CATEGORY]
    return score


def _precedent(change: Change, like: Likeness, hinted: set[Shared]) -> Precedent:
    lessons = [item.recommendation or item.event for item in change.lessons]
    return Precedent(
        str(change.id),
        change.number,
        change.title,
        change.state,
        change.close_code,
        change.backed_out,
        change.closed_at or change.opened_at,
        _all_shared(change, like, hinted),
        tuple(text for text in lessons if text)[:_LESSONS],
        tuple(item.reference for item in change.incidents if item.caused),
    )


def _all_shared(change: Change, like: Likeness, hinted: set[Shared]) -> tuple[Shared, ...]:
    """Return what a change shares, from the change itself, in the order it is told."""
    seen = {*shares(change, like), *(hinted & {Shared.TEMPLATE, Shared.LESSON})}
    return tuple(each for each in Shared if each in seen)


def _repeats(connection: Connection, like: Likeness, now: datetime) -> int:
    """Count the changes of a year with the same need on the same host or service."""
    places = (
        *(token(Facet.HOST, host) for host in like.hosts),
        *(token(Facet.SERVICE, service) for service in like.services),
    )
    if like.category is None or not places:
        return 0
    since = now - timedelta(days=YEAR_DAYS)
    first = connection.scalar(
        select(_C.ordinal).where(_C.opened_at >= since).order_by(_C.opened_at).limit(1)
    )
    if first is None:
        return 0
    wanted = search.expression("", ((token(Facet.CATEGORY, like.category.value),), places))
    query = search.hits(wanted).where(first <= search.KEY).limit(_MOST_REPEATS)
    numbers = [int(number) for number in connection.scalars(query)]
    others = select(func.count()).where(
        search.listed(_C.ordinal, search.as_list(numbers)),
        _C.id != like.but,
        _C.state != ChangeState.CANCELED.value,
    )
    return int(connection.scalar(others) or 0)


def _past(connection: Connection, like: Likeness) -> tuple[Past, ...]:
    """Count how the closed changes of the template, of each host and each service ended."""
    closed = (token(Facet.STATE, ChangeState.CLOSED.value),)
    found: list[Past] = []
    if like.template:
        name = connection.scalar(select(_TEMPLATES.name).where(_TEMPLATES.id == like.template))
        query = select(_C.ordinal).where(
            of_family(like.template), _C.state == ChangeState.CLOSED.value
        )
        rows = connection.scalars(query.order_by(_C.row.desc()).limit(_COUNTED))
        numbers = [int(number) for number in rows]
        found.append(Past(Shared.TEMPLATE, str(name or ""), _record(connection, numbers)))
    for host in like.hosts:
        name = connection.scalar(select(_HOSTS.name).where(_HOSTS.id == host))
        wanted = search.expression("", (closed, (token(Facet.HOST, host),)))
        record = _record(connection, _newest(connection, wanted, _COUNTED))
        found.append(Past(Shared.HOST, str(name or host), record))
    for service in like.services:
        wanted = search.expression("", (closed, (token(Facet.SERVICE, service),)))
        record = _record(connection, _newest(connection, wanted, _COUNTED))
        found.append(Past(Shared.SERVICE, service, record))
    return tuple(item for item in found if item.record.n)


_ENDED = (_C.close_code, _C.backed_out)
_ENDS = (
    select(*_ENDED, func.count().label("n"))
    .where(search.listed(_C.ordinal, bindparam("numbers")))
    .group_by(*_ENDED)
)


def _record(connection: Connection, numbers: Sequence[int]) -> TrackRecord:
    successful = issues = failed = 0
    for row in connection.execute(_ENDS, {"numbers": search.as_list(numbers)}):
        if row.backed_out or row.close_code in _FAILED:
            failed += row.n
        elif row.close_code == CloseCode.WITH_ISSUES.value:
            issues += row.n
        elif row.close_code != CloseCode.CANCELED.value:
            successful += row.n
    return TrackRecord(successful, issues, failed)


_FAILED = (CloseCode.UNSUCCESSFUL.value, CloseCode.BACKED_OUT.value, None)
