"""One host, logged in on first use: its connection and its channels."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

from app.domain.host import Host, HostKey, Stage
from app.errors import ConnectionLost, LoginRefused, RemoteError, TimedOut
from app.i18n import _
from app.services.ports.world import CommandResult, Secrets
from app.ssh.as_root import RootRemote
from app.ssh.channel import Answer, CommandReader, OnOutput, SshStream, link_is_up, lost
from app.ssh.connect import Connection, Route, connect
from app.ssh.heartbeat import watch
from app.ssh.host_keys import shown_key
from app.ssh.known_hosts import KnownHosts
from app.ssh.limits import Limits
from app.ssh.login import LoginDesk, RefusedSecrets
from app.ssh.quoting import Words, command_line, shell_by_argument, shell_by_stdin, whole_script
from app.ssh.slots import ChannelSlots
from app.ssh.sudo import SudoDoor
from app.tasks import TaskCancelled, TaskContext

if TYPE_CHECKING:
    from paramiko import Channel

    from app.ssh.files import SshFiles
    from app.ssh.wire import Wire

_SETTLE_S = 2.0
"""How long a server may still count a session that we have closed."""


@dataclass(frozen=True)
class Means:
    """What every connection of the program shares."""

    secrets: Secrets
    refused: RefusedSecrets
    limits: Limits
    known_hosts: KnownHosts | None = None


class SshRemote:
    """A host over SSH; fits `Remote` and is safe to use from several threads."""

    def __init__(self, route: Route, means: Means) -> None:
        self._route, self._means = route, means
        self._connection: Connection | None = None
        self._connecting, self._opening = Lock(), Lock()
        self._slots = ChannelSlots(means.limits.channels)
        self._tunnels: list[Channel] = []
        self._retired = False

    @property
    def host(self) -> Host:
        """The host this talks to."""
        return self._route.host

    @property
    def keeps_jobs(self) -> bool:
        """A real host can keep a command running by itself."""
        return True

    def as_root(self) -> "SshRemote | RootRemote":
        """Return the host with every command run as root; itself where that is so anyway."""
        return self if self.host.sudo else RootRemote(self)

    def run(
        self,
        script: str,
        *args: str,
        limit_s: float = 60.0,
        on_output: OnOutput | None = None,
        context: TaskContext | None = None,
        root: bool = False,
    ) -> CommandResult:
        """Feed ``script`` to ``sh -s -- args`` and wait for its end."""
        context = context or TaskContext()
        with self._channel(context) as channel:
            self._exec(channel, shell_by_stdin(args), context, root=root)
            reader = CommandReader(
                channel, self.host.name, self._means.limits, limit_s, on_output, context
            )
            self._send_script(channel, whole_script(script))
            return reader.read_all()

    @contextmanager
    def stream(
        self, script: str, *args: str, idle_s: float = 60.0, root: bool = False
    ) -> Iterator[SshStream]:
        """Run ``script`` with ``args``; its stdin is free for data."""
        context = TaskContext()
        with self._channel(context) as channel:
            self._exec(channel, shell_by_argument(script, args), context, root=root)
            yield SshStream(channel, self.host.name, idle_s)

    @contextmanager
    def files(self, idle_s: float = 60.0) -> Iterator["SshFiles"]:
        """Open an SFTP session, as the user who logs in."""
        from app.ssh.files import SshFiles  # noqa: PLC0415 - on first use only

        with self._channel(TaskContext()) as channel:
            self._start(channel, lambda: channel.invoke_subsystem("sftp"))
            yield SshFiles(channel, self.host.name, idle_s)

    def server_key(self, context: TaskContext | None = None) -> HostKey:
        """Return the key the server showed in this session; logs in first where needed."""
        return shown_key(self._wire(context or TaskContext()).get_remote_server_key())

    def tunnel(self, address: str, port: int, context: TaskContext) -> "Channel":
        """Open a way through this host to another one, for jumps."""
        way = self._wire(context).open_channel(
            "direct-tcpip",
            (address, port),
            ("127.0.0.1", 0),
            timeout=self._means.limits.channel_s,
        )
        self._tunnels = [*(other for other in self._tunnels if not other.closed), way]
        return way

    def retire(self) -> None:
        """Close the connection as soon as nobody uses it; the host's record was edited."""
        self._retired = True
        if not self._in_use:
            self.close()

    def close(self) -> None:
        """Close the connection, if there is one."""
        if self._connection is not None:
            self._connection.wire.close()

    @property
    def _in_use(self) -> bool:
        return self._slots.open > 0 or any(not way.closed for way in self._tunnels)

    def _wire(self, context: TaskContext) -> "Wire":
        """Return the live connection, set up if needed; one at a time."""
        while not self._connecting.acquire(timeout=0.1):
            if context.stopped:
                raise TaskCancelled
        try:
            if self._connection is None or not self._connection.wire.is_active():
                means = self._means
                desk = LoginDesk(self.host, means.secrets, means.refused)
                self._connection = connect(self._route, desk.log_in, means.limits, context)
                watch(self._connection, self.host.name, means.limits)
                if means.known_hosts:
                    means.known_hosts.note(self.host)
            return self._connection.wire
        finally:
            self._connecting.release()

    @contextmanager
    def _channel(self, context: TaskContext) -> Iterator["Channel"]:
        """Open a channel, close it at the end, and translate what breaks in between."""
        from paramiko import SSHException  # noqa: PLC0415 - on first use only

        channel = self._opened(context)
        try:
            yield channel
        except (SSHException, EOFError, OSError) as error:
            raise lost(self.host.name) from error
        finally:
            with suppress(SSHException, EOFError, OSError):  # saying so goes over a broken link too
                channel.close()
            self._slots.give()
            if self._retired and not self._in_use:
                self.close()

    def _opened(self, context: TaskContext) -> "Channel":
        """Open a session; a kept connection that turns out to be broken is set up once more.

        Nothing was sent over it yet, so trying again repeats nothing.
        """
        kept = self._connection
        wire = self._wire(context)
        try:
            return self._open(wire, context)
        except ConnectionLost:
            if kept is None or wire is not kept.wire:
                raise
            wire.close()
            return self._open(self._wire(context), context)

    def _open(self, wire: "Wire", context: TaskContext) -> "Channel":
        """Open a session; where the server takes fewer than we would, wait for our turn."""
        from paramiko import ChannelException, SSHException  # noqa: PLC0415 - on first use only

        limits = self._means.limits
        end_s = time.monotonic() + limits.channel_s
        while True:
            if context.stopped:
                raise TaskCancelled
            settling = self._slots.idle_s < _SETTLE_S
            if not self._slots.take(0.1):
                if time.monotonic() > end_s:
                    raise _busy(self.host, None)
                continue
            try:
                with self._opening:  # paramiko tells only one of several callers why it failed
                    return wire.open_session(timeout=limits.channel_s)
            except ChannelException as error:
                self._slots.refused()
                if not settling or time.monotonic() > end_s:
                    raise _busy(self.host, error) from error
                context.wait(0.05)
            except (SSHException, EOFError, OSError) as error:
                self._slots.give()
                raise ConnectionLost(
                    _("No session could be opened; nothing was sent."),
                    hint=_("Try again."),
                    host=self.host.name,
                    step=Stage.CHANNEL,
                ) from error
            except BaseException:
                self._slots.give()
                raise

    def _exec(self, channel: "Channel", words: Words, context: TaskContext, *, root: bool) -> None:
        """Start the command, as root where that is asked for or the record says so."""
        limits = self._means.limits
        door = self._sudo_door() if root or self.host.sudo else None
        line = command_line(door.command(words) if door else words)
        self._start(channel, lambda: channel.exec_command(line))
        channel.settimeout(limits.channel_s)
        if door is None:
            return
        try:
            door.pass_through(channel, limits.sudo_s, context)
        except LoginRefused:
            if door.password is not None and door.is_wrong:
                self._means.refused.add(self.host.sudo_secret, door.password)
                self._means.secrets.delete(self.host.sudo_secret)  # so that it is asked for anew
            raise

    def _sudo_door(self) -> SudoDoor:
        password = self._means.secrets.get(self.host.sudo_secret)
        if password is not None and self._means.refused.has(self.host.sudo_secret, password):
            raise LoginRefused(
                _("sudo has refused this password before; it was not given again."),
                hint=_("Enter another one."),
                host=self.host.name,
                step=Stage.SUDO,
            )
        return SudoDoor(self.host, password)

    def _start(self, channel: "Channel", ask: Callable[[], object]) -> None:
        """Ask for something to be run; paramiko would wait for the answer for ever."""
        from paramiko import SSHException  # noqa: PLC0415 - on first use only

        channel.event = Answer(channel, self._means.limits.channel_s)
        begun_s = time.monotonic()
        try:
            ask()
        except (SSHException, EOFError) as error:
            if not link_is_up(channel):
                raise lost(self.host.name) from error
            if time.monotonic() - begun_s >= self._means.limits.channel_s:
                raise TimedOut(
                    _("The host did not say whether it runs the command."),
                    hint=_("Look on the host before sending it again."),
                    host=self.host.name,
                    step=Stage.COMMAND,
                ) from error
            raise RemoteError(
                _("The host accepts the login, but runs no command."),
                hint=_("Is the account restricted to something else?"),
                host=self.host.name,
                step=Stage.COMMAND,
            ) from error

    def _send_script(self, channel: "Channel", script: bytes) -> None:
        """Send the script and end its input; a command that has ended need not read it."""
        try:
            channel.sendall(script)
            channel.shutdown_write()
        except TimeoutError as error:
            raise TimedOut(
                _("The host did not take the command in time; it has not run."),
                host=self.host.name,
                step=Stage.COMMAND,
            ) from error
        except OSError:
            if not link_is_up(channel):
                raise


def _busy(host: Host, error: Exception | None) -> RemoteError:
    return RemoteError(
        _("The host opens no more sessions ({why}).").format(why=error or _("all are in use")),
        hint=_("Try again, or raise MaxSessions on the server."),
        host=host.name,
        step=Stage.CHANNEL,
    )
