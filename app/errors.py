"""The world's errors, in words a coordinator can act on.

An `AppError` is something that happened outside the program or that the user can mend: it says
what happened, and `hint` says what to do next. Anything else that is raised is our own bug.
"""

from app.redaction import without_secrets


class AppError(Exception):
    """What happened, in one sentence; ``hint`` names the next action.

    ``host`` and ``step`` say where, when there is such a place. Part of the words may be a
    server's: they are without secrets from the first moment, whoever shows or records them.
    """

    exit_code = 1

    def __init__(self, text: str, *, hint: str = "", host: str = "", step: str = "") -> None:
        self.text = without_secrets(text)
        self.hint = without_secrets(hint)
        super().__init__(self.text)
        self.host = host
        self.step = step

    def sentence(self) -> str:
        """Return place, cause and next action as one line."""
        place = ", ".join(part for part in (self.host, self.step) if part)
        parts = (f"{place}:" if place else "", self.text, self.hint)
        return " ".join(part for part in parts if part)


class NotFound(AppError):
    """There is no such record."""


class InvalidInput(AppError):
    """What was typed or imported cannot be used."""

    exit_code = 2


class IllegalMove(AppError):
    """The change is not in a state that allows this."""


class GuardRefused(IllegalMove):
    """A guard of the process refuses; ``missing`` says what it still needs, one line each."""

    def __init__(self, text: str, missing: tuple[str, ...], *, hint: str = "") -> None:
        super().__init__(text, hint=hint)
        self.missing = missing

    def __str__(self) -> str:
        return self.sentence()

    def sentence(self) -> str:
        """Return the refusal with everything that is missing."""
        return f"{super().sentence()} Missing: {'; '.join(self.missing)}."


class SecretsInside(AppError):
    """What shall be handed on looks as if it held secrets; ``names`` says where, nothing was made.

    Bytes that are kept by their hash are never altered, so a person decides.
    """

    def __init__(self, text: str, names: tuple[str, ...], *, hint: str = "") -> None:
        super().__init__(text, hint=hint)
        self.names = names


class Conflict(AppError):
    """Somebody else saved the same record first."""


class Busy(AppError):
    """Another program or task holds what is needed."""


class NotAuthentic(AppError):
    """A file is not what somebody signed: altered, made for something else, or out of date."""


class SignerUnknown(AppError):
    """Nobody has confirmed yet that this key is the key of this person."""

    def __init__(self, name: str, fingerprint: str, text: str, *, hint: str = "") -> None:
        super().__init__(text, hint=hint)
        self.name = name
        self.fingerprint = fingerprint


class SignerChanged(AppError):
    """The signature was made with another key than the confirmed one; nothing was taken over."""


class StoreError(AppError):
    """The local database cannot be used as it is."""


class SchemaTooNew(StoreError):
    """A later version of the program has written this database."""


class DatabaseDamaged(StoreError):
    """The database file does not hold together; nothing was deleted."""


class DiskFull(AppError):
    """There is no room left where we must write."""


class SecretUnavailable(AppError):
    """The keyring is missing, locked, or does not hold the secret."""


class NoKeyring(SecretUnavailable):
    """This computer has no keyring that encrypts what it keeps."""


class KeyringLocked(SecretUnavailable):
    """The keyring is there, but does not answer."""


class KeyMissing(SecretUnavailable):
    """The keyring does not hold the key."""


class WrongKey(SecretUnavailable):
    """The key is one, but not this vault's."""


class RemoteError(AppError):
    """A host could not be used; the subclass names why."""


class Unreachable(RemoteError):
    """No connection: host down, refused, name unknown, or no answer in time."""


class HostKeyUnknown(RemoteError):
    """Nobody has confirmed this host's key yet."""


class HostKeyChanged(RemoteError):
    """The host shows another key than the confirmed one; nothing was sent."""


class LoginRefused(RemoteError):
    """The host refused the login."""


class CommandFailed(RemoteError):
    """A command ended with an error, was killed, or never answered."""


class TimedOut(RemoteError):
    """A limit ran out; ``step`` names which."""


class ConnectionLost(RemoteError):
    """The link broke after something was sent: the outcome is unknown until asked."""


class AddressRefused(RemoteError):
    """A rule forbids an address, or where a redirect leads; nothing was sent there."""


class CertificateRefused(RemoteError):
    """A server could not prove over TLS who it is; nothing was sent."""


class BackupFailed(AppError):
    """A backup or a part of it was not captured; nothing was sealed."""


class VaultDamaged(AppError):
    """Stored bytes, a manifest or a signature do not match."""
