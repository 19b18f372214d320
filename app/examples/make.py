"""Makes the folder with the example changes: built beside its place, and put there when whole."""

import shutil
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from app.bootstrap import KEY_FILE, Surroundings, open_services
from app.demo.plan import COORDINATOR
from app.domain.change import Change
from app.errors import AppError, Busy
from app.examples import fileserver, patch, postgresql, practice, small
from app.examples.calendar import keep_calendar
from app.examples.hosts import make_up_hosts, scripted
from app.examples.stage import ORGANISATION, PEOPLE, ZONE, PlayedClock, Stage
from app.i18n import _, later
from app.paths import private_dir
from app.secrets import SessionSecrets
from app.services import people
from app.settings import Settings
from app.store.first_reads import FirstReads
from app.store.lock import LOCK_NAME, InstanceLock, acquire
from app.store.sqlite import FILE_NAME
from app.tasks import TaskCancelled, TaskContext

BEGINS_DAYS_AGO = 85
_WINDOW = ("window.ini",)
"""What the window remembers of itself; it outlives the examples."""
_PATIENCE, _PAUSE_S = 50, 0.2


@dataclass(frozen=True, slots=True)
class Made:
    """What was made: the folder, and the changes in it by number; the three stories come first."""

    folder: Path
    changes: tuple[Change, ...]


def make_examples(folder: Path, context: TaskContext, now: datetime | None = None) -> Made:
    """Make the examples anew in a folder; examples that are there are replaced.

    Args:
        folder: Where they go; it must be empty, missing, or hold examples.
        context: Told how far it has come; a stop leaves what was there before.
        now: When the play ends, the present otherwise.

    Raises:
        AppError: The folder holds something that is no example.
        TaskCancelled: A stop was asked for.
    """
    refuse_other(folder)
    part = folder.with_name(f"{folder.name}.new")
    shutil.rmtree(part, ignore_errors=True)
    private_dir(part)
    try:
        changes = _play(part, context, (now or datetime.now(UTC)).replace(microsecond=0))
        _replace(folder, part, context)
    except Exception:
        if context.stopped:  # what failed had been told to stop
            raise TaskCancelled from None
        raise
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return Made(folder, changes)


def _replace(folder: Path, part: Path, context: TaskContext) -> None:
    """Put the new examples in the place of old ones, once no window has these open."""
    if folder.exists():
        acquire_when_free(folder, context).release()
        for name in _WINDOW:
            if (folder / name).exists():
                shutil.copy(folder / name, part / name)
        shutil.rmtree(folder)
    part.rename(folder)


def acquire_when_free(folder: Path, context: TaskContext) -> InstanceLock:
    """Wait for a window that is being closed; raises Busy when it stays open."""
    for _try in range(_PATIENCE):
        with suppress(Busy):
            return acquire(folder, datetime.now(UTC))
        context.wait(_PAUSE_S)
    return acquire(folder, datetime.now(UTC))


def refuse_other(folder: Path) -> None:
    """Raise AppError when a folder holds anything but examples."""
    there = {path.name for path in folder.iterdir()} if folder.is_dir() else set()
    if there - {*_WINDOW, LOCK_NAME} and not is_example(folder):
        raise AppError(
            _("{folder} holds something that is no example.").format(folder=folder),
            hint=_("Name another folder."),
        )


def is_example(folder: Path) -> bool:
    """Whether a data folder holds made-up data only, as its own settings say."""
    database = folder / FILE_NAME
    return database.is_file() and FirstReads(database).settings().example


def _play(part: Path, context: TaskContext, now: datetime) -> tuple[Change, ...]:
    clock = PlayedClock(now - timedelta(days=BEGINS_DAYS_AGO), context)
    around = Surroundings(
        clock=clock,
        actor=COORDINATOR,
        secrets=SessionSecrets(),
        key_file=part / KEY_FILE,
        pause=clock.let_pass,
        quiet=True,
    )
    with closing(open_services(part, around)) as services:
        stage = Stage(part, services, clock, now)
        _set_up(stage)
        for place, (title, act) in enumerate(ACTS):
            context.progress(place, len(ACTS), _(title))
            act(stage)
        clock.go_to(now)
        with services.new_uow() as uow:
            return tuple(sorted(uow.changes.list(), key=lambda change: change.number))


ACTS: tuple[tuple[str, Callable[[Stage], Change]], ...] = (
    (fileserver.TITLE, fileserver.play),
    (postgresql.TITLE, postgresql.play),
    (patch.TITLE, patch.play),
    (later("Five smaller changes"), small.write),
    (later("A night of work"), small.work),
    (later("Two reviews"), small.look_back),
    (later("What comes next"), small.come_next),
    (practice.TITLE, practice.prepare),
)
"""In the order in which they happened: one clock and one log serve all of them."""


def _set_up(stage: Stage) -> None:
    """Say that all of this is made up, before anything is recorded; then people, hosts, vault."""
    services = stage.services
    settings = Settings(user=COORDINATOR, organisation=ORGANISATION, zone=ZONE, example=True)
    services.save_settings(replace(settings, approvals_low=2, approvals_moderate=2))
    for person in PEOPLE:
        people.save_person(person, desk=stage.services.desk)
    make_up_hosts(stage)
    keep_calendar(stage)
    hosts = scripted(stage)
    for name, known in (
        ("db-01", postgresql.commands()),
        ("web-01", patch.commands("web-01")),
        ("web-02", patch.commands("web-02")),
        ("files-01", fileserver.commands()),
        ("files-02", fileserver.commands()),
        ("train-01", practice.commands()),
    ):
        hosts.machine(stage.hosts[name]).commands.update(small.COMMANDS | known)
    services.vault.make()
