"""paramiko's transport as we want it: modern algorithms, big windows, signals that are told.

Imported on first use only, because paramiko is slow to load.
"""

import logging
from typing import ClassVar
from weakref import WeakKeyDictionary

from cryptography.exceptions import InvalidTag
from paramiko import Channel, Message, SSHException, Transport
from paramiko.common import MSG_CHANNEL_REQUEST

from app.domain.host import Host
from app.ssh.host_keys import key_types
from app.ssh.limits import Limits
from app.ssh.link import Link
from app.ssh.pipe import PiecePipe

_WINDOW = 64 * 1024 * 1024
_PACKET = 256 * 1024
_CIPHERS = ("aes128-gcm@openssh.com", "aes256-gcm@openssh.com", "aes128-ctr", "aes256-ctr")
"""GCM first: paramiko's CTR streams stall at re-keying after half a gigabyte."""
_WEAK_MACS = ("hmac-md5", "hmac-md5-96", "hmac-sha1", "hmac-sha1-96")
_OLD_CIPHERS = ("aes128-cbc", "aes256-cbc", "3des-cbc")
_REKEY = 1 << 40
"""We leave re-keying to the server, whose own limit is a gigabyte or an hour."""

logging.getLogger("paramiko").setLevel(logging.CRITICAL + 1)


_SIGNALS: WeakKeyDictionary[Channel, str] = WeakKeyDictionary()


def _note_request(channel: Channel, message: Message) -> None:
    """Remember the signal that ended a command, which paramiko itself drops."""
    if message.get_text() == "exit-signal":
        message.get_boolean()
        _SIGNALS[channel] = message.get_text()
    message.rewind()
    message.get_int()  # the channel's number, which the transport had read before
    Channel._handle_request(channel, message)  # type: ignore[attr-defined]  # not in the stubs


def signal_of(channel: Channel) -> str:
    """Return the name of the signal that ended a command, "" when none was told."""
    return _SIGNALS.get(channel, "")


class Wire(Transport):
    """A client connection over a `Link`."""

    _channel_handler_table: ClassVar = {
        **Transport._channel_handler_table,  # type: ignore[attr-defined]  # not in the stubs
        MSG_CHANNEL_REQUEST: _note_request,
    }

    def open_session(
        self,
        window_size: int | None = None,
        max_packet_size: int | None = None,
        timeout: float | None = None,
    ) -> Channel:
        """Open a session whose output waits in pieces; none of it comes before its command."""
        channel = super().open_session(window_size, max_packet_size, timeout)
        channel.in_buffer = PiecePipe()  # type: ignore[assignment]  # all of it that is used
        return channel


def make_wire(link: Link, host: Host, limits: Limits, *, legacy: bool = False) -> Wire:
    """Return a connection that has not said anything yet; a legacy one offers old algorithms too.

    Old ones always come last, so that a server that knows better gets better.
    """
    wire = _kind(legacy=legacy)(
        link,  # type: ignore[arg-type]  # anything with recv, send, settimeout and close will do
        default_window_size=_WINDOW,
        default_max_packet_size=_PACKET,
        disabled_algorithms={} if legacy else {"macs": list(_WEAK_MACS)},
    )
    wire.banner_timeout = limits.banner_s
    wire.handshake_timeout = 2 * limits.key_exchange_s  # ours, which names what stalled, is first
    wire.auth_timeout = limits.login_s
    wire.channel_timeout = limits.channel_s
    wire.packetizer.REKEY_BYTES = _REKEY
    wire.packetizer.REKEY_PACKETS = _REKEY
    _name_damage(wire)
    options = wire.get_security_options()
    ciphers = (*_CIPHERS, *_OLD_CIPHERS) if legacy else _CIPHERS
    options.ciphers = [name for name in ciphers if name in options.ciphers]
    options.key_types = list(key_types(host, tuple(options.key_types)))
    return wire


def _name_damage(wire: Wire) -> None:
    """Let a packet that was altered on the way break the connection in SSH's own words.

    paramiko does so for ciphers with a MAC; what a GCM cipher says slips through as it is.
    """
    read = wire.packetizer.read_message

    def read_checked() -> tuple[int, Message]:
        try:
            return read()
        except InvalidTag as error:
            raise SSHException("Mismatched tag") from error

    wire.packetizer.read_message = read_checked  # type: ignore[method-assign]


def _kind(*, legacy: bool) -> type[Wire]:
    if not legacy:
        return Wire
    from app.ssh.old_wire import OldWire  # noqa: PLC0415 - hardly ever needed

    return OldWire
