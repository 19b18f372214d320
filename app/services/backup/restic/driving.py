"""Take a snapshot with restic on a host, have it read again, and restore it: each with evidence."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from app.domain.backup import SourceKind
from app.domain.change import Change
from app.domain.event import NewEvent
from app.domain.external_backup import BackupSystem, Checked, Covered, ExternalBackup
from app.domain.ids import HostId
from app.domain.restic import WHOLE, ResticDrill, ResticRepository, ResticSnapshot
from app.domain.restore import PlanStep
from app.errors import AppError, CommandFailed, IllegalMove, InvalidInput
from app.i18n import _, ngettext
from app.services.attachments import Found
from app.services.backup import external_backups
from app.services.backup.external_backups import DrillReport, find_reference
from app.services.backup.restic import answers, running, scripts
from app.services.backup.restic.running import Said
from app.services.backup.restic.way_back import lines_of, plan_of
from app.services.change.changes import Desk
from app.services.ports.store import Files
from app.services.ports.world import Remote, Remotes, Secrets
from app.tasks import TaskContext
from app.wording import bytes_size

_PLACE = re.compile(
    r"(?:(?:sftp|rest|s3|b2|azure|gs|swift|rclone):)?[A-Za-z0-9/._~][^\s\x00-\x1f]*"
)
_LOCK_PAUSES_S = (5.0, 10.0, 15.0, 30.0, 60.0)
"""How long a locked repository is waited for, try after try, before a person is asked."""
_LOGIN = re.compile(r"//[^/@]*:[^/@]*@")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What restic is to take: things of the plan on one host, and how much is read again."""

    repository: ResticRepository
    covers: tuple[Covered, ...]
    read_percent: int = WHOLE


@dataclass(frozen=True, slots=True)
class Driving:
    """What driving restic works with."""

    desk: Desk
    files: Files
    remotes: Remotes
    secrets: Secrets
    lock_pauses_s: tuple[float, ...] = _LOCK_PAUSES_S


def keep_password(repository: ResticRepository, password: str, *, with_: Driving) -> None:
    """Keep the password of a repository in the keyring, and log that it was set.

    Raises:
        InvalidInput: It is more than one line, or the place is none.
        SecretUnavailable: The keyring is locked or missing.
    """
    check_place(repository.place)
    if not password or re.search(r"[\n\r\0]", password):
        raise InvalidInput(_("The password of a repository is one line."))
    with_.secrets.set(repository.secret, password)
    with with_.desk.new_uow() as uow:
        text = _("Kept the password for the repository {place} in the keyring")
        text = text.format(place=repository.place)
        uow.log.append(NewEvent("backup.secret_kept", text, refs=(repository.host,)))
        uow.commit()


def check_place(place: str) -> None:
    """Refuse what is no place of a repository, or would show a password to everybody on the host.

    Raises:
        InvalidInput: With the reason.
    """
    if len(place) > 300 or not _PLACE.fullmatch(place):
        raise InvalidInput(
            _("“{place}” is no place of a repository.").format(place=place[:100]),
            hint=_("Such as /srv/restic, sftp:backup@host:/srv/restic or rest:https://host/."),
        )
    if _LOGIN.search(place):
        raise InvalidInput(
            _("A password in the repository's place shows in the host's list of processes."),
            hint=_("Leave it out; the host's own settings give it to restic."),
        )


def take(change_id: str, wanted: Wanted, context: TaskContext, *, with_: Driving) -> Change:
    """Take a snapshot, have restic check it, and keep it as a reference with all that was said.

    Raises:
        InvalidInput: The place, the share to read or what it is to hold makes no sense.
        SecretUnavailable: The keyring holds no password for the repository.
        RemoteError: No snapshot counts; the log says why.
    """
    repository = wanted.repository
    check_place(repository.place)
    paths = _paths(change_id, wanted, with_.desk)
    password = running.password_of(repository, with_.secrets)
    restic = _Restic(_open(repository.host, with_), password, with_.lock_pauses_s, context)
    number, begun = _number(change_id, with_.desk), with_.desk.clock.now()
    try:
        taken, told = _capture(restic, repository, number, paths)
        checked = _check(restic, wanted, taken, paths)
    except AppError as error:
        _log_failure(change_id, repository, error, with_.desk)
        raise
    item = _reference(wanted, taken, begun, with_.desk.actor)
    plan = lines_of(plan_of(item, paths, restic.remote.host.name))
    evidence = _evidence(f"restic-{taken.id[:8]}.txt", (told, checked), repository, *plan)
    return external_backups.record_reference(
        change_id, item, evidence, desk=with_.desk, files=with_.files
    )


def wanted_on(change: Change, repository: ResticRepository, percent: int = WHOLE) -> Wanted:
    """Return what the plan of a change names on a host of a repository, as restic is to take it."""
    covers = tuple(
        Covered(source.host, source.kind, source.title)
        for source in change.backup_plan
        if source.host == repository.host and source.kind is SourceKind.FILES
    )
    return Wanted(repository, covers, percent)


def way_back(change: Change, item: ExternalBackup, host: str) -> tuple[PlanStep, ...]:
    """Return the restore plan of what restic took from here; nothing of what the plan dropped."""
    paths = tuple(p for s in change.backup_plan if item.stands_for(s) for p in s.paths)
    return plan_of(item, paths, host) if item.driven and paths else ()


def repository_of(item: ExternalBackup) -> ResticRepository:
    """Return where restic keeps a backup that it took from here."""
    return ResticRepository(item.covers[0].host, item.repository)


def drill(change_id: str, reference: str, context: TaskContext, *, with_: Driving) -> Change:
    """Restore a snapshot into a scratch place of its host, compare, and keep the result.

    What it wrote is removed at its end. A restore that fails by what is kept is kept as failed.

    Raises:
        IllegalMove: The reference was not taken by restic from here, or no longer stands.
        RemoteError: It could not begin, or nobody knows how it ended; nothing is kept of it.
    """
    item = find_reference(change_id, reference, desk=with_.desk)
    if not item.driven or not item.stands:
        raise IllegalMove(_("Only what restic took from here can be restored from here."))
    repository = repository_of(item)
    password = running.password_of(repository, with_.secrets)
    restic = _Restic(_open(repository.host, with_), password, with_.lock_pauses_s, context)
    paths = _live_paths(change_id, item, with_.desk)
    said = restic.run(lambda job: scripts.restore(job, repository.place, item.identifier, paths))
    name = restic.remote.host.name
    if said.code != 0 and not answers.speaks_of_data(said.code, said.err):
        raise answers.failure(said.code, said.out, said.err, name, _("restic restore"))
    report = _report(said, name, with_.desk)
    evidence = _evidence(f"restic-restore-{said.job[:8]}.txt", (said,), repository)
    return external_backups.record_drill(
        change_id, item.id, report, evidence, desk=with_.desk, files=with_.files
    )


def _report(said: Said, host: str, desk: Desk) -> DrillReport:
    try:
        found = answers.restored_of(said.out)
    except ValueError:
        found = None
    passed = said.code == 0 and found is not None and found.passed
    took_s = found.duration_s if found is not None else said.duration_s
    compared = _("restic restore --verify ended with code {code}").format(code=said.code)
    if said.code == 0 and found is not None:
        compared = _compared(found)
    where = _("a scratch folder on {host}, removed after it").format(host=host)
    return DrillReport(desk.clock.now(), max(took_s, 0.01), where, compared, desk.actor, passed)


def _compared(found: ResticDrill) -> str:
    if not found.whole:
        return _("the comparison with the host did not get to its end")
    parts = [
        ngettext(
            "{n} of {all} file, {size}, equal to the live one byte for byte",
            "{n} of {all} files, {size}, equal to the live ones byte for byte",
            found.files,
        ).format(n=found.same, all=found.files, size=bytes_size(found.size_bytes))
    ]
    for number, text in (
        (found.newer, _("{n} altered on the host since")),
        (found.gone, _("{n} removed there since")),
        (found.differ, _("{n} different without a reason")),
        (found.lacking, _("{n} not in the backup")),
    ):
        if number:
            parts.append(text.format(n=number))
    return ", ".join(parts)


def _live_paths(change_id: str, item: ExternalBackup, desk: Desk) -> tuple[str, ...]:
    """Return where what a snapshot stands for lies on its host, as the plan says now."""
    with desk.new_uow() as uow:
        plan = uow.changes.get(change_id).backup_plan
    found = tuple(dict.fromkeys(path for s in plan if item.stands_for(s) for path in s.paths))
    if not found:
        raise IllegalMove(_("The plan no longer names what this backup stands for."))
    return found


@dataclass(frozen=True, slots=True)
class _Restic:
    """restic on one host; what it finds locked it tries again, a few times."""

    remote: Remote
    password: str
    lock_pauses_s: tuple[float, ...]
    context: TaskContext

    def run(self, command: Callable[[str], str]) -> Said:
        """Run a command, given its job's name; a locked repository was not touched by it.

        Raises:
            RemoteError: It was not begun, or nobody knows how it ended.
        """
        for pause_s in self.lock_pauses_s:
            said = self._once(command)
            if not answers.is_locked(said.code, said.err):
                return said
            self.context.progress(0, None, _("Another restic has locked the repository; waiting"))
            self.context.wait(pause_s)
        return self._once(command)

    def _once(self, command: Callable[[str], str]) -> Said:
        job = running.new_job()
        return running.run(self.remote, job, command(job), self.password, self.context)


def _capture(
    restic: _Restic, repository: ResticRepository, number: str, paths: tuple[str, ...]
) -> tuple[ResticSnapshot, Said]:
    host = restic.remote.host.name
    restic.context.progress(0, 2, _("restic takes a snapshot on {host}").format(host=host))
    said = restic.run(lambda job: scripts.take(job, repository.place, number, paths))
    if said.code != 0:
        raise answers.failure(said.code, said.out, said.err, host, _("restic backup"))
    try:
        return answers.snapshot_of(said.out), said
    except ValueError as error:
        raise _unclear(restic.remote, _("restic backup")) from error


def _check(restic: _Restic, wanted: Wanted, taken: ResticSnapshot, paths: tuple[str, ...]) -> Said:
    restic.context.progress(1, 2, _("restic reads its data again"))
    remote, step, place = restic.remote, _("restic check"), wanted.repository.place
    said = restic.run(lambda job: scripts.check(job, place, taken.id, wanted.read_percent))
    if said.code != 0:
        raise answers.failure(said.code, said.out, said.err, remote.host.name, step)
    held = answers.paths_of(said.out, taken.id)
    if not answers.is_sound(said.out) or set(held) != set(paths):
        raise _unclear(remote, step)
    return said


def _unclear(remote: Remote, step: str) -> CommandFailed:
    return CommandFailed(
        _("restic ended without an error, and did not say what it has kept."),
        hint=_("Its snapshot counts for nothing; look at the repository."),
        host=remote.host.name, step=step,
    )  # fmt: skip


def _reference(wanted: Wanted, taken: ResticSnapshot, begun: datetime, who: str) -> ExternalBackup:
    percent = wanted.read_percent
    return ExternalBackup(
        "", BackupSystem.RESTIC, taken.id, begun, wanted.covers,
        scope=ngettext(
            "{n} file, {added} new in the repository",
            "{n} files, {added} new in the repository",
            taken.files,
        ).format(n=taken.files, added=bytes_size(taken.added_bytes)),
        size_bytes=taken.size_bytes,
        checked=Checked.VERIFIED if percent >= WHOLE else Checked.SEEN,
        checked_by=who,
        check=_("restic check, {percent} % of the data read again").format(percent=percent),
        repository=wanted.repository.place,
    )  # fmt: skip


def _evidence(name: str, said: tuple[Said, ...], repository: ResticRepository, *plan: str) -> Found:
    text = "\n".join(f"{one.out}{one.err}exit {one.code}, {one.duration_s:.1f} s\n" for one in said)
    text = "\n".join((text, *plan))
    about = _("What restic said about {place}").format(place=repository.place)
    return Found(name, text.encode(), repository.place, about)


def _paths(change_id: str, wanted: Wanted, desk: Desk) -> tuple[str, ...]:
    if not 1 <= wanted.read_percent <= WHOLE:
        raise InvalidInput(_("Between 1 and 100 % of the data can be read again."))
    with desk.new_uow() as uow:
        plan = uow.changes.get(change_id).backup_plan
    found = [s for s in plan if Covered(s.host, s.kind, s.title) in wanted.covers]
    if not found or any(s.host != wanted.repository.host for s in found):
        raise InvalidInput(_("One snapshot of restic holds what the plan names on one host."))
    if any(s.kind is not SourceKind.FILES for s in found):
        raise InvalidInput(
            _("restic takes files; a database is not whole when its files are copied."),
            hint=_("Let our own vault capture the database."),
        )
    if any(s.exclude for s in found):
        raise InvalidInput(
            _("The plan leaves something out, and restic's patterns are not ours."),
            hint=_("Take it into our own vault, or plan it without exclusions."),
        )
    return tuple(dict.fromkeys(path.rstrip("/") or "/" for s in found for path in s.paths))


def _open(host: HostId, with_: Driving) -> Remote:
    with with_.desk.new_uow() as uow:
        return with_.remotes.open(uow.hosts.get(host))


def _number(change_id: str, desk: Desk) -> str:
    with desk.new_uow() as uow:
        change = uow.changes.get(change_id)
    if not change.state.is_open:
        raise IllegalMove(_("{number} is closed.").format(number=change.number))
    return change.number


def _log_failure(change_id: str, repository: ResticRepository, error: AppError, desk: Desk) -> None:
    with desk.new_uow() as uow:
        text = _("No backup by restic that counts: {why}").format(why=error.sentence())
        uow.log.append(NewEvent("backup.failed", text, change_id, (repository.host,)))
        uow.commit()
