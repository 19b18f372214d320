"""Work out anew what rows hold besides their bodies: columns to search by, and the text index.

Runs after the steps of an upgrade and in the same transaction, so that no step has to fill what
the program derives anyway.
"""

import logging
from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

from sqlalchemy import Connection, Row, bindparam, select, update

from app.errors import StoreError
from app.store import search
from app.store.mapping import KINDS, Kind, ordinal
from app.store.tables import TABLES

Entity = TypeVar("Entity")
_CHUNK = 500
_log = logging.getLogger(__name__)


def derive_all(connection: Connection) -> None:
    """Write the derived columns of every record, and the text index of those that have one.

    What is right already is left alone, so that a large store is only read.
    """
    for kind in KINDS:
        for rows in _chunks(connection, kind):
            items = list(_readable(kind, rows))
            _write_columns(connection, kind, items)
            if kind.texts:
                search.index(
                    connection, {ordinal(item.number): kind.texts(item) for _row, item in items}
                )


def _write_columns(
    connection: Connection, kind: Kind[Entity], items: Sequence[tuple[Row[Any], Entity]]
) -> None:
    table, names = TABLES[kind.table], [lifted.name for lifted in kind.columns]
    stale = []
    for row, item in items:
        values = kind.row(item)
        if any(getattr(row, name) != values[name] for name in names):
            stale.append({"key": row.row} | {f"new_{name}": values[name] for name in names})
    if stale:
        new: dict[str, Any] = {name: bindparam(f"new_{name}") for name in names}
        connection.execute(update(table).where(table.c.row == bindparam("key")).values(new), stale)


def _chunks(connection: Connection, kind: Kind[Any]) -> Iterator[Sequence[Row[Any]]]:
    table, after = TABLES[kind.table], 0
    page: search.AnySelect = select(table).order_by(table.c.row).limit(_CHUNK)
    while rows := connection.execute(page.where(table.c.row > after)).all():
        yield rows
        after = rows[-1].row


def _readable(kind: Kind[Entity], rows: Sequence[Row[Any]]) -> Iterator[tuple[Row[Any], Entity]]:
    """Yield the records of rows; one that cannot be read keeps what it had, and is reported."""
    for row in rows:
        try:
            yield row, kind.read(row.body)
        except StoreError as error:
            _log.warning("Row %s of %s keeps its columns: %s", row.row, kind.table, error.text)
