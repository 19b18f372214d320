"""Objects by way of the server's own disk: a cut link costs a moment, not the backup.

The producer runs on the server without us, as a job. What it wrote is fetched afterwards, from
where the last piece ended, and must be what the server hashed. It stays there until the set is
sealed, so that a program that was killed meanwhile can fetch it from its beginning.
"""

import hashlib
import shlex
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass

from app.domain.job import JobEnd, JobLook
from app.errors import BackupFailed, RemoteError, VaultDamaged
from app.i18n import _
from app.services.jobs.client import SPACE, JobClient, NotDetachable
from app.services.jobs.following import Finish, Followed, NoSink, Order, Patience, follow
from app.services.ports.world import Remote, RemoteStream
from app.tasks import TaskCancelled, TaskContext
from app.vault.journal import OUT_OF_REACH, SpoolJob
from app.vault.producer import Producer
from app.wording import bytes_size

SPARE = 1.5
"""How much more must be free there than the estimate says."""
SPARE_BYTES = 64 << 20
PATIENCE = Patience()
PAUSES_S = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 30.0, 30.0)
"""Between fetches that bring nothing; after the last one the backup is given up."""
LIMIT_S = 48 * 3600.0
"""What no producer needs; a silent one is ended much sooner."""
_ERR_LIMIT_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Spooling:
    """One object on its way by a host's disk; ``known`` when its job may be there already."""

    producer: Producer
    job: SpoolJob
    known: bool
    estimate_bytes: int
    context: TaskContext

    @property
    def needed_bytes(self) -> int:
        """What must be free on the host before the producer begins."""
        return int(self.estimate_bytes * SPARE) + SPARE_BYTES

    @property
    def command(self) -> str:
        """What the host runs."""
        producer = self.producer
        words = ("sh", "-c", producer.script, "sh", self.job.nonce, *producer.arguments)
        return f"exec {shlex.join(words)}"


@contextmanager
def spooled(remote: Remote, what: Spooling) -> Iterator["SpoolStream"]:
    """Let a producer write to the server's disk; give what it wrote as a stream.

    Raises:
        BackupFailed: The server has no room, or cannot keep a command running by itself.
        RemoteError: The server stayed out of reach; what it writes goes on there.
        TaskCancelled: A stop was asked for.
    """
    stream = SpoolStream(remote, what)
    try:
        stream.await_end()
        yield stream
    finally:
        stream.close()


class SpoolStream:
    """What a producer wrote on the server, read over as many connections as it takes.

    Fits `RemoteStream`, as far as a backup reads one.
    """

    def __init__(self, remote: Remote, what: Spooling) -> None:
        self._remote, self._what, self._context = remote, what, what.context
        self._client = JobClient(remote, what.job.job)
        self._hash = hashlib.sha256()
        self._at = self._tries = 0
        self._end: JobEnd | None = None
        self._problem = ""
        self._silence = _Silence(what)
        self._open: tuple[AbstractContextManager[RemoteStream], RemoteStream] | None = None

    def await_end(self) -> None:
        """Begin the writer, or find it again, and wait until it has ended.

        A lost answer begins no second one: the host itself sees to that.
        """
        what = self._what
        order = Order(
            what.job.job, what.command, LIMIT_S, attach=what.known,
            cap=what.needed_bytes, room_bytes=what.needed_bytes, leave=True,
        )  # fmt: skip
        try:
            followed = follow(
                self._remote, order, NoSink(), self._context, PATIENCE, self._silence.heed
            )
        except NotDetachable as error:
            raise self._refused(error) from error
        self._take(followed)

    def _take(self, followed: Followed) -> None:
        """Keep the end that the host has written down, or the reason why there is none."""
        match followed.finish:
            case Finish.ENDED if followed.end is not None:
                self._end = followed.end
                if followed.end.stdout.dropped or followed.end.is_torn:
                    self._problem = _("The producer wrote more than the host had room for.")
            case Finish.CANCELLED | Finish.NOT_CANCELLED if self._silence.reason:
                self._problem = self._silence.reason
            case Finish.CANCELLED | Finish.NOT_CANCELLED | Finish.LEFT | Finish.LEFT_EARLY:
                raise TaskCancelled
            case Finish.OUT_OF_REACH if followed.error is not None:
                raise followed.error
            case _:
                self._problem = _("The writer on the host ended without leaving its end.")

    def read(self, size: int) -> bytes:
        """Return up to ``size`` bytes, b"" at the end; goes on by itself after a cut.

        Raises:
            VaultDamaged: What came is not what the server wrote, or it is gone there.
            RemoteError: The server stayed out of reach.
        """
        if self._problem or self._end is None:
            raise VaultDamaged(self._problem)
        end = self._end.stdout
        while self._at < end.size:
            try:
                data = self._stream().read(min(size, end.size - self._at))
            except OUT_OF_REACH as error:
                self.close()
                self._pause(error)
                continue
            if data:
                self._tries = 0
                self._at += len(data)
                self._hash.update(data)
                return data
            self.close()
            raise VaultDamaged(_("What the host had written is gone, or was cut short there."))
        self.close()
        if self._hash.hexdigest() != end.sha256:
            raise VaultDamaged(_("What was fetched is not what the host had written."))
        return b""

    def stderr(self) -> bytes:
        """Return what the producer said there, capped; asked for again after a cut.

        Empty when the host stays out of reach: then the closing control line is missing.
        """
        while True:
            try:
                return self._said()
            except OUT_OF_REACH as error:
                try:
                    self._pause(error)
                except RemoteError:
                    return b""
            except (RemoteError, LookupError):
                return b""

    def _said(self) -> bytes:
        with self._client.read("err", 0) as stream:
            said = b""
            while len(said) < _ERR_LIMIT_BYTES and (data := stream.read(1 << 16)):
                said += data
        return said[:_ERR_LIMIT_BYTES]

    def finish(self, limit_s: float = 30.0) -> int | None:
        """Return the producer's exit code, None when its end was never written."""
        return self._end.exit_code if self._end else None

    def write(self, data: bytes) -> None:
        """Raise ValueError: a writer without us reads nothing from us."""
        raise ValueError("A spooled producer reads nothing.")

    def close_stdin(self) -> None:
        """There is none."""

    def _stream(self) -> RemoteStream:
        """Return the open fetch, or begin one where the last ended."""
        if self._open is None:
            block = self._client.read("out", self._at, self._what.producer.idle_s)
            try:
                self._open = (block, block.__enter__())
            except LookupError as error:
                raise VaultDamaged(_("What the host had written is gone.")) from error
        return self._open[1]

    def close(self) -> None:
        """End the fetch that is open, if there is one."""
        if self._open is not None:
            block, self._open = self._open[0], None
            with suppress(RemoteError):
                block.__exit__(None, None, None)

    def _pause(self, error: RemoteError) -> None:
        """Wait before the next try; raises the error when there were enough."""
        if self._tries >= len(PAUSES_S):
            raise error
        self._context.wait(PAUSES_S[self._tries])
        self._tries += 1

    def _refused(self, error: NotDetachable) -> BackupFailed:
        if error.step == SPACE:
            text = _(
                "The host has no room to write the backup first: {needed} needed, {free} free."
            )
            hint = _("Free some space there, or stream it: that needs no room on the host.")
        else:
            text = _("The host cannot write the backup first. {why}")
            hint = _("Put that right on the host, or stream it.")
        needed, free = bytes_size(self._what.needed_bytes), bytes_size(error.free_bytes)
        return BackupFailed(
            text.format(needed=needed, free=free, why=error.text),
            hint=hint,
            host=self._remote.host.name,
            step="backup",
        )


class _Silence:
    """Tells how much was written, and notices when nothing more comes."""

    def __init__(self, what: Spooling) -> None:
        self._what = what
        self._text = _("{what}: written on the host").format(what=what.producer.title)
        self._seen, self._since_s = -1, 0.0
        self.reason = ""

    def heed(self, look: JobLook) -> bool:
        """Return whether the writer is to be ended, because nothing comes or too much."""
        written, now_s = look.sizes[0], time.monotonic()
        if written != self._seen:
            self._seen, self._since_s = written, now_s
        self._what.context.progress(written, None, self._text)
        idle_s = self._what.producer.idle_s
        if written >= self._what.needed_bytes:
            self.reason = _("The producer wrote more than the host had room for.")
        elif now_s - self._since_s > idle_s:
            self.reason = _("Nothing more was written on the host for {limit:g} s.").format(
                limit=idle_s
            )
        return bool(self.reason)
