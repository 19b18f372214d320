"""How each kind of step is carried out; `execution` decides when."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from app.domain.backup import BackupSet, Level
from app.domain.change import Change
from app.domain.health import Health, Phase
from app.domain.host import Host
from app.domain.metric import WindowName
from app.domain.run import Run, StepRun, StepState
from app.domain.runbook import Phase as Direction
from app.domain.runbook import StepKind
from app.errors import ConnectionLost, IllegalMove, TimedOut
from app.i18n import _
from app.services.backup import backups
from app.services.backup.backup_schedule import taken_ahead
from app.services.backup.backups import Safekeeping
from app.services.backup.restic.driving import Driving
from app.services.backup.restores import HostRestore, not_restored, restore_on_host
from app.services.fanout.checks import check_change
from app.services.fanout.gates import check_gate
from app.services.host.health import Checking, summary_of
from app.services.jobs.client import LOGOUT, MISSING, NotDetachable
from app.services.jobs.following import CountingSink, Finish, Order, acknowledge, follow
from app.services.jobs.outcomes import outcome_of
from app.services.metric.metrics import Measuring
from app.services.metric.pulling import Pulling, read_all
from app.services.ports.world import Remote
from app.services.run.crew import Executors, StepOutcome
from app.services.run.live import LiveOutput, Output
from app.services.run.recheck import refuse_without_way_back
from app.services.run.restic_step import back_up_with_restic, refuse_by_hand
from app.services.transcripts.masked import MaskedTranscripts
from app.tasks import TaskContext
from app.wording import duration


@dataclass(frozen=True, slots=True)
class StepTools:
    """What executors work with; the vault is opened only when a step needs it."""

    measuring: Measuring
    pulling: Pulling
    checking: Checking
    keeping: Callable[[], Safekeeping]
    driving: Callable[[], Driving]
    transcripts: MaskedTranscripts
    live: LiveOutput

    def host(self, run: Run, step: StepRun) -> Host:
        """Return the host that a step goes to in this run; raises IllegalMove without one."""
        target = run.host_for(step.step.host)
        if target is None:
            raise IllegalMove(_("“{title}” names no host.").format(title=step.step.title))
        with self.measuring.desk.new_uow() as uow:
            return uow.hosts.get(target)


def make_executors(tools: StepTools) -> Executors:
    """Return an executor for every kind that needs no person."""
    return {
        StepKind.COMMAND: lambda change, run, step, ctx: command(
            change, run, step, ctx, tools=tools
        ),
        StepKind.CHECK: lambda change, run, step, ctx: check(change, run, step, ctx, tools=tools),
        StepKind.BACKUP: lambda change, run, step, ctx: back_up(
            change, run, step, ctx, tools=tools
        ),
        StepKind.RESTORE_TEST: lambda change, _r, _s, ctx: test_restore(change, ctx, tools=tools),
        StepKind.MEASURE: lambda change, run, _s, ctx: take_samples(change, run, ctx, tools=tools),
        StepKind.RESTORE: lambda change, run, step, ctx: restore(
            change, run, step, ctx, tools=tools
        ),
    }


def command(
    change: Change, run: Run, step: StepRun, context: TaskContext, *, tools: StepTools
) -> StepOutcome:
    """Send a command, unless it relies on backups that do not stand any more."""
    if not step.attach:  # what runs already is only found again
        refuse_without_way_back(
            change, run, step.step, desk=tools.measuring.desk, keeping=tools.keeping
        )
    return send_command(run, step, context, tools=tools)


def send_command(run: Run, step: StepRun, context: TaskContext, *, tools: StepTools) -> StepOutcome:
    """Run a command on its host and keep all it says.

    The host keeps it running by itself where it can, so that a broken link, the end of the
    program or a closed lid do it no harm; elsewhere it hangs on the connection.
    """
    desk = tools.measuring.desk
    remote = tools.measuring.remotes.open(tools.host(run, step))
    name = f"{step.step.id}.{step.job}" if step.job else step.step.id

    def show(stream: str, data: bytes, at: datetime) -> None:
        tools.live.say(Output(run.id, step.step.id, stream, data, at))

    transcript = tools.transcripts.open(run.id, name, show)

    def keep(stream: str, data: bytes) -> None:
        transcript.append(stream, data, desk.clock.now())

    try:
        if step.job and remote.keeps_jobs:
            sink = CountingSink(keep, transcript.heard())
            told = _by_itself(remote, step, sink, context, who=desk.actor)
        else:
            told = _on_the_link(remote, step, keep, context)
    finally:
        sha256, size = transcript.seal()
    return replace(told, transcript=sha256, transcript_bytes=size)


def _by_itself(
    remote: Remote, step: StepRun, sink: CountingSink, context: TaskContext, *, who: str
) -> StepOutcome:
    order = Order(step.job, step.step.command, step.step.limit_s, step.attach)
    try:
        followed = follow(remote, order, sink, context)
    except NotDetachable as error:
        if error.step not in (MISSING, LOGOUT):
            raise
        told = _on_the_link(remote, step, sink.keep, context)
        return replace(told, outcome=f"{told.outcome} ({error.text})")
    if followed.finish is Finish.ENDED:
        acknowledge(remote, step.job)
    state, outcome = outcome_of(followed, step.step.limit_s, who)
    return StepOutcome(state, outcome, followed.end.exit_code if followed.end else None)


def _on_the_link(
    remote: Remote, step: StepRun, keep: Callable[[str, bytes], object], context: TaskContext
) -> StepOutcome:
    """Send a command that ends with the connection; a broken link leaves the outcome unknown."""
    try:
        result = remote.run(
            step.step.command, limit_s=step.step.limit_s, on_output=keep, context=context
        )
    except (ConnectionLost, TimedOut) as error:
        return StepOutcome(StepState.UNKNOWN, error.sentence())
    state, outcome = _judge_exit(result.exit_code, result.duration_s, result.signal)
    return StepOutcome(state, outcome, result.exit_code)


def _judge_exit(code: int | None, duration_s: float, signal: str) -> tuple[StepState, str]:
    if code is None:
        how = _("killed by {signal}").format(signal=signal) if signal else _("no exit status came")
        return StepState.UNKNOWN, how
    text = _("exit {code} after {seconds:.1f} s").format(code=code, seconds=duration_s)
    return (StepState.DONE if code == 0 else StepState.FAILED), text


def check(
    change: Change, run: Run, step: StepRun, context: TaskContext, *, tools: StepTools
) -> StepOutcome:
    """Check the health of every host of the change; only something critical fails the step.

    A check between the batches of a command looks at their hosts alone, and fails as soon as one
    of them is worse than before.
    """
    if step.step.gate_of:
        begun = {i.step.host for i in run.steps if i.step.fleet and i.started_at is not None}
        gate = check_gate(
            change, step.step.gate_of, touched=not begun.isdisjoint(step.step.gate_of),
            checking=tools.checking, context=context,
        )  # fmt: skip
        return StepOutcome(StepState.DONE if gate.passes else StepState.FAILED, gate.text)
    touched = run.direction is Direction.BACKOUT or any(
        item.step.kind is StepKind.COMMAND and item.state is not StepState.PENDING
        for item in run.steps
    )
    phase = Phase.AFTER if touched else Phase.BEFORE
    reports = check_change(change, phase, checking=tools.checking, context=context)
    critical = any(report.worst is Health.CRITICAL for report in reports)
    text = "; ".join(f"{item.host_name}: {summary_of(item)}" for item in reports)
    return StepOutcome(StepState.FAILED if critical else StepState.DONE, text)


def back_up(
    change: Change, run: Run, step: StepRun, context: TaskContext, *, tools: StepTools
) -> StepOutcome:
    """Take the backups of the plan; the step is done when each is proven as the risk demands.

    What was taken ahead, as it was scheduled, is not taken again while it is good enough.
    """
    if step.step.by_restic:
        host = tools.host(run, step).id
        return back_up_with_restic(change, step.step, host, context, with_=tools.driving())
    if step.step.is_ahead and (told := taken_ahead(change, run, desk=tools.measuring.desk)):
        return StepOutcome(StepState.DONE, told)
    sets = backups.back_up_change(change, keeping=tools.keeping(), context=context)
    needed = change.risk.required_backup if change.risk else Level.READABLE
    text = "; ".join(f"{item.host_name}: {_level_words(item)}" for item in sets)
    proven = all(item.usable and item.level is not None and item.level >= needed for item in sets)
    return StepOutcome(StepState.DONE if proven else StepState.FAILED, text)


def test_restore(change: Change, context: TaskContext, *, tools: StepTools) -> StepOutcome:
    """Restore the newest backup of every planned host into a scratch folder, and time it."""
    keeping = tools.keeping()
    with tools.measuring.desk.new_uow() as uow:
        sets = [item for item in uow.backups.list(change=change.id) if item.usable]
    newest = {
        host: item for item in sorted(sets, key=lambda item: item.sealed_at) for host in item.hosts
    }
    hosts = dict.fromkeys(source.host for source in change.backup_plan)
    if not hosts or any(host not in newest for host in hosts):
        raise IllegalMove(_("There is no usable backup to restore."))
    proven = [
        backups.verify_set(set_id, Level.RESTORED, keeping=keeping, context=context)
        for set_id in dict.fromkeys(newest[host].id for host in hosts)
    ]
    text = "; ".join(
        _("{host}: {level}, restored in {time}").format(
            host=item.host_name, level=_level_words(item), time=duration(item.restore_s)
        )
        for item in proven
    )
    passed = all(item.level is Level.RESTORED for item in proven)
    return StepOutcome(StepState.DONE if passed else StepState.FAILED, text)


def _level_words(item: BackupSet) -> str:
    return item.level.label if item.level is not None else _("not proven")


def restore(
    change: Change, run: Run, step: StepRun, context: TaskContext, *, tools: StepTools
) -> StepOutcome:
    """Put the newest usable backup of the step's host back; what was there stays beside it.

    Only backups from before the first step that altered anything count; the run may have taken
    them itself.
    """
    host = tools.host(run, step)
    with tools.measuring.desk.new_uow() as uow:
        sets = [s for s in uow.backups.list(change=change.id) if host.id in s.hosts and s.usable]
    altered_at = _altered_at(run)
    planned = [s for s in sets if altered_at is None or s.sealed_at <= altered_at]
    newest = max(planned, key=lambda item: item.sealed_at, default=None)
    if newest is None:
        refuse_by_hand(change, host.id)
        raise IllegalMove(
            _("There is no usable backup of {host} from before the work.").format(host=host.name)
        )
    wanted = HostRestore(newest.id, host.name, safety=False, planned=True)
    done = restore_on_host(wanted, keeping=tools.keeping(), context=context)
    text = _("Restored {n} members in {time}").format(
        n=done.members, time=duration(done.duration_s)
    )
    state = StepState.FAILED if done.by_hand else StepState.DONE
    return StepOutcome(state, f"{text}. {not_restored(done)}" if done.skipped else text)


def _altered_at(run: Run) -> datetime | None:
    """Return when the first step began that may have altered a host (UTC), None before it."""
    begun = (
        item.started_at
        for item in run.steps
        if item.step.kind in (StepKind.COMMAND, StepKind.MANUAL)
        and item.step.phase is Direction.FORWARD
    )
    return min((at for at in begun if at is not None), default=None)


def take_samples(
    change: Change, run: Run, context: TaskContext, *, tools: StepTools
) -> StepOutcome:
    """Measure a window: the one before until the first command was sent, then the one after."""
    touched = any(item.step.kind is StepKind.COMMAND and item.started_at for item in run.steps)
    window = WindowName.AFTER if touched else WindowName.BEFORE
    sets = read_all(change.id, window, with_=tools.pulling, context=context)
    counts = ", ".join(f"{item.metric} {item.n}" for item in sets)
    return StepOutcome(StepState.DONE, _("Samples: {counts}").format(counts=counts))
