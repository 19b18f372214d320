"""The record of the sample change, from need to review.

Everything is invented and deterministic.
"""

from dataclasses import replace
from datetime import date, timedelta

from app.domain.approval import Approval, Decision
from app.domain.backup import (
    BackupSource,
    SourceKind,
)
from app.domain.change import Change, ChangeState
from app.domain.lesson import FollowUp, Lesson
from app.domain.need import (
    EvidenceKind,
    Impact,
    Need,
    NeedCategory,
    NeedEvidence,
    Option,
    Scope,
    ScopeArea,
)
from app.domain.people import Contact
from app.domain.review import CloseCode, Override
from app.domain.risk import Control, Grade, RiskAssessment, RiskScore
from app.domain.runbook import Phase as Direction
from app.domain.runbook import Runbook, StepKind
from app.domain.window import TimeRange, Window
from tests.reports.people import (
    APP,
    CHANGE,
    DB1,
    DB2,
    DLAMINI,
    KHUMALO,
    MIDNIGHT,
    MOKOENA,
    PATEL,
    VAN_WYK,
    WORK,
    ZONE,
    night,
)
from tests.reports.proofs import tests
from tests.reports.runbook import STEPS, step
from tests.reports.samples_of_night import metrics

NEED = Need(
    NeedCategory.OUTDATED,
    (
        NeedEvidence(
            EvidenceKind.VERSION,
            "End-of-support notice",
            "PostgreSQL 14 ends 12 Nov 2026",
            "",
            "vendor notice of 5 Oct 2026",
        ),
        NeedEvidence(
            EvidenceKind.METRIC,
            "Order response time, p95",
            "310 to 412 ms",
            "Jan to Oct 2026",
        ),
    ),
)

IMPACT = Impact(
    "Customers wait for their orders",
    users=1240,
    services=("Orders", "Export"),
    cost_per_hour=4200.0,
    currency="EUR",
)

SCOPE = Scope(
    (ScopeArea.SERVER, ScopeArea.SECURITY),
    "Cluster on db-01, its replica on db-02, the pool on app-01",
    "The application code and the catalogue database stay as they are",
)

OPTIONS = (
    Option(
        "Upgrade in place",
        "Support into 2028, new indexes",
        "One night, 40 min closed",
        "Way back needs a restore",
        True,
        "Shortest closure with a proven way back",
        amount=3800.0,
        takes_s=14 * 3600.0,
    ),
    Option(
        "New servers beside the old",
        "No way back needed",
        "Six weeks, two servers",
        "Data drift",
        False,
        "Support ends before it is ready",
        amount=41500.0,
        takes_s=42 * 86400.0,
    ),
    Option(
        "Do nothing",
        "No work",
        "No security fixes",
        "Grows every week",
        False,
        "Not acceptable to security",
    ),
)

RISK = RiskAssessment(
    RiskScore(Grade.HIGH, Grade.HIGH),
    RiskScore(Grade.MODERATE, Grade.HIGH),
    (
        Control("Rehearsal on the test system"),
        Control("Restore drill on the evening before", "backup"),
        Control("Go or no-go gate at 02:10", "step:f7"),
    ),
    "A failed upgrade closes order entry until the restore is done.",
    KHUMALO,
    MIDNIGHT - timedelta(days=4, hours=9),
)

OVERRIDES = (
    Override(
        "baseline",
        "Baseline measured",
        DLAMINI,
        "support for PostgreSQL 14 ended that day, the baseline has five nights",
        night(-56, 20),
    ),
)

LESSONS = (
    Lesson(
        "The cluster upgrade took 24 min instead of 18",
        "The copy of 41 GiB met a slower disk than on the test system",
        "Order entry stayed closed 7 min longer",
        "Estimate copies from the disk they will meet",
    ),
    Lesson(
        "Memory rose after the upgrade",
        "New default of shared buffers",
        "8.7 GiB of 32 remain free",
        "Compare the defaults of both releases when planning",
    ),
)

ACTIONS = (
    FollowUp(
        "Raise the template's estimate for the cluster upgrade to 24 min",
        KHUMALO,
        date(2026, 11, 30),
    ),
    FollowUp("Re-tune memory on db-01 and measure again", MOKOENA, date(2026, 12, 4)),
    FollowUp(
        "Rehearse and time the start of the old cluster on the test system",
        MOKOENA,
        date(2026, 12, 11),
    ),
    FollowUp("Measure again at 30 days with three more nights", KHUMALO, date(2026, 12, 15)),
)


def change() -> Change:
    plain = Change(
        id=CHANGE,
        number="CHG-000142",
        title="Upgrade the orders database to PostgreSQL 16",
        description=(
            "Support for PostgreSQL 14 ends on 12 November 2026; after that there are no security "
            "fixes. Order queries have slowed by a third over the year, because the old release "
            "cannot use the new indexes."
        ),
        state=ChangeState.REVIEW,
        revision=3,
        requested_by="Orders service",
        coordinator=KHUMALO,
        implementer=MOKOENA,
        reviewer=PATEL,
        business_service="Orders",
        hosts=(DB1, DB2, APP),
        need=NEED,
        impact=IMPACT,
        scope=SCOPE,
        options=OPTIONS,
        risk=RISK,
        implementation_plan="See the runbook.",
        outage=True,
        planned_downtime_min=40.0,
        window=Window(TimeRange(night(1), night(4)), ZONE),
        runbook=Runbook(
            (
                *(item for item, *_times in STEPS),
                step(
                    "b1", "Restore the cluster", StepKind.RESTORE, DB1, 30, phase=Direction.BACKOUT
                ),
            )
        ),
        backup_plan=(BackupSource(SourceKind.POSTGRESQL, DB1, database="orders"),),
        metrics=metrics(),
        contacts=(Contact(DLAMINI, "Head of Service Operations"),),
        tests=tests(),
        overrides=OVERRIDES,
        lessons=LESSONS,
        actions=ACTIONS,
        work_start=WORK.start,
        work_end=WORK.end,
        monitor_since=night(3, 20),
        close_code=CloseCode.WITH_ISSUES,
        close_notes="The orders database runs on PostgreSQL 16; memory on db-01 is to be re-tuned.",
        opened_at=MIDNIGHT + timedelta(days=-41, hours=11, minutes=2),
        opened_by=KHUMALO,
    )
    return replace(plain, approvals=_approvals(plain.plan_hash))


def _approvals(plan_hash: str) -> tuple[Approval, ...]:
    owner, head = "Owner, orders service", "Head of Service Operations"
    first, second = (
        MIDNIGHT + timedelta(days=-4, hours=16, minutes=5),
        MIDNIGHT + timedelta(days=-3, hours=9, minutes=12),
    )
    return (
        Approval(VAN_WYK, owner, Decision.APPROVED, first, plan_hash, revision=3),
        Approval(DLAMINI, head, Decision.APPROVED, second, plan_hash, "Go ahead", revision=3),
    )
