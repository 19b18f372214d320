"""One channel: a command with its stdin, its two outputs, and an end that may be missing."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event
from typing import TYPE_CHECKING

from app.domain.host import Stage
from app.errors import ConnectionLost, TimedOut
from app.i18n import _
from app.redaction import last_words
from app.services.ports.world import CommandResult
from app.ssh.limits import OUTPUT_CAP, STDERR_CAP, Limits
from app.tasks import TaskCancelled, TaskContext

if TYPE_CHECKING:
    from paramiko import Channel

_PIECE = 1024 * 1024
_WAIT_S = 0.25
"""How long a reader sleeps at most before it looks at limits and stops again."""

OnOutput = Callable[[str, bytes], object]


class Bell(Event):
    """Rings when either output of a channel has something, or has ended.

    paramiko clears the event of a buffer it has emptied; here two buffers share one, so only the
    reader silences it. Unlike ``select`` this needs no file descriptor.
    """

    def __init__(self, channel: "Channel") -> None:
        super().__init__()
        channel.in_buffer.set_event(self)
        channel.in_stderr_buffer.set_event(self)

    def clear(self) -> None:
        """Leave it ringing."""

    def rest(self, limit_s: float) -> None:
        """Sleep until it rings, and silence it."""
        self.wait(limit_s)
        super().clear()


class Answer(Event):
    """Rings when the server has answered a request of a channel, or the channel has closed.

    paramiko would wait for that for ever. Here the wait itself closes the channel in the end, which
    costs no watching thread.
    """

    def __init__(self, channel: "Channel", limit_s: float) -> None:
        super().__init__()
        self._channel, self._limit_s = channel, limit_s

    def wait(self, timeout: float | None = None) -> bool:
        """Wait as long as was said, else to the limit; return whether there is an answer."""
        if super().wait(self._limit_s if timeout is None else timeout):
            return True
        if timeout is None:
            self._channel.close()
        return self.is_set()


def lost(host: str) -> ConnectionLost:
    """Return the error for a link that broke after something was sent."""
    return ConnectionLost(
        _("The connection broke; what was sent may have run."),
        hint=_("Look on the host before sending it again."),
        host=host,
        step=Stage.COMMAND,
    )


def link_is_up(channel: "Channel") -> bool:
    """Whether the connection below a channel still stands."""
    transport = channel.get_transport()
    return transport is not None and transport.is_active()


def exit_code_of(channel: "Channel", host: str) -> int | None:
    """Return the exit code of an ended command, None when it had none; raises ConnectionLost."""
    from app.ssh.wire import signal_of  # noqa: PLC0415 - on first use only

    if channel.exit_status >= 0:
        return int(channel.exit_status)
    if not link_is_up(channel) and not signal_of(channel):
        raise lost(host)
    return None


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
        from app.ssh.wire import signal_of  # noqa: PLC0415 - on first use only

        bell = Bell(self.channel)
        start_s = time.monotonic()
        ended_s: float | None = None
        while True:
            if self._drain():
                self._heed(time.monotonic() - start_s)
                continue
            now_s = time.monotonic()
            if self.channel.exit_status_ready():
                ended_s = now_s if ended_s is None else ended_s
                if self._output_ended() or now_s - ended_s > self.limits.grace_s:
                    break
            self._heed(now_s - start_s)
            bell.rest(_WAIT_S)
        return CommandResult(
            exit_code_of(self.channel, self.host),
            b"".join(self._parts["stdout"]),
            b"".join(self._parts["stderr"]),
            time.monotonic() - start_s,
            self._truncated,
            signal_of(self.channel),
            left_behind=not self._output_ended(),
        )

    def _output_ended(self) -> bool:
        return bool(self.channel.eof_received or self.channel.closed)

    def _heed(self, spent_s: float) -> None:
        if self.context is not None and self.context.stopped:
            raise TaskCancelled
        if spent_s > self.limit_s:
            raise TimedOut(
                _("No end after {limit:g} s; the command may go on.").format(limit=self.limit_s),
                hint=_("Look on the host before sending it again."),
                host=self.host,
                step=Stage.COMMAND,
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
        self._bell = Bell(channel)
        self._stderr = bytearray()
        channel.settimeout(idle_s)

    def read(self, size: int) -> bytes:
        """Return up to ``size`` bytes of stdout, b"" at its end; raises RemoteError."""
        try:
            return self._next(size)
        except (EOFError, OSError) as error:  # telling the server of room goes over the same link
            raise lost(self._host) from error

    def _next(self, size: int) -> bytes:
        last_s = time.monotonic()
        while True:
            if self._channel.recv_ready():
                return self._channel.recv(size)
            if self._drain_stderr():
                last_s = time.monotonic()
            if self._channel.eof_received or self._channel.closed:
                return self._last(size)
            if time.monotonic() - last_s > self._idle_s:
                raise self._idle()
            self._bell.rest(_WAIT_S)

    def _last(self, size: int) -> bytes:
        """Return what came just before the end; an end without an end is a broken link."""
        if self._channel.recv_ready():
            return self._channel.recv(size)
        if not self._channel.eof_received and not link_is_up(self._channel):
            raise lost(self._host)
        return b""

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
                    _("The command on the host stopped reading."),
                    hint=last_words(self.stderr()),
                    host=self._host,
                    step=Stage.TRANSFER,
                ) from error
            raise lost(self._host) from error

    def close_stdin(self) -> None:
        """Tell the command that its input has ended."""
        if not self._channel.closed:
            self._channel.shutdown_write()

    def stderr(self) -> bytes:
        """Return what has been said on stderr so far, at most 1 MiB of it."""
        self._drain_stderr()
        return bytes(self._stderr)

    def finish(self, limit_s: float = 30.0) -> int | None:
        """Wait for the end; return the exit code, or None when there was none in time."""
        end_s = time.monotonic() + limit_s
        while not self._channel.status_event.wait(_WAIT_S):
            self._drain_stderr()
            if time.monotonic() > end_s:
                return None
        self._drain_stderr()
        return exit_code_of(self._channel, self._host)

    def _drain_stderr(self) -> bool:
        found = False
        while self._channel.recv_stderr_ready():
            data = self._channel.recv_stderr(_PIECE)
            if not data:
                break
            found = True
            self._stderr += data[: max(0, STDERR_CAP - len(self._stderr))]
        return found

    def _idle(self) -> TimedOut:
        return TimedOut(
            _("Nothing moved for {limit:g} s.").format(limit=self._idle_s),
            hint=_("Look at host and network, then try again."),
            host=self._host,
            step=Stage.TRANSFER,
        )
