"""What the change pages read and write, each as one call on a worker."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from app.domain.approval import Decision
from app.domain.backup import BackupSet
from app.domain.change import Change, ChangeState
from app.domain.event import Event
from app.domain.feedback import Survey
from app.domain.health import HealthReport
from app.domain.host import Host
from app.domain.metric import SampleSet
from app.domain.report import Report
from app.domain.run import Run
from app.domain.verdict import Comparison
from app.errors import Conflict
from app.i18n import _
from app.services import approvals, changes, entries, overrides
from app.services.process import next_move
from app.services.rollback import rollback_deadline, rollback_s
from app.services.transitions import Answer, Transition
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
    rollback_s: float
    family: str = ""
    """The family of the template it was opened from, "" without one."""

    @property
    def missing(self) -> tuple[Answer, ...]:
        """What the next move still needs."""
        return tuple(answer for answer in self.answers if not answer.met)

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
        events=tuple(services.queries.events(change=change.id, limit=PAGE)),
        settings=desk.settings,
        deadline=rollback_deadline(change, facts.backups),
        rollback_s=rollback_s(change, facts.backups),
        family=template.family if template else "",
    )


def save(context: "UiContext", change_id: str, edit: FieldEdit) -> Task:
    """Save what was typed."""
    return _write(
        context,
        lambda desk: changes.edit_change(change_id, edit.apply, desk=desk, note=edit.note),
    )


def move(context: "UiContext", change_id: str, target: ChangeState, reason: str = "") -> Task:
    """Move a change to another state."""
    return _write(
        context, lambda desk: changes.move_change(change_id, target, desk=desk, reason=reason)
    )


def write_entry(context: "UiContext", change_id: str, text: str) -> Task:
    """Write an entry into the log of a change."""
    return _write(context, lambda desk: entries.write_entry(change_id, text, desk=desk))


def hold(context: "UiContext", change_id: str, reason: str) -> Task:
    """Put a change on hold, with a reason."""
    return _write(context, lambda desk: changes.set_hold(change_id, reason, desk=desk))


def release(context: "UiContext", change_id: str, reason: str) -> Task:
    """Take a change off hold, with a reason."""
    return _write(context, lambda desk: changes.set_hold(change_id, reason, desk=desk, held=False))


def reject(context: "UiContext", change_id: str, comment: str) -> Task:
    """Record the acting person's rejection of the plan, which takes the change back."""
    return _write(
        context,
        lambda desk: approvals.decide(change_id, Decision.REJECTED, desk=desk, comment=comment),
    )


def approve(context: "UiContext", change_id: str, comment: str) -> Task:
    """Record the acting person's approval of the plan as it stands."""
    return _write(
        context,
        lambda desk: approvals.decide(change_id, Decision.APPROVED, desk=desk, comment=comment),
    )


def override(context: "UiContext", change_id: str, guard: str, reason: str) -> Task:
    """Pass a soft condition in the acting person's name."""
    return _write(
        context, lambda desk: overrides.override_guard(change_id, guard, desk=desk, reason=reason)
    )


def _write(context: "UiContext", verb: Callable[[changes.Desk], Change]) -> Task:
    services = context.services
    return context.tasks.start(lambda _ctx: verb(services.desk), lane=WRITES)
