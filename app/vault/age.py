"""The one door to age: keys as text, and encryption of whole streams.

The library asks for 8 KiB at a time, gives as little, and holds the interpreter in between. Both of
its sides are therefore buffered here: it is served without a line of Python for most of its calls.
"""

import io
from collections.abc import Sequence
from typing import Protocol, cast

import pyrage

from app.errors import SecretUnavailable, VaultDamaged, WrongKey

PIECE_BYTES = 1 << 20
"""What a source is asked for and a target is given at a time."""


class Reads(Protocol):
    """Something bytes come from."""

    def read(self, size: int, /) -> bytes:
        """Return up to ``size`` bytes, b"" at the end."""
        ...


class Writes(Protocol):
    """Something bytes go to."""

    def write(self, data: memoryview, /) -> object:
        """Take all of ``data``, which is only lent for the length of the call."""
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
        with _buffered(writer) as out:
            pyrage.encrypt_io(io.BufferedReader(reader, PIECE_BYTES), out, keys)
    except (pyrage.EncryptError, OSError) as error:
        raise reader.error or writer.error or error from None


def decrypt(source: Reads, target: Writes, identities: str) -> None:
    """Pull an age file from ``source`` and write what it held to ``target``, authenticated.

    ``identities`` is one secret key, or several on lines of their own.

    Raises:
        SecretUnavailable: The key does not open it.
        VaultDamaged: It is not an age file, is cut short, or was altered.
    """
    keys = [_identity(line) for line in identities.split()]
    reader, writer = _Reader(source), _Writer(target)
    try:
        with _buffered(writer) as out:
            pyrage.decrypt_io(io.BufferedReader(reader, PIECE_BYTES), out, keys)
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


def _buffered(writer: "_Writer") -> io.BufferedWriter:
    """Return what gathers small pieces; what it still holds goes on when its block ends."""
    return io.BufferedWriter(cast("io.RawIOBase", writer), PIECE_BYTES)


class _Reader(io.RawIOBase):
    """Remembers the error its source raised, which the library would turn into a text."""

    def __init__(self, source: Reads) -> None:
        self._source = source
        self.error: BaseException | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, room: memoryview, /) -> int:  # type: ignore[override]  # a buffer gives one
        try:
            data = self._source.read(len(room))
        except BaseException as error:
            self.error = error
            raise
        room[: len(data)] = data
        return len(data)


class _Writer(io.RawIOBase):
    """Remembers the error its target raised, which the library would turn into a text.

    After an error nothing more reaches the target, though a buffer tries until it is empty.
    """

    def __init__(self, target: Writes) -> None:
        self._target = target
        self.error: BaseException | None = None

    def writable(self) -> bool:
        return True

    def write(self, data: memoryview, /) -> int:  # type: ignore[override]  # a buffer gives one
        if self.error is None:
            try:
                self._target.write(data)
            except BaseException as error:
                self.error = error
                raise
        return len(data)
