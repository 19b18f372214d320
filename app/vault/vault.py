"""The vault of this workstation, as services see it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app.domain.backup import (
    BackupSet,
    BackupSource,
    Level,
    Outcome,
    Reconciliation,
    RestoreResult,
    Verification,
)
from app.errors import NotFound, VaultDamaged
from app.services.ports import Remote
from app.services.ports_vault import CaptureRequest
from app.tasks import TaskContext
from app.vault.core import Core
from app.vault.format import Acceptance, SetNote
from app.vault.host_restore import restore_on_host
from app.vault.notes import SealedSet, add_note, as_backup_set, is_sealed, load_set
from app.vault.reading import SetReader
from app.vault.reconcile import reconcile
from app.vault.restore import restore_set
from app.vault.taking import take_set
from app.vault.verify import Trial, prove


@dataclass(frozen=True)
class LocalVault:
    """Sealed backup sets in a folder; every set is complete in itself.

    Fits `app.services.ports_vault.Vault`, where the methods are described.
    """

    core: Core

    @property
    def id(self) -> str:
        """The vault's own identifier."""
        return self.core.record.id

    @property
    def root(self) -> Path:
        """The folder everything lies in."""
        return self.core.layout.root

    def capture(self, request: CaptureRequest, remote: Remote, context: TaskContext) -> BackupSet:
        """Take and seal one set; it comes back at L0."""
        return as_backup_set(self.core, take_set(self.core, request, remote, context))

    def verify(
        self,
        item: BackupSet,
        level: Level,
        *,
        by: str,
        context: TaskContext,
        remote: Remote | None = None,
    ) -> Verification:
        """Try to prove one level and keep the signed outcome beside the set."""
        try:
            sealed = self._open(item)
        except VaultDamaged as error:
            now = self.core.clock.now()
            return Verification(level, Outcome.FAILED, now, 0.0, error.sentence(), by)
        found = prove(Trial(SetReader(self.core, sealed, context), remote), level, by)
        if self.core.keys.can_sign:
            add_note(self.core, sealed, SetNote(item.id, sealed.manifest_sha256, found))
        return found

    def restore(self, item: BackupSet, target: Path, context: TaskContext) -> RestoreResult:
        """Unpack a set into a folder that must not exist yet."""
        return restore_set(SetReader(self.core, self._open(item), context), target)

    def restore_on_host(
        self,
        item: BackupSet,
        remote: Remote,
        context: TaskContext,
        *,
        objects: Sequence[str] = (),
    ) -> RestoreResult:
        """Put files and SQLite databases back on their host."""
        return restore_on_host(SetReader(self.core, self._open(item), context), remote, objects)

    def accept(self, item: BackupSet, *, by: str, reason: str) -> BackupSet:
        """Keep, signed, that a person accepts an incomplete set."""
        sealed = self._open(item)
        acceptance = Acceptance(by, self.core.clock.now(), reason)
        note = SetNote(item.id, sealed.manifest_sha256, acceptance=acceptance)
        add_note(self.core, sealed, note)
        return as_backup_set(self.core, load_set(self.core, sealed.folder))

    def sources(self, item: BackupSet) -> Sequence[BackupSource]:
        """Return what a set was taken of, each source once."""
        records = self._open(item).manifest.objects
        return list({repr(record.source): record.source for record in records}.values())

    def sets(self) -> Sequence[BackupSet]:
        """Return every sealed set whose manifest and signature fit, oldest first."""
        found = []
        for folder in self.core.layout.set_dirs():
            if is_sealed(folder):
                try:
                    found.append(as_backup_set(self.core, load_set(self.core, folder)))
                except VaultDamaged:
                    continue  # its own verification says what is wrong with it
        return found

    def reconcile(self, known: Sequence[BackupSet]) -> Reconciliation:
        """Compare the folder with what the store remembers and clear up after a crash."""
        return reconcile(self.core, known)

    def _open(self, item: BackupSet) -> SealedSet:
        folder = self.root / item.path
        if not is_sealed(folder):
            raise NotFound(
                f"Set {item.id} is not in the vault any more.",
                hint="Bring the vault's folder back from a copy.",
            )
        sealed = load_set(self.core, folder)
        if sealed.manifest_sha256 != item.manifest_sha256:
            raise VaultDamaged(
                f"The manifest of set {item.id} is not the one that was sealed.",
                hint="Do not restore from it.",
            )
        return sealed
