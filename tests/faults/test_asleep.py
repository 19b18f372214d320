"""The workstation falls asleep while a job runs, and wakes up in another network an hour later."""

import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import msgspec

from app.domain.host import Host
from app.ssh.limits import Limits
from tests.faults.ledger import tried
from tests.ssh.proxy import Proxy

ROOT = Path(__file__).resolve().parents[2]
HOUR_S = 3600


def test_after_an_hour_asleep_the_job_is_found_again_at_once(
    ssh_host: Host, tmp_path: Path
) -> None:
    """Nobody tells the program that its connection is dead: the silence alone would take long."""
    added, counter = tmp_path / "added", tmp_path / "counter"
    added.write_text("0")
    work = f"echo x >>{counter}; for n in 1 2 3 4 5 6; do echo line $n; sleep 0.5; done; exit 9"
    with Proxy(ssh_host.port) as proxy:
        host = msgspec.json.encode(replace(ssh_host, port=proxy.port)).decode()
        words = ("tests.faults.sleep_child", host, str(added), work)
        with (
            tried(10, "workstation asleep for an hour: found again at once, byte for byte"),
            subprocess.Popen(
                [sys.executable, "-m", *words], cwd=ROOT, stdout=subprocess.PIPE, text=True
            ) as child,
        ):
            assert child.stdout is not None
            first = child.stdout.readline()
            child.send_signal(signal.SIGSTOP)
            proxy.forget()
            time.sleep(4.0)  # the job ends meanwhile
            added.write_text(str(HOUR_S))
            before, begun_s = proxy.connections, time.monotonic()
            child.send_signal(signal.SIGCONT)
            rest = child.stdout.read()
            took_s = time.monotonic() - begun_s
            assert first + rest == "".join(f"line {n}\n" for n in range(1, 7)) + "ended 9\n"
            assert counter.read_text() == "x\n"
            assert proxy.connections > before
            assert took_s < Limits().silence_s / 2, "a sleep is noticed, not waited for"
    print(f"found again within {took_s:.1f} s of waking up")
