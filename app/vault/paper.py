"""Whether the recovery key on paper was ever tried: noted, signed, beside the vault's record."""

from dataclasses import dataclass
from datetime import datetime

from app.errors import AppError
from app.vault.core import Core
from app.vault.format import decode_signed, encode_signed

_NAME = "recovery-checked.json"


@dataclass(frozen=True, slots=True)
class PaperCheck:
    """Somebody typed a recovery key back, and it was the right one."""

    recipient: str
    at: datetime
    by: str


def note_check(core: Core, by: str) -> None:
    """Remember that the present recovery key was tried now."""
    check = PaperCheck(core.record.recipients[-1], core.clock.now(), by)
    if core.keys.can_sign:
        core.layout.write_record(core.layout.root / _NAME, encode_signed(check, core.keys))


def last_check(core: Core) -> PaperCheck | None:
    """Return when the present recovery key was last tried; None when it never was."""
    path = core.layout.root / _NAME
    if not path.exists():
        return None
    try:
        check = decode_signed(path.read_bytes(), PaperCheck, core.record.signers, what=_NAME)
    except AppError:
        return None  # what cannot be believed counts as never
    return check if check.recipient == core.record.recipients[-1] else None
