"""Looks for lessons that were learned on the same host, service, need or template.

An index holds the numbers of all changes that taught something. They are met with the newest hits
of each property in the text index, and only the few that are shown are read whole.
"""

from collections.abc import Iterable, Iterator
from itertools import islice

from sqlalchemy import Connection, select

from app.domain.change import Change
from app.services.search.precedents import LessonHint, Likeness, Shared
from app.store import search
from app.store.likeness import of_family, shares
from app.store.mapping import CHANGE
from app.store.tables import IS_TAUGHT, TABLES
from app.store.words import Facet, token

SHOWN = 4
_FEW, _MANY = 12, 2000
"""So many taught changes of one property are compared; so many of its newest changes are met."""
_WEIGHTS = {
    Shared.TEMPLATE: 4.0,
    Shared.HOST: 3.0,
    Shared.SERVICE: 2.0,
    Shared.CATEGORY: 1.0,
    Shared.TITLE: 2.0,
}
_C, _TEMPLATES = TABLES["change"].c, TABLES["template"].c


def lesson_hints(
    connection: Connection, like: Likeness, known: Iterable[str]
) -> tuple[LessonHint, ...]:
    """Return lessons that fit, the best first; those of the changes in ``known`` are left out."""
    candidates = _candidates(connection, like)
    met = search.as_list(sorted(set(candidates)))
    rows = connection.execute(select(_C.ordinal, _C.body).where(search.listed(_C.ordinal, met)))
    family = _family(connection, like)
    left_out = {like.but, *known}
    ranked: list[tuple[float, int, Change, tuple[Shared, ...]]] = []
    for row in rows:
        change = CHANGE.read(row.body)
        shared = _shared(change, like, family)
        if shared and change.lessons and str(change.id) not in left_out:
            ranked.append((sum(_WEIGHTS[each] for each in shared), row.ordinal, change, shared))
    ranked.sort(key=lambda item: item[:2], reverse=True)
    found = (hint for *_order, change, shared in ranked for hint in _hints(change, shared))
    return tuple(islice(found, SHOWN))


def _family(connection: Connection, like: Likeness) -> frozenset[str]:
    """Return the ids of all editions of its template."""
    if not like.template:
        return frozenset()
    family = select(_TEMPLATES.family).where(_TEMPLATES.id == like.template).scalar_subquery()
    return frozenset(connection.scalars(select(_TEMPLATES.id).where(_TEMPLATES.family == family)))


def _shared(change: Change, like: Likeness, family: frozenset[str]) -> tuple[Shared, ...]:
    from_template = (Shared.TEMPLATE,) if change.template and change.template in family else ()
    return (*from_template, *shares(change, like))


def _hints(change: Change, shared: tuple[Shared, ...]) -> Iterator[LessonHint]:
    for lesson in change.lessons:
        if text := lesson.recommendation or lesson.event:
            yield LessonHint(str(change.id), change.number, text, lesson.cause, shared)


def _candidates(connection: Connection, like: Likeness) -> Iterator[int]:
    """Yield the newest taught changes of each property."""
    taught = select(_C.ordinal).where(IS_TAUGHT)
    for facet, values in ((Facet.HOST, like.hosts), (Facet.SERVICE, like.services)):
        if values:
            wanted = search.expression("", (tuple(token(facet, value) for value in values),))
            hits = search.hits(wanted).order_by(search.KEY.desc()).limit(_MANY)
            met = connection.scalars(taught.where(search.unindexed(_C.ordinal).in_(hits)))
            yield from sorted(met.all(), reverse=True)[:_FEW]
    newest = taught.order_by(_C.ordinal.desc()).limit(_FEW)
    if like.category:
        yield from connection.scalars(newest.where(_C.category == like.category.value))
    if like.template:
        yield from connection.scalars(newest.where(of_family(like.template)))
