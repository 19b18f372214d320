"""Reads for screens: one statement each, straight to frozen rows; nothing to change by accident."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, Row, and_, exists, func, or_, select

from app.domain.backup import Level
from app.domain.change import ChangeState
from app.domain.event import Event
from app.domain.review import CloseCode
from app.domain.run import Run, RunMode, RunState
from app.domain.verdict import Verdict
from app.services.rows import HomeSummary, RunRow, VerdictRow
from app.store.change_rows import FLAT, change_row, flat
from app.store.log import newest_first, read_head
from app.store.mapping import RUN
from app.store.search import AnySelect
from app.store.tables import TABLES

HOME_ROWS = 20
_CHANGE, _RUN = TABLES["change"], TABLES["run"]
_BACKUP, _COMPARISON = TABLES["backup_set"], TABLES["comparison"]
_OPEN = tuple(state.value for state in ChangeState if state.is_open)
_MOVING = (RunState.RUNNING.value, RunState.BACKING_OUT.value)
_ENDED = (RunState.DONE.value, RunState.BACKED_OUT.value)
_UNDER_WAY = tuple(s.value for s in RunState if s.value not in _ENDED and s is not RunState.MISSED)


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

    def verdicts(self, *, limit: int = 20) -> Sequence[VerdictRow]:
        """Return judged metrics, newest first."""
        query = (
            select(*flat(_COMPARISON), _CHANGE.c.number)
            .join(_CHANGE, _CHANGE.c.id == _COMPARISON.c.change)
            .order_by(_COMPARISON.c.row.desc())
            .limit(limit)
        )
        return tuple(map(_verdict_row, self._rows(query)))

    def events(
        self, *, change: str = "", limit: int = 200, before: int | None = None
    ) -> Sequence[Event]:
        """Return log entries, newest first; ``before`` is the sequence number to go on from."""
        with self._engine.connect() as connection:
            return tuple(newest_first(connection, change=change, limit=limit, before=before))

    def home(self, now: datetime) -> HomeSummary:
        """Return what the first page shows."""
        live = _run_query().where(_RUN.c.state.in_(_UNDER_WAY)).limit(HOME_ROWS)
        counts = self._rows(_counts())[0]
        return HomeSummary(
            running=tuple(map(_run_row, self._rows(live))),
            waiting=tuple(map(change_row, self._rows(_waiting(now)))),
            upcoming=tuple(map(change_row, self._rows(_upcoming(now)))),
            verdicts=tuple(self.verdicts(limit=HOME_ROWS)),
            open_count=counts.open,
            closed_count=counts.closed,
            clean_count=counts.clean,
            backed_out_count=counts.backed_out,
            restored_count=counts.restored,
        )

    def log_head(self) -> str:
        """Return the hash of the last entry, "" for an empty log."""
        with self._engine.connect() as connection:
            return read_head(connection).hash

    def _rows(self, query: AnySelect) -> Sequence[Row[Any]]:
        with self._engine.connect() as connection:
            return connection.execute(query).all()


def _run_query() -> AnySelect:
    return (
        select(*flat(_RUN), _CHANGE.c.number, _CHANGE.c.title)
        .join(_CHANGE, _CHANGE.c.id == _RUN.c.change)
        .order_by(_RUN.c.row.desc())
    )


def _waiting(now: datetime) -> AnySelect:
    """Open changes that are due and that no run is moving at this moment."""
    moving = exists().where(_RUN.c.change == _CHANGE.c.id, _RUN.c.state.in_(_MOVING))
    return (
        select(*FLAT)
        .where(
            _CHANGE.c.state.in_(_OPEN),
            _CHANGE.c.on_hold.is_(False),
            or_(_CHANGE.c.due_at.is_(None), _CHANGE.c.due_at <= now),
            ~moving,
        )
        .order_by(_CHANGE.c.ordinal)
        .limit(HOME_ROWS)
    )


def _upcoming(now: datetime) -> AnySelect:
    return (
        select(*FLAT)
        .where(_CHANGE.c.state.in_(_OPEN), _CHANGE.c.ends_at > now)
        .order_by(_CHANGE.c.starts_at, _CHANGE.c.ordinal)
        .limit(HOME_ROWS)
    )


def _counts() -> AnySelect:
    closed = _CHANGE.c.state == ChangeState.CLOSED.value
    clean = and_(
        closed, _CHANGE.c.close_code == CloseCode.SUCCESSFUL.value, _CHANGE.c.overrides == 0
    )
    restored = exists().where(
        _BACKUP.c.change == _CHANGE.c.id, _BACKUP.c.level >= int(Level.RESTORED)
    )
    return select(
        func.count().filter(_CHANGE.c.state.in_(_OPEN)).label("open"),
        func.count().filter(closed).label("closed"),
        func.count().filter(clean).label("clean"),
        func.count().filter(and_(closed, _CHANGE.c.backed_out)).label("backed_out"),
        func.count().filter(and_(closed, restored)).label("restored"),
    ).select_from(_CHANGE)


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


def _verdict_row(row: Row[Any]) -> VerdictRow:
    return VerdictRow(
        change=row.change,
        number=row.number,
        metric=row.metric,
        verdict=Verdict(row.verdict),
        sentence=row.sentence,
        judged_at=row.judged_at,
    )
