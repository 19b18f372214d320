"""One channel: a command with its stdin, its two outputs, and an end that may be missing."""

import select
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app.errors import ConnectionLost, TimedOut
from app.services.ports import CommandResult
from app.ssh.limits import OUTPUT_CAP, STDERR_CAP, Limits
from app.tasks import TaskCancelled, TaskContext

if TYPE_CHECKING:
    from paramiko import Channel

_PIECE = 256 * 1024
_WAIT_S = 0.1
"""How long a reader sleeps at most before it looks at limits and stops again."""

OnOutput = Callable[[str, bytes], object]


def lost(host: str) -> ConnectionLost:
    """Return the error for a link that broke after something was sent."""
    return ConnectionLost(
        "The connection broke; what was sent may have run.",
        hint="Look on the host before sending it again.",
        host=host,
    )


def link_is_up(channel: "Channel") -> bool:
    """Whether the connection below a channel still stands."""
    transport = channel.get_transport()
    return transport is not None and transport.is_active()


@dataclass
class CommandReader:
    """Reads stdout and stderr of one command in a single loop until it has ended."""

    channel: "Channel"
    host: str
    limits: Limits
    limit_s: float
    on_output: OnOutput | None = None
    context: TaskContext | None = None
    _parts: dict[str, list[bytes]] = field(default_factory=lambda: {"stdout": [], "stderr": []})
    _kept: int = 0
    _truncated: bool = False

    def read_all(self) -> CommandResult:
        """Read to the end; raises TimedOut, ConnectionLost, TaskCancelled."""
        start_s = time.monotonic()
        status_s: float | None = None
        while True:
            if self._drain():
                continue
            now_s = time.monotonic()
            if self.channel.exit_status_ready():
                status_s = status_s or now_s
                if self.channel.eof_received or now_s - status_s > self.limits.grace_s:
                    break
            elif self.channel.closed and self.channel.eof_received:
                break
            elif not link_is_up(self.channel):
                raise lost(self.host)
            self._heed(now_s - start_s)
            select.select([self.channel], [], [], _WAIT_S)
            if self.channel.eof_received:
                time.sleep(0.001)  # readable for ever after EOF: do not spin until the status comes
        self._drain()
        status = self.channel.exit_status if self.channel.exit_status_ready() else -1
        return CommandResult(
            status if status >= 0 else None,
            b"".join(self._parts["stdout"]),
            b"".join(self._parts["stderr"]),
            time.monotonic() - start_s,
            self._truncated,
        )

    def _heed(self, spent_s: float) -> None:
        if self.context is not None and self.context.stopped:
            raise TaskCancelled
        if spent_s > self.limit_s:
            raise TimedOut(
                f"No end after {self.limit_s:g} s; the command may go on.",
                hint="Look on the host before sending it again.",
                host=self.host,
                step="command",
            )

    def _drain(self) -> bool:
        found = False
        if self.channel.recv_ready():
            found = self._keep("stdout", self.channel.recv(_PIECE))
        if self.channel.recv_stderr_ready():
            found = self._keep("stderr", self.channel.recv_stderr(_PIECE)) or found
        return found

    def _keep(self, stream: str, data: bytes) -> bool:
        if not data:
            return False
        room = OUTPUT_CAP - self._kept
        if len(data) > room:
            data, self._truncated = data[:room], True
        if data:
            self._kept += len(data)
            self._parts[stream].append(data)
            if self.on_output:
                self.on_output(stream, data)
        return True


class SshStream:
    """A running command whose output is read as it comes; fits `RemoteStream`."""

    def __init__(self, channel: "Channel", host: str, idle_s: float) -> None:
        self._channel, self._host, self._idle_s = channel, host, idle_s
        self._stderr = bytearray()
        channel.settimeout(idle_s)

    def read(self, size: int) -> bytes:
        """Return up to ``size`` bytes of stdout, b"" at its end."""
        self._drain_stderr()
        try:
            data = self._channel.recv(size)
        except TimeoutError as error:
            raise self._idle() from error
        if not data and not self._channel.eof_received:
            raise lost(self._host)
        return data

    def write(self, data: bytes) -> None:
        """Send bytes to stdin."""
        self._drain_stderr()
        try:
            self._channel.sendall(data)
        except TimeoutError as error:
            raise self._idle() from error
        except OSError as error:
            if link_is_up(self._channel):
                raise ConnectionLost(
                    "The command on the host stopped reading.",
                    hint=self.stderr().decode("utf-8", "replace").strip()[-200:],
                    host=self._host,
                ) from error
            raise lost(self._host) from error

    def close_stdin(self) -> None:
        """Tell the command that its input has ended."""
        self._channel.shutdown_write()

    def stderr(self) -> bytes:
        """Return what has been said on stderr so far, at most 1 MiB of it."""
        self._drain_stderr()
        return bytes(self._stderr)

    def finish(self, limit_s: float = 30.0) -> int | None:
        """Wait for the end; return the exit code, or None when there was none."""
        self._channel.status_event.wait(limit_s)
        self._drain_stderr()
        if not self._channel.exit_status_ready() or self._channel.exit_status < 0:
            if not link_is_up(self._channel):
                raise lost(self._host)
            return None
        return int(self._channel.exit_status)

    def _drain_stderr(self) -> None:
        while self._channel.recv_stderr_ready():
            data = self._channel.recv_stderr(_PIECE)
            if not data:
                return
            self._stderr += data[: max(0, STDERR_CAP - len(self._stderr))]

    def _idle(self) -> TimedOut:
        return TimedOut(f"Nothing moved for {self._idle_s:g} s.", host=self._host, step="transfer")
