"""Full-text search over changes: the only place that speaks SQLite's FTS5.

Words are matched by their beginning and hits are not ranked: the newest change comes first, as in
every list. The index bears the number of a change as its key, so that hits come out in that order
and a page of them costs the same however many there are. Facets (`app.store.words`) lie in the
same index: words within a filter are one walk. Texts are kept as they are found, see
`app.store.lettering`.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import partial
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Integer,
    Select,
    bindparam,
    column,
    func,
    select,
    text,
)
from sqlalchemy.sql import table as lightweight

from app.services.search.spelling import folded, spelled
from app.store.lettering import as_kept, as_written
from app.store.terms import Asking, phrase
from app.store.words import Texts

if TYPE_CHECKING:
    from app.store.prepared import Snapshot

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
MATCH, MOST = "match", "most"
"""The names under which statements take what to look for, and where to stop."""
KEY: ColumnElement[int] = _INDEX.c.rowid
"""The number of a hit."""


def index(connection: Connection, found_by: Mapping[int, Texts]) -> None:
    """Keep what changes are found by, inside the caller's transaction; transcripts stay.

    What is kept already is only read.
    """
    stored = _stored(connection, found_by)
    fresh = []
    for number, texts in found_by.items():
        old = stored.get(number, {})
        row = _row(number, texts, as_written(old.get(_TRANSCRIPT) or ""))
        if row != old:
            fresh.append(row)
    _replace(connection, fresh)


def set_transcript(connection: Connection, ordinal: int, transcript: str) -> None:
    """Replace what the steps of a change put out, as far as it is found by."""
    for row in _stored(connection, [ordinal]).values():
        _replace(connection, [row | {_TRANSCRIPT: as_kept(transcript)}])


def _stored(connection: Connection, numbers: Iterable[int]) -> dict[int, dict[str, Any]]:
    rows = connection.execute(select(_INDEX).where(listed(KEY, as_list(numbers))))
    return {row.rowid: dict(row._mapping) for row in rows}


def _row(number: int, texts: Texts, transcript: str) -> dict[str, Any]:
    found = {name: getattr(texts, name) for name in _COLUMNS} | {_TRANSCRIPT: transcript}
    return {"rowid": number} | {name: as_kept(text_) for name, text_ in found.items()}


def _replace(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        forget = text(f"DELETE FROM {TABLE} WHERE rowid = :rowid")  # noqa: S608 - a name of ours
        connection.execute(forget, [{"rowid": row["rowid"]} for row in rows])
        connection.execute(_INDEX.insert(), rows)


def typed_words(typed: str) -> tuple[str, ...]:
    """Return the pieces of what a user typed: what stands between spaces or in quotes.

    Characters that no text can hold or that would end FTS5's own reading are taken out; all else is
    left to the index, which takes a piece apart as it took apart the texts.
    """
    clean = spelled(typed.encode("utf-8", "ignore").decode())
    found = (quoted or bare for quoted, bare in _PIECES.findall(clean.replace("\0", " ")))
    return tuple(part for piece in found for part in _parts(piece))[:_MAX_WORDS]


def _parts(piece: str) -> Iterator[str]:
    """Yield a piece, the number of a change as two: people leave out its zeros and its hyphen."""
    named = _NUMBERED.fullmatch(piece)
    found = named.groups() if named else (piece,)
    yield from (part[:_MAX_LENGTH] for part in found if _WORDY.search(part))


_PIECES = re.compile(r'"([^"]*)"?|([^\s",;()\[\]{}|]+)')
_NUMBERED = re.compile(r"(chg|exa)-?(\d{1,9})", re.IGNORECASE | re.ASCII)
_WORDY = re.compile(r"[^\W_]")


def words(typed: str, *, titles: bool = False, ask: Asking | None = None) -> str:
    """Return what to look for in FTS5's language for what a user typed; "" when that is nothing.

    Whatever is typed is data: each piece is quoted, operators have no meaning. A piece of several
    words such as ``db-01``, or one in quotes, is found as it stands; the last word of each piece
    by its beginning, for it may be still being typed. Text without any word finds nothing. With
    ``titles`` nothing else is looked at; with ``ask``, long words are found faster.
    """
    if not typed.strip():
        return ""
    found = " AND ".join(phrase(piece, ask) for piece in typed_words(typed)) or '""'
    return f"{{{'title' if titles else _WORDS}}} : ({found})"


def expression(found: str, facets: Sequence[Sequence[str]]) -> str:
    """Return `words` within facets, of each group of which one must be there."""
    parts = [found] if found else []
    parts += [f"facets : ({' OR '.join(group)})" for group in facets]
    return " AND ".join(parts)


def hits(match: str | None = None) -> AnySelect:
    """Return a query for the numbers of all changes that match; without, it is bound as `MATCH`."""
    return select(KEY).select_from(_INDEX).where(matching(match))


def matching(match: str | None = None) -> ColumnElement[bool]:
    """Return the condition that a row of the index matches."""
    condition = text(f"{TABLE} MATCH :{MATCH}")
    if match is not None:
        condition = condition.bindparams(**{MATCH: match})
    return condition  # type: ignore[return-value]  # a condition is one


@dataclass(frozen=True, slots=True)
class Match:
    """What hits are hits of: words in any place, and the same in titles alone; "" is nothing.

    ``words`` are the pieces that were typed, by `typed_words`.
    """

    anywhere: str
    titled: str
    words: tuple[str, ...]


def where_found(
    held: "Snapshot", match: Match, numbers: Sequence[int]
) -> dict[int, tuple[str, str]]:
    """Return for each hit the place with most of the words, and the text around them.

    Of places with as many, the first of `PLACES` is told. A change whose words are all in its title
    is left out: there they are seen anyway.
    """
    span = (min(numbers), max(numbers))
    titled = {number for (number,) in held.sql(_TITLED, (match.titled, *span))}
    others = [number for number in numbers if number not in titled]
    if not others:
        return {}
    rows = held.sql(_WHERE_FOUND, (match.anywhere, min(others), max(others), as_list(others)))
    words = tuple(map(folded, match.words))
    return {row[0]: place for row in rows if (place := _best_place(row, words))}


def _snippet(place: str) -> str:
    at = [*_COLUMNS, _TRANSCRIPT].index(place)
    return f"snippet({TABLE}, {at}, char(2), char(3), '…', 14)"


# Written out, because building them from pieces would take longer than running them. The span comes
# first: a list alone would make the index look up every number anew.
_TITLED = f"SELECT rowid FROM {TABLE} WHERE {TABLE} MATCH ? AND rowid BETWEEN ? AND ?"  # noqa: S608 - our own name
_WHERE_FOUND = (
    f"SELECT rowid, {', '.join(map(_snippet, PLACES[1:]))} FROM {TABLE}"  # noqa: S608 - names of ours alone
    f" WHERE {TABLE} MATCH ? AND rowid BETWEEN ? AND ?"
    " AND coalesce(rowid, rowid) IN (SELECT value FROM json_each(?))"
)


def _best_place(row: Sequence[str], words: Sequence[str]) -> tuple[str, str] | None:
    found = [each for each in zip(PLACES[1:], row[1:], strict=True) if _BEGIN in each[1]]
    if not found:
        return None
    name, text_ = found[0] if len(found) == 1 else max(found, key=partial(_hit_count, words))
    written = as_written(text_.replace(_BEGIN, "").replace(_END, ""))
    between = " " if name == _TRANSCRIPT else " · "  # one text ends at a line, output goes on
    lines = (" ".join(line.split()) for line in written.split("\n"))
    return name, between.join(line for line in lines if line)


_HIT = re.compile(f"{_BEGIN}(.*?){_END}", re.DOTALL)


def _hit_count(words: Sequence[str], place: tuple[str, str]) -> int:
    """Return how many of the folded words are among those that are marked in a place."""
    marked = [folded(as_written(hit)) for hit in _HIT.findall(place[1])]
    return sum(any(hit.startswith(word) for hit in marked) for word in words)


def hit_count(stopping: bool = False) -> AnySelect:
    """Return a query for how many changes match; counting may stop at `MOST`."""
    if stopping:
        return select(func.count()).select_from(hits().limit(bindparam(MOST)).subquery())
    return select(func.count()).select_from(_INDEX).where(matching())


def as_list(values: Iterable[str | int]) -> str:
    """Return values as `listed` takes them."""
    return json.dumps(list(values))


def listed(held: ColumnElement[Any], values: str | BindParameter[Any]) -> ColumnElement[bool]:
    """Return the condition that a value is in a list of whatever length; see `as_list`."""
    rows = func.json_each(values).table_valued("value")
    return held.in_(select(rows.c.value))


def unindexed(held: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return the same value in a form that no index serves, to keep the planner off one."""
    return func.coalesce(held, held)


def joined(query: AnySelect, number: ColumnElement[int]) -> AnySelect:
    """Return a query over changes joined with their hits, read in the order of `KEY`."""
    return query.join(_INDEX, number == KEY).where(matching())
