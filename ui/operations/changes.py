"""What the change pages read and write, each as one call on a worker."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from app.domain.backup import BackupSet
from app.domain.change import Change, ChangeState
from app.domain.event import Event
from app.domain.feedback import Survey
from app.domain.health import HealthReport
from app.domain.host import Host
from app.domain.ids import ChangeId
from app.domain.metric import SampleSet
from app.domain.report import Report
from app.domain.run import Run
from app.domain.verdict import Comparison
from app.domain.work import Work
from app.errors import AppError, Conflict
from app.i18n import _
from app.services.approval.agreement import Agreement, agreement_of
from app.services.backup.set_records import look_at_change
from app.services.change import changes
from app.services.change.families import relatives
from app.services.change.process import moves_of, next_move
from app.services.change.transitions import Answer, Transition
from app.services.guards.who import lacks_role
from app.services.run.rollback import RollbackTime, rollback_deadline, rollback_time
from app.services.test_case.testing import TESTERS, lacks_waiver
from app.settings import Settings
from ui.operations.zones import zone_names
from ui.tasks import WRITES, Task

if TYPE_CHECKING:
    from app.services.facade import AppServices
    from ui.context import UiContext

PAGE = 200
"""How many rows or log entries come at a time."""


@dataclass(frozen=True, slots=True)
class ChangeView:
    """One change with everything its tabs show, read in one transaction."""

    change: Change
    now: datetime
    actor: str
    move: Transition | None
    answers: tuple[Answer, ...]
    all_hosts: tuple[Host, ...]
    rivals: tuple[Change, ...]
    backups: tuple[BackupSet, ...]
    runs: tuple[Run, ...]
    health: tuple[HealthReport, ...]
    samples: tuple[SampleSet, ...]
    comparisons: tuple[Comparison, ...]
    reports: tuple[Report, ...]
    surveys: tuple[Survey, ...]
    events: tuple[Event, ...]
    settings: Settings
    deadline: datetime | None
    """The latest safe start of a roll-back."""
    rollback: RollbackTime
    family: str = ""
    """The family of the template it was opened from, "" without one."""
    moves: tuple[tuple[Transition, tuple[Answer, ...]], ...] = ()
    """Every move that leads on from here, with what its guards say."""
    agreement: Agreement = field(default_factory=Agreement)
    parent: Change | None = None
    children: tuple[Change, ...] = ()
    work: tuple[Work, ...] = ()
    """The last work on each host the plan backs up."""
    people: tuple[str, ...] = ()
    """Names of everybody who is listed."""
    connections: tuple[tuple[str, str], ...] = ()
    """Connections that measures can be read from: id and name."""
    not_tester: str = ""
    """Why the acting person may not record what tests found, "" when they may."""
    not_waiver: str = ""
    """Why the acting person may not waive a test, "" when they may."""
    load_words: str = ""
    """What the load tests of both sides say, "" while they were not compared."""
    clock_behind_s: float = 0.0
    """How far the clock of this computer lies before the newest entry of the log."""

    @property
    def missing(self) -> tuple[Answer, ...]:
        """What the next move still needs."""
        return tuple(answer for answer in self.answers if not answer.met)

    def answers_of(self, target: ChangeState) -> tuple[Answer, ...]:
        """Return what the guards of the move to a state say."""
        return next((answers for move, answers in self.moves if move.target is target), ())

    @property
    def zone(self) -> str:
        """The zone people read the times of this change in."""
        return self.change.window.zone if self.change.window else "UTC"

    def host_name(self, host_id: object) -> str:
        """Return the name of a host, its id when it is no longer known, "" for none."""
        if host_id is None:
            return ""
        return next((host.name for host in self.all_hosts if host.id == host_id), str(host_id))


class Overtaken(Conflict):
    """Somebody else altered the same part meanwhile; ``theirs`` is what it says now, if text."""

    def __init__(self, note: str, theirs: object) -> None:
        super().__init__(
            _("“{note}” was not saved: the same part was changed meanwhile.").format(note=note),
            hint=_("Keep yours, or take theirs."),
        )
        self.theirs = theirs if isinstance(theirs, str) else ""


@dataclass(frozen=True, slots=True)
class FieldEdit:
    """New values of some fields of a change, and the values the user saw when writing them."""

    note: str
    before: tuple[tuple[str, object], ...]
    after: tuple[tuple[str, object], ...]

    def apply(self, change: Change) -> Change:
        """Return the change with the new values.

        Raises:
            Overtaken: Somebody else altered one of the fields meanwhile.
        """
        for name, seen in self.before:
            if getattr(change, name) not in (seen, dict(self.after)[name]):
                raise Overtaken(self.note, getattr(change, name))
        return replace(change, **dict(self.after))  # type: ignore[arg-type]  # names are fields

    def reversed(self) -> "FieldEdit":
        """Return the edit that takes this one back."""
        return FieldEdit(_("Undid: {note}").format(note=self.note), self.after, self.before)


def edit_of(before: Change, values: dict[str, object], note: str) -> FieldEdit | None:
    """Return the edit that brings a change to these values; None when it has them."""
    names = [name for name, value in values.items() if getattr(before, name) != value]
    if not names:
        return None
    return FieldEdit(
        note,
        tuple((name, getattr(before, name)) for name in names),
        tuple((name, values[name]) for name in names),
    )


def load_view(services: "AppServices", ref: str) -> ChangeView:
    """Return a change by its id or its number, with all that belongs to it; raises NotFound."""
    desk = services.desk
    zone_names()
    with desk.new_uow() as uow:
        change = uow.changes.find(ref) or uow.changes.by_number(ref)
        facts = changes.gather_facts(change, uow, desk=desk)
        move = next_move(change)
        hosts = tuple(host for host in uow.hosts.list() if not host.archived)
        reports = tuple(uow.reports.list(change=change.id))
        template = uow.templates.find(change.template) if change.template else None
        surveys = tuple(uow.surveys.list(change=change.id))
        moves = tuple((item, item.answers(change, facts)) for item in moves_of(change))
        agreement = agreement_of(change, uow, desk)
        parent, children = relatives(change, uow)
        load_tests = uow.load_verdicts.find(change.id)
        people = tuple(sorted(p.name for p in uow.people.list() if not p.retired))
        offered = [(str(c.id), c.name) for c in uow.connections.list() if not c.retired]
    events = tuple(services.queries.events(change=change.id, limit=PAGE))
    return ChangeView(
        change=change,
        now=facts.now,
        actor=desk.actor,
        move=move,
        answers=move.answers(change, facts) if move else (),
        all_hosts=tuple(sorted(hosts, key=lambda host: host.name)),
        rivals=facts.rivals,
        backups=tuple(sorted(facts.backups, key=lambda item: item.sealed_at, reverse=True)),
        runs=facts.runs,
        health=facts.health,
        samples=facts.samples,
        comparisons=facts.comparisons,
        reports=reports,
        surveys=surveys,
        events=events,
        settings=desk.settings,
        deadline=rollback_deadline(change, facts.backups),
        rollback=rollback_time(change, facts.backups),
        family=template.family if template else "",
        moves=moves,
        agreement=agreement,
        parent=parent,
        children=children,
        work=facts.work,
        people=people,
        connections=tuple(sorted(offered, key=lambda pair: pair[1].casefold())),
        not_tester=lacks_role(TESTERS, change, facts.people, desk.actor),
        not_waiver=lacks_waiver(change, facts.people, desk.actor),
        load_words=load_tests.found.overall.sentence if load_tests else "",
        clock_behind_s=max((events[0].at - facts.now).total_seconds(), 0.0) if events else 0.0,
    )


def save(context: "UiContext", change_id: str, edit: FieldEdit) -> Task:
    """Save what was typed."""
    return write(
        context,
        lambda desk: changes.edit_change(change_id, edit.apply, desk=desk, note=edit.note),
    )


def move(context: "UiContext", change_id: str, target: ChangeState, reason: str = "") -> Task:
    """Move a change to another state; where its gate asks for backups, their records are there."""

    def work(desk: changes.Desk) -> Change:
        if target is ChangeState.IMPLEMENT:
            _look_at_records(context.services, change_id)
        return changes.move_change(change_id, target, desk=desk, reason=reason)

    return write(context, work)


def _look_at_records(services: "AppServices", change_id: str) -> None:
    if not services.vault.exists():
        return
    with suppress(AppError):  # a locked vault was looked at when the program started
        look_at_change(ChangeId(change_id), desk=services.desk, vault=services.vault.open())


def write(context: "UiContext", verb: Callable[[changes.Desk], Change]) -> Task:
    """Carry a verb out on the lane of database writes."""
    services = context.services
    return context.tasks.start(lambda _ctx: verb(services.desk), lane=WRITES)
