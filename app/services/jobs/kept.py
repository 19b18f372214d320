"""What lies on a host of what was left running there, whose it is, and what may become of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from app.domain.backup import CutOff
from app.domain.change import Change
from app.domain.event import NewEvent
from app.domain.host import Host
from app.domain.job import JobState, Leftover
from app.domain.run import Run, StepRun, StepState
from app.errors import IllegalMove
from app.i18n import _
from app.services.change.changes import Desk
from app.services.jobs.client import JobClient
from app.services.jobs.leftovers import list_jobs
from app.services.ports.world import Remote
from app.tasks import TaskContext

STALE_S = 7 * 86_400.0
"""After this long nobody comes to read what another computer has left there."""
_SLACK = timedelta(days=1)


class Owner(StrEnum):
    """Whose a job is."""

    STEP = "step"
    BACKUP = "backup"
    UNKNOWN = "unknown"
    """Of another computer, another data folder, or of a record that is gone."""


@dataclass(frozen=True, slots=True)
class KeptJob:
    """One job on a host; ``ref`` is the run or the set that it belongs to, ``title`` names it."""

    leftover: Leftover
    owner: Owner
    title: str
    ref: str = ""
    finishable: bool = False
    """Whether it belongs to a backup that can be finished from it."""
    unread: bool = False
    """Whether its outcome is still to be looked at from the run it belongs to."""
    keep: str = ""
    """Why it may not be removed; "" when it may."""

    @property
    def id(self) -> str:
        """The id that the host knows it by."""
        return self.leftover.job


def kept_on(
    host: Host, remote: Remote, cut_off: Sequence[CutOff], *, desk: Desk, context: TaskContext
) -> tuple[KeptJob, ...]:
    """List what lies on a host, oldest first; nothing is altered there.

    Raises:
        RemoteError: The host cannot be asked.
    """
    found = list_jobs(remote, context)
    if not found:
        return ()
    oldest = desk.clock.now() - timedelta(seconds=max(one.begun_ago_s for one in found)) - _SLACK
    with desk.new_uow() as uow:
        runs = uow.runs.worked_on([host.id], oldest)
    steps = {item.job: (run, change, item) for run, change, item in _sent(runs)}
    backups = {job: item for item in cut_off for job in item.jobs}
    return tuple(_kept(one, steps.get(one.job), backups.get(one.job)) for one in found)


def _sent(runs: Iterable[tuple[Run, Change]]) -> Iterable[tuple[Run, Change, StepRun]]:
    return ((run, change, item) for run, change in runs for item in run.steps if item.job)


def _kept(
    one: Leftover, step: tuple[Run, Change, StepRun] | None, backup: CutOff | None
) -> KeptJob:
    running = _("It still runs.") if not one.is_over else ""
    if backup is not None:
        title = _("Backup of {what}, begun {at:%Y-%m-%d %H:%M} UTC").format(
            what=", ".join(source.title for source in backup.sources), at=backup.at
        )
        return KeptJob(one, Owner.BACKUP, title, backup.set, finishable=not backup.is_over)
    if step is not None:
        run, change, item = step
        unread = item.state in (StepState.UNKNOWN, StepState.SENT)
        why = _("Its run waits for its outcome.") if unread else ""
        title = f"{change.number}: {item.step.title}"
        return KeptJob(one, Owner.STEP, title, run.id, unread=unread, keep=running or why)
    fresh = one.state is JobState.ENDED and not one.read and one.seen_ago_s < STALE_S
    why = _("Another computer may not have read it yet.") if fresh else ""
    return KeptJob(one, Owner.UNKNOWN, _("Not known here"), keep=running or why)


def remove_kept(job: KeptJob, remote: Remote, *, desk: Desk) -> None:
    """Let a host forget a job that is over, with all it has put out.

    Raises:
        IllegalMove: It may not be removed, or began to run again.
        RemoteError: The host cannot be asked.
    """
    if job.keep or job.owner is Owner.BACKUP:
        raise IllegalMove(job.keep or _("A backup is finished or dropped."))
    if not JobClient(remote, job.id).remove():
        raise IllegalMove(_("Something of it still runs on the host."))
    text = _("Removed from {host}: {what}").format(host=remote.host.name, what=job.title)
    with desk.new_uow() as uow:
        uow.log.append(NewEvent("job.removed", text, refs=(remote.host.id, job.id)))
        uow.commit()
