"""The part of the store that works through SQLAlchemy: units of work and the queries of screens."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from app.domain.event import NewEvent
from app.services.ports.world import Clock
from app.store.anchors import Anchors
from app.store.calendar_reads import SqlCalendar
from app.store.chain import Head
from app.store.engine import open_engine
from app.store.finder import SqlFinder
from app.store.kpi_reads import SqlKpiReads
from app.store.precedents import SqlPrecedents
from app.store.queries import SqlQueries
from app.store.unit_of_work import Ledger, OnCommit, WriterGate

_REPORTS = "report."


@dataclass(frozen=True)
class Sql:
    """What shares one engine."""

    ledger: Ledger
    queries: SqlQueries
    finder: SqlFinder
    calendar: SqlCalendar
    precedents: SqlPrecedents
    kpis: SqlKpiReads


def open_sql(
    database: Path,
    anchors: Anchors,
    clock: Clock,
    actor: str,
    *,
    read_only: bool,
    on_commit: OnCommit,
) -> Sql:
    """Open an engine over a file that is known to be whole and up to date."""
    engine = open_engine(database, read_only=read_only)
    ledger = Ledger(engine, clock, actor, WriterGate(), read_only, _anchoring(anchors), on_commit)
    return Sql(
        ledger,
        SqlQueries(engine),
        SqlFinder(engine),
        SqlCalendar(engine),
        SqlPrecedents(engine),
        SqlKpiReads(engine),
    )


def _anchoring(anchors: Anchors) -> Callable[[Head, tuple[NewEvent, ...]], None]:
    def on_head(head: Head, events: tuple[NewEvent, ...]) -> None:
        important = any(event.kind.startswith(_REPORTS) for event in events)
        anchors.committed(head, important=important)

    return on_head
