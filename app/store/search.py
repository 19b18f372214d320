"""Full-text search over changes: the only place that speaks SQLite's FTS5.

Words are matched by their beginning and hits are not ranked: the newest change comes first, as in
every list. The index bears the number of a change as its key, so that hits come out in that order
and a page of them costs the same however many there are.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Integer, Select, Table, column, select, text
from sqlalchemy.sql import table as lightweight

TABLE = "change_text"
AnySelect = Select[*tuple[Any, ...]]
_MAX_WORDS = 12
_MAX_LENGTH = 64
_INDEX = lightweight(TABLE, column("rowid", Integer), column("words"))


def index(connection: Connection, ordinal: int, words: Iterable[str]) -> None:
    """Replace what a change is found by, inside the caller's transaction."""
    connection.execute(text(f"DELETE FROM {TABLE} WHERE rowid = :key"), {"key": ordinal})  # noqa: S608
    joined = "\n".join(words).encode("utf-8", "replace").decode()
    connection.execute(_INDEX.insert().values(rowid=ordinal, words=joined))


def newest_first(
    changes: Table, flat: Sequence[ColumnElement[Any]], typed: str, below: int | None = None
) -> AnySelect:
    """Return a query for columns of changes, newest first, that fit what a user typed.

    Whatever is typed is data: each word is quoted, operators have no meaning. ``below`` is the
    number the last page ended with.
    """
    key: ColumnElement[int]
    if not typed.strip():
        query, key = select(*flat), changes.c.ordinal
    else:
        words = re.findall(r"\w+", typed.encode("utf-8", "ignore").decode())[:_MAX_WORDS]
        wanted = " AND ".join(f'"{word[:_MAX_LENGTH]}"*' for word in words) or '""'
        found = text(f"{TABLE} MATCH :typed").bindparams(typed=wanted)
        key = _INDEX.c.rowid
        query = select(*flat).join(_INDEX, key == changes.c.ordinal).where(found)
    if below is not None:
        query = query.where(key < below)
    return query.order_by(key.desc())
