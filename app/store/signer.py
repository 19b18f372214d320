"""The key that signs the anchors of the log; its seed lives in the keyring."""

import base64
import os
from typing import Protocol

SEED_NAME = "log/signing"
_SEED_BYTES = 32


class KeepsSecrets(Protocol):
    """A keyring that outlives the program."""

    def get(self, name: str) -> str | None:
        """Return the secret, or None when there is none."""
        ...

    def set(self, name: str, value: str) -> None:
        """Keep a secret."""
        ...


class LogSigner:
    """Signs with Ed25519; fits `app.store.anchors.Signer`."""

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


def signer_from(secrets: KeepsSecrets) -> LogSigner:
    """Return the signer of this computer, its key made on first use; raises SecretUnavailable."""
    kept = secrets.get(SEED_NAME)
    if kept is None:
        kept = base64.b64encode(os.urandom(_SEED_BYTES)).decode("ascii")
        secrets.set(SEED_NAME, kept)
    return LogSigner(base64.b64decode(kept))
