"""The one door to HTTP: every request of the program leaves here, under the same rules.

http and https only; TLS is verified; redirects stay with the same owner and never leave HTTPS;
link-local and metadata addresses are refused; a body is read to its cap and no further; nothing
waits longer than its limit; neither proxies nor logins are taken from the environment.
"""

import ipaddress
import logging
import re
import ssl
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

import httpcore
import httpx

from app.connectors.network import Cutoff, GuardedNetwork
from app.errors import AddressRefused, ConnectionLost, InvalidInput, TimedOut
from app.i18n import _
from app.services.ports.http import HttpAnswer, HttpRequest, HttpRules
from app.tasks import TaskContext

for _name in ("httpx", "httpcore"):
    logging.getLogger(_name).setLevel(logging.WARNING)  # they log whole addresses below that
_SHARED = re.compile(
    r"(?:gith|gitl)(?:ub|ab)\.io|herokuapp\.com|azurewebsites\.net|cloudfront\.net|amazonaws\.com"
    r"|appspot\.com|web\.app|firebaseapp\.com|netlify\.app|vercel\.app|(?:pages|workers)\.dev"
)
"""Names below which every customer is somebody else."""
_SECOND_LEVEL = re.compile("ac|com?|edu|gob|govt?|go|gv|mil|net?|nhs|nic|nom|org?|sch")
"""Words that stand before a country's letters in names such as ``example.co.uk``."""
_LABELS, _COUNTRY = 2, 2


@contextmanager
def open_session(rules: HttpRules) -> Iterator["Session"]:
    """Begin a session without cookies, closed with the block."""
    network = GuardedNetwork(rules.listed_hosts, rules.connect_s)
    transport = httpx.HTTPTransport(trust_env=False)
    transport.close()
    transport._pool = httpcore.ConnectionPool(
        ssl_context=_trust(rules.ca_file), network_backend=network
    )
    with httpx.Client(
        transport=transport,
        trust_env=False,
        timeout=httpx.Timeout(rules.total_s),
        headers={"Accept-Encoding": "gzip, deflate", "User-Agent": "ChangeDesk"},
    ) as client:
        yield Session(client, network, rules)


def _trust(ca_file: str) -> ssl.SSLContext:
    """Trust what the system trusts, beside the bundled authorities."""
    context = httpx.create_ssl_context(trust_env=False)
    context.load_default_certs()
    if ca_file:
        context.load_verify_locations(ca_file)
    return context


class Session:
    """Requests that share their cookies; fits `HttpSession`."""

    def __init__(self, client: httpx.Client, network: GuardedNetwork, rules: HttpRules) -> None:
        self._client, self._network, self._rules = client, network, rules

    def cookies(self) -> tuple[str, ...]:
        """Return the values of all cookies."""
        return tuple(cookie.value or "" for cookie in self._client.cookies.jar)

    def send(self, request: HttpRequest, context: TaskContext) -> HttpAnswer:
        """Send a request and follow its redirects; raises as `HttpSession.send` says."""
        self._network.cutoff.context = context
        self._network.cutoff.limit_s = self._rules.total_s
        self._network.cutoff.start()
        begun_s = time.monotonic()
        wire = self._built(request)
        with _in_our_words(wire.url.host):
            return self._follow(wire, begun_s)

    def _built(self, request: HttpRequest) -> httpx.Request:
        try:
            url = httpx.URL(request.url)
            _require_web(url)
            return self._client.build_request(
                request.method,
                url,
                headers=list(request.headers),
                data=_form(request.fields) or None,
                content=request.body if request.body and not request.fields else None,
            )
        except (httpx.InvalidURL, ValueError, TypeError) as error:
            raise InvalidInput(
                _("This is no request that can be sent: {why}.").format(why=str(error).rstrip("."))
            ) from error

    def _follow(self, wire: httpx.Request, begun_s: float) -> HttpAnswer:
        passed: list[str] = []
        cutoff = self._network.cutoff
        while True:
            response = self._client.send(wire, stream=True, follow_redirects=False)
            try:
                onward = response.next_request
                if onward is None:
                    body, truncated = _body(response, self._rules.most_bytes, cutoff)
                    took_s = time.monotonic() - begun_s
                    return _answer(response, body, took_s, truncated, tuple(passed))
            finally:
                response.close()
            passed.append(str(wire.url))
            self._require_allowed(wire.url, onward.url, len(passed))
            wire = onward

    def _require_allowed(self, source: httpx.URL, target: httpx.URL, count: int) -> None:
        _require_web(target)
        listed = {host.casefold() for host in self._rules.listed_hosts}
        if count > self._rules.most_redirects:
            why = _("more than {n} redirects").format(n=self._rules.most_redirects)
        elif source.scheme == "https" and target.scheme == "http":
            why = _("it leads from HTTPS to plain HTTP")
        elif not same_owner(source.host, target.host) and target.host.casefold() not in listed:
            why = _("it leads to {host}, which belongs to somebody else").format(host=target.host)
        else:
            return
        raise AddressRefused(
            _("The redirect was not followed: {why}.").format(why=why),
            hint=_("If that is meant, add the host to the allowed ones of the check."),
            host=source.host,
            step=_("redirect"),
        )


def _form(fields: tuple[tuple[str, str], ...]) -> dict[str, list[str]]:
    form: dict[str, list[str]] = {}
    for name, value in fields:
        form.setdefault(name, []).append(value)
    return form


def _require_web(url: httpx.URL) -> None:
    if url.scheme not in ("http", "https") or not url.host:
        raise InvalidInput(
            _("“{url}” is no web address.").format(url=str(url)[:200]),
            hint=_("Write it with http:// or https://."),
        )
    if url.userinfo:
        raise InvalidInput(
            _("A password does not belong into an address."),
            hint=_("Keep it in the keyring and name it as {secret:NAME}."),
        )


def same_owner(one: str, other: str) -> bool:
    """Whether two hosts belong to the same registered name, as far as their names tell.

    Without the public list of suffixes this goes by the shape of a name: two labels, three below a
    country's second level (``co.uk``) or below a host of many customers. Numbers must be equal.
    """
    one, other = one.casefold().rstrip("."), other.casefold().rstrip(".")
    return one == other or (_registered(one) == _registered(other) != "")


def _registered(host: str) -> str:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        labels = host.split(".")
    else:
        return ""
    if len(labels) < _LABELS:
        return ""
    shared = _SHARED.fullmatch(".".join(labels[-2:]))
    second = len(labels[-1]) == _COUNTRY and _SECOND_LEVEL.fullmatch(labels[-2])
    wanted = 3 if shared or second else 2
    return ".".join(labels[-wanted:]) if len(labels) >= wanted else ""


def _body(response: httpx.Response, most: int, cutoff: Cutoff) -> tuple[bytes, bool]:
    """Read to the cap; what is compressed is unpacked to the same cap and no further."""
    unpack = _unpacker(response.headers.get("content-encoding", ""))
    kept = bytearray()
    for piece in response.iter_raw(65536):
        cutoff.left_s()
        try:
            kept += unpack.decompress(piece, most + 1 - len(kept)) if unpack else piece
        except zlib.error as error:
            raise ConnectionLost(
                _("The answer is compressed, and damaged."), host=cutoff.host, step=_("answer")
            ) from error
        if len(kept) > most:
            return bytes(kept[:most]), True
    return bytes(kept), False


def _unpacker(encoding: str) -> "zlib._Decompress | None":
    return zlib.decompressobj(zlib.MAX_WBITS | 32) if encoding in ("gzip", "deflate") else None


def _answer(
    response: httpx.Response, body: bytes, took_s: float, truncated: bool, passed: tuple[str, ...]
) -> HttpAnswer:
    return HttpAnswer(
        status=response.status_code,
        url=str(response.url),
        headers=tuple(response.headers.multi_items()),
        body=body,
        took_s=took_s,
        truncated=truncated,
        redirects=passed,
        encoding=response.charset_encoding or "utf-8",
    )


@contextmanager
def _in_our_words(host: str) -> Iterator[None]:
    try:
        yield
    except httpx.TimeoutException as error:
        raise TimedOut(
            _("The service stopped answering."),
            hint=_("Is it up, and does it answer in a browser?"),
            host=host,
            step=_("answer"),
        ) from error
    except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
        raise AddressRefused(
            _("The redirect leads to what is no web address."), host=host, step=_("redirect")
        ) from error
    except httpx.RequestError as error:
        raise ConnectionLost(
            _("The connection broke: {why}.").format(why=str(error).rstrip(".") or _("no answer")),
            hint=_("Does this port speak HTTP?"),
            host=host,
            step=_("answer"),
        ) from error
