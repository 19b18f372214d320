"""The one door to age: keys as text, and encryption of whole streams."""

from collections.abc import Sequence
from typing import Protocol

import pyrage

from app.errors import SecretUnavailable, VaultDamaged, WrongKey


class Reads(Protocol):
    """Something bytes come from."""

    def read(self, size: int, /) -> bytes:
        """Return up to ``size`` bytes, b"" at the end."""
        ...


class Writes(Protocol):
    """Something bytes go to."""

    def write(self, data: bytes, /) -> object:
        """Take all of ``data``."""
        ...


def new_identity() -> str:
    """Return a fresh secret key, ``AGE-SECRET-KEY-1...``."""
    return str(pyrage.x25519.Identity.generate())


def recipient_of(identity: str) -> str:
    """Return the public key, ``age1...``, of a secret one; raises SecretUnavailable."""
    return str(_identity(identity).to_public())


def encrypt(source: Reads, target: Writes, recipients: Sequence[str]) -> None:
    """Pull everything from ``source`` and write it, encrypted, to ``target``.

    An error raised by either side comes out as it was raised.
    """
    keys = [pyrage.x25519.Recipient.from_str(text) for text in recipients]
    reader, writer = _Reader(source), _Writer(target)
    try:
        pyrage.encrypt_io(reader, writer, keys)
    except (pyrage.EncryptError, OSError) as error:
        raise reader.error or writer.error or error from None


def decrypt(source: Reads, target: Writes, identities: str) -> None:
    """Pull an age file from ``source`` and write what it held to ``target``, authenticated.

    ``identities`` is one secret key, or several on lines of their own.

    Raises:
        SecretUnavailable: The key does not open it.
        VaultDamaged: It is not an age file, is cut short, or was altered.
    """
    reader, writer = _Reader(source), _Writer(target)
    try:
        pyrage.decrypt_io(reader, writer, [_identity(line) for line in identities.split()])
    except (pyrage.DecryptError, OSError) as error:
        if own := reader.error or writer.error:
            raise own from None
        if "No matching keys" in str(error):
            raise WrongKey(
                "The vault's key does not open this object.",
                hint="Use the key of this vault, or its recovery key.",
            ) from None
        raise VaultDamaged(f"The encrypted stream is damaged or cut short ({error}).") from None


def _identity(text: str) -> pyrage.x25519.Identity:
    try:
        return pyrage.x25519.Identity.from_str(text.strip())
    except pyrage.IdentityError:
        raise SecretUnavailable(
            "The vault's key is not an age secret key.",
            hint="It is one line that begins with AGE-SECRET-KEY-1.",
        ) from None


class _Reader:
    """Remembers the error its source raised, which the library would turn into a text."""

    def __init__(self, source: Reads) -> None:
        self._source = source
        self.error: BaseException | None = None

    def read(self, size: int = -1) -> bytes:
        try:
            return self._source.read(size)
        except BaseException as error:
            self.error = error
            raise


class _Writer:
    """Remembers the error its target raised, which the library would turn into a text."""

    def __init__(self, target: Writes) -> None:
        self._target = target
        self.error: BaseException | None = None

    def write(self, data: bytes) -> int:
        try:
            self._target.write(data)
        except BaseException as error:
            self.error = error
            raise
        return len(data)

    def flush(self) -> None:
        """Nothing is held back here."""
