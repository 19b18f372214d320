"""File systems that are mounted inside what is backed up: tar passes them by without a word."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.backup import BackupSource
from app.vault.excluded import Excluded

_NOT_DATA = frozenset(
    (
        *("autofs", "binfmt_misc", "bpf", "configfs", "debugfs", "devpts", "devtmpfs", "efivarfs"),
        *("fusectl", "hugetlbfs", "mqueue", "nsfs", "proc", "pstore", "securityfs", "selinuxfs"),
        *("sysfs", "tracefs", "cgroup", "cgroup2", "fuse.lxcfs", "rpc_pipefs"),
    )
)
"""What the kernel itself shows as files, and nobody backs up."""
_FAR = re.compile(r"nfs|cifs|smb|fuse(?!blk)|9p|ceph|gluster|afs|lustre|davfs|ncpfs|ocfs|gfs")
"""Kinds whose data lies elsewhere, so that a mere look may wait for an answer for ever."""
_VOLATILE = ("/proc/", "/sys/", "/dev/", "/run/")
_OCTAL = re.compile(r"\\([0-7]{3})")
_MOST = 1000


@dataclass(frozen=True, slots=True)
class Mount:
    """Where a file system is mounted, and of which kind it is."""

    path: str
    kind: str

    @property
    def is_far(self) -> bool:
        """Whether its data lies on another machine, or behind a program."""
        return _FAR.match(self.kind) is not None

    @property
    def words(self) -> str:
        """What a person must know of it."""
        return f"{self.path} is a file system of its own ({self.kind}) and not in this backup."


def mount_of(answer: str) -> Mount:
    """Read ``KIND PATH`` as the kernel writes it, odd characters in octal."""
    kind, _, path = answer.partition(" ")
    plain = _OCTAL.sub(lambda found: chr(int(found[1], 8)), path)
    return Mount(plain.encode("latin-1", "replace").decode("utf-8", "replace"), kind[:40])


def left_out(
    source: BackupSource, roots: Sequence[str], mounts: Sequence[Mount]
) -> tuple[Mount, ...]:
    """Return what is mounted below the paths of a source and no rule leaves out anyway."""
    rules = Excluded(source.exclude)
    found = {
        mount.path: mount
        for mount in mounts[:_MOST]
        if mount.kind not in _NOT_DATA
        and not f"{mount.path}/".startswith(_VOLATILE)
        and any(mount.path.startswith(f"{root.rstrip('/')}/") for root in roots)
        and not rules.matches(f".{mount.path}".encode("utf-8", "surrogateescape"))
    }
    return tuple(found[path] for path in sorted(found))
