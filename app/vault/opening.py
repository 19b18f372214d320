"""Making a vault, and opening one that exists."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import msgspec

from app.domain.ids import new_id
from app.errors import NotFound, VaultDamaged, WrongKey
from app.services.ports.world import Clock, Secrets
from app.vault import age
from app.vault.core import Core
from app.vault.format import FORMAT, VaultRecord, decode_signed, encode_signed
from app.vault.howto import TEXT
from app.vault.keys import VaultKeys
from app.vault.layout import Layout, write_durably
from app.vault.vault import LocalVault

RESERVE_BYTES = 64 << 20

LoadKeys = Callable[[str], VaultKeys]
"""Gives the keys of the vault with this id; raises SecretUnavailable."""


@dataclass(frozen=True, slots=True)
class NewVault:
    """A vault just made, and the recovery key: shown once, to be printed, kept nowhere."""

    vault: LocalVault
    recovery_key: str = field(repr=False)


def keys_in_secrets(secrets: Secrets) -> LoadKeys:
    """Load keys from the OS keyring."""
    return lambda vault: VaultKeys.from_secrets(secrets, vault)


def keys_in_file(path: Path) -> LoadKeys:
    """Load keys from a key file."""
    return lambda vault: VaultKeys.from_file(path)


def exists(root: Path) -> bool:
    """Whether there is a vault in a folder."""
    return Layout(root).vault_file.exists()


def create_vault(
    root: Path,
    clock: Clock,
    keep: Callable[[VaultKeys, str], object],
    *,
    reserve_bytes: int = RESERVE_BYTES,
) -> NewVault:
    """Make a vault in an empty folder.

    ``keep`` stores the keys before the vault exists: `VaultKeys.keep_in_secrets` or
    `VaultKeys.keep_in_file`. A crash in between leaves keys without a vault, never the reverse.

    Raises:
        SecretUnavailable: The keys cannot be kept; no vault was made.
        VaultDamaged: The folder holds sets already, but no ``vault.json``.
    """
    layout = Layout(root)
    layout.make()
    if layout.set_dirs():
        raise VaultDamaged(
            f"{root} holds backup sets, but its vault.json is gone.",
            hint="Bring vault.json back from a copy of the vault; the sets are untouched.",
        )
    keys, recovery = VaultKeys.new(), age.new_identity()
    record = VaultRecord(
        format=FORMAT,
        id=new_id(),
        created=clock.now(),
        recipients=(keys.recipient, age.recipient_of(recovery)),
        signing_key=keys.public_pem,
    )
    keep(keys, record.id)
    if not layout.how_to.exists():
        write_durably(layout.how_to, TEXT.encode("ascii"))
    layout.fill_reserve(reserve_bytes)
    write_durably(layout.vault_file, encode_signed(record, keys))
    return NewVault(LocalVault(Core(layout, record, keys, clock)), recovery)


def open_vault(
    root: Path, clock: Clock, load: LoadKeys, *, reserve_bytes: int = RESERVE_BYTES
) -> LocalVault:
    """Open the vault in a folder and check that it is the one the keys belong to.

    Raises:
        NotFound: There is no vault.
        SecretUnavailable: Its keys are missing or belong to another vault.
        VaultDamaged: ``vault.json`` is damaged or was altered.
    """
    layout = Layout(root)
    if not layout.vault_file.exists():
        raise NotFound(f"There is no vault in {root}.", hint="Make one in the settings.")
    data = layout.vault_file.read_bytes()
    claimed = _claimed(data)
    keys = load(claimed.id).led_by(claimed.all_recipients)
    if keys is None:
        raise WrongKey("The key does not belong to this vault.", hint="Use the key of this vault.")
    signs = keys.can_sign and keys.recipient == claimed.recipients[0]
    public = keys.public_pem if signs else claimed.signing_key
    record = decode_signed(data, VaultRecord, (public,), what="vault.json")
    if not signs:
        keys = replace(keys, seed=None)  # a former key, or the one on paper, seals nothing any more
    layout.make()
    layout.fill_reserve(reserve_bytes)
    return LocalVault(Core(layout, record, keys, clock))


def claimed_record(root: Path) -> VaultRecord:
    """Return what a vault says of itself, unchecked; raises NotFound, VaultDamaged."""
    path = Layout(root).vault_file
    if not path.exists():
        raise NotFound(f"There is no vault in {root}.", hint="Make one in the settings.")
    return _claimed(path.read_bytes())


def _claimed(data: bytes) -> VaultRecord:
    """Read what the file says of itself; it is believed only after its signature was checked."""
    try:
        return msgspec.json.decode(data, type=_Claim).record
    except msgspec.DecodeError as error:
        raise VaultDamaged(f"vault.json is not readable ({error}).") from error


@dataclass(frozen=True, slots=True)
class _Claim:
    record: VaultRecord
    signature: str
