"""Example 1: a database upgrade that succeeds, with everything that belongs to it."""

from dataclasses import replace
from datetime import date, timedelta

from app.demo.plan import COORDINATOR, IMPLEMENTER, REVIEWER
from app.domain.backup import BackupSource, Level, SourceKind
from app.domain.change import Change, ChangeState
from app.domain.evidence import Lifecycle, LoadFigure
from app.domain.functional import Engine, FunctionalProbe, ProbeKind
from app.domain.health import Phase as When
from app.domain.host import Host
from app.domain.lesson import Lesson
from app.domain.metric import Target, WindowName, WorseWhen
from app.domain.need import (
    EvidenceKind,
    Impact,
    NeedCategory,
    NeedEvidence,
    Option,
    Scope,
    ScopeArea,
)
from app.domain.objective import Objective
from app.domain.people import Contact
from app.domain.review import Finding, Incident, TestCase, TestKind, TestResult, Topic
from app.domain.risk import Control, Grade, RiskAssessment, RiskScore
from app.domain.runbook import Runbook, Step, StepKind
from app.examples import acts
from app.examples.acts import Ending, Said
from app.examples.load import Page, load_test
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
from app.services.attachments import Found
from app.services.test_case import testing

TITLE = "Upgrade PostgreSQL of the web shop from 13 to 16"
SHAPES = {
    "orders": Shape(620.0, 0.30, 0.10, after=0.52),
    "cpu": Shape(41.0, 0.35, 0.09, after=0.99, most=100.0),
    "memory": Shape(63.0, 0.04, 0.03, after=1.005, most=100.0),
    "commits": Shape(182.0, 0.40, 0.08, after=1.01),
}
PAGES = (
    Page("Orders", 148.0, 44.0, after=0.61),
    Page("Order details", 96.0, 55.0, after=0.88),
    Page("Search", 72.0, 60.0, after=0.99),
)
_COUNT = "SELECT count(*) FROM orders"
_STOP, _START = "systemctl stop webshop", "systemctl start webshop"
_STOP_13 = "pg_ctlcluster 13 main stop"
_CHECK = "pg_upgrade --check --old 13/main --new 16/main"
_UPGRADE = "pg_upgradecluster -m upgrade 13 main"
_ANALYZE = "vacuumdb --all --analyze-in-stages"
_VERSION = "psql --tuples-only --command 'SHOW server_version'"


def commands() -> dict[str, Scripted]:
    """Return what the commands of this change say, and what they leave behind."""
    return {
        _STOP: Scripted(("webshop stopped, 0 sessions left",), 41, alters=_shop("inactive")),
        _START: Scripted(
            ("webshop started", "orders page answers 200"), 52, alters=_shop("active")
        ),
        _STOP_13: Scripted(("server stopped",), 24, alters=Altered({"postgresql": "inactive"})),
        _CHECK: Scripted(
            (
                "Performing Consistency Checks",
                "Checking cluster versions                     ok",
                "Checking database user is the install user    ok",
                "Checking for prepared transactions            ok",
                "Checking for incompatible extensions          ok",
                "*Clusters are compatible*",
            ),
            137,
        ),
        _UPGRADE: Scripted(
            (
                "Creating new PostgreSQL cluster 16/main ...",
                "Copying old configuration files...",
                "Copying user relation files                   ok",
                "Setting next OID for new cluster              ok",
                "Sync data directory to disk                   ok",
                "Upgrade Complete",
                "Starting upgraded cluster on port 5432...",
            ),
            1730,
            alters=Altered(
                services={"postgresql": "active"},
                packages={"postgresql-16": "16.9-1.pgdg12+1"},
                files={"/etc/postgresql/16/main/postgresql.conf": "port = 5432\n"},
                commands={_VERSION: Scripted((" 16.9",), 0.2)},
            ),
        ),
        _ANALYZE: Scripted(
            tuple(f'vacuumdb: processing database "shop": stage {n}/3' for n in (1, 2, 3)), 412
        ),
        _VERSION: Scripted((" 13.21",), 0.2),
    }


def _shop(state: str) -> Altered:
    return Altered(services={"webshop": state})


def play(stage: Stage) -> Change:
    """Play the whole change; it ends closed, with its report."""
    host, day = stage.hosts["db-01"], stage.work_day(49)
    stage.go(day - timedelta(days=16), 9, 10)
    proof = Found(
        "slow-orders.log", _LOG.encode(), "db-01, slow query log", "Why pages are slow", True
    )
    change = acts.record(stage, TITLE, lambda c: _known(c, host, day), proof)
    change = acts.plan(stage, change, lambda c: _planned(stage, c, host, day))
    change = acts.approve(stage, change)
    stage.go(day - timedelta(days=2), 10)
    acts.tell(stage, change, "before")
    load_test(stage, change, WindowName.BEFORE, PAGES)
    _prepare(stage, change, day)
    change = acts.move(stage, change, ChangeState.IMPLEMENT, IMPLEMENTER)
    acts.tell(stage, change, "during")
    acts.carry_out(stage, change, _SAID)
    acts.move(stage, change, ChangeState.TEST, IMPLEMENTER)
    acts.write_outage(stage, change, ("f2", "f8"))
    _test(stage, change)
    acts.tell(stage, change, "after")
    acts.move(stage, change, ChangeState.MONITOR)
    stage.go(day + timedelta(days=14), 10)
    load_test(stage, change, WindowName.AFTER, PAGES)
    stage.go(day + timedelta(days=15), 9)
    acts.import_samples(stage, change, SHAPES, seed=13)
    acts.judge(stage, change)
    acts.note(stage, change, lambda c: replace(c, incidents=(_fixed(day),)), "Incident linked")
    acts.move(stage, change, ChangeState.REVIEW)
    acts.ask_users(stage, change, _ANSWERS, invited=40)
    closed = acts.close(stage, change, _ENDING)
    acts.report(stage, closed)
    stage.go(day + timedelta(days=16), 10)
    acts.finish(stage, closed, 0)
    return closed


def _prepare(stage: Stage, change: Change, day: date) -> None:
    """The day of the work: try the tests, back up, measure, check."""
    stage.go(day, 17, 30)
    acts.try_tests(stage, change)
    acts.back_up(stage, change, Level.RESTORED)
    stage.go(day, 20, 40)
    acts.import_samples(stage, change, SHAPES, seed=13)
    acts.check(stage, change, When.BEFORE)
    stage.go(day, 21, 2)


def _fixed(day: date) -> Incident:
    began, ended = moment(day - timedelta(days=20), 14), moment(day - timedelta(days=20), 15, 30)
    return Incident("INC-2041", "Orders page times out", 2, False, began, ended, fixes=True)


def _known(change: Change, host: Host, day: date) -> Change:
    end = day - timedelta(days=60)
    return replace(
        change,
        description=(
            "PostgreSQL 13 gets no security fixes any more. The orders page needs more than half "
            "a second at busy hours, because its queries cannot use the newer planner."
        ),
        requested_by=OWNER, coordinator=COORDINATOR, implementer=IMPLEMENTER, reviewer=REVIEWER,
        business_service="Web shop", hosts=(host.id,), priority=2, tags=("database",),
        need=replace(
            change.need,
            category=NeedCategory.OUTDATED,
            evidence=(
                NeedEvidence(
                    EvidenceKind.VERSION, "PostgreSQL 13 is out of support", "13.21 in use",
                    reference="db-01",
                    lifecycle=Lifecycle("PostgreSQL", "13.21", end, "16.9"),
                ),
                NeedEvidence(
                    EvidenceKind.METRIC, "Orders page at busy hours", "620 ms, p95",
                    "the last 9 days", "monitoring", load=LoadFigure(620.0, "ms", 400.0),
                ),
                *change.need.evidence,
            ),
        ),
    )  # fmt: skip


def _planned(stage: Stage, change: Change, host: Host, day: date) -> Change:
    now = stage.clock.now()
    return replace(
        change,
        impact=Impact(
            "Customers wait for their orders, and the service desk waits with them.",
            users=1800, services=("Web shop",), hours=26.0, cost_per_hour=450.0,
        ),
        scope=Scope(
            (ScopeArea.SERVER,), "The database cluster of the web shop on db-01",
            "The shop's code, its tables and every other database stay as they are",
        ),
        options=_OPTIONS,
        risk=RiskAssessment(
            RiskScore(Grade.MODERATE, Grade.VERY_HIGH), RiskScore(Grade.LOW, Grade.HIGH),
            (
                Control("Backup that is proven against the server", "backup"),
                Control("Compatibility is checked before anything is touched", "step:f4"),
                Control("Orders are counted before and after", "test:t1"),
            ),
            "The old cluster stays on disk until the review, so the way back is short.",
            COORDINATOR, now, stage.services.settings.risk,
            risk_answers(stage, (4, 2, 3, 0, 2, 0, 2, 1, 1, 0, 1)),
        ),
        implementation_plan="Stop the shop, check, upgrade the cluster in place, analyse, start.",
        backout_plan="Until users are in again: start the old cluster; after that: restore.",
        test_plan="Orders are counted before and after; QA orders three articles.",
        communication_plan="Users and the service desk are told two days ahead and after.",
        outage=True, planned_downtime_min=60.0,
        window=night(day, 21, 3.0),
        runbook=Runbook((*_forward(host), *_back(host))),
        backup_plan=(
            BackupSource(SourceKind.FILES, host.id, ("/etc/postgresql", "/var/backups/shop")),
            BackupSource(SourceKind.FACTS, host.id),
        ),
        metrics=_METRICS, tests=_tests(host), baseline_s=3 * 3600.0, settle_s=900.0,
        benefit_days=(90,),
        contacts=(
            Contact(IMPLEMENTER, "Database", "ext. 4410", now, COORDINATOR),
            Contact(OWNER, "Owner of the shop", "ext. 4120", now, COORDINATOR),
        ),
    )  # fmt: skip


_OPTIONS = (
    Option(
        "Upgrade in place to 16", "Supported until 2028, newer planner", "One night of work",
        "An hour without the shop", chosen=True, amount=1800.0, takes_s=3 * 3600.0,
        reason="Removes the cause, and the old cluster stays until it is proven",
    ),
    Option(
        "Logical replication to a new server", "Minutes without the shop", "A server",
        "Two systems to keep in step", reason="Too much for one database of this size",
        amount=9400.0, takes_s=14 * 86400.0,
    ),
    Option(
        "Do nothing", "No work", "Slower, and no security fixes", "Grows every month",
        reason="The need remains", does_nothing=True, amount=0.0,
    ),
)  # fmt: skip
_METRICS = (
    replace(
        latency("orders", "Orders page, p95 response time", 400.0),
        objective=Objective(0.95), apdex_t=400.0,
    ),
    replace(usage("cpu", "Processor load"), target=Target(60.0), load="commits"),
    usage("memory", "Memory in use", margin=0.05),
    replace(usage("commits", "Transactions", "1/s"), worse_when=WorseWhen.LOWER),
)  # fmt: skip


def _forward(host: Host) -> tuple[Step, ...]:
    open_gate = gate("f7", "Let users in again?", "OPEN web shop", by_another=True)
    return (
        gate("f1", "Go or no-go", "GO db-01"),
        replace(command("f2", "Stop the web shop", host, _STOP, (60, 120)), stops_service=True),
        command("f3", "Stop PostgreSQL 13", host, _STOP_13, (60, 90)),
        command("f4", "Check that the clusters are compatible", host, _CHECK, (180, 300)),
        command("f5", "Upgrade the cluster to 16", host, _UPGRADE, (1500, 2100)),
        command("f6", "Analyse all tables", host, _ANALYZE, (480, 700)),
        replace(open_gate, point_of_no_return=True),
        replace(command("f8", "Start the web shop", host, _START, (60, 120)), starts_service=True),
        check("f9", host),
        Step(
            "f10", "Order three articles", StepKind.MANUAL, estimate_s=600, owner=OWNER,
            instructions="Order three articles as a customer and compare the sums.",
        ),
    )  # fmt: skip


def _back(host: Host) -> tuple[Step, ...]:
    restore = Step("b2", "Put the old settings and the dump back", StepKind.RESTORE, host.id)
    return back(
        command("b1", "Stop the web shop", host, _STOP, (60, 120)),
        replace(restore, estimate_s=600, backout_of="f5"),
        command("b3", "Start the web shop", host, _START, (60, 120)),
        check("b4", host),
    )


def _tests(host: Host) -> tuple[TestCase, ...]:
    sql, command = ProbeKind.SQL, ProbeKind.COMMAND
    return (
        TestCase("t1", "No order is lost", TestKind.QA, "48 211 orders", probe=FunctionalProbe(
            sql, _COUNT, "value = 48211", host.id, Engine.POSTGRESQL, "shop")),
        TestCase("t2", "The server is version 16", TestKind.FUNCTIONAL, "16.x",
                 probe=FunctionalProbe(command, _VERSION, "output contains 16.", host.id)),
        TestCase("t3", "Three orders from the shop window", TestKind.FUNCTIONAL, "Sums fit"),
        TestCase("t4", "200 customers at once", TestKind.LOAD, "p95 below 900 ms", mandatory=False),
    )  # fmt: skip


_SAID = {
    "f1": Said(after_s=240),
    "f7": Said(after_s=190),
    "f10": Said("Three orders placed, all sums fit", 420, OWNER),
}


def _test(stage: Stage, change: Change) -> None:
    stage.clock.let_pass(300)
    acts.try_tests(stage, change)
    desk = stage.acting(REVIEWER).desk
    for key, words in (
        ("t3", "Three orders, the sums are those of the price list"),
        ("t4", "p95 702 ms with 200 customers"),
    ):
        stage.clock.let_pass(900)
        testing.record_result(change.id, key, testing.Seen(TestResult.PASSED, words), desk=desk)


_WHY = "Why the orders page is slow"
_LOG = """\
duration: 812.4 ms  statement: SELECT * FROM orders WHERE customer = 1042 ORDER BY placed DESC
duration: 655.1 ms  statement: SELECT * FROM orders WHERE customer = 77 ORDER BY placed DESC
duration: 903.9 ms  statement: SELECT sum(total) FROM orders WHERE placed > now() - '1 day'
"""
_ANSWERS = (
    (5, "Customer service", "Orders open at once now"), (4, "Customer service", "Much better"),
    (5, "Warehouse", "Lists are there before I look"), (4, "Warehouse", ""), (4, "Sales", ""),
    (3, "Sales", "No difference for me"), (5, "Sales", ""), (4, "Finance", "Month end was quick"),
    (5, "Customer service", ""), (4, "Customer service", ""), (4, "Sales", ""), (5, "Finance", ""),
)  # fmt: skip
_ENDING = Ending(
    notes="The cluster runs on 16.9. Orders open in about half the time; no order was lost.",
    lessons=(
        Lesson(
            "The upgrade took four minutes longer than planned",
            "The estimate came from the test system, which has faster disks",
            "No harm: the window had time to spare",
            "Estimate from production's disks, or rehearse there",
            ("database", "estimate"),
        ),
    ),
    actions=(
        ("Remove the old cluster 13/main", IMPLEMENTER, 30),
        ("Take the disks of production into the estimates", COORDINATOR, 60),
    ),
    answers={
        Topic.OBJECTIVES: (Finding.YES, "Supported again, and faster than asked for"),
        Topic.USERS: (Finding.YES, "Eleven of twelve say it is better"),
        Topic.FUNCTION: (Finding.YES, "All tests passed"),
        Topic.AVAILABILITY: (Finding.YES, "One planned outage, shorter than planned"),
        Topic.PERFORMANCE: (Finding.YES, "Orders page at about half the time"),
        Topic.PLAN: (Finding.YES, "Every step was carried out as written"),
        Topic.SCHEDULE: (Finding.YES, "Inside the window"),
        Topic.WAY_BACK: (Finding.NOT_APPLICABLE, "Not needed"),
        Topic.COMMUNICATION: (Finding.YES, "Users and service desk were told in time"),
    },
    outcome="Nothing of what was feared came true.",
)
