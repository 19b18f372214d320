"""Which objects and members of a set are to be put back, and where they belong."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from app.domain.backup import CaptureState, SourceKind
from app.domain.restore import RestoreWish, is_put_back
from app.errors import BackupFailed
from app.vault.format import ObjectRecord
from app.vault.index import IndexLines
from app.vault.producer import check_path
from app.vault.producers import outermost
from app.vault.reading import SetReader
from app.vault.tarheader import Member, MemberType


@dataclass(frozen=True)
class Choice:
    """One object of a set, and the places it brings back; ``picked`` says it is not all of it."""

    record: ObjectRecord
    places: tuple[str, ...]
    picked: bool = False
    members: int = 0
    plain_bytes: int = 0
    linked: frozenset[bytes] = field(default_factory=frozenset)
    """Members that hard links among the picked ones need."""

    @property
    def roots(self) -> tuple[bytes, ...]:
        """The places as names of members."""
        return tuple(member_name(path) for path in self.places)

    def wants(self, member: Member) -> bool:
        """Whether a member is among the picked ones, or needed by them."""
        if not self.picked or member.path in self.linked:
            return True
        return any(is_below(member.path, root) for root in self.roots)


def member_name(path: str) -> bytes:
    """Return an absolute path as archives name it."""
    return path.strip("/").encode("utf-8", "surrogateescape")


def is_below(path: bytes, root: bytes) -> bool:
    """Whether a member is a root or lies in it."""
    return path == root or path.startswith(root + b"/")


def choose(reader: SetReader, wish: RestoreWish) -> list[Choice]:
    """Return what shall be put back; raises BackupFailed when that cannot be done safely."""
    found = _members(reader, wish.paths) if wish.paths else _objects(reader, wish.objects)
    for one in found:
        if "/" in one.places:
            raise BackupFailed(
                "A whole system cannot be swapped under itself.",
                hint="Restore into a folder, or boot from a rescue system.",
            )
    return found


def everything(reader: SetReader) -> list[Choice]:
    """Return all that was captured, for a folder of its own."""
    return [
        Choice(r, (), False, r.stored.members, r.stored.plain_bytes)
        for r in reader.manifest.captured
    ]


def _objects(reader: SetReader, names: Sequence[str]) -> list[Choice]:
    records = [
        record
        for record in reader.manifest.captured
        if can_be_put_back(record) and (not names or record.stored.name in names)
    ]
    _refuse_incomplete(reader, records)
    if not records or (names and len(records) != len(set(names))):
        raise BackupFailed(
            "The set holds nothing that can be put back on a server by itself.",
            hint="Files and databases can; restore others as HOW-TO-RESTORE.txt says.",
        )
    return [
        Choice(r, tuple(_places(r)), False, r.stored.members, r.stored.plain_bytes) for r in records
    ]


def can_be_put_back(record: ObjectRecord) -> bool:
    """Whether its place is known; of PostgreSQL, only the usual server's own account may swap."""
    source = record.source
    elsewhere = source.kind is SourceKind.POSTGRESQL and (source.server or source.login)
    return is_put_back(record.stored) and not elsewhere


def _refuse_incomplete(reader: SetReader, records: Sequence[ObjectRecord]) -> None:
    accepted = any(note.acceptance for note in reader.sealed.notes)
    incomplete = [r for r in records if r.stored.state is CaptureState.PARTIAL]
    if incomplete and not accepted:
        raise BackupFailed(
            f"{incomplete[0].stored.title} is incomplete: swapping would remove what was not "
            "captured.",
            hint="Accept the set with a reason, or restore into a folder.",
        )


def _places(record: ObjectRecord) -> list[str]:
    """Return the original places an object brings back: paths, or the name of a database."""
    match record.stored.kind:
        case SourceKind.SQLITE:
            return [check_path(record.source.database)]
        case SourceKind.POSTGRESQL | SourceKind.MYSQL:
            return [record.source.database]
        case _:
            return outermost(record.source.paths)


def _members(reader: SetReader, paths: Sequence[str]) -> list[Choice]:
    """Find single members in the indexes; raises BackupFailed when one is in none."""
    wanted = {member_name(path): path for path in outermost(paths)}
    found: list[Choice] = []
    for record in reader.manifest.captured:
        if record.index is None or not wanted:
            continue
        finder = _Finder(frozenset(wanted))
        reader.index(record, IndexLines(finder.take))
        if finder.has_folder:
            _refuse_incomplete(reader, (record,))
        if places := tuple(wanted.pop(root) for root in sorted(finder.roots)):
            linked = frozenset(finder.linked)
            found.append(Choice(record, places, True, finder.members, finder.plain_bytes, linked))
    if wanted:
        missing = ", ".join(sorted(wanted.values())[:3])
        raise BackupFailed(f"The set does not hold {missing}.", hint="Look at what is inside.")
    return found


class _Finder:
    """Notes, while an index passes by, which wanted members are in it."""

    def __init__(self, wanted: frozenset[bytes]) -> None:
        self._wanted = wanted
        self.roots: set[bytes] = set()
        self.linked: set[bytes] = set()
        self.has_folder = False
        self.members = self.plain_bytes = 0

    def take(self, member: Member, sha256: str) -> None:
        if member.path in self._wanted:
            self.roots.add(member.path)
            self.has_folder |= member.type is MemberType.DIRECTORY
        if any(is_below(member.path, root) for root in self._wanted):
            self.members += 1
            self.plain_bytes += member.size
            if member.type is MemberType.HARDLINK:
                self.linked.add(member.link)
