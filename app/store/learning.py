"""Reads over all changes for what came out of them: lessons and actions."""

from collections.abc import Iterator

from sqlalchemy import Connection, Engine, select

from app.domain.change import Change
from app.services.search.rows import ActionRow, Learned, LessonRow
from app.store.mapping import CHANGE
from app.store.search import AnySelect
from app.store.tables import IS_TAUGHT, TABLES

_CHANGE = TABLES["change"]


def learned(engine: Engine) -> Learned:
    """Return the lessons and the actions of all changes, the newest change first."""
    query = select(_CHANGE.c.body).where(IS_TAUGHT).order_by(_CHANGE.c.ordinal.desc())
    lessons: list[LessonRow] = []
    actions: list[ActionRow] = []
    with engine.connect() as connection:
        for change in _read(connection, query):
            about = (change.id, change.number, change.title, change.business_service)
            lessons += [LessonRow(*about, n, item) for n, item in enumerate(change.lessons)]
            actions += [ActionRow(*about, n, item) for n, item in enumerate(change.actions)]
    return Learned(tuple(lessons), tuple(actions))


def _read(connection: Connection, query: AnySelect) -> Iterator[Change]:
    for body in connection.scalars(query):
        yield CHANGE.read(body)
