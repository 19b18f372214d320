"""What the run page reads and does, each as one call on a worker."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from app.domain.change import Change, ChangeState
from app.domain.run import Run
from app.services import decisions, execution
from app.services.estimates import Past, past_steps
from app.services.rollback import rollback_deadline, rollback_s
from app.services.rows import RunRow
from ui.tasks import Task

if TYPE_CHECKING:
    from app.services.facade import AppServices
    from ui.context import UiContext


@dataclass(frozen=True, slots=True)
class RunView:
    """A run with what the page shows around it; ``run`` is None before the start."""

    change: Change
    run: Run | None
    host_names: dict[str, str]
    deadline: datetime | None
    rollback_s: float
    others: tuple[RunRow, ...] = ()

    @property
    def zone(self) -> str:
        """The zone people read the times of this change in."""
        return self.change.window.zone if self.change.window else "UTC"


def load_view(services: "AppServices", ref: str = "") -> RunView | None:
    """Return the wanted run (by its id or its change's), else the newest; None without any."""
    rows = tuple(services.queries.runs())
    with services.new_uow() as uow:
        started = {row.change for row in rows}
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
        names = {str(host): uow.hosts.get(host).name for host in change.hosts}
    return RunView(
        change,
        run,
        names,
        rollback_deadline(change, backups),
        rollback_s(change, backups),
        rows,
    )


def past(services: "AppServices") -> tuple[Past, ...]:
    """Return what steps took in live runs."""
    return past_steps(services.queries, desk=services.desk)


def begin(context: "UiContext", change_id: str) -> Task:
    """Create the run of a change that is being implemented; `play` carries it on."""
    work = partial(execution.start_run, change_id, desk=context.services.desk)
    return context.tasks.start(lambda _ctx: work())


def play(context: "UiContext", run: Run, title: str) -> Task:
    """Carry steps out until a person is needed; one run never plays twice at a time."""
    services = context.services

    def work(task: object) -> Run:
        return execution.play(run.id, services.executors, desk=services.desk, context=task)  # type: ignore[arg-type]  # the runner hands a TaskContext

    return context.tasks.start(work, lane=f"run:{run.id}", title=title)


def answer_gate(context: "UiContext", run: Run, step: str, typed: str) -> Task:
    """Answer a gate with “go”."""
    desk = context.services.desk
    return context.tasks.start(lambda _ctx: decisions.answer_gate(run.id, step, typed, desk=desk))


def confirm(context: "UiContext", run: Run, step: str, note: str) -> Task:
    """Say that a step is done."""
    desk = context.services.desk
    return context.tasks.start(lambda _ctx: decisions.confirm_step(run.id, step, note, desk=desk))


def skip(context: "UiContext", run: Run, step: str, reason: str) -> Task:
    """Leave a step out."""
    desk = context.services.desk
    return context.tasks.start(lambda _ctx: decisions.skip_step(run.id, step, reason, desk=desk))


def repeat(context: "UiContext", run: Run, step: str) -> Task:
    """Send a step again."""
    desk = context.services.desk
    return context.tasks.start(lambda _ctx: decisions.repeat_step(run.id, step, desk=desk))


def pause(context: "UiContext", run: Run) -> Task:
    """Hold before the next step."""
    desk = context.services.desk
    return context.tasks.start(lambda _ctx: execution.pause(run.id, desk=desk))


def resume(context: "UiContext", run: Run) -> Task:
    """Let a paused run go on."""
    desk = context.services.desk
    return context.tasks.start(lambda _ctx: execution.resume(run.id, desk=desk))


def back_out(context: "UiContext", run: Run, reason: str) -> Task:
    """Turn round and go back."""
    desk = context.services.desk
    return context.tasks.start(lambda _ctx: execution.back_out(run.id, reason, desk=desk))
