"""Where everything in a vault lies, and how it is written so that a crash leaves no half file."""

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.errors import DiskFull
from app.wording import bytes_size

PART = ".part"
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
_RESERVE_CHUNK = bytes(1 << 20)


@dataclass(frozen=True, slots=True)
class Layout:
    """The paths of one vault; all folders are for the owner only."""

    root: Path

    @property
    def vault_file(self) -> Path:
        """Format, id, recipients and signing key of the vault, signed."""
        return self.root / "vault.json"

    @property
    def how_to(self) -> Path:
        """How to restore with standard tools."""
        return self.root / "HOW-TO-RESTORE.txt"

    @property
    def reserve(self) -> Path:
        """Space that is given up first when housekeeping finds the disk full."""
        return self.root / "reserve.bin"

    @property
    def sets(self) -> Path:
        """All sets, by year."""
        return self.root / "sets"

    @property
    def quarantine(self) -> Path:
        """What was found unfinished or damaged."""
        return self.root / "quarantine"

    @property
    def scratch(self) -> Path:
        """Where restore drills unpack; emptied at every start."""
        return self.root / "scratch"

    def host_lock(self, host: str) -> Path:
        """The lock that keeps two captures of one host apart."""
        return self.root / "locks" / f"host-{host}.lock"

    def work_lock(self, name: str) -> Path:
        """The lock held while an unsealed set, or a scratch folder, is being worked in."""
        return self.root / "locks" / f"work-{name}.lock"

    def set_dir(self, set_id: str, year: int) -> Path:
        """The folder of one set."""
        return self.sets / str(year) / set_id

    @property
    def spools(self) -> Path:
        """Notes about what hosts write for sets that are not sealed yet."""
        return self.root / "spools"

    def spool_note(self, set_id: str) -> Path:
        """The note about what a host writes for one set."""
        return self.spools / f"{set_id}.json"

    def tombstone(self, set_id: str) -> Path:
        """The mark of a set that shall be deleted."""
        return self.root / "tombstones" / f"{set_id}.json"

    def set_dirs(self) -> list[Path]:
        """Every set folder, sealed or not, oldest first."""
        return sorted(path for path in self.sets.glob("*/*") if path.is_dir())

    def make(self) -> None:
        """Create the folders."""
        for folder in (self.root, self.sets, self.quarantine, self.scratch, self.root / "locks"):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (self.root / "tombstones").mkdir(mode=0o700, exist_ok=True)

    def fill_reserve(self, size_bytes: int) -> None:
        """Put the reserve back when it is missing; without room there is none."""
        if self.reserve.exists() or free_bytes(self.root) < 4 * size_bytes:
            return
        part = self.reserve.with_suffix(PART)
        part.unlink(missing_ok=True)
        with open(part, "xb") as file:
            for start in range(0, size_bytes, len(_RESERVE_CHUNK)):
                file.write(_RESERVE_CHUNK[: size_bytes - start])
        part.rename(self.reserve)

    def write_record(self, path: Path, data: bytes) -> None:
        """Write a small file durably, on a full disk at the price of the reserve."""
        try:
            write_durably(path, data)
        except DiskFull:
            if not self.reserve.exists():
                raise
            self.reserve.unlink()
            write_durably(path, data)


def open_part(final: Path) -> int:
    """Create ``final`` under its temporary name, for the owner only; return the handle."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    return os.open(part_of(final), flags | getattr(os, "O_NOFOLLOW", 0), 0o600)


def part_of(final: Path) -> Path:
    """Return the temporary name of a file."""
    return final.with_name(final.name + PART)


def commit_part(final: Path) -> None:
    """Give a complete, synced file its name, read-only, and make the name durable."""
    part = part_of(final)
    part.chmod(0o400)
    part.rename(final)
    sync_dir(final.parent)


def write_durably(path: Path, data: bytes) -> None:
    """Write a whole file: temporary name, sync, rename, sync of the folder; raises DiskFull."""
    with room_for(path.parent, len(data)):
        handle = open_part(path)
        try:
            with open(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
        except OSError:
            part_of(path).unlink(missing_ok=True)
            raise
        commit_part(path)


def sync_dir(folder: Path) -> None:
    """Make names in a folder durable, where the system can."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def free_bytes(folder: Path) -> int:
    """Return the space an ordinary user may still fill."""
    return shutil.disk_usage(folder).free


@contextmanager
def room_for(folder: Path, needed_bytes: int) -> Iterator[None]:
    """Turn "no space left" inside the block into DiskFull with figures."""
    try:
        yield
    except OSError as error:
        if error.errno not in _NO_ROOM:
            raise
        raise disk_full(folder, needed_bytes) from error


def disk_full(folder: Path, needed_bytes: int) -> DiskFull:
    """Return the error that says how much is needed and how much there is."""
    return DiskFull(
        f"The vault's disk is full: {bytes_size(needed_bytes)} are needed, "
        f"{bytes_size(free_bytes(folder))} are free in {folder}.",
        hint="Free some space, or choose another place for the vault. No half set was kept.",
        host="this computer",
        step="vault",
    )
