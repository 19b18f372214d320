"""Whether what is put back fits on the host, before a byte of it is sent.

Every file system is counted once, with all that will lie on it at the same time: what is unpacked
beside the originals, new databases, and what a database server writes into its log meanwhile. A
database server that finds its disk full ends, with all that it serves; so what cannot be found out
is refused as well.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from posixpath import dirname

from app.domain.backup import SourceKind
from app.errors import BackupFailed, CommandFailed, DiskFull
from app.vault.databases.asking import size_restored
from app.vault.dialogue import ask
from app.vault.index import IndexLines
from app.vault.restoring import postgres, scripts
from app.vault.restoring.choice import Choice, is_below, member_name
from app.vault.restoring.job import Job
from app.vault.restoring.mariadb_placing import server_of
from app.vault.tarheader import Member
from app.wording import bytes_size

_QUESTION_S = 60.0
_TABLE_BYTES = 128 << 10
"""What MariaDB makes at once of a table, however little is in it."""


@dataclass(frozen=True, slots=True)
class _Need:
    """What one object will take in one folder."""

    title: str
    folder: str
    bytes: int


def refuse_without_room(job: Job, chosen: Sequence[Choice]) -> None:
    """Ask for free space and mounts.

    Raises:
        DiskFull: Something does not fit; nothing was touched.
        BackupFailed: There is a mount in the way, or the host does not say what is free.
    """
    needs = [need for one in chosen for need in _needs(job, one)]
    folders = list(dict.fromkeys(need.folder for need in needs))
    answers = ask(job.remote, scripts.ROOM, *folders, limit_s=_QUESTION_S)
    told = [value.partition(" ") for key, value in answers if key == "free"]
    if len(told) != len(folders) or not all(free.isdecimal() for free, _, _mount in told):
        raise _refused(job, "it does not say how much room there is")
    free = {mount: int(kib) * 1024 for kib, _, mount in told}
    on = {folder: mount for folder, (_, _, mount) in zip(folders, told, strict=True)}
    together: defaultdict[str, list[_Need]] = defaultdict(list)
    for need in needs:
        together[on[need.folder]].append(need)
    for mount, there in together.items():
        _refuse_overfull(job, mount, there, free[mount])
    _refuse_mounts(job, chosen, [value for key, value in answers if key == "mount"])


def _needs(job: Job, one: Choice) -> Iterator[_Need]:
    title = one.record.stored.title
    if one.record.stored.kind is SourceKind.MYSQL:
        folder = server_of(job, one.record).facts().folder
        files = _TABLE_BYTES * (len(one.record.tables or ()) or one.record.stored.members)
        yield _Need(title, folder, size_restored(one.record) + files)
        return
    if one.record.stored.kind is SourceKind.POSTGRESQL:
        for name in one.places:
            postgres.check_name(name, job.mark)
        yield from _needs_of_database(job, one)
        return
    for path, size in _sizes(job, one).items():
        yield _Need(title, dirname(path) or "/", size)


def _needs_of_database(job: Job, one: Choice) -> Iterator[_Need]:
    title, size = one.record.stored.title, size_restored(one.record)
    try:
        log_bytes, folder = postgres.place(job.remote, job.able)
    except (CommandFailed, ValueError, IndexError) as error:
        raise _refused(job, "PostgreSQL does not say where its data lies") from error
    yield _Need(title, f"{folder}/base", size)
    yield _Need(f"the log of {title}", f"{folder}/pg_wal", min(size, log_bytes))


def _sizes(job: Job, one: Choice) -> dict[str, int]:
    """Return what each place takes; holes of sparse files count only as far as the set is large."""
    most = one.record.stored.plain_bytes
    if len(one.places) < 2:
        return dict.fromkeys(one.places, min(one.plain_bytes, most))
    roots = {member_name(path): path for path in one.places}
    sizes = dict.fromkeys(one.places, 0)

    def take(member: Member, sha256: str) -> None:
        for root, path in roots.items():
            if is_below(member.path, root):
                sizes[path] += member.size

    job.reader.index(one.record, IndexLines(take))
    return {path: min(size, most) for path, size in sizes.items()}


def _refuse_overfull(job: Job, mount: str, there: Sequence[_Need], free: int) -> None:
    needed = sum(need.bytes for need in there)
    if needed > free:
        raise DiskFull(
            f"Restoring {', '.join(dict.fromkeys(need.title for need in there))} needs "
            f"{bytes_size(needed)} on the server in {mount}, {bytes_size(free)} are free.",
            hint="Free some space there; the original was not touched.",
            host=job.host_name,
            step="restore",
        )


def _refuse_mounts(job: Job, chosen: Sequence[Choice], mounts: Sequence[str]) -> None:
    files = [one for one in chosen if not one.record.stored.kind.is_server]
    for path in (path for one in files for path in one.places):
        if inside := [m for m in mounts if m == path or m.startswith(f"{path}/")]:
            raise BackupFailed(
                f"{inside[0]} is a mount of its own, so {path} cannot be swapped.",
                hint="Restore into a folder, and copy what is needed.",
                host=job.host_name,
                step="restore",
            )


def _refused(job: Job, why: str) -> BackupFailed:
    return BackupFailed(
        f"{job.host_name} cannot be restored to safely: {why}.",
        hint="Let its account ask for that, or restore by hand as the restore plan says.",
        host=job.host_name,
        step="restore",
    )
