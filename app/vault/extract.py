"""Unpacking a tar stream into a fresh folder, and comparing the folder with the stream afterwards.

Archives come from servers that may be hostile. Folders are entered without following links, links
are made last, and devices and links that point outside are never made, but listed.
"""

import errno
import os
import posixpath
import stat
from dataclasses import dataclass, field

from app.vault.tarheader import Member, MemberType, TarError
from app.vault.tree import Tree, can_be_named, is_plain_target, shown

MAX_LISTED = 50
MAX_KEPT = 1_000_000
"""Folders and links are finished last and kept in memory until then; files are not."""
_MODE_MASK = 0o777
"""Set-user-id bits mean nothing in a folder of ours."""


@dataclass
class Listed:
    """Members that need a word: how many, and the first names with their reasons."""

    count: int = 0
    lines: list[str] = field(default_factory=list)
    paths: set[bytes] = field(default_factory=set)

    def add(self, member: Member, reason: str) -> None:
        """Note one member."""
        self.count += 1
        self.paths.add(member.path)
        if len(self.lines) < MAX_LISTED:
            self.lines.append(f"{shown(member.path)}: {reason}")


class Extractor:
    """Writes files and folders as a `TarReader` tells of them; links and times on `finish`."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._file: int | None = None
        self._links: list[Member] = []
        self._folders: list[Member] = []
        self.skipped = Listed()

    def begin(self, member: Member) -> None:
        """Make room for a member."""
        if not can_be_named(member.path):
            self.skipped.add(member, "this system has no such names")
            return
        name, folder = self._tree.at(member.path, make=True)
        match member.type:
            case MemberType.DIRECTORY:
                if member.path != b".":
                    _make_if_missing(name, folder)
                self._keep(member, self._folders)
            case MemberType.FILE:
                self._file = _new_file(name, folder)
            case MemberType.SYMLINK | MemberType.HARDLINK:
                self._keep(member, self._links)
            case MemberType.FIFO if hasattr(os, "mkfifo"):
                os.mkfifo(name, 0o600, dir_fd=folder)
                self._adorn(member)
            case _:
                self.skipped.add(member, "it cannot be made on this system")

    def data(self, offset: int, chunk: memoryview) -> None:
        """Write content at its place."""
        if self._file is not None:
            os.lseek(self._file, offset, os.SEEK_SET)
            while chunk:
                chunk = chunk[os.write(self._file, chunk) :]

    def end(self, member: Member, sha256: str) -> None:
        """Complete a file."""
        if self._file is not None:
            os.ftruncate(self._file, member.size)
            self.close()
            self._adorn(member)

    def finish(self) -> None:
        """Make links, then give folders their modes and times, innermost first."""
        links = {one.path for one in self._links if one.type is MemberType.SYMLINK}
        for member in self._links:
            self._link(member, links)
        for member in sorted(self._folders, key=lambda item: item.path, reverse=True):
            self._adorn(member)

    def close(self) -> None:
        """Let go of the file that is open, if any."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _keep(self, member: Member, last: list[Member]) -> None:
        if len(self._folders) + len(self._links) >= MAX_KEPT:
            raise TarError(f"More than {MAX_KEPT} folders and links.")
        last.append(member)

    def _link(self, member: Member, links: set[bytes]) -> None:
        if member.type is MemberType.SYMLINK:
            if _leads_outside(member, links):
                self.skipped.add(member, f"its target {shown(member.link)} is outside of the set")
                return
            name, folder = self._tree.at(member.path)
            os.symlink(member.link, name, dir_fd=folder)
            os.utime(
                name,
                ns=(member.mtime_ns, member.mtime_ns),
                dir_fd=folder,
                follow_symlinks=os.utime not in os.supports_follow_symlinks,
            )
        elif member.link != member.path:
            self._hard_link(member)

    def _hard_link(self, member: Member) -> None:
        with Tree(self._tree.root) as targets:
            try:
                target, target_folder = targets.at(member.link)
                name, folder = self._tree.at(member.path)
                os.link(
                    target, name,
                    src_dir_fd=target_folder, dst_dir_fd=folder, follow_symlinks=False,
                )  # fmt: skip
            except FileNotFoundError:
                self.skipped.add(member, f"the file it links to, {shown(member.link)}, is missing")

    def _adorn(self, member: Member) -> None:
        """Give a member its mode and time."""
        name, folder = self._tree.at(member.path)
        os.chmod(name or b".", _own_mode(member), dir_fd=folder)
        os.utime(name or b".", ns=(member.mtime_ns, member.mtime_ns), dir_fd=folder)


class Comparer:
    """Reads the stream once more and compares every member with what lies on disk."""

    def __init__(self, tree: Tree, skipped: Listed) -> None:
        self._tree = tree
        self._skipped = skipped
        self._file: int | None = None
        self._member: Member | None = None
        self.differences = Listed()
        self.compared = 0

    def begin(self, member: Member) -> None:
        """Compare type, mode, time, size and link."""
        if member.path in self._skipped.paths:
            return
        self.compared += 1
        self._member = member
        if reason := self._difference(member):
            self.differences.add(member, reason)
        elif member.type is MemberType.FILE:
            name, folder = self._tree.at(member.path)
            self._file = os.open(name, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0), dir_fd=folder)

    def data(self, offset: int, chunk: memoryview) -> None:
        """Compare content at its place."""
        if self._file is None or self._member is None:
            return
        os.lseek(self._file, offset, os.SEEK_SET)
        while chunk:
            found = os.read(self._file, len(chunk))
            if not found or chunk[: len(found)] != found:
                self.differences.add(self._member, "its content differs")
                self.close()
                return
            chunk = chunk[len(found) :]

    def end(self, member: Member, sha256: str) -> None:
        """Leave a file."""
        self.close()

    def close(self) -> None:
        """Let go of the file that is open, if any."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _difference(self, member: Member) -> str:
        """Return what differs beside the content, "" when nothing does."""
        name, folder = self._tree.at(member.path)
        try:
            found = os.stat(name or b".", dir_fd=folder, follow_symlinks=False)
        except FileNotFoundError:
            return "it is missing"
        if member.type is MemberType.HARDLINK:
            return self._link_difference(member, found)
        if _kind(found.st_mode) is not member.type:
            return "it is of another type"
        if member.type is MemberType.SYMLINK:
            target = os.readlink(name, dir_fd=folder)
            return "" if target == member.link else "it links elsewhere"
        if member.type is MemberType.FILE and found.st_size != member.size:
            return f"it has {found.st_size} bytes instead of {member.size}"
        if found.st_mtime_ns != member.mtime_ns:
            return "its time differs"
        if os.name == "posix" and found.st_mode & _MODE_MASK != _own_mode(member):
            return "its mode differs"
        return ""

    def _link_difference(self, member: Member, found: os.stat_result) -> str:
        with Tree(self._tree.root) as targets:
            name, folder = targets.at(member.link)
            target = os.stat(name, dir_fd=folder, follow_symlinks=False)
        return "" if target.st_ino == found.st_ino else "it is not the same file any more"


_KINDS = {
    stat.S_IFREG: MemberType.FILE,
    stat.S_IFDIR: MemberType.DIRECTORY,
    stat.S_IFLNK: MemberType.SYMLINK,
    stat.S_IFIFO: MemberType.FIFO,
}


def _kind(mode: int) -> MemberType:
    return _KINDS.get(stat.S_IFMT(mode), MemberType.DEVICE)


def _own_mode(member: Member) -> int:
    """Return the mode a member gets here: its own, but we can always read it again."""
    ours = {MemberType.DIRECTORY: 0o700, MemberType.FILE: 0o400}
    return member.mode & _MODE_MASK | ours.get(member.type, 0)


def _leads_outside(member: Member, links: set[bytes]) -> bool:
    """Whether a symlink's target is absolute, climbs above the root, or may do so.

    ``..`` behind another link of the archive goes up from wherever that one leads: what is inside
    as text need not be inside on disk.
    """
    if member.link.startswith(b"/") or not is_plain_target(member.link):
        return True
    parents = posixpath.dirname(member.path).split(b"/")
    walked = [part for part in parents if part not in (b"", b".")]
    by_link = False
    for part in member.link.split(b"/"):
        if part == b"..":
            if by_link or not walked:
                return True
            walked.pop()
        elif part not in (b"", b"."):
            walked.append(part)
            by_link = by_link or b"/".join(walked) in links
    return False


def _make_if_missing(name: bytes, folder: int | None) -> None:
    try:
        os.mkdir(name, 0o700, dir_fd=folder)
    except FileExistsError:
        found = os.stat(name, dir_fd=folder, follow_symlinks=False)
        if not stat.S_ISDIR(found.st_mode):
            raise


def _new_file(name: bytes, folder: int | None) -> int:
    """Create a file; one that is there already, stored twice, makes way."""
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    try:
        return os.open(name, flags | getattr(os, "O_NOFOLLOW", 0), 0o600, dir_fd=folder)
    except FileExistsError:
        found = os.stat(name, dir_fd=folder, follow_symlinks=False)
        if not stat.S_ISREG(found.st_mode):
            raise FileExistsError(errno.EEXIST, "another kind of file has this name") from None
        os.unlink(name, dir_fd=folder)
        return os.open(name, flags | getattr(os, "O_NOFOLLOW", 0), 0o600, dir_fd=folder)
