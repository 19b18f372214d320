"""Comparing what was unpacked on a server with the index of the set."""

from dataclasses import dataclass

from app.errors import BackupFailed
from app.services.ports.world import Remote
from app.vault import scripts
from app.vault.dialogue import new_nonce, pump
from app.vault.extract import Listed
from app.vault.format import ObjectRecord
from app.vault.index import IndexLines
from app.vault.judging import Ending
from app.vault.producer import Abilities
from app.vault.reading import SetReader
from app.vault.source_check import hashes_on_server
from app.vault.tarheader import Member, MemberType

_LISTING_S = 600.0
_TYPES = {
    b"f": MemberType.FILE,
    b"d": MemberType.DIRECTORY,
    b"l": MemberType.SYMLINK,
    b"p": MemberType.FIFO,
    b"b": MemberType.DEVICE,
    b"c": MemberType.DEVICE,
}


@dataclass(frozen=True, slots=True)
class Exact:
    """What can be expected to come back as it was."""

    owners: bool
    """Only root gives files away."""
    folder_times: bool
    """Small tars set them too early, before they fill the folder."""


def compare_on_host(
    reader: SetReader,
    record: ObjectRecord,
    remote: Remote,
    able: Abilities,
    place: tuple[str, str],
) -> str:
    """Compare a side folder with the index; return what was compared, in words.

    Args:
        reader: The set.
        record: The object that was unpacked.
        remote: The host.
        able: What the host can do; without ``find -printf`` only content is compared.
        place: The side folder, and the original path whose members it holds.

    Raises:
        BackupFailed: Anything differs.
    """
    side, path = place
    wanted: dict[bytes, tuple[Member, str]] = {}
    root = path.strip("/").encode("utf-8", "surrogateescape")

    def take(member: Member, sha256: str) -> None:
        if member.path == root or member.path.startswith(root + b"/"):
            wanted[member.path] = (member, sha256)

    reader.index(record, IndexLines(take))
    differences = Listed()
    files = [p for p, (m, sha256) in wanted.items() if m.type is MemberType.FILE and sha256]
    there = hashes_on_server(remote, side, files, zero="sha256sum_z" in able.tools)
    for name in files:
        if there.get(name) != wanted[name][1]:
            differences.add(wanted[name][0], "its content differs")
    told = f"content of {len(files)} files"
    if "find_printf" in able.tools:
        exact = Exact(owners=able.uid == 0, folder_times=able.is_gnu_tar)
        _compare_listing(list_folder(remote, side), wanted, differences, exact)
        told += f", type, mode, time and links of {len(wanted)} members"
        told += "" if exact.folder_times else " (not the times of folders)"
    if differences.count:
        raise BackupFailed(
            f"{differences.count} of {len(wanted)} members beside {path} differ from the set: "
            f"{'; '.join(differences.lines[:3])}.",
            hint="The original was not touched.",
            host=remote.host.name,
            step="restore",
        )
    return told


def list_folder(
    remote: Remote, side: str, *, itself: bool = False
) -> dict[bytes, tuple[bytes, bytes]]:
    """Return what lies in a folder: by path, the line of figures and the target of a link.

    With ``itself`` the place is listed too, as ``.``, and may be a file or a link.

    Raises:
        BackupFailed: It could not be listed to its end.
    """
    nonce = new_nonce()
    said = bytearray()
    with remote.stream(
        scripts.LISTING, nonce, side, "0" if itself else "1", idle_s=_LISTING_S
    ) as stream:
        pump(stream, nonce, said.extend)
        ending = Ending(stream.finish(), stream.stderr(), nonce, len(said))
    if ending.exit_code != 0 or ending.control is None:
        raise BackupFailed(
            f"{side} could not be listed to its end.",
            hint="The original was not touched.",
            host=remote.host.name,
            step="restore",
        )
    fields = bytes(said).split(b"\0")[:-1]
    triples = zip(fields[::3], fields[1::3], fields[2::3], strict=True)
    return {path.removeprefix(b"./"): (figures, link) for figures, path, link in triples}


def _compare_listing(
    there: dict[bytes, tuple[bytes, bytes]],
    wanted: dict[bytes, tuple[Member, str]],
    differences: Listed,
    exact: Exact,
) -> None:
    for path, (member, _) in wanted.items():
        if path not in there:
            differences.add(member, "it is missing")
        elif reason := difference_of(member, there, exact):
            differences.add(member, reason)


def difference_of(member: Member, there: dict[bytes, tuple[bytes, bytes]], exact: Exact) -> str:
    """Return what differs between a member and what is there, "" when nothing does."""
    figures, link = there[member.path]
    kind, mode, uid, gid, size, time, inode = figures.split(b" ")
    if member.type is MemberType.HARDLINK:
        first = there.get(member.link, (b"", b""))[0]
        return "" if first.endswith(b" " + inode) else "it is not the same file any more"
    if _TYPES.get(kind) is not member.type:
        return "it is of another type"
    if exact.owners and (int(uid), int(gid)) != (member.uid, member.gid):
        return "its owner differs"
    if member.type is MemberType.SYMLINK:
        return "" if link == member.link else "it links elsewhere"
    if member.type is MemberType.FILE and int(size) != member.size:
        return "its size differs"
    if (int(mode, 8) ^ member.mode) & (0o7777 if exact.owners else 0o777):
        return "its mode differs"
    if member.type is MemberType.DIRECTORY and not exact.folder_times:
        return ""
    return "" if _nanoseconds(time) == member.mtime_ns else "its time differs"


def _nanoseconds(text: bytes) -> int:
    """Read ``seconds.fraction`` as find prints it."""
    whole, _, fraction = text.partition(b".")
    return int(whole) * 10**9 + int(fraction[:9].ljust(9, b"0"))
