"""What the Evidence tab reads and does, each as one call on a worker."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from app.domain.change import Change
from app.domain.evidence import Attachment
from app.i18n import _
from app.services import attachments
from app.services.attachments import Found
from app.services.saving import save_whole
from ui.tasks import WRITES, Task

if TYPE_CHECKING:
    from app.services.facade import AppServices
    from ui.context import UiContext


@dataclass(frozen=True, slots=True)
class Shown:
    """The beginning of an attachment as text; no lines for a binary."""

    item: Attachment
    lines: tuple[str, ...]
    cut: bool


def attach_files(
    context: "UiContext", change_id: str, paths: Sequence[Path], *, shows_need: bool
) -> Task:
    """Freeze files of this computer as evidence; the first that cannot be read stops it."""
    services = context.services

    def work(_task: object) -> Change | None:
        change = None
        for path in paths:
            found = Found(path.name, attachments.read_file(path), str(path), shows_need=shows_need)
            change = attachments.attach(found, change_id, desk=services.desk, files=services.files)
        return change

    return context.tasks.start(work, lane=WRITES, title=_("Keeping the file"))


def attach_text(
    context: "UiContext", change_id: str, name: str, text: str, *, shows_need: bool
) -> Task:
    """Freeze a pasted text as evidence."""
    services = context.services
    stem = name.strip() or _("excerpt")
    found = Found(
        stem if stem.endswith((".txt", ".log")) else f"{stem}.txt",
        text.encode("utf-8", "replace"),
        _("pasted by {name}").format(name=services.actor),
        stem,
        shows_need,
    )

    def work(_task: object) -> Change:
        return attachments.attach(found, change_id, desk=services.desk, files=services.files)

    return context.tasks.start(work, lane=WRITES)


def detach(context: "UiContext", change_id: str, sha256: str) -> Task:
    """Take an attachment off a change that is being planned."""
    services = context.services
    return context.tasks.start(
        lambda _task: attachments.detach(change_id, sha256, desk=services.desk), lane=WRITES
    )


def show(services: "AppServices", item: Attachment) -> Shown:
    """Return what of an attachment can be shown; raises NotFound, StoreError."""
    data = services.files.get(item.sha256)
    cut = len(data) > attachments.SHOWN_BYTES
    return Shown(item, attachments.shown_text(data), cut)


def save_copy(context: "UiContext", item: Attachment, target: Path) -> Task:
    """Write an attachment's own bytes to a place of the user's choice."""
    files = context.services.files

    def work(_task: object) -> Path:
        data = files.get(item.sha256)
        return save_whole(data, target)

    return context.tasks.start(work)
