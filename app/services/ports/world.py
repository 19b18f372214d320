"""What services need from the world, as Protocols; adapters fit them structurally."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from app.tasks import TaskContext

if TYPE_CHECKING:
    from app.domain.host import Host, HostKey


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """Return the current instant, timezone-aware, in UTC."""
        ...


class Secrets(Protocol):
    """The OS keyring; nothing secret is kept anywhere else."""

    def get(self, name: str) -> str | None:
        """Return the secret, or None when there is none; raises SecretUnavailable."""
        ...

    def set(self, name: str, value: str) -> None:
        """Keep a secret; raises SecretUnavailable."""
        ...

    def delete(self, name: str) -> None:
        """Forget a secret; unknown names are fine."""
        ...


@dataclass(frozen=True, slots=True)
class CommandResult:
    """What a finished command left behind; ``exit_code`` is None when it was killed or lost."""

    exit_code: int | None
    stdout: bytes
    stderr: bytes
    duration_s: float
    truncated: bool = False
    """Output beyond the limit was read but not kept."""
    signal: str = ""
    """The signal that ended it, such as ``KILL``; "" when none was reported."""
    left_behind: bool = False
    """A process it has started still holds the output open."""


class RemoteStream(Protocol):
    """A running command whose output is read as it comes."""

    def read(self, size: int) -> bytes:
        """Return up to ``size`` bytes of stdout, b"" at its end.

        Raises:
            ConnectionLost: The link broke.
            TimedOut: Nothing came for longer than the stream may be idle.
        """
        ...

    def write(self, data: bytes) -> None:
        """Send bytes to stdin."""
        ...

    def close_stdin(self) -> None:
        """Tell the command that its input has ended."""
        ...

    def stderr(self) -> bytes:
        """Return what has been said on stderr so far (capped at 1 MiB)."""
        ...

    def finish(self, limit_s: float = 30.0) -> int | None:
        """Wait for the end; return the exit code, or None when there was none."""
        ...


class Remote(Protocol):
    """One host, logged in on first use; safe to use from several threads."""

    @property
    def host(self) -> "Host":
        """The host this talks to."""
        ...

    @property
    def keeps_jobs(self) -> bool:
        """Whether a command may be left running on it by itself."""
        ...

    def as_root(self) -> "Remote":
        """Return the same host with every command run as root; itself where that is so anyway.

        Its verbs raise LoginRefused, with the cause, where the host lets the account not do that.
        """
        ...

    def run(
        self,
        script: str,
        *args: str,
        limit_s: float = 60.0,
        on_output: Callable[[str, bytes], object] | None = None,
        context: TaskContext | None = None,
    ) -> CommandResult:
        """Feed ``script`` to ``sh -s -- args`` and wait for its end.

        ``on_output`` receives ("stdout" | "stderr", bytes) as they arrive, on the calling thread.

        Raises:
            RemoteError: No connection, login refused, limit ran out, link lost.
            TaskCancelled: A stop was asked for; the channel is closed.
        """
        ...

    def stream(
        self, script: str, *args: str, idle_s: float = 60.0
    ) -> AbstractContextManager[RemoteStream]:
        """Run ``script`` with ``args``, its stdin free for data; closed with the block."""
        ...

    def server_key(self, context: TaskContext | None = None) -> "HostKey":
        """Return the key the server showed in this session; logs in first where needed.

        Raises:
            RemoteError: No connection, or the login was refused.
            TaskCancelled: A stop was asked for.
        """
        ...


class RemoteFiles(Protocol):
    """Files of a host, one session long; every verb raises RemoteError."""

    def is_there(self, path: str) -> bool:
        """Whether anything has this name."""
        ...

    def is_folder(self, path: str) -> bool:
        """Whether this is a folder."""
        ...

    def free_bytes(self, folder: str) -> int | None:
        """Return what its disk has free for us, None where the server does not say."""
        ...

    def names(self, folder: str) -> list[str]:
        """Return the names in a folder."""
        ...

    def make_folders(self, path: str) -> None:
        """Make a folder for the owner only, and what is missing above it."""
        ...

    def write(self, path: str, pieces: Iterable[bytes]) -> None:
        """Write a new, read-only file."""
        ...

    def read(self, path: str) -> Iterator[bytes]:
        """Give a file's bytes piece by piece."""
        ...

    def rename(self, path: str, name: str) -> None:
        """Give a file or folder its name; never in the place of another."""
        ...

    def remove_tree(self, folder: str) -> None:
        """Remove a folder with all that is in it."""
        ...


@runtime_checkable
class FileHost(Protocol):
    """A `Remote` whose files can be reached although it runs no command."""

    def files(self, idle_s: float = 60.0) -> AbstractContextManager[RemoteFiles]:
        """Open a session for files, closed with the block; raises RemoteError."""
        ...


class Remotes(Protocol):
    """The pool of connections: one transport per host."""

    def open(self, host: "Host") -> Remote:
        """Return the remote of a host; connects lazily."""
        ...

    def probe_key(self, host: "Host") -> "HostKey":
        """Ask the server for its key without logging in; raises Unreachable."""
        ...

    def close(self) -> None:
        """Close every connection."""
        ...
