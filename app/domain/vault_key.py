"""The key of the vault as people see it: is it here, which one is it, was the paper tried."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class KeyCondition(StrEnum):
    """Whether the vault can be used on this computer, and if not, why not."""

    NO_VAULT = "no_vault"
    OPEN = "open"
    READ_ONLY = "read_only"
    """Sets can be read and restored, but none can be sealed: only a recovery key is here."""
    NO_KEYRING = "no_keyring"
    KEYRING_LOCKED = "keyring_locked"
    KEY_MISSING = "key_missing"
    WRONG_KEY = "wrong_key"
    KEY_FILE = "key_file"
    """The key file cannot be used."""
    DAMAGED = "damaged"

    @property
    def opens(self) -> bool:
        """Whether sets can be read."""
        return self in (KeyCondition.OPEN, KeyCondition.READ_ONLY)


@dataclass(frozen=True, slots=True)
class KeyState:
    """What is known of the key; nothing in here is secret."""

    condition: KeyCondition
    detail: str = ""
    """What went wrong, as the keyring or the file said it."""
    vault: str = ""
    place: str = ""
    """Where the key is kept: the keyring, or a file."""
    recipient: str = ""
    recovery_recipient: str = ""
    made_at: datetime | None = None
    former: int = 0
    checked_at: datetime | None = None
    """When somebody last typed the present recovery key back from paper."""
    checked_by: str = ""


@dataclass(frozen=True, slots=True)
class RecoverySheet:
    """What is printed on the page with the recovery key."""

    key: str
    vault: str
    place: str
    made_at: datetime
    zone: str
    recipient: str
    organisation: str = ""
    former: int = 0
    """How many earlier sheets are still needed for older sets."""

    def __repr__(self) -> str:
        return f"RecoverySheet(vault={self.vault!r})"
