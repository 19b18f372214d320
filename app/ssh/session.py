"""One host, logged in on first use: its transport, its heartbeat, its channels."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore, Event, Lock, Thread, Timer
from typing import TYPE_CHECKING

from app.domain.host import Host, HostKey
from app.errors import ConnectionLost, RemoteError, TimedOut
from app.services.ports import CommandResult, Secrets
from app.ssh.channel import CommandReader, OnOutput, SshStream
from app.ssh.connect import Route, open_transport
from app.ssh.host_keys import shown_key
from app.ssh.limits import Limits
from app.ssh.quoting import shell_by_argument, shell_by_stdin
from app.tasks import TaskContext

if TYPE_CHECKING:
    from paramiko import Channel, Transport

Throttle = Callable[[], object]


class SshRemote:
    """A host over SSH; fits `Remote` and is safe to use from several threads."""

    def __init__(self, route: Route, secrets: Secrets, limits: Limits, throttle: Throttle) -> None:
        self._route, self._secrets, self._limits = route, secrets, limits
        self._throttle = throttle
        self._transport: Transport | None = None
        self._connecting = Lock()
        self._slots = BoundedSemaphore(limits.channels)
        self._closed = Event()

    @property
    def host(self) -> Host:
        """The host this talks to."""
        return self._route.host

    def run(
        self,
        script: str,
        *args: str,
        limit_s: float = 60.0,
        on_output: OnOutput | None = None,
        context: TaskContext | None = None,
    ) -> CommandResult:
        """Feed ``script`` to ``sh -s -- args`` and wait for its end."""
        with self._channel() as channel:
            channel.exec_command(shell_by_stdin(self.host, args))
            reader = CommandReader(
                channel, self.host.name, self._limits, limit_s, on_output, context
            )
            channel.settimeout(self._limits.channel_s)
            _send_script(channel, script.encode())
            return reader.read_all()

    @contextmanager
    def stream(self, script: str, *args: str, idle_s: float = 60.0) -> Iterator[SshStream]:
        """Run ``script`` with ``args``; its stdin is free for data."""
        with self._channel() as channel:
            channel.exec_command(shell_by_argument(self.host, script, args))
            yield SshStream(channel, self.host.name, idle_s)

    def server_key(self) -> HostKey:
        """Return the key the server showed in this session."""
        return shown_key(self.transport().get_remote_server_key())

    def tunnel(self, address: str, port: int) -> "Channel":
        """Open a way through this host to another one, for jumps."""
        return self.transport().open_channel(
            "direct-tcpip", (address, port), ("127.0.0.1", 0), timeout=self._limits.channel_s
        )

    def transport(self) -> "Transport":
        """Return the live connection, set up if needed; one at a time."""
        with self._connecting:
            if self._transport is None or not self._transport.is_active():
                if self.host.key is not None:
                    self._throttle()
                self._transport = open_transport(self._route, self._secrets, self._limits)
                self._closed = Event()
                Thread(
                    target=_beat,
                    args=(self._transport, self._closed, self._limits),
                    name=f"heartbeat-{self.host.name}",
                    daemon=True,
                ).start()
            return self._transport

    def close(self) -> None:
        """Close the connection, if there is one."""
        self._closed.set()
        if self._transport is not None:
            self._transport.close()

    @contextmanager
    def _channel(self) -> Iterator["Channel"]:
        from paramiko import ChannelException, SSHException  # noqa: PLC0415 - on first use only

        transport = self.transport()
        if not self._slots.acquire(timeout=self._limits.channel_s):
            raise TimedOut(
                "All channels to the host are busy.", host=self.host.name, step="channel"
            )
        try:
            try:
                channel = transport.open_session(timeout=self._limits.channel_s)
            except ChannelException as error:
                raise RemoteError(
                    f"The host opens no more sessions ({error}).",
                    hint="Try again, or raise MaxSessions on the server.",
                    host=self.host.name,
                ) from error
            except (SSHException, EOFError, OSError) as error:
                raise ConnectionLost(
                    f"No session could be opened ({error or 'closed'}); nothing was sent.",
                    hint="Try again.",
                    host=self.host.name,
                ) from error
            try:
                yield channel
            except (SSHException, EOFError) as error:
                raise ConnectionLost(
                    f"The connection broke ({error or 'closed'}).", host=self.host.name
                ) from error
            finally:
                channel.close()
        finally:
            self._slots.release()


def _send_script(channel: "Channel", script: bytes) -> None:
    """Send the script and end its input; a command that ends early need not read it all."""
    try:
        channel.sendall(script)
        channel.shutdown_write()
    except OSError:
        if not channel.closed and not channel.exit_status_ready():
            raise


def _beat(transport: "Transport", closed: Event, limits: Limits) -> None:
    """Ask the server for a sign of life, and close the connection when none comes."""
    from paramiko import SSHException  # noqa: PLC0415 - on first use only

    while not closed.wait(limits.heartbeat_s) and transport.is_active():
        watchdog = Timer(limits.heartbeat_answer_s, transport.close)
        watchdog.daemon = True
        watchdog.start()
        try:
            transport.global_request("keepalive@openssh.com", wait=True)
        except (SSHException, EOFError, OSError):
            return
        finally:
            watchdog.cancel()
