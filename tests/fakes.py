"""Fakes at our own ports: a store in memory and a clock that is set by hand."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from threading import RLock
from types import TracebackType
from typing import Any, Self

from app.domain.change import Change
from app.domain.event import Event, NewEvent
from app.domain.run import Run
from app.domain.window import TimeRange
from app.errors import Conflict, NotFound

NOON = datetime(2026, 11, 14, 12, 0, tzinfo=UTC)


@dataclass
class SetClock:
    """A clock that moves only when told."""

    at: datetime = NOON

    def now(self) -> datetime:
        return self.at

    def pass_by(self, **span: float) -> None:
        self.at += timedelta(**span)


@dataclass
class MemoryStore:
    """What was committed: records by kind and id, and the log."""

    kinds: dict[str, dict[str, Any]] = field(default_factory=dict)
    log: list[NewEvent] = field(default_factory=list)
    writer: RLock = field(default_factory=RLock)
    """One unit of work at a time, as in the real store."""
    entries: list[Event] = field(default_factory=list)
    clock: SetClock = field(default_factory=SetClock)

    def unit_of_work(self) -> "MemoryUnitOfWork":
        return MemoryUnitOfWork(self)

    def kinds_logged(self) -> list[str]:
        return [event.kind for event in self.log]


class MemoryRepository:
    """Records of one kind, in a copy that only a commit gives back."""

    def __init__(self, items: dict[str, Any]) -> None:
        self.items = dict(items)

    def get(self, key: str) -> Any:
        if key not in self.items:
            raise NotFound(f"There is no record {key}.")
        return self.items[key]

    def find(self, key: str) -> Any | None:
        return self.items.get(key)

    def add(self, item: Any) -> None:
        assert item.id not in self.items
        self.items[item.id] = item

    def save(self, item: Any) -> Any:
        stored = self.get(item.id)
        if getattr(stored, "version", 0) != getattr(item, "version", 0):
            raise Conflict("Somebody else saved it first.")
        if hasattr(item, "version"):
            item = replace(item, version=item.version + 1)
        self.items[item.id] = item
        return item

    def list(self, **equal: str) -> Sequence[Any]:
        fitting = [
            item
            for item in self.items.values()
            if all(str(getattr(item, name)) == value for name, value in equal.items())
        ]
        return sorted(fitting, key=lambda item: item.id, reverse=True)

    def newest_by(self, column: str) -> Sequence[Any]:
        oldest_first = sorted(self.items.values(), key=lambda item: item.id)
        return list({getattr(item, column): item for item in oldest_first}.values())


class MemoryChanges(MemoryRepository):
    def next_number(self) -> str:
        return f"CHG-{len(self.items) + 1:06d}"

    def by_number(self, number: str) -> Change:
        for item in self.items.values():
            if item.number == number:
                return item
        raise NotFound(number)

    def overlapping(self, span: TimeRange, states: Sequence[str]) -> Sequence[Change]:
        return [
            item
            for item in self.items.values()
            if item.state.value in states and item.window and item.window.span.overlaps(span)
        ]

    def recorded_after(self, since: datetime) -> Sequence[Change]:
        return [
            item
            for item in self.items.values()
            if item.retrospective and item.updated_at and item.updated_at > since
        ]


class MemoryRuns(MemoryRepository):
    def __init__(self, items: dict[str, Any], changes: MemoryChanges) -> None:
        super().__init__(items)
        self._changes = changes

    def worked_on(self, _hosts: Sequence[str], since: datetime) -> Sequence[tuple[Run, Change]]:
        return [
            (run, self._changes.get(run.change))
            for run in self.items.values()
            if run.started_at and (run.ended_at is None or run.ended_at > since)
        ]


class MemoryLog:
    def __init__(self, entries: list[Event]) -> None:
        self.new: list[NewEvent] = []
        self._entries = entries

    def append(self, event: NewEvent) -> None:
        self.new.append(event)

    def head(self) -> str:
        return ""

    def latest(self) -> datetime | None:
        return max((entry.at for entry in self._entries), default=None)

    def of(self, change: str) -> Sequence[Event]:
        return [entry for entry in self._entries if entry.change == change]


KINDS = ("hosts", "runs", "backups", "health", "samples", "comparisons", "reports", "templates",
         "windows", "plans", "people", "surveys", "restores", "load_runs",
         "load_verdicts")  # fmt: skip


class MemoryUnitOfWork:
    """One transaction over a `MemoryStore`."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    def __enter__(self) -> Self:
        self._store.writer.acquire()
        self.changes = MemoryChanges(self._store.kinds.get("changes", {}))
        for kind in KINDS:
            setattr(self, kind, MemoryRepository(self._store.kinds.get(kind, {})))
        self.runs = MemoryRuns(self._store.kinds.get("runs", {}), self.changes)
        self.log = MemoryLog(self._store.entries)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Forget what was not committed."""
        self._store.writer.release()

    def commit(self) -> None:
        assert self.log.new, "every write is logged"
        for kind in ("changes", *KINDS):
            self._store.kinds[kind] = getattr(self, kind).items
        self._store.log.extend(self.log.new)
        for new in self.log.new:
            entry = (len(self._store.entries) + 1, self._store.clock.now(), "", new.actor)
            told = (new.kind, new.text, new.change, new.refs, new.data, "", "")
            self._store.entries.append(Event(*entry, *told))
