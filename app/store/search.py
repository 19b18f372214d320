"""Full-text search over changes: the only place that speaks SQLite's FTS5.

Words are matched by their beginning and hits are not ranked, so that typing stays fast with a
million rows; the newest change comes first, as in every list.
"""

import re
from collections.abc import Iterable

from sqlalchemy import ColumnElement, Connection, Integer, Table, column, select, text
from sqlalchemy.sql import table as lightweight

TABLE = "change_text"
_MAX_WORDS = 12
_MAX_LENGTH = 64
_INDEX = lightweight(TABLE, column("rowid", Integer), column("words"))


def index(connection: Connection, row: int, words: Iterable[str]) -> None:
    """Replace what a change is found by, inside the caller's transaction."""
    connection.execute(text(f"DELETE FROM {TABLE} WHERE rowid = :row"), {"row": row})  # noqa: S608
    joined = "\n".join(words).encode("utf-8", "replace").decode()
    connection.execute(_INDEX.insert().values(rowid=row, words=joined))


def matching(changes: Table, typed: str) -> ColumnElement[bool] | None:
    """Return the condition for what a user typed; None when nothing was typed.

    Whatever is typed is data: each word is quoted, operators have no meaning.
    """
    if not typed.strip():
        return None
    words = re.findall(r"\w+", typed.encode("utf-8", "ignore").decode())[:_MAX_WORDS]
    query = " AND ".join(f'"{word[:_MAX_LENGTH]}"*' for word in words) or '""'
    hits = select(_INDEX.c.rowid).where(text(f"{TABLE} MATCH :typed").bindparams(typed=query))
    return changes.c.row.in_(hits)
