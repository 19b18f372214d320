"""The records of a vault as they are written: canonical JSON, signed, readable by anybody."""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeVar

import msgspec

from app.domain.backup import BackupSource, CaptureState, SetCopy, StoredObject, Verification
from app.domain.ids import ChangeId, HostId, SetId
from app.domain.restore import PlanStep
from app.errors import VaultDamaged
from app.vault.keys import VaultKeys, check_signature
from app.vault.seal import Sealed

FORMAT = 1
FORMAT_OF_SEVERAL = 2
"""Of a set of several hosts: an earlier version would put all of it back on the first."""
ENGINE = "changedesk-vault/1"


@dataclass(frozen=True, slots=True)
class RetiredKeys:
    """Keys that were in use until a moment."""

    until: datetime
    recipients: tuple[str, ...]
    signing_key: str


@dataclass(frozen=True, slots=True)
class VaultRecord:
    """``vault.json``: who may open and who signs."""

    format: int
    id: str
    created: datetime
    recipients: tuple[str, ...]
    """age recipients: the vault's own key first, then the recovery key on paper."""
    signing_key: str
    """Ed25519 public key, PEM."""
    retired: tuple[RetiredKeys, ...] = ()
    """Former keys, newest first: they open and attest what was sealed in their time."""
    keys_made: datetime | None = None
    """Since when the present keys hold; None means since the beginning."""

    @property
    def signers(self) -> tuple[str, ...]:
        """Every key that has ever signed here, the present one first."""
        return (self.signing_key, *(keys.signing_key for keys in self.retired))

    @property
    def all_recipients(self) -> tuple[str, ...]:
        """Everybody who can open something here, the present ones first."""
        former = (name for keys in self.retired for name in keys.recipients)
        return (*self.recipients, *former)


@dataclass(frozen=True, slots=True)
class HostRecord:
    """Which machine a set was taken from, so that it is never mistaken for another."""

    id: HostId
    name: str
    address: str
    port: int
    key_sha256: str
    machine_id: str = ""
    boot_id: str = ""
    clock_skew_s: float | None = None
    """Server clock minus ours, in seconds."""


@dataclass(frozen=True, slots=True)
class Table:
    """What one table of a database held at the source, as of its backup.

    ``rows`` is None when it changed while the backup ran, so that nothing exact can be said.
    ``sha256`` is over its rows as the database's own client writes them; "" where only counted.
    """

    name: str
    rows: int | None
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class ObjectRecord:
    """One producer of a set: what it was told, how it ended, what it left behind."""

    stored: StoredObject
    source: BackupSource
    end_seen: bool
    """The control line and the format's own end were both seen."""
    duration_s: float
    tools: dict[str, str] = field(default_factory=dict)
    index: Sealed | None = None
    log_bytes: int = 0
    log_sha256: str = ""
    tables: tuple[Table, ...] | None = None
    """What the source said it holds; None where it was not asked, or did not say it to its end."""
    held_bytes: int | None = None
    """What a database held on the disk of its server, indexes and all; None where it is unknown."""

    @property
    def number(self) -> str:
        """The number it has in its set, as its files begin."""
        return self.stored.name.partition("-")[0]

    @property
    def is_globals(self) -> bool:
        """Whether it holds roles of a whole server, which no restore may overwrite."""
        return self.stored.name.endswith("-globals.sql.zst.age")


@dataclass(frozen=True, slots=True)
class Manifest:
    """``set.json``: everything about a set; written last, so that its presence means sealed."""

    format: int
    engine: str
    app_version: str
    vault: str
    set: SetId
    change: ChangeId | None
    host: HostRecord
    by: str
    started_at: datetime
    sealed_at: datetime
    duration_s: float
    estimate_bytes: int | None
    plain_bytes: int
    stored_bytes: int
    state: CaptureState
    objects: tuple[ObjectRecord, ...]
    plan: tuple[PlanStep, ...] = ()
    """How to bring it back, step by step; sets of earlier versions have none."""
    plan_sha256: str = ""
    """Of ``RESTORE-PLAN.txt``, the same in words."""
    others: tuple[HostRecord, ...] = ()
    """Further hosts; every object names its own by ``source.host``."""

    @property
    def hosts(self) -> tuple[HostRecord, ...]:
        """Every machine it was taken of."""
        return (self.host, *self.others)

    def part(self, host: HostId) -> "Manifest":
        """Return what it says of one host; one of a single host is returned as it is.

        Raises:
            VaultDamaged: There are several, and this is none of them.
        """
        if not self.others:
            return self
        found = next((one for one in self.hosts if one.id == host), None)
        if found is None:
            raise VaultDamaged(f"Set {self.set} holds nothing of that host.")
        return replace(
            self,
            host=found,
            others=(),
            objects=tuple(o for o in self.objects if o.source.host == host),
            plan=tuple(step for step in self.plan if step.host == found.name),
        )

    @property
    def captured(self) -> tuple[ObjectRecord, ...]:
        """The producers that left a stored object."""
        return tuple(o for o in self.objects if o.stored.state is not CaptureState.FAILED)


@dataclass(frozen=True, slots=True)
class Acceptance:
    """A named person takes an incomplete set."""

    by: str
    at: datetime
    reason: str
    record: str = ""
    """SHA-256 of the signed record that it was read from."""


@dataclass(frozen=True, slots=True)
class SetNote:
    """What is said about a sealed set later on; bound to its manifest."""

    set: SetId
    manifest_sha256: str
    verification: Verification | None = None
    acceptance: Acceptance | None = None
    copy: SetCopy | None = None


@dataclass(frozen=True, slots=True)
class _Signed:
    record: msgspec.Raw
    signature: str


Record = TypeVar("Record")


def encode(record: object) -> bytes:
    """Return canonical JSON: keys sorted, no spaces, UTF-8, one final line feed."""
    return msgspec.json.encode(record, order="sorted") + b"\n"


def decode(data: bytes, kind: type[Record], *, what: str) -> Record:
    """Read a record; raises VaultDamaged when it is malformed or of a later format."""
    try:
        record = msgspec.json.decode(data, type=kind)
    except (msgspec.DecodeError, RecursionError) as error:
        raise VaultDamaged(f"{what} is not readable ({error}).") from error
    known = (FORMAT, FORMAT_OF_SEVERAL) if kind is Manifest else (FORMAT,)
    if getattr(record, "format", FORMAT) not in known:
        raise VaultDamaged(
            f"{what} was written by a later version of the program.", hint="Update the program."
        )
    return record


def encode_signed(record: object, keys: VaultKeys) -> bytes:
    """Return a record with its signature in one file."""
    body = msgspec.json.encode(record, order="sorted")
    signature = base64.b64encode(keys.sign(body)).decode("ascii")
    return encode(_Signed(msgspec.Raw(body), signature))


def decode_signed(data: bytes, kind: type[Record], signers: Sequence[str], *, what: str) -> Record:
    """Read a signed record; raises VaultDamaged when the signature does not fit."""
    signed = decode(data, _Signed, what=what)
    body = bytes(signed.record)
    try:
        signature = base64.b64decode(signed.signature, validate=True)
    except ValueError:
        signature = b""
    check_signature(signers, body, signature, what=what)
    return decode(body, kind, what=what)


def sealed_of(stored: StoredObject) -> Sealed:
    """Return the sizes and hashes of a stored object."""
    return Sealed(
        stored.plain_bytes, stored.plain_sha256, stored.stored_bytes, stored.stored_sha256
    )


def sha256(data: bytes) -> str:
    """Return the SHA-256 of bytes, in hex."""
    return hashlib.sha256(data).hexdigest()
