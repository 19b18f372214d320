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
from app.domain.run import Run, newest_live
from app.domain.verdict import Comparison
from app.i18n import _
from app.settings import Settings

S = ChangeState


@dataclass(frozen=True, slots=True)
class Facts:
    """What guards look at besides the change itself; gathered in one transaction."""

    now: datetime
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
    settings: Settings = Settings()

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
    overridden_by: str = ""

    @property
    def met(self) -> bool:
        """Whether the move may go on past this guard."""
        return not self.missing or bool(self.overridden_by)


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

    def answers(self, change: Change, facts: Facts) -> tuple[Answer, ...]:
        """Ask every guard, with the overrides that named people gave."""
        given = {override.guard: override.by for override in change.overrides}
        return tuple(
            Answer(
                guard.id,
                _(guard.title),
                guard.hard,
                guard.check(change, facts),
                "" if guard.hard else given.get(guard.id, ""),
            )
            for guard in self.guards
        )
