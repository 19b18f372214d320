"""Set a connection up: TCP, key exchange, host key, login; each phase with its limit and error."""

import logging
import random
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.domain.host import Host, HostKey
from app.errors import LoginRefused, RemoteError, TimedOut, Unreachable
from app.services.ports import Secrets
from app.ssh.host_keys import key_types, require_confirmed, shown_key
from app.ssh.limits import Limits
from app.ssh.login import log_in

if TYPE_CHECKING:
    from paramiko import Channel, Transport

_WINDOW = 64 * 1024 * 1024
_PACKET = 256 * 1024
_CIPHERS = (
    "aes128-gcm@openssh.com",
    "aes256-gcm@openssh.com",
    "aes128-ctr",
    "aes256-ctr",
)
"""GCM first: paramiko's CTR streams stall at re-keying after half a gigabyte."""
_WEAK_MACS = ("hmac-md5", "hmac-md5-96", "hmac-sha1", "hmac-sha1-96")
_REKEY = 1 << 40
"""We leave re-keying to the server, whose own limit is a gigabyte or an hour."""


@dataclass(frozen=True, slots=True)
class Route:
    """How a server is reached: directly, or through a channel of a jump host."""

    host: Host
    jump: Callable[[str, int], "Channel"] | None = None


def open_transport(route: Route, secrets: Secrets, limits: Limits) -> "Transport":
    """Connect, check the host key, and log in.

    Raises:
        Unreachable: No connection, after every retry.
        HostKeyUnknown: Nobody has confirmed the key.
        HostKeyChanged: Another key is shown; nothing was sent.
        LoginRefused: The login was refused; it is never tried twice.
    """
    transport = handshake(route, limits)
    try:
        require_confirmed(route.host, shown_key(transport.get_remote_server_key()))
        log_in(transport, route.host, secrets)
    except BaseException:
        transport.close()
        raise
    return transport


def probe_key(route: Route, limits: Limits) -> HostKey:
    """Ask a server for its key, and leave without logging in; raises Unreachable."""
    transport = handshake(route, limits)
    try:
        return shown_key(transport.get_remote_server_key())
    finally:
        transport.close()


def handshake(route: Route, limits: Limits) -> "Transport":
    """Connect and exchange keys, with retries; nothing secret is sent."""
    for pause_s in (*limits.retries_s, None):
        try:
            return _handshake_once(route, limits)
        except Unreachable:
            if pause_s is None:
                raise
            time.sleep(pause_s * random.uniform(0.8, 1.2))  # noqa: S311 - jitter, not a secret
    raise AssertionError("the loop above returns or raises")


def _handshake_once(route: Route, limits: Limits) -> "Transport":
    from paramiko import SSHException, Transport  # noqa: PLC0415 - on first use only

    logging.getLogger("paramiko").setLevel(logging.CRITICAL + 1)
    host = route.host
    link: Any = _jump(route) if route.jump else _dial(host, limits)
    try:
        transport = Transport(
            link,
            default_window_size=_WINDOW,
            default_max_packet_size=_PACKET,
            disabled_algorithms={"macs": list(_WEAK_MACS)},
        )
    except BaseException:
        link.close()
        raise
    transport.banner_timeout = limits.banner_s
    transport.handshake_timeout = limits.key_exchange_s
    transport.auth_timeout = limits.login_s
    transport.channel_timeout = limits.channel_s
    transport.packetizer.REKEY_BYTES = _REKEY
    transport.packetizer.REKEY_PACKETS = _REKEY
    options = transport.get_security_options()
    options.ciphers = [name for name in _CIPHERS if name in options.ciphers]
    options.key_types = list(key_types(host, tuple(options.key_types)))
    try:
        transport.start_client(timeout=limits.banner_s + limits.key_exchange_s)
    except (SSHException, EOFError, OSError) as error:
        transport.close()
        raise _no_handshake(host, error) from error
    return transport


def _dial(host: Host, limits: Limits) -> socket.socket:
    try:
        link = socket.create_connection((host.address, host.port), limits.connect_s)
    except socket.gaierror as error:
        raise Unreachable(
            f"The name {host.address} is not known.", hint="Check the address.", host=host.name
        ) from error
    except ConnectionRefusedError as error:
        raise Unreachable(
            f"Port {host.port} of {host.address} refuses connections.",
            hint="Is the SSH server running, and is the port right?",
            host=host.name,
        ) from error
    except TimeoutError as error:
        raise Unreachable(
            f"No answer from {host.address} within {limits.connect_s:g} s.",
            hint="Is the host up, and is the network open?",
            host=host.name,
        ) from error
    except OSError as error:
        raise Unreachable(
            f"{host.address} cannot be reached: {error.strerror or error}.",
            hint="Check the network.",
            host=host.name,
        ) from error
    link.settimeout(None)
    return link


def _jump(route: Route) -> "Channel":
    from paramiko import ChannelException, SSHException  # noqa: PLC0415 - on first use only

    host = route.host
    if route.jump is None:
        raise Unreachable("There is no jump host.", host=host.name)
    try:
        return route.jump(host.address, host.port)
    except (ChannelException, SSHException) as error:
        raise Unreachable(
            f"The jump host cannot reach {host.address}:{host.port} ({error}).",
            hint="Check the address as the jump host sees it.",
            host=host.name,
        ) from error


def _no_handshake(host: Host, error: BaseException) -> RemoteError:
    from paramiko import SSHException  # noqa: PLC0415 - on first use only
    from paramiko.ssh_exception import IncompatiblePeer  # noqa: PLC0415 - on first use only

    if isinstance(error, IncompatiblePeer):
        return LoginRefused(
            f"The server is too old for current cryptography ({error}).",
            hint="Update its SSH server.",
            host=host.name,
        )
    if isinstance(error, SSHException) and "banner" in str(error).lower():
        return Unreachable(
            f"Port {host.port} answers, but not as an SSH server.",
            hint="Check the port.",
            host=host.name,
        )
    if isinstance(error, SSHException) and "timeout" in str(error).lower():
        return TimedOut(
            "The key exchange did not end in time.",
            hint="Try again; the server may be overloaded.",
            host=host.name,
            step="key exchange",
        )
    return Unreachable(
        f"The connection broke during the key exchange ({error or 'closed'}).",
        hint="Try again; the server may be limiting new connections.",
        host=host.name,
    )
