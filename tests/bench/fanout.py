"""A full health check of many hosts, beside OpenSSH and Ansible with the same script.

Two hundred names lead to one private server. Ours goes through the services and the store, as in
the window: every answer is parsed, judged and recorded, while an event loop beside it measures how
long the UI thread has to wait. The peers only fetch the raw text. ``ssh`` runs under ``xargs -P``;
Ansible's raw module runs with fifty forks and keeps its connections open for the second round, as
ours does. It takes names with one address for one host and would send all of them through a single
login; so each name is given a connection of its own, as hosts of their own would have. A peer that
is not installed is left out and named.

What each does: the same script is sent over a new login with the same key, and its whole answer
comes back. ``ssh`` and Ansible let it lie there; ours also takes the clock's offset, judges every
answer and commits a report of each host. The server works on the same processors as all of them,
so its own cost bounds the ratio: a login and the script without anybody who asks are measured too.

Set CHANGEDESK_ANSIBLE to the program where it is not on the path.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage
from statistics import median
from threading import Event, Thread

from app.bootstrap import Surroundings, open_services
from app.demo.sshd import PrivateSshd
from app.domain.event import NewEvent
from app.domain.fanout import Part
from app.domain.host import Host
from app.domain.ids import HostId
from app.probes.catalogue import ProbeCatalogue
from app.secrets import SessionSecrets
from app.services.fanout.checks import Checks
from app.services.host.health import CheckRequest
from app.tasks import TaskContext
from tests.bench.harness import Result, seconds

HOSTS = 200
ROUNDS = 3
AIM = 5.0
SSH_AIM, LATENCY_AIM_MS, SCRIPT_AIM_MS = 1.0, 100.0, 10.0
FORKS, AT_ONCE = 50, 32
_LAST_S = 1.0
"""How long the last sessions have to end, before the server's time is read."""
_NONCE = "00112233445566778899aabb"


@dataclass(frozen=True)
class Bench:
    """The private server under its many names, and a folder for what programs want to keep."""

    folder: Path
    server: PrivateSshd
    hosts: tuple[Host, ...]
    known_hosts: Path
    script: Path

    @property
    def ssh_options(self) -> list[str]:
        return [
            "-o", f"UserKnownHostsFile={self.known_hosts}", "-o", "BatchMode=yes",
            "-o", f"IdentityFile={self.server.user_key}", "-o", "IdentitiesOnly=yes",
        ]  # fmt: skip


def measure() -> Result:
    """Check in turns with the peers; the figure is hosts a second with new connections."""
    with tempfile.TemporaryDirectory(prefix="changedesk-fanout-") as name:
        folder = Path(name)
        with PrivateSshd(folder / "sshd") as server:
            return _measure(_prepared(folder, server))


def _prepared(folder: Path, server: PrivateSshd) -> Bench:
    hosts = tuple(
        replace(server.host(), id=HostId(f"host-{n:03}"), name=f"host-{n:03}") for n in range(HOSTS)
    )
    known, script = folder / "known_hosts", folder / "probe.sh"
    known.write_text(f"[127.0.0.1]:{server.port} {server.key.line}\n")
    script.write_text(ProbeCatalogue().script(hosts[0], _NONCE))
    return Bench(folder, server, hosts, known, script)


def _measure(bench: Bench) -> Result:
    ansible = os.environ.get("CHANGEDESK_ANSIBLE") or shutil.which("ansible")
    cold: dict[str, list[float]] = {}
    warm: dict[str, list[float]] = {}
    cpu: dict[str, list[float]] = {}
    waits: list[float] = []
    login_s, script_s = list[float](), list[float]()
    for number in range(ROUNDS):
        ours = _Ours(bench, number)
        _turn((cold, warm, cpu), "ours", ours.check, ours.check)
        waits += ours.close()
        _turn((cold, warm, cpu), "ssh", lambda: _ssh(bench, bench.script), None)
        before_s = _server_s(bench)
        _turn((cold, warm, cpu), "connect", lambda: _bare(bench), None)
        login_s.append(_server_s(bench) - before_s)
        script_s.append(_script_alone_s(bench))
        if ansible:
            kept = bench.folder / f"kept{number}"
            names = _inventory(bench, kept)
            raw = lambda names=names: _ansible(bench, ansible, names)  # noqa: E731
            _turn((cold, warm, cpu), "ansible", raw, raw)
            _hang_up(kept)
    per_s = {name: HOSTS / median(times) for name, times in cold.items()}
    again = {name: HOSTS / median(times) for name, times in warm.items()}
    p99_ms = sorted(waits)[int(0.99 * (len(waits) - 1))]
    cost = ", ".join(f"{name} {1000 * median(spent) / HOSTS:.0f}" for name, spent in cpu.items())
    served = _served(median(login_s) / HOSTS, median(script_s) / HOSTS, per_s)
    note = (
        f"[again, connections kept: {again['ours']:.3g}/s, ansible "
        f"{f'''{again['ansible']:.3g}/s''' if ansible else 'not installed'}; "
        f"xargs -P{AT_ONCE} ssh {per_s['ssh']:.3g}/s, ratio {per_s['ours'] / per_s['ssh']:.2f} "
        f"(aim ≥ {SSH_AIM:g}); connect and true alone {per_s['connect']:.3g}/s; UI waits p99 "
        f"{p99_ms:.0f} ms (aim ≤ {LATENCY_AIM_MS:g}, n {len(waits)}); processor ms a host that "
        f"each of those who ask spends: {cost}; {served}]"
    )
    peer = per_s.get("ansible")
    name = f"ansible -m raw -f {FORKS}"
    return Result("fanout", per_s["ours"], "/s", name, peer, AIM, ROUNDS, at_most=False, note=note)


def _served(login_s: float, script_s: float, per_s: dict[str, float]) -> str:
    """Say what a login and a script cost the server, and how fast it lets anybody be at most.

    The server has the same processors as those who ask, so this bound holds for the figure; on
    servers of their own only the script's cost would be left, spread over all of them.
    """
    cores = os.cpu_count() or 1
    bound = cores / (login_s + script_s)
    words = (
        f"the server spends {1000 * login_s:.0f} for a login with true and {1000 * script_s:.1f} "
        f"for the script (aim ≤ {SCRIPT_AIM_MS:g}), so it lets nobody be faster on these {cores} "
        f"processors than {bound:.3g}/s, even if asking cost nothing"
    )
    peer = per_s.get("ansible")
    return f"{words}: that is {bound / peer:.2f} × ansible" if peer else words


def _turn(
    kept: tuple[dict[str, list[float]], dict[str, list[float]], dict[str, list[float]]],
    name: str,
    first: Callable[[], object],
    second: Callable[[], object] | None,
) -> None:
    cold, warm, cpu = kept
    before_s = _cpu_s()
    cold.setdefault(name, []).append(seconds(first))
    cpu.setdefault(name, []).append(_cpu_s() - before_s)
    if second is not None:
        warm.setdefault(name, []).append(seconds(second))
    again = f", again {warm[name][-1]:.2f} s" if second is not None else ""
    print(f"{name}: {cold[name][-1]:.2f} s{again}", file=sys.stderr, flush=True)


def _cpu_s() -> float:
    """Return the processor time of this program and of those it has waited for, in seconds.

    The server's is not in it: its sessions are not ours to wait for.
    """
    own, others = getrusage(RUSAGE_SELF), getrusage(RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + others.ru_utime + others.ru_stime


def _server_s(bench: Bench) -> float:
    """Return the processor time of the server and its sessions that have ended, in seconds."""
    time.sleep(_LAST_S)
    stat = Path(f"/proc/{bench.server.pid}/stat").read_text()
    fields = stat.rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def _script_alone_s(bench: Bench) -> float:
    """Run the script as often as there are hosts, with no server in between; return its time."""

    def one(_host: Host) -> None:
        with bench.script.open("rb") as script:
            subprocess.run(["sh", "-s"], stdin=script, stdout=subprocess.DEVNULL, check=True)

    before = getrusage(RUSAGE_CHILDREN)
    with ThreadPoolExecutor(AT_ONCE) as workers:
        list(workers.map(one, bench.hosts))
    after = getrusage(RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


class _Ours:
    """The services over a store of their own, and an event loop that is watched meanwhile."""

    def __init__(self, bench: Bench, number: int) -> None:
        around = Surroundings(actor="Bench", secrets=SessionSecrets(), quiet=True)
        self._services = open_services(bench.folder / f"data{number}", around)
        with self._services.new_uow() as uow:
            for host in bench.hosts:
                uow.hosts.add(host)
            uow.log.append(NewEvent("host.added", "Added hosts"))
            uow.commit()
        self._hosts = bench.hosts
        self._waits: list[float] = []

    def check(self) -> None:
        checks = Checks(self._hosts, CheckRequest(), self._services.checking)
        ended, failed = Event(), list[BaseException]()

        def work() -> None:
            try:
                over = checks.carry_on(checks.plan(), TaskContext())
                bad = [part.text for part in over.parts if part.state is not Part.DONE]
                assert not bad, f"{len(bad)} hosts: {bad[0]}"
            except BaseException as error:  # noqa: BLE001 - told on the thread that asked
                failed.append(error)
            finally:
                ended.set()

        worker = Thread(target=work, name="fan-out")
        worker.start()
        self._watch(ended)
        worker.join()
        if failed:
            raise failed[0]

    def _watch(self, ended: Event) -> None:
        """Turn a real event loop with a timer of 10 ms and note how late each turn comes."""
        from PySide6.QtCore import QCoreApplication, QTimer

        application = QCoreApplication.instance() or QCoreApplication([])
        timer, due = QTimer(interval=10), [time.perf_counter()]

        def tick() -> None:
            now = time.perf_counter()
            self._waits.append(max(0.0, 1000 * (now - due[0]) - 10))
            due[0] = now
            if ended.is_set():
                application.quit()

        timer.timeout.connect(tick)
        timer.start()
        application.exec()
        timer.stop()

    def close(self) -> list[float]:
        with self._services.new_uow() as uow:
            assert len(uow.health.list()) == 2 * HOSTS
        self._services.close()
        return self._waits


def _bare(bench: Bench) -> None:
    """Log in everywhere and run ``true``: what no check of ours can be faster than."""
    from app.ssh.pool import RemotePool

    pool = RemotePool(SessionSecrets(), lambda _key: bench.hosts[0])
    with ThreadPoolExecutor(64) as workers:
        ended = list(workers.map(lambda host: pool.open(host).run("true").exit_code, bench.hosts))
    pool.close()
    assert ended == [0] * HOSTS


def _ssh(bench: Bench, script: Path) -> None:
    line = (
        f"ssh -F none {' '.join(bench.ssh_options)} -p {bench.server.port} 127.0.0.1 sh -s "
        f"<{script} >{bench.folder}/out.{{}}"
    )
    names = "\n".join(host.name for host in bench.hosts)
    command = ["xargs", f"-P{AT_ONCE}", "-I{}", "sh", "-c", line]
    subprocess.run(command, input=names, text=True, check=True)
    outputs = [bench.folder / f"out.{host.name}" for host in bench.hosts]
    assert all(f"<<<CD:{_NONCE}:pkg.set" in output.read_text() for output in outputs)


def _inventory(bench: Bench, kept: Path) -> Path:
    """Write the names for a first round and a second: each keeps a connection of its own."""
    kept.mkdir()
    inventory = kept.with_suffix(".inventory")
    way = f"ansible_host=127.0.0.1 ansible_port={bench.server.port} ansible_control_path={kept}"
    inventory.write_text("".join(f"{host.name} {way}/{host.name}\n" for host in bench.hosts))
    return inventory


def _hang_up(kept: Path) -> None:
    """End the connections that were kept, so that they burden nobody who is measured next."""
    for path in kept.iterdir():
        command = ["ssh", "-F", "none", "-O", "exit", "-S", str(path), "127.0.0.1"]
        subprocess.run(command, check=True, capture_output=True)


def _ansible(bench: Bench, program: str, inventory: Path) -> None:
    options = [*bench.ssh_options, "-o", "ControlMaster=auto", "-o", "ControlPersist=60s"]
    env = {
        **os.environ, "HOME": str(bench.folder), "ANSIBLE_SSH_ARGS": " ".join(options),
    }  # fmt: skip
    command = [program, "all", "-i", str(inventory), "-m", "raw", "-f", str(FORKS), "-a",
               bench.script.read_text()]  # fmt: skip
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    answered = done.stdout.count(f"<<<CD:{_NONCE}:pkg.set")
    assert answered == HOSTS, f"{answered} answered: {done.stderr[-300:]}"
