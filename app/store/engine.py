"""The SQLAlchemy engine over the SQLite file: every connection has our settings and our words.

Connections read unless they carry the execution option `WRITES`.
"""

import sqlite3
from collections.abc import Callable
from functools import partial
from pathlib import Path

from sqlalchemy import Connection, Engine, ExceptionContext, create_engine, event
from sqlalchemy.pool import QueuePool

from app.store import sqlite

WRITES = "writes"
"""Execution option: this connection begins its transactions as a writer."""


def open_engine(path: Path, *, read_only: bool = False) -> Engine:
    """Return an engine whose every connection has our settings."""
    connect = partial(sqlite.connect, path, read_only=read_only)
    engine = create_engine("sqlite://", creator=connect, poolclass=QueuePool)
    event.listen(engine, "begin", _begin)
    event.listen(engine, "handle_error", _translator(path))
    return engine


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
