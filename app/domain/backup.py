"""Backups: what shall be captured, what was, and how well it is proven."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from app.domain.ids import ChangeId, HostId, SetId
from app.domain.vocabulary import Level as Level


class SourceKind(StrEnum):
    """What one object of a set holds."""

    FILES = "files"
    SQLITE = "sqlite"
    POSTGRESQL = "postgresql"
    MYSQL = "mysql"
    MONGODB = "mongodb"
    REDIS = "redis"
    FACTS = "facts"
    EXTERNAL = "external"
    """What another system backs up; of it this program has a reference at most."""

    @property
    def is_server(self) -> bool:
        """Whether a database server is asked for it, perhaps with an account of its own."""
        return self in _SERVERS


_SERVERS = (SourceKind.POSTGRESQL, SourceKind.MYSQL, SourceKind.MONGODB, SourceKind.REDIS)


@dataclass(frozen=True, slots=True)
class BackupSource:
    """One thing to capture: ``paths`` for files, ``database`` (file or name) for databases.

    What follows concerns database servers alone. An empty ``server`` is the usual one of the host,
    otherwise ``name:port`` or the path of a socket, as the host sees it. An empty ``login`` is the
    host's own way in: the account of the database's owner, or a password file kept there.
    """

    kind: SourceKind
    host: HostId
    paths: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    database: str = ""
    server: str = ""
    login: str = ""
    query: str = ""
    """What a restore drill asks the restored database; the source has answered it at the backup."""
    spool: bool = False
    """Whether it is written to the host's own disk first: a cut link is then no matter."""
    as_root: bool = False
    """Whether root reads it, through sudo, where the account itself is not root."""

    @property
    def title(self) -> str:
        """What is captured, in a few words."""
        name = self.database or ", ".join(self.paths) or self.kind.value
        return f"{name} at {self.server}" if self.server else name

    @property
    def secret(self) -> str:
        """The name under which the keyring holds the password of ``login``."""
        return f"host/{self.host}/{self.kind.value}/{self.login}@{self.server}"


class CaptureState(StrEnum):
    """How a producer ended."""

    CAPTURED = "captured"
    WITH_WARNINGS = "captured_with_warnings"
    PARTIAL = "partial"
    FAILED = "failed"


class Outcome(StrEnum):
    """How a verification ended; ``RUNNING`` and ``NOT_DONE`` are said, never guessed."""

    PASSED = "passed"
    FAILED = "failed"
    TIMED_OUT = "timed_out"
    RUNNING = "running"
    NOT_DONE = "not_done"


@dataclass(frozen=True, slots=True)
class Verification:
    """One attempt to prove a level."""

    level: Level
    outcome: Outcome
    at: datetime
    duration_s: float = 0.0
    detail: str = ""
    by: str = ""
    record: str = ""
    """SHA-256 of the signed record that the vault keeps of it; "" where none was kept, or where an
    earlier version kept it."""
    is_lost: bool = False
    """Whether that record was there once and is not there any more: nothing is built on it."""

    @property
    def counts(self) -> bool:
        """Whether it has proven its level, and its record is there to show."""
        return self.outcome is Outcome.PASSED and not self.is_lost


@dataclass(frozen=True, slots=True)
class SetCopy:
    """A copy of a set in another place, every file of it read there again and compared."""

    where: str
    at: datetime
    files: int
    stored_bytes: int
    duration_s: float
    by: str = ""
    record: str = ""
    """SHA-256 of its signed record beside the set, as of a `Verification`."""
    is_lost: bool = False
    """Whether that record is not there any more."""


@dataclass(frozen=True, slots=True)
class StoredObject:
    """One stream inside a set: what it is, how it ended, its sizes and hashes."""

    name: str
    kind: SourceKind
    title: str
    state: CaptureState
    exit_codes: dict[str, int] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    plain_bytes: int = 0
    plain_sha256: str = ""
    stored_bytes: int = 0
    stored_sha256: str = ""
    members: int = 0
    command_sha256: str = ""
    host: HostId | None = None
    """What it was taken of; None in sets of earlier versions, which hold one host only."""
    host_name: str = ""


@dataclass(frozen=True, slots=True)
class BackupSet:
    """A sealed set in the vault, as the store remembers it.

    ``host`` is the first of the hosts it was taken of, and ``host_name`` names all of them.
    """

    id: SetId
    change: ChangeId | None
    host: HostId
    host_name: str
    state: CaptureState
    started_at: datetime
    sealed_at: datetime
    duration_s: float
    objects: tuple[StoredObject, ...]
    manifest_sha256: str
    path: str
    by: str = ""
    verifications: tuple[Verification, ...] = ()
    accepted_by: str = ""
    accepted_reason: str = ""
    accepted_record: str = ""
    """SHA-256 of the signed record of that acceptance; "" where an earlier version kept it."""
    acceptance_lost: bool = False
    """Whether that record is not in the vault any more: nobody has accepted it then."""
    missing: bool = False
    held_by: str = ""
    """Who wants it kept whatever the rules say."""
    held_reason: str = ""
    binned_at: datetime | None = None
    """Since when it lies in the bin: it can be taken out, but nobody may count on it."""
    binned_by: str = ""
    binned_reason: str = ""
    purged_at: datetime | None = None
    """When it was removed for good; its record stays."""
    copies: tuple[SetCopy, ...] = ()
    """Where else it lies, as it was when it was copied there."""

    @property
    def short_id(self) -> str:
        """Four letters that tell the sets of a host apart: the end of the id, which is random."""
        return self.id[-4:]

    @property
    def is_present(self) -> bool:
        """Whether it is in the vault and not in the bin."""
        return not self.missing and self.binned_at is None and self.purged_at is None

    @property
    def level(self) -> Level | None:
        """The highest level passed with every lower one passed too; None before L0."""
        best: Level | None = None
        for level in Level:
            latest = self.latest(level)
            if latest is None or not latest.counts:
                return best
            best = level
        return best

    def latest(self, level: Level) -> Verification | None:
        """The attempt at a level that was recorded last; a clock set back changes nothing."""
        return next((v for v in reversed(self.verifications) if v.level is level), None)

    @property
    def lost(self) -> tuple[Verification, ...]:
        """The proofs whose records are missing, oldest first; proving again does not hide them."""
        return tuple(v for v in self.verifications if v.is_lost)

    @property
    def hosts(self) -> dict[HostId, str]:
        """The name of each host it was taken of, in the order of its objects."""
        told = {item.host: item.host_name for item in self.objects if item.host}
        return told or {self.host: self.host_name}

    def of_host(self, host: HostId) -> tuple[StoredObject, ...]:
        """Return what it holds of one host."""
        return tuple(item for item in self.objects if (item.host or self.host) == host)

    def holds(self, source: BackupSource) -> bool:
        """Whether one of its objects is what the plan names; facts are one of a kind."""
        return any(
            item.kind is source.kind
            and (item.kind is SourceKind.FACTS or item.title == source.title)
            for item in self.of_host(source.host)
        )

    @property
    def stored_bytes(self) -> int:
        """Bytes on our disk."""
        return sum(item.stored_bytes for item in self.objects)

    @property
    def plain_bytes(self) -> int:
        """Bytes as the server sent them, before compression."""
        return sum(item.plain_bytes for item in self.objects)

    @property
    def usable(self) -> bool:
        """Whether the gate may count it: nothing failed, and a partial set was accepted by name."""
        if not self.is_present or self.state is CaptureState.FAILED:
            return False
        return self.state is not CaptureState.PARTIAL or self.is_accepted

    @property
    def is_accepted(self) -> bool:
        """Whether a person took it though it is not whole, and the record of that is there."""
        return bool(self.accepted_by) and not self.acceptance_lost

    @property
    def restore_s(self) -> float | None:
        """The measured time of the last passed restore, in seconds."""
        drill = self.latest(Level.RESTORED)
        return drill.duration_s if drill and drill.counts else None


@dataclass(frozen=True, slots=True)
class RestoreResult:
    """What a restore brought back, how it was compared, and how long it took."""

    set: SetId
    where: str
    at: datetime
    duration_s: float
    members: int
    plain_bytes: int
    restored: tuple[str, ...] = ()
    """Paths that now hold what the set holds."""
    kept: tuple[str, ...] = ()
    """Where the previous state lies, one path for each that was replaced."""
    skipped: tuple[str, ...] = ()
    """What was not brought back, each with its reason."""
    by_hand: tuple[str, ...] = ()
    """Databases among those, which a person still has to put back: it is not done without them."""
    compared: str = ""
    """What the comparison covered, in words."""


@dataclass(frozen=True, slots=True)
class Quarantined:
    """Something in the vault that is not a sealed set and was put aside."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class CutOff:
    """What a host has written, or still writes, for a set that nobody works on now."""

    set: SetId
    host: HostId
    host_name: str
    change: ChangeId | None
    by: str
    at: datetime
    """When the set was begun (UTC)."""
    sources: tuple[BackupSource, ...]
    jobs: tuple[str, ...]
    """The jobs on the host, by the ids it knows them by."""
    is_over: bool = False
    """Whether the set is sealed or given up, so that only clearing away is left to do."""

    @property
    def hosts(self) -> tuple[HostId, ...]:
        """Every host it is of, in the order of its sources."""
        return tuple(dict.fromkeys(source.host for source in self.sources))


@dataclass(frozen=True, slots=True)
class ProofRecords:
    """What the records beside a set say of its proofs, against what is known of them here."""

    set: SetId
    lost: tuple[Verification, ...] = ()
    """Proofs whose record was there when they were made, and is not there now."""
    back: tuple[Verification, ...] = ()
    """Proofs whose record was lost and is there again."""
    unknown: tuple[Verification, ...] = ()
    """Signed records of proofs that nothing here knows of, oldest first."""
    copies_lost: tuple[SetCopy, ...] = ()
    copies_back: tuple[SetCopy, ...] = ()
    acceptance_lost: bool = False
    acceptance_back: bool = False

    @property
    def is_clean(self) -> bool:
        """Whether both say the same."""
        proofs, copies = (self.lost, self.back, self.unknown), (self.copies_lost, self.copies_back)
        return not (any(proofs) or any(copies) or self.acceptance_lost or self.acceptance_back)

    def applied(self, item: BackupSet) -> BackupSet:
        """Return the set as it stands after this comparison."""
        lost = {v.record for v in self.lost} | {c.record for c in self.copies_lost}
        back = {v.record for v in self.back} | {c.record for c in self.copies_back}
        there = {v.record for v in item.verifications}
        known = tuple(
            replace(v, is_lost=v.record in lost or (v.is_lost and v.record not in back))
            for v in item.verifications
        )
        return replace(
            item,
            verifications=(*known, *(v for v in self.unknown if v.record not in there)),
            copies=tuple(
                replace(c, is_lost=c.record in lost or (c.is_lost and c.record not in back))
                for c in item.copies
            ),
            acceptance_lost=self.acceptance_lost
            or (item.acceptance_lost and not self.acceptance_back),
        )


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """What a comparison of the vault's folder with the store's rows found."""

    adopted: tuple[BackupSet, ...] = ()
    missing: tuple[SetId, ...] = ()
    quarantined: tuple[Quarantined, ...] = ()
    records: tuple[ProofRecords, ...] = ()
    """Of each set whose records of proofs are not what is known of them."""

    @property
    def is_clean(self) -> bool:
        """Whether there was nothing to explain."""
        return not (self.adopted or self.missing or self.quarantined or self.records)
