"""Keep connections to other systems; their tokens lie in the keyring and nowhere else."""

from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from ipaddress import ip_address
from urllib.parse import urlsplit

from app.domain.connection import Connection, secret_name
from app.domain.event import NewEvent
from app.domain.ids import ConnectionId, new_id
from app.errors import IllegalMove, InvalidInput, SecretUnavailable
from app.i18n import _
from app.services.change.changes import Desk
from app.services.ports.metrics import MetricSource, OpenSource
from app.services.ports.world import Secrets
from app.tasks import TaskContext

MAX_NAME, MAX_URL, MIN_TOKEN = 80, 400, 8


@dataclass(frozen=True, slots=True)
class Connecting:
    """The collaborators of connections."""

    desk: Desk
    secrets: Secrets
    open_source: OpenSource


def list_connections(*, desk: Desk) -> tuple[Connection, ...]:
    """Return all connections by name, retired ones last."""
    with desk.new_uow() as uow:
        found = uow.connections.list()
    return tuple(sorted(found, key=lambda each: (each.retired, each.name.casefold())))


def save_connection(connection: Connection, token: str, *, with_: Connecting) -> Connection:
    """Keep a new connection, or alter one; an empty token leaves the one that is kept.

    Raises:
        InvalidInput: Name, address or token cannot be used, or the name is taken.
        SecretUnavailable: The keyring does not answer; nothing was altered.
    """
    connection = _checked(connection)
    if token and len(token) < MIN_TOKEN:
        raise InvalidInput(_("A token has at least {n} characters.").format(n=MIN_TOKEN))
    desk = with_.desk
    with desk.new_uow() as uow:
        others = [each for each in uow.connections.list() if each.id != connection.id]
        if any(each.name.casefold() == connection.name.casefold() for each in others):
            raise InvalidInput(_("{name} is taken.").format(name=connection.name))
        known = uow.connections.find(connection.id) if connection.id else None
        ident = ConnectionId(new_id()) if known is None else known.id
        moved = known is not None and known.url != connection.url and known.has_token
        if moved and not token:
            raise InvalidInput(
                _("The address is another one: type its token again."),
                hint=_("So that no token is sent to where it was not meant to go."),
            )
        has_token = bool(token) or (known is not None and known.has_token)
        if has_token and not _keeps_secrets(connection.url):
            raise InvalidInput(
                _("A token goes over https only: anybody on the way could read it."),
                hint=_("Write the address with https://, or keep it without a token."),
            )
        if token:
            with_.secrets.set(secret_name(ident), token)
        kept = replace(connection, id=ident, has_token=has_token)
        (uow.connections.add if known is None else uow.connections.save)(kept)
        text = _("Connection {name}: {url}").format(name=kept.name, url=kept.url)
        uow.log.append(NewEvent("connection.saved", text, refs=(kept.id,)))
        uow.commit()
    return kept


def retire_connection(connection_id: str, *, with_: Connecting) -> Connection:
    """Offer a connection no longer and forget its token; what was read through it stays."""
    desk = with_.desk
    with desk.new_uow() as uow:
        known = uow.connections.get(connection_id)
        if known.retired:
            raise IllegalMove(_("{name} is retired already.").format(name=known.name))
        kept = uow.connections.save(replace(known, retired=True, has_token=False))
        text = _("Connection {name} retired, its token forgotten").format(name=known.name)
        uow.log.append(NewEvent("connection.retired", text, refs=(known.id,)))
        uow.commit()
    with_.secrets.delete(secret_name(connection_id))
    return kept


def check_connection(connection_id: str, *, with_: Connecting, context: TaskContext) -> str:
    """Ask who answers there; raises AppError when nobody does, or nobody we know."""
    with open_connection(connection_id, with_=with_) as source:
        return source.check(context)


def open_connection(
    connection_id: str, *, with_: Connecting
) -> AbstractContextManager[MetricSource]:
    """Open a connection with its token.

    Raises:
        IllegalMove: It is retired.
        SecretUnavailable: Its token is gone from the keyring, or that does not answer.
    """
    with with_.desk.new_uow() as uow:
        connection = uow.connections.get(connection_id)
    if connection.retired:
        raise IllegalMove(_("The connection {name} is retired.").format(name=connection.name))
    token = with_.secrets.get(secret_name(connection.id)) if connection.has_token else ""
    if token is None:
        raise SecretUnavailable(
            _("The token of {name} is not in the keyring.").format(name=connection.name),
            hint=_("Type it again in Settings, Connections."),
        )
    return with_.open_source(connection, token)


def _checked(connection: Connection) -> Connection:
    name, url = " ".join(connection.name.split()), connection.url.strip().rstrip("/")
    if not name or len(name) > MAX_NAME or not name.isprintable():
        raise InvalidInput(_("A connection has a name of 1 to {n} characters.").format(n=MAX_NAME))
    if not url.startswith(("http://", "https://")) or len(url) > MAX_URL or not url.isprintable():
        raise InvalidInput(_("An address begins with http:// or https://."))
    if not _is_plain(url):
        raise InvalidInput(
            _("An address is a host and a path alone, without a name, a password or a question."),
            hint=_("What it asks of you to log in goes into the field of the token."),
        )
    return replace(connection, name=name, url=url, ca_file=connection.ca_file.strip())


def _is_plain(url: str) -> bool:
    """Whether an address holds nothing that must not be written down."""
    try:
        parts = urlsplit(url)
        return (
            bool(parts.hostname) and "@" not in parts.netloc and not (parts.query or parts.fragment)
        )
    except ValueError:
        return False


def _keeps_secrets(url: str) -> bool:
    """Whether nobody else reads what is sent there: it is encrypted, or stays on this computer."""
    parts = urlsplit(url)
    if parts.scheme == "https" or parts.hostname == "localhost":
        return True
    try:
        return ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return False
