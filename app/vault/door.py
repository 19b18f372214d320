"""How the rest of the program gets at the vault: opening it, making one, and the care of its key.

The ciphers are loaded when they are needed: most starts of the program do not open the vault.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from app.domain.vault_key import KeyCondition, KeyState
from app.errors import (
    AppError,
    IllegalMove,
    KeyMissing,
    KeyringLocked,
    NoKeyring,
    SecretUnavailable,
    VaultDamaged,
    WrongKey,
)
from app.i18n import _
from app.secrets import SecretKeeper
from app.services.ports.world import Clock
from app.vault.layout import Layout

if TYPE_CHECKING:
    from app.vault.format import VaultRecord
    from app.vault.keys import VaultKeys
    from app.vault.vault import LocalVault

_CONDITIONS: dict[type[AppError], KeyCondition] = {
    NoKeyring: KeyCondition.NO_KEYRING,
    KeyringLocked: KeyCondition.KEYRING_LOCKED,
    KeyMissing: KeyCondition.KEY_MISSING,
    WrongKey: KeyCondition.WRONG_KEY,
    VaultDamaged: KeyCondition.DAMAGED,
}


@dataclass
class Door:
    """Fits `app.services.facade.VaultDoor`, where the methods are described."""

    root: Callable[[], Path]
    clock: Clock
    secrets: Callable[[], SecretKeeper]
    key_file: Path
    wants_file: bool = False
    _opened: "list[LocalVault]" = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    def exists(self) -> bool:
        """Whether there is a vault."""
        return Layout(self.root()).vault_file.exists()

    def open(self) -> "LocalVault":
        """Open the vault, once."""
        from app.vault import opening  # noqa: PLC0415 - the ciphers are loaded when needed
        from app.vault.vault import asking  # noqa: PLC0415 - see above

        with self._lock:
            if not self._opened:
                vault = opening.open_vault(self.root(), self.clock, self._load)
                self._opened.append(asking(vault, self._password_of))
            return self._opened[0]

    def make(self) -> str:
        """Make a vault; return its recovery key."""
        from app.vault import opening  # noqa: PLC0415 - the ciphers are loaded when needed
        from app.vault.vault import asking  # noqa: PLC0415 - see above

        if self.exists():
            raise IllegalMove(_("There is a vault already."))
        with self._lock:
            self._refuse_without_place()
            made = opening.create_vault(self.root(), self.clock, self._keep)
            self._opened[:] = [asking(made.vault, self._password_of)]
            return made.recovery_key

    def forget(self) -> None:
        """Let go of the key; the next one who wants the vault asks the keyring again."""
        with self._lock:
            self._opened.clear()

    def rotate(self) -> str:
        """Give the vault new keys; return the new recovery key."""
        from app.vault.rotation import rotate  # noqa: PLC0415 - the ciphers are loaded when needed

        vault = self.open()
        with self._lock:
            self._refuse_without_place()
            done = rotate(vault.core, self._keep)
            self._opened[:] = [replace(vault, core=done.core)]
            return done.recovery_key

    def unlock(self, key: str) -> None:
        """Open the vault with a key that was typed or scanned from paper, and keep that key."""
        from app.vault.keys import Former, VaultKeys  # noqa: PLC0415 - see above

        record = self._claimed()
        key = tidy(key)
        if self._recipient(key) not in record.all_recipients:
            raise WrongKey(
                _("This key does not belong to this vault."),
                hint=_("The sheet names the vault it is for: {vault}.").format(vault=record.id[:8]),
            )
        with self._lock:
            known: tuple[Former, ...] = ()
            with suppress(SecretUnavailable):
                known = self._load(record.id).pairs
            pairs = (*(pair for pair in known if pair.identity != key), Former(key))
            keys = VaultKeys.of(pairs)
            if self._uses_file():
                keys.keep_in_file(self.key_file, record.id, replace=True)
            else:
                keys.keep_in_secrets(self.secrets(), record.id)
            self._opened.clear()
        self.open()

    def check_recovery(self, key: str, by: str) -> KeyState:
        """Try a recovery key as it was typed or scanned from paper, and note when and by whom."""
        vault = self.open()
        record, tried = vault.core.record, self._recipient(tidy(key))
        if tried == record.recipients[0]:
            raise IllegalMove(
                _("This is the key of the vault itself, not the one on paper."),
                hint=_("Type the key from the printed sheet."),
            )
        if tried != record.recipients[-1]:
            former = tried in record.all_recipients
            raise WrongKey(
                _("This is an earlier recovery key: it opens only older sets.")
                if former
                else _("This key does not open this vault."),
                hint=_("Compare letter by letter with the printed sheet."),
            )
        from app.vault.paper import note_check  # noqa: PLC0415 - see above

        note_check(vault.core, by)
        return self.look()

    def look(self) -> KeyState:
        """Say whether the vault can be used here; never raises."""
        if not self.exists():
            return KeyState(KeyCondition.NO_VAULT)
        place = str(self.key_file) if self._uses_file() else ""
        try:
            vault = self.open()
        except AppError as error:
            condition = _CONDITIONS.get(type(error), KeyCondition.KEY_FILE)
            claimed = ""
            with suppress(AppError):
                claimed = self._claimed().id
            return KeyState(condition, error.sentence(), claimed, place)
        return _state_of(vault, place)

    def _claimed(self) -> "VaultRecord":
        from app.vault.opening import claimed_record  # noqa: PLC0415 - see above

        return claimed_record(self.root())

    def _recipient(self, key: str) -> str:
        from app.vault.age import recipient_of  # noqa: PLC0415 - see above

        return recipient_of(key)

    def _uses_file(self) -> bool:
        return self.wants_file or self.key_file.exists()

    def _load(self, vault: str) -> "VaultKeys":
        from app.vault.keys import VaultKeys  # noqa: PLC0415 - see above

        if self._uses_file():
            return VaultKeys.from_file(self.key_file)
        secrets = self.secrets()
        try:
            return VaultKeys.from_secrets(secrets, vault)
        except KeyMissing:
            if secrets.lasting:
                raise
            raise NoKeyring(
                _("This computer has no keyring that could hold the key of the vault."),
                hint=_("Unlock or install one, or start with: changedesk --key-file FILE."),
            ) from None

    def _password_of(self, name: str) -> str:
        return self.secrets().get(name) or ""

    def _refuse_without_place(self) -> None:
        if not self._uses_file() and not self.secrets().lasting:
            raise NoKeyring(
                _("There is no keyring on this computer that could keep the key of a vault."),
                hint=_("Unlock or install one, or start with: changedesk --key-file FILE."),
            )

    def _keep(self, keys: "VaultKeys", vault: str) -> None:
        if self._uses_file():
            keys.keep_in_file(self.key_file, vault, replace=bool(keys.former))
        else:
            keys.keep_in_secrets(self.secrets(), vault)


def tidy(key: str) -> str:
    """Return a key as it was meant: letters from paper come in any case, in groups, on lines."""
    return "".join(key.split()).upper()


def _state_of(vault: "LocalVault", place: str) -> KeyState:
    from app.vault.paper import last_check  # noqa: PLC0415 - see above

    record, keys = vault.core.record, vault.core.keys
    checked = last_check(vault.core)
    return KeyState(
        condition=KeyCondition.OPEN if keys.can_sign else KeyCondition.READ_ONLY,
        vault=record.id,
        place=place,
        recipient=record.recipients[0],
        recovery_recipient=record.recipients[-1],
        made_at=record.keys_made or record.created,
        former=len(record.retired),
        checked_at=checked.at if checked else None,
        checked_by=checked.by if checked else "",
    )
