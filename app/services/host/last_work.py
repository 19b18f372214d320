"""The last work on a host that may have altered its data, found in the runs of all changes.

What counts: a command that does not declare that it only reads, a restore, a manual step; in a
rehearsal where the stand-in was. A step that was sent counts however it was answered later. What
was done before it was recorded counts from its own times.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from app.domain.backup import BackupSet
from app.domain.change import Change
from app.domain.ids import ChangeId, HostId
from app.domain.restore import CUT_OFF, RestoreState
from app.domain.run import Run, RunMode, StepRun, StepState
from app.domain.runbook import StepKind
from app.domain.work import Work, last_of
from app.i18n import _
from app.services.ports.store import UnitOfWork
from app.services.run.commands import dangers

_ALTERING = (StepKind.COMMAND, StepKind.RESTORE)
_SENT = (
    StepState.SENT, StepState.DONE, StepState.FAILED, StepState.STOPPED, StepState.UNKNOWN,
)  # fmt: skip
_AT_HAND = (StepState.WAITING, StepState.DONE, StepState.FAILED, StepState.STOPPED)


def work_after(
    change: Change, backups: Iterable[BackupSet], uow: UnitOfWork, *, besides: str = ""
) -> tuple[Work, ...]:
    """Return the last work on each host a plan backs up, as far as its backups may lack it.

    Args:
        change: The change whose plan names the hosts.
        backups: Its sets; work that was over before the oldest of them began is not looked for.
        uow: Where the runs of all changes are.
        besides: A run that does not count: the one for which the backups were made.
    """
    hosts = {source.host for source in change.backup_plan}
    since = min((item.started_at for item in backups if hosts & item.hosts.keys()), default=None)
    return () if since is None else last_works(hosts, since, uow, besides=besides)


def last_works(
    hosts: Iterable[HostId], since: datetime, uow: UnitOfWork, *, besides: str = ""
) -> tuple[Work, ...]:
    """Return the last work on each of the hosts that was not over by an instant (UTC)."""
    wanted = tuple(dict.fromkeys(hosts))
    found = [
        work
        for run, change in uow.runs.worked_on(wanted, since)
        if run.id != besides
        for work in works_of(run, change)
        if work.overtakes(since)
    ]
    found += _recorded(wanted, since, uow)
    found += _put_back(wanted, since, uow, besides)
    last = (last_of(tuple(found), host) for host in wanted)
    return tuple(item for item in last if item is not None)


def works_of(run: Run, change: Change) -> Iterator[Work]:
    """Yield what the steps of a run may have altered, host by host."""
    if run.mode is RunMode.DRY:
        return
    for item in run.steps:
        began = _began(item)
        if began is None:
            continue
        ended = item.ended_at or run.ended_at
        for host in _touched(run, item, change):
            yield Work(
                host, change.id, change.number, item.step.title, ended or began,
                ended=ended is not None, run=run.id,
            )  # fmt: skip


def _began(item: StepRun) -> datetime | None:
    """Return since when a step may have altered something, None when it did not."""
    step = item.step
    if step.kind is StepKind.MANUAL:
        return item.started_at if item.state in _AT_HAND else None
    if step.kind not in _ALTERING or (step.reads_only and not dangers(step.command)):
        return None
    return item.sent_at or (item.started_at if item.state in _SENT else None)


def _touched(run: Run, item: StepRun, change: Change) -> Sequence[HostId]:
    if item.step.kind is StepKind.MANUAL and item.step.host is None:
        return change.hosts if run.mode is RunMode.LIVE else ()
    host = run.host_for(item.step.host)
    return () if host is None else (host,)


def _put_back(
    hosts: Sequence[HostId], since: datetime, uow: UnitOfWork, besides: str
) -> Iterator[Work]:
    """Yield restores that somebody made, outside the run that does not count."""
    run = uow.runs.find(besides) if besides else None
    for host in hosts:
        for item in uow.restores.list(host=host):
            if item.state is RestoreState.PREPARING or (run and item.change == run.change):
                continue
            swapping = item.state in CUT_OFF
            at = item.began_at if item.swapped_at is None else item.swapped_at
            if item.swapped_at is None and not swapping:
                continue  # the originals were never touched
            if swapping or at > since:
                owner = uow.changes.find(item.change) if item.change else None
                yield Work(
                    host, owner.id if owner else ChangeId(""), owner.number if owner else "–",
                    _("Restore by {name}").format(name=item.by), at, ended=not swapping,
                )  # fmt: skip


def _recorded(hosts: Sequence[HostId], since: datetime, uow: UnitOfWork) -> Iterator[Work]:
    """Yield work that was done before anybody recorded it."""
    for change in uow.changes.recorded_after(since):
        if change.work_end is None or change.work_end <= since:
            continue
        for host in change.hosts:
            if host in hosts:
                text = _("work recorded afterwards")
                yield Work(host, change.id, change.number, text, change.work_end)
