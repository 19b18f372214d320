"""Carries steps out side by side: each is journalled before it is sent and after it ended."""

from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Self

from app.domain.change import Change
from app.domain.fanout import MOST_AT_ONCE, Part
from app.domain.ids import new_id
from app.domain.run import Deviation, Run, RunMode, StepRun, StepState
from app.domain.runbook import OnFail, Phase, Step, StepKind, room_of
from app.errors import AppError
from app.i18n import _
from app.services.change.changes import Desk
from app.services.fanout.running import ended_with
from app.services.run import deviations
from app.services.run.run_journal import AlreadySent, Happening, record_step
from app.tasks import TaskCancelled, TaskContext

POLL_S = 0.25
"""How often a run looks for answers while steps go on."""
SENDING = (StepState.SENT,)
_THREADS = 2 * MOST_AT_ONCE
"""No more steps go on than there are threads, so that what is journalled as sent is sent."""


@dataclass(frozen=True, slots=True)
class StepOutcome:
    """How an executor ended: the state of the step and one sentence about it."""

    state: StepState
    outcome: str
    exit_code: int | None = None
    transcript: str = ""
    transcript_bytes: int = 0
    unreached: bool = False
    """Whether nothing was sent, because the host could not be reached."""


Executor = Callable[[Change, Run, StepRun, TaskContext], StepOutcome]
"""Carries one step out; raises AppError when it could not even begin."""

Executors = Mapping[StepKind, Executor]


class Crew:
    """The steps that are under way in one call of `play`; leaving the block waits for them."""

    def __init__(self, executors: Executors, desk: Desk, context: TaskContext) -> None:
        self._executors, self._desk, self._context = executors, desk, context
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="step")
        self._going: dict[Future[None], Step] = {}
        self._sent: set[Phase] = set()

    def __enter__(self) -> Self:
        """Begin with nothing under way."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Wait for what is under way."""
        self._pool.shutdown(wait=True)

    @property
    def busy(self) -> bool:
        """Whether any step is under way."""
        return bool(self._going)

    def has_room_for(self, step: Step) -> bool:
        """Whether a step may be sent now, beside those that are under way."""
        room, going = room_of(step), self._going.values()
        beside = 0 if room is None else sum(room_of(other) == room for other in going)
        return len(going) < _THREADS and (room is None or beside < room.at_once)

    @property
    def stopped(self) -> bool:
        """Whether a stop was asked for."""
        return self._context.stopped

    def has_gone(self, direction: Phase) -> bool:
        """Whether the run has turned round since, so that this call may send nothing more."""
        return bool(self._sent - {direction}) and (self.busy or self.stopped)

    def send(self, run: Run, item: StepRun) -> None:
        """Journal a step as sent, then carry it out; nothing if somebody else has sent it."""
        now = self._desk.clock.now()
        job = new_id() if item.step.kind is StepKind.COMMAND else ""
        sent = replace(item, state=StepState.SENT, started_at=now, sent_at=now, job=job)
        sent = replace(sent, by=self._desk.actor)
        with self._desk.new_uow() as uow:
            change, hosts = uow.changes.get(run.change), tuple(uow.hosts.list())
        found = deviations.before(change, run.mode, sent, now, hosts)
        text = _("Step “{title}” sent")
        try:
            what = Happening(text, "step.sent", found)
            run = record_step(run.id, sent, what, desk=self._desk, seen=item)
        except AlreadySent:
            return
        self._begin(change, run, sent)

    def attach(self, run: Run, item: StepRun) -> None:
        """Find a command again that was sent before; nothing if somebody else does already."""
        with self._desk.new_uow() as uow:
            change = uow.changes.get(run.change)
        claimed = replace(item, attach=False)
        what = Happening(_("Step “{title}” is looked for on its host"), "step.attached")
        try:
            run = record_step(run.id, claimed, what, desk=self._desk, seen=item)
        except AlreadySent:
            return
        self._begin(change, run, item)

    def _begin(self, change: Change, run: Run, item: StepRun) -> None:
        self._sent.add(item.step.phase)
        self._going[self._pool.submit(self._carry, change, run, item)] = item.step

    def wait(self) -> None:
        """Wait a moment, or until a step has ended; what broke in one is raised here."""
        done, _open = wait(self._going, POLL_S, FIRST_COMPLETED)
        for future in done:
            del self._going[future]
            future.result()

    def _carry(self, change: Change, run: Run, sent: StepRun) -> None:
        result = self._outcome(change, run, sent)
        step = sent.step
        ended = replace(
            sent,
            state=result.state,
            ended_at=self._desk.clock.now(),
            exit_code=result.exit_code,
            transcript=result.transcript,
            transcript_bytes=result.transcript_bytes,
            outcome=result.outcome,
            attach=False,
            unreached=result.unreached,
            went_on=result.state is StepState.FAILED
            and step.on_fail is OnFail.GO_ON
            and not step.mandatory,
        )
        words = {
            StepState.DONE: _("Step “{title}” done"),
            StepState.UNKNOWN: _("Step “{title}” was sent, its outcome is unknown"),
        }
        text = words.get(result.state, _("Step “{title}” did not succeed"))
        found = () if run.mode is RunMode.DRY else self._deviations(change, ended, run)
        what = Happening(text, f"step.{result.state.value}", found)
        record_step(run.id, ended, what, desk=self._desk)

    def _deviations(self, change: Change, ended: StepRun, run: Run) -> tuple[Deviation, ...]:
        now = self._desk.clock.now()
        found = deviations.after(change, run.mode, ended, now)
        if ended.step.fleet is None or ended.state is not StepState.FAILED:
            return found
        with self._desk.new_uow() as uow:
            run = uow.runs.get(run.id).with_step(ended)
        if ended.step.id in run.settled:
            found = (*found, deviations.tolerated(ended, now))
        return found

    def _outcome(self, change: Change, run: Run, sent: StepRun) -> StepOutcome:
        try:
            if run.mode is RunMode.DRY:
                return StepOutcome(StepState.DONE, self._said_only(run, sent))
            return self._executors[sent.step.kind](change, run, sent, self._context)
        except TaskCancelled:
            who = self._desk.actor
            return StepOutcome(
                StepState.STOPPED, _("Stopped by {who}; what it began may go on").format(who=who)
            )
        except AppError as error:
            unreached = ended_with(error).state is Part.UNREACHABLE
            return StepOutcome(StepState.FAILED, error.sentence(), unreached=unreached)

    def _said_only(self, run: Run, sent: StepRun) -> str:
        """Say what a live run would do; nothing is contacted."""
        step = sent.step
        with self._desk.new_uow() as uow:
            host = uow.hosts.find(step.host) if step.host else None
        where = host.name if host else _("no host")
        words = {
            StepKind.COMMAND: _("Would be sent to {host}"),
            StepKind.GATE: _("Would wait for “{answer}”"),
            StepKind.MANUAL: _("Would wait for a person"),
            StepKind.NOTIFY: _("Would tell {who}"),
            StepKind.CHECK: _("Would check every host"),
            StepKind.BACKUP: _("Would take and prove the backups of the plan"),
            StepKind.RESTORE_TEST: _("Would restore the backup into a scratch folder"),
            StepKind.MEASURE: _("Would measure"),
            StepKind.RESTORE: _("Would put the backup of {host} back"),
        }
        return words[step.kind].format(
            host=where, answer=step.answer, who=step.recipients or step.owner or _("nobody")
        )
