"""Run a runbook: every step is journalled before it is sent and after it ended.

Steps begin as soon as what they wait for is settled; independent ones go side by side. A step
that was sent when the program died is *unknown* at the next start: nobody guesses, and nothing is
ever sent again by itself. What a person decides is in `app.services.run.decisions`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from app.domain.change import Change, ChangeState
from app.domain.event import Actor, NewEvent
from app.domain.host import Host
from app.domain.ids import HostId, RunId, new_id
from app.domain.run import Run, RunMode, RunState, StepRun, StepState
from app.domain.runbook import PERSONAL, Phase, Step, StepKind, waits_for
from app.errors import Busy, IllegalMove
from app.i18n import _
from app.services.change.changes import Desk, moved, refuse_held
from app.services.ports.store import UnitOfWork
from app.services.run.commands import dangers, final_steps
from app.services.run.crew import SENDING, Crew, Executors
from app.services.run.no_return import must_stop
from app.services.run.run_journal import Happening, moving, record_step, set_state, update
from app.services.run.run_roles import require_runner, require_starter
from app.services.run.runbooks import Plan, plan_steps
from app.services.run.silent_gates import close_silent_gates
from app.tasks import TaskContext

REHEARSABLE = (
    ChangeState.DRAFT, ChangeState.ASSESS, ChangeState.AUTHORIZE, ChangeState.SCHEDULED,
)  # fmt: skip
"""Where a change can still be rehearsed: before its work begins."""


@dataclass(frozen=True, slots=True)
class Beginning:
    """What kind of run is begun; ``stand_ins`` are pairs of planned host and rehearsal host."""

    mode: RunMode = RunMode.LIVE
    stand_ins: tuple[tuple[HostId, HostId], ...] = ()


LIVE = Beginning()


def start_run(change_id: str, beginning: Beginning = LIVE, *, desk: Desk) -> Run:
    """Create a run: live when the change is being implemented, a rehearsal before that.

    Raises:
        IllegalMove: The change is not where such a run is made, has no step, a rehearsal would
            touch a host of the change, or the acting person may not run steps.
        InvalidInput: A command names a value that is missing.
        Busy: A run of the same change has not ended.
    """
    now = desk.clock.now()
    with desk.new_uow() as uow:
        change = uow.changes.get(change_id)
        _refuse_start(change, beginning, uow)
        require_starter(change, beginning.mode, uow, desk.actor)
        run = Run(
            RunId(new_id()),
            change.id,
            change.plan_hash,
            RunState.RUNNING,
            _planned(change, _hosts(change, beginning, uow), now),
            started_at=now,
            by=desk.actor,
            mode=beginning.mode,
            stand_ins=beginning.stand_ins,
        )
        uow.runs.add(run)
        if run.is_live:
            uow.changes.save(replace(change, work_start=change.work_start or now))
        words = {
            RunMode.LIVE: _("Started the run of {n} steps"),
            RunMode.REHEARSAL: _("Started a rehearsal of {n} steps"),
            RunMode.DRY: _("Started a dry run of {n} steps"),
        }
        text = words[run.mode].format(n=len(run.steps))
        uow.log.append(NewEvent("run.started", text, change.id, (run.id,)))
        uow.commit()
    return run


def _refuse_start(change: Change, beginning: Beginning, uow: UnitOfWork) -> None:
    number = change.number
    if beginning.mode is RunMode.LIVE and change.state is not ChangeState.IMPLEMENT:
        raise IllegalMove(_("{number} is not being implemented.").format(number=number))
    if beginning.mode is RunMode.LIVE:
        refuse_held(change)
    if beginning.mode is RunMode.REHEARSAL and change.state not in REHEARSABLE:
        raise IllegalMove(_("{number} is rehearsed before its work begins.").format(number=number))
    if not change.runbook.phase(Phase.FORWARD):
        raise IllegalMove(_("{number} has no step to run.").format(number=number))
    if any(not run.is_over for run in uow.runs.list(change=change.id)):
        raise Busy(_("{number} is already running.").format(number=number))
    own = {*change.hosts, *(step.host for step in change.runbook.steps)}
    touched = [stand_in for _host, stand_in in beginning.stand_ins if stand_in in own]
    if touched:
        names = ", ".join(uow.hosts.get(host).name for host in touched)
        raise IllegalMove(
            _("A rehearsal must not touch {names}: the change is about it.").format(names=names),
            hint=_("Choose another host as stand-in, or none to walk the steps through."),
        )


def _hosts(change: Change, beginning: Beginning, uow: UnitOfWork) -> list[Host]:
    """Return the host that each planned one stands for, under the planned id."""
    instead = dict(beginning.stand_ins)
    named = dict.fromkeys(step.host for step in change.runbook.steps if step.host is not None)
    found = ((host, uow.hosts.find(instead.get(host, host))) for host in named)
    return [replace(item, id=host) for host, item in found if item is not None]


def _planned(change: Change, hosts: Iterable[Host], now: datetime) -> tuple[StepRun, ...]:
    steps = final_steps(change, hosts)
    plan = plan_steps(change.runbook.phase(Phase.FORWARD), now)
    before = {
        key: ids for phase in Phase for key, ids in waits_for(change.runbook.phase(phase)).items()
    }
    return tuple(
        StepRun(replace(step, after=before[step.id]), planned_start=_start(plan, step))
        for step in steps
    )


def _start(plan: Plan, step: Step) -> datetime | None:
    return plan.steps[step.id].start if step.id in plan.steps else None


def play(run_id: str, executors: Executors, *, desk: Desk, context: TaskContext) -> Run:
    """Carry steps out until a person is needed, the run is paused, or it ends.

    Every step is committed as SENT before its executor is called. A step in trouble keeps any
    other from being sent; those that go on are waited for.
    """
    with Crew(executors, desk, context) as crew:
        while True:
            run = _advance(run_id, crew, desk=desk)
            if not crew.busy:
                return run
            crew.wait()


def _advance(run_id: str, crew: Crew, *, desk: Desk) -> Run:
    """Send what may be sent now, and say what the run waits for."""
    close_silent_gates(run_id, desk=desk)
    run = _settle(run_id, desk=desk)
    if run.state not in (RunState.RUNNING, RunState.BACKING_OUT):
        return run
    if crew.has_gone(run.direction):
        return run
    if crew.stopped and not crew.busy:
        return _wait(run, desk=desk) if run.trouble else _hold(run, desk=desk)
    if not run.trouble and not crew.stopped:
        for item in run.ready:
            asks = needs_person(run, item) or must_stop(run, item, desk=desk)
            if item.state is StepState.PENDING and asks:
                run = _offer(run, item, desk=desk)
            elif item.state is StepState.PENDING and crew.has_room_for(item.step):
                crew.send(run, item)
            elif item.state is StepState.SENT and item.attach:
                crew.attach(run, item)
    if crew.busy or any(item.state in SENDING for item in run.ready):
        return run
    return _wait(run, desk=desk)


def needs_person(run: Run, item: StepRun) -> bool:
    """Whether a step waits for a person before anything is sent."""
    step = item.step
    if run.mode is RunMode.DRY:
        return False
    if step.kind in PERSONAL:
        return True
    if run.mode is RunMode.REHEARSAL and (
        step.kind is not StepKind.COMMAND or run.host_for(step.host) is None
    ):
        return True
    return needs_clearance(item)


def needs_clearance(item: StepRun) -> bool:
    """Whether a command destroys something, and nobody has typed the confirmation yet."""
    is_command = item.step.kind is StepKind.COMMAND
    return is_command and not item.cleared_by and bool(dangers(item.step.command))


def _offer(run: Run, item: StepRun, *, desk: Desk) -> Run:
    """Put a step before a person; the run goes on beside it."""
    now = desk.clock.now()
    event = NewEvent(
        "step.waiting",
        _("“{title}” waits for a person").format(title=item.step.title),
        actor=Actor.SYSTEM,
    )
    waiting = replace(item, state=StepState.WAITING, started_at=now)
    return update(run.id, lambda run, _uow: run.with_step(waiting), event, desk=desk)


def _wait(run: Run, *, desk: Desk) -> Run:
    event = NewEvent("run.waits", _("The run waits for a person"), actor=Actor.SYSTEM)

    def edit(now: Run, _uow: UnitOfWork) -> Run:
        """Leave a run alone that was answered, or turned round, a moment ago."""
        sendable = any(item.state is StepState.PENDING for item in now.ready)
        if now.direction is not run.direction or (sendable and not now.trouble):
            return now
        return replace(now, state=RunState.WAITING)

    return update(run.id, edit, event, desk=desk)


def _hold(run: Run, *, desk: Desk) -> Run:
    text = _("Stopped by {who} between two steps").format(who=desk.actor)

    def edit(now: Run, _uow: UnitOfWork) -> Run:
        same = now.direction is run.direction and now.state is run.state
        return replace(now, state=RunState.PAUSED) if same else now

    return update(run.id, edit, NewEvent("run.paused", text), desk=desk)


def pause(run_id: str, *, desk: Desk) -> Run:
    """Stop before the next step; those that run go on to their end. A run that is over stays so."""
    return _set_unless_over(run_id, lambda _run: RunState.PAUSED, ("run.paused", _("Paused")), desk)


def resume(run_id: str, *, desk: Desk) -> Run:
    """Let a paused or waiting run go on; call `play` afterwards.

    Raises:
        IllegalMove: Runners are listed, and the acting person is none.
    """
    with desk.new_uow() as uow:
        require_runner(uow.runs.get(run_id), uow, desk.actor)
    return go_on(run_id, desk=desk)


def go_on(run_id: str, *, desk: Desk) -> Run:
    """Let a run go on after a decision; whoever decided may have been allowed just that."""
    return _set_unless_over(run_id, moving, ("run.resumed", _("The run goes on")), desk)


def _set_unless_over(
    run_id: str, state: Callable[[Run], RunState], entry: tuple[str, str], desk: Desk
) -> Run:
    """Put a run into another state; one that has just ended keeps its end."""

    def edit(run: Run, _uow: UnitOfWork) -> Run:
        return run if run.is_over else replace(run, state=state(run))

    return update(run_id, edit, NewEvent(*entry), desk=desk)


def back_out(run_id: str, reason: str, *, desk: Desk) -> Run:
    """Turn round: the change goes to *Backout*, and the way back is run from its first step.

    A rehearsal turns round too, and leaves the change where it is.

    Raises:
        IllegalMove: No reason is given, the run already goes back, or the change is past that.
    """
    if not reason.strip():
        raise IllegalMove(_("Backing out needs a reason."))
    now = desk.clock.now()

    def edit(run: Run, uow: UnitOfWork) -> Run:
        if run.backout_at is not None:
            raise IllegalMove(_("The run already goes back."))
        require_runner(run, uow, desk.actor)
        if run.is_live:
            _move_back(uow.changes.get(run.change), reason, uow, desk=desk)
        steps = _turned(run, now)
        return replace(
            run,
            state=RunState.BACKING_OUT,
            steps=steps,
            backout_at=now,
            backout_reason=reason.strip(),
            ended_at=None,
        )

    event = NewEvent("run.backed_out", _("Backing out: {why}").format(why=reason.strip()))
    return update(run_id, edit, event, desk=desk)


def _move_back(change: Change, reason: str, uow: UnitOfWork, *, desk: Desk) -> None:
    if change.state not in (ChangeState.IMPLEMENT, ChangeState.TEST, ChangeState.MONITOR):
        raise IllegalMove(_("{number} cannot be backed out now.").format(number=change.number))
    refuse_held(change)
    moved(replace(change, backed_out=True), ChangeState.BACKOUT, uow, desk=desk, reason=reason)


def _turned(run: Run, now: datetime) -> tuple[StepRun, ...]:
    """Plan the way back from now on; what was sent forward is left behind, its end unknown."""
    plan = plan_steps((i.step for i in run.steps if i.step.phase is Phase.BACKOUT), now)
    steps = []
    for item in run.steps:
        if item.step.phase is Phase.BACKOUT:
            steps.append(replace(item, planned_start=_start(plan, item.step)))
        elif item.state is StepState.SENT:
            steps.append(replace(item, state=StepState.UNKNOWN, outcome=_("Left behind")))
        else:
            steps.append(item)
    return tuple(steps)


def recover(*, desk: Desk) -> tuple[Run, ...]:
    """At start: find steps that were sent when the program ended, and say so.

    Returns:
        The runs that need a person, with those steps marked as unknown.
    """
    with desk.new_uow() as uow:
        cut_off = [run for run in uow.runs.list() if not run.is_over]
    for run in cut_off:
        close_silent_gates(run.id, desk=desk)
    broken = [run for run in cut_off if any(item.state in SENDING for item in run.steps)]
    return tuple(_recover_run(run, desk=desk) for run in broken)


def in_doubt(*, desk: Desk) -> tuple[Run, ...]:
    """Return the runs that wait for a person because the end of a step is not known.

    Also those that were left when the window was closed in good order.
    """
    with desk.new_uow() as uow:
        waiting = [run for run in uow.runs.list() if not run.is_over]
    unknown = StepState.UNKNOWN
    return tuple(run for run in waiting if any(item.state is unknown for item in run.steps))


def _recover_run(run: Run, *, desk: Desk) -> Run:
    for item in run.steps:
        if item.state is StepState.SENT:
            why = _cut_off(item, desk=desk)
            unknown = replace(item, state=StepState.UNKNOWN, outcome=why, attach=False)
            text = _("Step “{title}” was sent, its outcome is unknown")
            record_step(run.id, unknown, Happening(text, "step.unknown"), desk=desk)
    return set_state(run.id, RunState.WAITING, _("Waits for a decision"), "run.waits", desk=desk)


def _cut_off(item: StepRun, *, desk: Desk) -> str:
    if item.step.host is None:
        return _("Sent {at:%H:%M:%S} UTC, then the program ended").format(at=item.started_at)
    with desk.new_uow() as uow:
        host = next((one.name for one in uow.hosts.list() if one.id == item.step.host), "")
    return _("Sent to {host} {at:%H:%M:%S} UTC, then the program ended").format(
        host=host or item.step.host, at=item.started_at
    )


def _settle(run_id: str, *, desk: Desk) -> Run:
    """Return the run, ended when all steps of its direction are settled."""
    with desk.new_uow() as uow:
        run = uow.runs.get(run_id)
    if run.is_over or len(run.settled) < len(run.active):
        return run
    back = run.direction is Phase.BACKOUT
    now = desk.clock.now()

    def edit(run: Run, uow: UnitOfWork) -> Run:
        if run.is_live:
            uow.changes.save(replace(uow.changes.get(run.change), work_end=now))
        return replace(run, state=RunState.BACKED_OUT if back else RunState.DONE, ended_at=now)

    text = _("The way back has ended") if back else _("The run has ended")
    return update(run_id, edit, NewEvent("run.ended", text, actor=Actor.SYSTEM), desk=desk)
