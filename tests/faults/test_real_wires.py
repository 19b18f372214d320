"""A wire that loses packets, and one that is slow: the kernel's own TCP is on both sides of it."""

import os
import time
from dataclasses import replace
from pathlib import Path

from app.demo.sshd import PrivateSshd
from app.domain.backup import BackupSource, CaptureState, Level, Outcome, SourceKind
from app.domain.ids import new_id
from app.secrets import SessionSecrets
from app.services.jobs.following import CountingSink, Finish, Order, Patience, follow
from app.ssh.limits import Limits
from app.ssh.pool import RemotePool
from app.tasks import TaskContext
from tests.faults.networks import FAR, Wire, inside, wire
from tests.vault.conftest import take

LIMITS = Limits(heartbeat_s=1.0, silence_s=8.0)
"""A dead link would be noticed within seconds; a slow one is to be borne."""


def use(laid: Wire, folder: Path, vault, tree: Path) -> float:
    """Take a backup and follow a job over a wire; return how long it took, in seconds."""
    with inside(laid.far):
        server = PrivateSshd(folder / "sshd", {"ListenAddress": "0.0.0.0"}).__enter__()
    host = replace(server.host(), address=FAR)
    pool = RemotePool(SessionSecrets(), lambda _key: host, LIMITS)
    begun_s = time.monotonic()
    try:
        with inside(laid.near):
            remote = pool.open(host)
            source = BackupSource(SourceKind.FILES, host.id, (str(tree),))
            taken = take(vault, remote, source)
            assert taken.state is CaptureState.CAPTURED
            proof = vault.verify(taken, Level.READABLE, by="", context=TaskContext())
            assert proof.outcome is Outcome.PASSED
            said = bytearray()
            sink = CountingSink(lambda _stream, data: said.extend(data), {})
            work = "for n in 1 2 3 4 5; do echo line $n; sleep 0.2; done; exit 4"
            order = Order(new_id(), work, 60.0)
            followed = follow(remote, order, sink, TaskContext(), Patience(40.0, (0.2,), 20.0))
            assert followed.end is not None
            assert (followed.finish, followed.end.exit_code) == (Finish.ENDED, 4)
            assert bytes(said) == b"".join(b"line %d\n" % n for n in range(1, 6))
    finally:
        pool.close()
        server.stop()
    return time.monotonic() - begun_s


def tree_of(folder: Path, size: int) -> Path:
    root = folder / "tree"
    root.mkdir()
    (root / "data").write_bytes(os.urandom(size))
    return root


def test_packets_that_are_lost_and_late_cost_time_and_nothing_else(vault, tmp_path: Path) -> None:
    with wire(lost_share=0.05, late_s=0.1) as laid:
        took_s = use(laid, tmp_path, vault, tree_of(tmp_path, 200_000))
    print(f"{laid.lost} of {laid.carried} packets lost, {took_s:.1f} s")
    assert laid.lost > 3


def test_64_kbit_a_second_cost_time_and_nothing_else(vault, tmp_path: Path) -> None:
    size = 30_000
    with wire(shaped="tbf rate 64kbit burst 4kb latency 3s") as laid:
        took_s = use(laid, tmp_path, vault, tree_of(tmp_path, size))
    print(f"{size} bytes in {took_s:.1f} s")
    assert took_s > size / 8000, "the wire must have been as slow as that"
