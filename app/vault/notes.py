"""Sealed sets as they are found in the folder, and what is said about them later, all signed."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from app.domain.backup import (
    BackupSet,
    CaptureState,
    Level,
    Outcome,
    ProofRecords,
    Verification,
)
from app.domain.ids import HostId
from app.errors import VaultDamaged
from app.vault.core import Core
from app.vault.format import (
    Manifest,
    ObjectRecord,
    SetNote,
    decode,
    decode_signed,
    encode_signed,
    sha256,
)
from app.vault.keys import check_signature
from app.vault.layout import sync_dir

RECORDS = "verification"
"""The folder of a set for what is said about it after it was sealed."""
_NAMED = 3
"""How many hosts of a set are named before the others are only counted."""


@dataclass(frozen=True, slots=True)
class SealedSet:
    """A set whose manifest and signature fit."""

    folder: Path
    manifest: Manifest
    manifest_sha256: str
    notes: tuple[SetNote, ...] = ()
    damaged_notes: tuple[str, ...] = ()
    """What is wrong with records of earlier proofs; they do not touch the objects."""

    def part(self, host: HostId) -> "SealedSet":
        """Return the part of one host; raises VaultDamaged when nothing of it is in it."""
        return replace(self, manifest=self.manifest.part(host))

    def object_path(self, record: ObjectRecord) -> Path:
        """Return where a stored object lies."""
        return self.folder / "objects" / record.stored.name

    def index_path(self, record: ObjectRecord) -> Path:
        """Return where the index of an object lies."""
        return self.folder / "index" / f"{record.number}.jsonl.zst.age"

    def log_path(self, record: ObjectRecord) -> Path:
        """Return where the log of a producer lies."""
        return self.folder / "log" / f"{record.number}.stderr"


def is_sealed(folder: Path) -> bool:
    """Whether a set was written to its end."""
    return (folder / "set.json").exists()


def load_set(core: Core, folder: Path) -> SealedSet:
    """Read a sealed set; raises VaultDamaged unless its signature fits."""
    data = _read(folder / "set.json")
    signature = _read(folder / "set.sig")
    what = f"the manifest of set {folder.name}"
    check_signature(core.record.signers, data, signature, what=what)
    manifest = decode(data, Manifest, what=what)
    if manifest.set != folder.name or manifest.vault != core.record.id:
        raise VaultDamaged(f"The folder {folder.name} holds the manifest of another set or vault.")
    digest = sha256(data)
    notes, damaged = _load_notes(core, folder, digest)
    return SealedSet(folder, manifest, digest, notes, damaged)


def add_note(core: Core, sealed: SealedSet, note: SetNote) -> str:
    """Keep something said about a set, signed, beside it; return the hash of its record.

    Raises:
        DiskFull: There is no room, not even where the reserve was.
        SecretUnavailable: There is no key to sign with.
    """
    if note.verification is not None:
        at, title = note.verification.at, f"L{int(note.verification.level)}"
    elif note.acceptance is not None:
        at, title = note.acceptance.at, "accepted"
    elif note.copy is not None:
        at, title = note.copy.at, "copied"
    else:
        raise ValueError("nothing is said in it")
    folder, stem, again = sealed.folder / RECORDS, f"{at:%Y%m%dT%H%M%S%fZ}", 1
    if not folder.is_dir():  # a copy brings no empty folder
        folder.mkdir(mode=0o700)
        sync_dir(sealed.folder)
    while (path := folder / f"{stem}-{title}.json").exists():
        again += 1
        stem = f"{at:%Y%m%dT%H%M%S%fZ}-{again}"
    data = encode_signed(note, core.keys)
    core.layout.write_record(path, data)
    return sha256(data)


def note_proof(core: Core, sealed: SealedSet, proof: Verification) -> Verification:
    """Keep a proof beside its set, and return it with the hash of its record.

    Where there is no key to sign with, as with a recovery key alone, none is kept.
    """
    if not core.keys.can_sign:
        return proof
    note = SetNote(sealed.manifest.set, sealed.manifest_sha256, proof)
    return replace(proof, record=add_note(core, sealed, note))


def compare_records(core: Core, item: BackupSet) -> ProofRecords:
    """Compare the signed records beside a set with what is known of them; read no object.

    What is known is in a row whose hash the log holds, so neither can be thinned alone. A proof
    without the hash of a record, as earlier versions kept it, is neither missed nor found.
    """
    folder = core.layout.root / item.path
    there = set(_hashes(folder))
    known = {v.record for v in item.verifications} | {c.record for c in item.copies}
    known.add(item.accepted_record)
    lost = tuple(
        v for v in item.verifications if v.record and not v.is_lost and v.record not in there
    )
    back = tuple(v for v in item.verifications if v.is_lost and v.record in there)
    accepted, is_there = item.accepted_record, item.accepted_record in there
    found = ProofRecords(
        item.id, lost, back,
        copies_lost=tuple(
            c for c in item.copies if c.record and not c.is_lost and c.record not in there
        ),
        copies_back=tuple(c for c in item.copies if c.is_lost and c.record in there),
        acceptance_lost=bool(accepted) and not item.acceptance_lost and not is_there,
        acceptance_back=item.acceptance_lost and is_there,
    )  # fmt: skip
    if there <= known:
        return found
    nameless = {(v.level, v.at) for v in item.verifications if not v.record}
    notes, _damaged = _load_notes(core, folder, item.manifest_sha256)
    proofs = (note.verification for note in notes if note.verification)
    unknown = tuple(v for v in proofs if v.record not in known and (v.level, v.at) not in nameless)
    return replace(found, unknown=unknown)


Marks = tuple[int, int, int, int]
"""Size, times and place of a file: a write changes one of them, even where times are set back."""


@dataclass(frozen=True)
class Recorded:
    """The records of a vault; fits `app.services.ports.vault.Records`."""

    core: Core
    seen: dict[Path, Marks] = field(default_factory=dict, compare=False, repr=False)
    """The marks of stored objects as they were when they were last proven or looked at."""

    def compare_records(self, item: BackupSet) -> ProofRecords:
        """Compare the records of proofs beside a set with what is known of them."""
        return compare_records(self.core, item)

    def why_not(self, item: BackupSet) -> str:
        """Say why a set is not what it was when it was last looked at, "" when nothing shows."""
        try:
            sealed = load_set(self.core, self.core.layout.root / item.path)
        except VaultDamaged as error:
            return error.text
        if sealed.manifest_sha256 != item.manifest_sha256:
            return f"The manifest of set {item.id} is another one."
        for record in sealed.manifest.objects:
            path = sealed.object_path(record)
            marks = _marks(path)
            if marks is None:
                return f"{path.name} is not in the vault."
            known = self.seen.setdefault(path, marks)
            if marks[0] != record.stored.stored_bytes or marks != known:
                return f"{path.name} was altered after it was proven."
        return ""

    def look_anew(self, sealed: SealedSet) -> None:
        """Take a set that was just read to its last byte as it lies there now."""
        for record in sealed.manifest.objects:
            path = sealed.object_path(record)
            if (marks := _marks(path)) is not None:
                self.seen[path] = marks


def _marks(path: Path) -> Marks | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino


def as_backup_set(core: Core, sealed: SealedSet) -> BackupSet:
    """Return a sealed set as the store remembers it."""
    manifest = sealed.manifest
    captured = Verification(
        Level.CAPTURED, Outcome.PASSED, manifest.sealed_at, manifest.duration_s,
        describe_capture(manifest), manifest.by,
    )  # fmt: skip
    accepted = next((n.acceptance for n in reversed(sealed.notes) if n.acceptance), None)
    return BackupSet(
        id=manifest.set,
        change=manifest.change,
        host=manifest.host.id,
        host_name=_named(manifest),
        state=manifest.state,
        started_at=manifest.started_at,
        sealed_at=manifest.sealed_at,
        duration_s=manifest.duration_s,
        objects=tuple(record.stored for record in manifest.objects),
        manifest_sha256=sealed.manifest_sha256,
        path=sealed.folder.relative_to(core.layout.root).as_posix(),
        by=manifest.by,
        verifications=(captured, *(n.verification for n in sealed.notes if n.verification)),
        accepted_by=accepted.by if accepted else "",
        accepted_reason=accepted.reason if accepted else "",
        accepted_record=accepted.record if accepted else "",
        copies=tuple(note.copy for note in sealed.notes if note.copy),
    )


def _named(manifest: Manifest) -> str:
    names = [host.name for host in manifest.hosts]
    more = f" +{len(names) - _NAMED}" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more


def describe_capture(manifest: Manifest) -> str:
    """Say how the producers of a set ended."""
    told = [
        f"{record.stored.title}: {record.stored.state.value.replace('_', ' ')}"
        for record in manifest.objects
        if record.stored.state is not CaptureState.CAPTURED
    ]
    whole = len(manifest.objects) - len(told)
    return "; ".join([f"{whole} of {len(manifest.objects)} objects captured", *told])


def _load_notes(
    core: Core, folder: Path, digest: str
) -> tuple[tuple[SetNote, ...], tuple[str, ...]]:
    notes, damaged = [], []
    for path in sorted((folder / RECORDS).glob("*.json")):
        what = f"{path.name} of set {folder.name}"
        try:
            data = _read(path)
            note = decode_signed(data, SetNote, core.record.signers, what=what)
        except VaultDamaged as error:
            damaged.append(error.text)
            continue
        if note.set == folder.name and note.manifest_sha256 == digest:
            notes.append(_named_by(note, sha256(data)))
        else:
            damaged.append(f"{what} belongs to another set.")
    return tuple(notes), tuple(damaged)


def _named_by(note: SetNote, record: str) -> SetNote:
    """Return what is said in a record together with the hash of the record."""
    proof, accepted, copy = note.verification, note.acceptance, note.copy
    return replace(
        note,
        verification=replace(proof, record=record) if proof else None,
        acceptance=replace(accepted, record=record) if accepted else None,
        copy=replace(copy, record=record) if copy else None,
    )


def _hashes(folder: Path) -> Iterator[str]:
    """Hash the files beside a set; one that cannot be read is as good as missing."""
    for path in (folder / RECORDS).glob("*.json"):
        with suppress(VaultDamaged):
            yield sha256(_read(path))


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise VaultDamaged(f"{path.name} cannot be read ({error.strerror}).") from error
