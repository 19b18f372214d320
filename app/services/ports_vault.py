"""What services need from the vault: capture, prove, give back, and explain a crash."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from app.domain.backup import (
    BackupSet,
    BackupSource,
    Level,
    Reconciliation,
    RestoreResult,
    Verification,
)
from app.domain.host import Host
from app.domain.ids import ChangeId, SetId
from app.services.ports import Remote
from app.tasks import TaskContext


@dataclass(frozen=True, slots=True)
class CaptureRequest:
    """One set about to be taken: everything of one host that belongs together."""

    set: SetId
    host: Host
    sources: tuple[BackupSource, ...]
    change: ChangeId | None = None
    by: str = ""


class Vault(Protocol):
    """The place where sealed backup sets lie; safe to use from several threads and programs."""

    @property
    def id(self) -> str:
        """The vault's own identifier."""
        ...

    @property
    def root(self) -> Path:
        """The folder everything lies in."""
        ...

    def capture(self, request: CaptureRequest, remote: Remote, context: TaskContext) -> BackupSet:
        """Take and seal one set; it comes back at L0.

        Raises:
            BackupFailed: Nothing could be captured; nothing was sealed.
            DiskFull: There is not enough room; nothing was sealed.
            Busy: Another task or program is backing up this host.
            RemoteError: The host could not be used, or the link broke; nothing was sealed.
        """
        ...

    def verify(
        self,
        item: BackupSet,
        level: Level,
        *,
        by: str,
        context: TaskContext,
        remote: Remote | None = None,
    ) -> Verification:
        """Try to prove one level, keep the signed outcome beside the set, and return it.

        Damage is an outcome, not an error. ``remote`` is needed for L3 only.
        """
        ...

    def restore(self, item: BackupSet, target: Path, context: TaskContext) -> RestoreResult:
        """Unpack a set into ``target``, a folder that must not exist yet; raises VaultDamaged."""
        ...

    def restore_on_host(
        self, item: BackupSet, remote: Remote, context: TaskContext, *, objects: Sequence[str] = ()
    ) -> RestoreResult:
        """Put files and SQLite databases back on their host; the old ones are kept beside them.

        ``objects`` names stored objects; none means all that can be put back. Everything is
        unpacked beside the original and compared first; only then are names swapped.

        Raises:
            VaultDamaged: Stored bytes do not match; the host was not changed.
            BackupFailed: What arrived differs from the set; the host was not changed.
            RemoteError: The host could not be used; ``step`` says how far it came.
        """
        ...

    def accept(self, item: BackupSet, *, by: str, reason: str) -> BackupSet:
        """Keep, signed, that a person accepts an incomplete set, and return it so marked."""
        ...

    def sources(self, item: BackupSet) -> Sequence[BackupSource]:
        """Return what a set was taken of; raises VaultDamaged."""
        ...

    def sets(self) -> Sequence[BackupSet]:
        """Return every sealed set whose manifest and signature fit, oldest first."""
        ...

    def reconcile(self, known: Sequence[BackupSet]) -> Reconciliation:
        """Compare the folder with what the store remembers and clear up after a crash.

        Sealed sets without a row are verified and offered for adoption, rows without a sealed set
        are named as missing, unfinished sets that nobody holds are moved to quarantine.
        """
        ...
