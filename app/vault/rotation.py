"""New keys for a vault: what is sealed from now on needs them, older sets keep theirs.

An age file could be wrapped anew for other recipients, but a sealed set never changes again: its
bytes, their hashes and its signature are what the log attests. So the former keys stay in the
keyring beside the new ones, and their public halves in ``vault.json``.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from app.vault import age
from app.vault.core import Core
from app.vault.format import RetiredKeys, encode_signed
from app.vault.keys import Former, VaultKeys
from app.vault.layout import write_durably


@dataclass(frozen=True, slots=True)
class Rotated:
    """The vault as it is opened now, and the new recovery key: shown once, kept nowhere."""

    core: Core
    recovery_key: str = field(repr=False)


def rotate(core: Core, keep: Callable[[VaultKeys, str], object]) -> Rotated:
    """Give a vault new keys; works with the recovery key alone, when all others are lost.

    ``keep`` stores new and former keys together before the vault knows of the new ones: a crash
    in between leaves a vault that still opens.

    Raises:
        SecretUnavailable: The keys cannot be kept; nothing was changed.
        DiskFull: There is no room; nothing was changed.
    """
    fresh, recovery, now = VaultKeys.new(), age.new_identity(), core.clock.now()
    former = tuple(Former(pair.identity, pair.seed) for pair in core.keys.pairs)
    keys = replace(fresh, former=former)
    record = core.record
    retired = RetiredKeys(now, record.recipients, record.signing_key)
    renewed = replace(
        record,
        recipients=(keys.recipient, age.recipient_of(recovery)),
        signing_key=keys.public_pem,
        retired=(retired, *record.retired),
        keys_made=now,
    )
    keep(keys, record.id)
    core.step("keys are kept")
    write_durably(core.layout.vault_file, encode_signed(renewed, keys))
    core.step("vault knows its new keys")
    return Rotated(replace(core, record=renewed, keys=keys), recovery)
