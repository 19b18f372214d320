"""Statements that are run very often: SQLAlchemy writes each once, the driver runs it.

Around a page of a list, SQLAlchemy's own work takes longer than SQLite's. So what a list reads is
written down once for each form of question, in the dialect of the engine, and then given to the
driver with nothing but values. Rows are the driver's: instants are text, yes and no are numbers.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Engine
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.sql.compiler import SQLCompiler

from app.store.engine import driver
from app.store.search import AnySelect

Rows = list[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A statement as text; ``names`` says which value goes where, ``fixed`` are those it bears."""

    sql: str
    names: tuple[str, ...]
    fixed: Mapping[str, Any]


def prepare(statement: AnySelect, engine: Engine) -> Prepared:
    """Write a statement down; what it leaves open has names (`sqlalchemy.bindparam`)."""
    compiled: SQLCompiler = statement.compile(engine)
    return Prepared(str(compiled), tuple(compiled.positiontup or ()), compiled.params)


class Snapshot:
    """One state of the database, read by the driver alone."""

    def __init__(self, cursor: DBAPICursor) -> None:
        self._cursor = cursor

    def rows(self, statement: Prepared, values: Mapping[str, Any]) -> Rows:
        """Return what a statement finds."""
        known = {**statement.fixed, **values}
        return self.sql(statement.sql, [known[name] for name in statement.names])

    def sql(self, statement: str, values: Sequence[Any]) -> Rows:
        """Return what a statement finds that is text already."""
        self._cursor.execute(statement, values)
        return cast(Rows, self._cursor.fetchall())


@contextmanager
def snapshot(engine: Engine) -> Iterator[Snapshot]:
    """Read one state of the database; raises StoreError."""
    with driver(engine) as cursor:
        yield Snapshot(cursor)
