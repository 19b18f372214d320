"""Ed25519 keys: sign, check, and name by fingerprint. Seeds live in the keyring, nowhere else.

The library for it loads slowly, so it is imported with the first key that is used.
"""

import base64
import binascii
import os
from typing import Protocol

_SEED_BYTES = 32
LOG_KEY = "log/signing"
"""Name of the key that signs the anchors of the log."""


class KeepsSecrets(Protocol):
    """A keyring that outlives the program."""

    def get(self, name: str) -> str | None:
        """Return the secret, or None when there is none."""
        ...

    def set(self, name: str, value: str) -> None:
        """Keep a secret."""
        ...


class Signer:
    """Signs with one key; fits `app.store.anchors.Signer`."""

    def __init__(self, seed: bytes) -> None:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415 - slow
            Ed25519PrivateKey,
        )

        self._key = Ed25519PrivateKey.from_private_bytes(seed)

    def sign(self, data: bytes) -> bytes:
        """Return the signature of some bytes."""
        return self._key.sign(data)

    def public_key(self) -> bytes:
        """Return the 32 bytes with which anybody can check a signature."""
        return self._key.public_key().public_bytes_raw()


def signer_from(secrets: KeepsSecrets, name: str) -> Signer:
    """Return the signer with a key of the keyring, made on first use; raises SecretUnavailable."""
    kept = secrets.get(name)
    if kept is None:
        kept = base64.b64encode(os.urandom(_SEED_BYTES)).decode("ascii")
        secrets.set(name, kept)
    return Signer(base64.b64decode(kept))


def is_signed(data: bytes, signature: bytes, key: bytes) -> bool:
    """Return whether a signature over some bytes was made with a key; never raises."""
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - slow
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415 - loads slowly
        Ed25519PublicKey,
    )

    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, data)
    except (InvalidSignature, ValueError):
        return False
    return True


def to_base64(data: bytes) -> str:
    """Write bytes as text."""
    return base64.b64encode(data).decode("ascii")


def from_base64(text: str) -> bytes:
    """Read bytes from text; anything else is no bytes at all, which no signature fits.

    Bits of the last letter that mean nothing must be zero: one signature has one spelling.
    """
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""
    return data if to_base64(data) == text else b""


def fingerprint(key: bytes) -> str:
    """Return how people compare a key: ``SHA256:`` and base64, as ssh-keygen writes it."""
    import hashlib  # noqa: PLC0415 - slow

    digest = hashlib.sha256(key).digest()
    return "SHA256:" + base64.b64encode(digest).decode("ascii").rstrip("=")
