"""One large object from a host that is far away: 40 ms there and back, and no other limit.

What decides is how much may be under way before the other side must be told that it arrived: the
window of the channel. Ours reads the object as a backup reads one; the peer is scp, and ``ssh cat``
is in the note. All go through the same delay (`tests.bench.delay`), with the same cipher.
"""

import hashlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from app.demo.sshd import PrivateSshd
from app.secrets import SessionSecrets
from app.ssh.pool import RemotePool
from tests.bench.backup import ROOT, Yard
from tests.bench.harness import Result, in_turns, seconds

SIZE_MIB = 256
ROUNDS = 3
AIM = 5.0
ROUND_TRIP_S = 0.040
_LIMIT_S = 600.0
_PIECE = 1 << 20


@dataclass(frozen=True)
class FarYard(Yard):
    """A server behind the delay."""

    far_port: int = 0

    @property
    def port(self) -> int:
        """Where the delay listens."""
        return self.far_port


def measure(size_mib: int = SIZE_MIB) -> Result:
    """Fetch ``size_mib`` of random bytes in three ways, in turns."""
    with tempfile.TemporaryDirectory(dir=os.environ.get("CHANGEDESK_BENCH_DATA")) as folder:
        root = Path(folder)
        made = root / "object"
        made.write_bytes(os.urandom(size_mib << 20))
        with PrivateSshd(root / "sshd") as server, _delayed(server.port) as port:
            yard = FarYard(root, made, server, port)
            works = [partial(_timed, work, yard) for work in (ours, scp, ssh_cat)]
            took_s = in_turns(ROUNDS, *works)
    rates = [size_mib / one_s for one_s in took_s]
    note = (
        f"[{size_mib} MiB over {ROUND_TRIP_S * 1000:g} ms there and back, logging in included: "
        f"ours {took_s[0]:.3g} s, scp {took_s[1]:.3g} s, ssh cat {took_s[2]:.3g} s "
        f"({rates[0] / rates[2]:.1f} × as fast as it)]"
    )
    return Result("wan", rates[0], "MiB/s", "scp", rates[1], AIM, ROUNDS, at_most=False, note=note)


@contextmanager
def _delayed(port: int) -> Iterator[int]:
    """Give the port of a delay before another one."""
    words = [sys.executable, "-m", "tests.bench.delay", str(port), str(ROUND_TRIP_S / 2)]
    with subprocess.Popen(
        words, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as running:
        assert running.stdout is not None
        yield int(running.stdout.readline())
        running.communicate()


def _timed(work: Callable[[FarYard, Path], None], yard: FarYard) -> float:
    """Return how long one way takes; what arrived must be what was sent."""
    with yard.fresh() as place:
        took_s = seconds(lambda: work(yard, place / "copy"))
        assert _hash(place / "copy") == _hash(yard.tree)
    return took_s


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def ours(yard: FarYard, copy: Path) -> None:
    """Fetch with a login and a stream of ours."""
    host = replace(yard.server.host(), port=yard.port)
    pool = RemotePool(SessionSecrets(), lambda _key: host)
    with pool.open(host).stream('cat -- "$1"', str(yard.tree)) as stream, copy.open("wb") as file:
        while data := stream.read(_PIECE):
            file.write(data)
        assert stream.finish() == 0
    pool.close()


def scp(yard: FarYard, copy: Path) -> None:
    """Fetch with OpenSSH's copy."""
    words = ("scp", "-q", *yard.ssh[1:-2], "-P", yard.ssh[-1])
    subprocess.run([*words, f"{yard.login}:{yard.tree}", str(copy)], check=True, timeout=_LIMIT_S)


def ssh_cat(yard: FarYard, copy: Path) -> None:
    """Fetch with OpenSSH's client and a command."""
    with copy.open("wb") as file:
        command = [*yard.ssh, yard.login, f"cat {yard.tree}"]
        subprocess.run(command, stdout=file, check=True, timeout=_LIMIT_S)
