"""The SQLAlchemy engine over the SQLite file: every connection has our settings and our words.

Connections read unless they carry the execution option `WRITES`.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from sqlalchemy import Connection, Engine, ExceptionContext, FromClause, create_engine, event
from sqlalchemy.dialects.sqlite.base import SQLiteCompiler
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.pool import QueuePool

from app.store import sqlite

WRITES = "writes"
"""Execution option: this connection begins its transactions as a writer."""
_PATH = "path"
"""Execution option of the engine: the file, to name it in errors."""


class _Compiler(SQLiteCompiler):
    """Writes what a statement says about indexes for SQLite, which SQLAlchemy leaves out."""

    def get_from_hint_text(self, table: FromClause, text: str | None) -> str | None:
        """Return what stands behind the name of a table."""
        return text


def open_engine(path: Path, *, read_only: bool = False) -> Engine:
    """Return an engine whose every connection has our settings."""
    connect = partial(sqlite.connect, path, read_only=read_only)
    engine = create_engine(
        "sqlite://", creator=connect, poolclass=QueuePool, execution_options={_PATH: path}
    )
    engine.dialect.statement_compiler = _Compiler
    event.listen(engine, "begin", _begin)
    event.listen(engine, "handle_error", _translator(path))
    return engine


@contextmanager
def driver(engine: Engine) -> Iterator[DBAPICursor]:
    """Read one state of the database with the driver alone, on a kept connection.

    Raises:
        StoreError: What the driver says, in our words.
    """
    held = engine.raw_connection()
    cursor = held.cursor()
    try:
        cursor.execute("BEGIN")
        yield cursor
    except sqlite3.Error as error:
        raise sqlite.as_app_error(error, engine.get_execution_options()[_PATH]) from error
    finally:
        cursor.close()
        held.close()  # rolls back and keeps the connection for the next one


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _translator(path: Path) -> Callable[[ExceptionContext], None]:
    def translate(context: ExceptionContext) -> None:
        if isinstance(context.original_exception, sqlite3.Error):
            raise sqlite.as_app_error(
                context.original_exception, path
            ) from context.original_exception

    return translate
