"""The archive of ``mongodump --archive``: read to its end, document by document.

Layout, from mongo-tools/common/archive: the magic number; a prelude of BSON documents, the first
about the whole archive, one more for every collection, then a terminator (0xFFFFFFFF); after it
segments, each a header {db, collection, EOF, CRC}, documents, a terminator. The last segment of a
collection says EOF and carries a CRC-64 over all its documents.
BSON: https://bsonspec.org/spec.html. Only what is needed is decoded; the rest is measured.
"""

from collections.abc import Callable
from dataclasses import dataclass

from app.vault.formats import FormatError

MAGIC = (0x8199E26D).to_bytes(4, "little")
TERMINATOR = b"\xff\xff\xff\xff"
_MAX_DOCUMENT = 64 << 20
_POLYNOMIAL = 0xC96C5795D7870F42
"""CRC-64/XZ, the reflected ECMA-182 polynomial, as Go's ``crc64.ECMA``."""
_ALL = (1 << 64) - 1


def _crc_table() -> tuple[int, ...]:
    table = []
    for byte in range(256):
        crc = byte
        for _ in range(8):
            crc = crc >> 1 ^ (_POLYNOMIAL if crc & 1 else 0)
        table.append(crc)
    return tuple(table)


_TABLE = _crc_table()


def crc64(data: bytes, crc: int = 0) -> int:
    """Continue a CRC-64 over more bytes."""
    crc ^= _ALL
    for byte in data:
        crc = _TABLE[(crc ^ byte) & 0xFF] ^ crc >> 8
    return crc ^ _ALL


@dataclass
class _Collection:
    """What has come of one collection."""

    documents: int = 0
    crc: int = 0
    ended: bool = False


class ArchiveFormat:
    """Fed with a whole archive; knows its collections and whether each came to its end.

    Args:
        checked: Whether the CRC of every collection is computed too, about 5 MB a second.
    """

    def __init__(self, *, checked: bool = False) -> None:
        self._checked = checked
        self._rest = b""
        self._next: Callable[[bytes], None] = self._prelude
        self._begun = False
        self._announced: set[str] = set()
        self._open: _Collection | None = None
        self.collections: dict[str, _Collection] = {}

    def feed(self, data: bytes) -> None:
        """Take the next bytes; raises FormatError."""
        data = self._rest + data
        at = 0
        if not self._begun:
            if len(data) < 4:
                self._rest = data
                return
            if data[:4] != MAGIC:
                raise FormatError("This is not an archive of mongodump.")
            self._begun, at = True, 4
        while len(data) - at >= 4:
            word = data[at : at + 4]
            if word == TERMINATOR:
                self._terminate()
                at += 4
                continue
            size = int.from_bytes(word, "little", signed=True)
            if not 5 <= size <= _MAX_DOCUMENT:
                raise FormatError(f"The archive holds a document of {size} bytes.")
            if len(data) - at < size:
                break
            if data[at + size - 1]:
                raise FormatError("A document in the archive does not end as it should.")
            self._next(data[at : at + size])
            at += size
        self._rest = data[at:]

    def finish(self) -> int:
        """Return the number of documents; raises FormatError when anything is missing."""
        if not self._begun or self._rest or self._next != self._header:
            raise FormatError("The archive ends in the middle.")
        if not self.collections:
            raise FormatError("The archive holds no collection.")
        missing = self._announced - self.collections.keys()
        cut = {name for name, one in self.collections.items() if not one.ended} | missing
        if cut:
            raise FormatError(f"The archive does not hold all of {', '.join(sorted(cut)[:3])}.")
        return sum(one.documents for one in self.collections.values())

    def _prelude(self, document: bytes) -> None:
        fields = top_fields(document)
        name, database = fields.get("collection"), fields.get("db")
        if isinstance(name, str) and isinstance(database, str) and not _is_view(fields):
            self._announced.add(f"{database}.{name}")

    def _header(self, document: bytes) -> None:
        fields = top_fields(document)
        name = f"{fields.get('db')}.{fields.get('collection')}"
        one = self.collections.setdefault(name, _Collection())
        if one.ended:
            raise FormatError(f"The archive goes on with {name} after its end.")
        if fields.get("EOF"):
            one.ended = True
            said = fields.get("CRC")
            if self._checked and isinstance(said, int) and said & _ALL != one.crc:
                raise FormatError(f"The checksum of {name} does not match.")
        self._open, self._next = one, self._body

    def _body(self, document: bytes) -> None:
        if self._open is None or self._open.ended:
            raise FormatError("The archive holds documents where none may be.")
        self._open.documents += 1
        if self._checked:
            self._open.crc = crc64(document, self._open.crc)

    def _terminate(self) -> None:
        if self._next == self._header:
            raise FormatError("The archive holds an end where a collection should begin.")
        self._open, self._next = None, self._header


def _is_view(fields: dict[str, str | int | bool]) -> bool:
    """Whether the prelude tells of a view, which is defined but holds nothing."""
    return fields.get("type") == "view" or '"viewOn"' in str(fields.get("metadata"))


def top_fields(document: bytes) -> dict[str, str | int | bool]:
    """Return the strings, numbers and truth values at the top of a BSON document."""
    fields: dict[str, str | int | bool] = {}
    at, end = 4, len(document) - 1
    while at < end:
        kind = document[at]
        stop = document.find(b"\0", at + 1, end)
        if stop < 0:
            raise FormatError("A document in the archive cannot be read.")
        name, at = document[at + 1 : stop].decode("utf-8", "replace"), stop + 1
        size = _value_size(kind, document, at)
        if size < 0 or at + size > end:
            raise FormatError("A document in the archive cannot be read.")
        value = document[at : at + size]
        if kind == 0x02:
            fields[name] = value[4:-1].decode("utf-8", "replace")
        elif kind == 0x08:
            fields[name] = value != b"\0"
        elif kind in (0x10, 0x12):
            fields[name] = int.from_bytes(value, "little", signed=True)
        at += size
    return fields


_FIXED = {0x01: 8, 0x07: 12, 0x08: 1, 0x09: 8, 0x0A: 0, 0x10: 4, 0x11: 8, 0x12: 8, 0x13: 16}


def _value_size(kind: int, document: bytes, at: int) -> int:
    """Return how many bytes a value takes, -1 for what never stands in these headers."""
    if kind in _FIXED:
        return _FIXED[kind]
    length = int.from_bytes(document[at : at + 4], "little", signed=True)
    if kind == 0x02:
        return 4 + length if length > 0 else -1
    if kind in (0x03, 0x04):
        return length if length >= 5 else -1
    return 5 + length if kind == 0x05 and length >= 0 else -1
