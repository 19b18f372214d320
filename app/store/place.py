"""Say whether a folder lies where databases are known to be damaged: on a network, or synced."""

import sys
from enum import StrEnum
from pathlib import Path, PurePath

_NETWORK_TYPES = frozenset(
    {
        "9p", "afs", "ceph", "cifs", "davfs", "fuse.davfs2", "fuse.gvfsd-fuse", "fuse.rclone",
        "fuse.s3fs", "fuse.sshfs", "glusterfs", "fuse.glusterfs", "lustre", "ncpfs", "nfs", "nfs4",
        "prl_fs", "smb3", "smbfs", "vboxsf", "virtiofs", "vmhgfs", "fuse.vmhgfs-fuse",
    }
)  # fmt: skip
_SYNCED_NAMES = (
    "onedrive", "dropbox", "google drive", "googledrive", "my drive", "icloud drive",
    "mobile documents", "nextcloud", "owncloud", "syncthing", "pcloud", "box sync",
)  # fmt: skip
_MOUNTS = Path("/proc/self/mountinfo")
_DRIVE_REMOTE = 4


class Place(StrEnum):
    """What kind of place a folder is."""

    LOCAL = "local"
    NETWORK = "network"
    SYNCED = "synced"


def place_of(folder: Path) -> Place:
    """Return what kind of place a folder is; where the system does not tell, LOCAL."""
    folder = folder.resolve()
    if _is_network(folder):
        return Place.NETWORK
    return Place.SYNCED if is_synced(folder) else Place.LOCAL


def is_synced(folder: PurePath) -> bool:
    """Whether a program that copies files behind our back is likely to look after the folder."""
    return any(part.lower().startswith(_SYNCED_NAMES) for part in folder.parts)


def file_system_of(folder: PurePath, mountinfo: str) -> str:
    """Return the type of the file system a folder is on, from the text of ``mountinfo``."""
    best, kind = -1, ""
    for line in mountinfo.splitlines():
        mount, _dash, system = line.partition(" - ")
        point = PurePath(mount.split()[4].replace("\\040", " "))
        if folder.is_relative_to(point) and len(point.parts) >= best:
            best, kind = len(point.parts), system.split()[0]
    return kind


def is_network_type(kind: str) -> bool:
    """Whether a type of file system is one of those that lie elsewhere."""
    return kind in _NETWORK_TYPES


if sys.platform == "win32":
    import ctypes

    def _is_network(folder: Path) -> bool:
        drive = folder.anchor
        remote: bool = ctypes.windll.kernel32.GetDriveTypeW(drive) == _DRIVE_REMOTE
        return remote or drive.startswith("\\\\")

else:

    def _is_network(folder: Path) -> bool:
        if not _MOUNTS.exists():
            return False
        return is_network_type(file_system_of(folder, _MOUNTS.read_text("utf-8", "replace")))
