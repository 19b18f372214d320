"""Keep the list of hosts: add, confirm the key, test the connection, change, retire."""

import ipaddress
import re
from dataclasses import dataclass, replace

from app.domain.event import NewEvent
from app.domain.host import Host, HostKey, KeyState, Login
from app.domain.ids import HostId, new_id
from app.errors import (
    AppError,
    HostKeyChanged,
    HostKeyUnknown,
    IllegalMove,
    InvalidInput,
    LoginRefused,
    RemoteError,
    Unreachable,
)
from app.i18n import _
from app.services.changes import Desk
from app.services.ports import Remotes, Secrets
from app.tasks import TaskContext

_NAME = re.compile(r"(?!-)[A-Za-z0-9-]{1,63}(?<!-)(\.(?!-)[A-Za-z0-9-]{1,63}(?<!-))*\.?")
_USER = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.@:-]{0,127}")
_LONGEST_NAME = 253
_PORTS = range(1, 65536)


def check_host_fields(host: Host) -> None:
    """Refuse what is no address, port or user (RFC 1123 names, IP literals).

    Raises:
        InvalidInput: Says which field, and what it may hold.
    """
    if not host.name.strip():
        raise InvalidInput(_("The host needs a name."), hint=_("Use the one your team uses."))
    if not is_address(host.address):
        raise InvalidInput(
            _("“{address}” is not a host name or IP address.").format(address=host.address),
            hint=_("Use letters, digits, dots and hyphens."),
        )
    if host.port not in _PORTS:
        raise InvalidInput(_("A port is a number from 1 to 65535."))
    if not _USER.fullmatch(host.user):
        raise InvalidInput(_("“{user}” is not a user name.").format(user=host.user))
    if host.login is Login.KEY_FILE and not host.key_file.strip():
        raise InvalidInput(_("The login by key needs a key file."), hint=_("Choose one."))
    if host.jump == host.id:
        raise InvalidInput(_("A host cannot be its own jump host."))


def is_address(text: str) -> bool:
    """Whether a text is an RFC 1123 host name or an IP literal."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return len(text) <= _LONGEST_NAME and _NAME.fullmatch(text) is not None
    return True


def new_host(name: str, address: str) -> Host:
    """Return the record of a host that is not kept yet."""
    return Host(HostId(new_id()), name.strip(), address.strip())


def add_host(host: Host, *, desk: Desk) -> Host:
    """Keep a new host; its key is not confirmed yet, whatever the record says.

    Raises:
        InvalidInput: A field cannot be used, or the name is taken.
    """
    check_host_fields(host)
    host = replace(host, key=None, key_state=KeyState.UNKNOWN, key_confirmed_by="")
    with desk.new_uow() as uow:
        if any(other.name == host.name and not other.archived for other in uow.hosts.list()):
            raise InvalidInput(_("There is already a host {name}.").format(name=host.name))
        uow.hosts.add(host)
        text = _("Added host {name} ({user}@{address}:{port})").format(
            name=host.name, user=host.user, address=host.address, port=host.port
        )
        uow.log.append(NewEvent("host.added", text, refs=(host.id,)))
        uow.commit()
    return host


def edit_host(host: Host, *, desk: Desk) -> Host:
    """Keep an edited host; another address or port asks for its key again.

    Raises:
        InvalidInput: A field cannot be used.
    """
    check_host_fields(host)
    with desk.new_uow() as uow:
        before = uow.hosts.get(host.id)
        moved = (before.address, before.port) != (host.address, host.port)
        if moved:
            host = replace(host, key=None, key_state=KeyState.UNKNOWN, key_confirmed_by="")
        else:
            host = replace(host, key=before.key, key_state=before.key_state)
        uow.hosts.save(host)
        text = _("Changed host {name}").format(name=host.name)
        if moved:
            text += _(": another address, its key must be confirmed again")
        uow.log.append(NewEvent("host.edited", text, refs=(host.id,)))
        uow.commit()
    return host


def keep_secret(host: Host, secret: str, *, secrets: Secrets, desk: Desk) -> None:
    """Keep the password or passphrase of a host's login in the keyring, and log that it was set."""
    secrets.set(host.login_secret, secret)
    with desk.new_uow() as uow:
        text = _("Kept a {kind} for {name} in the keyring").format(
            kind=_("password") if host.login is Login.PASSWORD else _("passphrase"), name=host.name
        )
        uow.log.append(NewEvent("host.secret_kept", text, refs=(host.id,)))
        uow.commit()


def shown_key(host_id: str, *, remotes: Remotes, desk: Desk) -> HostKey:
    """Ask a host for its key without logging in, and remember when it is not the confirmed one.

    Raises:
        Unreachable: The host does not answer.
    """
    with desk.new_uow() as uow:
        host = uow.hosts.get(host_id)
    key = remotes.probe_key(host)
    if host.key is not None and host.key.line != key.line:
        _mark_changed(host, key, desk=desk)
    return key


def confirm_key(host_id: str, key: HostKey, *, desk: Desk) -> Host:
    """Confirm a key that a person has compared; only for a host without a confirmed one.

    Raises:
        IllegalMove: Another key is confirmed; that takes `re_enrol`.
    """
    with desk.new_uow() as uow:
        host = uow.hosts.get(host_id)
        if host.key is not None and host.key.line != key.line:
            raise IllegalMove(
                _("{name} has another confirmed key.").format(name=host.name),
                hint=_("Enrol it again, with a reason, if its administrator changed the key."),
            )
    return _confirmed(host, key, _("Confirmed the key of {name}").format(name=host.name), desk=desk)


def re_enrol(host_id: str, key: HostKey, reason: str, *, desk: Desk) -> Host:
    """Replace the confirmed key of a host, with the reason why that is right.

    Raises:
        IllegalMove: No reason is given.
    """
    if not reason.strip():
        raise IllegalMove(_("Another key needs a reason."), hint=_("Who changed it, and when?"))
    with desk.new_uow() as uow:
        host = uow.hosts.get(host_id)
    text = _("Enrolled {name} again: {why}").format(name=host.name, why=reason.strip())
    return _confirmed(host, key, text, desk=desk)


def _confirmed(host: Host, key: HostKey, text: str, *, desk: Desk) -> Host:
    known = replace(
        host,
        key=key,
        key_state=KeyState.CONFIRMED,
        key_confirmed_by=desk.actor,
        key_confirmed_at=desk.clock.now(),
    )
    with desk.new_uow() as uow:
        uow.hosts.save(known)
        event = NewEvent("host.key_confirmed", text, refs=(host.id,), data=(("key", key.sha256),))
        uow.log.append(event)
        uow.commit()
    return known


def _mark_changed(host: Host, key: HostKey, *, desk: Desk) -> None:
    if host.key_state is KeyState.CHANGED:
        return
    with desk.new_uow() as uow:
        uow.hosts.save(replace(host, key_state=KeyState.CHANGED))
        text = _("{name} shows another key than the confirmed one: {key}").format(
            name=host.name, key=key.sha256
        )
        uow.log.append(NewEvent("host.key_changed", text, refs=(host.id,)))
        uow.commit()


def archive_host(host_id: str, *, desk: Desk) -> Host:
    """Take a host out of use; what was recorded about it stays."""
    with desk.new_uow() as uow:
        host = replace(uow.hosts.get(host_id), archived=True)
        uow.hosts.save(host)
        text = _("Archived host {name}").format(name=host.name)
        uow.log.append(NewEvent("host.archived", text, refs=(host.id,)))
        uow.commit()
    return host


@dataclass(frozen=True, slots=True)
class ConnectionStep:
    """One step of a connection test; ``ok`` is None when it was not reached."""

    title: str
    ok: bool | None
    text: str = ""


@dataclass(frozen=True, slots=True)
class ConnectionReport:
    """What a connection test found, step by step."""

    host: HostId
    steps: tuple[ConnectionStep, ...]
    shown: HostKey | None = None

    @property
    def ok(self) -> bool:
        """Whether every step succeeded."""
        return all(step.ok for step in self.steps)


_REACH, _KEY, _LOGIN, _SHELL = "Reach", "Host key", "Login", "Shell"
_FAILED_AT: tuple[tuple[type[AppError], str], ...] = (
    (Unreachable, _REACH),
    (HostKeyUnknown, _KEY),
    (HostKeyChanged, _KEY),
    (LoginRefused, _LOGIN),
    (RemoteError, _SHELL),
)


def try_connection(host_id: str, *, remotes: Remotes, desk: Desk) -> ConnectionReport:
    """Reach a host, compare its key, log in, and run one harmless command.

    Never raises for what the host does: the report says where it ended and why.
    """
    with desk.new_uow() as uow:
        host = uow.hosts.get(host_id)
    key: HostKey | None = None
    try:
        key = shown_key(host_id, remotes=remotes, desk=desk)
        answer = remotes.open(host).run("uname -sr", limit_s=20, context=TaskContext())
    except AppError as error:
        return ConnectionReport(host.id, _steps_until(error, key), key)
    system = answer.stdout.decode("utf-8", "replace").strip()
    steps = (
        ConnectionStep(_(_REACH), True, f"{host.address}:{host.port}"),
        ConnectionStep(_(_KEY), True, key.sha256),
        ConnectionStep(_(_LOGIN), True, host.user),
        ConnectionStep(_(_SHELL), answer.exit_code == 0, system or _("no answer")),
    )
    return ConnectionReport(host.id, steps, key)


def _steps_until(error: AppError, key: HostKey | None) -> tuple[ConnectionStep, ...]:
    """Return the steps of a test that ended with an error."""
    titles = (_REACH, _KEY, _LOGIN, _SHELL)
    failed = next((title for kind, title in _FAILED_AT if isinstance(error, kind)), _SHELL)
    place = titles.index(failed)
    steps = []
    for position, title in enumerate(titles):
        if position < place:
            text = key.sha256 if title == _KEY and key else ""
            steps.append(ConnectionStep(_(title), True, text))
        elif position == place:
            steps.append(ConnectionStep(_(title), False, error.sentence()))
        else:
            steps.append(ConnectionStep(_(title), None))
    return tuple(steps)
