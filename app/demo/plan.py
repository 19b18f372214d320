"""What a coordinator would type in for the demo change: the need, the plan, the way back."""

import shlex
import sys
from dataclasses import replace
from datetime import datetime, timedelta

from app.demo.shop import DemoShop
from app.domain.backup import BackupSource, SourceKind
from app.domain.change import Change
from app.domain.functional import Engine, FunctionalProbe, ProbeKind
from app.domain.host import Host
from app.domain.metric import Metric, MetricKind, Target, WorseWhen
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
from app.domain.review import TestCase, TestKind
from app.domain.risk import Control, Grade, RiskAssessment, RiskScore
from app.domain.runbook import Phase, Runbook, Step, StepKind
from app.domain.window import TimeRange, Window

TITLE = "Give the orders database the index it lacks"
COORDINATOR, IMPLEMENTER = "Nomsa Khumalo", "Sipho Dlamini"
APPROVER, REVIEWER = "Pieter van Wyk", "Ayesha Patel"
WINDOW = timedelta(minutes=30)
OBSERVED_DAYS = 5 / 86400
"""The demo watches for seconds, and says so; a real change is watched for days."""


def identified(change: Change, host: Host, measured: NeedEvidence) -> Change:
    """Fill in what *Identify* asks for; ``measured`` is the need as the shop showed it."""
    return replace(
        change,
        description=(
            "Order queries read the whole table, because there is no index on the customer. "
            "The page with a customer's orders gets slower with every order placed."
        ),
        requested_by="Thabo Mokoena",
        coordinator=COORDINATOR,
        implementer=IMPLEMENTER,
        reviewer=REVIEWER,
        business_service="Orders",
        tags=("orders", "database"),
        hosts=(host.id,),
        need=Need(
            NeedCategory.CANNOT_SCALE,
            (
                NeedEvidence(
                    EvidenceKind.METRIC,
                    "Query plan of the orders page",
                    "SCAN orders: reads every row",
                    reference="EXPLAIN QUERY PLAN on the server",
                ),
                measured,
            ),
        ),
    )


def planned(change: Change, host: Host, shop: DemoShop, now: datetime, span_s: float) -> Change:
    """Fill in what *Communicate* and *Plan* ask for; ``span_s`` is the length of both windows."""
    return replace(
        change,
        impact=Impact(
            "Customers wait for their list of orders; the service desk waits with them.",
            users=1240,
            services=("Orders",),
        ),
        scope=Scope(
            (ScopeArea.SERVER, ScopeArea.CODE),
            "The orders database and the shop's config on demo-01",
            "The table itself, its rows, and every other service stay as they are",
        ),
        options=_options(),
        risk=RiskAssessment(
            RiskScore(Grade.MODERATE, Grade.HIGH),
            RiskScore(Grade.LOW, Grade.MODERATE),
            (
                Control("Backup restored before the start", "backup"),
                Control("Way back is written step by step", "step:b2"),
                Control("Service is stopped meanwhile", "step:f2"),
            ),
            "The database is altered while the service is stopped.",
            COORDINATOR,
            now,
        ),
        test_plan="Ask for one customer's orders, and compare the sum with the sum before.",
        communication_plan=(
            "Before: the service desk is told an hour ahead. During: a notice on the orders page. "
            "After: the result goes to the service desk and to operations."
        ),
        outage=True,
        planned_downtime_min=0.25,
        window=Window(TimeRange(now - timedelta(minutes=1), now + WINDOW), host.zone),
        runbook=Runbook((*_forward(host, shop), *_back(host, shop))),
        backup_plan=(
            BackupSource(SourceKind.SQLITE, host.id, database=str(shop.database)),
            BackupSource(SourceKind.FILES, host.id, (str(shop.config), str(shop.control))),
            BackupSource(SourceKind.FACTS, host.id),
        ),
        metrics=measures(host, shop),
        baseline_s=span_s,
        settle_s=2.0,
        monitor_days=OBSERVED_DAYS,
        contacts=(Contact(IMPLEMENTER, "database engineer", "ext. 4410", now, COORDINATOR),),
        tests=_tests(host, shop),
    )


def _tests(host: Host, shop: DemoShop) -> tuple[TestCase, ...]:
    """What the program tries by itself, before the work and after it."""
    orders = f'GET {shop.url}\nexpect status = 200\nexpect body matches "orders": [1-9]'
    release = f'GET {shop.health_url}\nexpect status = 200\nexpect body contains "2.0"'
    index = "SELECT count(*) FROM sqlite_master WHERE name = 'orders_by_customer'"
    return (
        TestCase(
            "t1", "Orders of one customer", TestKind.FUNCTIONAL, "The page lists them",
            probe=FunctionalProbe(text=orders),
        ),
        TestCase(
            "t2", "Service answers in the new release", TestKind.QA, "Release 2.0",
            probe=FunctionalProbe(text=release),
        ),
        TestCase(
            "t3", "The index is in the database", TestKind.QA, "It is there once",
            probe=FunctionalProbe(
                ProbeKind.SQL, index, "value = 1", host.id, Engine.SQLITE, str(shop.database)
            ),
        ),
    )  # fmt: skip


def _options() -> tuple[Option, ...]:
    return (
        Option(
            "Add an index and a larger cache",
            "Queries read only the rows they need",
            "some disk",
            "Service stops for seconds",
            chosen=True,
            time="work and checks",
            takes_s=1800.0,
            reason="Removes the cause, is quick, and can be undone by a restore",
        ),
        Option(
            "Buy a faster server",
            "Everything gets faster",
            "a server",
            "Migration",
            time="order and migration",
            takes_s=6 * 7 * 86_400.0,
            reason="The table would still be read as a whole",
        ),
        Option("Do nothing", "No work", "Slower every week", "Time-outs",
               reason="The need remains", does_nothing=True),
    )  # fmt: skip


def measures(host: Host, shop: DemoShop) -> tuple[Metric, ...]:
    """What shall become better, and what must not become worse."""
    return (
        Metric(
            id="response",
            name="Orders page, response time",
            unit="ms",
            kind=MetricKind.LATENCY,
            worse_when=WorseWhen.HIGHER,
            margin=0.10,
            key=True,
            target=Target(5.0),
            query=f"url {shop.url}",
            source="host",
            host=host.id,
        ),
        Metric(
            id="cpu",
            name="Processor load",
            unit="%",
            kind=MetricKind.GAUGE,
            worse_when=WorseWhen.HIGHER,
            margin=0.10,
            floor=1.0,
            query="cpu",
            source="host",
            host=host.id,
        ),
        Metric(
            id="memory",
            name="Memory in use",
            unit="%",
            kind=MetricKind.GAUGE,
            worse_when=WorseWhen.HIGHER,
            margin=0.05,
            floor=1.0,
            query="memory",
            source="host",
            host=host.id,
        ),
    )


def _forward(host: Host, shop: DemoShop) -> tuple[Step, ...]:
    control, config = shlex.quote(str(shop.control)), shlex.quote(str(shop.config))
    index, database = (
        shlex.quote(str(shop.folder / "add_index.py")),
        shlex.quote(str(shop.database)),
    )
    python = shlex.quote(sys.executable)
    return (
        Step(
            "f1", "Go or no-go", StepKind.GATE, answer="GO demo-01", owner=COORDINATOR, estimate_s=2
        ),
        Step(
            "f2", "Stop the shop", StepKind.COMMAND, host.id, f"sh {control} stop",
            estimate_s=2, limit_s=30, stops_service=True, owner=IMPLEMENTER,
        ),
        Step(
            "f3", "Add the index and prove that it is used", StepKind.COMMAND, host.id,
            f"{python} {index} {database}", estimate_s=3, limit_s=120, owner=IMPLEMENTER,
        ),
        Step(
            "f4", "Raise the cache and the release in the config", StepKind.COMMAND, host.id,
            f"sed -i -e 's/^release = .*/release = 2.0/' "
            f"-e 's/^cache_pages = .*/cache_pages = 2000/' {config} && cat {config}",
            estimate_s=1, limit_s=30, idempotent=True, owner=IMPLEMENTER,
        ),
        Step(
            "f5", "Start the shop", StepKind.COMMAND, host.id, f"sh {control} start",
            estimate_s=3, limit_s=60, starts_service=True, owner=IMPLEMENTER,
        ),
        Step("f6", "Health checks, after", StepKind.CHECK, host.id, estimate_s=4, limit_s=60),
        Step(
            "f7", "Look at the orders page", StepKind.MANUAL, estimate_s=2, owner=COORDINATOR,
            instructions="Open the page of one customer and compare the sum with the one before.",
        ),
    )  # fmt: skip


def _back(host: Host, shop: DemoShop) -> tuple[Step, ...]:
    control = shlex.quote(str(shop.control))
    return (
        Step(
            "b1", "Stop the shop", StepKind.COMMAND, host.id, f"sh {control} stop",
            estimate_s=2, limit_s=30, phase=Phase.BACKOUT,
        ),
        Step(
            "b2", "Restore database and config from the backup", StepKind.RESTORE, host.id,
            estimate_s=5, limit_s=300, phase=Phase.BACKOUT,
        ),
        Step(
            "b3", "Start the shop", StepKind.COMMAND, host.id, f"sh {control} start",
            estimate_s=3, limit_s=60, phase=Phase.BACKOUT, starts_service=True,
        ),
        Step(
            "b4", "Health checks, after", StepKind.CHECK, host.id, estimate_s=4,
            phase=Phase.BACKOUT,
        ),
    )  # fmt: skip
