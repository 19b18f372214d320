"""Unpacking beside the originals, each kind in its way, and comparing before any swap."""

from collections.abc import Callable, Sequence
from urllib.parse import quote

from app.domain.backup import SourceKind
from app.domain.restore import Move, MoveHow
from app.errors import BackupFailed
from app.vault.carry import excluded_now
from app.vault.dialogue import answers_in, await_marker, new_nonce
from app.vault.host_compare import compare_on_host
from app.vault.index import IndexLines
from app.vault.judging import Ending
from app.vault.producer import Abilities
from app.vault.reading import FeedTo
from app.vault.restoring import mariadb_placing, postgres, scripts
from app.vault.restoring import moves as swapping
from app.vault.restoring.choice import Choice
from app.vault.restoring.job import Job
from app.vault.restoring.picking import TarPicker
from app.vault.seal import Sink
from app.vault.tarheader import Member

_IDLE_S = 900.0
_SQLITE_SIDECARS = ("-wal", "-shm", "-journal")


def refuse_other_host(job: Job) -> None:
    """Raise BackupFailed unless the set was taken from this very machine."""
    taken_from = job.reader.manifest.host
    other_machine = taken_from.machine_id and job.able.machine_id != taken_from.machine_id
    if job.remote.host.id != taken_from.id or other_machine:
        raise BackupFailed(
            f"This set was taken from {taken_from.name}, and {job.host_name} is another machine.",
            hint="Restore into a folder, and copy what is needed.",
            host=job.host_name,
            step="restore",
        )


def sides_of(job: Job, chosen: Sequence[Choice]) -> tuple[str, ...]:
    """Return every name that will be made beside an original."""
    return tuple(_side_of(job, one, place) for one in chosen for place in one.places)


def _side_of(job: Job, one: Choice, place: str) -> str:
    match one.record.stored.kind:
        case SourceKind.POSTGRESQL:
            return postgres.new_name(place, job.mark)
        case SourceKind.MYSQL:
            return mariadb_placing.side_of(job, one)
        case _:
            return job.side(place)


def prepare_files(job: Job, one: Choice, moves: list[Move], own: tuple[str, ...]) -> str:
    """Unpack every path beside its original and compare it; return what was compared."""
    told: list[str] = []
    record = one.record
    for path in _captured_places(job, one):
        side, root = job.side(path), f".{path}"
        carried = excluded_now(job.remote, job.able, record, path)
        carried += [name[len(path) + 1 :] for name in own if name.startswith(f"{path}/")]
        # a hard link among the picked ones needs its first name as well, wherever that lies
        names = () if one.linked else ("--", root)
        command = (*_unpack_command(job.able), "-C", side, *names)
        _send(job, one, scripts.UNPACK, (side, *command))
        told.append(compare_on_host(job.reader, record, job.remote, job.able, (side, path)))
        _make_way(job, path, moves)
        moves.append(Move(MoveHow.PLACE, f"{side}{path}", path))
        old = job.old(path)
        moves += [Move(MoveHow.CARRY, f"{old}/{name}", f"{path}/{name}") for name in carried]
    return f"{record.stored.title}: {told[-1] if told else 'nothing'}"


def _make_way(job: Job, path: str, moves: list[Move]) -> None:
    """Note that a path makes way, if it is there."""
    if swapping.existing(job.remote, {path}):
        moves.append(Move(MoveHow.ASIDE, path, job.old(path)))


def _captured_places(job: Job, one: Choice) -> list[str]:
    """Return the paths that are in the set; one that was missing when it was taken is not."""
    places = dict(zip(one.roots, one.places, strict=True))
    present: list[str] = []

    def take(member: Member, sha256: str) -> None:
        if member.path in places:
            present.append(places[member.path])

    job.reader.index(one.record, IndexLines(take))
    return present


def _unpack_command(able: Abilities) -> list[str]:
    options: list[str] = [
        o for o in ("--numeric-owner", "--acls", "--xattrs") if o in able.tar_options
    ]
    if able.is_gnu_tar and "--xattrs" in options:
        options.append("--xattrs-include=*")
    return ["tar", "-x", "-p", *options, "-f", "-"]


def prepare_database_file(job: Job, one: Choice, moves: list[Move]) -> str:
    """Write the database beside its original and let SQLite there check it."""
    (path,) = one.places
    side = job.side(path)
    uri = f"file:{quote(side)}?mode=ro&immutable=1"
    answers = _send(job, one, scripts.RECEIVE_DATABASE, (side, path, scripts.SQLITE_CHECK, uri))
    if ("sha256", one.record.stored.plain_sha256) not in answers:
        raise BackupFailed(
            f"What arrived beside {path} is not what is stored.",
            hint="The original was not touched; try again.",
            host=job.host_name,
            step="restore",
        )
    _make_way(job, path, moves)
    # a database looks for its log under its own name with an ending: so the kept one stays whole
    moves += [
        Move(MoveHow.ASIDE, f"{path}{ending}", f"{job.old(path)}{ending}")
        for ending in _SQLITE_SIDECARS
    ]
    moves.append(Move(MoveHow.PLACE, side, path))
    # made only by an undo: the logs of the restored database go with it, not with the kept one
    moves += [
        Move(MoveHow.CARRY, f"{side}{ending}", f"{path}{ending}") for ending in _SQLITE_SIDECARS
    ]
    return f"{one.record.stored.title}: SHA-256 and integrity check on the server"


def prepare_server_database(job: Job, one: Choice, moves: list[Move]) -> str:
    """Fill a new database beside the one of the name, in one transaction, and count its rows."""
    (name,) = one.places
    remote, able = job.remote, job.able
    kept = postgres.kept_name(name, job.mark)
    is_there = name in postgres.databases(remote, able)
    new = postgres.create(remote, able, name, job.mark)
    _send(job, one, scripts.FILL, postgres.fill_command(able, new))
    postgres.analyze(remote, able, new)
    rows = postgres.count(remote, able, new)
    moves.append(Move(MoveHow.DATABASE, new, name, kept if is_there else ""))
    return (
        f"{one.record.stored.title}: filled in one transaction, {len(rows)} tables, "
        f"{sum(rows.values())} rows"
    )


def _send(job: Job, one: Choice, script: str, arguments: tuple[str, ...]) -> list[tuple[str, str]]:
    """Stream an object into a script on the server; return its answers; raises BackupFailed."""
    nonce = new_nonce()
    said = b""
    with job.remote.stream(script, nonce, *arguments, idle_s=_IDLE_S) as stream:
        began = await_marker(stream, nonce)
        if began is not None:
            sink, finish = _picked(one, stream.write)
            job.reader.stored(one.record, sink)
            finish()
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
            f"{one.record.stored.title} could not be unpacked beside the original "
            f"(exit status {code}): {told or 'nothing was said'}.",
            hint="The original was not touched.",
            host=job.host_name,
            step="restore",
        )
    return answers_in(said, nonce)


def _picked(one: Choice, write: Callable[[bytes], object]) -> tuple[Sink, Callable[[], object]]:
    """Return what the object is fed into, and what to call at its end."""
    if not one.picked:
        return FeedTo(write), lambda: None
    picker = TarPicker(one.wants, write)
    return picker, picker.finish
