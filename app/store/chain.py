"""The change log: entries that are only ever added, each bound to the one before by a hash.

The hash of an entry is the SHA-256 of its canonical JSON: one object with the keys actor, at, by,
change, data, kind, prev_hash, refs, seq and text, sorted, without spaces, in UTF-8. Editing,
deleting or swapping entries breaks the chain. Cutting off its end, or writing all of it anew, does
not: that is what the anchors of `app.store.anchors` are for.

Here are the hashes and the check, which need the driver alone; `app.store.log` writes and lists.
"""

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from json.encoder import encode_basestring as _quoted
from typing import Any, Final

from app.domain.event import HASHED, SEAL, ChainReport, canonical, digest
from app.i18n import _
from app.store.codec import from_text
from app.store.known_seals import KnownSeals, Sealed
from app.store.seals import AS_FOUND

READ_HEAD: Final = "SELECT seq, hash, at FROM event ORDER BY seq DESC LIMIT 1"
_READ: Final = (
    'SELECT seq, at, "by", actor, kind, text, "change", refs, data, prev_hash, hash'
    " FROM event ORDER BY seq"
)


@dataclass(frozen=True, slots=True)
class Head:
    """The last entry of the log: how many there are, its hash, its time."""

    size: int = 0
    hash: str = ""
    at: datetime | None = None


def head_of(row: Sequence[Any] | None) -> Head:
    """Return the end of the log from what `READ_HEAD` found."""
    return Head(row[0], row[1], from_text(row[2])) if row else Head()


def check_chain(
    connection: sqlite3.Connection, wanted: frozenset[int], seals: KnownSeals
) -> tuple[ChainReport, dict[int, str]]:
    """Read the whole log once; return what was found, and the hashes of the wanted entries.

    The seals it speaks of are put where they are wanted. Streams straight from the driver: a
    hundred thousand entries take about a second.
    """
    import msgspec  # noqa: PLC0415 - loads slowly; a start does without

    decode = msgspec.json.Decoder(list[tuple[str, str]]).decode
    hashes: dict[int, str] = {}
    previous, count = "", 0
    for row in connection.execute(_READ):
        fits = row[0] == count + 1 and row[9] == previous and _quick_hash(row) == row[10]
        if not fits and (reason := _misfit(row, count + 1, previous)):
            return ChainReport(count, previous, count + 1, reason), hashes
        count, previous = count + 1, row[10]
        if count in wanted:
            hashes[count] = previous
        if SEAL in row[8]:
            _collect(seals, row, decode(row[8]))
    return ChainReport(count, previous), hashes


def _collect(seals: KnownSeals, row: Sequence[Any], data: Iterable[tuple[str, str]]) -> None:
    """Keep the seals of an entry that fits; later ones replace earlier ones."""
    seq, as_found = row[0], row[4] == AS_FOUND
    for name, value in data:
        if name.startswith(SEAL):
            seals.put(name, Sealed(value, seq, as_found))


def _quick_hash(row: Sequence[Any]) -> str:
    """Return the hash of an entry from its row as it stands, "" where that cannot be done.

    Refs and data are kept as canonical JSON, so that they need not be read and written once more.
    Were they anything else, the text would be another one and its hash too. Each must be one whole
    JSON value, or what belongs to one field could pass for that of the next.
    """
    seq, at, by, actor, kind, text, change, refs, data, prev_hash, _hash = row
    try:
        for raw in (refs, data):
            if raw != "[]":
                json.loads(raw)
        entry = (
            f'{{"actor":{_quoted(actor)},"at":{_quoted(at)},"by":{_quoted(by)}'
            f',"change":{_quoted(change)},"data":{data},"kind":{_quoted(kind)}'
            f',"prev_hash":{_quoted(prev_hash)},"refs":{refs},"seq":{seq},"text":{_quoted(text)}}}'
        )
        return hashlib.sha256(entry.encode()).hexdigest()
    except (TypeError, ValueError):
        return ""


def _misfit(row: Sequence[Any], expected: int, previous: str) -> str:
    """Say why an entry does not fit, or nothing."""
    if row[0] != expected:
        return _("entry {n} is missing").format(n=expected)
    *values, row_hash = row
    entry = dict(zip(HASHED, values, strict=True))
    if entry["prev_hash"] != previous:
        return _("entry {n} does not follow from the one before").format(n=expected)
    try:
        for name in ("refs", "data"):
            raw, entry[name] = entry[name], json.loads(entry[name])
            if canonical(entry[name]) != raw:
                return _("entry {n} was altered").format(n=expected)
        same = digest(entry) == row_hash
    except (TypeError, ValueError):
        same = False
    return "" if same else _("entry {n} was altered").format(n=expected)
