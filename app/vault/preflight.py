"""Looking before a backup: the host lists what it has, and the rules are tried on that list.

Nothing is read but names and sizes. The list passes by and is not kept, so that a million files
need no more memory than ten.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from app.domain.backup import BackupSource, SourceKind
from app.domain.preflight import HostOutlook, LeftOut, SourceOutlook
from app.errors import RemoteError
from app.i18n import _
from app.services.backup.root_readers import LIST
from app.services.ports.vault import CaptureRequest
from app.services.ports.world import Remote
from app.tasks import TaskContext
from app.vault import scripts
from app.vault.core import Core
from app.vault.dialogue import Payload, ask, new_nonce, probe
from app.vault.excluded import Excluded
from app.vault.judging import Ending
from app.vault.layout import free_bytes
from app.vault.mounts import left_out
from app.vault.producer import Abilities, check_path
from app.vault.producers import outermost
from app.vault.rights import Rights, rights_on
from app.vault.spool import SPARE, SPARE_BYTES
from app.vault.tree import shown

_LARGEST = 5
_CHUNK_BYTES = 1 << 18
_IDLE_S = 120.0
_FINISH_S = 30.0
_FREE_S = 30.0
_MAX_RECORD_BYTES = 1 << 16
_COPY_FACTOR = 1.5
"""A copy of a live database may grow while it is made."""


def look_ahead(
    core: Core, request: CaptureRequest, remote: Remote, context: TaskContext
) -> HostOutlook:
    """Say what a set would hold; see `app.services.ports.vault.Vault.outlook`."""
    free_here = free_bytes(core.layout.root)
    try:
        able = probe(remote)
        wanted = [s for s in request.of_host(remote.host.id) if s.kind is not SourceKind.FACTS]
        rights = rights_on(remote, wanted)
        sources = tuple(_look_at(source, rights, able, context) for source in wanted)
        room = _room_there(remote)
    except RemoteError as error:
        return HostOutlook(remote.host.name, (), free_here, problem=error.sentence())
    needed, free = [], []
    for kind, spare in (("copies", _copied(sources)), ("spool", _spooled(sources))):
        if spare:
            needed.append(spare)
            free.append(room.get(kind))
    told = [one for one in free if one is not None]
    free_there = min(told) if told and len(told) == len(free) else None
    return HostOutlook(remote.host.name, sources, free_here, free_there, spool_bytes=sum(needed))


def _copied(sources: tuple[SourceOutlook, ...]) -> int:
    kinds = (SourceKind.SQLITE,)
    copied = sum(one.plain_bytes or 0 for one in sources if one.source.kind in kinds)
    return int(copied * _COPY_FACTOR)


def _spooled(sources: tuple[SourceOutlook, ...]) -> int:
    spooled = [one.plain_bytes or 0 for one in sources if one.source.spool]
    return int(sum(spooled) * SPARE) + SPARE_BYTES if spooled else 0


def _look_at(
    source: BackupSource, rights: Rights, able: Abilities, context: TaskContext
) -> SourceOutlook:
    if (error := rights.lacks(source)) is not None:
        return SourceOutlook(source, problem=error.sentence())
    match source.kind:
        case SourceKind.FILES if "find_printf" in able.tools:
            roots = outermost(source.paths)
            found = _look_at_files(source, roots, rights, context)
            mounts = left_out(source, roots, able.mounts)
            return replace(found, problem=found.problem or mounts[0].words) if mounts else found
        case SourceKind.SQLITE if "find_printf" in able.tools:
            return _look_at_files(source, [check_path(source.database)], rights, context)
        case SourceKind.FILES | SourceKind.SQLITE:
            text = _("The host cannot list its files (its find knows no -printf).")
            return SourceOutlook(source, problem=text)
        case _:
            return SourceOutlook(source)


def _look_at_files(
    source: BackupSource, paths: list[str], rights: Rights, context: TaskContext
) -> SourceOutlook:
    nonce = new_nonce()
    count = _Count(source.exclude)
    by_reader = rights.by_reader(source, LIST)
    script, words = (scripts.COMMAND, ("find", *by_reader)) if by_reader else (scripts.SIZES, paths)
    with rights.remote_of(source).stream(script, nonce, *words, idle_s=_IDLE_S) as stream:
        payload = Payload(stream, nonce)
        for record in _records(payload, context):
            count.take(record)
        code = stream.finish(_FINISH_S) if payload.ended else None
        ending = Ending(code, stream.stderr(), nonce, 0)
    found = SourceOutlook(source, count.members, count.plain_bytes, count.rules())
    said = [line.decode("utf-8", "replace")[:200] for line in ending.lines]
    if not payload.began or (ending.control or {}).get("find") is None:
        return replace(found, problem=_("The host did not list its files to the end."))
    return replace(found, problem=said[0]) if said else found


def _records(payload: Payload, context: TaskContext) -> Iterator[bytes]:
    """Yield what lies between the zero bytes of a listing."""
    rest, seen = b"", 0
    while data := payload.read(_CHUNK_BYTES):
        *whole, rest = (rest + data).split(b"\0")
        yield from whole
        seen += len(whole)
        context.progress(seen, None, _("Entries listed"))
        if len(rest) > _MAX_RECORD_BYTES:
            return


@dataclass
class _Rule:
    members: int = 0
    plain_bytes: int = 0
    largest: list[tuple[int, bytes]] = field(default_factory=list)

    def add(self, path: bytes, size: int, *, top: bool) -> None:
        self.members += 1
        self.plain_bytes += size
        if top:
            self.largest.append((size, path))
        elif self.largest:
            self.largest[-1] = (self.largest[-1][0] + size, self.largest[-1][1])
        if top and len(self.largest) > 4 * _LARGEST:
            last = self.largest.pop()
            self.largest = [*sorted(self.largest, reverse=True)[:_LARGEST], last]


class _Count:
    """Counts members as they are listed, folders before what is in them."""

    def __init__(self, patterns: tuple[str, ...]) -> None:
        self.members = self.plain_bytes = 0
        self._rules = {pattern: (Excluded((pattern,)), _Rule()) for pattern in patterns}
        self._below: tuple[bytes, _Rule] | None = None
        self._inodes: set[bytes] = set()

    def take(self, record: bytes) -> None:
        """Count one line: type, size, 512-byte blocks, links, device, inode, path."""
        kind, size, blocks, links, inode, path = record.split(b" ", 5)
        plain = min(int(size), int(blocks) * 512) if kind == b"f" else 0
        if kind == b"f" and int(links) > 1:
            plain = 0 if inode in self._inodes else plain
            self._inodes.add(inode)
        if self._below is not None and path.startswith(self._below[0]):
            self._below[1].add(path, plain, top=False)
            return
        self._below = None
        for excluded, rule in self._rules.values():
            if excluded.matches_itself(b"." + path):
                rule.add(path, plain, top=True)
                self._below = (path + b"/", rule)
                return
        self.members += 1
        self.plain_bytes += plain

    def rules(self) -> tuple[LeftOut, ...]:
        """Return what each rule left out, in their order."""
        return tuple(
            LeftOut(
                pattern,
                rule.members,
                rule.plain_bytes,
                tuple(shown(path) for _size, path in sorted(rule.largest, reverse=True)[:_LARGEST]),
            )
            for pattern, (_excluded, rule) in self._rules.items()
        )


def _room_there(remote: Remote) -> dict[str, int]:
    answers = ask(remote, scripts.FREE, limit_s=_FREE_S)
    return {kind: int(free) * 1024 for kind, free in answers if free.isdecimal()}
