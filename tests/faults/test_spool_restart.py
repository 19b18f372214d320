"""The program is killed, or the link broken, while a real server writes a backup to its disk."""

import os
import signal
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from app.clock import SystemClock
from app.demo.sshd import PrivateSshd
from app.domain.backup import BackupSource, CaptureState, Outcome, SourceKind
from app.services.jobs.following import Patience
from app.services.ports.vault import CaptureRequest
from app.ssh.pool import RemotePool
from app.tasks import Progress, TaskContext
from app.vault import spool
from app.vault.keys import VaultKeys
from app.vault.opening import create_vault, keys_in_file, open_vault
from tests.faults.ledger import trials, tried
from tests.ssh.proxy import Proxy
from tests.ssh_fixtures import QUICK
from tests.vault.test_over_ssh import take

HERE = Path(__file__).resolve().parents[2]
KILLS = 3


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = tmp_path / "srv"
    root.mkdir()
    (root / "large.bin").write_bytes(os.urandom(48 << 20))
    (root / "small.txt").write_text("workers = 2\n")
    return root


@pytest.fixture
def place(tmp_path: Path) -> Path:
    def keep(keys: VaultKeys, vault: str) -> None:
        keys.keep_in_file(tmp_path / "vault.key", vault)

    create_vault(tmp_path / "vault", SystemClock(), keep, reserve_bytes=0)
    return tmp_path / "vault"


def opened(place: Path):
    return open_vault(
        place, SystemClock(), keys_in_file(place.with_name("vault.key")), reserve_bytes=0
    )


def jobs_on(server: PrivateSshd) -> list[Path]:
    return list(server.state.glob("changedesk/jobs/*"))


def test_killed_while_the_server_writes_the_set_is_finished_from_what_it_wrote(
    own_server: PrivateSshd, tree: Path, place: Path, remotes: RemotePool
) -> None:
    host = own_server.host()
    what = "killed while a server writes a backup to its disk: finished from there"
    for turn in trials(12, what, KILLS):
        command = [sys.executable, "-m", "tests.faults.backup_child", "ssh", str(place), str(tree),
                   msgspec.json.encode(host).decode()]  # fmt: skip
        sign = "written on the host" if turn < 2 else str(tree)  # the last one while it is fetched
        with subprocess.Popen(command, cwd=HERE, stdout=subprocess.PIPE, text=True) as child:
            assert child.stdout is not None
            assert any(line.strip().endswith(sign) for line in child.stdout)
            child.send_signal(signal.SIGKILL)
        vault = opened(place)
        found = vault.reconcile(vault.sets())
        assert [item.reason for item in found.quarantined] == ["The set was never finished."]
        (kept,) = vault.cut_off()
        (job,) = jobs_on(own_server)
        assert kept.jobs == (job.name,)
        latch = (job / "started").stat().st_mtime_ns
        request = CaptureRequest(kept.set, (host,), kept.sources, by=kept.by)
        seen: list[int] = []

        def look(_progress: Progress, job=job, seen=seen) -> None:
            if not seen and job.exists():
                seen.append((job / "started").stat().st_mtime_ns)

        taken = vault.capture(request, (remotes.open(host),), TaskContext(look))
        assert seen == [latch]
        assert taken.objects[0].state is CaptureState.WITH_WARNINGS
        assert "fetched later" in taken.objects[0].warnings[0]
        for proof in vault.verify_by_reading(taken, by="", context=TaskContext()):
            assert proof.outcome is Outcome.PASSED, proof.detail
        assert jobs_on(own_server) == []
        assert vault.cut_off() == ()


def test_links_that_break_while_the_server_writes_and_while_it_is_fetched_cost_nothing(
    own_server: PrivateSshd, tree: Path, place: Path, secrets, monkeypatch
) -> None:
    monkeypatch.setattr(spool, "PAUSES_S", (0.05,) * 20)
    monkeypatch.setattr(spool, "PATIENCE", Patience(20.0, (0.05,), 10.0))
    with Proxy(own_server.port) as proxy:
        host = replace(own_server.host(), port=proxy.port)
        limits = replace(QUICK, heartbeat_s=0.4, silence_s=1.2, retries_s=(0.05,) * 6)
        pool = RemotePool(secrets, lambda _key: host, limits)
        cuts = {"written": 0, "fetched": 0}
        over = threading.Event()

        def cut(progress: Progress) -> None:
            phase = "written" if "written" in progress.text else "fetched"
            if cuts[phase] < 5 and not over.wait(0.05):
                cuts[phase] += 1
                proxy.cut()

        context = TaskContext(cut)
        context.MIN_GAP_S = 0.0
        source = BackupSource(SourceKind.FILES, host.id, (str(tree),), spool=True)
        vault = opened(place)
        with tried(10, "backup by a server's disk over a link that breaks again and again: whole"):
            taken = take(vault, pool.open(host), source, context=context)
            pool.close()
            assert taken.objects[0].state is CaptureState.CAPTURED
            for proof in vault.verify_by_reading(taken, by="", context=TaskContext()):
                assert proof.outcome is Outcome.PASSED, proof.detail
    assert cuts["fetched"] == 5
    assert cuts["written"] >= 1
    assert jobs_on(own_server) == []
