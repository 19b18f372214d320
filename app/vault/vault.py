"""The vault of this workstation, as services see it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from app.domain.backup import (
    BackupSet,
    BackupSource,
    Level,
    Outcome,
    Reconciliation,
    RestoreResult,
    SetCopy,
    Verification,
)
from app.domain.ids import HostId
from app.domain.preflight import HostOutlook
from app.domain.restore import HostDifference, PlanStep, Restore, RestoreState, RestoreWish
from app.errors import NotFound, VaultDamaged
from app.services.ports.vault import CaptureRequest, Catalogue, CopyPlace, Tell
from app.services.ports.world import Remote
from app.tasks import TaskContext
from app.vault import locks
from app.vault.bin import Bin
from app.vault.copying import copy_set
from app.vault.core import Core, PasswordOf
from app.vault.dialogue import new_nonce, probe
from app.vault.format import Acceptance, SetNote
from app.vault.journal import Spooled
from app.vault.notes import (
    Recorded,
    SealedSet,
    add_note,
    as_backup_set,
    is_sealed,
    load_set,
    note_proof,
)
from app.vault.preflight import look_ahead
from app.vault.reading import SetReader
from app.vault.reconcile import reconcile
from app.vault.restore import restore_set
from app.vault.restoring import moves
from app.vault.restoring.browse import SetCatalogue
from app.vault.restoring.difference import compare_now
from app.vault.restoring.ground import Ground
from app.vault.restoring.on_host import restore_on_host
from app.vault.restoring.overwritten import overwritten
from app.vault.restoring.plan import plan_of
from app.vault.rights import root_for
from app.vault.taking import take_set
from app.vault.verify import Trial, prove, prove_by_reading


@dataclass(frozen=True)
class LocalVault(Spooled, Recorded):
    """Sealed backup sets in a folder; every set is complete in itself.

    Fits `app.services.ports.vault.Vault`, where the methods are described.
    """

    @property
    def id(self) -> str:
        """The vault's own identifier."""
        return self.core.record.id

    @property
    def root(self) -> Path:
        """The folder everything lies in."""
        return self.core.layout.root

    def capture(
        self, request: CaptureRequest, remotes: Sequence[Remote], context: TaskContext
    ) -> BackupSet:
        """Take and seal one set; it comes back at L0."""
        return as_backup_set(self.core, take_set(self.core, request, remotes, context))

    def outlook(self, request: CaptureRequest, remote: Remote, context: TaskContext) -> HostOutlook:
        """Say what a set would hold and whether it fits."""
        return look_ahead(self.core, request, remote, context)

    def verify(
        self,
        item: BackupSet,
        level: Level,
        *,
        by: str,
        context: TaskContext,
        remotes: Sequence[Remote] = (),
    ) -> Verification:
        """Try to prove one level and keep the signed outcome beside the set."""
        with self.bin.keep_out(item):
            try:
                sealed = _open(self.core, item)
            except VaultDamaged as error:
                return _not_opened(self.core, error, by, level)
            found = prove(Trial(SetReader(self.core, sealed, context), tuple(remotes)), level, by)
            if level is Level.INTACT and found.outcome is Outcome.PASSED:
                self.look_anew(sealed)
            return note_proof(self.core, sealed, found)

    def verify_by_reading(
        self, item: BackupSet, *, by: str, context: TaskContext, remotes: Sequence[Remote] = ()
    ) -> Sequence[Verification]:
        """Try to prove L1 and L2 with one reading of the stored bytes."""
        with self.bin.keep_out(item):
            try:
                sealed = _open(self.core, item)
            except VaultDamaged as error:
                return (_not_opened(self.core, error, by),)
            found = prove_by_reading(
                Trial(SetReader(self.core, sealed, context), tuple(remotes)), by
            )
            if found[0].outcome is Outcome.PASSED:
                self.look_anew(sealed)
            return tuple(note_proof(self.core, sealed, one) for one in found)

    def restore(
        self,
        item: BackupSet,
        target: Path,
        context: TaskContext,
        *,
        paths: Sequence[str] = (),
        host: HostId | None = None,
    ) -> RestoreResult:
        """Unpack a set, or some members, into a folder that must not exist yet."""
        with _read(self.core, item, context, host) as reader:
            return restore_set(reader, target, paths)

    def restore_on_host(
        self,
        item: BackupSet,
        remote: Remote,
        context: TaskContext,
        wish: RestoreWish,
        tell: Tell = lambda trace: None,
    ) -> RestoreResult:
        """Put files and databases back on their host."""
        wish = wish if wish.mark else replace(wish, mark=new_nonce()[:8])
        host = remote.host
        busy = f"Something else is under way on {host.name}: a backup, or a restore."
        with (
            locks.hold(self.core.layout.host_lock(host.id), what=busy),
            _read(self.core, item, context, host.id) as reader,
        ):
            return restore_on_host(reader, _writer(reader, remote), wish, tell)

    def plan(self, item: BackupSet, host: HostId | None = None) -> Sequence[PlanStep]:
        """Return the restore plan; for sets of earlier versions it is made now."""
        sealed = _open(self.core, item)
        manifest = sealed.manifest if host is None else sealed.manifest.part(host)
        return manifest.plan or plan_of(manifest.host, manifest.captured)

    def difference(
        self, item: BackupSet, remote: Remote, context: TaskContext, wish: RestoreWish
    ) -> HostDifference:
        """Compare what is on the host now with a set, and change nothing."""
        with _read(self.core, item, context, remote.host.id) as reader:
            return compare_now(reader, _writer(reader, remote), wish)

    def look_after(self, restore: Restore, remote: Remote) -> RestoreState:
        """Tell from the names on the host how far a restore came."""
        return moves.look(_ground(self.core, _writer_of(self.core, restore, remote)), restore.moves)

    def undo(self, restore: Restore, remote: Remote) -> None:
        """Bring back what was there before a restore."""
        moves.undo(_ground(self.core, _writer_of(self.core, restore, remote)), restore.moves)

    def clear_after(self, restore: Restore, remote: Remote) -> None:
        """Remove what a restore left beside the originals."""
        left = moves.leftovers(restore.moves, restore.sides, restore.mark)
        moves.remove(_ground(self.core, _writer_of(self.core, restore, remote)), restore.mark, left)

    def browse(self, item: BackupSet, context: TaskContext, host: HostId) -> Catalogue:
        """Open the members of one host for looking."""
        with _read(self.core, item, context, host) as reader:
            return SetCatalogue(self.core.scratch(), reader)

    def accept(self, item: BackupSet, *, by: str, reason: str) -> BackupSet:
        """Keep, signed, that a person accepts an incomplete set."""
        with self.bin.keep_out(item):
            sealed = _open(self.core, item)
            acceptance = Acceptance(by, self.core.clock.now(), reason)
            note = SetNote(item.id, sealed.manifest_sha256, acceptance=acceptance)
            add_note(self.core, sealed, note)
            return as_backup_set(self.core, load_set(self.core, sealed.folder))

    def overwritten(
        self, item: BackupSet, remote: Remote, context: TaskContext, wish: RestoreWish
    ) -> Sequence[BackupSource]:
        """Return what a restore would replace and is there now."""
        with _read(self.core, item, context, remote.host.id) as reader:
            return overwritten(reader, _writer(reader, remote), wish)

    def copy(
        self,
        item: BackupSet,
        place: CopyPlace,
        *,
        by: str,
        context: TaskContext,
        remote: Remote | None = None,
    ) -> SetCopy:
        """Copy a set to another place and keep that, signed."""
        with self.bin.keep_out(item):
            sealed = _open(self.core, item)
            self.core.keys.sign(b"")
            made = replace(copy_set(self.core, sealed, place, remote, context), by=by)
            note = SetNote(item.id, sealed.manifest_sha256, copy=made)
            return replace(made, record=add_note(self.core, sealed, note))

    @property
    def bin(self) -> Bin:
        """Where sets wait before they are removed."""
        return Bin(self.core)

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


def asking(vault: LocalVault, password_of: PasswordOf) -> LocalVault:
    """Return the same vault, which gets the passwords of databases from a keyring."""
    return replace(vault, core=replace(vault.core, password_of=password_of))


def _ground(core: Core, remote: Remote) -> Ground:
    return Ground(remote, probe(remote), lambda source: core.password_of(source.secret))


@contextmanager
def _read(
    core: Core, item: BackupSet, context: TaskContext, host: HostId | None = None
) -> Iterator[SetReader]:
    """Give what reads a set, or the part of one host; nobody removes it meanwhile."""
    with Bin(core).keep_out(item):
        sealed = _open(core, item)
        yield SetReader(core, sealed if host is None else sealed.part(host), context)


def _writer(reader: SetReader, remote: Remote) -> Remote:
    return root_for(remote, [record.source for record in reader.manifest.captured])


def _writer_of(core: Core, restore: Restore, remote: Remote) -> Remote:
    """Return what a restore wrote with; of a set that is gone only its own account is known."""
    for folder in core.layout.sets.glob(f"*/{restore.set}"):
        with suppress(VaultDamaged):
            records = load_set(core, folder).manifest.captured
            return root_for(remote, [record.source for record in records])
    return remote


def _open(core: Core, item: BackupSet) -> SealedSet:
    folder = core.layout.root / item.path
    if not is_sealed(folder):
        raise NotFound(
            f"Set {item.id} is not in the vault any more.",
            hint="Bring the vault's folder back from a copy.",
        )
    sealed = load_set(core, folder)
    if sealed.manifest_sha256 != item.manifest_sha256:
        raise VaultDamaged(
            f"The manifest of set {item.id} is not the one that was sealed.",
            hint="Do not restore from it.",
        )
    return sealed


def _not_opened(
    core: Core, error: VaultDamaged, by: str, level: Level = Level.INTACT
) -> Verification:
    return Verification(level, Outcome.FAILED, core.clock.now(), 0.0, error.sentence(), by)
