"""Putting files and databases back on their server.

Everything is unpacked beside the original and compared there; only then are names swapped, and
what was there before is kept beside it. Until the swap the original is not touched at all.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from posixpath import dirname
from time import monotonic
from urllib.parse import quote

from app.domain.backup import CaptureState, RestoreResult, SourceKind
from app.errors import BackupFailed, DiskFull, RemoteError
from app.services.ports import Remote
from app.vault import restore_scripts
from app.vault.carry import excluded_now
from app.vault.dialogue import answers_in, ask, await_marker, new_nonce, probe
from app.vault.format import ObjectRecord
from app.vault.host_compare import compare_on_host
from app.vault.index import IndexLines
from app.vault.judging import Ending
from app.vault.producer import Abilities, check_path
from app.vault.producers import outermost
from app.vault.reading import FeedTo, SetReader
from app.vault.tarheader import Member
from app.wording import bytes_size

SIDE = ".changedesk-restore-"
KEPT = ".changedesk-old-"
_QUESTION_S = 60.0
_SWAP_S = 300.0
_IDLE_S = 900.0
_SQLITE_SIDECARS = ("-wal", "-shm", "-journal")


class _How(StrEnum):
    """The ways `app.vault.restore_scripts.SWAP` moves a name."""

    ASIDE = "aside"
    PLACE = "place"
    CARRY = "carry"


@dataclass(frozen=True, slots=True)
class _Move:
    """One name that changes at the end, when everything beside it has been compared."""

    how: _How
    source: str
    target: str


@dataclass(frozen=True)
class _Job:
    """One restore: the set, the host, and the mark of its names."""

    reader: SetReader
    remote: Remote
    able: Abilities
    mark: str

    def side(self, path: str) -> str:
        return f"{path}{SIDE}{self.mark}"

    def old(self, path: str) -> str:
        return f"{path}{KEPT}{self.mark}"

    @property
    def host_name(self) -> str:
        return self.remote.host.name


def restore_on_host(
    reader: SetReader,
    remote: Remote,
    objects: Sequence[str] = (),
) -> RestoreResult:
    """Put objects of a set back; see `app.services.ports_vault.Vault.restore_on_host`."""
    at, started_s = reader.core.clock.now(), monotonic()
    job = _Job(reader, remote, probe(remote), new_nonce()[:8])
    records = _chosen(reader, objects)
    _refuse_other_host(job)
    _refuse_without_room(job, records)
    databases, trees = _split(records)
    moves: list[_Move] = []
    with _cleaned_up(job, records):
        compared = [_prepare_database(job, record, moves) for record in databases]
        own = tuple(move.target for move in moves)
        compared += [_prepare_files(job, record, moves, own) for record in trees]
        reader.context.progress(0, None, "Swapping names")
        kept = _swap(job, moves)
    placed = tuple(move.target for move in moves if move.how is _How.PLACE)
    return RestoreResult(
        set=reader.manifest.set,
        where=job.host_name,
        at=at,
        duration_s=round(monotonic() - started_s, 3),
        members=sum(record.stored.members for record in records),
        plain_bytes=sum(record.stored.plain_bytes for record in records),
        restored=placed,
        kept=kept,
        skipped=tuple(
            f"{path}: it was not captured"
            for record in trees
            for path in _places(record)
            if path not in placed
        ),
        compared="; ".join(compared),
    )


def _chosen(reader: SetReader, objects: Sequence[str]) -> list[ObjectRecord]:
    restorable = (SourceKind.FILES, SourceKind.SQLITE)
    records = [
        record
        for record in reader.manifest.captured
        if record.stored.kind in restorable and (not objects or record.stored.name in objects)
    ]
    accepted = any(note.acceptance for note in reader.sealed.notes)
    incomplete = [r for r in records if r.stored.state is CaptureState.PARTIAL]
    if incomplete and not accepted:
        raise BackupFailed(
            f"{incomplete[0].stored.title} is incomplete: swapping would remove what was not "
            "captured.",
            hint="Accept the set with a reason, or restore into a folder.",
        )
    if not records or (objects and len(records) != len(set(objects))):
        raise BackupFailed(
            "The set holds nothing that can be put back on a server by itself.",
            hint="Files and SQLite databases can; restore others as HOW-TO-RESTORE.txt says.",
        )
    return records


def _split(records: Sequence[ObjectRecord]) -> tuple[list[ObjectRecord], list[ObjectRecord]]:
    """Return databases and trees: a database is swapped first, then carried with its folder."""
    return (
        [record for record in records if record.index is None],
        [record for record in records if record.index is not None],
    )


def _refuse_other_host(job: _Job) -> None:
    taken_from = job.reader.manifest.host
    other_machine = taken_from.machine_id and job.able.machine_id != taken_from.machine_id
    if job.remote.host.id != taken_from.id or other_machine:
        raise BackupFailed(
            f"This set was taken from {taken_from.name}, and {job.host_name} is another machine.",
            hint="Restore into a folder, and copy what is needed.",
            host=job.host_name,
            step="restore",
        )


def _places(record: ObjectRecord) -> list[str]:
    """Return the original paths an object brings back."""
    if record.index is None:
        return [check_path(record.source.database)]
    paths = outermost(record.source.paths)
    if "/" in paths:
        raise BackupFailed(
            "A whole system cannot be swapped under itself.",
            hint="Restore into a folder, or boot from a rescue system.",
        )
    return paths


def _refuse_without_room(job: _Job, records: Sequence[ObjectRecord]) -> None:
    """Ask for free space and mounts; raises DiskFull, BackupFailed."""
    for record in records:
        places = _places(record)
        folders = [dirname(path) for path in places]
        answers = ask(job.remote, restore_scripts.ROOM, *folders, limit_s=_QUESTION_S)
        free = [int(v) * 1024 for key, v in answers if key == "free" and v.isdecimal()]
        needed = record.stored.plain_bytes
        if free and min(free) < needed:
            raise DiskFull(
                f"Restoring {record.stored.title} needs {bytes_size(needed)} on the server, "
                f"{bytes_size(min(free))} are free.",
                hint="Free some space there; the original was not touched.",
                host=job.host_name,
                step="restore",
            )
        mounts = [value for key, value in answers if key == "mount"]
        for path in places:
            if inside := [m for m in mounts if m == path or m.startswith(f"{path}/")]:
                raise BackupFailed(
                    f"{inside[0]} is a mount of its own, so {path} cannot be swapped.",
                    hint="Restore into a folder, and copy what is needed.",
                    host=job.host_name,
                    step="restore",
                )


@contextmanager
def _cleaned_up(job: _Job, records: Sequence[ObjectRecord]) -> Iterator[None]:
    """Remove what lies beside the originals at the end, whatever that is."""
    sides = [job.side(path) for record in records for path in _places(record)]
    try:
        yield
    finally:
        with suppress(RemoteError):  # a broken link leaves the side folders, nothing worse
            job.remote.run(restore_scripts.REMOVE, *sides, limit_s=_SWAP_S)


def _prepare_files(
    job: _Job, record: ObjectRecord, moves: list[_Move], own: tuple[str, ...]
) -> str:
    """Unpack every path beside its original and compare it; return what was compared."""
    told = ""
    for path in _captured_places(job, record):
        side = job.side(path)
        carried = excluded_now(job.remote, job.able, record, path)
        carried += [name[len(path) + 1 :] for name in own if name.startswith(f"{path}/")]
        command = (*_unpack_command(job.able), "-C", side, "--", f".{path}")
        _send(job, record, restore_scripts.UNPACK, (side, *command))
        told = compare_on_host(job.reader, record, job.remote, job.able, (side, path))
        old = job.old(path)
        moves.append(_Move(_How.ASIDE, path, old))
        moves.append(_Move(_How.PLACE, f"{side}{path}", path))
        moves += [_Move(_How.CARRY, f"{old}/{name}", f"{path}/{name}") for name in carried]
    return f"{record.stored.title}: {told}"


def _captured_places(job: _Job, record: ObjectRecord) -> list[str]:
    """Return the paths that are in the set; one that was missing when it was taken is not."""
    places = {path.strip("/").encode("utf-8", "surrogateescape"): path for path in _places(record)}
    present: list[str] = []

    def take(member: Member, sha256: str) -> None:
        if member.path in places:
            present.append(places[member.path])

    job.reader.index(record, IndexLines(take))
    return present


def _unpack_command(able: Abilities) -> list[str]:
    options: list[str] = [
        o for o in ("--numeric-owner", "--acls", "--xattrs") if o in able.tar_options
    ]
    if able.is_gnu_tar and "--xattrs" in options:
        options.append("--xattrs-include=*")
    return ["tar", "-x", "-p", *options, "-f", "-"]


def _prepare_database(job: _Job, record: ObjectRecord, moves: list[_Move]) -> str:
    """Write the database beside its original and let SQLite there check it."""
    (path,) = _places(record)
    side = job.side(path)
    uri = f"file:{quote(side)}?mode=ro&immutable=1"
    answers = _send(
        job,
        record,
        restore_scripts.RECEIVE_DATABASE,
        (side, path, restore_scripts.SQLITE_CHECK, uri),
    )
    if ("sha256", record.stored.plain_sha256) not in answers:
        raise BackupFailed(
            f"What arrived beside {path} is not what is stored.",
            hint="The original was not touched; try again.",
            host=job.host_name,
            step="restore",
        )
    # a database looks for its log under its own name with an ending: so the kept one stays whole
    moves += [
        _Move(_How.ASIDE, f"{path}{ending}", f"{job.old(path)}{ending}")
        for ending in ("", *_SQLITE_SIDECARS)
    ]
    moves.append(_Move(_How.PLACE, side, path))
    return f"{record.stored.title}: SHA-256 and integrity check on the server"


def _send(
    job: _Job, record: ObjectRecord, script: str, arguments: tuple[str, ...]
) -> list[tuple[str, str]]:
    """Stream an object into a script on the server; return its answers; raises BackupFailed."""
    nonce = new_nonce()
    said = b""
    with job.remote.stream(script, nonce, *arguments, idle_s=_IDLE_S) as stream:
        began = await_marker(stream, nonce)
        if began is not None:
            job.reader.stored(record, FeedTo(stream.write))
            stream.close_stdin()
            said = began
            while chunk := stream.read(1 << 16):
                said = (said + chunk)[-(1 << 16) :]
        code = stream.finish()
        ending = Ending(code, stream.stderr(), nonce, 0)
    control = ending.control
    if code != 0 or control is None or any(control.values()):
        told = b"; ".join(ending.lines[-3:]).decode("utf-8", "replace")
        raise BackupFailed(
            f"{record.stored.title} could not be unpacked beside the original "
            f"(exit status {code}): {told or 'nothing was said'}.",
            hint="The original was not touched.",
            host=job.host_name,
            step="restore",
        )
    return answers_in(said, nonce)


def _swap(job: _Job, moves: Sequence[_Move]) -> tuple[str, ...]:
    """Swap all names, or none; return where the previous state lies."""
    words = [word for move in moves for word in (move.how, move.source, move.target)]
    answers = ask(job.remote, restore_scripts.SWAP, *words, limit_s=_SWAP_S)
    return tuple(value for key, value in answers if key == "kept")
