"""How a change begins, each as one call on a worker."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.domain.change import Change
from app.domain.host import Host
from app.domain.ids import HostId
from app.domain.need import NeedCategory
from app.services.change import changes
from ui.tasks import WRITES, Task

if TYPE_CHECKING:
    from app.services.facade import AppServices
    from ui.context import UiContext


@dataclass(frozen=True, slots=True)
class Beginning:
    """What is known of a change when it is begun; only the title must be."""

    title: str
    category: NeedCategory | None = None
    service: str = ""
    hosts: tuple[HostId, ...] = ()

    def fill(self, change: Change) -> Change:
        """Return a change with what is known."""
        need = replace(change.need, category=self.category)
        return replace(change, need=need, business_service=self.service, hosts=self.hosts)

    def start(self, context: "UiContext") -> Task:
        """Record the new change."""
        desk = context.services.desk
        return context.tasks.start(
            lambda _task: changes.open_change(self.title, desk=desk, edit=self.fill), lane=WRITES
        )


def load_hosts(services: "AppServices") -> tuple[Host, ...]:
    """Return the hosts in use, by name."""
    with services.new_uow() as uow:
        hosts = [host for host in uow.hosts.list() if not host.archived]
    return tuple(sorted(hosts, key=lambda host: host.name))
