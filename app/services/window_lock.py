"""The passphrase that opens a locked window again.

The login of the operating system is what guards the data; the lock hides them from whoever passes
an open desk. Only a slow, salted hash of the passphrase is kept, in the keyring: a copy of the
data folder holds nothing to guess against.
"""

import base64
import hashlib
import hmac
import os

from app.domain.event import NewEvent
from app.errors import InvalidInput
from app.i18n import _, ngettext
from app.services.change.changes import Desk
from app.services.ports.world import Secrets

KEPT_AS = "window-lock"
"""The name of the hash in the keyring."""
LEAST = 8
"""Characters a passphrase has at least."""
_COST, _BLOCK = 1 << 15, 8
"""scrypt's N and r (RFC 7914): 32 MiB and about a tenth of a second for every guess."""
_ROOM = 64 * 1024 * 1024
_SALT = 16


class WrongPassphrase(InvalidInput):
    """Another passphrase is in use."""


def is_chosen(secrets: Secrets) -> bool:
    """Whether there is a passphrase; raises SecretUnavailable."""
    return secrets.get(KEPT_AS) is not None


def opens(passphrase: str, secrets: Secrets) -> bool:
    """Whether this is the passphrase; slow on purpose; raises SecretUnavailable.

    Something else that lies under the name fits no passphrase at all.
    """
    kept = (secrets.get(KEPT_AS) or "").split("$")
    try:
        scheme, salt, digest = kept
        if scheme != "scrypt":
            return False
        found = _hash(passphrase, base64.b64decode(salt, validate=True))
        return hmac.compare_digest(found, base64.b64decode(digest, validate=True))
    except ValueError:
        return False


def choose(passphrase: str, current: str, *, secrets: Secrets, desk: Desk) -> None:
    """Let the window be opened by a passphrase from now on.

    Raises:
        WrongPassphrase: There is one already, and ``current`` is another.
        InvalidInput: It is too short.
        SecretUnavailable: The keyring does not answer.
    """
    _require(current, secrets)
    if len(passphrase) < LEAST:
        raise InvalidInput(
            _("The passphrase is too short."),
            hint=_("Use {n} characters or more, such as three words.").format(n=LEAST),
        )
    salt = os.urandom(_SALT)
    parts = (base64.b64encode(part).decode() for part in (salt, _hash(passphrase, salt)))
    secrets.set(KEPT_AS, "$".join(("scrypt", *parts)))
    _log("lock.chosen", _("Chose a passphrase for the locked window"), desk)


def give_up(current: str, *, secrets: Secrets, desk: Desk) -> None:
    """Forget the passphrase: the window is locked no more; raises as `choose`."""
    _require(current, secrets)
    secrets.delete(KEPT_AS)
    _log("lock.given_up", _("Gave the passphrase for the locked window up"), desk)


def note_refused(times: int, *, desk: Desk) -> None:
    """Record that the window was opened after wrong passphrases."""
    text = ngettext(
        "The locked window was tried with {n} wrong passphrase before it was opened",
        "The locked window was tried with {n} wrong passphrases before it was opened",
        times,
    )
    _log("lock.refused", text.format(n=times), desk)


def _require(current: str, secrets: Secrets) -> None:
    if is_chosen(secrets) and not opens(current, secrets):
        raise WrongPassphrase(_("This is not the passphrase."), hint=_("Type the one in use now."))


def _hash(passphrase: str, salt: bytes) -> bytes:
    return hashlib.scrypt(passphrase.encode(), salt=salt, n=_COST, r=_BLOCK, p=1, maxmem=_ROOM)


def _log(kind: str, text: str, desk: Desk) -> None:
    with desk.new_uow() as uow:
        uow.log.append(NewEvent(kind, text))
        uow.commit()
