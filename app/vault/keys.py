"""The secrets of one vault: what opens it and what signs in its name.

They live in the OS keyring; without one, in a key file only its owner can read, which is at the
same time a valid identity file for the ``age`` command.
"""

import base64
import os
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from app.errors import SecretUnavailable, VaultDamaged
from app.services.ports import Secrets
from app.vault import age

_SIGNING_LINE = "# signing key: "
_IDENTITY_START = "AGE-SECRET-KEY-1"


@dataclass(frozen=True, slots=True)
class VaultKeys:
    """An age identity, and the Ed25519 seed that signs; the seed is absent in a recovery key."""

    identity: str = field(repr=False)
    seed: bytes | None = field(default=None, repr=False)

    @classmethod
    def new(cls) -> Self:
        """Make fresh keys."""
        return cls(age.new_identity(), os.urandom(32))

    @classmethod
    def from_secrets(cls, secrets: Secrets, vault: str) -> Self:
        """Read the keys of a vault from the keyring; raises SecretUnavailable."""
        identity = secrets.get(_name(vault, "identity"))
        seed = secrets.get(_name(vault, "signing"))
        if identity is None or seed is None:
            raise SecretUnavailable(
                "The keyring does not hold the keys of this vault.",
                hint="Open the vault with its key file or the printed recovery key.",
            )
        return cls(identity, _seed(seed))

    @classmethod
    def from_file(cls, path: Path) -> Self:
        """Read keys from an identity file; raises SecretUnavailable when others can read it."""
        try:
            mode = path.stat().st_mode
            lines = path.read_text("utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise SecretUnavailable(f"The key file {path} cannot be read ({error}).") from error
        if os.name == "posix" and stat.S_IMODE(mode) & 0o077:
            raise SecretUnavailable(
                f"The key file {path} can be read by others.", hint=f"Run: chmod 600 '{path}'"
            )
        identity = next((line for line in lines if line.startswith(_IDENTITY_START)), "")
        seeds = [line for line in lines if line.startswith(_SIGNING_LINE)]
        age.recipient_of(identity)
        return cls(identity, _seed(seeds[0].removeprefix(_SIGNING_LINE)) if seeds else None)

    def keep_in_secrets(self, secrets: Secrets, vault: str) -> None:
        """Put the keys into the keyring; raises SecretUnavailable."""
        secrets.set(_name(vault, "identity"), self.identity)
        secrets.set(_name(vault, "signing"), self._encoded_seed())

    def keep_in_file(self, path: Path, vault: str) -> None:
        """Write a key file for the owner only; an existing one is never overwritten."""
        text = (
            f"# Change Desk vault {vault}\n{_SIGNING_LINE}{self._encoded_seed()}\n{self.identity}\n"
        )
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(handle)

    @property
    def recipient(self) -> str:
        """The public half of the identity."""
        return age.recipient_of(self.identity)

    @property
    def public_pem(self) -> str:
        """The public half of the signing key, as ``openssl`` reads it."""
        public = self._private().public_key()
        return public.public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        ).decode("ascii")

    @property
    def can_sign(self) -> bool:
        """Whether the signing key is here; a recovery key opens sets, but seals none."""
        return self.seed is not None

    def sign(self, data: bytes) -> bytes:
        """Return the Ed25519 signature (64 bytes); raises SecretUnavailable."""
        return self._private().sign(data)

    def _private(self) -> Ed25519PrivateKey:
        if self.seed is None:
            raise SecretUnavailable(
                "The signing key of this vault is not here, so nothing can be sealed.",
                hint="With the recovery key alone, sets can be read and restored.",
            )
        return Ed25519PrivateKey.from_private_bytes(self.seed)

    def _encoded_seed(self) -> str:
        return base64.b64encode(self.seed or b"").decode("ascii")


def check_signature(public_pem: str, data: bytes, signature: bytes, *, what: str) -> None:
    """Raise VaultDamaged unless ``signature`` over ``data`` was made by the key's owner."""
    key = serialization.load_pem_public_key(public_pem.encode("ascii"))
    if not isinstance(key, Ed25519PublicKey):
        raise VaultDamaged(f"The signing key of {what} is not an Ed25519 key.")
    try:
        key.verify(signature, data)
    except InvalidSignature:
        raise VaultDamaged(
            f"The signature of {what} does not fit.",
            hint="It was altered after sealing; do not restore from it.",
        ) from None


def _name(vault: str, part: str) -> str:
    return f"vault/{vault}/{part}"


def _seed(text: str) -> bytes:
    try:
        seed = base64.b64decode(text.strip(), validate=True)
    except ValueError:
        seed = b""
    if len(seed) != 32:
        raise SecretUnavailable("The signing key of this vault is not readable.")
    return seed
