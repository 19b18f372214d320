"""Reads of the calendar, each for a visible span and not for the whole store."""

from collections.abc import Iterator, Sequence

from sqlalchemy import Engine, func, or_, select

from app.domain.calendar import ScheduleWindow
from app.domain.change import Change, ChangeState
from app.domain.window import TimeRange
from app.services.schedule.calendar_rows import MOST
from app.services.search.rows import ChangeRow
from app.store.change_rows import FLAT, StoredChangeRow
from app.store.mapping import CHANGE, SCHEDULE_WINDOW
from app.store.tables import EVENT, TABLES

_CHANGE, _WINDOW = TABLES["change"].c, TABLES["schedule_window"].c
_SEEN = ("change.window", "change.title", "change.state")
"""The fields whose alteration makes a calendar entry another one; the log names them."""
_GONE = (ChangeState.CANCELED.value, ChangeState.REJECTED.value)
_AT_ONCE = 400


class SqlCalendar:
    """Reads for the calendar; safe from any thread, never waiting for a writer."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def changes_in(self, span: TimeRange, *, limit: int = MOST) -> Sequence[ChangeRow]:
        """Return every change that has, or had, its window in a span, soonest first."""
        query = (
            select(*FLAT)
            .where(
                _CHANGE.ends_at > span.start,
                _CHANGE.starts_at < span.end,
                _CHANGE.state.not_in(_GONE),
            )
            .order_by(_CHANGE.starts_at, _CHANGE.ordinal)
            .limit(limit)
        )
        with self._engine.connect() as connection:
            return tuple(StoredChangeRow(tuple(row)) for row in connection.execute(query))

    def windows(self, *, retired: bool = False) -> Sequence[ScheduleWindow]:
        """Return maintenance windows and freezes by name, on request retired ones too."""
        query = select(_WINDOW.body).order_by(func.lower(_WINDOW.name), _WINDOW.row)
        if not retired:
            query = query.where(_WINDOW.retired.is_(False))
        with self._engine.connect() as connection:
            return tuple(SCHEDULE_WINDOW.read(body) for body in connection.scalars(query))

    def records(self, ids: Sequence[str]) -> Sequence[Change]:
        """Return whole changes that have a window, soonest first; unknown ids are left out."""
        found = [change for change in self._records(ids) if change.window is not None]
        return tuple(sorted(found, key=lambda c: (c.window and c.window.span.start, c.number)))

    def revisions(self, ids: Sequence[str]) -> dict[str, int]:
        """Return how often time, title or state of changes were altered, by id, from the log."""
        named = or_(*(EVENT.c.data.contains(f'["{name}",', autoescape=True) for name in _SEEN))
        found: dict[str, int] = {}
        with self._engine.connect() as connection:
            for some in _some(ids):
                query = (
                    select(EVENT.c.change, func.count())
                    .where(EVENT.c.change.in_(some), named)
                    .group_by(EVENT.c.change)
                )
                found |= {row[0]: row[1] for row in connection.execute(query)}
        return {change: found.get(change, 0) for change in ids}

    def _records(self, ids: Sequence[str]) -> Iterator[Change]:
        with self._engine.connect() as connection:
            for some in _some(ids):
                query = select(_CHANGE.body).where(_CHANGE.id.in_(some))
                yield from (CHANGE.read(body) for body in connection.scalars(query))


def _some(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    """Cut a long list into parts that one statement can hold."""
    return (ids[at : at + _AT_ONCE] for at in range(0, len(ids), _AT_ONCE))
