"""Example records: the edits a coordinator would make, over the fakes' noon."""

from dataclasses import replace
from datetime import timedelta

from app.domain.backup import BackupSource, SourceKind
from app.domain.change import Change
from app.domain.health import CheckResult, Health, HealthReport, Reading
from app.domain.health import Phase as HealthPhase
from app.domain.host import Host
from app.domain.ids import HealthId, HostId
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
from app.domain.review import TestCase
from app.domain.risk import Control, Grade, RiskAssessment, RiskScore
from app.domain.runbook import Phase, Runbook, Step, StepKind
from app.domain.window import TimeRange, Window
from tests.fakes import NOON

DB = Host(HostId("db-01"), "db-01", "127.0.0.1")
RESPONSE = Metric(
    id="response",
    name="Order response time",
    unit="ms",
    kind=MetricKind.LATENCY,
    worse_when=WorseWhen.HIGHER,
    key=True,
    target=Target(300.0),
    source="prometheus",
)


def identified(change: Change) -> Change:
    """Fill in what *Identify* asks for; no host, so that no store of hosts is needed."""
    return replace(
        change,
        description="Version 14 gets no more security fixes.",
        requested_by="Thabo",
        implementer="Sipho",
        need=Need(
            NeedCategory.OUTDATED,
            (NeedEvidence(EvidenceKind.VERSION, "PostgreSQL 14", "end of life 12 Nov 2026"),),
        ),
        hosts=(DB.id,),
    )


def checked(change: Change) -> HealthReport:
    """Return a health check before the work that found nothing wrong."""
    fine = CheckResult("cpu.load", "Processor load", Reading(Health.OK, "0.3 per core"))
    return HealthReport(
        HealthId("h1"), change.id, DB.id, DB.name, HealthPhase.BEFORE, NOON, NOON, (fine,)
    )


def planned(change: Change) -> Change:
    """Fill in what *Communicate* and *Plan* ask for."""
    moderate, low = RiskScore(Grade.HIGH, Grade.HIGH), RiskScore(Grade.LOW, Grade.HIGH)
    return replace(
        change,
        impact=Impact("Orders stop", users=1240),
        scope=Scope((ScopeArea.SERVER,), "db-01", "app-01"),
        options=(Option("Upgrade in place", chosen=True, reason="Quick"), Option("Do nothing")),
        risk=RiskAssessment(moderate, low, (Control("Backup", "backup"), Control("Rehearsal"))),
        test_plan="Place an order",
        communication_plan="Tell the service desk",
        outage=True,
        planned_downtime_min=40.0,
        window=Window(TimeRange(NOON - timedelta(hours=1), NOON + timedelta(hours=3)), "UTC"),
        runbook=Runbook(
            (
                Step("f1", "Upgrade", StepKind.COMMAND, DB.id, "true"),
                Step("b1", "Restore", StepKind.RESTORE, DB.id, phase=Phase.BACKOUT),
            )
        ),
        backup_plan=(BackupSource(SourceKind.FILES, DB.id, ("/etc/postgresql",)),),
        metrics=(RESPONSE,),
        tests=(TestCase("t1", "Place an order"),),
        contacts=(Contact("Sipho", "database engineer", "ext. 4410", NOON, "Nomsa"),),
    )
