"""What the list of connections reads and writes, each as one call on a worker."""

from typing import TYPE_CHECKING

from app.domain.connection import Connection
from app.services import connections
from ui.tasks import WRITES, Task

if TYPE_CHECKING:
    from app.services.facade import AppServices
    from ui.context import UiContext


def load_connections(services: "AppServices") -> tuple[Connection, ...]:
    """Return all connections, retired ones last."""
    return connections.list_connections(desk=services.desk)


def save(context: "UiContext", connection: Connection, token: str) -> Task:
    """Keep a connection; an empty token leaves the one that is kept."""
    with_ = context.services.connecting
    return context.tasks.start(
        lambda _ctx: connections.save_connection(connection, token, with_=with_), lane=WRITES
    )


def retire(context: "UiContext", connection_id: str) -> Task:
    """Offer a connection no longer, and forget its token."""
    with_ = context.services.connecting
    return context.tasks.start(
        lambda _ctx: connections.retire_connection(connection_id, with_=with_), lane=WRITES
    )


def check(context: "UiContext", connection: Connection) -> Task:
    """Ask who answers there."""
    with_ = context.services.connecting
    return context.tasks.start(
        lambda task: connections.check_connection(connection.id, with_=with_, context=task),
        title=connection.name,
    )
