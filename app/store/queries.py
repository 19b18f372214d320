"""Reads for screens: one statement each, straight to frozen rows; nothing to change by accident."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Engine, Row, func, select

from app.domain.change import ChangeState
from app.domain.event import Event
from app.domain.run import Run, RunMode, RunState
from app.services.search.rows import Learned, RunRow
from app.store import learning
from app.store.change_rows import flat
from app.store.log import newest_first
from app.store.mapping import RUN
from app.store.search import AnySelect
from app.store.tables import TABLES

_CHANGE, _RUN = TABLES["change"], TABLES["run"]
_ENDED = (RunState.DONE.value, RunState.BACKED_OUT.value)


class SqlQueries:
    """Reads for screens; safe from any thread, never waiting for a writer."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def change_counts(self) -> dict[ChangeState, int]:
        """Return how many changes are in each state."""
        query = select(_CHANGE.c.state, func.count().label("n")).group_by(_CHANGE.c.state)
        found = {row.state: row.n for row in self._rows(query)}
        return {state: found.get(state.value, 0) for state in ChangeState}

    def runs(self, *, limit: int = 100) -> Sequence[RunRow]:
        """Return runs, newest first."""
        return tuple(map(_run_row, self._rows(_run_query().limit(limit))))

    def ended_live_runs(self, *, limit: int = 500) -> Sequence[Run]:
        """Return whole live runs that have ended, newest first; no rehearsal, no dry run."""
        query = (
            select(_RUN.c.body)
            .where(_RUN.c.mode == RunMode.LIVE.value, _RUN.c.state.in_(_ENDED))
            .order_by(_RUN.c.row.desc())
            .limit(limit)
        )
        return tuple(RUN.read(row.body) for row in self._rows(query))

    def events(
        self, *, change: str = "", limit: int = 200, before: int | None = None
    ) -> Sequence[Event]:
        """Return log entries, newest first; ``before`` is the sequence number to go on from."""
        with self._engine.connect() as connection:
            return tuple(newest_first(connection, change=change, limit=limit, before=before))

    def learned(self) -> Learned:
        """Return the lessons and actions of all changes, the newest change first."""
        return learning.learned(self._engine)

    def _rows(self, query: AnySelect) -> Sequence[Row[Any]]:
        with self._engine.connect() as connection:
            return connection.execute(query).all()


def _run_query() -> AnySelect:
    return (
        select(*flat(_RUN), _CHANGE.c.number, _CHANGE.c.title)
        .join(_CHANGE, _CHANGE.c.id == _RUN.c.change)
        .order_by(_RUN.c.row.desc())
    )


def _run_row(row: Row[Any]) -> RunRow:
    return RunRow(
        id=row.id,
        change=row.change,
        number=row.number,
        title=row.title,
        state=RunState(row.state),
        started_at=row.started_at,
        ended_at=row.ended_at,
        mode=RunMode(row.mode or RunMode.LIVE),
    )
