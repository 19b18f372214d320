"""What services need from HTTP, as plain records and Protocols; `app.connectors.http` fits them."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from app.tasks import TaskContext

MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class HttpRules:
    """What a session may do; the defaults suit a page that somebody else controls.

    Args:
        listed_hosts: Hosts that redirects may lead to although they belong to somebody else, and
            whose addresses are used even when they are link-local.
        most_redirects: How many redirects of one request are followed.
        most_bytes: How much of a body is kept; the rest is not read.
        connect_s: Limit for each address that is tried.
        total_s: Limit for one request with all its redirects.
        ca_file: Certificates to trust besides those of the system, "" for none.
    """

    listed_hosts: tuple[str, ...] = ()
    most_redirects: int = 5
    most_bytes: int = MIB
    connect_s: float = 5.0
    total_s: float = 30.0
    ca_file: str = ""


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """One request; ``fields`` are sent as a form."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...] = ()
    fields: tuple[tuple[str, str], ...] = ()
    body: str = ""


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """What came back at the end of the redirects; ``took_s`` counts from the first byte sent."""

    status: int
    url: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    took_s: float
    truncated: bool = False
    """There was more of the body than is kept."""
    redirects: tuple[str, ...] = ()
    """The addresses on the way, without the last one."""
    encoding: str = "utf-8"

    @property
    def text(self) -> str:
        """The body as text; what does not fit its encoding is replaced."""
        try:
            return self.body.decode(self.encoding, "replace")
        except LookupError:
            return self.body.decode("utf-8", "replace")

    def header(self, name: str) -> str:
        """Return all values of a header, joined by a comma; "" when it did not come."""
        wanted = name.casefold()
        return ", ".join(value for key, value in self.headers if key.casefold() == wanted)


class HttpSession(Protocol):
    """Requests that share their cookies."""

    def send(self, request: HttpRequest, context: TaskContext) -> HttpAnswer:
        """Send a request, follow its redirects, return the answer, whatever its status.

        Raises:
            AddressRefused: A rule forbids the address, or where a redirect leads.
            CertificateRefused: The server could not prove who it is.
            Unreachable: No connection.
            TimedOut: The limit ran out.
            ConnectionLost: The connection broke, or no HTTP was spoken.
            TaskCancelled: A stop was asked for.
        """
        ...

    def cookies(self) -> tuple[str, ...]:
        """Return the values of all cookies, so that they can be kept out of what is recorded."""
        ...


OpenHttp = Callable[[HttpRules], AbstractContextManager[HttpSession]]
"""Begins a session without cookies."""
