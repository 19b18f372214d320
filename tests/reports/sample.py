"""A realistic change from need to review, as records: an orders database gets its new release.

Everything is invented and deterministic; verdicts come from the real judge.
"""

import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np

from app.analysis.clean import samples_of
from app.analysis.windows import Layout
from app.domain.approval import Approval, Decision
from app.domain.backup import (
    BackupSet,
    BackupSource,
    CaptureState,
    Level,
    Outcome,
    SourceKind,
    StoredObject,
    Verification,
)
from app.domain.change import Change, ChangeState
from app.domain.event import Actor, Event
from app.domain.health import CheckResult, Health, HealthReport, Phase, Reading
from app.domain.host import Host
from app.domain.ids import ChangeId, HealthId, HostId, RunId, SampleSetId, SetId
from app.domain.lesson import FollowUp, Lesson
from app.domain.metric import (
    Metric,
    MetricKind,
    SampleSet,
    Series,
    Target,
    WindowName,
    WorseWhen,
)
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
from app.domain.review import CloseCode, Override, TestCase, TestKind, TestResult
from app.domain.risk import Grade, RiskAssessment, RiskScore
from app.domain.run import Run, RunState, StepRun, StepState
from app.domain.runbook import Phase as Direction
from app.domain.runbook import Runbook, Step, StepKind
from app.domain.transcript import Piece, write_piece
from app.domain.verdict import Parameters
from app.domain.window import TimeRange, Window
from app.services.comparison import compare_metric
from app.services.report_content.source import Source
from app.settings import Settings

ZONE = "Africa/Johannesburg"
DB1, DB2, APP = (HostId(name) for name in ("h-db-01", "h-db-02", "h-app-01"))
CHANGE = ChangeId("c-142")
WINDOW_S = 3 * 3600.0
MIDNIGHT = datetime(2026, 11, 14, 22, 0, tzinfo=UTC)
"""Sunday 15 November 2026, 00:00 in Johannesburg."""
KHUMALO, MOKOENA, NDLOVU = "Lerato Khumalo", "Thabo Mokoena", "Sipho Ndlovu"
DLAMINI, VAN_WYK, PATEL = "Nomsa Dlamini", "Pieter van Wyk", "Ayesha Patel"


def night(hour: int, minute: int = 0, second: int = 0) -> datetime:
    """Return a local time of the night of the change."""
    return MIDNIGHT + timedelta(hours=hour, minutes=minute, seconds=second)


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


WORK = TimeRange(night(1, 4), night(3, 12))
HOSTS = tuple(
    Host(ident, name, name, zone=ZONE)
    for ident, name in ((DB1, "db-01"), (DB2, "db-02"), (APP, "app-01"))
)


def metrics() -> tuple[Metric, ...]:
    def metric(ident: str, name: str, unit: str, **more: object) -> Metric:
        return Metric(id=ident, name=name, unit=unit, source="csv", **more)  # type: ignore[arg-type]

    lower, either = WorseWhen.LOWER, WorseWhen.EITHER
    return (
        metric("p95", "Order response time, p95", "ms", kind=MetricKind.LATENCY, margin=0.10,
               key=True, target=Target(300.0)),
        metric("memory", "Memory in use, db-01", "GiB", margin=0.05, target=Target(22.5)),
        metric("failed", "Failed orders", "%", margin=0.10, key=True, target=Target(0.5)),
        metric("orders", "Orders per minute", "", margin=0.05, worse_when=lower, key=True),
        metric("p99", "Order response time, p99", "ms", kind=MetricKind.LATENCY, margin=0.10),
        metric("median", "Order response time, median", "ms", kind=MetricKind.LATENCY, margin=0.1),
        metric("cpu1", "Processor load, db-01", "%", margin=0.05),
        metric("cpu2", "Processor load, app-01", "%", margin=0.05),
        metric("wait", "Disk wait, db-01", "ms", margin=0.10, floor=0.5),
        metric("conns", "Open connections, db-01", "", margin=0.05, worse_when=either),
    )  # fmt: skip


LEVELS = {  # before, after, share of noise, day-to-day noise, rhythm
    "p95": (412, 268, 0.05, 0.02, 0.0), "memory": (21.4, 23.3, 0.004, 0.004, 0.0),
    "failed": (0.42, 0.41, 0.06, 0.012, 0.0), "orders": (41, 41.3, 0.03, 0.01, 0.5),
    "p99": (905, 824, 0.16, 0.09, 0.0), "median": (148, 104, 0.03, 0.02, 0.1),
    "cpu1": (61, 48, 0.06, 0.02, 0.2), "cpu2": (34, 34.1, 0.05, 0.012, 0.2),
    "wait": (4.1, 4.0, 0.1, 0.02, 0.0), "conns": (84, 86, 0.03, 0.006, 0.1),
}  # fmt: skip


EARLIER = (7, 14, 21, 28, 35)
"""Nights from Saturday to Sunday before this one, in days."""


def history(metric: str) -> Series:
    """Return six nights of a metric, one sample a minute, with its rhythm and its step."""
    before, after, noise, daily, rhythm = LEVELS[metric]
    rng = np.random.default_rng(int(sha(metric)[:8], 16))
    parts = []
    for back in (*reversed(EARLIER), 0):
        at_s = (MIDNIGHT - timedelta(days=back, hours=6)).timestamp() + 60.0 * np.arange(14 * 60)
        shake = np.convolve(rng.normal(0, noise, at_s.size + 9), 0.7 ** np.arange(10), "valid")
        hours = (at_s - at_s[0]) / 3600
        night_s = WORK.end.timestamp() - back * 86400 - 2800
        wave = rhythm * np.cos((hours - 8.5) / 6 * np.pi) * -0.3
        drift = rng.normal(0, daily) + rng.normal(0, daily) * (at_s > night_s)
        level = np.where((at_s >= night_s) & (back == 0), after, before)
        parts.append((at_s, level * np.exp(drift * (back > 0) + shake * 0.7 + wave)))
    at_s, value = (np.concatenate(column) for column in zip(*parts, strict=True))
    stopped = (at_s >= night(1, 38).timestamp()) & (at_s < night(2, 25).timestamp())
    return Series(at_s[~stopped], value[~stopped])


def layout(series: Series) -> Layout:
    parameters = Parameters(window_s=WINDOW_S, settle_s=600.0, zone=ZONE)
    return Layout.around(WORK.start.timestamp(), WORK.end.timestamp(), parameters)


def cut(series: Series, start: datetime, end: datetime) -> Series:
    inside = (series.at_s >= start.timestamp()) & (series.at_s < end.timestamp())
    return Series(series.at_s[inside], series.value[inside])


def sample_sets() -> tuple[tuple[SampleSet, ...], dict[str, Series]]:
    sets: list[SampleSet] = []
    series: dict[str, Series] = {}
    length = timedelta(seconds=WINDOW_S)
    windows = [
        (WindowName.BEFORE, WORK.start - length, WORK.start),
        (WindowName.AFTER, WORK.end + timedelta(minutes=10), WORK.end + timedelta(minutes=10) + length),
        *(
            (WindowName.REFERENCE, WORK.start - length - timedelta(days=d),
             WORK.end + timedelta(minutes=10) + length - timedelta(days=d))
            for d in EARLIER
        ),
    ]  # fmt: skip
    for metric in metrics():
        whole = history(metric.id)
        for number, (window, start, end) in enumerate(windows):
            if window is WindowName.REFERENCE and metric.id not in ("p95", "memory"):
                continue
            part = cut(whole, start, end)
            key = sha(f"{metric.id}-{number}")
            series[key] = part
            sets.append(
                SampleSet(
                    SampleSetId(f"s-{metric.id}-{number}"), CHANGE, metric.id, window, start, end,
                    len(part.at_s), key, source="csv", zone=ZONE, collected_at=night(6, 25),
                    by=KHUMALO, failed=2 if metric.id == "p99" else 0,
                )
            )  # fmt: skip
    return tuple(sets), series


def step(number: str, title: str, kind: StepKind, host: HostId | None, minutes: float,
         **more: object) -> Step:  # fmt: skip
    return Step(number, title, kind, host, estimate_s=minutes * 60, **more)  # type: ignore[arg-type]


STEPS = (  # step, planned start, actual start and end
    (step("f1", "Health checks before", StepKind.CHECK, None, 12), (1, 0), (1, 4), (1, 15)),
    (step("f2", "Backup gate", StepKind.GATE, DB1, 5, owner=KHUMALO), (1, 12), (1, 15), (1, 19)),
    (step("f3", "Install PostgreSQL 16", StepKind.COMMAND, DB1, 18,
          command="apt-get install --yes postgresql-16"), (1, 17), (1, 19), (1, 38)),
    (step("f4", "Close order entry", StepKind.COMMAND, APP, 4, command="ordersctl close",
          stops_service=True), (1, 35), (1, 38), (1, 43)),
    (step("f5", "Upgrade the cluster", StepKind.COMMAND, DB1, 18,
          command="pg_upgradecluster 14 main"), (1, 39), (1, 43), (2, 7)),
    (step("f6", "Refresh query statistics", StepKind.COMMAND, DB1, 10,
          command="vacuumdb --all --analyze-in-stages"), (1, 57), (2, 7), (2, 16)),
    (step("f7", "Gate: go or no-go", StepKind.GATE, None, 3, owner=VAN_WYK), (2, 7), (2, 16), (2, 19)),
    (step("f8", "Smoke test of orders", StepKind.MANUAL, APP, 3), (2, 10), (2, 19), (2, 23)),
    (step("f9", "Open order entry", StepKind.COMMAND, APP, 2, command="ordersctl open",
          starts_service=True), (2, 13), (2, 23), (2, 25)),
    (step("f10", "Rebuild the replica", StepKind.COMMAND, DB2, 28,
          command="pg_basebackup --pgdata main"), (2, 15), (2, 25), (2, 52)),
    (step("f11", "Functional tests", StepKind.MANUAL, APP, 12), (2, 43), (2, 52), (2, 58)),
    (step("f12", "Health checks after", StepKind.CHECK, None, 15), (2, 55), (2, 58), (3, 12)),
)  # fmt: skip
OUTPUT = {
    "f3": "Reading package lists...\nBuilding dependency tree...\n" + "Get: packages\n" * 30
    + "Setting up postgresql-16 (16.6-1) ...\nCreating new PostgreSQL cluster 16/main ...\n",
    "f4": "order entry closed at 01:42:58, 3 sessions ended\n",
    "f5": "Upgrading cluster 14/main to 16/main ...\nStopping old cluster...\nCopying 41 GiB\n"
    "Success. Please check that the upgraded cluster works.\n",
    "f9": "order entry open\n",
}  # fmt: skip


def transcript(text: str) -> bytes:
    return write_piece(Piece(night(1, 20), "stdout", text.encode()))


def run(plan_hash: str) -> Run:
    steps = []
    for item, planned, start, end in STEPS:
        said = OUTPUT.get(item.id, "")
        raw = transcript(said) if said else b""
        steps.append(
            StepRun(
                item, StepState.DONE, night(*planned), night(*start), night(*end),
                0 if item.kind is StepKind.COMMAND else None,
                hashlib.sha256(raw).hexdigest() if raw else "", len(raw), "done",
                {"f2": KHUMALO, "f7": VAN_WYK, "f8": NDLOVU, "f11": NDLOVU}.get(item.id, MOKOENA),
            )
        )  # fmt: skip
    return Run(
        RunId("r-1"), CHANGE, plan_hash, RunState.DONE, tuple(steps), WORK.start, WORK.end, MOKOENA
    )


def backup() -> BackupSet:
    evening = MIDNIGHT - timedelta(hours=4)

    def proof(level: Level, minute: int, took_min: float, detail: str) -> Verification:
        at = evening + timedelta(minutes=minute)
        return Verification(level, Outcome.PASSED, at, took_min * 60, detail, KHUMALO)

    return BackupSet(
        SetId("b-1"), CHANGE, DB1, "db-01", CaptureState.CAPTURED, evening - timedelta(minutes=30),
        evening + timedelta(minutes=12), 42 * 60.0,
        (
            StoredObject("01-files", SourceKind.FILES, "/etc/postgresql", CaptureState.CAPTURED,
                         {"tar": 0}, (), 2_100_000, sha("p1"), 640_000, sha("s1"), 212),
            StoredObject("02-orders", SourceKind.POSTGRESQL, "orders", CaptureState.CAPTURED,
                         {"pg_dump": 0}, (), 44_200_000_000, sha("p2"), 10_100_000_000, sha("s2")),
        ),
        sha("manifest"), "/vault/b-1", KHUMALO,
        (
            proof(Level.CAPTURED, 12, 42, "2 objects; every producer ended with 0"),
            proof(Level.INTACT, 14, 2, "every stored byte read again; hashes match"),
            proof(Level.READABLE, 17, 3, "dump and archives decoded to their end"),
            proof(Level.MATCHES_SOURCE, 19, 2, "212 stable paths and 500 sampled files"),
            proof(Level.RESTORED, 41, 21, "into scratch on db-02; 64 of 64 tables equal"),
        ),
    )  # fmt: skip


def check(name: str, title: str, summary: str, value: float | None = None, unit: str = "",
          health: Health = Health.OK, items: tuple[str, ...] = (), item: str = "") -> CheckResult:  # fmt: skip
    return CheckResult(name, title, Reading(health, summary, value, unit, items), item)


def health_report(host: Host, phase: Phase) -> HealthReport:
    after = phase is Phase.AFTER
    start = night(2, 58) if after else night(1, 5)
    release = "16.6-1" if after else "14.19-0"
    fill = 84.0 if after else 61.0
    results = [
        check("sys.load", "Load", "0.21 per core" if after else "0.24 per core", 0.22, "× cores"),
        check("sys.cpu", "Processor", "48 % busy" if after else "61 % busy", 48 if after else 61, "%"),
        check("sys.memory", "Memory", "23.3 of 32 GiB in use", 73, "%"),
        check("fs.fill", "File system", f"{fill:.0f} % of /var is used", fill, "%",
              Health.WARNING if after and host.id == DB1 else Health.OK, item="/var"),
        check("fs.inodes", "Inodes", "12 % of / are used", 12, "%", item="/"),
        check("net.listening", "Listening ports", "4 ports", None, "", Health.OK,
              ("tcp 22", "tcp 5432", *(("tcp 6432",) if after and host.id == DB1 else ()))),
        check("svc.state", "Service", "active", item="postgresql"),
        check("svc.failed", "Failed units", "1 unit failed", 1, "", Health.WARNING,
              ("logrotate.service",)),
        check("tls.expiry", "Certificate", "191 days left", 191, "d", item="orders:443"),
        check("time.skew", "Clock", "+0.40 s, known to ± 0.20 s", 0.4, "s"),
        check("sys.reboot", "Reboot", "no reboot needed"),
        check("pkg.set", "Packages", "612 packages", None, "", Health.OK,
              (f"postgresql-{release}", "openssl 3.0.15")),
    ]  # fmt: skip
    skew = {DB1: 0.4, DB2: -0.1, APP: 1.2}[host.id]
    return HealthReport(
        HealthId(f"he-{host.id}-{phase}"), CHANGE, host.id, host.name, phase, start,
        start + timedelta(seconds=4), tuple(results), "boot-1", skew, 0.2, KHUMALO,
    )  # fmt: skip


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
        case("t6", "Nightly export logs in and runs", functional,
             "failed at 02:41, old password method; passed at 02:54 after one line was changed"),
        case("t7", "Reports of the day add up", functional, ""),
        case("t8", "95th percentile at 300 orders a minute", load, "655 to 441 ms, five runs a side"),
    )  # fmt: skip


def events() -> tuple[Event, ...]:
    told = (
        (-41, 11, 2, KHUMALO, "change.opened", "Opened “Upgrade the orders database to PostgreSQL 16”", ""),
        (-30, 9, 10, KHUMALO, "change.moved", "Moved from “draft” to “assess”", "assess"),
        (-24, 14, 20, KHUMALO, "change.edited", "Option chosen: upgrade in place, out of three", ""),
        (-4, 15, 30, KHUMALO, "change.moved", "Moved from “assess” to “authorize”", "authorize"),
        (-4, 16, 5, VAN_WYK, "plan.approved", "Approved plan d76ba40e, revision 3", ""),
        (-3, 9, 12, DLAMINI, "plan.approved", "Approved plan d76ba40e, revision 3", ""),
        (-3, 9, 13, KHUMALO, "change.moved", "Moved from “authorize” to “scheduled”", "scheduled"),
        (-3, 16, 20, DLAMINI, "guard.overridden", "Baseline measured: support ended that day", ""),
        (-1, 19, 30, "", "backup.started", "Backup of db-01 begins", ""),
        (-1, 20, 41, "", "backup.proven", "Backup of db-01: L4 restored, 21 min", ""),
        (0, 1, 4, MOKOENA, "change.moved", "Moved from “scheduled” to “implement”", "implement"),
        (0, 1, 38, "", "step.sent", "Step “Close order entry” sent to app-01", ""),
        (0, 2, 7, "", "step.done", "Step “Upgrade the cluster”: exit 0 after 24 min", ""),
        (0, 2, 19, VAN_WYK, "step.done", "Step “Gate: go or no-go” answered: GO", ""),
        (0, 2, 25, "", "step.done", "Step “Open order entry”: exit 0 after 2 min", ""),
        (0, 3, 12, "", "run.done", "The run has ended", ""),
        (0, 3, 13, MOKOENA, "change.moved", "Moved from “implement” to “test”", "test"),
        (0, 3, 20, NDLOVU, "change.moved", "Moved from “test” to “monitor”", "monitor"),
        (0, 6, 25, "", "metrics.frozen", "Measured “after”: 10 measures", ""),
        (7, 10, 0, KHUMALO, "change.moved", "Moved from “monitor” to “review”", "review"),
        (9, 10, 0, KHUMALO, "change.edited", "Review written", ""),
    )  # fmt: skip
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
        need=Need(
            NeedCategory.OUTDATED,
            (
                NeedEvidence(EvidenceKind.VERSION, "End-of-support notice", "PostgreSQL 14 ends 12 Nov 2026",
                             "", "vendor notice of 5 Oct 2026"),
                NeedEvidence(EvidenceKind.METRIC, "Order response time, p95", "310 to 412 ms", "Jan to Oct 2026"),
            ),
        ),
        impact=Impact("Customers wait for their orders", users=1240, services=("Orders", "Export"),
                      cost_per_hour=4200.0, currency="EUR"),
        scope=Scope((ScopeArea.SERVER, ScopeArea.SECURITY), "Cluster on db-01, its replica on db-02, the pool on app-01",
                    "The application code and the catalogue database stay as they are"),
        options=(
            Option("Upgrade in place", "Support into 2028, new indexes", "One night, 40 min closed",
                   "Way back needs a restore", True, "Shortest closure with a proven way back"),
            Option("New servers beside the old", "No way back needed", "Six weeks, two servers", "Data drift", False, "Support ends before it is ready"),
            Option("Do nothing", "No work", "No security fixes", "Grows every week", False, "Not acceptable to security"),
        ),
        risk=RiskAssessment(
            RiskScore(Grade.HIGH, Grade.HIGH), RiskScore(Grade.MODERATE, Grade.HIGH),
            ("Rehearsal on the test system", "Restore drill on the evening before", "Go or no-go gate at 02:10"),
            "A failed upgrade closes order entry until the restore is done.", KHUMALO, MIDNIGHT - timedelta(days=4, hours=9),
        ),
        implementation_plan="See the runbook.",
        outage=True,
        planned_downtime_min=40.0,
        window=Window(TimeRange(night(1), night(4)), ZONE),
        runbook=Runbook(
            (
                *(item for item, *_times in STEPS),
                step("b1", "Restore the cluster", StepKind.RESTORE, DB1, 30, phase=Direction.BACKOUT),
            )
        ),
        backup_plan=(BackupSource(SourceKind.POSTGRESQL, DB1, database="orders"),),
        metrics=metrics(),
        contacts=(Contact(DLAMINI, "Head of Service Operations"),),
        tests=tests(),
        overrides=(
            Override("baseline", "Baseline measured", DLAMINI,
                     "support for PostgreSQL 14 ended that day, the baseline has five nights", night(-56, 20)),
        ),
        lessons=(
            Lesson("The cluster upgrade took 24 min instead of 18", "The copy of 41 GiB met a slower disk than on the test system",
                   "Order entry stayed closed 7 min longer", "Estimate copies from the disk they will meet"),
            Lesson("Memory rose after the upgrade", "New default of shared buffers", "8.7 GiB of 32 remain free",
                   "Compare the defaults of both releases when planning"),
        ),
        actions=(
            FollowUp("Raise the template's estimate for the cluster upgrade to 24 min", KHUMALO, date(2026, 11, 30)),
            FollowUp("Re-tune memory on db-01 and measure again", MOKOENA, date(2026, 12, 4)),
            FollowUp("Rehearse and time the start of the old cluster on the test system", MOKOENA, date(2026, 12, 11)),
            FollowUp("Measure again at 30 days with three more nights", KHUMALO, date(2026, 12, 15)),
        ),
        work_start=WORK.start,
        work_end=WORK.end,
        monitor_since=night(3, 20),
        close_code=CloseCode.WITH_ISSUES,
        close_notes="The orders database runs on PostgreSQL 16; memory on db-01 is to be re-tuned.",
        opened_at=MIDNIGHT + timedelta(days=-41, hours=11, minutes=2),
        opened_by=KHUMALO,
    )  # fmt: skip
    plan = plain.plan_hash
    approvals = (
        Approval(VAN_WYK, "Owner, orders service", Decision.APPROVED, MIDNIGHT + timedelta(days=-4, hours=16, minutes=5), plan),
        Approval(DLAMINI, "Head of Service Operations", Decision.APPROVED, MIDNIGHT + timedelta(days=-3, hours=9, minutes=12), plan),
    )  # fmt: skip
    return replace(plain, approvals=approvals)


def full() -> Source:
    """Return everything about a change of the usual size."""
    record = change()
    sets, series = sample_sets()
    wide = {item.id: history(item.id) for item in record.metrics}
    comparisons = tuple(
        compare_metric(item, samples_of(wide[item.id], item.kind), layout(wide[item.id]), change=CHANGE)
        for item in record.metrics
    )  # fmt: skip
    the_run = run(record.plan_hash)
    return Source(
        change=record,
        now=MIDNIGHT + timedelta(days=9, hours=10, minutes=20),
        hosts=HOSTS,
        runs=(the_run,),
        backups=(backup(),),
        health=tuple(health_report(host, p) for host in HOSTS for p in (Phase.BEFORE, Phase.AFTER)),
        samples=sets,
        comparisons=comparisons,
        events=events(),
        series=series,
        transcripts={
            item.transcript: transcript(OUTPUT[item.step.id]) for item in the_run.steps if item.transcript
        },
        log_head=sha("head"),
        author=KHUMALO,
        settings=Settings(organisation="Example Operations", zone=ZONE),
    )  # fmt: skip


def empty() -> Source:
    """Return a change of which there is nothing but a title."""
    return Source(
        Change(ChangeId("c-1"), "CHG-000001", "Do something"), now=MIDNIGHT, log_head=sha("x")
    )
