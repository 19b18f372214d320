"""The one door to the operating system's keyring; no secret is kept anywhere else.

Passwords that make their holder root are not even kept there: `WithSession` holds them in memory.

Keyrings that store plain text, or nothing, are refused. Without a usable one secrets live in
memory for this session only, and the user is told so.
"""

import sys
from collections.abc import Callable
from importlib import import_module
from threading import Lock
from typing import TYPE_CHECKING, Protocol

from app.errors import KeyringLocked
from app.i18n import _
from app.redaction import Redactor

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

SERVICE = "Change Desk"
_TRUSTED = {
    "linux": ("SecretService.Keyring", "libsecret.Keyring", "kwallet.DBusKeyring"),
    "darwin": ("macOS.Keyring",),
    "win32": ("Windows.WinVaultKeyring",),
}
"""Back ends that encrypt what they keep, by platform, best first; no other one is ever asked.

Neither an installed plug-in nor a variable or a file of the user's can put another one in place.
"""


class SecretKeeper(Protocol):
    """Keeps secrets by name; ``lasting`` says whether they outlive the program."""

    lasting: bool

    def get(self, name: str) -> str | None:
        """Return the secret, or None when there is none; raises SecretUnavailable."""
        ...

    def set(self, name: str, value: str) -> None:
        """Keep a secret; raises SecretUnavailable."""
        ...

    def delete(self, name: str) -> None:
        """Forget a secret; unknown names are fine."""
        ...


class SessionSecrets:
    """Secrets in memory, gone with the program."""

    lasting = False

    def __init__(self) -> None:
        self._values: dict[str, str] = {}
        self._lock = Lock()

    def get(self, name: str) -> str | None:
        """Return the secret, or None when there is none."""
        with self._lock:
            return self._values.get(name)

    def set(self, name: str, value: str) -> None:
        """Keep a secret until the program ends."""
        with self._lock:
            self._values[name] = value

    def delete(self, name: str) -> None:
        """Forget a secret."""
        with self._lock:
            self._values.pop(name, None)

    def forget(self) -> None:
        """Forget all of them."""
        with self._lock:
            self._values.clear()


class KeyringSecrets:
    """Secrets in the operating system's keyring."""

    lasting = True

    def __init__(self, backend: "KeyringBackend") -> None:
        self._backend = backend

    def get(self, name: str) -> str | None:
        """Return the secret, or None when there is none; raises SecretUnavailable."""
        from keyring.errors import KeyringError  # noqa: PLC0415 - on first use only

        try:
            return self._backend.get_password(SERVICE, name)
        except (KeyringError, OSError) as error:
            raise _locked(error) from error

    def set(self, name: str, value: str) -> None:
        """Keep a secret; raises SecretUnavailable."""
        from keyring.errors import KeyringError  # noqa: PLC0415 - on first use only

        try:
            self._backend.set_password(SERVICE, name, value)
        except (KeyringError, OSError) as error:
            raise _locked(error) from error

    def delete(self, name: str) -> None:
        """Forget a secret; unknown names are fine."""
        from keyring.errors import KeyringError, PasswordDeleteError  # noqa: PLC0415 - loads slowly

        try:
            self._backend.delete_password(SERVICE, name)
        except PasswordDeleteError:
            return
        except (KeyringError, OSError) as error:
            raise _locked(error) from error


class WithSession:
    """A keeper that holds some names in memory instead, however lasting it is itself.

    Whatever passes through it is made known to a redactor, so that no log and no evidence keeps it.
    """

    def __init__(
        self,
        kept: SecretKeeper,
        is_for_session: Callable[[str], bool],
        redactor: Redactor | None = None,
    ) -> None:
        self._kept, self._is_for_session = kept, is_for_session
        self._redactor = redactor or Redactor()
        self._passing = SessionSecrets()
        self.lasting = kept.lasting

    def get(self, name: str) -> str | None:
        """Return the secret, or None when there is none; raises SecretUnavailable."""
        value = self._keeper(name).get(name)
        if value is not None:
            self._redactor.learn(value)
        return value

    def set(self, name: str, value: str) -> None:
        """Keep a secret, or hold it; raises SecretUnavailable."""
        self._redactor.learn(value)
        self._keeper(name).set(name, value)

    def delete(self, name: str) -> None:
        """Forget a secret; unknown names are fine."""
        self._keeper(name).delete(name)
        if self._is_for_session(name):
            self._kept.delete(name)  # an earlier version kept it there

    def forget(self) -> None:
        """Forget what is held in memory, and what masks it."""
        self._passing.forget()
        self._redactor.forget()

    def _keeper(self, name: str) -> SecretKeeper:
        return self._passing if self._is_for_session(name) else self._kept


def open_secrets() -> SecretKeeper:
    """Return the keyring of this system if it has one that encrypts, else the session's memory."""
    backend = _trusted_backend()
    return KeyringSecrets(backend) if backend is not None else SessionSecrets()


def _trusted_backend() -> "KeyringBackend | None":
    for name in _TRUSTED.get(sys.platform, _TRUSTED["linux"]):
        module, _dot, kind = name.partition(".")
        backend: type[KeyringBackend] = getattr(import_module(f"keyring.backends.{module}"), kind)
        if backend.viable:
            return backend()
    return None


def _locked(error: Exception) -> KeyringLocked:
    return KeyringLocked(
        _("The keyring does not answer: {why}.").format(
            why=str(error).rstrip(".") or type(error).__name__
        ),
        hint=_("Unlock it, then try again."),
    )
