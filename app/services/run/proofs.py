"""Files and photos that show a manual step was done: evidence of the change, named by the step."""

from dataclasses import replace

from app.domain.event import NewEvent
from app.domain.run import Run
from app.errors import IllegalMove
from app.i18n import _
from app.services.attachments import Found, attach
from app.services.change.changes import Desk
from app.services.ports.store import Files, UnitOfWork
from app.services.run.run_journal import update


def attach_proof(
    run_id: str, step_id: str, name: str, data: bytes, *, desk: Desk, files: Files
) -> Run:
    """Keep a file as evidence of the change, and name it at the step that waits for a person.

    Raises:
        InvalidInput: The file is empty or too big, or the change holds too much already.
        IllegalMove: The step is over, or the change is closed.
    """
    with desk.new_uow() as uow:
        run = uow.runs.get(run_id)
    title = run.of(step_id).step.title
    _refuse_over(run, step_id)
    found = Found(name, data, _("Proof of step “{title}”").format(title=title), title)
    change = attach(found, run.change, desk=desk, files=files)
    kept = next(item for item in reversed(change.attachments) if item.about == title)

    def edit(run: Run, _uow: UnitOfWork) -> Run:
        _refuse_over(run, step_id)
        item = run.of(step_id)
        if kept.sha256 in {other.sha256 for other in item.proofs}:
            return run
        return run.with_step(replace(item, proofs=(*item.proofs, kept)))

    text = _("“{name}” shows that “{title}” was done").format(name=kept.name, title=title)
    event = NewEvent("step.proven", text, refs=(kept.sha256,), data=(("step", step_id),))
    return update(run_id, edit, event, desk=desk)


def _refuse_over(run: Run, step_id: str) -> None:
    item = run.of(step_id)
    if item.is_settled:
        raise IllegalMove(_("“{title}” is over.").format(title=item.step.title))


def is_picture(data: bytes) -> str:
    """Return ``png`` or ``jpeg`` by the first bytes, else ""; the name is not believed."""
    signs = ((b"\x89PNG\r\n\x1a\n", "png"), (b"\xff\xd8\xff", "jpeg"))
    return next((kind for sign, kind in signs if data.startswith(sign)), "")
