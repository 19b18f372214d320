"""The secrets of one vault: what opens it and what signs in its name.

They live in the OS keyring; without one, in a key file only its owner can read, which is at the
same time a valid identity file for the ``age`` command.
"""

import base64
import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from app.errors import KeyMissing, SecretUnavailable, VaultDamaged
from app.services.ports.world import Secrets
from app.vault import age

_SIGNING_LINE = "# signing key: "
_IDENTITY_START = "AGE-SECRET-KEY-1"
_NO_SEED = "-"
"""Stands where a recovery key, which signs nothing, is kept."""


@dataclass(frozen=True, slots=True)
class Former:
    """Keys that were in use before; the seed is not needed any more, but proves what they are."""

    identity: str = field(repr=False)
    seed: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class VaultKeys:
    """An age identity, and the Ed25519 seed that signs; the seed is absent in a recovery key.

    ``former`` are the keys before a rotation, newest first: what was sealed with them stays
    readable.
    """

    identity: str = field(repr=False)
    seed: bytes | None = field(default=None, repr=False)
    former: tuple[Former, ...] = field(default=(), repr=False)

    @classmethod
    def new(cls) -> Self:
        """Make fresh keys."""
        return cls(age.new_identity(), os.urandom(32))

    @classmethod
    def of(cls, pairs: Sequence[Former]) -> Self:
        """Return keys, the first of which are the present ones."""
        first, *rest = pairs
        return cls(first.identity, first.seed, tuple(rest))

    @classmethod
    def from_secrets(cls, secrets: Secrets, vault: str) -> Self:
        """Read the keys of a vault from the keyring; raises SecretUnavailable."""
        identities = (secrets.get(_name(vault, "identity")) or "").split()
        if not identities:
            raise KeyMissing(
                "The keyring does not hold the keys of this vault.",
                hint="Open the vault with its key file or the printed recovery key.",
            )
        seeds = (secrets.get(_name(vault, "signing")) or "").split()
        pairs = zip_longest(identities, seeds[: len(identities)], fillvalue=_NO_SEED)
        return cls.of([Former(identity, _seed(text)) for identity, text in pairs])

    @classmethod
    def from_file(cls, path: Path) -> Self:
        """Read keys from an identity file; raises SecretUnavailable when others can read it."""
        try:
            mode = path.stat().st_mode
            lines = path.read_text("utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            why = getattr(error, "strerror", "") or "it is not text"
            raise SecretUnavailable(f"The key file {path} cannot be read: {why}.") from error
        if os.name == "posix" and stat.S_IMODE(mode) & 0o077:
            raise SecretUnavailable(
                f"The key file {path} can be read by others.", hint=f"Run: chmod 600 '{path}'"
            )
        pairs, seed = [], None
        for line in lines:
            if line.startswith(_SIGNING_LINE):
                seed = _seed(line.removeprefix(_SIGNING_LINE))
            elif line.startswith(_IDENTITY_START):
                age.recipient_of(line)
                pairs.append(Former(line, seed))
                seed = None
        if not pairs:
            age.recipient_of("")
        return cls.of(pairs)

    def keep_in_secrets(self, secrets: Secrets, vault: str) -> None:
        """Put the keys into the keyring; raises SecretUnavailable."""
        secrets.set(_name(vault, "identity"), "\n".join(pair.identity for pair in self.pairs))
        secrets.set(_name(vault, "signing"), "\n".join(_text_of(p.seed) for p in self.pairs))

    def keep_in_file(self, path: Path, vault: str, *, replace: bool = False) -> None:
        """Write a key file for the owner only; one that is there is kept unless told otherwise."""
        text = f"# Change Desk vault {vault}\n"
        for pair in self.pairs:
            line = f"{_SIGNING_LINE}{_text_of(pair.seed)}\n" if pair.seed is not None else ""
            text += f"{line}{pair.identity}\n"
        target = path.with_name(f"{path.name}.part") if replace else path
        if replace:
            target.unlink(missing_ok=True)
        handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(handle)
        if replace:
            target.replace(path)

    @property
    def pairs(self) -> tuple[Former, ...]:
        """All keys, the present ones first."""
        return (Former(self.identity, self.seed), *self.former)

    @property
    def opening(self) -> str:
        """Every identity, one on each line, as age reads them."""
        return "\n".join(pair.identity for pair in self.pairs)

    def led_by(self, recipients: Sequence[str]) -> Self | None:
        """Return the same keys with those first that a vault names first; None when it names none.

        A rotation that was cut off leaves more keys in the keyring than the vault knows.
        """
        mine = {age.recipient_of(pair.identity): pair for pair in self.pairs}
        known = [mine[name] for name in recipients if name in mine]
        rest = [pair for pair in self.pairs if pair not in known]
        return self.of([*known, *rest]) if known else None

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


def check_signature(signers: Sequence[str], data: bytes, signature: bytes, *, what: str) -> None:
    """Raise VaultDamaged unless ``signature`` over ``data`` was made by one of the signers."""
    for public_pem in signers:
        key = serialization.load_pem_public_key(public_pem.encode("ascii"))
        if not isinstance(key, Ed25519PublicKey):
            raise VaultDamaged(f"The signing key of {what} is not an Ed25519 key.")
        try:
            key.verify(signature, data)
        except InvalidSignature:
            continue
        return
    raise VaultDamaged(
        f"The signature of {what} does not fit.",
        hint="It was altered after sealing; do not restore from it.",
    )


def _text_of(seed: bytes | None) -> str:
    return _NO_SEED if seed is None else base64.b64encode(seed).decode("ascii")


def _name(vault: str, part: str) -> str:
    return f"vault/{vault}/{part}"


def _seed(text: str) -> bytes | None:
    if text == _NO_SEED:
        return None
    try:
        seed = base64.b64decode(text.strip(), validate=True)
    except ValueError:
        seed = b""
    if len(seed) != 32:
        raise SecretUnavailable("The signing key of this vault is not readable.")
    return seed
