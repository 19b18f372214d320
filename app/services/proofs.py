"""Files and photos that show a manual step was done: kept under their hash, never interpreted."""

from dataclasses import replace
from pathlib import PurePath

from app.domain.event import NewEvent
from app.domain.run import Proof, Run
from app.errors import IllegalMove, InvalidInput
from app.i18n import _
from app.services.changes import Desk
from app.services.ports_store import Files, UnitOfWork
from app.services.run_journal import update
from app.services.safe_text import plain
from app.wording import bytes_size

LARGEST = 25_000_000
"""Bytes of one proof; photos of today's phones are below it."""
_SIGNS: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"%PDF-", "application/pdf"),
)


def media_type(data: bytes) -> str:
    """Return what a file is by its first bytes; its name is not believed."""
    known = (kind for sign, kind in _SIGNS if data.startswith(sign))
    return next(known, "application/octet-stream")


def ending_of(proof: Proof) -> str:
    """Return the ending of a file's name for what it is, never for what it was called."""
    endings = {"image/png": ".png", "image/jpeg": ".jpg", "application/pdf": ".pdf"}
    return endings.get(proof.kind, ".bin")


def attach_proof(
    run_id: str, step_id: str, name: str, data: bytes, *, desk: Desk, files: Files
) -> Run:
    """Keep a file with a step that waits for a person.

    Raises:
        InvalidInput: The file is empty or too large.
        IllegalMove: The step is over.
    """
    if not data or len(data) > LARGEST:
        raise InvalidInput(
            _("A proof has 1 byte to {most}; this file has {size}.").format(
                most=bytes_size(LARGEST), size=bytes_size(len(data))
            )
        )
    shown = plain(PurePath(name.replace("\\", "/")).name)[:120] or _("file")
    sha256 = files.put(data)
    proof = Proof(sha256, shown, media_type(data), len(data), desk.clock.now(), desk.actor)

    def edit(run: Run, _uow: UnitOfWork) -> Run:
        item = run.of(step_id)
        if item.is_settled:
            raise IllegalMove(_("“{title}” is over.").format(title=item.step.title))
        if any(other.sha256 == sha256 for other in item.proofs):
            return run
        return run.with_step(replace(item, proofs=(*item.proofs, proof)))

    text = _("Proof “{name}” added, SHA-256 {hash}").format(name=shown, hash=sha256[:12])
    event = NewEvent("step.proven", text, refs=(sha256,), data=(("step", step_id),))
    return update(run_id, edit, event, desk=desk)
