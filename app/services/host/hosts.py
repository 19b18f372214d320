"""Keep the list of hosts: add, confirm the key, test the connection, change, retire."""

import secrets as random
from dataclasses import dataclass, replace

from app.domain.change import ChangeState
from app.domain.event import NewEvent
from app.domain.host import Host, HostKey, KeyState, Login, Stage
from app.domain.ids import HostId, new_id
from app.errors import AppError, IllegalMove, InvalidInput, SecretUnavailable
from app.i18n import _, later
from app.redaction import without_secrets
from app.services.change.changes import Desk
from app.services.host.host_fields import check_host_fields
from app.services.ports.store import UnitOfWork
from app.services.ports.world import Clock, Remote, Remotes, Secrets
from app.services.safe_text import plain
from app.tasks import TaskContext
from app.wording import signed_number


def new_host(name: str, address: str) -> Host:
    """Return the record of a host that is not kept yet."""
    return Host(HostId(new_id()), name.strip(), address.strip())


def add_host(host: Host, *, desk: Desk) -> Host:
    """Keep a new host; its key is not confirmed yet, whatever the record says.

    Raises:
        InvalidInput: A field cannot be used, or the name is taken.
    """
    check_host_fields(host)
    host = _unconfirmed(replace(host, archived=False))
    with desk.new_uow() as uow:
        _check_against_others(host, uow)
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
        _check_against_others(host, uow)
        moved = (before.address, before.port) != (host.address, host.port)
        host = _unconfirmed(host) if moved else _confirmed_as(before, host)
        uow.hosts.save(host)
        text = _("Changed host {name}").format(name=host.name)
        if moved:
            text += _(": another address, its key must be confirmed again")
        uow.log.append(NewEvent("host.edited", text, refs=(host.id,)))
        uow.commit()
    return host


def _unconfirmed(host: Host) -> Host:
    return replace(
        host,
        key=None,
        key_state=KeyState.UNKNOWN,
        key_confirmed_by="",
        key_confirmed_at=None,
        legacy=None,
    )


def _confirmed_as(before: Host, host: Host) -> Host:
    """Return an edited host with everything that verbs of their own decide as it was."""
    return replace(
        host,
        key=before.key,
        key_state=before.key_state,
        key_confirmed_by=before.key_confirmed_by,
        key_confirmed_at=before.key_confirmed_at,
        archived=before.archived,
        legacy=before.legacy,
    )


def _check_against_others(host: Host, uow: UnitOfWork) -> None:
    others = {other.id: other for other in uow.hosts.list() if other.id != host.id}
    if any(other.name == host.name and not other.archived for other in others.values()):
        raise InvalidInput(_("There is already a host {name}.").format(name=host.name))
    seen, jump = {host.id}, host.jump
    while jump is not None:
        if jump in seen:
            raise InvalidInput(
                _("The jump hosts of {name} lead in a circle.").format(name=host.name),
                hint=_("Choose another jump host."),
            )
        if jump not in others or others[jump].archived:
            raise InvalidInput(_("The jump host of {name} is not in use.").format(name=host.name))
        seen.add(jump)
        jump = others[jump].jump


def keep_secret(host: Host, secret: str, *, secrets: Secrets, desk: Desk) -> None:
    """Keep the password or passphrase of a host's login in the keyring, and log that it was set."""
    secrets.set(host.login_secret, secret)
    with desk.new_uow() as uow:
        text = _("Kept a {kind} for {name} in the keyring").format(
            kind=_("password") if host.login is Login.PASSWORD else _("passphrase"), name=host.name
        )
        uow.log.append(NewEvent("host.secret_kept", text, refs=(host.id,)))
        uow.commit()


def hold_sudo_secret(host: Host, secret: str, *, secrets: Secrets, desk: Desk) -> None:
    """Hold the password that sudo asks for on a host until the program ends, and log it."""
    secrets.set(host.sudo_secret, secret)
    with desk.new_uow() as uow:
        text = _("Holds a password for sudo on {name} for this session").format(name=host.name)
        uow.log.append(NewEvent("host.secret_kept", text, refs=(host.id,)))
        uow.commit()


def forget_sudo_secret(host: Host, *, secrets: Secrets, desk: Desk) -> None:
    """Forget the password for sudo on a host, and log that it was."""
    secrets.delete(host.sudo_secret)
    with desk.new_uow() as uow:
        text = _("Forgot the password for sudo on {name}").format(name=host.name)
        uow.log.append(NewEvent("host.secret_forgotten", text, refs=(host.id,)))
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
        keys = (("key", key.sha256), ("before", host.key.sha256 if host.key else ""))
        event = NewEvent("host.key_confirmed", text, refs=(host.id,), data=keys)
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
    """Take a host out of use; what was recorded about it stays.

    Raises:
        IllegalMove: An open change or another host still needs it.
    """
    with desk.new_uow() as uow:
        host = replace(uow.hosts.get(host_id), archived=True)
        _refuse_while_needed(host, uow)
        uow.hosts.save(host)
        text = _("Archived host {name}").format(name=host.name)
        uow.log.append(NewEvent("host.archived", text, refs=(host.id,)))
        uow.commit()
    return host


def _refuse_while_needed(host: Host, uow: UnitOfWork) -> None:
    open_states = (state for state in ChangeState if state.is_open)
    users = [
        change.number
        for state in open_states
        for change in uow.changes.list(state=state.value)
        if host.id in change.hosts
    ]
    users += [o.name for o in uow.hosts.list() if o.jump == host.id and not o.archived]
    if users:
        raise IllegalMove(
            _("{name} is still needed by {users}.").format(name=host.name, users=", ".join(users)),
            hint=_("Close these changes, or choose another host there."),
        )


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


_NAME, _REACH, _KEY, _LOGIN, _SHELL, _CLOCK = _STEPS = (
    later("Name"),
    later("Connection"),
    later("Host key"),
    later("Login"),
    later("Shell"),
    later("Clock"),
)
_ENDED_AT = {
    Stage.NAME: _NAME,
    Stage.REACH: _REACH,
    Stage.GREETING: _REACH,
    Stage.KEY_EXCHANGE: _REACH,
    Stage.HOST_KEY: _KEY,
    Stage.LOGIN: _LOGIN,
}
"""The step of the test that each stage of a connection belongs to; the rest is the shell's."""
CONNECTION_PROBE = 'printf \'%s %s \' "$1" "$(date +%s)"; uname -sr'
_PROBE_LIMIT_S = 20.0
_SKEW_LIMIT_S = 60.0


def try_connection(host_id: str, *, remotes: Remotes, desk: Desk) -> ConnectionReport:
    """Reach a host, compare its key, log in, run one harmless command, and compare clocks.

    Never raises for what the host does: the report says where it ended and why.
    """
    with desk.new_uow() as uow:
        host = uow.hosts.get(host_id)
    key: HostKey | None = None
    try:
        key = shown_key(host_id, remotes=remotes, desk=desk)
        found = (*_reached(host, key), *_try_shell(remotes.open(host), desk.clock))
    except AppError as error:
        return ConnectionReport(host.id, _ended(host, key, error), key)
    return ConnectionReport(host.id, found, key)


def _reached(host: Host, key: HostKey | None) -> tuple[ConnectionStep, ...]:
    """Return the steps before the shell as they stand when it is reached."""
    return (
        ConnectionStep(_(_NAME), True, host.address),
        ConnectionStep(_(_REACH), True, _("port {port}").format(port=host.port)),
        ConnectionStep(_(_KEY), True, key.sha256 if key else ""),
        ConnectionStep(_(_LOGIN), True, host.user),
    )


def _try_shell(remote: Remote, clock: Clock) -> tuple[ConnectionStep, ConnectionStep]:
    nonce, sent_s = random.token_hex(8), clock.now().timestamp()
    answer = remote.run(CONNECTION_PROBE, nonce, limit_s=_PROBE_LIMIT_S, context=TaskContext())
    middle_s = (sent_s + clock.now().timestamp()) / 2
    said = plain(answer.stdout)
    before, mark, rest = said.partition(f"{nonce} ")
    if not mark or answer.exit_code != 0:
        why = without_secrets(plain(answer.stderr) or before) or _("no answer")
        text = _("The account runs no shell: {why}").format(why=why[:_SHOWN])
        return ConnectionStep(_(_SHELL), False, text), ConnectionStep(_(_CLOCK), None)
    seconds, _space, system = rest.partition(" ")
    return ConnectionStep(_(_SHELL), True, system[:_SHOWN]), _compare(seconds, middle_s)


def _compare(seconds: str, ours_s: float) -> ConnectionStep:
    if not seconds.isascii() or not seconds.isdecimal():
        return ConnectionStep(_(_CLOCK), False, _("The host does not say what time it is."))
    skew_s = int(seconds) - ours_s
    text = _("{skew} from ours").format(skew=signed_number(round(skew_s), "s"))
    return ConnectionStep(_(_CLOCK), abs(skew_s) <= _SKEW_LIMIT_S, text)


def _ended(host: Host, key: HostKey | None, error: AppError) -> tuple[ConnectionStep, ...]:
    """Return the steps of a test that ended with an error."""
    stage = Stage.LOGIN if isinstance(error, SecretUnavailable) else error.step
    failed = _ENDED_AT.get(Stage(stage), _SHELL) if stage in set(Stage) else _SHELL
    place = _STEPS.index(failed)
    return (
        *_reached(host, key)[:place],
        ConnectionStep(_(failed), False, error.sentence()),
        *(ConnectionStep(_(title), None) for title in _STEPS[place + 1 :]),
    )


_SHOWN = 200
