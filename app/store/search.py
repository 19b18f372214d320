"""Full-text search over changes: the only place that speaks SQLite's FTS5.

Words are matched by their beginning and hits are not ranked: the newest change comes first, as in
every list. The index bears the number of a change as its key, so that hits come out in that order
and a page of them costs the same however many there are. Facets (`app.store.words`) lie in the
same index: words within a filter are one walk.
"""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import ColumnElement, Connection, Integer, Select, column, func, select, text
from sqlalchemy.sql import table as lightweight

from app.store.words import Texts

TABLE = "change_text"
AnySelect = Select[*tuple[Any, ...]]
_MAX_WORDS = 12
_MAX_LENGTH = 64
_COLUMNS = tuple(field.name for field in fields(Texts))
_TRANSCRIPT = "transcript"
PLACES = ("title", "description", "plan", "lessons", _TRANSCRIPT)
"""Where words can be, in the order in which they are told."""
_WORDS = " ".join(PLACES)
_INDEX = lightweight(
    TABLE, column("rowid", Integer), *(column(name) for name in (*_COLUMNS, _TRANSCRIPT))
)
_BEGIN, _END = "\x02", "\x03"
KEY: ColumnElement[int] = _INDEX.c.rowid
"""The number of a hit."""


def index(connection: Connection, ordinal: int, texts: Texts) -> None:
    """Replace what a change is found by, inside the caller's transaction; transcripts stay."""
    old = connection.scalar(select(_INDEX.c.transcript).where(_INDEX.c.rowid == ordinal))
    _forget(connection, ordinal)
    row = {"rowid": ordinal, _TRANSCRIPT: old or ""} | _clean(texts)
    connection.execute(_INDEX.insert(), row)


def set_transcript(connection: Connection, ordinal: int, transcript: str) -> None:
    """Replace what the steps of a change put out, as far as it is found by."""
    texts = stored_texts(connection, [ordinal]).get(ordinal)
    if texts is not None:
        _forget(connection, ordinal)
        clean = transcript.encode("utf-8", "replace").decode()
        row = {"rowid": ordinal, _TRANSCRIPT: clean} | _clean(texts)
        connection.execute(_INDEX.insert(), row)


def _forget(connection: Connection, ordinal: int) -> None:
    connection.execute(text(f"DELETE FROM {TABLE} WHERE rowid = :key"), {"key": ordinal})  # noqa: S608


def insert_texts(connection: Connection, found_by: Iterable[tuple[int, Texts]]) -> None:
    """Add what new changes are found by."""
    rows = [{"rowid": number, _TRANSCRIPT: ""} | _clean(texts) for number, texts in found_by]
    connection.execute(_INDEX.insert(), rows)


def stored_texts(connection: Connection, numbers: Sequence[int]) -> dict[int, Texts]:
    """Return what changes are found by now."""
    rows = connection.execute(select(_INDEX).where(listed(KEY, numbers)))
    return {row.rowid: Texts(*(getattr(row, name) for name in _COLUMNS)) for row in rows}


def _clean(texts: Texts) -> dict[str, str]:
    found = ((name, getattr(texts, name)) for name in _COLUMNS)
    return {name: held.encode("utf-8", "replace").decode() for name, held in found}


def typed_words(typed: str) -> tuple[str, ...]:
    """Return the words of what a user typed: letters and digits, nothing that could be obeyed."""
    found = re.findall(r"\w+", typed.encode("utf-8", "ignore").decode())[:_MAX_WORDS]
    return tuple(word[:_MAX_LENGTH] for word in found)


def expression(typed: str, facets: Sequence[Sequence[str]]) -> str:
    """Return what to look for in FTS5's language; "" when that is nothing.

    Whatever is typed is data: each word is quoted, operators have no meaning. Of each group of
    facets one must be there. Text without any word finds nothing.
    """
    parts = [f"facets : ({' OR '.join(group)})" for group in facets]
    if typed.strip():
        words = " AND ".join(f'"{word}"*' for word in typed_words(typed)) or '""'
        parts.insert(0, f"{{{_WORDS}}} : ({words})")
    return " AND ".join(parts)


def hits(match: str) -> AnySelect:
    """Return a query for the numbers of all changes that match."""
    return select(KEY).select_from(_INDEX).where(matching(match))


def matching(match: str) -> ColumnElement[bool]:
    """Return the condition that a row of the index matches."""
    return text(f"{TABLE} MATCH :match").bindparams(match=match)  # type: ignore[return-value]  # a condition is one


def where_found(
    connection: Connection, typed: str, numbers: Sequence[int]
) -> dict[int, tuple[str, str]]:
    """Return for each change the first of `PLACES` with a word, and the text around it.

    A change whose words are all in its title is left out: there they are seen anyway.
    """
    match = expression(typed, ())
    if not match or not numbers:
        return {}
    span = (match, min(numbers), max(numbers), json.dumps(list(numbers)))
    rows = connection.exec_driver_sql(_WHERE_FOUND, span).all()
    wanted = len(typed_words(typed))
    return {row[0]: place for row in rows if (place := _first_place(row[1:], wanted))}


def _snippet(place: str) -> str:
    at = [*_COLUMNS, _TRANSCRIPT].index(place)
    return f"snippet({TABLE}, {at}, char(2), char(3), '…', 14)"


# The span comes first: a list alone would make the index look up every number anew. Written out,
# because building it from pieces would take longer than running it.
_WHERE_FOUND = (
    f"SELECT rowid, {', '.join(map(_snippet, PLACES))} FROM {TABLE}"  # noqa: S608 - our own names
    f" WHERE {TABLE} MATCH ? AND rowid BETWEEN ? AND ?"
    " AND coalesce(rowid, rowid) IN (SELECT value FROM json_each(?))"
)


def _first_place(shown: Sequence[str], wanted: int) -> tuple[str, str] | None:
    if shown[0].count(_BEGIN) >= wanted:
        return None
    for name, text_ in zip(PLACES[1:], shown[1:], strict=True):
        if _BEGIN in text_:
            return name, " ".join(text_.replace(_BEGIN, "").replace(_END, "").split())
    return None


def hit_count(connection: Connection, match: str, up_to: int | None = None) -> int:
    """Return how many changes match; counting stops at ``up_to``."""
    if up_to is None:
        found = select(func.count()).select_from(_INDEX).where(matching(match))
    else:
        some = hits(match).limit(up_to).subquery()
        found = select(func.count()).select_from(some)
    return int(connection.scalar(found) or 0)


def listed(number: ColumnElement[int], numbers: Sequence[int]) -> ColumnElement[bool]:
    """Return the condition that a number is in a list, of whatever length."""
    rows = func.json_each(json.dumps(list(numbers))).table_valued("value")
    return number.in_(select(rows.c.value))


def unindexed(held: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return the same value in a form that no index serves, to keep the planner off one."""
    return func.coalesce(held, held)


def joined(query: AnySelect, number: ColumnElement[int], match: str) -> AnySelect:
    """Return a query over changes joined with their hits, read in the order of `KEY`."""
    return query.join(_INDEX, number == KEY).where(matching(match))
