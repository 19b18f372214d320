"""Begin a job, follow it through broken links, cancel it, find it again; never begin it twice."""

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from app.domain.host import Stage
from app.domain.job import JobEnd, JobLook, JobState
from app.errors import CommandFailed, ConnectionLost, RemoteError, TimedOut, Unreachable
from app.services.jobs.client import CAP, PIECE, JobClient
from app.services.ports.world import Remote
from app.tasks import TaskCancelled, TaskContext

_SOON_S, _SELDOM_S = 0.1, 2.0
"""How soon a running job is looked at again: at once while it talks, seldom while it is silent."""
_PASSING = (ConnectionLost, TimedOut, Unreachable, CommandFailed)
"""What may be over a moment later; a refused login or a changed key is not."""
_SENT = frozenset({Stage.COMMAND, Stage.TRANSFER})


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a host may be out of reach, in seconds, and between which tries."""

    total_s: float = 900.0
    pauses_s: tuple[float, ...] = (1.0, 2.0, 4.0, 8.0, 15.0)
    cancel_s: float = 20.0
    """How long a cancelled job may take to write its end."""


class Sink(Protocol):
    """Where a job's output is kept; what it holds already says from where to go on."""

    def length(self, stream: str) -> int:
        """Return how many bytes of a stream are kept."""
        ...

    def sha256(self, stream: str) -> str:
        """Return the hash of all bytes of a stream that are kept."""
        ...

    def keep(self, stream: str, data: bytes) -> None:
        """Keep the next bytes of a stream; they survive whatever ends the program."""
        ...


class Finish(StrEnum):
    """How following a job ended."""

    ENDED = "ended"
    """With the host's own end; all output is here, and its hashes are equal."""
    DIFFERENT = "different"
    """With the host's own end, but what is kept here is not what it wrote."""
    CANCELLED = "cancelled"
    """Every process of it is dead, as the host says."""
    NOT_CANCELLED = "not_cancelled"
    LOST = "lost"
    NONE = "none"
    OUT_OF_REACH = "out_of_reach"
    LEFT = "left"
    """The program ends, and the job goes on."""
    LEFT_EARLY = "left_early"
    """The program ends, and nobody knows yet whether the job began."""


@dataclass(frozen=True, slots=True)
class Followed:
    """What came of it; ``error`` is the last reason why the host was out of reach."""

    finish: Finish
    end: JobEnd | None = None
    alive: int = 0
    error: RemoteError | None = None


Heed = Callable[[JobLook], bool]
"""Hears of every look; whether the job is to be given up, which cancels it."""


@dataclass(frozen=True, slots=True)
class Order:
    """What to do: begin a command with a limit on its time, or only find it again.

    ``cap`` is what the host keeps of each stream, ``room_bytes`` what must be free there. With
    ``leave`` the output stays on the host, to be read after the end.
    """

    job: str
    command: str
    limit_s: float
    attach: bool = False
    cap: int = CAP
    room_bytes: int = 0
    leave: bool = False


def follow(
    remote: Remote,
    order: Order,
    sink: Sink,
    context: TaskContext,
    patience: Patience = Patience(),
    heed: Heed = lambda look: False,
) -> Followed:
    """Begin the job unless it only is to be found again, and follow it to its end.

    A stop cancels it on the host, unless the program itself ends: then it is left alone.

    Raises:
        NotDetachable: The host cannot keep it; nothing was begun.
        RemoteError: The host was not reached before anything was sent; nothing was begun.
    """
    follower = _Follower(remote, order, sink, context, patience)
    follower.heed = heed
    return follower.follow()


class _Follower:
    def __init__(
        self,
        remote: Remote,
        order: Order,
        sink: Sink,
        context: TaskContext,
        patience: Patience,
    ) -> None:
        self._remote, self._order, self._sink = remote, order, sink
        self._context, self._patience = context, patience
        self._seen_s = time.monotonic()
        self._misses = 0
        self._begun = order.attach
        self.heed: Heed = lambda look: False

    def follow(self) -> Followed:
        try:
            if not self._order.attach:
                self._begin()
            return self._watch()
        except TaskCancelled:
            if self._context.leaving:
                return Followed(Finish.LEFT if self._begun else Finish.LEFT_EARLY)
            return self._cancelled()

    def _begin(self) -> None:
        """Begin it; when the answer is lost, only a look tells whether it has begun."""
        client = self._client()
        try:
            self._start(client)
        except (ConnectionLost, TimedOut, CommandFailed) as error:
            if error.step not in _SENT:
                raise

    def _watch(self) -> Followed:
        client, pause_s = self._client(), _SOON_S
        while True:
            try:
                look = self._look(client)
                if look.state in (JobState.NONE, JobState.STAGED) and not self._begun:
                    self._start(client)  # the latch sees to once
                    continue
            except _PASSING as error:
                if self._out_of_patience():
                    return Followed(Finish.OUT_OF_REACH, error=error)
                self._rest()
                continue
            except RemoteError as error:
                return Followed(Finish.OUT_OF_REACH, error=error)
            if (over := self._over(look)) is not None:
                return over
            if self.heed(look):
                return self._cancelled()
            pause_s = _SOON_S if look.stdout or look.stderr else min(_SELDOM_S, 1.5 * pause_s)
            self._context.wait(pause_s)

    def _start(self, client: JobClient) -> None:
        order = self._order
        client.start(order.command, order.limit_s, order.cap, order.room_bytes)
        self._begun = True

    def _client(self) -> JobClient:
        return JobClient(self._remote, self._order.job, self._context)

    def _look(self, client: JobClient) -> JobLook:
        """Look, and keep what came; the next look goes on behind it."""
        most = 0 if self._order.leave else PIECE
        look = client.look(self._sink.length("stdout"), self._sink.length("stderr"), most)
        self._seen_s, self._misses = time.monotonic(), 0
        # what began once is never begun again, even when its folder is cleaned away meanwhile
        self._begun |= look.state not in (JobState.NONE, JobState.STAGED)
        for stream, data in (("stdout", look.stdout), ("stderr", look.stderr)):
            if data:
                self._sink.keep(stream, data)
        return look

    def _over(self, look: JobLook) -> Followed | None:
        match look.state:
            case JobState.NONE | JobState.STAGED:
                return Followed(Finish.NONE)
            case JobState.LOST:
                return Followed(Finish.LOST, alive=look.alive)
            case JobState.ENDED if look.end is not None and self._is_whole(look.end):
                return self._sealed(look.end)
        return None

    def _is_whole(self, end: JobEnd) -> bool:
        if self._order.leave:
            return True
        kept = (self._sink.length("stdout"), self._sink.length("stderr"))
        return kept[0] >= end.stdout.size and kept[1] >= end.stderr.size

    def _sealed(self, end: JobEnd) -> Followed:
        if self._order.leave:
            return Followed(Finish.ENDED, end)
        same = all(
            (self._sink.length(name), self._sink.sha256(name)) == (told.size, told.sha256)
            for name, told in (("stdout", end.stdout), ("stderr", end.stderr))
        )
        return Followed(Finish.ENDED if same else Finish.DIFFERENT, end)

    def _out_of_patience(self) -> bool:
        return time.monotonic() - self._seen_s > self._patience.total_s

    def _rest(self) -> None:
        pauses = self._patience.pauses_s
        self._context.wait(pauses[min(self._misses, len(pauses) - 1)])
        self._misses += 1

    def _cancelled(self) -> Followed:
        """End it on the host, and say so only when the host says that nothing of it is alive."""
        client, alive, error = JobClient(self._remote, self._order.job), -1, None
        deadline_s = time.monotonic() + self._patience.cancel_s
        while alive != 0 and time.monotonic() < deadline_s:
            try:
                alive = client.cancel()
            except RemoteError as cause:
                error = cause
                time.sleep(min(1.0, self._patience.pauses_s[0]))
        if alive != 0:
            return Followed(Finish.NOT_CANCELLED, alive=max(0, alive), error=error)
        deadline_s = time.monotonic() + self._patience.cancel_s
        while time.monotonic() < deadline_s:
            try:
                look = self._look(client)
            except RemoteError as cause:
                error = cause
            else:
                over = self._over(look)
                if over is not None and over.finish is Finish.ENDED and over.end is not None:
                    return Followed(Finish.CANCELLED, over.end) if over.end.cancelled else over
                if over is not None:
                    return Followed(Finish.CANCELLED, over.end)
            time.sleep(0.2)
        return Followed(Finish.NOT_CANCELLED, error=error)


def acknowledge(remote: Remote, job: str) -> None:
    """Let the host forget a job whose output is kept; not worth a failure."""
    try:
        JobClient(remote, job).acknowledge()
    except RemoteError:
        return


class NoSink:
    """Keeps nothing: for output that is left on the host until the end."""

    def length(self, _stream: str) -> int:
        """Return 0."""
        return 0

    def sha256(self, _stream: str) -> str:
        """Return the hash of nothing."""
        return hashlib.sha256().hexdigest()

    def keep(self, _stream: str, _data: bytes) -> None:
        """Do nothing."""


@dataclass
class CountingSink:
    """Counts and hashes what is handed on to a place that keeps it.

    ``before`` holds, for each stream, what the place had already: its length and running hash.
    """

    hand_on: Callable[[str, bytes], object]
    before: "dict[str, tuple[int, hashlib._Hash]]"

    def length(self, stream: str) -> int:
        """Return how many bytes of a stream are kept."""
        return self.before[stream][0] if stream in self.before else 0

    def sha256(self, stream: str) -> str:
        """Return the hash of all bytes of a stream that are kept."""
        return (self.before[stream][1] if stream in self.before else hashlib.sha256()).hexdigest()

    def keep(self, stream: str, data: bytes) -> None:
        """Hand bytes on, then count them."""
        self.hand_on(stream, data)
        length, running = self.before.get(stream, (0, hashlib.sha256()))
        running.update(data)
        self.before[stream] = (length + len(data), running)
