"""Log in by agent, key file or password; each is tried once and named when it fails."""

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from app.domain.host import Host, Login, Stage
from app.errors import LoginRefused, TimedOut, Unreachable
from app.i18n import _, later
from app.services.ports.world import Secrets

if TYPE_CHECKING:
    from paramiko import PKey, Transport

_WORDS = {Login.AGENT: later("agent key"), Login.KEY_FILE: later("key")}
_PASSWORD, _INTERACTIVE = "password", "keyboard-interactive"


@dataclass
class RefusedSecrets:
    """Remembers, as salted hashes, which passwords were refused: none is ever sent twice."""

    _salt: bytes = field(default_factory=lambda: os.urandom(16))
    _hashes: set[bytes] = field(default_factory=set)
    _lock: Lock = field(default_factory=Lock)

    def add(self, name: str, secret: str) -> None:
        """Note a refused secret under the name the keyring knows it by."""
        with self._lock:
            self._hashes.add(self._hash(name, secret))

    def has(self, name: str, secret: str) -> bool:
        """Whether this secret was refused before."""
        with self._lock:
            return self._hash(name, secret) in self._hashes

    def _hash(self, name: str, secret: str) -> bytes:
        return hashlib.sha256(self._salt + f"{name}\0{secret}".encode()).digest()


@dataclass(frozen=True)
class LoginDesk:
    """Proves who we are, the way a host's record says and no other."""

    host: Host
    secrets: Secrets
    refused: RefusedSecrets

    def log_in(self, transport: "Transport") -> None:
        """Log in once.

        Raises:
            LoginRefused: Refused, or the key or secret is missing; ``hint`` says what to do.
            TimedOut: The server did not answer.
            Unreachable: The server closed the connection.
        """
        match self.host.login:
            case Login.AGENT:
                self._by_agent(transport)
            case Login.KEY_FILE:
                key = _load_key(self.host, self.secrets)
                self._attempt(transport, lambda: transport.auth_publickey(self.host.user, key))
            case Login.PASSWORD:
                self._by_password(transport)
        if not transport.is_authenticated():
            raise self._error(
                _("The server asks for a second proof, which cannot be given here."),
                _("Use an account for changes that logs in with one key."),
            )

    def _attempt(self, transport: "Transport", prove: Callable[[], object]) -> None:
        """Try one proof; every way it can fail has its own words."""
        from paramiko import (  # noqa: PLC0415 - on first use only
            AuthenticationException,
            BadAuthenticationType,
            SSHException,
        )

        host = self.host
        try:
            prove()
        except BadAuthenticationType as error:
            raise self._not_taken(error.allowed_types) from error
        except AuthenticationException as error:
            if not transport.is_active():
                raise self._hung_up() from error
            if "timeout" in str(error).lower():
                raise TimedOut(
                    _("The login was not answered in time; it may have been counted."),
                    hint=_("Try again later."),
                    host=host.name,
                    step=Stage.LOGIN,
                ) from error
            word = _(_WORDS.get(host.login, later("password")))
            raise self._error(
                _("The server refuses {user} with this {proof}.").format(
                    user=host.user, proof=word
                ),
                _("It was tried once. Check user and login."),
            ) from error
        except (SSHException, EOFError, OSError) as error:
            raise self._hung_up() from error

    def _by_agent(self, transport: "Transport") -> None:
        from paramiko import Agent, AuthenticationException, SSHException  # noqa: PLC0415 - loads slowly

        try:
            agent = Agent()
        except (SSHException, EOFError, OSError) as error:  # on Windows its pipe may be refused
            raise self._no_agent() from error
        try:
            keys = _chosen(self.host, agent.get_keys())
            if not keys:
                raise self._no_agent()
            for key in keys[:-1]:
                try:
                    transport.auth_publickey(self.host.user, key)
                except AuthenticationException:
                    if not transport.is_active():
                        raise self._hung_up() from None
                except (SSHException, EOFError, OSError) as error:
                    raise self._hung_up() from error
                else:
                    return
            self._attempt(transport, lambda: transport.auth_publickey(self.host.user, keys[-1]))
        finally:
            agent.close()

    def _by_password(self, transport: "Transport") -> None:
        host = self.host
        password = self.secrets.get(host.login_secret)
        if password is None:
            raise self._error(
                _("No password for {user} is kept.").format(user=host.user),
                _("Enter it once; it is kept in the keyring."),
            )
        if self.refused.has(host.login_secret, password):
            raise self._error(
                _("The server has refused this password before; it was not sent again."),
                _("Enter another one."),
            )
        methods = _methods(transport, host.user)
        try:
            if _PASSWORD in methods:
                self._attempt(
                    transport,
                    lambda: transport.auth_password(host.user, password, fallback=False),
                )
            elif _INTERACTIVE in methods:
                self._attempt(
                    transport,
                    lambda: transport.auth_interactive(host.user, _answerer(password)),
                )
            elif not transport.is_authenticated():
                raise self._not_taken(methods)
        except (LoginRefused, TimedOut, Unreachable):
            if methods:
                self.refused.add(host.login_secret, password)
            raise

    def _not_taken(self, methods: list[str]) -> LoginRefused:
        word = _(_WORDS.get(self.host.login, later("password")))
        return self._error(
            _("The server does not take a login by {proof}; it offers {methods}.").format(
                proof=word, methods=", ".join(methods) or _("nothing")
            ),
            _("Choose another way to log in."),
        )

    def _no_agent(self) -> LoginRefused:
        return self._error(
            _("No SSH agent answers, or it does not hold the key."),
            _("Start the agent and add the key, or choose a key file."),
        )

    def _hung_up(self) -> Unreachable:
        return Unreachable(
            _("The server closed the connection during the login."),
            hint=_("It may count failed logins, or the agent offers too many keys."),
            host=self.host.name,
            step=Stage.LOGIN,
        )

    def _error(self, text: str, hint: str) -> LoginRefused:
        return LoginRefused(text, hint=hint, host=self.host.name, step=Stage.LOGIN)


def _methods(transport: "Transport", user: str) -> list[str]:
    """Ask which logins the server takes, so that a password is sent only where one is wanted."""
    from paramiko import AuthenticationException, BadAuthenticationType  # noqa: PLC0415 - loads slowly

    try:
        transport.auth_none(user)
    except BadAuthenticationType as error:
        return list(error.allowed_types)
    except AuthenticationException:
        return []
    return []


def _answerer(password: str) -> "Callable[[str, str, list[tuple[str, bool]]], list[str]]":
    """Answer one hidden question with the password; anything else stays unanswered."""
    left = [password]

    def answer(_title: str, _text: str, questions: list[tuple[str, bool]]) -> list[str]:
        hidden = [not shown for _, shown in questions]
        return [left.pop()] if hidden == [True] and left else [""] * len(questions)

    return answer


def _chosen(host: Host, keys: tuple[Any, ...]) -> list[Any]:
    """Return the agent's keys to offer: only the one whose public key the record names, if any."""
    if not host.key_file:
        return list(keys)
    path = Path(host.key_file).expanduser()
    public = path if path.suffix == ".pub" else path.with_name(path.name + ".pub")
    try:
        wanted = public.read_text("ascii").split()[1]
    except (OSError, UnicodeError, IndexError):
        return []
    return [key for key in keys if key.get_base64() == wanted]


def _load_key(host: Host, secrets: Secrets) -> "PKey":
    path = Path(host.key_file).expanduser()

    def error(text: str, hint: str) -> LoginRefused:
        return LoginRefused(text.format(path=path), hint=hint, host=host.name, step=Stage.LOGIN)

    try:
        key = _read_key(path, None)
    except FileNotFoundError as cause:
        raise error(_("There is no key file {path}."), _("Choose another one.")) from cause
    except OSError as cause:
        raise error(_("The key file {path} cannot be read."), _("Check its rights.")) from cause
    except ValueError as cause:
        raise error(
            _("{path} is not a private key this program knows."),
            _("Choose the private key, not the public one; Ed25519, ECDSA and RSA are known."),
        ) from cause
    if key is not None:
        return key
    passphrase = secrets.get(host.login_secret)
    if passphrase is None:
        raise error(
            _("The key {path} needs its passphrase."),
            _("Enter it once; it is kept in the keyring."),
        )
    try:
        key = _read_key(path, passphrase)
    except ValueError as cause:
        raise error(
            _("The passphrase of the key {path} is wrong."), _("Enter it again.")
        ) from cause
    if key is None:
        raise error(_("The passphrase of the key {path} is wrong."), _("Enter it again."))
    return key


def _read_key(path: Path, passphrase: str | None) -> "PKey | None":
    """Return the key, None when it wants another passphrase; raises OSError, ValueError."""
    from paramiko import PasswordRequiredException, PKey, SSHException  # noqa: PLC0415 - loads slowly
    from paramiko.pkey import UnknownKeyType  # noqa: PLC0415 - on first use only

    secret: Any = passphrase.encode() if passphrase else None  # the annotation says str, wrongly
    try:
        return PKey.from_path(path, secret)
    except (PasswordRequiredException, TypeError):
        return None
    except (SSHException, UnknownKeyType) as error:
        raise ValueError(str(error)) from error
