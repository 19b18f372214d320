"""What a host writes to its own disk for a set that is not sealed yet; kept before the host hears.

One signed file for each such set, from before its first job begins until the host has confirmed
that nothing of it is left there. So a set whose program was killed can be finished from what the
host has written, or cleared away; nothing on a host is ever forgotten.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from threading import Lock

from app.domain.backup import BackupSource, CutOff
from app.domain.ids import ChangeId, HostId, SetId, new_id
from app.domain.job import JobState
from app.errors import AppError, ConnectionLost, RemoteError, TimedOut, Unreachable, VaultDamaged
from app.services.jobs.client import JobClient
from app.services.ports.vault import CaptureRequest
from app.services.ports.world import Remote
from app.tasks import TaskCancelled, TaskContext
from app.vault import locks
from app.vault.core import Core
from app.vault.dialogue import new_nonce
from app.vault.format import FORMAT, decode_signed, encode_signed, sha256
from app.vault.layout import part_of, sync_dir
from app.vault.notes import is_sealed
from app.vault.producer import Producer

OUT_OF_REACH = (ConnectionLost, TimedOut, Unreachable)


@dataclass(frozen=True, slots=True)
class SpoolJob:
    """One object that a host writes: its job there, and what its control lines are marked with."""

    number: int
    job: str
    nonce: str
    command_sha256: str
    noted_at: datetime
    host: HostId | None = None
    """Where it runs; None in notes of earlier versions, of one host."""
    as_root: bool = False
    """Whether it is root's job there, so that only root finds it."""


@dataclass(frozen=True, slots=True)
class SpoolNote:
    """The file: which set it is for, and every job that may lie on the host because of it."""

    format: int
    set: SetId
    host: HostId
    host_name: str
    change: ChangeId | None
    by: str
    at: datetime
    sources: tuple[BackupSource, ...]
    jobs: tuple[SpoolJob, ...] = ()
    given_up: bool = False
    """Whether the set will not be finished, so that only clearing away is left to do."""


class Journal:
    """The jobs of one set; nothing is written before the first one."""

    def __init__(self, core: Core, request: CaptureRequest, at: datetime) -> None:
        self._core = core
        self._path = core.layout.spool_note(request.set)
        found = _read(core, request.set) if self._path.exists() else None
        self.note = found or SpoolNote(
            FORMAT, request.set, request.hosts[0].id, ", ".join(h.name for h in request.hosts),
            request.change, request.by, at, request.sources,
        )  # fmt: skip
        self._lock = Lock()

    def job_for(
        self, number: int, producer: Producer, remote: Remote, *, as_root: bool = False
    ) -> tuple[SpoolJob, bool]:
        """Return the job of a producer, and whether the host has it already.

        ``as_root`` says that ``remote`` runs it as root, although the account is not.

        Raises:
            RemoteError: The host cannot be asked.
        """
        command = sha256(producer.command.encode("utf-8", "surrogateescape"))
        for job in self.note.jobs:
            same = (job.number, job.command_sha256, job.as_root) == (number, command, as_root)
            if same and _is_there(remote, job):
                return job, True
        now, host = self._core.clock.now(), remote.host.id
        fresh = SpoolJob(number, new_id(), new_nonce(), command, now, host, as_root)
        with self._lock:
            self._write(replace(self.note, jobs=(*self.note.jobs, fresh)))
        self._core.step(f"spool of {number} is noted")
        return fresh, False

    def let_go(self, remotes: Sequence[Remote], error: BaseException, context: TaskContext) -> None:
        """Clear away after a failure, unless the host goes on with it, to be finished later."""
        leaves = isinstance(error, TaskCancelled) and context.leaving
        if leaves or isinstance(error, OUT_OF_REACH) or not isinstance(error, Exception):
            return
        self.clear(remotes)

    def clear(self, remotes: Sequence[Remote]) -> None:
        """Let the hosts forget every job of the set; the note goes when all have said so.

        A job that still runs is ended first. A host out of reach keeps them until next time.
        """
        if not self._path.exists():
            return
        cleared = [self._is_cleared(job, remotes) for job in self.note.jobs]
        if all(cleared):
            self._path.unlink()
            sync_dir(self._path.parent)
            return
        with suppress(AppError):  # a full disk: the set itself says as much, or is not there
            self._write(replace(self.note, given_up=True))

    def _is_cleared(self, job: SpoolJob, remotes: Sequence[Remote]) -> bool:
        """Let a host forget a job; False when it is out of reach, or not among those given."""
        host = job.host or self.note.host
        with suppress(RemoteError):
            return any(_cleared(_client(r, job)) for r in remotes if r.host.id == host)
        return False

    def _write(self, note: SpoolNote) -> None:
        self._path.parent.mkdir(mode=0o700, exist_ok=True)
        part_of(self._path).unlink(missing_ok=True)  # of a program that was killed right here
        self._core.layout.write_record(self._path, encode_signed(note, self._core.keys))
        self.note = note


def _client(remote: Remote, job: SpoolJob) -> JobClient:
    return JobClient(remote.as_root() if job.as_root else remote, job.job)


def _is_there(remote: Remote, job: SpoolJob) -> bool:
    """Whether the host knows of a job that was noted; one that it never heard of is begun anew."""
    state = JobClient(remote, job.job).look(0, 0, 0).state
    return state not in (JobState.NONE, JobState.STAGED)


def _cleared(job: JobClient) -> bool:
    return job.remove() or (job.cancel() == 0 and _removed_soon(job))


def _removed_soon(job: JobClient) -> bool:
    """Remove a job that was ended a moment ago: it needs a little while to write its end."""
    for _try in range(20):
        if job.remove():
            return True
        job.context.wait(0.1)
    return False


@dataclass(frozen=True)
class Spooled:
    """What hosts hold for a vault; fits `app.services.ports.vault.Spools`."""

    core: Core

    def cut_off(self) -> Sequence[CutOff]:
        """Return what hosts hold of sets that nobody works on now, oldest first."""
        return tuple(_cut_off(self.core))

    def drop_cut_off(self, item: CutOff, remotes: Sequence[Remote]) -> bool:
        """End and remove what hosts hold of such a set; False when one is out of reach."""
        return _drop(self.core, item, remotes)


def _drop(core: Core, item: CutOff, remotes: Sequence[Remote]) -> bool:
    busy = f"A backup of {item.host_name} is running already."
    with ExitStack() as stack:
        for host in sorted(item.hosts):
            stack.enter_context(locks.hold(core.layout.host_lock(host), what=busy))
        hosts = tuple(remote.host for remote in remotes)
        request = CaptureRequest(item.set, hosts, item.sources, item.change, item.by)
        journal = Journal(core, request, item.at)
        journal.clear(remotes)
        return not core.layout.spool_note(item.set).exists()


def _cut_off(core: Core) -> Iterator[CutOff]:
    for path in sorted(core.layout.spools.glob("*.json")):
        set_id = SetId(path.stem)
        if locks.is_held(core.layout.work_lock(set_id)):
            continue
        with suppress(VaultDamaged, FileNotFoundError):
            note = _read(core, set_id)
            sealed = any(is_sealed(one) for one in core.layout.sets.glob(f"*/{set_id}"))
            yield CutOff(
                note.set, note.host, note.host_name, note.change, note.by, note.at, note.sources,
                tuple(job.job for job in note.jobs), note.given_up or sealed,
            )  # fmt: skip


def _read(core: Core, set_id: SetId) -> SpoolNote:
    """Read a note; raises VaultDamaged when it was altered: it says what hosts are asked for."""
    data = core.layout.spool_note(set_id).read_bytes()
    what = f"The note about what a host writes for set {set_id}"
    note = decode_signed(data, SpoolNote, core.record.signers, what=what)
    if note.set != set_id:
        raise VaultDamaged(f"{what} is for another set.")
    return note
