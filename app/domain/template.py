"""Templates: the plan of a change that has proven itself, to begin the next one from."""

from dataclasses import dataclass, replace
from datetime import datetime

from app.domain.change import Change
from app.domain.ids import ChangeId, TemplateId
from app.domain.review import TestCase
from app.domain.runbook import Runbook
from app.domain.task import ChangeTask, TaskState

TEMPLATE_FIELDS = (
    "title", "description", "priority", "business_service", "tags", "justification", "hosts",
    "need", "impact", "scope", "options", "risk", "implementation_plan", "backout_plan",
    "test_plan", "communication_plan", "outage", "planned_downtime_min", "runbook",
    "code_repository", "backup_plan", "backup_apart", "metrics", "baseline_s", "settle_s",
    "load_terms", "contacts", "tasks", "tests", "monitor_days", "review_days", "benefit_days",
)  # fmt: skip
"""What a template holds of a change; what happened to the change itself never is."""


@dataclass(frozen=True, slots=True)
class Recurrence:
    """When drafts are made by themselves: an RFC 5545 rule over wall times in a zone.

    ``start`` is naive wall time; ``minutes`` is the length of the window, and the draft is made
    ``lead_days`` before it. Everything up to ``handled_until`` was made or recorded as missed.
    """

    rule: str
    start: datetime
    zone: str = "UTC"
    minutes: int = 120
    lead_days: int = 7
    handled_until: datetime | None = None
    missed: tuple[datetime, ...] = ()


@dataclass(frozen=True, slots=True)
class Template:
    """One edition of a template; ``pattern`` is a change of which only the plan is filled in.

    Editions of a template share its ``family``; an edition never changes, only its approval,
    its retirement and its recurrence do.
    """

    id: TemplateId
    family: str
    name: str
    pattern: Change
    edition: int = 1
    locked: tuple[str, ...] = ()
    """Fields that a standard change must leave as they are."""
    note: str = ""
    """What this edition does differently."""
    made_by: str = ""
    made_at: datetime | None = None
    made_from: str = ""
    """The change it was made from, which counts in its record."""
    approved_by: str = ""
    approved_at: datetime | None = None
    retired_by: str = ""
    retired_reason: str = ""
    recurrence: Recurrence | None = None
    starter: str = ""
    """The name of the bundled file it came from."""
    version: int = 0

    @property
    def is_approved(self) -> bool:
        """Whether somebody stands for this edition by name."""
        return bool(self.approved_by) and not self.retired_by


def pattern_of(change: Change) -> Change:
    """Return only what a template holds of a change: results and signatures are left out.

    A pattern of a pattern is the same pattern.
    """
    kept = {name: getattr(change, name) for name in TEMPLATE_FIELDS}
    fresh = {
        "tests": tuple(map(_untried, change.tests)),
        "contacts": tuple(
            replace(person, confirmed_at=None, confirmed_by="") for person in change.contacts
        ),
        "tasks": tuple(
            ChangeTask(task.id, task.title, task.kind, task.owner)
            for task in change.tasks
            if task.state is not TaskState.CANCELED
        ),
        "need": replace(
            change.need, evidence=tuple(replace(item, file="") for item in change.need.evidence)
        ),  # the files are attached to the change itself, and stay with it
    }
    return Change(ChangeId(""), "", **(kept | fresh))


def _untried(case: TestCase) -> TestCase:
    """Return a test as it was planned, with the probe that tries it."""
    return TestCase(
        case.id,
        case.title,
        case.kind,
        case.expected,
        case.mandatory,
        steps=case.steps,
        probe=case.probe,
    )


def compared(change: Change) -> Change:
    """Return the pattern of a change without what may differ: hosts, and the values of steps."""
    pattern = pattern_of(change)
    steps = tuple(replace(step, host=None) for step in pattern.runbook.steps)
    tests = tuple(
        replace(case, probe=replace(case.probe, host=None)) if case.probe else case
        for case in pattern.tests
    )
    return replace(pattern, runbook=Runbook(steps), tests=tests)
