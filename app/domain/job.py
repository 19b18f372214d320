"""A command that outlives its connection: what the host says about it."""

from dataclasses import dataclass
from enum import StrEnum


class JobState(StrEnum):
    """How a job stands on its host."""

    NONE = "none"
    """There is no such job on the host: it never began, or its folder was removed."""
    STAGED = "staged"
    """Its folder is there, but it was not begun."""
    RUNNING = "running"
    ENDED = "ended"
    LOST = "lost"
    """It began, left no end, and the process that would write one is gone."""


@dataclass(frozen=True, slots=True)
class StreamEnd:
    """All that one stream came to: what is kept, its hash, and how much more was dropped."""

    size: int
    sha256: str
    dropped: int = 0


@dataclass(frozen=True, slots=True)
class JobEnd:
    """The end that the host has written down; durations by the host's monotonic clock."""

    exit_code: int
    duration_s: float
    timed_out: bool
    """Whether the host ended it because its time was over."""
    cancelled: bool
    left_behind: int
    """How many processes that it has started still ran when it ended."""
    stdout: StreamEnd
    stderr: StreamEnd
    is_torn: bool = False
    """Whether the host had no room for all it said: some of it is neither kept nor counted."""
    sees_all: bool = False
    """Whether no process of it could hide: a control group held them, or its minder got orphans.

    Otherwise one that left its session, its environment and its output is not seen by the host.
    """


@dataclass(frozen=True, slots=True)
class JobLook:
    """One look at a job: how it stands, and the next pieces of both streams."""

    state: JobState
    stdout: bytes = b""
    stderr: bytes = b""
    end: JobEnd | None = None
    alive: int = 0
    """Processes of the command that run now."""
    beat_s: float | None = None
    """Seconds since the job's last sign of life."""
    sizes: tuple[int, int] = (0, 0)
    """Bytes of both streams that the host keeps so far."""


@dataclass(frozen=True, slots=True)
class Leftover:
    """A job that lies on a host, as the host lists it; times by the host's clock, as ages."""

    job: str
    state: JobState
    stdout_bytes: int
    stderr_bytes: int
    begun_ago_s: float
    seen_ago_s: float
    """Since its end, or since its last sign of life."""
    exit_code: int | None = None
    read: bool = False
    """Whether whoever began it has all of its output; the host forgets it in a week."""

    @property
    def is_over(self) -> bool:
        """Whether nothing of it can go on, so that it can be removed."""
        return self.state is not JobState.RUNNING
