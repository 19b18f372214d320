"""Smaller example changes in every other state, so that lists, board and calendar are alive."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from app.demo.plan import APPROVER, COORDINATOR, IMPLEMENTER, REVIEWER
from app.domain.approval import Decision
from app.domain.backup import BackupSource, SourceKind
from app.domain.change import Change, ChangeState
from app.domain.evidence import BugRecord, Lifecycle
from app.domain.health import Phase as When
from app.domain.host import Host
from app.domain.lesson import Lesson
from app.domain.need import (
    EvidenceKind,
    Impact,
    NeedCategory,
    NeedEvidence,
    Option,
    Scope,
    ScopeArea,
)
from app.domain.people import Contact
from app.domain.review import TestCase, TestResult
from app.domain.risk import Grade, RiskAssessment, RiskScore
from app.domain.runbook import Runbook
from app.examples import acts
from app.examples.acts import Ending, Said
from app.examples.series import Shape
from app.examples.stage import OWNER, SECURITY, Stage, night
from app.examples.steps import back, check, command, gate, latency, risk_answers
from app.scripted.machine import Scripted
from app.services.approval import approvals
from app.services.change import changes
from app.services.template import templates
from app.services.test_case import testing

_SHAPES = {"answer": Shape(160.0, 0.20, 0.04, after=0.97)}
_APPLY, _UNDO = "siteconfig apply", "siteconfig undo"
COMMANDS = {
    _APPLY: Scripted(("plan: 1 to change", "applied in one go", "all checks passed"), 210),
    _UNDO: Scripted(("undone",), 90),
}
_CALM = (1, 0, 2, 0, 0, 0, 0, 0, 1, 0, 0)
"""Answers to the questionnaire: few users, done often, the way back tried."""


@dataclass(frozen=True, slots=True)
class Small:
    """What tells one small change from another."""

    title: str
    why: str
    service: str
    host: str
    category: NeedCategory = NeedCategory.OUTDATED
    likelihood: Grade = Grade.LOW


KEPT = Small(
    "Keep the logs of the customer portal for 90 days",
    "Auditors ask for the logs of three months.",
    "Customer portal",
    "web-01",
)
ROTATED = Small(
    "Rotate the logs of the file servers every night",
    "Logs fill the disk once a month.",
    "Project shares",
    "files-01",
    NeedCategory.PERSISTENT_BUG,
)
WATCHED = Small(
    "Give the web shop a larger connection pool",
    "Orders wait for a free connection at noon.",
    "Web shop",
    "db-01",
    NeedCategory.CANNOT_SCALE,
    Grade.MODERATE,
)
PLANNED = (
    Small(
        "Move the portal to the new load balancer",
        "The old one gets no updates after the end of the year.",
        "Customer portal",
        "web-02",
        likelihood=Grade.MODERATE,
    ),
    Small(
        "Replace the backup disks of files-02",
        "Two disks report errors that were corrected.",
        "Project shares",
        "files-02",
        NeedCategory.DOWNTIME_CRASH,
        Grade.MODERATE,
    ),
)
ASKED = Small(
    "Switch off old ciphers on the portal",
    "A scan found two ciphers that are no longer safe.",
    "Customer portal",
    "web-01",
    NeedCategory.SECURITY_VULNERABILITY,
    Grade.MODERATE,
)
REFUSED = Small(
    "Restart the web shop every night",
    "Memory grows by the day.",
    "Web shop",
    "db-01",
    NeedCategory.PERSISTENT_BUG,
)
BEGUN = Small(
    "Move the project shares to files-02, second attempt",
    "The first attempt was backed out because of access lists.",
    "Project shares",
    "files-02",
    NeedCategory.DOWNTIME_CRASH,
    Grade.MODERATE,
)
WAITING = Small(
    "Update the kernel of the web servers",
    "Four fixes have come out since the last restart.",
    "Customer portal",
    "web-01",
)
DROPPED = Small(
    "Second database server for reports",
    "Reports slow the shop down.",
    "Web shop",
    "db-01",
    NeedCategory.CANNOT_SCALE,
)
STANDARD = "Set how long the logs of a host are kept"
"""The name of the template in good standing."""
WISHED = Small("Show delivery dates in the web shop", "Customers call to ask for them.", "Web shop",
               "db-01", NeedCategory.CANNOT_SCALE)  # fmt: skip


def _known(small: Small, host: Host) -> acts.Edit:
    def edit(change: Change) -> Change:
        kinds = {
            NeedCategory.OUTDATED: NeedEvidence(
                EvidenceKind.VERSION, small.why, lifecycle=Lifecycle(small.service, "in use")
            ),
            NeedCategory.PERSISTENT_BUG: NeedEvidence(
                EvidenceKind.BUG, small.why, "seen again and again", bug=BugRecord(times=4)
            ),
        }
        other = NeedEvidence(EvidenceKind.COMPLAINT, small.why, "told to the service desk")
        return replace(
            change,
            description=small.why, requested_by=OWNER, coordinator=COORDINATOR,
            implementer=IMPLEMENTER, reviewer=REVIEWER, business_service=small.service,
            hosts=(host.id,),
            need=replace(change.need, category=small.category,
                         evidence=(kinds.get(small.category, other),)),
        )  # fmt: skip

    return edit


def _planned(stage: Stage, small: Small, day: date, begins: int = 20) -> acts.Edit:
    host, now = stage.hosts[small.host], stage.clock.now()
    score = RiskScore(small.likelihood, Grade.MODERATE)

    def edit(change: Change) -> Change:
        return replace(
            change,
            impact=Impact(small.why, users=60, services=(small.service,)),
            scope=Scope((ScopeArea.SERVER,), f"The settings of {host.name}", "Everything else"),
            options=(
                Option(small.title, "Removes the cause", "An hour", "Small", chosen=True,
                       reason="Quick, and can be undone"),
                Option("Do nothing", "No work", "The trouble goes on", does_nothing=True,
                       reason="The need remains"),
            ),
            risk=RiskAssessment(
                score, RiskScore(Grade.LOW, Grade.MODERATE), (), "Done many times before.",
                COORDINATOR, now, stage.services.settings.risk, risk_answers(stage, _CALM),
            ),
            implementation_plan="Apply the new settings, then check.",
            backout_plan="Undo, then check.",
            test_plan="The service answers as before.",
            communication_plan="The service desk is told.",
            outage=False, planned_downtime_min=0.0, window=night(day, begins, 1.0),
            runbook=Runbook(
                (
                    gate("f1", "Go or no-go", f"GO {host.name}"),
                    command("f2", "Apply the settings", host, _APPLY, (240, 400)),
                    check("f3", host),
                    *back(command("b1", "Undo", host, _UNDO, (90, 150)), check("b2", host)),
                )
            ),
            backup_plan=(BackupSource(SourceKind.FILES, host.id, ("/etc",)),),
            metrics=(latency("answer", f"{small.service}, p95 response time", 250.0),),
            tests=(TestCase("t1", "The service answers as before", expected="No difference"),),
            baseline_s=3 * 3600.0, settle_s=900.0, monitor_days=1.0, benefit_days=(),
            contacts=(Contact(IMPLEMENTER, "On call", "ext. 4410", now, COORDINATOR),),
        )  # fmt: skip

    return edit


def _written(stage: Stage, small: Small) -> Change:
    """Record a change and begin to plan it."""
    stage.clock.let_pass(1500)
    return acts.record(stage, small.title, _known(small, stage.hosts[small.host]))


def _asked(stage: Stage, small: Small, day: date, begins: int = 20) -> Change:
    """Plan a change and ask for approval."""
    return acts.plan(stage, _written(stage, small), _planned(stage, small, day, begins))


def write(stage: Stage) -> Change:
    """Two that were never done, and three that are agreed for one night."""
    night_of = _tuesday(stage, -1)
    stage.go(night_of - timedelta(days=5), 9)
    dropped = _written(stage, DROPPED)
    refused = _asked(stage, REFUSED, night_of, 23)
    why = "A restart hides the leak. Find it first."
    approvals.decide(refused.id, Decision.REJECTED, desk=stage.acting(APPROVER).desk, comment=why)
    reason = "Reports run on the copy of the night now"
    desk = stage.services.desk
    changes.move_change(dropped.id, ChangeState.CANCELED, desk=desk, reason=reason)
    for small, begins in _NIGHT:
        last = acts.approve(stage, _asked(stage, small, night_of, begins))
    return last


_NIGHT = ((KEPT, 20), (ROTATED, 21), (WATCHED, 22))


def work(stage: Stage) -> Change:
    """One night, three changes, one after the other."""
    night_of = _tuesday(stage, -1)
    stage.go(night_of, 19)
    for small, begins in _NIGHT:
        change = _find(stage, small)
        acts.back_up(stage, change)
        acts.check(stage, change, When.BEFORE)
        stage.go(night_of, begins, 1)
        acts.import_samples(stage, change, _SHAPES, seed=begins)
        acts.move(stage, change, ChangeState.IMPLEMENT, IMPLEMENTER)
        acts.carry_out(stage, change, {"f1": Said(after_s=60)})
        acts.move(stage, change, ChangeState.TEST, IMPLEMENTER)
        stage.clock.let_pass(120)
        seen = testing.Seen(TestResult.PASSED, "As before")
        testing.record_result(change.id, "t1", seen, desk=stage.acting(REVIEWER).desk)
        if small is WATCHED:
            acts.note(stage, change, lambda c: replace(c, monitor_days=14.0), "Watched for longer")
        acts.move(stage, change, ChangeState.MONITOR)
    return change


def look_back(stage: Stage) -> Change:
    """Two of the night are measured again and closed; the third is still watched."""
    stage.go(_tuesday(stage, -1) + timedelta(days=2), 9)
    for small, seed in ((KEPT, 20), (ROTATED, 21)):
        change = _find(stage, small)
        acts.import_samples(stage, change, _SHAPES, seed)
        acts.judge(stage, change)
        acts.move(stage, change, ChangeState.REVIEW)
        closed = acts.close(stage, change, _ENDINGS[small])
    _make_standard(stage, _find(stage, KEPT))
    return closed


def _make_standard(stage: Stage, change: Change) -> None:
    """Make what has worked a standard change: a template that somebody else stands for."""
    made = templates.make_template(change.id, STANDARD, desk=stage.services.desk)
    templates.approve_template(made.id, desk=stage.acting(APPROVER).desk)


_ENDINGS = {
    KEPT: Ending("Logs are kept for 90 days from now on."),
    ROTATED: Ending(
        "Logs are rotated every night.",
        (
            Lesson("Logs had filled the disk four times", "Nobody had a rule for them", "An hour "
                   "of searching each time", "Give every new server the rule", ("storage",)),
        ),
        (("Add the rule to the build of new servers", IMPLEMENTER, 3),),
    ),
}  # fmt: skip


def come_next(stage: Stage) -> Change:
    """What is agreed for next week, waits for a decision, is being written, or rests."""
    stage.go(stage.today - timedelta(days=3), 9)
    for small, begins in zip(PLANNED, (20, 21), strict=True):
        acts.approve(stage, _asked(stage, small, _tuesday(stage, 1), begins))
    asked = _asked(stage, ASKED, _tuesday(stage, 2))
    words = "Fine, if the partners have been asked."
    approvals.decide(asked.id, Decision.APPROVED, desk=stage.acting(SECURITY).desk, comment=words)
    _written(stage, BEGUN)
    waiting, desk = _written(stage, WAITING), stage.services.desk
    changes.set_hold(waiting.id, "The vendor has withdrawn the update", desk=desk)
    return changes.open_change(
        WISHED.title, desk=desk, edit=lambda change: replace(change, description=WISHED.why)
    )


def _find(stage: Stage, small: Small) -> Change:
    with stage.services.new_uow() as uow:
        return next(item for item in uow.changes.list() if item.title == small.title)


def _tuesday(stage: Stage, weeks: int) -> date:
    """Return the last Tuesday, or one so many weeks away from it."""
    return stage.work_day(0) + timedelta(weeks=weeks)
