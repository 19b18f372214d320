"""Proving a set, level by level; damage is an outcome with words, and what was not done is said."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic

from app.domain.backup import Level, Outcome, SourceKind, Verification
from app.domain.ids import HostId
from app.errors import BackupFailed, RemoteError, TimedOut, VaultDamaged
from app.processes import ToolMissing
from app.services.ports.world import Remote
from app.vault.databases.proofs import Case, NotProven, read_database, restore_database
from app.vault.format import ObjectRecord, sha256
from app.vault.formats import FormatError, MarkedFormat, TarFormat
from app.vault.index import IndexWriter
from app.vault.notes import SealedSet, describe_capture
from app.vault.reading import SetReader
from app.vault.restore import restore_set
from app.vault.seal import HashSink
from app.vault.setwriter import LOG_LIMIT_BYTES, PLAN
from app.vault.source_check import Found, compare_with_source
from app.vault.sqlite_check import answer, check_database
from app.vault.tarstream import TarReader
from app.wording import bytes_size, duration


@dataclass(frozen=True, slots=True)
class Proof:
    """What one level found: the outcome, and the words for it."""

    outcome: Outcome
    detail: str
    took_s: float | None = None
    """What counts as its time, where that is not all of the time it took."""


@dataclass(frozen=True)
class Trial:
    """One set under proof, with all that a level may need."""

    reader: SetReader
    remotes: tuple[Remote, ...] = ()

    @property
    def records(self) -> tuple[ObjectRecord, ...]:
        """The objects that were captured."""
        return self.reader.manifest.captured

    def remote_of(self, host: HostId) -> Remote | None:
        """Return the way to a host of the set, None without one."""
        return next((one for one in self.remotes if one.host.id == host), None)

    def case_of(self, record: ObjectRecord) -> Case:
        """Return a database object with the host it came from."""
        return Case(self.reader, record, self.remote_of(record.source.host))


def prove(trial: Trial, level: Level, by: str) -> Verification:
    """Try one level and return how it ended.

    Raises:
        SecretUnavailable: The vault's key is wrong, so nothing can be said.
        DiskFull: There is no room to try.
        TaskCancelled: A stop was asked for.
    """
    at, started_s = trial.reader.core.clock.now(), monotonic()
    try:
        proof = _LEVELS[level](trial)
    except TimedOut as error:
        proof = Proof(Outcome.TIMED_OUT, error.sentence())
    except RemoteError as error:
        proof = Proof(Outcome.NOT_DONE, error.sentence())
    except (VaultDamaged, BackupFailed) as error:
        proof = Proof(Outcome.FAILED, error.sentence())
    except FormatError as error:
        proof = Proof(Outcome.FAILED, str(error))
    took_s = monotonic() - started_s if proof.took_s is None else proof.took_s
    return Verification(level, proof.outcome, at, round(took_s, 3), proof.detail, by)


def prove_by_reading(trial: Trial, by: str) -> tuple[Verification, ...]:
    """Prove L1 and L2 with one reading of the stored bytes; return L1 alone when it failed.

    Decoding reads every byte against its hashes anyway. What it did not come to, or did not find
    as it was written, is read on its own for L1.
    """
    readable = prove(trial, Level.READABLE, by)
    intact = prove(trial, Level.INTACT, by)
    if intact.outcome is not Outcome.PASSED:
        return (intact,)
    took_s = round(intact.duration_s + readable.duration_s, 3)
    return replace(intact, at=readable.at, duration_s=took_s), readable


def _captured(trial: Trial) -> Proof:
    return Proof(Outcome.PASSED, describe_capture(trial.reader.manifest))


def _intact(trial: Trial) -> Proof:
    """Read every stored byte again: hashes, authentication, unpacking."""
    read = 0
    for record in trial.records:
        if record.stored.name not in trial.reader.whole:
            trial.reader.stored(record)
        read += record.stored.stored_bytes
        if record.index is not None:
            if f"index of {record.stored.name}" not in trial.reader.whole:
                trial.reader.index(record)
            read += record.index.stored_bytes
    if damaged := trial.reader.sealed.damaged_notes:
        raise VaultDamaged(f"Records of earlier proofs: {'; '.join(damaged)}")
    for record in trial.reader.manifest.objects:
        _check_log(trial.reader.sealed, record)
    _check_plan(trial.reader.sealed)
    return Proof(
        Outcome.PASSED,
        f"{len(trial.records)} objects, {bytes_size(read)} read again from disk, all hashes match",
    )


def _check_plan(sealed: SealedSet) -> None:
    expected = sealed.manifest.plan_sha256
    path = sealed.folder / PLAN
    try:
        found = sha256(path.read_bytes()) if expected else ""
    except OSError as error:
        raise VaultDamaged(f"{path.name} cannot be read ({error.strerror}).") from error
    if found != expected:
        raise VaultDamaged(f"{path.name} does not match the manifest.")


def _check_log(sealed: SealedSet, record: ObjectRecord) -> None:
    path = sealed.log_path(record)
    try:
        kept = path.read_bytes()
    except OSError as error:
        raise VaultDamaged(f"{path.name} cannot be read ({error.strerror}).") from error
    is_whole = record.log_bytes <= LOG_LIMIT_BYTES
    if len(kept) != min(record.log_bytes, LOG_LIMIT_BYTES) or (
        is_whole and sha256(kept) != record.log_sha256
    ):
        raise VaultDamaged(f"{path.name} does not match the manifest.")


def _readable(trial: Trial) -> Proof:
    """Decode every object to the end of its own format."""
    told, missing = [], []
    for record in trial.records:
        try:
            told.append(f"{record.stored.title}: {_read(trial, record)}")
        except ToolMissing as error:
            missing.append(f"{record.stored.title}: {error.text}")
    if missing:
        return Proof(Outcome.NOT_DONE, "; ".join(missing + told))
    return Proof(Outcome.PASSED, "; ".join(told))


def _read(trial: Trial, record: ObjectRecord) -> str:
    match record.stored.kind:
        case SourceKind.FILES:
            return _read_tar(trial, record)
        case SourceKind.SQLITE:
            return _read_sqlite(trial, record)
        case SourceKind.FACTS:
            return _read_text(trial, record)
        case _:
            return read_database(trial.case_of(record))


def _read_tar(trial: Trial, record: ObjectRecord) -> str:
    """Decode to the end, and build the index anew: it must be the stored one, byte for byte."""
    rebuilt = HashSink()
    reader = TarReader(IndexWriter(rebuilt))
    archive = TarFormat(reader)
    trial.reader.stored(record, archive)
    members = archive.finish()
    trial.reader.index(record)
    if record.index is None or rebuilt.sha256 != record.index.plain_sha256:
        raise VaultDamaged(f"The index of {record.stored.name} does not describe its members.")
    return f"{members} members decoded, each as the index says"


def _read_sqlite(trial: Trial, record: ObjectRecord) -> str:
    with trial.reader.core.scratch() as folder:
        place = folder / "database.sqlite"
        trial.reader.to_file(record, place)
        return check_database(place)


def _read_text(trial: Trial, record: ObjectRecord) -> str:
    text = MarkedFormat(end=b"\n== End of facts ")
    trial.reader.stored(record, text)
    text.finish()
    return "closing line read"


def _matches_source(trial: Trial) -> Proof:
    """Compare with every host; the set matches when each of them does."""
    found = []
    for host in trial.reader.manifest.hosts:
        remote = trial.remote_of(host.id)
        reader = replace(trial.reader, sealed=trial.reader.sealed.part(host.id))
        one = (
            Proof(Outcome.NOT_DONE, "There is no connection to the server.")
            if remote is None
            else _of_source(compare_with_source(reader, remote))
        )
        several = bool(trial.reader.manifest.others)
        found.append(replace(one, detail=f"{host.name}: {one.detail}") if several else one)
    for worst in (Outcome.FAILED, Outcome.NOT_DONE):
        if told := [one.detail for one in found if one.outcome is worst]:
            return Proof(worst, "; ".join(told))
    return Proof(Outcome.PASSED, "; ".join(one.detail for one in found))


def _of_source(found: Found) -> Proof:
    return Proof(found.outcome, found.detail)


def _restored(trial: Trial) -> Proof:
    """Restore into a scratch folder and throwaway servers, and compare.

    The time this takes is what a restore takes; clearing the scratch folder is no part of it.
    """
    started_s = monotonic()
    with trial.reader.core.scratch() as folder:
        result = restore_set(trial.reader, folder / "drill")
        told = [
            f"{result.members} members restored in {duration(result.duration_s)} and compared by "
            f"{result.compared}"
        ]
        told += _answers(trial, folder / "drill")
        cleared_s = monotonic()
    started_s += monotonic() - cleared_s
    if result.skipped:
        told.append(f"not restorable here: {', '.join(result.skipped[:5])}")
    missing = []
    for record in trial.records:
        case = trial.case_of(record)
        if not record.stored.kind.is_server or case.record.is_globals:
            continue
        try:
            told.append(restore_database(case))
        except (NotProven, ToolMissing) as error:
            missing.append(str(error))
    outcome = Outcome.NOT_DONE if missing else Outcome.PASSED
    return Proof(outcome, "; ".join(missing + told), monotonic() - started_s)


def _answers(trial: Trial, folder: Path) -> list[str]:
    """Ask restored SQLite databases the query of the plan."""
    return [
        f"{record.stored.title}: the query of the plan is answered with "
        + answer(folder / record.stored.name.removesuffix(".zst.age"), record.source.query)
        for record in trial.records
        if record.stored.kind is SourceKind.SQLITE and record.source.query
    ]


_LEVELS: dict[Level, Callable[[Trial], Proof]] = {
    Level.CAPTURED: _captured,
    Level.INTACT: _intact,
    Level.READABLE: _readable,
    Level.MATCHES_SOURCE: _matches_source,
    Level.RESTORED: _restored,
}
