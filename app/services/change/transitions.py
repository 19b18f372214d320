"""The state machine of a change: which moves exist, what each needs, who makes it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from app.domain.backup import BackupSet
from app.domain.change import Change, ChangeState
from app.domain.conflict import Conflict
from app.domain.health import HealthReport
from app.domain.host import Host
from app.domain.metric import SampleSet
from app.domain.people import Person
from app.domain.review import Override
from app.domain.run import Run, newest_live
from app.domain.verdict import Comparison
from app.domain.work import Work
from app.i18n import _
from app.services.template.standing import Origin
from app.settings import Settings

S = ChangeState
_IN_WRITING = (S.DRAFT, S.ASSESS)
"""While the plan is still being written an override is not bound to all of it."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What guards look at besides the change itself; gathered in one transaction."""

    now: datetime
    actor: str = ""
    """Who would make the move."""
    backups: tuple[BackupSet, ...] = ()
    runs: tuple[Run, ...] = ()
    health: tuple[HealthReport, ...] = ()
    samples: tuple[SampleSet, ...] = ()
    comparisons: tuple[Comparison, ...] = ()
    hosts: tuple[Host, ...] = ()
    rivals: tuple[Change, ...] = ()
    """Other open changes whose window overlaps on a shared host."""
    conflicts: tuple[Conflict, ...] = ()
    """Everything in the way of the window, accepted or not."""
    children: tuple[Change, ...] = ()
    freezes: tuple[str, ...] = ()
    """Names of the freezes that hold now."""
    origin: Origin | None = None
    """The template the change was opened from, with its record."""
    log_entries: int = 0
    """Entries that people wrote into the log of this change since its work began."""
    settings: Settings = Settings()
    people: tuple[Person, ...] = ()
    """Everybody who is listed."""
    work: tuple[Work, ...] = ()
    """The last work on each host the plan backs up, whichever change it belongs to."""

    @property
    def last_run(self) -> Run | None:
        """The newest run that counts: no rehearsal, no dry run."""
        return newest_live(self.runs)


Check = Callable[[Change, Facts], str]
"""Returns "" when the guard is met, else what is missing, in words."""


@dataclass(frozen=True, slots=True)
class Guard:
    """One condition of a move; only a soft one can be passed by name and reason."""

    id: str
    title: str
    check: Check
    hard: bool = True


@dataclass(frozen=True, slots=True)
class Answer:
    """What a guard says now."""

    guard: str
    title: str
    hard: bool
    missing: str = ""
    override: Override | None = None
    """The override that lets the move pass."""
    lapsed: Override | None = None
    """One that was given and no longer holds: something it rested on has changed."""

    @property
    def met(self) -> bool:
        """Whether the move may go on past this guard."""
        return not self.missing or self.override is not None


@dataclass(frozen=True, slots=True)
class Transition:
    """A move between two states; ``verb`` is what the button says."""

    source: ChangeState
    target: ChangeState
    verb: str
    guards: tuple[Guard, ...] = field(default=())
    needs_reason: bool = False
    by_run: bool = False
    """Made by the run itself, so no button offers it."""
    by_decision: bool = False
    """Made by an approver's decision, which says why."""
    fits: Callable[[Change], bool] = field(default=lambda _change: True)
    """Whether the move exists for a change of this type."""

    @property
    def key(self) -> str:
        """The name under which an override remembers the move."""
        return f"{self.source.value}>{self.target.value}"

    def guard(self, guard_id: str) -> Guard | None:
        """Return a guard of this move."""
        return next((item for item in self.guards if item.id == guard_id), None)

    def answers(self, change: Change, facts: Facts) -> tuple[Answer, ...]:
        """Ask every guard, with the overrides that named people gave."""
        return tuple(self._answer(guard, change, facts) for guard in self.guards)

    def binding(self, change: Change, finding: str) -> tuple[str, int, str, str]:
        """Return what an override of this move rests on: move, revision, plan, finding."""
        plan = "" if self.source in _IN_WRITING else change.plan_hash
        return self.key, change.revision, plan, finding

    def _answer(self, guard: Guard, change: Change, facts: Facts) -> Answer:
        missing = guard.check(change, facts)
        given = [o for o in change.overrides if o.guard == guard.id and o.move == self.key]
        holding = lapsed = None
        if missing and given and not guard.hard:
            wanted, last = self.binding(change, missing), given[-1]
            holds = (last.move, last.revision, last.plan_hash, last.finding) == wanted
            holding, lapsed = (last, None) if holds else (None, last)
        return Answer(guard.id, _(guard.title), guard.hard, missing, holding, lapsed)
