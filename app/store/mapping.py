"""What is kept, declared once: each record is one row, a body and a few columns to search by.

The body is the whole frozen dataclass, as `app.store.codec` writes it.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import datetime
from operator import attrgetter
from typing import Any, Generic, TypeVar

import msgspec
from sqlalchemy import Boolean, Dialect, Integer, String, Text
from sqlalchemy.types import TypeDecorator, TypeEngine

from app.domain.approval import PlanCopy
from app.domain.backup import BackupSet
from app.domain.calendar import ScheduleWindow
from app.domain.change import Change, ChangeState
from app.domain.connection import Connection
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
from app.services.review.reminders import first_due
from app.store.codec import decode, encode, from_text, to_text
from app.store.words import Texts, texts_of

Entity = TypeVar("Entity")


class Instant(TypeDecorator[datetime]):
    """An aware datetime as sortable text."""

    impl = String(27)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        """Write it."""
        return None if value is None else to_text(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:
        """Read it."""
        return None if value is None else from_text(value)


@dataclass(frozen=True)
class Lifted:
    """A column beside the body, to search and sort by."""

    name: str
    type: TypeEngine[Any]
    read: Callable[[Any], object]
    unique: bool = False
    index: bool = False
    order: bool = False
    """Whether lists are sorted by it: then it is never NULL, and indexed with the number."""
    child_of: str = ""
    """The table whose record this one belongs to."""


def text(name: str, read: Callable[[Any], object] | None = None, **more: Any) -> Lifted:
    """Lift an attribute that is text."""
    return Lifted(name, Text(), read or attrgetter(name), **more)


def number(name: str, read: Callable[[Any], object], **more: Any) -> Lifted:
    """Lift a whole number."""
    return Lifted(name, Integer(), read, **more)


def instant(name: str, read: Callable[[Any], object] | None = None, **more: Any) -> Lifted:
    """Lift an instant."""
    return Lifted(name, Instant(), read or attrgetter(name), **more)


def flag(name: str, **more: Any) -> Lifted:
    """Lift a yes or no."""
    return Lifted(name, Boolean(), attrgetter(name), **more)


@dataclass(frozen=True)
class Kind(Generic[Entity]):
    """One kind of record: its class, its table, its columns.

    ``texts`` gives what full-text search finds it by. ``history`` says that the log shall
    name the old and the new value of each field that a save alters.
    """

    type: type[Entity]
    table: str
    noun: str
    columns: tuple[Lifted, ...]
    texts: Callable[[Entity], Texts] | None = None
    history: bool = False

    def row(self, item: Entity) -> dict[str, object]:
        """Return the values of all columns for a record.

        Raises:
            StoreError: It would not come back, such as one with a number that is not finite.
        """
        body = encode(item)
        item = self.read(body)
        values: dict[str, object] = {lifted.name: lifted.read(item) for lifted in self.columns}
        values["id"] = item.id  # type: ignore[attr-defined]  # every kept record has an id
        values["body"] = body
        return values

    def read(self, body: str) -> Entity:
        """Return the record in a row; raises StoreError when this version cannot read it."""
        return decode(body, self.type, self.noun)

    def altered(self, old: Entity, new: Entity) -> tuple[tuple[str, str], ...]:
        """Return (field, "old → new") for each field that differs and is not mere bookkeeping."""
        pairs = (
            (field.name, getattr(old, field.name), getattr(new, field.name))
            for field in fields(self.type)  # type: ignore[arg-type]  # every kind is a dataclass
            if field.name not in _BOOKKEEPING
        )
        return tuple((name, f"{_brief(a)} → {_brief(b)}") for name, a, b in pairs if a != b)


_BOOKKEEPING = frozenset({"version", "updated_at"})
_BRIEF = 200


def _brief(value: object) -> str:
    plain = msgspec.to_builtins(value)
    if plain is None or plain in ("", []):
        return "–"
    shown = plain if isinstance(plain, str) else msgspec.json.encode(plain).decode()
    return shown if len(shown) <= _BRIEF else f"{shown[: _BRIEF - 1]}…"


def ordinal(change_number: str) -> int:
    """Return the number inside a change number: 142 for ``CHG-000142``."""
    digits = re.search(r"\d+$", change_number)
    return int(digits[0]) if digits else 0


def _due_at(change: Change) -> datetime | None:
    """From when a person must move the change on; None means at once."""
    if change.state is ChangeState.SCHEDULED and change.window:
        return change.window.span.start
    return change.observed_until if change.state is ChangeState.MONITOR else None


STATE_RANKS = {state: rank for rank, state in enumerate(ChangeState)}
NEVER = "~"
"""Sorts after every instant."""


def _start(change: Change) -> datetime | None:
    return change.window.span.start if change.window else None


def _sortable(at: datetime | None, without: str) -> str:
    return without if at is None else to_text(at)


CHANGE = Kind(
    Change,
    "change",
    "change",
    (
        text("number", unique=True),
        number("ordinal", lambda c: ordinal(c.number), unique=True),
        text("title"),
        text("state", index=True),
        text("type"),
        text("coordinator"),
        number("risk", lambda c: c.risk and int(c.risk.level)),
        number("residual", lambda c: c.risk and int(c.risk.residual_level)),
        instant("starts_at", _start),
        instant("ends_at", lambda c: c.window and c.window.span.end, index=True),
        Lifted("zone", Text(), lambda c: c.window.zone if c.window else ""),
        instant("due_at", _due_at),
        flag("on_hold"),
        text("close_code"),
        flag("backed_out"),
        number("overrides", lambda c: len(c.counted_overrides)),
        instant("updated_at"),
        text("template", index=True),
        instant("opened_at", index=True),
        instant("closed_at", index=True),
        number("learned", lambda c: len(c.lessons) + len(c.actions)),
        instant("follow_up_at", first_due, index=True),
        instant("review_due_at", index=True),
        text("category", read=lambda c: c.need.category and c.need.category.value),
        text("implementer"),
        text("service", read=lambda c: c.business_service),
        number("priority", lambda c: c.priority, order=True),
        text("title_key", read=lambda c: c.title.casefold()[:48], order=True),
        number("state_key", lambda c: STATE_RANKS[c.state], order=True),
        number("risk_key", lambda c: int(c.risk.level) if c.risk else 0, order=True),
        text("coordinator_key", read=lambda c: c.coordinator.strip().casefold(), order=True),
        text("updated_key", read=lambda c: _sortable(c.updated_at, ""), order=True),
        # no window comes last in both directions
        text("starts_key", read=lambda c: _sortable(_start(c), NEVER), order=True),
        text("latest_key", read=lambda c: _sortable(_start(c), ""), order=True),
        text("parent", index=True),
    ),
    texts=lambda change: texts_of(change, ordinal(change.number)),
    history=True,
)
HOST = Kind(Host, "host", "host", (text("name", index=True), text("address")), history=True)
RUN = Kind(
    Run,
    "run",
    "run",
    (
        text("change", index=True, child_of="change"),
        text("state", index=True),
        instant("started_at"),
        instant("ended_at", index=True),
        text("mode"),
        number("sealed", lambda r: sum(bool(item.transcript) for item in r.steps), index=True),
    ),
)
BACKUP = Kind(
    BackupSet,
    "backup_set",
    "backup",
    (
        text("change", index=True),
        text("host", index=True),
        text("state"),
        number("level", lambda s: None if s.level is None else int(s.level)),
        instant("sealed_at"),
    ),
)
HEALTH = Kind(
    HealthReport,
    "health_report",
    "health report",
    (text("change", index=True), text("host", index=True), text("phase")),
)
SAMPLES = Kind(
    SampleSet,
    "sample_set",
    "sample set",
    (
        text("change", index=True, child_of="change"),
        text("metric"),
        text("window"),
        text("sha256"),
    ),
)
COMPARISON = Kind(
    Comparison,
    "comparison",
    "comparison",
    (
        text("change", index=True, child_of="change"),
        text("metric_id"),
        text("metric"),
        text("verdict"),
        text("sentence"),
        instant("judged_at"),
    ),
)
REPORT = Kind(
    Report,
    "report",
    "report",
    (
        text("change", index=True, child_of="change"),
        number("revision", attrgetter("revision")),
        text("pdf_sha256"),
    ),
)
TEMPLATE = Kind(
    Template,
    "template",
    "template",
    (text("family", index=True), text("name"), number("edition", attrgetter("edition"))),
)
SAVED_FILTER = Kind(SavedFilter, "saved_filter", "saved filter", (text("name"),))
SCHEDULE_WINDOW = Kind(
    ScheduleWindow,
    "schedule_window",
    "window",
    (text("kind"), text("name"), flag("retired")),
    history=True,
)
PLAN = Kind(
    PlanCopy,
    "plan_copy",
    "plan",
    (text("change", index=True), text("plan_hash")),
)
PERSON = Kind(Person, "person", "person", (text("name"),), history=True)
SURVEY = Kind(
    Survey,
    "survey",
    "survey",
    (text("change", index=True, child_of="change"), text("channel")),
)
RESTORE = Kind(
    Restore,
    "restore",
    "restore",
    (text("set", index=True), text("host", index=True), text("state", index=True)),
)
LOAD_RUN = Kind(
    LoadRun,
    "load_run",
    "load test",
    (text("change", index=True, child_of="change"), text("side"), text("sha256")),
)
LOAD_VERDICT = Kind(
    LoadVerdict,
    "load_verdict",
    "comparison of load tests",
    (text("change", index=True, child_of="change"), instant("judged_at")),
)
CONNECTION = Kind(
    Connection, "connection", "connection", (text("name"), text("kind")), history=True
)
KINDS: tuple[Kind[Any], ...] = (
    CHANGE,
    HOST,
    RUN,
    BACKUP,
    HEALTH,
    SAMPLES,
    COMPARISON,
    REPORT,
    TEMPLATE,
    SAVED_FILTER,
    SCHEDULE_WINDOW,
    PLAN,
    PERSON,
    SURVEY,
    RESTORE,
    LOAD_RUN,
    LOAD_VERDICT,
    CONNECTION,
)
