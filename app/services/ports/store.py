"""What services need from the local store."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self, TypeVar

from app.domain.approval import PlanCopy
from app.domain.backup import BackupSet
from app.domain.calendar import ScheduleWindow
from app.domain.change import Change
from app.domain.connection import Connection
from app.domain.event import Event, NewEvent
from app.domain.feedback import Survey
from app.domain.filter import SavedFilter
from app.domain.health import HealthReport
from app.domain.host import Host
from app.domain.loadtest import LoadRun, LoadVerdict
from app.domain.metric import SampleSet
from app.domain.people import Person
from app.domain.report import Report
from app.domain.restore import Restore
from app.domain.run import Run
from app.domain.template import Template
from app.domain.verdict import Comparison
from app.domain.window import TimeRange
from app.tasks import TaskContext

Entity = TypeVar("Entity")


class Repository(Protocol[Entity]):
    """Records of one kind inside a unit of work."""

    def get(self, key: str) -> Entity:
        """Return a record by id; raises NotFound."""
        ...

    def find(self, key: str) -> Entity | None:
        """Return a record by id, or None."""
        ...

    def add(self, item: Entity) -> None:
        """Keep a new record."""
        ...

    def save(self, item: Entity) -> Entity:
        """Replace a record and return it with its new version; raises NotFound, Conflict."""
        ...

    def list(self, **equal: str) -> Sequence[Entity]:
        """Return records whose indexed columns equal the values, newest first."""
        ...

    def newest_by(self, column: str) -> Sequence[Entity]:
        """Return the newest record of each value of an indexed column, in one question."""
        ...


class Changes(Repository[Change], Protocol):
    """Changes, which people know by number."""

    def next_number(self) -> str:
        """Return the next free number, such as ``CHG-000142``; example data begins with EXA."""
        ...

    def by_number(self, number: str) -> Change:
        """Return a change by number; raises NotFound."""
        ...

    def overlapping(self, span: TimeRange, states: Sequence[str]) -> Sequence[Change]:
        """Return changes in these states whose window shares time with a span, soonest first."""
        ...

    def recorded_after(self, since: datetime) -> Sequence[Change]:
        """Return the changes saved after an instant whose work was recorded afterwards."""
        ...


class Runs(Repository[Run], Protocol):
    """Runs, which touch hosts."""

    def worked_on(self, hosts: Sequence[str], since: datetime) -> Sequence[tuple[Run, Change]]:
        """Return the runs that were not over by an instant and that name one of the hosts.

        Each comes with its change. Runs that stand in for a host count, and runs of changes that
        name one of the hosts; whether a step of it touched the host is for the caller to say.
        """
        ...


class Log(Protocol):
    """The change log inside a unit of work."""

    def append(self, event: NewEvent) -> None:
        """Add an entry; it becomes part of the chain when the unit of work commits."""
        ...

    def head(self) -> str:
        """Return the hash of the last committed entry."""
        ...

    def latest(self) -> datetime | None:
        """Return the latest time in the log (UTC), None for an empty log."""
        ...

    def of(self, change: str) -> Sequence[Event]:
        """Return the entries of one change, oldest first."""
        ...


class Proofs(Protocol):
    """The records of what was checked, measured, tested, said and written of changes."""

    @property
    def health(self) -> Repository[HealthReport]:
        """Health reports."""
        ...

    @property
    def samples(self) -> Repository[SampleSet]:
        """Frozen sample sets."""
        ...

    @property
    def comparisons(self) -> Repository[Comparison]:
        """Verdicts."""
        ...

    @property
    def reports(self) -> Repository[Report]:
        """Printed reports."""
        ...

    @property
    def surveys(self) -> Repository[Survey]:
        """What users said."""
        ...

    @property
    def restores(self) -> Repository[Restore]:
        """Attempts to put backups back."""
        ...

    @property
    def load_runs(self) -> Repository[LoadRun]:
        """Runs of load tests."""
        ...

    @property
    def load_verdicts(self) -> Repository[LoadVerdict]:
        """Load tests before against after."""
        ...

    @property
    def connections(self) -> Repository[Connection]:
        """Connections to other systems."""
        ...


class UnitOfWork(Proofs, Protocol):
    """One transaction: commit is explicit, leaving the block rolls back."""

    @property
    def changes(self) -> Changes:
        """Changes."""
        ...

    @property
    def hosts(self) -> Repository[Host]:
        """Hosts."""
        ...

    @property
    def runs(self) -> Runs:
        """Runs."""
        ...

    @property
    def backups(self) -> Repository[BackupSet]:
        """Backup sets."""
        ...

    @property
    def templates(self) -> Repository[Template]:
        """Editions of templates."""
        ...

    @property
    def filters(self) -> Repository[SavedFilter]:
        """Filters kept under a name."""
        ...

    @property
    def windows(self) -> Repository[ScheduleWindow]:
        """Maintenance windows and freezes."""
        ...

    @property
    def plans(self) -> Repository[PlanCopy]:
        """Plans as they were when approval was asked for."""
        ...

    @property
    def people(self) -> Repository[Person]:
        """People and their roles."""
        ...

    @property
    def log(self) -> Log:
        """The change log."""
        ...

    def __enter__(self) -> Self:
        """Begin."""
        ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Roll back what was not committed."""
        ...

    def commit(self) -> None:
        """Make everything since the beginning durable, records and log together."""
        ...


NewUnitOfWork = Callable[[], UnitOfWork]


class Files(Protocol):
    """Content-addressed evidence: bytes under their SHA-256, written once."""

    def put(self, data: bytes) -> str:
        """Keep bytes durably and return their SHA-256."""
        ...

    def copy(self, file: Path, context: TaskContext | None = None) -> tuple[str, int]:
        """Keep a copy of any size; return SHA-256 and size; raises DiskFull, TaskCancelled."""
        ...

    def get(self, sha256: str) -> bytes:
        """Return bytes and check them; raises NotFound, StoreError."""
        ...

    def blocks(self, sha256: str) -> Iterator[bytes]:
        """Yield bytes of any length in blocks; raises NotFound, and StoreError at their end."""
        ...

    def path(self, sha256: str) -> Path:
        """Return where the bytes lie."""
        ...


class Transcript(Protocol):
    """A file that grows while a step runs; what is appended survives a crash."""

    def append(self, stream: str, data: bytes, at: datetime) -> None:
        """Add a piece of output."""
        ...

    def heard(self) -> "dict[str, tuple[int, hashlib._Hash]]":
        """Return for each stream how many bytes it holds so far, and their running SHA-256."""
        ...

    def seal(self) -> tuple[str, int]:
        """Finish; return SHA-256 and size, under which `Files` has the bytes."""
        ...


class Transcripts(Protocol):
    """Opens transcripts of steps."""

    def open(self, run: str, step: str) -> Transcript:
        """Start, or go on with, the transcript of a step."""
        ...
