"""Templates: the plan of a change that has proven itself, to begin the next one from."""

from dataclasses import dataclass, replace
from datetime import datetime

from app.domain.change import Change
from app.domain.ids import ChangeId, TemplateId
from app.domain.people import Contact
from app.domain.review import TestCase
from app.domain.runbook import Runbook

TEMPLATE_FIELDS = (
    "title", "description", "priority", "business_service", "justification", "hosts", "need",
    "impact", "scope", "options", "risk", "implementation_plan", "backout_plan", "test_plan",
    "communication_plan", "outage", "planned_downtime_min", "runbook", "backup_plan",
    "backup_apart", "metrics", "baseline_s", "settle_s", "contacts", "tests", "monitor_days",
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
    """Return only what a template holds of a change: results and signatures are left out."""
    kept = {name: getattr(change, name) for name in TEMPLATE_FIELDS}
    tests = tuple(
        TestCase(case.id, case.title, case.kind, case.expected, case.mandatory)
        for case in change.tests
    )
    contacts = tuple(Contact(person.name, person.role, person.reach) for person in change.contacts)
    return Change(ChangeId(""), "", **(kept | {"tests": tests, "contacts": contacts}))


def without_hosts(runbook: Runbook) -> Runbook:
    """Return the steps as they are compared: hosts and values may differ from change to change."""
    return Runbook(tuple(replace(step, host=None) for step in runbook.steps))
