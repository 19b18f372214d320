"""Care of the vault's key: made, printed, tried, changed, and found again; each is logged.

Nothing secret is ever written into the log or the store: a key is named by its public half.
"""

from dataclasses import dataclass, field

from app.domain.event import NewEvent
from app.domain.vault_key import KeyCondition, KeyState, RecoverySheet
from app.i18n import _
from app.services.change.changes import Desk
from app.services.facade import VaultDoor


@dataclass(frozen=True, slots=True)
class NewRecoveryKey:
    """A recovery key right after it was made; it is shown and printed once, and kept nowhere."""

    key: str = field(repr=False)
    sheet: RecoverySheet = field(repr=False)


def make_vault(*, door: VaultDoor, desk: Desk) -> NewRecoveryKey:
    """Make the vault; raises SecretUnavailable when its key can be kept nowhere."""
    key = door.make()
    made = _new_key(key, door.look(), desk)
    _log("vault.made", _("Made the backup vault; its recovery key was shown once"), door, desk)
    return made


def rotate_keys(reason: str, *, door: VaultDoor, desk: Desk) -> NewRecoveryKey:
    """Change the keys: sets sealed from now on need the new ones, older sets keep theirs.

    Raises:
        SecretUnavailable: The vault cannot be opened, or new keys can be kept nowhere.
    """
    key = door.rotate()
    text = _("Changed the keys of the vault: {reason}").format(
        reason=reason.strip() or _("no reason given")
    )
    made = _new_key(key, door.look(), desk)
    _log("vault.keys_changed", text, door, desk)
    return made


def check_recovery_key(typed: str, *, door: VaultDoor, desk: Desk) -> KeyState:
    """Try the recovery key as it was typed back from paper; raises WrongKey, IllegalMove."""
    state = door.check_recovery(typed, desk.actor)
    _log("vault.recovery_checked", _("Typed the recovery key back: it is right"), door, desk)
    return state


def unlock(typed: str, *, door: VaultDoor, desk: Desk) -> KeyState:
    """Open the vault with a key from paper, and keep it here; raises WrongKey."""
    door.unlock(typed)
    text = _("Opened the vault on this computer with its recovery key")
    _log("vault.unlocked", text, door, desk)
    return door.look()


def _new_key(key: str, state: KeyState, desk: Desk) -> NewRecoveryKey:
    settings = desk.settings
    return NewRecoveryKey(
        key,
        RecoverySheet(
            key=key,
            vault=state.vault,
            place=state.place,
            made_at=state.made_at or desk.clock.now(),
            zone=settings.zone,
            recipient=state.recovery_recipient,
            organisation=settings.organisation,
            former=state.former,
        ),
    )


def _log(kind: str, text: str, door: VaultDoor, desk: Desk) -> None:
    state = door.look()
    data = (("vault", state.vault), ("recovery_recipient", state.recovery_recipient))
    with desk.new_uow() as uow:
        uow.log.append(NewEvent(kind, text, data=data))
        uow.commit()


@dataclass(frozen=True, slots=True)
class KeyWords:
    """What to say of a key: a few words, the sentence, and what to do next."""

    title: str
    sentence: str
    next: str = ""


def words_of(state: KeyState) -> KeyWords:
    """Explain a state of the key, and name the next action."""
    match state.condition:
        case KeyCondition.NO_VAULT:
            return KeyWords(
                _("No vault"),
                _("There is no vault yet, so there is nothing to keep a key of."),
                _("Make the vault."),
            )
        case KeyCondition.OPEN if state.checked_at is None:
            return KeyWords(
                _("Key is here, paper untried"),
                _("The vault opens here. Nobody has tried the printed recovery key yet."),
                _("Type it back once. Where it was not printed when it was made, change the keys."),
            )
        case KeyCondition.OPEN:
            return KeyWords(
                _("Key is here"), _("The vault opens here, and its recovery key was tried.")
            )
        case KeyCondition.READ_ONLY:
            return KeyWords(
                _("Only the recovery key is here"),
                _("Backups can be read and restored, but none can be taken."),
                _("Change the keys: then this computer has keys of its own again."),
            )
        case _:
            return _locked(state)


def _locked(state: KeyState) -> KeyWords:
    recover = _("Open the vault with its recovery key from paper.")
    match state.condition:
        case KeyCondition.NO_KEYRING:
            return KeyWords(
                _("No keyring"),
                _("This computer has no keyring that could hold the key of the vault."),
                _("Start or install one, or open the vault with its recovery key for now."),
            )
        case KeyCondition.KEYRING_LOCKED:
            return KeyWords(
                _("Keyring is locked"),
                state.detail or _("The keyring does not answer."),
                _("Unlock the keyring of this computer, then look again."),
            )
        case KeyCondition.KEY_MISSING:
            return KeyWords(
                _("Key is not on this computer"),
                _("The vault is here, but the keyring does not hold its key."),
                recover,
            )
        case KeyCondition.WRONG_KEY:
            return KeyWords(
                _("Key of another vault"),
                _("The key that is here belongs to another vault than this folder."),
                _("Choose the right folder in the settings, or use this vault's recovery key."),
            )
        case KeyCondition.DAMAGED:
            return KeyWords(
                _("Vault is damaged"),
                state.detail,
                _("Bring vault.json back from a copy of the vault; the sets are untouched."),
            )
        case _:
            return KeyWords(_("Key file cannot be used"), state.detail, recover)
