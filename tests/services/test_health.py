"""Health checks on a real server: one round trip, nothing written, nothing green unproven."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest

from app.clock import SystemClock
from app.demo.sshd import PrivateSshd
from app.domain.health import (
    CheckResult,
    Difference,
    Health,
    HealthReport,
    Phase,
    Reading,
    differences,
)
from app.domain.host import Host
from app.domain.ids import HealthId, HostId
from app.errors import AppError, HostKeyUnknown, StoreError, TimedOut
from app.probes.catalogue import ProbeCatalogue
from app.redaction import Redactor
from app.services.change.changes import Desk
from app.services.fanout.checks import check_change
from app.services.host import health
from app.services.host.health import (
    Checking,
    CheckRequest,
    Recorder,
    check_and_record,
    check_host,
    summary_of,
)
from app.ssh.pool import RemotePool
from app.tasks import TaskContext
from tests.fakes import MemoryStore

PROBES = ProbeCatalogue(interval_s=0.1)
PASSWORD = "canary-of-a-reading-2xyz"
FIFTEEN = {
    *("time.skew", "sys.boot", "cpu.load", "cpu.util", "mem.available", "fs.space", "fs.inodes"),
    *("svc.failed", "svc.state", "net.listen", "http", "tls", "log.err", "reboot.needed"),
    "pkg.set",
}


def check(remotes: RemotePool, host: Host, probes=PROBES):
    return check_host(
        remotes.open(host),
        probes,
        CheckRequest(),
        clock=SystemClock(),
        context=TaskContext(),
        by="Thabo",
    )


@pytest.fixture
def full(ssh_host: Host) -> Host:
    url = f"http://127.0.0.1:{ssh_host.port}/"
    return replace(ssh_host, services=("no-such",), urls=(url, url.replace("http", "https")))


def test_all_fifteen_checks_answer_in_one_round_trip(remotes: RemotePool, full: Host) -> None:
    report = check(remotes, full)
    assert {result.check for result in report.results} == FIFTEEN
    assert len(report.boot_id) == 36
    assert report.skew_s is not None
    assert abs(report.skew_s) <= 1
    assert report.started_at <= report.ended_at
    ports = next(r.reading.items for r in report.results if r.check == "net.listen")
    assert any(item.endswith(f":{full.port}/tcp") for item in ports)


class Leaking:
    """A check of ours whose host says more than it should."""

    def script(self, _host: Host, _nonce: str) -> str:
        return "true"

    def read(self, _host: Host, _output: bytes, _nonce: str) -> tuple[CheckResult, ...]:
        items = ("cron: mysql://shop:hunter22@db failed", "kernel: fine", f"sudo: {PASSWORD}")
        return (CheckResult("log.err", "Errors", Reading(Health.WARNING, items[0], items=items)),)


def test_a_reading_is_kept_without_what_looks_like_a_secret_or_is_one_of_ours(
    remotes: RemotePool, ssh_host: Host
) -> None:
    redactor = Redactor()
    redactor.learn(PASSWORD)
    (found,) = check(remotes, ssh_host, Leaking()).results
    masked = "cron: mysql://[redacted]@db failed"
    assert found.reading.summary == masked
    assert found.reading.items == (masked, "kernel: fine", "sudo: [redacted]")


def test_nothing_is_green_without_an_answer(remotes: RemotePool, full: Host) -> None:
    for result in check(remotes, full).results:
        if result.check in ("svc.state", "tls"):
            assert result.reading.health is Health.UNKNOWN
        if result.check == "http":
            assert result.reading.health is Health.CRITICAL
        assert result.reading.summary


def test_checking_writes_nothing_into_the_home(
    tmp_path: Path, secrets, monkeypatch: pytest.MonkeyPatch
) -> None:
    with PrivateSshd(tmp_path / "sshd") as server:
        pool = RemotePool(secrets, lambda _key: server.host())
        check(pool, server.host())
        pool.close()
        assert list(server.home.iterdir()) == []


def test_two_checks_of_a_quiet_host_differ_in_nothing_but_noise(
    remotes: RemotePool, ssh_host: Host
) -> None:
    before, after = check(remotes, ssh_host), check(remotes, ssh_host)
    steady = {"sys.boot", "fs.space", "fs.inodes", "pkg.set", "mem.available"}
    for one in differences(before, after):
        if one.check in steady:
            assert one.difference is Difference.SAME


class Slow(ProbeCatalogue):
    """A catalogue whose script answers half of the checks and then hangs."""

    def script(self, host: Host, nonce: str) -> str:
        script = super().script(host, nonce)
        return script.replace("\nsection 4 net.listen ", "\nsleep 60\nsection 4 net.listen ", 1)


def test_what_had_answered_before_the_limit_counts(
    remotes: RemotePool, ssh_host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "LIMIT_S", 2.0)
    report = check(remotes, ssh_host, Slow(0.1))
    states = {result.check: result.reading.health for result in report.results}
    assert states["sys.boot"] is Health.OK
    assert states["fs.space"] is not Health.UNKNOWN
    assert states["pkg.set"] is Health.UNKNOWN


def test_host_that_does_not_even_answer_once_gets_no_report(
    remotes: RemotePool, ssh_host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(HostKeyUnknown):
        check(remotes, replace(ssh_host, key=None))
    monkeypatch.setattr(health, "LIMIT_S", 0.0)
    with pytest.raises(TimedOut):
        check(remotes, ssh_host)


class Fast(SystemClock):
    """A clock of ours that is a minute and a half behind the host's."""

    def now(self):
        from datetime import timedelta

        return super().now() - timedelta(seconds=90)


def test_clock_that_is_far_off_is_critical(remotes: RemotePool, ssh_host: Host) -> None:
    report = check_host(
        remotes.open(ssh_host), PROBES, CheckRequest(), clock=Fast(), context=TaskContext()
    )
    skew = next(r.reading for r in report.results if r.check == "time.skew")
    assert skew.health is Health.CRITICAL
    assert skew.value == pytest.approx(90, abs=2)


class Unclocked(ProbeCatalogue):
    """A catalogue whose host does not know the time."""

    def read(self, host: Host, output: bytes, nonce: str) -> tuple[CheckResult, ...]:
        found = super().read(host, output, nonce)
        blind = Reading(Health.UNKNOWN, "no date")
        return tuple(replace(r, reading=blind) if r.check == "time.skew" else r for r in found)


def test_host_without_a_clock_has_an_unknown_skew(remotes: RemotePool, ssh_host: Host) -> None:
    report = check(remotes, ssh_host, Unclocked(0.1))
    assert report.skew_s is None
    assert {r.reading.health for r in report.results if r.check == "time.skew"} == {Health.UNKNOWN}


def test_report_is_recorded_with_its_log_entry(remotes: RemotePool, ssh_host: Host) -> None:
    store = MemoryStore()
    checking = Checking(Desk(store.unit_of_work, SystemClock(), "Thabo"), remotes, PROBES)
    report = check_and_record(ssh_host, CheckRequest(), checking=checking, context=TaskContext())
    assert store.kinds["health"][report.id] == report
    assert report.by == "Thabo"
    assert summary_of(report) in store.log[-1].text
    assert store.kinds_logged() == ["health.checked"]


class Crowded:
    """A desk whose first transaction begins only when a second report waits for its turn."""

    def __init__(self, store: MemoryStore, failure: AppError | None = None) -> None:
        self.begun, self.crowd, self.failure = 0, Event(), failure
        self._store = store
        self.desk = Desk(self._begin, SystemClock(), "Thabo")

    def _begin(self):
        self.begun += 1
        assert self.crowd.wait(10)
        if self.failure and self.begun > 1:
            raise self.failure
        return self._store.unit_of_work()


def until(true: Callable[[], bool]) -> None:
    """Wait until something is so."""
    end_s = time.monotonic() + 10
    while not true():
        assert time.monotonic() < end_s
        time.sleep(0.01)


def kept_together(crowded: Crowded, n: int = 12) -> list[bool]:
    """Record reports of many hosts at once; return for each whether that was acknowledged."""
    at = SystemClock().now()
    recorder = Recorder(crowded.desk)

    def keep(number: int) -> bool:
        report = HealthReport(
            HealthId(f"r{number}"), None, HostId("h"), "h", Phase.AD_HOC, at, at, ()
        )
        try:
            recorder.keep(report)
        except AppError:
            return False
        return True

    with ThreadPoolExecutor(n) as pool:
        done = [pool.submit(keep, 0)]
        until(lambda: crowded.begun == 1)
        done += [pool.submit(keep, number) for number in range(1, n)]
        until(lambda: recorder.waiting == n - 1)
        crowded.crowd.set()
        return [future.result() for future in done]


def test_reports_that_come_while_the_disk_is_slow_share_one_commit() -> None:
    store = MemoryStore()
    crowded = Crowded(store)
    assert all(kept_together(crowded))
    assert crowded.begun == 2, "one for the first report, one for all that had come meanwhile"
    assert len(store.kinds["health"]) == 12
    assert store.kinds_logged() == ["health.checked"] * 12


def test_report_that_shares_a_failed_commit_is_not_acknowledged() -> None:
    store = MemoryStore()
    kept = kept_together(Crowded(store, StoreError("The disk failed.")))
    assert kept.count(True) == len(store.kinds["health"]) == 1


def test_every_host_of_a_change_is_checked(remotes: RemotePool, ssh_host: Host) -> None:
    from app.domain.change import Change
    from app.domain.ids import ChangeId

    store = MemoryStore(kinds={"hosts": {ssh_host.id: ssh_host}})
    checking = Checking(Desk(store.unit_of_work, SystemClock(), "Thabo"), remotes, PROBES)
    change = Change(ChangeId("c"), "CHG-000001", "Upgrade", hosts=(ssh_host.id,))
    [report] = check_change(change, Phase.BEFORE, checking=checking, context=TaskContext())
    assert (report.change, report.phase) == (change.id, Phase.BEFORE)
