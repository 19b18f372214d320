"""What the messages of a change do, each as one call on a worker."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from app.domain.communication import Audience
from app.services.message import communications
from app.services.saving import save_whole
from ui.tasks import WRITES, Task

if TYPE_CHECKING:
    from ui.context import UiContext


def plan_messages(context: "UiContext", change_id: str, audiences: Sequence[Audience]) -> Task:
    """Draft what these audiences are told before, during and after."""
    services = context.services
    return context.tasks.start(
        lambda _task: communications.plan_messages(change_id, audiences, desk=services.desk),
        lane=WRITES,
    )


def save_mail(context: "UiContext", change_id: str, message_id: str, target: Path) -> Task:
    """Write a message as a mail file that mail programs open as a draft."""
    services = context.services

    def work(_task: object) -> Path:
        data = communications.make_mail(change_id, message_id, mailing=services.mailing)
        return save_whole(data, target)

    return context.tasks.start(work)


def note_sent(context: "UiContext", change_id: str, message_id: str, to: str) -> Task:
    """Record that a message went out."""
    services = context.services
    return context.tasks.start(
        lambda _task: communications.note_sent(change_id, message_id, to, mailing=services.mailing),
        lane=WRITES,
    )
