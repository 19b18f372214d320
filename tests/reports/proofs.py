"""Backup, health checks, tests and log of the sample change.

Everything is invented and deterministic.
"""

from datetime import timedelta

from app.domain.backup import (
    BackupSet,
    CaptureState,
    Level,
    Outcome,
    SourceKind,
    StoredObject,
    Verification,
)
from app.domain.event import Actor, Event
from app.domain.health import CheckResult, Health, HealthReport, Phase, Reading
from app.domain.host import Host
from app.domain.ids import HealthId, SetId
from app.domain.review import TestCase, TestKind, TestResult
from tests.reports.people import (
    APP,
    CHANGE,
    DB1,
    DB2,
    DLAMINI,
    KHUMALO,
    MIDNIGHT,
    MOKOENA,
    NDLOVU,
    VAN_WYK,
    night,
    sha,
)


def backup() -> BackupSet:
    evening = MIDNIGHT - timedelta(hours=4)

    def proof(level: Level, minute: int, took_min: float, detail: str) -> Verification:
        at = evening + timedelta(minutes=minute)
        return Verification(level, Outcome.PASSED, at, took_min * 60, detail, KHUMALO)

    return BackupSet(
        SetId("b-1"),
        CHANGE,
        DB1,
        "db-01",
        CaptureState.CAPTURED,
        evening - timedelta(minutes=30),
        evening + timedelta(minutes=12),
        42 * 60.0,
        (
            StoredObject(
                "01-files",
                SourceKind.FILES,
                "/etc/postgresql",
                CaptureState.CAPTURED,
                {"tar": 0},
                (),
                2_100_000,
                sha("p1"),
                640_000,
                sha("s1"),
                212,
            ),
            StoredObject(
                "02-orders",
                SourceKind.POSTGRESQL,
                "orders",
                CaptureState.CAPTURED,
                {"pg_dump": 0},
                (),
                44_200_000_000,
                sha("p2"),
                10_100_000_000,
                sha("s2"),
            ),
        ),
        sha("manifest"),
        "/vault/b-1",
        KHUMALO,
        (
            proof(Level.CAPTURED, 12, 42, "2 objects; every producer ended with 0"),
            proof(Level.INTACT, 14, 2, "every stored byte read again; hashes match"),
            proof(Level.READABLE, 17, 3, "dump and archives decoded to their end"),
            proof(Level.MATCHES_SOURCE, 19, 2, "212 stable paths and 500 sampled files"),
            proof(Level.RESTORED, 41, 21, "into scratch on db-02; 64 of 64 tables equal"),
        ),
    )


def check(name: str, title: str, reading: Reading, item: str = "") -> CheckResult:
    return CheckResult(name, title, reading, item)


def fine(summary: str, value: float | None = None, unit: str = "") -> Reading:
    return Reading(Health.OK, summary, value, unit)


def health_report(host: Host, phase: Phase) -> HealthReport:
    after = phase is Phase.AFTER
    start = night(2, 58) if after else night(1, 5)
    release = "16.6-1" if after else "14.19-0"
    fill, busy = (84.0, 48.0) if after else (61.0, 61.0)
    full = Health.WARNING if after and host.id == DB1 else Health.OK
    ports = ("tcp 22", "tcp 5432", *(("tcp 6432",) if after and host.id == DB1 else ()))
    packages = (f"postgresql-{release}", "openssl 3.0.15")
    failed = Reading(Health.WARNING, "1 unit failed", 1.0, "", ("logrotate.service",))
    results = [
        check("sys.load", "Load", fine(f"0.2{1 if after else 4} per core", 0.22, "× cores")),
        check("sys.cpu", "Processor", fine(f"{busy:.0f} % busy", busy, "%")),
        check("sys.memory", "Memory", fine("23.3 of 32 GiB in use", 73, "%")),
        check(
            "fs.fill",
            "File system",
            Reading(full, f"{fill:.0f} % of /var is used", fill, "%"),
            "/var",
        ),
        check("fs.inodes", "Inodes", fine("12 % of / are used", 12, "%"), "/"),
        check("net.listening", "Listening ports", Reading(Health.OK, "4 ports", items=ports)),
        check("svc.state", "Service", fine("active"), "postgresql"),
        check("svc.failed", "Failed units", failed),
        check("tls.expiry", "Certificate", fine("191 days left", 191, "d"), "orders:443"),
        check("time.skew", "Clock", fine("+0.40 s, known to ± 0.20 s", 0.4, "s")),
        check("sys.reboot", "Reboot", fine("no reboot needed")),
        check("pkg.set", "Packages", Reading(Health.OK, "612 packages", items=packages)),
    ]
    skew = {DB1: 0.4, DB2: -0.1, APP: 1.2}[host.id]
    return HealthReport(
        HealthId(f"he-{host.id}-{phase}"),
        CHANGE,
        host.id,
        host.name,
        phase,
        start,
        start + timedelta(seconds=4),
        tuple(results),
        "boot-1",
        skew,
        0.2,
        KHUMALO,
    )


def tests() -> tuple[TestCase, ...]:
    def case(ident: str, title: str, kind: TestKind, seen: str) -> TestCase:
        return TestCase(ident, title, kind, "", True, TestResult.PASSED, seen, NDLOVU, night(2, 57))

    qa, functional, load = TestKind.QA, TestKind.FUNCTIONAL, TestKind.LOAD
    return (
        case("t1", "Data types, sequences and constraints are equal", qa, "no difference"),
        case("t2", "64 tables: row counts and checksums are equal", qa, "64 of 64 equal"),
        case("t3", "6 extensions at the planned version", qa, "6 of 6"),
        case("t4", "Log in, search, open an order", functional, "order 88213 opened"),
        case("t5", "Place, change and cancel an order", functional, "order 88214 canceled"),
        case(
            "t6",
            "Nightly export logs in and runs",
            functional,
            "failed at 02:41, old password method; passed at 02:54 after one line was changed",
        ),
        case("t7", "Reports of the day add up", functional, ""),
        case(
            "t8", "95th percentile at 300 orders a minute", load, "655 to 441 ms, five runs a side"
        ),
    )


def events() -> tuple[Event, ...]:
    told = (
        (
            -41,
            11,
            2,
            KHUMALO,
            "change.opened",
            "Opened “Upgrade the orders database to PostgreSQL 16”",
            "",
        ),
        (-30, 9, 10, KHUMALO, "change.moved", "Moved from “Draft” to “Assess”", "assess"),
        (
            -24,
            14,
            20,
            KHUMALO,
            "change.edited",
            "Option chosen: upgrade in place, out of three",
            "",
        ),
        (-4, 15, 30, KHUMALO, "change.moved", "Moved from “Assess” to “Authorize”", "authorize"),
        (-4, 16, 5, VAN_WYK, "plan.approved", "Approved plan d76ba40e, revision 3", ""),
        (-3, 9, 12, DLAMINI, "plan.approved", "Approved plan d76ba40e, revision 3", ""),
        (-3, 9, 13, KHUMALO, "change.moved", "Moved from “Authorize” to “Scheduled”", "scheduled"),
        (-3, 16, 20, DLAMINI, "guard.overridden", "Baseline measured: support ended that day", ""),
        (-1, 19, 30, "", "backup.started", "Backup of db-01 begins", ""),
        (-1, 20, 41, "", "backup.proven", "Backup of db-01: L4 restored, 21 min", ""),
        (0, 1, 4, MOKOENA, "change.moved", "Moved from “Scheduled” to “Implement”", "implement"),
        (0, 1, 38, "", "step.sent", "Step “Close order entry” sent to app-01", ""),
        (0, 2, 7, "", "step.done", "Step “Upgrade the cluster”: exit 0 after 24 min", ""),
        (0, 2, 19, VAN_WYK, "step.done", "Step “Gate: go or no-go” answered: GO", ""),
        (0, 2, 25, "", "step.done", "Step “Open order entry”: exit 0 after 2 min", ""),
        (0, 3, 12, "", "run.done", "The run has ended", ""),
        (0, 3, 13, MOKOENA, "change.moved", "Moved from “Implement” to “Test”", "test"),
        (0, 3, 20, NDLOVU, "change.moved", "Moved from “Test” to “Monitor”", "monitor"),
        (0, 6, 25, "", "metrics.frozen", "Measured “after”: 10 measures", ""),
        (7, 10, 0, KHUMALO, "change.moved", "Moved from “Monitor” to “Review”", "review"),
        (9, 10, 0, KHUMALO, "change.edited", "Review written", ""),
    )
    found = []
    for seq, (days, hour, minute, by, kind, text, to) in enumerate(told, start=301):
        at = MIDNIGHT + timedelta(days=days, hours=hour, minutes=minute)
        data = (("to", to),) if to else ()
        actor = Actor.HUMAN if by else Actor.SYSTEM
        found.append(
            Event(
                seq, at, by, actor, kind, text, CHANGE, (), data, sha(str(seq - 1)), sha(str(seq))
            )
        )
    return tuple(found)
