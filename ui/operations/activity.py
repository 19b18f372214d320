"""What the tab of activity reads and writes, each as one call on a worker."""

from datetime import datetime
from typing import TYPE_CHECKING

from app.domain.change import Change
from app.services import entries
from app.services.activity import Activity, read_activity
from ui.tasks import WRITES, Task

if TYPE_CHECKING:
    from app.services.facade import AppServices
    from ui.context import UiContext

_EVERYTHING = 1_000_000


def load(services: "AppServices", change_id: str) -> Activity:
    """Return everything that happened to a change."""
    return read_activity(services.queries.events(change=change_id, limit=_EVERYTHING))


def insert(context: "UiContext", change_id: str, text: str, happened_at: datetime | None) -> Task:
    """Write an entry, at a past time if one is given."""
    services = context.services

    def work(_task: object) -> Change:
        desk = services.desk
        return entries.write_entry(change_id, text, desk=desk, happened_at=happened_at)

    return context.tasks.start(work, lane=WRITES)


def remark(context: "UiContext", change_id: str, seq: int, text: str) -> Task:
    """Add a remark to an entry."""
    services = context.services
    return context.tasks.start(
        lambda _task: entries.remark(change_id, seq, text, desk=services.desk), lane=WRITES
    )


def pin(context: "UiContext", change_id: str, seq: int, *, pinned: bool) -> Task:
    """Pin an entry, or let it go."""
    services = context.services
    return context.tasks.start(
        lambda _task: entries.pin(change_id, seq, pinned=pinned, desk=services.desk), lane=WRITES
    )
