"""One member of a tar archive: its header in ustar, pax and GNU forms, as values.

Nothing in a header is trusted: every number, name and length is checked against a limit.
"""

from dataclasses import dataclass
from enum import StrEnum
from zlib import adler32

BLOCK = 512
MAX_META_BYTES = 1 << 20
MAX_RECORDS = 4096
"""Of one extension, and of all that hold for every member: each costs time with every member."""
MAX_MAP_BYTES = 1 << 24
MAX_NAME_BYTES = 64 * 1024
MAX_SIZE_BYTES = 1 << 62


class TarError(ValueError):
    """The stream is not a tar archive, is cut short, or goes beyond a limit."""


class MemberType(StrEnum):
    """What a member is."""

    FILE = "file"
    DIRECTORY = "directory"
    SYMLINK = "symlink"
    HARDLINK = "hardlink"
    FIFO = "fifo"
    DEVICE = "device"


_TYPES = {
    b"0": MemberType.FILE,
    b"\0": MemberType.FILE,
    b"7": MemberType.FILE,
    b"1": MemberType.HARDLINK,
    b"2": MemberType.SYMLINK,
    b"3": MemberType.DEVICE,
    b"4": MemberType.DEVICE,
    b"5": MemberType.DIRECTORY,
    b"6": MemberType.FIFO,
}


EXTENSIONS = frozenset((b"x", b"g", b"L", b"K"))
"""Kinds of headers that tell more about the next member: pax for one or all, and GNU long names."""


@dataclass(frozen=True, slots=True)
class Member:
    """One entry of an archive; ``path`` and ``link`` are relative, without a leading ``./``.

    ``size`` is the size of the file in bytes, holes included. ``link`` is the target of a symlink
    as it stands, or the path of the member a hard link points to.
    """

    path: bytes
    type: MemberType
    size: int
    mode: int
    uid: int
    gid: int
    mtime_ns: int
    link: bytes = b""
    sparse: bool = False


@dataclass(frozen=True, slots=True)
class Header:
    """A header block as it stands, before extensions."""

    kind: bytes
    name: bytes
    link: bytes
    size: int
    mode: int
    uid: int
    gid: int
    mtime: int


def parse_header(block: bytes) -> Header:
    """Read one header block; raises TarError."""
    if _number(block[148:156]) != _sum(block) - sum(block[148:156]) + 8 * 0x20:
        raise TarError("A member header has a wrong checksum.")
    kind, size = block[156:157], _size(_number(block[124:136]))
    if kind in EXTENSIONS:  # half of all headers, and nothing else of them is used
        return Header(kind, b"", b"", size, 0, 0, 0, 0)
    name, prefix = _text(block[:100]), _text(block[345:500])
    is_posix = block[257:263] == b"ustar\0"
    return Header(
        kind=kind,
        name=prefix + b"/" + name if prefix and is_posix else name,
        link=_text(block[157:257]),
        size=size,
        mode=_number(block[100:108]) & 0o7777,
        uid=_number(block[108:116]),
        gid=_number(block[116:124]),
        mtime=_number(block[136:148]),
    )


def member_of(header: Header, pax: dict[str, bytes]) -> tuple[Member, int]:
    """Return the member, and how many bytes of it are in the archive."""
    kind = _TYPES.get(header.kind)
    if kind is None:
        raise TarError(f"A member has the unknown type {header.kind!r}.")
    path = pax.get("GNU.sparse.name") or pax.get("path") or header.name
    if kind is MemberType.FILE and path.endswith(b"/"):
        kind = MemberType.DIRECTORY
    link = pax.get("linkpath") or header.link
    stored = _size(_decimal(pax["size"])) if "size" in pax else header.size
    if kind is not MemberType.FILE:
        stored = 0
    size = _size(_decimal(pax["GNU.sparse.realsize"])) if "GNU.sparse.realsize" in pax else stored
    member = Member(
        path=_clean(path),
        type=kind,
        size=size,
        mode=header.mode,
        uid=_decimal(pax["uid"]) if "uid" in pax else header.uid,
        gid=_decimal(pax["gid"]) if "gid" in pax else header.gid,
        mtime_ns=_nanoseconds(pax["mtime"]) if "mtime" in pax else header.mtime * 10**9,
        link=_clean(link) if kind is MemberType.HARDLINK else link,
    )
    return member, stored


def _clean(path: bytes) -> bytes:
    """Cut the ``./`` our producers put in front, and a directory's closing slash."""
    if len(path) > MAX_NAME_BYTES or b"\0" in path or not path:
        raise TarError("A member has no usable name.")
    return path.removeprefix(b"./").rstrip(b"/") or b"."


def parse_pax(payload: bytes) -> dict[str, bytes]:
    """Read the records of an extended header; raises TarError."""
    records: dict[str, bytes] = {}
    at = count = 0
    while at < len(payload):
        count += 1
        if count > MAX_RECORDS:
            raise TarError("An extended header holds too many records.")
        digits, _, _ = payload[at : at + 20].partition(b" ")
        length = _decimal(digits)
        fits = len(digits) + 1 < length <= len(payload) - at
        record, at = payload[at + len(digits) + 1 : at + length], at + max(1, length)
        name, equals, value = record.partition(b"=")
        if not fits or not equals or not value.endswith(b"\n"):
            raise TarError("An extended header is malformed.")
        records[name.decode("utf-8", "replace")] = value[:-1]
    return records


class SparseMap:
    """The map of a GNU sparse 1.0 file: decimal lines in whole blocks before the data."""

    def __init__(self) -> None:
        self._text = bytearray()
        self._lines = 0
        self._wanted: int | None = None

    @property
    def size(self) -> int:
        """Bytes of the archive the map takes."""
        return len(self._text)

    def take(self, block: bytes) -> bool:
        """Take one block; return whether the map is complete."""
        self._text += block
        self._lines += block.count(b"\n")
        if self._wanted is None and self._lines:
            self._wanted = 1 + 2 * _decimal(bytes(self._text.partition(b"\n")[0]))
        if len(self._text) > MAX_MAP_BYTES:
            raise TarError("The map of a sparse file is beyond the limit.")
        return self._wanted is not None and self._lines >= self._wanted

    def segments(self, size: int) -> list[tuple[int, int]]:
        """Return (offset, length) of every stretch of data in a file of ``size`` bytes."""
        numbers = [
            _size(_decimal(line)) for line in bytes(self._text).split(b"\n")[1 : self._wanted]
        ]
        segments = list(zip(numbers[::2], numbers[1::2], strict=True))
        end = 0
        for start, length in segments:
            if start < end:
                raise TarError("The map of a sparse file goes backwards.")
            end = start + length
        if end > size:
            raise TarError("The map of a sparse file goes beyond its end.")
        return segments


def _sum(block: bytes) -> int:
    """Add up the bytes of a block, ten times as fast as `sum`.

    The low half of an Adler-32 is one more than the sum, modulo 65521 (RFC 1950, section 9); the
    sum of half a block stays below that.
    """
    halves = block[: BLOCK // 2], block[BLOCK // 2 :]
    return sum((adler32(half) & 0xFFFF) - 1 for half in halves)


def _number(field: bytes) -> int:
    if field[0] in (0x80, 0xFF):
        return int.from_bytes(field[1:], "big") - (
            256 ** (len(field) - 1) if field[0] == 0xFF else 0
        )
    digits = field.strip(b" \0")
    try:
        return int(digits or b"0", 8)
    except ValueError:
        raise TarError("A member header holds a malformed number.") from None


def _decimal(text: bytes) -> int:
    if not text.isdigit() or len(text) > 20:
        raise TarError("An extended header holds a malformed number.")
    return int(text)


def _size(value: int) -> int:
    if not 0 <= value <= MAX_SIZE_BYTES:
        raise TarError("A member has an impossible size.")
    return value


def _nanoseconds(text: bytes) -> int:
    whole, _, fraction = text.partition(b".")
    sign = -1 if whole.startswith(b"-") else 1
    return sign * (_decimal(whole.lstrip(b"-")) * 10**9 + _decimal(fraction[:9].ljust(9, b"0")))


def _text(field: bytes) -> bytes:
    return field.partition(b"\0")[0]


def padding(size: int) -> int:
    """Return how many bytes fill up the last block."""
    return -size % BLOCK
