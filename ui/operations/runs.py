"""What the run page reads and does, each as one call on a worker."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from app.domain.backup import BackupSet
from app.domain.change import Change, ChangeState
from app.domain.event import Event
from app.domain.health import HealthReport
from app.domain.people import Person
from app.domain.run import Run, StepRun
from app.domain.work import Work
from app.services.attachments import read_file
from app.services.change.changes import Desk
from app.services.fanout import deciding
from app.services.guards.who import lacks_role
from app.services.host.last_work import work_after
from app.services.message.notifying import mail_of
from app.services.run import decisions, execution, silent_gates
from app.services.run.estimates import Past, past_steps
from app.services.run.execution import Beginning
from app.services.run.gate_facts import Situation
from app.services.run.proofs import attach_proof
from app.services.run.rollback import RollbackTime, rollback_deadline, rollback_time
from app.services.run.run_roles import RUNNERS, lacks_runner
from app.services.saving import save_whole
from app.services.search.rows import RunRow
from ui.tasks import Task

if TYPE_CHECKING:
    from app.services.facade import AppServices
    from ui.context import UiContext

EVENTS = 500
"""Log entries of a change that the timeline of a run looks at."""


@dataclass(frozen=True, slots=True)
class RunView:
    """A run with what the page shows around it; ``run`` is None before the start."""

    change: Change
    run: Run | None
    host_names: dict[str, str]
    deadline: datetime | None
    rollback: RollbackTime
    others: tuple[RunRow, ...] = ()
    health: tuple[HealthReport, ...] = ()
    backups: tuple[BackupSet, ...] = ()
    events: tuple[Event, ...] = ()
    backup_age_h: float = 24.0
    work: tuple[Work, ...] = ()
    """The last work of other runs on the hosts the plan backs up."""
    not_runner: str = ""
    """Why the acting person may not run steps, "" when they may."""
    not_owner: str = ""
    """The same of the step that waits: whoever owns it may run it too."""

    @property
    def zone(self) -> str:
        """The zone people read the times of this change in."""
        return self.change.window.zone if self.change.window else "UTC"

    def situation(self, run: Run, now: datetime) -> Situation:
        """Return what a gate looks at."""
        return Situation(
            self.change, run, now, self.health, self.backups, self.backup_age_h, self.zone,
            self.work,
        )  # fmt: skip


def load_view(services: "AppServices", ref: str = "") -> RunView | None:
    """Return the wanted run (by its id or its change's), else the newest; None without any."""
    rows = tuple(services.queries.runs())
    with services.new_uow() as uow:
        started = {row.change for row in rows if row.is_live}
        waiting = [
            change
            for change in uow.changes.list(state=ChangeState.IMPLEMENT.value)
            if change.id not in started and ref in ("", change.id)
        ]
        row = next((row for row in rows if ref in ("", row.id, row.change)), None)
        if waiting and (row is None or row.ended_at is not None):
            change, run = waiting[0], None
        elif row is not None:
            change, run = uow.changes.get(row.change), uow.runs.get(row.id)
        else:
            return None
        backups = tuple(uow.backups.list(change=change.id))
        health = tuple(uow.health.list(change=change.id))
        names = {str(host.id): host.name for host in uow.hosts.list()}
        work = work_after(change, backups, uow, besides=run.id if run else "")
        not_runner, not_owner = _lacks(change, run, uow.people.list(), services.actor)
    return RunView(
        change,
        run,
        names,
        rollback_deadline(change, backups) if run is None or run.is_live else None,
        rollback_time(change, backups),
        rows,
        health,
        backups,
        tuple(services.queries.events(change=change.id, limit=EVENTS)),
        services.settings.backup_age_h,
        work,
        not_runner,
        not_owner,
    )


def _lacks(
    change: Change, run: Run | None, people: Sequence[Person], actor: str
) -> tuple[str, str]:
    """Return why somebody may not run steps, and why not the one that waits."""
    if run is None:
        return lacks_role(RUNNERS, change, people, actor), ""
    step = run.current.step.id if run.current else ""
    return (
        lacks_runner(run, change, people, actor),
        lacks_runner(run, change, people, actor, step),
    )


def past(services: "AppServices") -> tuple[Past, ...]:
    """Return what steps took in live runs."""
    return past_steps(services.queries, desk=services.desk)


def begin(context: "UiContext", change_id: str, beginning: Beginning = execution.LIVE) -> Task:
    """Create a run; `play` carries it on."""
    work = partial(execution.start_run, change_id, beginning, desk=context.services.desk)
    return context.tasks.start(lambda _ctx: work())


def play(context: "UiContext", run: Run, title: str) -> Task:
    """Carry steps out until a person is needed; one run never plays twice at a time."""
    services = context.services

    def work(task: object) -> Run:
        return execution.play(run.id, services.executors, desk=services.desk, context=task)  # type: ignore[arg-type]  # the runner hands a TaskContext

    return context.tasks.start(work, lane=f"run:{run.id}", title=title)


Verb = Callable[[Desk], Run]


def decide(context: "UiContext", verb: Verb) -> Task:
    """Do what a person decided, quickly, beside the steps that go on."""
    desk = context.services.desk
    return context.tasks.start(lambda _ctx: verb(desk))


def answer_gate(run: Run, step: str, typed: str, late_reason: str = "") -> Verb:
    """Answer a gate with “go”."""
    return lambda desk: decisions.answer_gate(
        run.id, step, typed, desk=desk, late_reason=late_reason
    )


def clear_command(run: Run, step: str, typed: str) -> Verb:
    """Let a destructive command be sent."""
    return lambda desk: decisions.clear_command(run.id, step, typed, desk=desk)


def pass_deadline(run: Run, step: str, reason: str) -> Verb:
    """Let a step without a way back go on after the latest start of a roll-back."""
    return lambda desk: decisions.pass_deadline(run.id, step, reason, desk=desk)


def confirm(run: Run, step: str, note: str) -> Verb:
    """Say that a step is done."""
    return lambda desk: decisions.confirm_step(run.id, step, note, desk=desk)


def skip(run: Run, step: str, reason: str) -> Verb:
    """Leave a step out."""
    return lambda desk: decisions.skip_step(run.id, step, reason, desk=desk)


def repeat(run: Run, step: str) -> Verb:
    """Send a step again."""
    return lambda desk: decisions.repeat_step(run.id, step, desk=desk)


def repeat_failed(run: Run, step: str) -> Verb:
    """Send a command again to all hosts where it failed."""
    return lambda desk: deciding.repeat_failed(run.id, step, desk=desk)


def go_on_with_the_rest(run: Run, step: str, reason: str) -> Verb:
    """Go on in spite of hosts where a command did not succeed."""
    return lambda desk: deciding.go_on_with_the_rest(run.id, step, reason, desk=desk)


def look_again(run: Run, step: str) -> Verb:
    """Look on the host how a command ended."""
    return lambda desk: decisions.look_again(run.id, step, desk=desk)


def pause(run: Run) -> Verb:
    """Hold before the next step."""
    return lambda desk: execution.pause(run.id, desk=desk)


def resume(run: Run, _step: str = "") -> Verb:
    """Let a paused run go on, whatever step is next."""
    return lambda desk: execution.resume(run.id, desk=desk)


def back_out(run: Run, reason: str) -> Verb:
    """Turn round and go back."""
    return lambda desk: execution.back_out(run.id, reason, desk=desk)


def close_silent_gates(run: Run) -> Verb:
    """Stop gates that nobody has answered in time."""
    return lambda desk: silent_gates.close_silent_gates(run.id, desk=desk)


def add_note(run: Run, text: str, at: datetime | None, *, unplanned: bool) -> Verb:
    """Put an entry into the timeline."""
    return lambda desk: decisions.add_note(run.id, text, at, desk=desk, unplanned=unplanned)


def pin(run: Run, key: str) -> Verb:
    """Pin an entry of the timeline, or unpin it."""
    return lambda desk: decisions.pin(run.id, key, desk=desk)


def attach(context: "UiContext", run: Run, step: str, path: Path) -> Task:
    """Keep a file as proof of a step."""
    services = context.services

    def work(_task: object) -> Run:
        data = read_file(path)
        return attach_proof(run.id, step, path.name, data, desk=services.desk, files=services.files)

    return context.tasks.start(work)


def save_mail(context: "UiContext", view: RunView, item: StepRun, target: Path) -> Task:
    """Write a notification step as a mail file that mail programs open as a draft."""
    services, run = context.services, view.run

    def work(_task: object) -> Path:
        if run is None:
            raise LookupError("a step belongs to a run")
        mail = mail_of(view.change, run, item, services.clock.now())
        return save_whole(services.write_mail(mail), target)

    return context.tasks.start(work)
