"""Connections below HTTP: which addresses may be used, and how long anything may take.

A name is looked up once and the address that was checked is the one that is dialled, so that a
name server cannot show one address to the check and another one to the connection.
"""

import ipaddress
import socket
import ssl
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import httpcore

from app.errors import AddressRefused, CertificateRefused, ConnectionLost, TimedOut, Unreachable
from app.i18n import _
from app.tasks import TaskCancelled, TaskContext

LOOK_S = 0.2
"""How often a waiting read looks whether it shall stop."""
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_METADATA: Final = frozenset(
    map(ipaddress.ip_address, ("100.100.100.200", "192.0.0.192", "fd00:ec2::254", "fd20:ce::254"))
)
"""Where clouds tell a machine its secrets, outside of the link-local ranges."""


def is_forbidden(address: Address) -> bool:
    """Whether an address is one that no check has any business with.

    Link-local addresses hold the metadata services of clouds; unspecified and multicast ones are
    never the address of a web server.
    """
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    plain = mapped or address
    return plain.is_link_local or plain.is_multicast or plain.is_unspecified or plain in _METADATA


@dataclass
class Cutoff:
    """Until when the request on its way may take, and who may stop it."""

    limit_s: float
    context: TaskContext
    host: str = ""
    ends_s: float = 0.0

    def start(self) -> None:
        """Begin to count."""
        self.ends_s = time.monotonic() + self.limit_s

    def left_s(self) -> float:
        """Return the time that is left; raises TimedOut, TaskCancelled."""
        if self.context.stopped:
            raise TaskCancelled
        left = self.ends_s - time.monotonic()
        if left <= 0:
            raise TimedOut(
                _("No whole answer within {limit:g} s.").format(limit=self.limit_s),
                hint=_("Is the service up, and does it answer in a browser?"),
                host=self.host,
                step=_("answer"),
            )
        return left


class GuardedStream(httpcore.NetworkStream):
    """A connection whose every wait ends with the cutoff."""

    def __init__(self, stream: httpcore.NetworkStream, cutoff: Cutoff) -> None:
        self._stream, self._cutoff = stream, cutoff

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read, looking now and then whether to stop."""
        while True:
            left_s = self._cutoff.left_s()
            try:
                return self._stream.read(max_bytes, min(left_s, LOOK_S))
            except httpcore.ReadTimeout:
                continue

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send; a server that reads nothing is given what is left of the time."""
        try:
            self._stream.write(buffer, self._cutoff.left_s())
        except httpcore.WriteTimeout:
            self._cutoff.left_s()
            raise

    def close(self) -> None:
        """Close it."""
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        """Secure the connection; raises CertificateRefused."""
        try:
            inner = self._stream.start_tls(ssl_context, server_hostname, self._cutoff.left_s())
        except httpcore.ConnectTimeout:
            self._cutoff.left_s()
            raise
        except httpcore.ConnectError as error:
            raise _tls_failure(error, self._cutoff.host) from error
        return GuardedStream(inner, self._cutoff)

    def get_extra_info(self, info: str) -> Any:
        """Return what is known of the connection."""
        return self._stream.get_extra_info(info)


def _tls_failure(error: Exception, host: str) -> CertificateRefused | ConnectionLost:
    cause = error.__cause__
    if isinstance(cause, ssl.SSLCertVerificationError):
        return CertificateRefused(
            _("The certificate is not trusted: {why}.").format(why=cause.verify_message),
            hint=_("Have it renewed, or let the computer trust the authority that issued it."),
            host=host,
            step=_("secure connection"),
        )
    return ConnectionLost(
        _("No secure connection came about: {why}.").format(why=_plain(cause or error)),
        hint=_("Does this port speak HTTPS?"),
        host=host,
        step=_("secure connection"),
    )


def _plain(error: BaseException) -> str:
    reason = getattr(error, "reason", "") or getattr(error, "strerror", "") or str(error)
    return str(reason).rstrip(".") or type(error).__name__


class GuardedNetwork(httpcore.NetworkBackend):
    """Dials only addresses that a check may use; `cutoff` is set for each request."""

    def __init__(self, listed_hosts: Iterable[str], connect_s: float) -> None:
        self._listed = frozenset(host.casefold() for host in listed_hosts)
        self._connect_s = connect_s
        self._plain = httpcore.SyncBackend()
        self.cutoff = Cutoff(connect_s, TaskContext())

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first address that answers; raises AddressRefused, Unreachable."""
        self.cutoff.host = host
        last: Exception | None = None
        for address in self._addresses(host, port):
            limit_s = min(self._connect_s, self.cutoff.left_s())
            try:
                stream = self._plain.connect_tcp(address, port, limit_s, None, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                last = error
                continue
            return GuardedStream(stream, self.cutoff)
        raise _unreachable(host, port, last, self._connect_s) from last

    def _addresses(self, host: str, port: int) -> Iterator[str]:
        with _named(host):
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        for *_family, place in found:
            text = str(place[0])
            address = ipaddress.ip_address(text.partition("%")[0])
            if is_forbidden(address) and host.casefold() not in self._listed:
                raise AddressRefused(
                    _("{host} leads to {address}, which is local to this computer or its cloud.")
                    .format(host=host, address=address),
                    hint=_("If that is meant, add the host to the allowed ones of the check."),
                    host=host,
                    step=_("name lookup"),
                )  # fmt: skip
            yield text


@contextmanager
def _named(host: str) -> Iterator[None]:
    try:
        yield
    except (OSError, UnicodeError) as error:
        raise Unreachable(
            _("The name {host} is not known.").format(host=host),
            hint=_("Check the address."),
            host=host,
            step=_("name lookup"),
        ) from error


def _unreachable(host: str, port: int, error: Exception | None, limit_s: float) -> Unreachable:
    if isinstance(error, httpcore.ConnectTimeout):
        text = _("Port {port} does not answer within {limit:g} s.").format(port=port, limit=limit_s)
    else:
        why = _plain(error.__cause__ or error) if error else _("it has no address")
        text = _("Port {port} cannot be reached: {why}.").format(port=port, why=why)
    return Unreachable(
        text, hint=_("Is the service up, and is the port right?"), host=host, step=_("connection")
    )
