"""One transaction: records and log entries become durable together, or not at all."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from threading import Lock
from types import TracebackType
from typing import Self

from sqlalchemy import Connection, Engine

from app.domain import connection as outside
from app.domain.approval import PlanCopy
from app.domain.backup import BackupSet
from app.domain.calendar import ScheduleWindow
from app.domain.event import NewEvent
from app.domain.feedback import Survey
from app.domain.filter import SavedFilter
from app.domain.health import HealthReport
from app.domain.host import Host
from app.domain.loadtest import LoadRun, LoadVerdict
from app.domain.metric import SampleSet
from app.domain.people import Person
from app.domain.report import Report
from app.domain.restore import Restore
from app.domain.template import Template
from app.domain.verdict import Comparison
from app.errors import Busy, StoreError
from app.i18n import _
from app.services.ports.world import Clock
from app.store import mapping
from app.store.chain import Head
from app.store.engine import WRITES
from app.store.log import ChangeLog, write_events
from app.store.repositories import StoredChanges, StoredRecords, StoredRuns, Writes
from app.store.setting_rows import SettingRows
from app.store.sqlite import BUSY_TIMEOUT_MS, WriteFailed

OnCommit = Callable[[frozenset[str], str], object]
"""Called after each commit, on the committing thread, with the written tables and the actor."""


class UnloggedWrite(RuntimeError):
    """Our own bug: something was saved and nothing was written into the log."""


class WriterGate:
    """Lets one writer of this program in at a time, and nobody once the disk has failed."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._failure: StoreError | None = None

    @property
    def stopped(self) -> bool:
        """Whether nobody may write any more."""
        return self._failure is not None

    def enter(self) -> None:
        """Wait for the turn; raises Busy, or the failure that stopped all writing."""
        if self._failure is not None:
            raise StoreError(self._failure.text, hint=self._failure.hint)
        if not self._lock.acquire(timeout=BUSY_TIMEOUT_MS / 1000):
            raise Busy(
                _("Another task is writing to the database and does not end."),
                hint=_("Wait for the running work, then try again."),
            )

    def leave(self) -> None:
        """Let the next one in."""
        self._lock.release()

    def stop(self, failure: StoreError) -> None:
        """Refuse every later writer: what a failed disk says afterwards is not believed."""
        self._failure = failure


@dataclass(frozen=True)
class Ledger:
    """What all units of work of a store share."""

    engine: Engine
    clock: Clock
    actor: str
    gate: WriterGate
    read_only: bool
    on_head: Callable[[Head, tuple[NewEvent, ...]], object]
    """Called after each commit with the new end of the log, to anchor it."""
    on_commit: OnCommit


class SqlUnitOfWork:
    """One transaction: commit is explicit, leaving the block rolls back.

    Keep the block short and do nothing slow inside: every other writer waits for its end.
    """

    changes: StoredChanges
    hosts: StoredRecords[Host]
    runs: StoredRuns
    backups: StoredRecords[BackupSet]
    health: StoredRecords[HealthReport]
    samples: StoredRecords[SampleSet]
    comparisons: StoredRecords[Comparison]
    reports: StoredRecords[Report]
    templates: StoredRecords[Template]
    filters: StoredRecords[SavedFilter]
    windows: StoredRecords[ScheduleWindow]
    plans: StoredRecords[PlanCopy]
    people: StoredRecords[Person]
    surveys: StoredRecords[Survey]
    restores: StoredRecords[Restore]
    load_runs: StoredRecords[LoadRun]
    load_verdicts: StoredRecords[LoadVerdict]
    connections: StoredRecords[outside.Connection]
    settings: SettingRows
    log: ChangeLog

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._connection: Connection | None = None
        self._inside = False

    def __enter__(self) -> Self:
        """Begin: wait for other writers, then hold the only right to write.

        Raises:
            Busy: Another writer does not end within ten seconds.
            StoreError: The database cannot be used.
        """
        if not self._ledger.read_only:
            self._ledger.gate.enter()
            self._inside = True
        try:
            connection = self._ledger.engine.connect()
            self._connection = connection.execution_options(**{WRITES: not self._ledger.read_only})
            self._connection.begin()
        except BaseException as error:
            self.__exit__(type(error), error, None)
            raise
        self._start(self._connection)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Roll back what was not committed."""
        if isinstance(error, WriteFailed):
            self._ledger.gate.stop(error)
        self._close()

    def commit(self) -> None:
        """Make everything since the beginning durable, records and log together.

        Raises:
            UnloggedWrite: Something was saved, and no log entry says so.
            DiskFull: There is no room; nothing was committed.
            StoreError: The disk failed, or the store was opened for reading only.
        """
        connection, events = self._open(), self._events()
        if self._writes.tables and not events:
            raise UnloggedWrite(", ".join(sorted(self._writes.tables)))
        if not events:
            return
        if self._ledger.read_only:
            raise StoreError(
                _("The database was opened for reading only."),
                hint=_("Close the other window of the program first."),
            )
        head = write_events(connection, events, self._ledger.clock.now(), self._ledger.actor)
        connection.commit()
        written = frozenset(self._writes.tables | {"event"})
        self._start(connection)
        self._ledger.on_head(head, events)
        self._leave_gate()
        self._ledger.on_commit(written, self._ledger.actor)

    def _start(self, connection: Connection) -> None:
        self._writes = Writes()
        self.changes = StoredChanges(connection, self._writes)
        self.hosts = StoredRecords(mapping.HOST, connection, self._writes)
        self.runs = StoredRuns(connection, self._writes)
        self.backups = StoredRecords(mapping.BACKUP, connection, self._writes)
        self.health = StoredRecords(mapping.HEALTH, connection, self._writes)
        self.samples = StoredRecords(mapping.SAMPLES, connection, self._writes)
        self.comparisons = StoredRecords(mapping.COMPARISON, connection, self._writes)
        self.reports = StoredRecords(mapping.REPORT, connection, self._writes)
        self.templates = StoredRecords(mapping.TEMPLATE, connection, self._writes)
        self.filters = StoredRecords(mapping.SAVED_FILTER, connection, self._writes)
        self.windows = StoredRecords(mapping.SCHEDULE_WINDOW, connection, self._writes)
        self.plans = StoredRecords(mapping.PLAN, connection, self._writes)
        self.people = StoredRecords(mapping.PERSON, connection, self._writes)
        self.surveys = StoredRecords(mapping.SURVEY, connection, self._writes)
        self.restores = StoredRecords(mapping.RESTORE, connection, self._writes)
        self.load_runs = StoredRecords(mapping.LOAD_RUN, connection, self._writes)
        self.load_verdicts = StoredRecords(mapping.LOAD_VERDICT, connection, self._writes)
        self.connections = StoredRecords(mapping.CONNECTION, connection, self._writes)
        self.settings = SettingRows(connection, self._writes)
        self.log = ChangeLog(connection)

    def _events(self) -> tuple[NewEvent, ...]:
        """Return the new entries; what was written goes with the entry that names the record."""
        events = list(self.log.pending)
        if not events:
            return ()
        place = {key: n for n, event in reversed(list(enumerate(events)))
                 for key in (event.change, *event.refs)}  # fmt: skip
        more: dict[int, list[tuple[str, str]]] = {}
        for key, altered in self._writes.altered().items():
            more.setdefault(place.get(key, 0), []).extend(altered)
        for (key, name), sealed in self._writes.seals.items():
            more.setdefault(place.get(key, 0), []).append((name, sealed))
        for n, added in more.items():
            events[n] = replace(events[n], data=(*events[n].data, *added))
        return tuple(events)

    def _open(self) -> Connection:
        if self._connection is None:
            raise RuntimeError("a unit of work is used inside its with block only")
        return self._connection

    def _close(self) -> None:
        try:
            if self._connection is not None:
                self._connection.close()
        finally:
            self._connection = None
            self._leave_gate()

    def _leave_gate(self) -> None:
        if self._inside:
            self._inside = False
            self._ledger.gate.leave()
