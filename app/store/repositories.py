"""Records inside a unit of work: one generic repository over the declarations of the mapping."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection, Table, func, insert, or_, select, update

from app.domain.change import EXAMPLE, REAL, Change
from app.domain.run import Run
from app.domain.window import TimeRange
from app.errors import Conflict, NotFound
from app.i18n import _
from app.store import search
from app.store.codec import to_text
from app.store.mapping import CHANGE, RUN, Kind, ordinal
from app.store.seals import seal, seal_name
from app.store.tables import SETTING, TABLES

Entity = TypeVar("Entity")


@dataclass(slots=True)
class Writes:
    """What a unit of work has written so far: tables, and records before and after by id."""

    tables: set[str] = field(default_factory=set)
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, tuple[Kind[Any], Any]] = field(default_factory=dict)
    seals: dict[tuple[str, str], str] = field(default_factory=dict)
    """The hash of each written record, by its id and the name of its seal."""

    def remember(self, kind: Kind[Any], key: str, old: object, new: object) -> None:
        """Keep the oldest and the newest form of a record."""
        self.before.setdefault(key, old)
        self.after[key] = (kind, new)

    def altered(self) -> dict[str, tuple[tuple[str, str], ...]]:
        """Return (kind.field, "old → new") of all saves that keep a history, by record id."""
        return {
            key: tuple(
                (f"{kind.table}.{name}", how) for name, how in kind.altered(self.before[key], new)
            )
            for key, (kind, new) in self.after.items()
        }


class StoredRecords(Generic[Entity]):
    """Records of one kind.

    A record with a ``version`` is saved only over the version it was read with. A record without
    one is saved over what is there: inside a unit of work nobody else can write in between.
    """

    def __init__(self, kind: Kind[Entity], connection: Connection, writes: Writes) -> None:
        self._kind = kind
        self._table: Table = TABLES[kind.table]
        self._connection = connection
        self._writes = writes

    def get(self, key: str) -> Entity:
        """Return a record by id; raises NotFound."""
        found = self.find(key)
        if found is None:
            raise NotFound(_("There is no {noun} {key}.").format(noun=self._kind.noun, key=key))
        return found

    def find(self, key: str) -> Entity | None:
        """Return a record by id, or None."""
        body = self._connection.scalar(select(self._table.c.body).where(self._table.c.id == key))
        return None if body is None else self._kind.read(body)

    def add(self, item: Entity) -> None:
        """Keep a new record; raises Conflict when its id is taken."""
        values = self._kind.row(item) | {"version": getattr(item, "version", 0)}
        done = self._connection.execute(insert(self._table).values(values))
        place = done.inserted_primary_key
        self._written(item, values | {"row": place[0] if place else 0})

    def save(self, item: Entity) -> Entity:
        """Replace a record and return it with its new version; raises NotFound, Conflict."""
        key = str(item.id)  # type: ignore[attr-defined]  # every kept record has an id
        stored = self._connection.execute(
            select(self._table.c.row, self._table.c.version, self._table.c.body).where(
                self._table.c.id == key
            )
        ).first()
        if stored is None:
            raise NotFound(_("There is no {noun} {key}.").format(noun=self._kind.noun, key=key))
        version = getattr(item, "version", stored.version)
        if hasattr(item, "version"):
            item = replace(item, version=version + 1)  # type: ignore[type-var]  # a dataclass
        values = self._kind.row(item) | {"version": version + 1}
        done = self._connection.execute(
            update(self._table)
            .where(self._table.c.id == key, self._table.c.version == version)
            .values(values)
        )
        if done.rowcount != 1:
            raise Conflict(
                _("Somebody else saved this {noun} first.").format(noun=self._kind.noun),
                hint=_("Load it again and repeat your edit."),
            )
        if self._kind.history:
            self._writes.remember(self._kind, key, self._kind.read(stored.body), item)
        self._written(item, values | {"row": stored.row})
        return item

    def list(self, **equal: str) -> Sequence[Entity]:
        """Return records whose indexed columns equal the values, newest first."""
        wanted = select(self._table.c.body).order_by(self._table.c.row.desc())
        for name, value in equal.items():
            wanted = wanted.where(self._table.c[name] == value)
        return tuple(self._kind.read(body) for body in self._connection.scalars(wanted))

    def newest_by(self, column: str) -> Sequence[Entity]:
        """Return the newest record of each value of an indexed column, in one question."""
        rows = self._table.c
        newest = select(func.max(rows.row)).group_by(rows[column])
        bodies = self._connection.scalars(select(rows.body).where(rows.row.in_(newest)))
        return tuple(self._kind.read(body) for body in bodies)

    def _written(self, item: Any, values: Mapping[str, Any]) -> None:
        self._writes.tables.add(self._kind.table)
        key, table = values["id"], self._kind.table
        sealed = seal(table, values["row"], values["version"], key, values["body"])
        self._writes.seals[key, seal_name(table, key)] = sealed
        if self._kind.texts:
            search.index(self._connection, {ordinal(item.number): self._kind.texts(item)})


class StoredChanges(StoredRecords[Change]):
    """Changes, which people know by number."""

    def __init__(self, connection: Connection, writes: Writes) -> None:
        super().__init__(CHANGE, connection, writes)

    def next_number(self) -> str:
        """Return the next free number, such as ``CHG-000142``; example data has its own."""
        last = self._connection.scalar(select(func.max(self._table.c.ordinal)))
        example = select(SETTING.c.value).where(SETTING.c.name == "example")
        kind = EXAMPLE if self._connection.scalar(example) == "true" else REAL
        return f"{kind}-{(last or 0) + 1:06d}"

    def by_number(self, number: str) -> Change:
        """Return a change by number, which may come without its letters; raises NotFound."""
        column = self._table.c.ordinal if number.isdecimal() else self._table.c.number
        wanted = int(number) if number.isdecimal() else number
        body = self._connection.scalar(select(self._table.c.body).where(column == wanted))
        if body is None:
            raise NotFound(_("There is no change {number}.").format(number=number))
        return self._kind.read(body)

    def overlapping(self, span: TimeRange, states: Sequence[str]) -> Sequence[Change]:
        """Return changes in these states whose window shares time with a span, soonest first."""
        wanted = (
            select(self._table.c.body)
            .where(
                self._table.c.ends_at > span.start,
                self._table.c.starts_at < span.end,
                self._table.c.state.in_(states),
            )
            .order_by(self._table.c.starts_at, self._table.c.ordinal)
        )
        return tuple(self._kind.read(body) for body in self._connection.scalars(wanted))

    def recorded_after(self, since: datetime) -> Sequence[Change]:
        """Return the changes saved after an instant whose work was recorded afterwards."""
        wanted = select(self._table.c.body).where(
            self._table.c.updated_key > to_text(since),
            self._table.c.body.contains('"retrospective":true'),
        )
        found = (self._kind.read(body) for body in self._connection.scalars(wanted))
        return tuple(change for change in found if change.retrospective)


class StoredRuns(StoredRecords[Run]):
    """Runs, which touch hosts."""

    def __init__(self, connection: Connection, writes: Writes) -> None:
        super().__init__(RUN, connection, writes)

    def worked_on(self, hosts: Sequence[str], since: datetime) -> Sequence[tuple[Run, Change]]:
        """Return the runs not over by an instant that name one of the hosts, with their changes.

        The text of a record is searched before it is read: an id stands in it as it is.
        """
        run, change = self._table, TABLES[CHANGE.table]
        names = (body.contains(host) for host in hosts for body in (run.c.body, change.c.body))
        wanted = (
            select(run.c.body, change.c.body)
            .join(change, change.c.id == run.c.change)
            .where(
                run.c.started_at.is_not(None),
                or_(run.c.ended_at.is_(None), run.c.ended_at > since),
                or_(*names),
            )
            .order_by(run.c.row)
        )
        rows = self._connection.execute(wanted)
        return tuple((self._kind.read(mine), CHANGE.read(its)) for mine, its in rows)
