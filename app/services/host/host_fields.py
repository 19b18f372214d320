"""What the fields of a host may hold: nothing that a command or a name lookup could trip on."""

import ipaddress
import re
from collections.abc import Callable
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from app.domain.host import Host, Login
from app.errors import InvalidInput
from app.i18n import _

_NAME = re.compile(r"(?!-)[A-Za-z0-9-]{1,63}(?<!-)(\.(?!-)[A-Za-z0-9-]{1,63}(?<!-))*\.?")
_USER = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.@:-]{0,127}")
_SERVICE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.@:-]{0,127}|/[^\0\n\t]{1,1000}")
_LONGEST_NAME = 253
_LONGEST_TITLE = 120
_PORTS = range(1, 65536)


def check_host_fields(host: Host) -> None:
    """Refuse what is no address, port, user, service or URL (RFC 1123 names, IP literals).

    Raises:
        InvalidInput: Says which field, and what it may hold.
    """
    for check in (_check_reach, _check_login, _check_watched):
        check(host)


def _check_reach(host: Host) -> None:
    if not host.name.strip() or len(host.name) > _LONGEST_TITLE or not host.name.isprintable():
        raise InvalidInput(
            _("The host needs a name of at most {n} characters.").format(n=_LONGEST_TITLE),
            hint=_("Use the one your team uses."),
        )
    if not is_address(host.address):
        raise InvalidInput(
            _("“{address}” is not a host name or IP address.").format(address=host.address),
            hint=_("Use letters, digits, dots and hyphens."),
        )
    if host.port not in _PORTS:
        raise InvalidInput(_("A port is a number from 1 to 65535."))
    if host.jump == host.id:
        raise InvalidInput(_("A host cannot be its own jump host."))
    try:
        ZoneInfo(host.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InvalidInput(
            _("“{zone}” is not a time zone.").format(zone=host.zone),
            hint=_("Use a name such as Africa/Johannesburg."),
        ) from error


def _check_login(host: Host) -> None:
    if not _USER.fullmatch(host.user):
        raise InvalidInput(_("“{user}” is not a user name.").format(user=host.user))
    if host.login is Login.KEY_FILE and not host.key_file.strip():
        raise InvalidInput(_("The login by key needs a key file."), hint=_("Choose one."))
    if not host.key_file.isprintable():
        raise InvalidInput(_("The path of the key file holds characters that no path has."))


def _check_watched(host: Host) -> None:
    for service in host.services:
        if not _SERVICE.fullmatch(service):
            raise InvalidInput(
                _("“{service}” is not a service.").format(service=service),
                hint=_("Name a unit such as nginx, or a control script by its full path."),
            )
    for url in host.urls:
        if why := _wrong_with(url):
            raise InvalidInput(
                _("“{url}” cannot be checked: {why}.").format(url=url, why=why),
                hint=_("Use an address such as https://shop.example/health."),
            )


def _wrong_with(url: str) -> str:
    """Return what keeps a URL from being checked, "" when nothing does."""
    try:
        parts = urlsplit(url)
        name, _port = parts.hostname or "", parts.port
    except ValueError:
        return _("it is no address")
    wrongs: tuple[tuple[Callable[[], bool], str], ...] = (
        (lambda: not url.isascii() or not url.isprintable() or " " in url, _("it is no address")),
        (lambda: parts.scheme not in ("http", "https"), _("it is not http or https")),
        (lambda: parts.username is not None, _("it holds a login, which would be written down")),
        (lambda: not is_address(name), _("its host name is none")),
        (lambda: _is_link_local(name), _("it belongs to the machine's own network card")),
    )
    return next((why for is_wrong, why in wrongs if is_wrong()), "")


def _is_link_local(name: str) -> bool:
    """Whether it is an address at which clouds hand secrets to a machine itself."""
    try:
        return ipaddress.ip_address(name).is_link_local
    except ValueError:
        return name.rstrip(".").lower() == "metadata.google.internal"


def is_address(text: str) -> bool:
    """Whether a text is an RFC 1123 host name or an IP literal."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return len(text) <= _LONGEST_NAME and _NAME.fullmatch(text) is not None
    return True
