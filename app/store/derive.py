"""Work out anew what rows hold besides their bodies: columns to search by, and the text index.

Runs after the steps of an upgrade and in the same transaction, so that no step has to fill what
the program derives anyway.
"""

import logging
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select, update

from app.errors import StoreError
from app.store import search
from app.store.mapping import KINDS, Kind, ordinal
from app.store.tables import TABLES

_CHUNK = 500
_log = logging.getLogger(__name__)


def derive_all(connection: Connection) -> None:
    """Write the derived columns of every record, and the text index of those that have one."""
    for kind in KINDS:
        table = TABLES[kind.table]
        names = [lifted.name for lifted in kind.columns]
        rewrite = (
            update(table)
            .where(table.c.row == bindparam("key"))
            .values({name: bindparam(f"new_{name}") for name in names})
        )
        for rows in _chunks(connection, kind):
            items = list(_readable(kind, rows))
            if names and items:
                connection.execute(
                    rewrite,
                    [
                        {"key": key} | {f"new_{name}": values[name] for name in names}
                        for key, values in ((key, kind.row(item)) for key, item in items)
                    ],
                )
            if kind.texts:
                for _key, item in items:
                    search.index(connection, ordinal(item.number), kind.texts(item))


def _chunks(connection: Connection, kind: Kind[Any]) -> Iterator[Sequence[Row[Any]]]:
    table, after = TABLES[kind.table], 0
    page: search.AnySelect = select(table.c.row, table.c.body).order_by(table.c.row).limit(_CHUNK)
    while rows := connection.execute(page.where(table.c.row > after)).all():
        yield rows
        after = rows[-1].row


def _readable(kind: Kind[Any], rows: Sequence[Row[Any]]) -> Iterator[tuple[int, Any]]:
    """Yield the records of rows; one that cannot be read keeps what it had, and is reported."""
    for row in rows:
        try:
            yield row.row, kind.read(row.body)
        except StoreError as error:
            _log.warning("Row %s of %s keeps its columns: %s", row.row, kind.table, error.text)
