"""Set a connection up: TCP, greeting, key exchange, host key, login; each with its own error."""

import random
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Event
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from app.domain.host import Host, HostKey, Stage
from app.errors import LoginRefused, RemoteError, TimedOut, Unreachable
from app.i18n import _
from app.ssh.gate import SetUpGate
from app.ssh.host_keys import is_weak, require_confirmed, shown_key
from app.ssh.limits import Limits
from app.ssh.link import Bytes, Link
from app.tasks import TaskCancelled, TaskContext

if TYPE_CHECKING:
    from paramiko import Channel, Transport

    from app.ssh.wire import Wire

_LOOK_S = 0.05
_Entered = TypeVar("_Entered")


@dataclass(frozen=True, slots=True)
class Route:
    """How a server is reached: directly, or through a channel of a jump host.

    ``gate`` is shared by all that connect to the same server. ``legacy`` says whether old
    algorithms may be used, by a waiver that holds today.
    """

    host: Host
    gate: SetUpGate
    jump: "Callable[[str, int, TaskContext], Channel] | None" = None
    legacy: bool = False


class Connection(NamedTuple):
    """A server that has been reached, and the bytes below."""

    wire: "Wire"
    link: Link


class _Passing(Unreachable):
    """A failure of the connection phase that may be gone a moment later."""


class _NoGreeting(_Passing):
    """The server took the connection and dropped it, as one does that has too many."""


def connect(
    route: Route, log_in: "Callable[[Transport], object]", limits: Limits, context: TaskContext
) -> Connection:
    """Connect, check the host key, and log in.

    Raises:
        Unreachable: No connection, after every retry.
        TimedOut: The server went silent on the way.
        HostKeyUnknown: Nobody has confirmed the key.
        HostKeyChanged: Another key is shown; nothing was sent.
        LoginRefused: The login was refused; it is never tried twice.
        TaskCancelled: A stop was asked for.
    """

    def enter(connection: Connection) -> Connection:
        key = connection.wire.get_remote_server_key()
        require_confirmed(route.host, shown_key(key))
        if not route.legacy and is_weak(key):
            raise _too_old(route, _("an RSA key of {n} bits").format(n=key.get_bits()))
        log_in(connection.wire)
        return connection

    return _retried(route, limits, context, enter)


def probe_key(route: Route, limits: Limits, context: TaskContext) -> HostKey:
    """Ask a server for its key, and leave without logging in; raises Unreachable, TimedOut."""

    def look(connection: Connection) -> HostKey:
        key = shown_key(connection.wire.get_remote_server_key())
        _close(connection.wire)
        return key

    return _retried(route, limits, context, look)


def _retried(
    route: Route, limits: Limits, context: TaskContext, enter: Callable[[Connection], _Entered]
) -> _Entered:
    """Connect and exchange keys, with retries, then ``enter`` once; its failure closes."""
    for pause_s in (*limits.retries_s, None):
        with route.gate.passing(context) as turn:
            try:
                connection = _handshake_once(route, limits, context)
            except _Passing as error:
                if isinstance(error, _NoGreeting):
                    turn.refused()
                if pause_s is None:
                    raise
            else:
                turn.through()
                try:
                    return enter(connection)
                except BaseException:
                    _close(connection.wire)
                    raise
        context.wait(pause_s * random.uniform(0.8, 1.2))  # noqa: S311 - jitter, not a secret
    raise AssertionError("the loop above returns or raises")


def _handshake_once(route: Route, limits: Limits, context: TaskContext) -> Connection:
    from paramiko import SSHException  # noqa: PLC0415 - on first use only

    from app.ssh.wire import make_wire  # noqa: PLC0415 - on first use only

    below = _jump(route, context) if route.jump else _dial(route.host, limits)
    link = Link(below)
    wire = make_wire(link, route.host, limits, legacy=route.legacy)
    try:
        _negotiate(wire, route.host, limits, context)
    except (SSHException, EOFError, OSError, ValueError) as error:
        _close(wire)
        raise _no_handshake(route, error, wire, link) from error
    except BaseException:
        _close(wire)
        raise
    return Connection(wire, link)


def _negotiate(wire: "Wire", host: Host, limits: Limits, context: TaskContext) -> None:
    """Wait for greeting and key exchange; paramiko's own waiting ends without an error."""
    done = Event()
    begun_s = greeted_s = time.monotonic()
    wire.start_client(event=done)
    while not done.wait(_LOOK_S) and wire.is_active():
        now_s = time.monotonic()
        if context.stopped:
            raise TaskCancelled
        if not wire.remote_version:
            greeted_s = now_s
            if now_s - begun_s > limits.banner_s:
                raise EOFError
        elif now_s - greeted_s > limits.key_exchange_s:
            raise _stalled(host, limits)
    if error := wire.get_exception():
        raise error
    if not wire.is_active():
        raise EOFError


def _close(wire: "Wire") -> None:
    """Close a connection and the timer that paramiko leaves running after a failed handshake."""
    wire.close()
    wire.packetizer.complete_handshake()


def _dial(host: Host, limits: Limits) -> Bytes:
    try:
        link = socket.create_connection((host.address, host.port), limits.connect_s)
    except (socket.gaierror, UnicodeError) as error:
        passing = getattr(error, "errno", None) == socket.EAI_AGAIN
        raise (_Passing if passing else Unreachable)(
            _("The name {address} is not known.").format(address=host.address),
            hint=_("Check the address."),
            host=host.name,
            step=Stage.NAME,
        ) from error
    except ConnectionRefusedError as error:
        raise _Passing(
            _("Port {port} of {address} refuses connections.").format(
                port=host.port, address=host.address
            ),
            hint=_("Is the SSH server running, and is the port right?"),
            host=host.name,
            step=Stage.REACH,
        ) from error
    except TimeoutError as error:
        raise _Passing(
            _("No answer from {address} within {limit:g} s.").format(
                address=host.address, limit=limits.connect_s
            ),
            hint=_("Is the host up, and is the network open?"),
            host=host.name,
            step=Stage.REACH,
        ) from error
    except OSError as error:
        raise _Passing(
            _("{address} cannot be reached: {why}.").format(
                address=host.address, why=error.strerror or error
            ),
            hint=_("Check the network."),
            host=host.name,
            step=Stage.REACH,
        ) from error
    link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return link


def _jump(route: Route, context: TaskContext) -> Bytes:
    from paramiko import SSHException  # noqa: PLC0415 - on first use only

    host = route.host
    if route.jump is None:
        raise AssertionError("the caller has looked")
    try:
        return route.jump(host.address, host.port, context)
    except (SSHException, EOFError, OSError) as error:
        raise Unreachable(
            _("The jump host cannot reach {address}:{port} ({why}).").format(
                address=host.address,
                port=host.port,
                why=getattr(error, "text", "") or error or type(error).__name__,
            ),
            hint=_("Check the address as the jump host sees it."),
            host=host.name,
            step=Stage.REACH,
        ) from error


def _stalled(host: Host, limits: Limits) -> TimedOut:
    return TimedOut(
        _("The key exchange did not end within {limit:g} s.").format(limit=limits.key_exchange_s),
        hint=_("Try again; the server may be overloaded."),
        host=host.name,
        step=Stage.KEY_EXCHANGE,
    )


def _too_old(route: Route, why: object) -> LoginRefused:
    waiver = route.host.legacy
    hint = _("Update its SSH server, or allow old cryptography on it for a while, with a reason.")
    if route.legacy:
        hint = _("Even the old algorithms that this program still knows are not enough.")
    elif waiver is not None:
        hint = _("The waiver for old cryptography ended on {day}; give a new one.").format(
            day=waiver.until.isoformat()
        )
    return LoginRefused(
        _("The server is too old for current cryptography ({why}).").format(why=why),
        hint=hint,
        host=route.host.name,
        step=Stage.KEY_EXCHANGE,
    )


def _no_handshake(route: Route, error: BaseException, wire: "Wire", link: Link) -> RemoteError:
    from paramiko.ssh_exception import IncompatiblePeer  # noqa: PLC0415 - on first use only

    host = route.host
    if isinstance(error, IncompatiblePeer):
        return _too_old(route, error)
    if wire.remote_version:
        return _Passing(
            _("The connection broke during the key exchange."),
            hint=_("Try again; the server may be limiting new connections."),
            host=host.name,
            step=Stage.KEY_EXCHANGE,
        )
    if b"MaxStartups" in link.greeting:
        return _NoGreeting(
            _("The server has too many logins going on at once."),
            hint=_("Try again, or raise MaxStartups on the server."),
            host=host.name,
            step=Stage.GREETING,
        )
    if b"Not allowed at this time" in link.greeting:
        return Unreachable(
            _("The server refuses this computer for a while, after failed logins."),
            hint=_("Wait; trying again makes it longer."),
            host=host.name,
            step=Stage.GREETING,
        )
    if link.greeting:
        return Unreachable(
            _("Port {port} of {address} answers, but not as an SSH server.").format(
                port=host.port, address=host.address
            ),
            hint=_("Check the port."),
            host=host.name,
            step=Stage.GREETING,
        )
    return _NoGreeting(
        _("Port {port} of {address} accepts connections, but does not greet.").format(
            port=host.port, address=host.address
        ),
        hint=_("Is it an SSH server? It may be overloaded or limit new connections."),
        host=host.name,
        step=Stage.GREETING,
    )
