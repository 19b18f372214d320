"""What services need from the vault: capture, prove, give back, and explain a crash."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from app.domain.backup import (
    BackupSet,
    BackupSource,
    CutOff,
    Level,
    ProofRecords,
    Reconciliation,
    RestoreResult,
    SetCopy,
    Verification,
)
from app.domain.host import Host
from app.domain.ids import ChangeId, HostId, SetId
from app.domain.preflight import HostOutlook
from app.domain.restore import (
    EntryPage,
    HostDifference,
    Move,
    PlanStep,
    Restore,
    RestoreState,
    RestoreWish,
)
from app.services.ports.world import Remote
from app.tasks import TaskContext


@dataclass(frozen=True, slots=True)
class CaptureRequest:
    """One set about to be taken: everything that belongs together, of one host or of several."""

    set: SetId
    hosts: tuple[Host, ...]
    sources: tuple[BackupSource, ...]
    change: ChangeId | None = None
    by: str = ""

    def of_host(self, host: HostId) -> tuple[BackupSource, ...]:
        """Return what is wanted of one host."""
        return tuple(source for source in self.sources if source.host == host)


@dataclass(frozen=True, slots=True)
class Trace:
    """How far a restore on a host has come, and the names that hold it there."""

    state: RestoreState
    sides: tuple[str, ...] = ()
    moves: tuple[Move, ...] = ()


Tell = Callable[[Trace], object]
"""Hears of each state before the host does; what it raises stops the restore."""


class Catalogue(Protocol):
    """The members of one set, to look through; close it after use."""

    @property
    def count(self) -> int:
        """How many members there are, folders that were not stored themselves included."""
        ...

    def children(self, parent: int, after: int, limit: int) -> EntryPage:
        """Return entries of a folder (0 is the root), folders first, from a position on."""
        ...

    def search(self, text: str, limit: int) -> EntryPage:
        """Return entries with ``text`` in their path, in any case."""
        ...

    def close(self) -> None:
        """Remove the scratch copy of the index."""
        ...


@dataclass(frozen=True, slots=True)
class CopyPlace:
    """Where a copy of a set shall lie: a folder here, or of a host."""

    folder: str
    host: str = ""
    """The host's name; "" is this computer."""


class VaultBin(Protocol):
    """Two steps between a set and its end."""

    def put(self, item: BackupSet, *, by: str, reason: str) -> None:
        """Mark a set, signed, as one that shall be removed; raises SecretUnavailable."""
        ...

    def take_out(self, item: BackupSet) -> None:
        """Remove the mark."""
        ...

    def keep_out(self, item: BackupSet) -> AbstractContextManager[None]:
        """Keep a set from being removed for good inside the block; raises Busy."""
        ...

    def purge(self, item: BackupSet, record: Callable[[], object] = lambda: None) -> None:
        """Remove a set for good; ``record`` writes that down, before anything of it goes.

        Raises:
            IllegalMove: It was not put in the bin before.
            VaultDamaged: Its mark is for another set, or was altered.
            Busy: Somebody proves it, copies it or restores from it; nothing was recorded.
        """
        ...


class Spools(Protocol):
    """What hosts have written to their own disks for sets that nobody works on now."""

    def cut_off(self) -> Sequence[CutOff]:
        """Return what hosts hold of sets that nobody works on now, oldest first.

        Such a set is finished by `capture` with the same set, host and sources.
        """
        ...

    def drop_cut_off(self, item: CutOff, remotes: Sequence[Remote]) -> bool:
        """End and remove what hosts hold of such a set; False when one is out of reach.

        Raises:
            Busy: Somebody finishes it right now.
        """
        ...


class Records(Protocol):
    """The signed records that lie beside the sets."""

    def compare_records(self, item: BackupSet) -> ProofRecords:
        """Compare the records of proofs beside a set with what is known of them; read no object.

        A set that is not in the folder has lost them all.
        """
        ...

    def why_not(self, item: BackupSet) -> str:
        """Say why a set is not what it was when it was last looked at, "" when nothing shows.

        Manifest and signature are read, of each object only its size and the file system's marks
        of it: that is cheap enough for every step, and no proof.
        """
        ...


class Vault(Spools, Records, Protocol):
    """The place where sealed backup sets lie; safe to use from several threads and programs."""

    @property
    def id(self) -> str:
        """The vault's own identifier."""
        ...

    @property
    def root(self) -> Path:
        """The folder everything lies in."""
        ...

    def capture(
        self, request: CaptureRequest, remotes: Sequence[Remote], context: TaskContext
    ) -> BackupSet:
        """Take and seal one set of one or several hosts, side by side; it comes back at L0.

        Raises:
            BackupFailed: Of one host nothing could be captured; nothing was sealed.
            DiskFull: There is not enough room; nothing was sealed.
            Busy: Another task or program is backing up one of the hosts.
            RemoteError: A host could not be used, or its link broke; nothing was sealed.
        """
        ...

    def outlook(self, request: CaptureRequest, remote: Remote, context: TaskContext) -> HostOutlook:
        """Say what a set would hold, what its rules leave out, and what is free; nothing is taken.

        A host that cannot be asked is an outlook with a problem, not an error.

        Raises:
            TaskCancelled: A stop was asked for.
        """
        ...

    def verify(
        self,
        item: BackupSet,
        level: Level,
        *,
        by: str,
        context: TaskContext,
        remotes: Sequence[Remote] = (),
    ) -> Verification:
        """Try to prove one level, keep the signed outcome beside the set, and return it.

        Damage is an outcome, not an error. ``remotes`` are the hosts of the set: they are needed
        for L3, and for what databases need tools for that are not on this computer.
        """
        ...

    def verify_by_reading(
        self, item: BackupSet, *, by: str, context: TaskContext, remotes: Sequence[Remote] = ()
    ) -> Sequence[Verification]:
        """Try to prove L1 and L2 with one reading of the stored bytes; keep and return both.

        When L1 does not succeed it comes back alone.
        """
        ...

    def restore(
        self,
        item: BackupSet,
        target: Path,
        context: TaskContext,
        *,
        paths: Sequence[str] = (),
        host: HostId | None = None,
    ) -> RestoreResult:
        """Unpack a set, or some members by path, into ``target``, which must not exist yet.

        With ``host`` only what it holds of that one.

        Raises:
            VaultDamaged: Stored bytes do not match.
            BackupFailed: The folder cannot be used, or the set does not hold a path.
        """
        ...

    def restore_on_host(
        self,
        item: BackupSet,
        remote: Remote,
        context: TaskContext,
        wish: RestoreWish,
        tell: Tell = lambda trace: None,
    ) -> RestoreResult:
        """Put back what a set holds of the host of ``remote``; what was there is kept beside it.

        Everything is unpacked beside the original and compared first; only then are names
        swapped. ``wish.mark`` becomes part of every name that is made.

        Raises:
            VaultDamaged: Stored bytes do not match; the host was not changed.
            BackupFailed: What arrived differs from the set; the host was not changed.
            RemoteError: The host could not be used; what ``tell`` heard last says how far it came.
        """
        ...

    def plan(self, item: BackupSet, host: HostId | None = None) -> Sequence[PlanStep]:
        """Return the restore plan sealed with a set, or one host's part; raises VaultDamaged."""
        ...

    def difference(
        self, item: BackupSet, remote: Remote, context: TaskContext, wish: RestoreWish
    ) -> HostDifference:
        """Compare what is on one host now with a set, and change nothing; raises RemoteError."""
        ...

    def look_after(self, restore: Restore, remote: Remote) -> RestoreState:
        """Tell from the names on the host how far a restore came; raises RemoteError."""
        ...

    def undo(self, restore: Restore, remote: Remote) -> None:
        """Bring back what was there before a restore; raises RemoteError, BackupFailed."""
        ...

    def clear_after(self, restore: Restore, remote: Remote) -> None:
        """Remove what a restore left beside the originals; raises RemoteError."""
        ...

    def browse(self, item: BackupSet, context: TaskContext, host: HostId) -> Catalogue:
        """Open what a set holds of one host for looking; raises VaultDamaged, SecretUnavailable."""
        ...

    def accept(self, item: BackupSet, *, by: str, reason: str) -> BackupSet:
        """Keep, signed, that a person accepts an incomplete set, and return it so marked."""
        ...

    def overwritten(
        self, item: BackupSet, remote: Remote, context: TaskContext, wish: RestoreWish
    ) -> Sequence[BackupSource]:
        """Return what a restore would replace, as far as it is there now.

        Raises:
            VaultDamaged: The manifest or an index does not match.
            RemoteError: The host could not be used.
        """
        ...

    def copy(
        self,
        item: BackupSet,
        place: CopyPlace,
        *,
        by: str,
        context: TaskContext,
        remote: Remote | None = None,
    ) -> SetCopy:
        """Copy a set to another place, read it there again, compare it, and keep that, signed.

        Raises:
            IllegalMove: The place holds this set already, or another vault.
            BackupFailed: What was read there differs, or the host cannot take it; nothing is kept.
            DiskFull: There is not enough room.
        """
        ...

    @property
    def bin(self) -> VaultBin:
        """Where sets wait before they are removed."""
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
