"""Example 3: a migration that is turned round at a gate and ends where it began."""

from dataclasses import replace
from datetime import date, timedelta

from app.demo.plan import COORDINATOR, IMPLEMENTER, REVIEWER
from app.domain.backup import BackupSource, Level, SourceKind
from app.domain.change import Change, ChangeState
from app.domain.evidence import LoadFigure, OutageRecord
from app.domain.functional import FunctionalProbe, ProbeKind
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
from app.domain.review import Finding, TestCase, TestKind, TestResult, Topic
from app.domain.risk import Control, Grade, RiskAssessment, RiskScore
from app.domain.runbook import Runbook, Step, StepKind
from app.examples import acts
from app.examples.acts import Ending, Said
from app.examples.series import Shape
from app.examples.stage import OWNER, Stage, moment, night
from app.examples.steps import (
    back,
    check,
    command,
    gate,
    latency,
    risk_answers,
    usage,
)
from app.scripted.machine import Altered, Scripted
from app.services.test_case import testing

TITLE = "Move the project shares from files-01 to files-02"
SHAPES = {
    "open": Shape(148.0, 0.30, 0.045),
    "cpu": Shape(52.0, 0.30, 0.045, most=100.0),
}
_LOCK, _UNLOCK = "sharectl projects readonly", "sharectl projects readwrite"
_COPY = "rsync --archive --acls --checksum files-01:/srv/projects/ /srv/projects/"
_POINT, _POINT_BACK = "dnsctl alias projects files-02", "dnsctl alias projects files-01"
_COMPARE = "shareaudit compare files-01:/srv/projects /srv/projects"


def commands() -> dict[str, Scripted]:
    """Return what the commands of this change say, and what they leave behind."""
    conf = "[global]\nnetbios name = files-01\n[projects]\nread only = {}\n"
    return {
        _LOCK: Scripted(("projects is read-only, 37 sessions told",), 33,
                        alters=Altered(files={"/etc/samba/smb.conf": conf.format("yes")})),
        _UNLOCK: Scripted(("projects can be written again",), 21),
        _COPY: Scripted(
            (
                "sending incremental file list",
                "projects/plan-04.txt",
                "projects/plan-07.txt",
                "sent 412,904,120 bytes  received 61,334 bytes  298,812 bytes/sec",
                "total size is 318,440,127,904  speedup is 771.12",
            ),
            1385,
        ),
        _POINT: Scripted(("projects -> files-02, 60 s until all have it",), 75),
        _POINT_BACK: Scripted(("projects -> files-01, 60 s until all have it",), 75),
        _COMPARE: Scripted(
            (
                "files            214,377 of 214,377",
                "sizes            214,377 equal",
                "access lists     213,965 equal, 412 differ",
                "412 folders of group “Tenders” are open to everybody",
            ),
            244,
        ),
    }  # fmt: skip


def play(stage: Stage) -> Change:
    """Play the whole change; it is backed out, closed and reported."""
    old, new = stage.hosts["files-01"], stage.hosts["files-02"]
    day = stage.work_day(63)
    stage.go(day - timedelta(days=12), 13, 30)
    change = acts.record(stage, TITLE, lambda c: _known(c, (old, new), day))
    change = acts.plan(stage, change, lambda c: _planned(stage, c, (old, new), day))
    change = acts.approve(stage, change)
    stage.go(day - timedelta(days=2), 9)
    acts.tell(stage, change, "before")
    _prepare(stage, change, day)
    change = acts.move(stage, change, ChangeState.IMPLEMENT, IMPLEMENTER)
    acts.tell(stage, change, "during")
    acts.carry_out(stage, change, _SAID)
    acts.write_outage(stage, change, ("f2", "b3"))
    acts.try_tests(stage, change)
    not_tried = testing.Seen(TestResult.BLOCKED, "The share is on files-01 again")
    testing.record_result(change.id, "t2", not_tried, desk=stage.acting(REVIEWER).desk)
    acts.tell(stage, change, "after")
    stage.go(day + timedelta(days=1), 10)
    acts.import_samples(stage, change, SHAPES, seed=31)
    acts.judge(stage, change)
    acts.move(stage, change, ChangeState.REVIEW, IMPLEMENTER)
    closed = acts.close(stage, change, _ENDING)
    acts.report(stage, closed)
    stage.go(day + timedelta(days=9), 11)
    acts.finish(stage, closed, 0)
    return closed


def _prepare(stage: Stage, change: Change, day: date) -> None:
    stage.go(day, 16)
    acts.back_up(stage, change, Level.RESTORED)
    stage.go(day, 19, 40)
    acts.import_samples(stage, change, SHAPES, seed=31)
    acts.check(stage, change, When.BEFORE)
    stage.go(day, 20, 1)


def _known(change: Change, hosts: tuple[Host, Host], day: date) -> Change:
    began = moment(day - timedelta(days=30), 9, 40)
    outage = OutageRecord(began, began + timedelta(hours=2, minutes=10), "Project shares")
    return replace(
        change,
        description=(
            "files-01 has been full twice this year, and its disks are slow. The shares are to "
            "move to files-02, which has room and faster disks."
        ),
        requested_by=OWNER, coordinator=COORDINATOR, implementer=IMPLEMENTER, reviewer=REVIEWER,
        business_service="Project shares", hosts=tuple(host.id for host in hosts), priority=3,
        tags=("storage",),
        need=replace(
            change.need,
            category=NeedCategory.DOWNTIME_CRASH,
            evidence=(
                NeedEvidence(EvidenceKind.OUTAGE, "Shares full, nobody could save", "2 h 10 min",
                             outage=outage),
                NeedEvidence(EvidenceKind.METRIC, "Disk of files-01", "96 % used", "last month",
                             load=LoadFigure(96.0, "%", 90.0)),
            ),
        ),
    )  # fmt: skip


def _planned(stage: Stage, change: Change, hosts: tuple[Host, Host], day: date) -> Change:
    now, (old, new) = stage.clock.now(), hosts
    return replace(
        change,
        impact=Impact(
            "Project teams cannot save while the shares are full.", users=310,
            services=("Project shares",), hours=4.5, cost_per_hour=900.0,
        ),
        scope=Scope(
            (ScopeArea.SERVER, ScopeArea.INFRASTRUCTURE), "The share “projects” and its alias",
            "Home folders and all other shares stay on files-01",
        ),
        options=_OPTIONS,
        risk=RiskAssessment(
            RiskScore(Grade.MODERATE, Grade.HIGH), RiskScore(Grade.LOW, Grade.HIGH),
            (
                Control("The old share stays as it is until the review", "backup"),
                Control("Files and access lists are compared before anybody works", "step:f5"),
                Control("A gate stands before the point of no return", "step:f6"),
            ),
            "Nothing is deleted on files-01, so the way back is an alias.",
            COORDINATOR, now, stage.services.settings.risk,
            risk_answers(stage, (3, 3, 2, 1, 0, 0, 2, 1, 1, 0, 1)),
        ),
        implementation_plan="Lock the share, copy what is new, move the alias, compare, open.",
        backout_plan="Move the alias back, put the share's settings back, open it again.",
        test_plan="Every file and every access list is compared; three teams open a plan.",
        communication_plan="All project teams are told two days ahead, that night, and after.",
        outage=True, planned_downtime_min=90.0,
        window=night(day, 20, 4.0),
        runbook=Runbook((*_forward(old, new), *_back(old))),
        backup_plan=(
            BackupSource(SourceKind.FILES, old.id, ("/etc/samba", "/srv/projects")),
            BackupSource(SourceKind.FACTS, old.id),
            BackupSource(SourceKind.FACTS, new.id),
        ),
        metrics=(
            latency("open", "Opening a plan, p95", 100.0),
            usage("cpu", "Disk in use, files-01"),
        ),
        tests=_tests(new), baseline_s=3 * 3600.0, settle_s=900.0, benefit_days=(),
        contacts=(Contact(IMPLEMENTER, "File servers", "ext. 4410", now, COORDINATOR),),
    )  # fmt: skip


_OPTIONS = (
    Option(
        "Move the shares to files-02", "Room for three years, faster disks", "One evening of work",
        "90 min without the shares", chosen=True, amount=5200.0, takes_s=4 * 3600.0,
        reason="Removes the cause, and the old share stays",
    ),
    Option("More disks for files-01", "Room for a year", "Disks",
           "Still slow", reason="Puts the problem off", amount=2900.0, takes_s=7 * 86400.0),
    Option("Do nothing", "No work", "Full again within weeks", "Certain",
           reason="The need remains", does_nothing=True),
)  # fmt: skip


def _forward(old: Host, new: Host) -> tuple[Step, ...]:
    open_gate = gate("f6", "Let the teams work on files-02?", "OPEN files-02", by_another=True)
    return (
        gate("f1", "Go or no-go", "GO files-01"),
        replace(command("f2", "Lock the share", old, _LOCK, (60, 90)), stops_service=True),
        command("f3", "Copy what is new", new, _COPY, (1500, 2400)),
        command("f4", "Move the alias to files-02", new, _POINT, (90, 120)),
        command("f5", "Compare files and access lists", new, _COMPARE, (300, 480)),
        replace(open_gate, point_of_no_return=True),
        Step("f7", "Three teams open a plan", StepKind.MANUAL, estimate_s=900, owner=OWNER,
             starts_service=True, instructions="Open, alter and save a plan from each team."),
        check("f8", new),
    )  # fmt: skip


def _back(old: Host) -> tuple[Step, ...]:
    restore = Step("b2", "Put the share's settings back", StepKind.RESTORE, old.id)
    opened = command("b3", "Open the share again", old, _UNLOCK, (60, 90))
    return back(
        replace(command("b1", "Move the alias back", old, _POINT_BACK, (90, 120)), backout_of="f4"),
        replace(restore, estimate_s=600, backout_of="f2"),
        replace(opened, starts_service=True),
        check("b4", old, "Health checks after the roll-back"),
    )


def _tests(new: Host) -> tuple[TestCase, ...]:
    return (
        TestCase(
            "t1", "Every access list is the same", TestKind.SECURITY, "0 differ",
            probe=FunctionalProbe(ProbeKind.COMMAND, _COMPARE, "output contains 0 differ", new.id),
        ),
        TestCase("t2", "Three teams work as usual", TestKind.QA, "Plans can be saved"),
    )  # fmt: skip


_SAID = {
    "f1": Said(after_s=200),
    "f6": Said(
        after_s=540,
        back_out="412 folders of the tender team would be open to everybody on files-02",
    ),
}
_ENDING = Ending(
    notes="Backed out before the deadline: access lists of one group were not copied as they are.",
    lessons=(
        Lesson(
            "412 folders would have been open to everybody",
            "Their access lists name a group that files-02 does not know",
            "The move was turned round; the teams were without the share for an hour",
            "Compare access lists in a rehearsal, before the night",
            ("storage", "rehearsal"),
        ),
        Lesson(
            "The way back took fifteen minutes and held",
            "It had been written step by step, and the backup had been restored before",
            "Everybody could work the next morning",
            "Keep it like this",
            ("way back",),
        ),
    ),
    actions=(
        ("Create the group “Tenders” on files-02", IMPLEMENTER, 14),
        ("Rehearse the copy with all access lists", IMPLEMENTER, 75),
        ("Plan the move again", COORDINATOR, 90),
    ),
    answers={
        Topic.OBJECTIVES: (Finding.NO, "The shares are where they were"),
        Topic.USERS: (Finding.PARTLY, "An hour without the share, and nothing gained"),
        Topic.SECURITY: (Finding.YES, "Nothing was open to anybody it should not be"),
        Topic.PLAN: (Finding.YES, "The gate did what it is for"),
        Topic.SCHEDULE: (Finding.YES, "Inside the window"),
        Topic.WAY_BACK: (Finding.YES, "Gone in time, as written"),
        Topic.COMMUNICATION: (Finding.YES, "All teams were told the same evening"),
    },
    outcome="What was feared came true, and the gate held it back.",
)
