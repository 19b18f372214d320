"""Backups that another system took: references to them, and how far they may be believed.

Nothing of them was read by this program. Their level is what somebody claims, with the evidence
that was kept for it, and never more than that. Where this program drives restic, it is restic's
word that is believed, with all that it put out as the evidence, until this program has compared
what came back with the host.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.domain.backup import BackupSource, SourceKind
from app.domain.ids import HostId
from app.domain.vocabulary import Level


class BackupSystem(StrEnum):
    """What took a backup; snapshots are of a machine or a volume as a whole."""

    VEEAM = "veeam"
    AWS_BACKUP = "aws_backup"
    BORG = "borg"
    RESTIC = "restic"
    KOPIA = "kopia"
    BAREOS = "bareos"
    PGBACKREST = "pgbackrest"
    MACHINE_SNAPSHOT = "machine_snapshot"
    VOLUME_SNAPSHOT = "volume_snapshot"
    OTHER = "other"

    @property
    def is_snapshot(self) -> bool:
        """Whether it usually lies beside what it was taken of, and is lost with it."""
        return self in (BackupSystem.MACHINE_SNAPSHOT, BackupSystem.VOLUME_SNAPSHOT)


class Checked(StrEnum):
    """What somebody did to find out whether the backup is good."""

    NOT = "not"
    """Nobody looked."""
    SEEN = "seen"
    """It was seen in the list of the other system, with its end."""
    VERIFIED = "verified"
    """The other system has read it again and found it whole."""


@dataclass(frozen=True, slots=True)
class Proof:
    """A file that was kept as evidence, by its hash."""

    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Covered:
    """One thing of a backup plan that a reference stands for."""

    host: HostId
    kind: SourceKind
    title: str


@dataclass(frozen=True, slots=True)
class ExternalDrill:
    """A restore of the backup that people have made elsewhere, with its evidence."""

    at: datetime
    duration_s: float
    where: str
    compared: str
    """How what came back was compared, in words."""
    by: str
    proof: Proof
    passed: bool = True


@dataclass(frozen=True, slots=True)
class ExternalBackup:
    """A reference to a backup that another system took and keeps."""

    id: str
    system: BackupSystem
    identifier: str
    """How that system names it: a restore point, an archive, a snapshot."""
    taken_at: datetime
    covers: tuple[Covered, ...]
    scope: str = ""
    """What it holds, in words."""
    product: str = ""
    """The name of a system that is not listed."""
    size_bytes: int | None = None
    checked: Checked = Checked.NOT
    checked_by: str = ""
    checked_at: datetime | None = None
    check: str = ""
    """How it was checked: the command or the report, in words."""
    proof: Proof | None = None
    drills: tuple[ExternalDrill, ...] = ()
    recorded_by: str = ""
    recorded_at: datetime | None = None
    withdrawn_by: str = ""
    withdrawn_reason: str = ""
    repository: str = ""
    """Where restic keeps it, when this program has driven restic itself; else empty."""

    @property
    def driven(self) -> bool:
        """Whether this program had it taken and checked, rather than somebody telling of it."""
        return bool(self.repository)

    @property
    def is_shown_here(self) -> bool:
        """Whether this program itself compared what came back with the host."""
        return self.driven and self.level is Level.RESTORED

    @property
    def name(self) -> str:
        """How it is called; a snapshot of restic by as many letters as restic shows."""
        return self.identifier[:8] if self.driven else self.identifier

    @property
    def stands(self) -> bool:
        """Whether nobody took the reference back."""
        return not self.withdrawn_by

    @property
    def drill(self) -> ExternalDrill | None:
        """The restore that was recorded last."""
        return self.drills[-1] if self.drills else None

    @property
    def level(self) -> Level | None:
        """What is claimed, as far as there is evidence for it; None counts for nothing.

        A restore that failed leaves nothing to rely on. Without one L1 is the most: the other
        system's own word that every byte is there, kept as a file.
        """
        if not self.stands or self.checked is Checked.NOT:
            return None
        if self.drill is not None:
            return Level.RESTORED if self.drill.passed else None
        told = self.checked is Checked.VERIFIED and self.proof is not None
        return Level.INTACT if told else Level.CAPTURED

    @property
    def restore_s(self) -> float | None:
        """How long the last passed restore took, as it was recorded."""
        return self.drill.duration_s if self.drill and self.drill.passed else None

    def stands_for(self, source: BackupSource) -> bool:
        """Whether it covers what a plan names."""
        return Covered(source.host, source.kind, source.title) in self.covers
