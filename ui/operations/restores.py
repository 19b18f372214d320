"""What the backups page asks when something is to be put back, each as one call on a worker."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from app.domain.backup import BackupSet
from app.domain.ids import HostId
from app.domain.restore import HostDifference, Restore, RestoreWish
from app.services.backup import restore_settling, restores
from app.services.backup.restores import HostRestore, RestorePlan
from app.services.ports.vault import Catalogue
from ui.tasks import Task, host_lane

if TYPE_CHECKING:
    from app.services.facade import AppServices
    from app.tasks import TaskContext
    from ui.context import UiContext

PAGE = 200
"""Entries of a folder that are read at once."""
FOUND = 500


@dataclass(frozen=True, slots=True)
class Compared:
    """A difference, and what was compared: all of a set, some objects, or some paths."""

    difference: HostDifference
    wish: RestoreWish


@dataclass(frozen=True, slots=True)
class Part:
    """What of a set is meant: some objects or paths, one of its hosts, or all of it."""

    set: BackupSet
    paths: tuple[str, ...] = ()
    host: HostId | None = None
    objects: tuple[str, ...] = ()


def load_plan(services: "AppServices", item: BackupSet, host: HostId | None = None) -> RestorePlan:
    """Return the plan that was sealed with a set, or one host's part of it."""
    return restores.plan_of(item.id, keeping=services.keeping, host=host)


def compare(context: "UiContext", what: Part, title: str) -> Task:
    """Compare a host with a set, or with some of its objects or paths."""
    services = context.services
    wish = RestoreWish(what.objects, what.paths)

    def work(task: "TaskContext") -> Compared:
        found = restores.difference(
            what.set.id,
            keeping=services.keeping,
            context=task,
            objects=what.objects,
            paths=what.paths,
            host=what.host,
        )
        return Compared(found, wish)

    return context.tasks.start(work, lane=host_lane("vault"), title=title)


def browse(context: "UiContext", what: Part, title: str) -> Task:
    """Open the tree of what a set holds of a host; the task's result is a `Catalogue`."""
    services = context.services
    return context.tasks.start(
        lambda task: restores.browse(
            what.set.id, keeping=services.keeping, context=task, host=what.host
        ),
        title=title,
    )


def children(context: "UiContext", catalogue: Catalogue, parent: int, after: int) -> Task:
    """Read some entries of a folder."""
    return context.tasks.load(lambda: (parent, catalogue.children(parent, after, PAGE)))


def search(context: "UiContext", catalogue: Catalogue, text: str) -> Task:
    """Find entries by a part of their path."""
    return context.tasks.load(lambda: (text, catalogue.search(text, FOUND)))


def unpack(context: "UiContext", what: Part, target: Path, title: str) -> Task:
    """Unpack a set, or some of it, into a new folder on this computer."""
    services = context.services
    return context.tasks.start(
        lambda task: restores.restore_to_folder(
            what.set.id,
            target,
            keeping=services.keeping,
            context=task,
            paths=what.paths,
            host=what.host,
        ),
        lane=host_lane("vault"),
        title=title,
    )


def put_back(context: "UiContext", wanted: HostRestore, title: str) -> Task:
    """Put a set, or some of it, back on its host."""
    services = context.services
    return context.tasks.start(
        lambda task: restores.restore_on_host(wanted, keeping=services.keeping, context=task),
        lane=host_lane("vault"),
        title=title,
    )


def look(context: "UiContext", restore: Restore, title: str) -> Task:
    """Ask the host how far a restore came that was cut off."""
    services = context.services
    return context.tasks.start(
        lambda _task: restore_settling.look_after(restore.id, keeping=services.keeping),
        lane=host_lane("vault"),
        title=title,
    )


def undo(context: "UiContext", restore: Restore, typed: str, title: str) -> Task:
    """Bring back what was there before a restore."""
    services = context.services
    return context.tasks.start(
        lambda _task: restore_settling.undo(restore.id, typed, keeping=services.keeping),
        lane=host_lane("vault"),
        title=title,
    )


def settle(context: "UiContext", restore: Restore, typed: str, title: str) -> Task:
    """Remove what a restore keeps beside the originals."""
    services = context.services
    return context.tasks.start(
        lambda _task: restore_settling.clear(restore.id, typed, keeping=services.keeping),
        lane=host_lane("vault"),
        title=title,
    )
