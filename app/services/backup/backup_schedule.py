"""Backups of the runbook that begin by themselves, some time before the window opens.

Each try is on record before any host hears of it. One that failed is tried again as long as the
window has not opened; from then on nothing begins by itself, and the step of the runbook takes the
backup when its turn comes.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from app.domain.backup import BackupSet, Level
from app.domain.backup_schedule import BackupAttempt, ScheduleState
from app.domain.change import Change, ChangeState
from app.domain.event import Actor, NewEvent
from app.domain.ids import ChangeId
from app.domain.run import Run
from app.domain.runbook import Phase, Step
from app.errors import AppError, IllegalMove
from app.i18n import _
from app.services.backup.backup_gate import demand_of, gate_change
from app.services.backup.backups import Safekeeping, back_up_change
from app.services.change.changes import Desk
from app.services.host.last_work import work_after
from app.services.ports.store import UnitOfWork
from app.tasks import TaskContext
from app.wording import duration, moment

RETRY = timedelta(minutes=15)
"""Between the end of a try that failed and the next one."""
LATE = timedelta(minutes=2)
"""Later than this is said to be late: the program looks each minute."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How one scheduled backup of a change stands."""

    step: Step
    due_at: datetime
    state: ScheduleState
    next_at: datetime | None = None
    """When it begins, or is tried again (UTC)."""
    last: BackupAttempt | None = None


@dataclass(frozen=True, slots=True)
class DueBackup:
    """A scheduled backup whose time has come."""

    change: ChangeId
    number: str
    step: str
    title: str


def steps_ahead(change: Change) -> tuple[Step, ...]:
    """Return the backup steps that begin by themselves before the window."""
    return tuple(step for step in change.runbook.phase(Phase.FORWARD) if step.is_ahead)


def standings(change: Change, now: datetime) -> tuple[Standing, ...]:
    """Return how each scheduled backup of a change stands; none without a window."""
    if change.window is None:
        return ()
    opens = change.window.span.start
    return tuple(
        _standing(change, step, opens - timedelta(seconds=step.lead_s or 0.0), now)
        for step in steps_ahead(change)
    )


def _standing(change: Change, step: Step, due_at: datetime, now: datetime) -> Standing:
    tries = [one for one in change.backup_attempts if (one.step, one.due_at) == (step.id, due_at)]
    last = tries[-1] if tries else None
    opened = change.window is not None and now >= change.window.span.start
    if last is not None and last.ok:
        return Standing(step, due_at, ScheduleState.TAKEN, None, last)
    if last is not None and last.ended_at is None:
        return Standing(step, due_at, ScheduleState.RUNS, None, last)
    if opened:
        return Standing(step, due_at, ScheduleState.MISSED, None, last)
    next_at = due_at if last is None or last.ended_at is None else last.ended_at + RETRY
    if change.state is not ChangeState.SCHEDULED or change.on_hold or now < next_at:
        state = ScheduleState.RETRIES if last is not None else ScheduleState.WAITS
        return Standing(step, due_at, state, next_at, last)
    return Standing(step, due_at, ScheduleState.DUE, next_at, last)


def due_backups(*, desk: Desk) -> tuple[DueBackup, ...]:
    """Return the scheduled backups that must begin now."""
    now = desk.clock.now()
    with desk.new_uow() as uow:
        planned = uow.changes.list(state=ChangeState.SCHEDULED.value)
    return tuple(
        DueBackup(change.id, change.number, one.step.id, one.step.title)
        for change in planned
        for one in standings(change, now)
        if one.state is ScheduleState.DUE
    )


def run_due(due: DueBackup, *, keeping: Safekeeping, context: TaskContext) -> BackupAttempt | None:
    """Take a scheduled backup, and record how it ended; None when it is not due any more.

    What goes wrong is the outcome, not an error: it is logged, and tried again later.
    """
    begun = _begin(due, keeping.desk)
    if begun is None:
        return None
    change, attempt = begun
    try:
        taken = back_up_change(change, keeping=keeping, context=context)
    except AppError as error:
        return _end(due, replace(attempt, outcome=error.sentence()), keeping.desk)
    except BaseException:
        _end(due, replace(attempt, outcome=_("It was stopped.")), keeping.desk)
        raise
    needed = change.risk.required_backup if change.risk else Level.READABLE
    proven = all(_is_proven(item, needed) for item in taken)
    told = "; ".join(f"{item.host_name}: {_level(item)}" for item in taken)
    sets = tuple(item.id for item in taken)
    return _end(due, replace(attempt, ok=proven, outcome=told, sets=sets), keeping.desk)


def _is_proven(item: BackupSet, needed: Level) -> bool:
    return item.usable and item.level is not None and item.level >= needed


def _level(item: BackupSet) -> str:
    return item.level.label if item.level is not None else _("not proven")


def _begin(due: DueBackup, desk: Desk) -> tuple[Change, BackupAttempt] | None:
    """Put a try on record, if it is still due."""
    now = desk.clock.now()
    with desk.new_uow() as uow:
        change = uow.changes.get(due.change)
        found = [one for one in standings(change, now) if one.step.id == due.step]
        if not found or found[0].state is not ScheduleState.DUE:
            return None
        attempt = BackupAttempt(due.step, found[0].due_at, now, desk.actor)
        attempts = (*change.backup_attempts, attempt)
        saved = uow.changes.save(replace(change, backup_attempts=attempts))
        text = _("Began the scheduled backup “{title}”").format(title=due.title)
        if now - found[0].due_at > LATE and found[0].last is None:
            late = duration((now - found[0].due_at).total_seconds())
            text = _("{text}, {late} after its time").format(text=text, late=late)
        _log("backup.scheduled_began", text, due, uow)
        uow.commit()
    return saved, attempt


def _end(due: DueBackup, attempt: BackupAttempt, desk: Desk) -> BackupAttempt:
    """Record how a try ended, in place of its beginning."""
    ended = replace(attempt, ended_at=desk.clock.now())
    with desk.new_uow() as uow:
        change = uow.changes.get(due.change)
        uow.changes.save(replace(change, backup_attempts=_ended(change, ended)))
        kind = "backup.scheduled_taken" if ended.ok else "backup.scheduled_failed"
        text = _("The scheduled backup “{title}” is taken: {told}")
        if not ended.ok:
            text = _("The scheduled backup “{title}” is not there: {told}")
        _log(kind, text.format(title=due.title, told=ended.outcome), due, uow)
        uow.commit()
    return ended


def _ended(change: Change, ended: BackupAttempt) -> tuple[BackupAttempt, ...]:
    key = (ended.step, ended.due_at, ended.began_at)
    return tuple(
        ended if (one.step, one.due_at, one.began_at) == key else one
        for one in change.backup_attempts
    )


def _log(kind: str, text: str, due: DueBackup, uow: UnitOfWork) -> None:
    uow.log.append(NewEvent(kind, text, due.change, actor=Actor.SYSTEM))


def note_cut_off_tries(*, desk: Desk) -> int:
    """Mark, at a start, the tries that were under way when the program ended; return how many.

    They are tried again as if they had failed.
    """
    found = 0
    with desk.new_uow() as uow:
        for change in uow.changes.list(state=ChangeState.SCHEDULED.value):
            for attempt in [one for one in change.backup_attempts if one.ended_at is None]:
                words = _("The program ended while it was being taken.")
                ended = replace(attempt, ended_at=desk.clock.now(), outcome=words)
                change = replace(change, backup_attempts=_ended(change, ended))
                change = uow.changes.save(change)
                due = DueBackup(change.id, change.number, attempt.step, attempt.step)
                _log("backup.scheduled_cut_off", words, due, uow)
                found += 1
        if found:
            uow.commit()
    return found


def taken_ahead(change: Change, run: Run, *, desk: Desk) -> str:
    """Say what a run's backup step finds already taken; "" when it must be taken now.

    The same is asked as at the gate: every host, the level the risk asks, the age, and no later
    work on the hosts but that of this very run.
    """
    with desk.new_uow() as uow:
        sets = uow.backups.list(change=change.id)
        work = work_after(change, sets, uow, besides=run.id)
    now, zone = desk.clock.now(), change.window.zone if change.window else "UTC"
    usual_h = desk.settings.backup_age_h
    demand = demand_of(change, usual_h, now, work, unassessed=Level.READABLE)
    answers = [answer for _host, answer in gate_change(change, sets, demand)]
    best = [one.best for one in answers if one.best is not None]
    if not answers or len(best) < len(answers) or not all(one.met for one in answers):
        return ""
    oldest = min(best, key=lambda item: item.sealed_at)
    return _("Taken ahead, {at}: {told}").format(
        at=moment(oldest.sealed_at, zone),
        told="; ".join(dict.fromkeys(f"{item.host_name}: {_level(item)}" for item in best)),
    )


def schedule_words(one: Standing, zone: str) -> str:
    """Say when a scheduled backup begins, and how it stands."""
    at = moment(one.due_at, zone)
    lead = duration(one.step.lead_s or 0.0)
    parts = [_("{at}, {lead} before the window").format(at=at, lead=lead)]
    if one.step.max_age_s is not None:
        age = duration(one.step.max_age_s)
        parts.append(_("at most {age} old at the start").format(age=age))
    return f"{', '.join(parts)}. {' '.join(_state_words(one, zone))}"


def _state_words(one: Standing, zone: str) -> Iterator[str]:
    again = moment(one.next_at, zone)
    yield {
        ScheduleState.WAITS: _("Waits for its time; this program must be open then."),
        ScheduleState.DUE: _("Its time has come."),
        ScheduleState.RUNS: _("Being taken now."),
        ScheduleState.TAKEN: _("Taken."),
        ScheduleState.RETRIES: _("It failed, and is tried again {at}.").format(at=again),
        ScheduleState.MISSED: _("Missed: the step takes it when its turn comes."),
    }[one.state]
    if one.last is not None and one.last.outcome:
        yield one.last.outcome


def check_ahead(step: Step) -> Step:
    """Return a step whose lead and age limit make sense.

    Raises:
        IllegalMove: It begins so early that it would be too old when the window opens.
    """
    if step.lead_s is not None and step.max_age_s is not None and step.max_age_s <= step.lead_s:
        raise IllegalMove(
            _("It would be too old when the window opens."),
            hint=_("Let it begin later, or be older."),
        )
    return step
