"""Example 2: a security patch that cannot wait for a freeze, nor for a fresh backup."""

from dataclasses import replace
from datetime import date, timedelta

from app.demo.plan import APPROVER, COORDINATOR, IMPLEMENTER, REVIEWER
from app.domain.backup import BackupSource, Level, SourceKind
from app.domain.change import Change, ChangeState
from app.domain.evidence import AdvisoryRecord
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
from app.domain.review import Finding, Incident, Severity, TestCase, TestKind, TestResult, Topic
from app.domain.risk import Control, Grade, RiskAssessment, RiskScore
from app.domain.runbook import Runbook, Step, StepKind
from app.examples import acts
from app.examples.acts import Ending, Said
from app.examples.calendar import freeze
from app.examples.series import Shape
from app.examples.stage import OWNER, SECURITY, Stage, moment, night
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
from app.services.change import overrides
from app.services.schedule import scheduling
from app.services.test_case import testing

TITLE = "Patch the TLS library of the customer portal"
SHAPES = {
    "portal": Shape(212.0, 0.25, 0.045, after=1.01),
    "handshake": Shape(31.0, 0.15, 0.04, after=1.02),
    "cpu": Shape(28.0, 0.30, 0.05, after=1.01, most=100.0),
}
_EXCEPT = "fixes of weaknesses that are attacked"
_ADVISORY = "EXAMPLE-2026-0042"
_OUT, _IN = "portalctl drain {name}", "portalctl enlist {name}"
_PATCH = "apt-get install --yes libssl3=3.0.17-1~deb12u1"
_UNDO = "apt-get install --yes --allow-downgrades libssl3=3.0.16-1~deb12u1"
_RESTART = "systemctl restart nginx"
_VERSION = "openssl version"


def commands(name: str) -> dict[str, Scripted]:
    """Return what the commands of this change say on a web server, and what they leave behind."""
    new, old = "3.0.17-1~deb12u1", "3.0.16-1~deb12u1"
    said = Scripted(("OpenSSL 3.0.17",), 0.1)
    return {
        _OUT.format(name=name): Scripted((f"{name} drained, 0 sessions left",), 74),
        _IN.format(name=name): Scripted((f"{name} enlisted, answers 200",), 38),
        _PATCH: Scripted(
            (
                "Reading package lists...",
                f"Unpacking libssl3:amd64 ({new}) over ({old}) ...",
                f"Setting up libssl3:amd64 ({new}) ...",
                "Processing triggers for libc-bin ...",
            ),
            96,
            alters=Altered(packages={"libssl3": new, "openssl": new}, commands={_VERSION: said}),
        ),
        _UNDO: Scripted((f"Setting up libssl3:amd64 ({old}) ...",), 80,
                        alters=Altered(packages={"libssl3": old, "openssl": old})),
        _RESTART: Scripted(("nginx restarted, 4 workers",), 9),
        _VERSION: Scripted(("OpenSSL 3.0.16",), 0.1),
    }  # fmt: skip


def play(stage: Stage) -> Change:
    """Play the whole change; it ends closed, with its report, in state Watch."""
    hosts, day = [stage.hosts["web-01"], stage.hosts["web-02"]], stage.work_day(21)
    stage.go(day - timedelta(days=4), 8)
    freeze(stage, day - timedelta(days=2), "Quarter-end closing", _EXCEPT, 10)
    stage.go(day - timedelta(days=3), 8, 20)
    change = acts.record(stage, TITLE, lambda c: _known(c, hosts))
    change = acts.plan(stage, change, lambda c: _planned(stage, c, hosts, day))
    _accept_freeze(stage, change)
    change = acts.approve(stage, change, {SECURITY: "Attacks are known. Go.", APPROVER: ""})
    acts.tell(stage, change, "before")
    _prepare(stage, change, day)
    change = acts.move(stage, change, ChangeState.IMPLEMENT, IMPLEMENTER)
    acts.tell(stage, change, "during")
    acts.carry_out(stage, change, _SAID)
    acts.move(stage, change, ChangeState.TEST, IMPLEMENTER)
    _test(stage, change)
    acts.move(stage, change, ChangeState.MONITOR)
    acts.tell(stage, change, "after")
    stage.go(day + timedelta(days=8), 9)
    acts.import_samples(stage, change, SHAPES, seed=42)
    acts.judge(stage, change)
    acts.note(stage, change, lambda c: replace(c, incidents=(_fixed(day),)), "Incident linked")
    acts.move(stage, change, ChangeState.REVIEW)
    acts.ask_users(stage, change, _ANSWERS, invited=25)
    closed = acts.close(stage, change, _ENDING)
    acts.report(stage, closed)
    return closed


def _accept_freeze(stage: Stage, change: Change) -> None:
    """The head of operations accepts by name that the patch comes inside the freeze."""
    stage.clock.let_pass(1200)
    desk = stage.acting(APPROVER).desk
    found = scheduling.check_now(change.id, desk=desk)
    for conflict in found.schedule_check.found if found.schedule_check else ():
        reason = "The weakness is attacked already; waiting ten days is the greater risk."
        scheduling.acknowledge(change.id, conflict.key, desk=desk, reason=reason)


def _prepare(stage: Stage, change: Change, day: date) -> None:
    """The backup is 30 hours old by then, and an approver goes without a fresh one by name."""
    stage.go(day - timedelta(days=1), 15)
    acts.back_up(stage, change, Level.READABLE)
    stage.go(day, 20, 45)
    acts.import_samples(stage, change, SHAPES, seed=42)
    acts.try_tests(stage, change)
    acts.check(stage, change, When.BEFORE)
    reason = (
        "Last night's backup job failed and cannot be repeated before the window. Both servers "
        "are built from the same image, and one stays in service while the other is patched."
    )
    overrides.override_guard(change.id, "backup", desk=stage.acting(APPROVER).desk, reason=reason)
    stage.go(day, 21, 3)


def _known(change: Change, hosts: list[Host]) -> Change:
    record = AdvisoryRecord(
        _ADVISORY,
        "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N",
        7.5,
        "libssl3 before 3.0.17",
        True,
    )
    return replace(
        change,
        description=(
            "A weakness in the TLS library lets strangers read memory of the web servers. "
            "Both servers of the customer portal use the affected version."
        ),
        requested_by=SECURITY, coordinator=COORDINATOR, implementer=IMPLEMENTER, reviewer=REVIEWER,
        business_service="Customer portal", hosts=tuple(host.id for host in hosts), priority=1,
        tags=("security",),
        need=replace(
            change.need,
            category=NeedCategory.SECURITY_VULNERABILITY,
            evidence=(
                NeedEvidence(
                    EvidenceKind.ADVISORY, "Memory of the TLS library can be read from outside",
                    "CVSS 7.5, high; attacks are known", reference=_ADVISORY, advisory=record,
                ),
                NeedEvidence(
                    EvidenceKind.LOG, "Attempts on the portal", "14 in two days",
                    reference="web-01 and web-02, firewall log",
                ),
            ),
        ),
    )  # fmt: skip


def _planned(stage: Stage, change: Change, hosts: list[Host], day: date) -> Change:
    now = stage.clock.now()
    return replace(
        change,
        impact=Impact(
            "What customers type into the portal could be read by strangers.",
            users=5200, services=("Customer portal",),
        ),
        scope=Scope(
            (ScopeArea.SECURITY, ScopeArea.SERVER), "The TLS library on web-01 and web-02",
            "The portal itself and its settings stay as they are",
        ),
        options=_OPTIONS,
        risk=RiskAssessment(
            RiskScore(Grade.MODERATE, Grade.HIGH), RiskScore(Grade.LOW, Grade.MODERATE),
            (
                Control("One server stays in service while the other is patched", "step:f2"),
                Control("The old version can be installed again in two minutes", "step:b1"),
                Control("Version and login are tested afterwards", "test:t1"),
            ),
            "The way back is short and was rehearsed on the training server.",
            COORDINATOR, now, stage.services.settings.risk,
            risk_answers(stage, (4, 0, 3, 1, 0, 4, 0, 1, 0, 0, 0)),
        ),
        implementation_plan="One server after the other: drain, patch, restart, enlist.",
        backout_plan="Install the old version again, restart, enlist.",
        test_plan="Version on both servers, and a login from outside.",
        communication_plan="The service desk is told before and after; users notice nothing.",
        outage=False, planned_downtime_min=0.0,
        window=night(day, 21, 2.0),
        runbook=Runbook((*_forward(hosts), *_back(hosts))),
        backup_plan=tuple(
            BackupSource(SourceKind.FILES, host.id, ("/etc/nginx", "/etc/ssl", "/srv/portal"))
            for host in hosts
        ),
        backup_apart=True,
        metrics=(
            latency("portal", "Portal login, p95 response time", 260.0),
            usage("handshake", "TLS handshake", "ms"),
            usage("cpu", "Processor load"),
        ),
        tests=_tests(hosts), baseline_s=3 * 3600.0, settle_s=900.0, benefit_days=(),
        contacts=(
            Contact(IMPLEMENTER, "Web servers", "ext. 4410", now, COORDINATOR),
            Contact(OWNER, "Owner of the portal", "ext. 4120", now, COORDINATOR),
        ),
    )  # fmt: skip


_OPTIONS = (
    Option(
        "Patch both servers in the next night", "The weakness is closed", "",
        "Inside the quarter-end freeze", chosen=True, amount=320.0, takes_s=2 * 3600.0,
        reason="Attacks are known, so every day counts",
    ),
    Option(
        "Filter requests at the firewall", "Quick", "A rule to look after",
        "Known ways round it", reason="Does not remove the cause", amount=160.0, takes_s=3600.0,
    ),
    Option(
        "Do nothing until the freeze ends", "No work now", "Ten days in which it can be used",
        "High", reason="The weakness is attacked already", does_nothing=True, amount=0.0,
    ),
)  # fmt: skip


def _forward(hosts: list[Host]) -> tuple[Step, ...]:
    steps = [gate("f1", "Go or no-go", "GO portal")]
    for place, host in enumerate(hosts):
        base = 2 + 4 * place
        out, into = _OUT.format(name=host.name), _IN.format(name=host.name)
        steps += [
            command(f"f{base}", f"Take {host.name} out of the portal", host, out, (90, 150)),
            command(f"f{base + 1}", f"Patch {host.name}", host, _PATCH, (120, 240)),
            command(f"f{base + 2}", f"Restart nginx on {host.name}", host, _RESTART, (20, 40)),
            command(f"f{base + 3}", f"Put {host.name} back", host, into, (60, 90)),
        ]
    look = "Log in to the portal from outside, once through each server."
    return (
        *steps,
        check("f10", hosts[0]),
        Step("f11", "Log in from outside", StepKind.MANUAL, instructions=look, owner=OWNER,
             estimate_s=300),
    )  # fmt: skip


def _back(hosts: list[Host]) -> tuple[Step, ...]:
    undo = (
        command(f"b{n}", f"Install the old version on {host.name}", host, _UNDO, (120, 180))
        for n, host in enumerate(hosts, start=1)
    )
    return back(*undo, check("b3", hosts[0]))


def _tests(hosts: list[Host]) -> tuple[TestCase, ...]:
    versions = tuple(
        TestCase(
            f"t{n}", f"{host.name} uses the new version", TestKind.SECURITY, "3.0.17",
            probe=FunctionalProbe(ProbeKind.COMMAND, _VERSION, "output contains 3.0.17", host.id),
        )
        for n, host in enumerate(hosts, start=1)
    )  # fmt: skip
    return (
        *versions,
        TestCase("t3", "Login from outside", TestKind.FUNCTIONAL, "The start page is shown"),
        TestCase("t4", "Old tablets of the field service", TestKind.QA, "Login works"),
    )


_SAID = {
    "f1": Said(after_s=180),
    "f11": Said("Logged in through both servers", 240, OWNER),
}


def _test(stage: Stage, change: Change) -> None:
    stage.clock.let_pass(240)
    acts.try_tests(stage, change)
    desk = stage.acting(REVIEWER).desk
    seen = testing.Seen(TestResult.PASSED, "Start page after 0.4 s")
    testing.record_result(change.id, "t3", seen, desk=desk)
    stage.clock.let_pass(1500)
    failed = testing.Seen(TestResult.FAILED, "Three tablets with the old app do not connect")
    testing.record_result(change.id, "t4", failed, desk=desk)
    waiver = testing.Waiver(
        "The old app is replaced next month; these three use the browser until then",
        OWNER, Severity.MINOR,
    )  # fmt: skip
    testing.waive(change.id, "t4", waiver, desk=stage.services.desk)


def _fixed(day: date) -> Incident:
    began, ended = moment(day - timedelta(days=4), 7), moment(day, 22)
    return Incident("INC-2077", "Attempts to read memory of the portal", 2, False, began, ended,
                    fixes=True)  # fmt: skip


_ANSWERS = (
    (3, "Customer", "I noticed nothing"), (4, "Customer", ""), (3, "Service desk", "No calls"),
    (2, "Field service", "My tablet needs the browser now"), (4, "Customer", ""),
)  # fmt: skip
_ENDING = Ending(
    notes="Both servers use 3.0.17. Three old tablets need the browser for now.",
    lessons=(
        Lesson(
            "The backup of the night before was missing",
            "The job had failed, and nobody looked at it before the evening",
            "An approver had to go without a fresh backup by name",
            "Look at the backups in the morning of every change",
            ("backup", "security"),
        ),
    ),
    actions=(
        ("Report a failed backup job by 09:00", IMPLEMENTER, 14),
        ("Replace the app on three tablets", OWNER, 40),
    ),
    answers={
        Topic.OBJECTIVES: (Finding.YES, "The weakness is closed on both servers"),
        Topic.USERS: (Finding.PARTLY, "Three tablets were overlooked"),
        Topic.SECURITY: (Finding.YES, "No attempt has succeeded"),
        Topic.AVAILABILITY: (Finding.YES, "The portal was there all the time"),
        Topic.PERFORMANCE: (Finding.YES, "As fast as before"),
        Topic.PLAN: (Finding.PARTLY, "Without a fresh backup, and inside a freeze"),
        Topic.SCHEDULE: (Finding.YES, "Inside the window"),
        Topic.WAY_BACK: (Finding.NOT_APPLICABLE, "Not needed"),
    },
    outcome="It went well; the missing backup was luck, not plan.",
)
