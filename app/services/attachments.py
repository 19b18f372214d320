"""Keep a file or a pasted text as proof: its bytes once, under their SHA-256, never interpreted."""

import mimetypes
import stat
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from unicodedata import category

from app.domain.change import Change, ChangeState
from app.domain.event import NewEvent
from app.domain.evidence import Attachment
from app.domain.need import EvidenceKind, NeedEvidence
from app.errors import IllegalMove, InvalidInput
from app.i18n import _
from app.services.change.changes import Desk
from app.services.ports.store import Files
from app.services.safe_text import display
from app.wording import bytes_size

MOST_BYTES = 25 << 20
"""Of one file."""
MOST_TOGETHER = 250 << 20
"""Of all files of one change."""
SHOWN_BYTES = 64 << 10
"""So much of a file is shown as text."""
_LONGEST_NAME = 120
_PLAIN = "text/plain"
_BINARY = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Found:
    """What shall be kept; ``source`` says where it came from, ``about`` what it proves."""

    name: str
    data: bytes
    source: str
    about: str = ""
    shows_need: bool = False
    """Whether it also becomes a record of the need."""


def read_file(path: Path) -> bytes:
    """Return the bytes of an ordinary file that is not too big.

    Raises:
        InvalidInput: It is a folder or a device, is too big, empty, or cannot be read.
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # a pipe would keep us waiting
            raise InvalidInput(_("{name} is no ordinary file.").format(name=path.name))
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise InvalidInput(
            _("{name} cannot be read: {why}.").format(name=path.name, why=error.strerror or error)
        ) from error
    check_size(data, path.name)
    return data


def check_size(data: bytes, name: str) -> None:
    """Raise InvalidInput for nothing, and for too much."""
    if not data:
        raise InvalidInput(_("{name} is empty.").format(name=name))
    if len(data) > MOST_BYTES:
        raise InvalidInput(
            _("{name} is bigger than {most}.").format(name=name, most=bytes_size(MOST_BYTES)),
            hint=_("Attach the part that matters."),
        )


def attach(found: Found, change_id: str, *, desk: Desk, files: Files) -> Change:
    """Freeze what was found as evidence of a change, with its log entry.

    The bytes are kept before the record names them: a crash in between leaves a file nobody cites.

    Raises:
        InvalidInput: It is empty or too big, or the change holds too much already.
        IllegalMove: The change is closed.
    """
    name = clean_name(found.name)
    check_size(found.data, name)
    with desk.new_uow() as uow:
        _refuse(uow.changes.get(change_id), len(found.data))
    sha256 = files.put(found.data)
    item = Attachment(
        sha256, name, mime_of(name, found.data), len(found.data), found.source, desk.clock.now(),
        desk.actor, found.about.strip(),
    )  # fmt: skip
    with desk.new_uow() as uow:
        change = uow.changes.get(change_id)
        _refuse(change, item.size)
        if any(known.sha256 == sha256 and known.name == name for known in change.attachments):
            return change
        after = replace(
            change, attachments=(*change.attachments, item), updated_at=item.captured_at
        )
        if found.shows_need:
            record = NeedEvidence(
                EvidenceKind.LOG, item.about or name, reference=item.source, file=sha256
            )
            need = replace(change.need, evidence=(*change.need.evidence, record))
            after = replace(after, need=need)
        saved = uow.changes.save(after)
        text = _("Kept {name}, {size}, SHA-256 {hash}…").format(
            name=name, size=bytes_size(item.size), hash=sha256[:12]
        )
        uow.log.append(NewEvent("evidence.attached", text, change.id, (sha256,)))
        uow.commit()
    return saved


def detach(change_id: str, sha256: str, *, desk: Desk) -> Change:
    """Take an attachment off a change that is still being drafted or planned.

    The bytes stay where they are, and the log still names them.

    Raises:
        IllegalMove: The plan is with its approvers, or beyond.
    """
    with desk.new_uow() as uow:
        change = uow.changes.get(change_id)
        if change.state not in (ChangeState.DRAFT, ChangeState.ASSESS):
            raise IllegalMove(_("Evidence is only taken off while a change is being planned."))
        kept = tuple(item for item in change.attachments if item.sha256 != sha256)
        gone = [item.name for item in change.attachments if item.sha256 == sha256]
        if not gone:
            return change
        evidence = tuple(
            replace(item, file="") if item.file == sha256 else item for item in change.need.evidence
        )
        after = replace(
            change,
            attachments=kept,
            need=replace(change.need, evidence=evidence),
            updated_at=desk.clock.now(),
        )
        saved = uow.changes.save(after)
        text = _("Took {name} off, SHA-256 {hash}…").format(name=gone[0], hash=sha256[:12])
        uow.log.append(NewEvent("evidence.detached", text, change.id, (sha256,)))
        uow.commit()
    return saved


def _refuse(change: Change, size: int) -> None:
    if not change.state.is_open:
        raise IllegalMove(_("{number} is closed.").format(number=change.number))
    if size + sum(item.size for item in change.attachments) > MOST_TOGETHER:
        raise InvalidInput(
            _("The files of {number} would be more than {most}.").format(
                number=change.number, most=bytes_size(MOST_TOGETHER)
            ),
            hint=_("Attach the part that matters."),
        )


def clean_name(name: str) -> str:
    """Return the last part of a name, without anything that a file system or a reader obeys."""
    last = name.replace("\\", "/").rstrip("/").rpartition("/")[2]
    kept = "".join(
        "_" if letter in '<>:"|?*' or (category(letter)[0] in "CZ" and letter != " ") else letter
        for letter in last
    ).strip(" .")
    if len(kept) > _LONGEST_NAME:
        _stem, dot, ending = kept.rpartition(".")
        short = ending if dot and len(ending) <= 10 else ""
        kept = kept[: _LONGEST_NAME - len(short) - 1] + (f".{short}" if short else "")
    return kept or _("file")


def mime_of(name: str, data: bytes) -> str:
    """Return the type by the name's ending; text that is no text is called binary."""
    guessed = mimetypes.MimeTypes().guess_type(name)[0]  # our own list, not the system's
    if is_text(data):
        return guessed if guessed and guessed.startswith(("text/", "application/json")) else _PLAIN
    return guessed if guessed and not guessed.startswith("text/") else _BINARY


def is_text(data: bytes) -> bool:
    """Whether bytes can be read as text: no zero byte, and UTF-8 or nearly so."""
    head = data[:SHOWN_BYTES]
    if b"\0" in head:
        return False
    shown = head.decode("utf-8", "replace")
    return shown.count("\ufffd") <= len(shown) // 50 + 1


def shown_text(data: bytes) -> tuple[str, ...]:
    """Return the lines of the beginning of a text as they may be shown; nothing for a binary."""
    if not is_text(data):
        return ()
    return tuple(display(data[:SHOWN_BYTES]).split("\n"))


def listed(change: Change) -> Sequence[Attachment]:
    """Return the attachments, newest first."""
    return sorted(change.attachments, key=lambda item: item.captured_at, reverse=True)
