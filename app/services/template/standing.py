"""How a template has done so far, and whether a standard change may rest on it.

Pure functions: `app.services.template.templates` gathers what they look at.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from app.analysis.wilson import wilson
from app.domain.change import Change, ChangeState
from app.domain.review import CloseCode
from app.domain.template import Template, compared
from app.i18n import _, ngettext
from app.wording import count_of, number_range

FEW = 10
"""Below this many closed changes there are counts only, no percentage."""
LEAST_RATE = 0.7
"""From `FEW` closed changes on, the lower end of the likely rate must reach this."""


@dataclass(frozen=True, slots=True)
class TrackRecord:
    """How the closed changes of a template ended; cancelled ones do not count."""

    successful: int = 0
    with_issues: int = 0
    failed: int = 0
    last_failed_at: datetime | None = None
    last_closed_at: datetime | None = None
    open: int = 0

    @property
    def n(self) -> int:
        """Closed changes."""
        return self.successful + self.with_issues + self.failed

    @property
    def worked(self) -> int:
        """Closed changes that reached their aim, with issues or without."""
        return self.successful + self.with_issues

    @property
    def sentence(self) -> str:
        """The record in words: counts below ten, from ten on with the likely range."""
        if not self.n:
            return _("no closed change yet")
        share = _("{share} closed changes worked").format(share=count_of(self.worked, self.n))
        if self.n < FEW:
            return share
        low, high = wilson(self.worked, self.n)
        return _("{share}, likely {range}").format(
            share=share, range=number_range(100 * low, 100 * high, "%")
        )


def track_record(changes: Iterable[Change]) -> TrackRecord:
    """Count how the changes of a template ended."""
    listed = list(changes)
    closed = [item for item in listed if item.state is ChangeState.CLOSED]
    failed = [item for item in closed if _failed(item)]
    issues = [item for item in closed if item.close_code is CloseCode.WITH_ISSUES]
    return TrackRecord(
        len(closed) - len(failed) - len(issues),
        len(issues),
        len(failed),
        max((item.closed_at for item in failed if item.closed_at), default=None),
        max((item.closed_at for item in closed if item.closed_at), default=None),
        sum(item.state.is_open for item in listed),
    )


def _failed(change: Change) -> bool:
    return change.backed_out or change.close_code in (
        CloseCode.UNSUCCESSFUL,
        CloseCode.BACKED_OUT,
        None,
    )


def standing(template: Template, record: TrackRecord) -> str:
    """Say why no standard change may rest on a template now; "" when it is in good standing."""
    if template.retired_by:
        return _("“{name}” is retired: {why}").format(
            name=template.name, why=template.retired_reason
        )
    if not template.approved_by:
        return _("Nobody stands for edition {n} of “{name}” yet").format(
            n=template.edition, name=template.name
        )
    if not record.worked:
        return _("No change from “{name}” has worked yet; open a normal one first").format(
            name=template.name
        )
    approved, failed = template.approved_at, record.last_failed_at
    if failed is not None and (approved is None or approved < failed):
        return _("A change from “{name}” failed since it was approved").format(name=template.name)
    low, _high = wilson(record.worked, record.n)
    if record.n >= FEW and low < LEAST_RATE:
        return ngettext(
            "Too few of its {n} changes worked", "Too few of its {n} changes worked", record.n
        ).format(n=record.n)
    return ""


@dataclass(frozen=True, slots=True)
class Origin:
    """The template a change was opened from, with its record."""

    template: Template
    record: TrackRecord


def altered_locks(change: Change, template: Template) -> tuple[str, ...]:
    """Return the locked fields that a change has altered.

    Hosts and values of steps are free, and so is the host of a test's probe.
    """
    now, agreed = compared(change), compared(template.pattern)
    return tuple(name for name in template.locked if getattr(now, name) != getattr(agreed, name))


def lacks_for_standard(change: Change, origin: Origin | None) -> str:
    """Say what keeps a change from the standard path; "" when nothing does.

    The guard of *Draft → Scheduled*: opened from an approved template in good standing, with no
    locked field altered.
    """
    if origin is None:
        return _("It was not opened from a template")
    poor = standing(origin.template, origin.record)
    if poor:
        return poor
    altered = altered_locks(change, origin.template)
    if altered:
        return _("Locked by the template, and altered: {names}").format(
            names=", ".join(field_words(name) for name in altered)
        )
    return ""


def field_words(name: str) -> str:
    """Return what people call a field of the plan."""
    words = {
        "title": _("title"),
        "description": _("description"),
        "priority": _("priority"),
        "business_service": _("service"),
        "justification": _("justification"),
        "hosts": _("hosts"),
        "need": _("need"),
        "impact": _("impact"),
        "scope": _("scope"),
        "options": _("options"),
        "risk": _("risk"),
        "risk_draft": _("draft of the risk"),
        "implementation_plan": _("implementation plan"),
        "backout_plan": _("back-out plan"),
        "test_plan": _("test plan"),
        "communication_plan": _("communication plan"),
        "outage": _("outage"),
        "planned_downtime_min": _("planned downtime"),
        "runbook": _("runbook"),
        "backup_plan": _("backup plan"),
        "backup_apart": _("sets of several hosts"),
        "metrics": _("measures"),
        "baseline_s": _("length of the measurement"),
        "settle_s": _("pause before measuring"),
        "contacts": _("contacts"),
        "tests": _("tests"),
        "monitor_days": _("days under observation"),
        "review_days": _("days until the review"),
        "benefit_days": _("days of measuring again"),
        "load_terms": _("terms of the load tests"),
        "tags": _("tags"),
        "tasks": _("tasks"),
        "code_repository": _("repository of the code"),
    }
    return words.get(name, name)
