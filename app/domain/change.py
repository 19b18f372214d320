"""A change: everything planned, decided and found out about one alteration of some hosts."""

import hashlib
import json
import math
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, timedelta

from app.domain.approval import Approval, ApprovalRequest
from app.domain.backup import BackupSource
from app.domain.backup_schedule import BackupAttempt
from app.domain.benefit import DAYS, BenefitCheck
from app.domain.communication import Message
from app.domain.conflict import Acknowledgement, ScheduleCheck
from app.domain.evidence import Attachment
from app.domain.external_backup import ExternalBackup
from app.domain.ids import ChangeId, HostId, TemplateId
from app.domain.lesson import FollowUp, Lesson
from app.domain.loadtest import LoadTerms
from app.domain.metric import Metric
from app.domain.need import Impact, Need, Option, Scope
from app.domain.outage import Outage
from app.domain.people import Contact
from app.domain.review import REVIEW_DAYS, CloseCode, Incident, Override, ReviewAnswer, TestCase
from app.domain.risk import RiskAssessment, RiskDraft
from app.domain.runbook import Runbook
from app.domain.task import ChangeTask
from app.domain.vocabulary import ChangeState as ChangeState
from app.domain.vocabulary import ChangeType as ChangeType
from app.domain.vocabulary import Stage as Stage
from app.domain.window import Window

REAL, EXAMPLE = "CHG", "EXA"
"""What the numbers of changes begin with: those of real ones, and those of made-up ones."""
PLAN_FIELDS = (
    "title", "type", "description", "hosts", "scope", "options", "risk", "implementation_plan",
    "backout_plan", "test_plan", "communication_plan", "outage", "planned_downtime_min", "window",
    "runbook", "backup_plan", "backup_apart", "metrics", "baseline_s", "settle_s", "load_terms",
)  # fmt: skip
"""What an approval is bound to: the plan, and nothing that merely happens later."""


@dataclass(frozen=True, slots=True)
class Change:
    """A planned alteration of some hosts, from the need to the closed report.

    Field names follow ITIL practice. ``baseline_s`` is the length of both metric windows and
    ``settle_s`` the pause before the second one, in seconds. ``version`` counts saves.
    ``agreed_window`` is what was approved, while ``window`` has moved within the tolerance.
    """

    id: ChangeId
    number: str
    title: str
    description: str = ""
    type: ChangeType = ChangeType.NORMAL
    state: ChangeState = ChangeState.DRAFT
    revision: int = 1
    priority: int = 3
    requested_by: str = ""
    coordinator: str = ""
    implementer: str = ""
    reviewer: str = ""
    business_service: str = ""
    tags: tuple[str, ...] = ()
    justification: str = ""
    hosts: tuple[HostId, ...] = ()
    need: Need = Need()
    impact: Impact = Impact()
    scope: Scope = Scope()
    options: tuple[Option, ...] = ()
    risk: RiskAssessment | None = None
    risk_draft: RiskDraft | None = None
    """A judgement that was begun and is not whole; ``risk`` is what counts meanwhile."""
    risk_outcome: str = ""
    implementation_plan: str = ""
    backout_plan: str = ""
    test_plan: str = ""
    communication_plan: str = ""
    messages: tuple[Message, ...] = ()
    outage: bool | None = None
    planned_downtime_min: float | None = None
    window: Window | None = None
    agreed_window: Window | None = None
    schedule_check: ScheduleCheck | None = None
    acknowledged: tuple[Acknowledgement, ...] = ()
    runbook: Runbook = Runbook()
    backup_plan: tuple[BackupSource, ...] = ()
    backup_apart: bool = False
    """Whether each host gets a set of its own; else one set is sealed of all, or none."""
    external_backups: tuple[ExternalBackup, ...] = ()
    """What other systems took, as it was recorded; never taken for proven here."""
    backup_attempts: tuple[BackupAttempt, ...] = ()
    """Every try to take a backup that its runbook has scheduled before the window."""
    metrics: tuple[Metric, ...] = ()
    baseline_s: float = 3 * 3600.0
    settle_s: float = 600.0
    load_terms: LoadTerms | None = None
    """How load tests are compared; None for the usual terms."""
    requests: tuple[ApprovalRequest, ...] = ()
    approvals: tuple[Approval, ...] = ()
    contacts: tuple[Contact, ...] = ()
    overrides: tuple[Override, ...] = ()
    tasks: tuple[ChangeTask, ...] = ()
    tests: tuple[TestCase, ...] = ()
    incidents: tuple[Incident, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    lessons: tuple[Lesson, ...] = ()
    no_lessons: bool = False
    actions: tuple[FollowUp, ...] = ()
    parent: ChangeId | None = None
    """The change this one belongs to, such as a campaign or the change it follows up."""
    retrospective: bool = False
    retrospective_reason: str = ""
    outages: tuple[Outage, ...] = ()
    answers: tuple[ReviewAnswer, ...] = ()
    benefit_days: tuple[int, ...] = DAYS
    benefit_checks: tuple[BenefitCheck, ...] = ()
    review_days: float = REVIEW_DAYS
    """How many days after it came to be reviewed somebody shall have done that."""
    first_commit_at: datetime | None = None
    """When the oldest commit that it brings into production was made."""
    code_repository: str = ""
    """Where the code is kept: a name or an address."""
    code_before: str = ""
    """What of the code was live before: a tag, a commit, a build."""
    code_revision: str = ""
    """What of the code goes live, in the same words."""
    code_link: str = ""
    """Where a reader sees what differs, such as a pull request or a comparison."""
    on_hold: bool = False
    on_hold_reason: str = ""
    work_start: datetime | None = None
    work_end: datetime | None = None
    backed_out: bool = False
    monitor_days: float = 7.0
    monitor_since: datetime | None = None
    close_code: CloseCode | None = None
    close_notes: str = ""
    reviewed_by: str = ""
    reviewed_at: datetime | None = None
    opened_at: datetime | None = None
    opened_by: str = ""
    updated_at: datetime | None = None
    closed_at: datetime | None = None
    reopened: int = 0
    """How often it was reopened; each time its next report is an addendum."""
    state_since: datetime | None = None
    review_since: datetime | None = None
    """When it last came to be reviewed; the days until the review count from then."""
    version: int = 0
    template: TemplateId | None = None
    """The edition of the template it was opened from."""
    copied_from: ChangeId | None = None

    @property
    def is_example(self) -> bool:
        """Whether it is made up: its number says so wherever it goes."""
        return self.number.startswith(EXAMPLE)

    @property
    def odd_figures(self) -> tuple[str, ...]:
        """Names of fields whose figure means nothing: not finite, or below zero."""
        named = {
            "planned_downtime_min": self.planned_downtime_min,
            "monitor_days": self.monitor_days,
            "review_days": self.review_days,
            "baseline_s": self.baseline_s,
            "settle_s": self.settle_s,
            "impact.hours": self.impact.hours,
            "impact.cost_per_hour": self.impact.cost_per_hour,
            **{f"“{step.title}”": step.estimate_s for step in self.runbook.steps},
            **{f"“{option.title}”, cost": option.amount for option in self.options},
            **{f"“{option.title}”, time": option.takes_s for option in self.options},
        }
        return tuple(
            name
            for name, figure in named.items()
            if figure is not None and not 0 <= figure < math.inf
        )

    @property
    def plan_hash(self) -> str:
        """SHA-256 of the plan as canonical JSON; any later edit gives another one."""
        return hashlib.sha256(self.plan_text.encode()).hexdigest()

    @property
    def plan_text(self) -> str:
        """The plan as canonical JSON: sorted keys, no spaces, ASCII.

        What stands at its default is left out, so that a field added by a later version of the
        program voids no approval.
        """
        agreed = self.agreed_window  # moved since, by no more than was agreed
        return (self if agreed is None else replace(self, window=agreed)).text_of(PLAN_FIELDS)

    def text_of(self, names: Iterable[str]) -> str:
        """Return the named fields as canonical JSON; what stands at its default is left out.

        Options with a price name their currency, which is said once for the whole change.
        """
        wanted = set(names)
        told = {name: value for name, value in _told(self).items() if name in wanted}
        if "options" in told and any(option.amount is not None for option in self.options):
            told["currency"] = self.impact.currency
        return json.dumps(told, default=_plain, sort_keys=True, separators=(",", ":"))

    @property
    def counted_overrides(self) -> tuple[Override, ...]:
        """The standing overrides that are departures from the process, not what it asks for."""
        return tuple(item for item in self.standing_overrides if not item.is_acknowledgement)

    @property
    def standing_overrides(self) -> tuple[Override, ...]:
        """The overrides that let a move pass, or still can; those that lapsed are left out."""
        plan = self.plan_hash if self.overrides else ""
        return tuple(
            item
            for item in self.overrides
            if item.used_at
            or not item.move
            or (item.revision == self.revision and item.plan_hash in ("", plan))
        )

    @property
    def accepted_conflicts(self) -> tuple[Acknowledgement, ...]:
        """What named people have accepted for the window as it is."""
        span = self.window.span if self.window else None
        return tuple(item for item in self.acknowledged if item.span == span)

    @property
    def departures(self) -> tuple[str, ...]:
        """What was passed by name: the guards, and freezes and closed times as "calendar"."""
        accepted = (_CALENDAR for item in self.accepted_conflicts if item.departs)
        return (*(item.guard for item in self.counted_overrides), *accepted)

    @property
    def chosen_option(self) -> Option | None:
        """The option that was chosen, if any."""
        return next((option for option in self.options if option.chosen), None)

    @property
    def observed_until(self) -> datetime | None:
        """When the agreed time under observation is over; None while it has not begun."""
        if self.monitor_since is None:
            return None
        return self.monitor_since + timedelta(days=min(max(self.monitor_days, 0.0), _CENTURY_DAYS))

    @property
    def review_due_at(self) -> datetime | None:
        """Until when it shall be reviewed; None where that is done, or not asked for yet."""
        waits = self.state is ChangeState.REVIEW and not self.reviewed_by
        return self.review_agreed_at if waits else None

    @property
    def review_agreed_at(self) -> datetime | None:
        """The last day agreed for the review, done or not; None where none is asked for by date.

        A standard change that went as it should needs no review. Records of earlier versions know
        since when they are reviewed only while they are.
        """
        in_review = self.state_since if self.state is ChangeState.REVIEW else None
        since = self.review_since or in_review
        asked = self.type is not ChangeType.STANDARD or self.retrospective
        if since is None or not asked:
            return None
        return since + timedelta(days=min(max(self.review_days, 0.0), _CENTURY_DAYS))

    @property
    def stage(self) -> Stage:
        """The stage of the rail that is being worked on."""
        if self.state is ChangeState.ASSESS:
            told = self.impact.is_stated and self.scope.is_stated
            return Stage.PLAN if told else Stage.COMMUNICATE
        if self.state is ChangeState.REVIEW:
            return Stage.EVALUATE if self.lessons or self.no_lessons else Stage.DOCUMENT
        return _STAGES[self.state]


_CALENDAR = "calendar"
_CENTURY_DAYS = 36_525.0
"""More than anybody means; longer spans do not fit a date."""
_STAGES = {
    ChangeState.DRAFT: Stage.IDENTIFY,
    ChangeState.REJECTED: Stage.IDENTIFY,
    ChangeState.CANCELED: Stage.IDENTIFY,
    ChangeState.AUTHORIZE: Stage.AGREE,
    ChangeState.SCHEDULED: Stage.SCHEDULE,
    ChangeState.IMPLEMENT: Stage.IMPLEMENT,
    ChangeState.BACKOUT: Stage.IMPLEMENT,
    ChangeState.TEST: Stage.TEST,
    ChangeState.MONITOR: Stage.MONITOR,
    ChangeState.CLOSED: Stage.EVALUATE,
}


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else _told(value)  # a moment is one too


def _told(record: object) -> dict[str, object]:
    """Return the fields of a record that say something else than their default.

    A field that does not count for equality, such as how a time was typed, agrees to nothing.
    """
    pairs = ((item, getattr(record, item.name)) for item in fields(record))  # type: ignore[arg-type]  # json asks only for our dataclasses
    return {item.name: value for item, value in pairs if item.compare and value != item.default}
