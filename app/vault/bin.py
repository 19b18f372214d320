"""The bin: a set is marked first, stays whole and readable, and is removed only later."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from shutil import rmtree

from app.domain.backup import BackupSet
from app.domain.ids import SetId
from app.errors import IllegalMove, VaultDamaged
from app.vault import locks
from app.vault.core import Core
from app.vault.format import decode_signed, encode_signed
from app.vault.layout import sync_dir


@dataclass(frozen=True, slots=True)
class Tombstone:
    """Who wants a set removed, and why; signed, and bound to its manifest."""

    set: SetId
    manifest_sha256: str
    by: str
    at: datetime
    reason: str


@dataclass(frozen=True)
class Bin:
    """Fits `app.services.ports.vault.VaultBin`, where the methods are described."""

    core: Core

    def put(self, item: BackupSet, *, by: str, reason: str) -> None:
        """Mark a set, signed; a mark that is there stays."""
        path = self.core.layout.tombstone(item.id)
        if path.exists():
            return
        mark = Tombstone(item.id, item.manifest_sha256, by, self.core.clock.now(), reason)
        self.core.layout.write_record(path, encode_signed(mark, self.core.keys))

    def take_out(self, item: BackupSet) -> None:
        """Remove the mark of a set."""
        path = self.core.layout.tombstone(item.id)
        path.unlink(missing_ok=True)
        sync_dir(path.parent)

    def keep_out(self, item: BackupSet) -> AbstractContextManager[None]:
        """Keep a set from being removed for good inside the block."""
        busy = f"Set {item.id} is being removed for good."
        return locks.share(self.core.layout.work_lock(item.id), what=busy)

    def purge(self, item: BackupSet, record: Callable[[], object] = lambda: None) -> None:
        """Remove a set that carries its mark; the mark stays as the trace of it.

        The folder leaves its place in one move: a crash leaves the whole set, or none.
        """
        with locks.hold(self.core.layout.work_lock(item.id), what=f"Set {item.id} is being read."):
            self._check_mark(item)
            record()
            self.core.step("removal is recorded")
            folder = self.core.layout.root / item.path
            if not folder.exists():
                return
            away = self.core.layout.scratch / f"purged-{item.id}"
            folder.rename(away)
            sync_dir(folder.parent)
            self.core.step("set is out of its place")
            rmtree(away, ignore_errors=True)

    def _check_mark(self, item: BackupSet) -> None:
        path = self.core.layout.tombstone(item.id)
        if not path.exists():
            raise IllegalMove(f"Set {item.id} was not put in the bin before.")
        what = f"the mark of set {item.id}"
        mark = decode_signed(path.read_bytes(), Tombstone, self.core.record.signers, what=what)
        if mark.set != item.id or mark.manifest_sha256 != item.manifest_sha256:
            raise VaultDamaged(f"The mark of set {item.id} is for another set.")
