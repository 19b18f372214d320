"""A job is followed through broken links and found again: begun once, byte for byte."""

import hashlib
import os
import shutil
import signal
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from app.demo.sshd import PrivateSshd
from app.domain.host import Host
from app.domain.ids import new_id
from app.domain.job import JobLook
from app.errors import Unreachable
from app.secrets import SessionSecrets
from app.services.jobs.client import JobClient
from app.services.jobs.following import CountingSink, Finish, Followed, Order, Patience, follow
from app.services.ports.world import CommandResult
from app.ssh.pool import RemotePool
from app.tasks import TaskContext
from tests.ssh.proxy import Proxy
from tests.ssh_fixtures import QUICK

IMPATIENT = replace(QUICK, heartbeat_s=0.3, silence_s=0.9, channel_s=2.0, retries_s=())
PATIENCE = Patience(20.0, (0.1,), 20.0)


@dataclass
class Kept(CountingSink):
    """Keeps everything in memory."""

    said: dict[str, bytearray] = field(
        default_factory=lambda: {"stdout": bytearray(), "stderr": bytearray()}
    )

    def __init__(self) -> None:
        self.said = {"stdout": bytearray(), "stderr": bytearray()}
        super().__init__(lambda stream, data: self.said[stream].extend(data), {})


@pytest.fixture
def proxy(ssh_server: PrivateSshd) -> Iterator[Proxy]:
    with Proxy(ssh_server.port) as proxy:
        yield proxy


@pytest.fixture
def pool(ssh_host: Host) -> Iterator[RemotePool]:
    pool = RemotePool(SessionSecrets(), lambda _key: ssh_host, IMPATIENT)
    yield pool
    pool.close()


def ordered(command: str, limit_s: float = 60.0) -> Order:
    return Order(new_id(), command, limit_s)


def numbers(counter: Path, lines: int = 60, pause_s: float = 0.03) -> str:
    return (
        f"echo x >>{counter}; n=0; while [ $n -lt {lines} ]; do n=$((n+1)); "
        f"echo line $n; sleep {pause_s}; done; exit 3"
    )


def lines(count: int = 60) -> bytes:
    return b"".join(f"line {n}\n".encode() for n in range(1, count + 1))


def test_it_is_followed_to_its_end(pool: RemotePool, ssh_host: Host, tmp_path: Path) -> None:
    kept = Kept()
    order = ordered(numbers(tmp_path / "counter", 5))
    followed = follow(pool.open(ssh_host), order, kept, TaskContext(), PATIENCE)
    assert followed.finish is Finish.ENDED
    assert followed.end is not None
    assert followed.end.exit_code == 3
    assert kept.said["stdout"] == lines(5)


@pytest.mark.parametrize("how", ["cut", "stall"])
def test_links_that_break_again_and_again_cost_no_byte(
    pool: RemotePool, ssh_host: Host, proxy: Proxy, tmp_path: Path, how: str
) -> None:
    host, counter, kept = replace(ssh_host, port=proxy.port), tmp_path / "counter", Kept()
    over = threading.Event()

    def trouble() -> None:
        while not over.wait(0.5):
            proxy.cut() if how == "cut" else proxy.stall()
            over.wait(0.0 if how == "cut" else 1.4)
            proxy.flow()

    breaker = threading.Thread(target=trouble)
    breaker.start()
    try:
        order = ordered(numbers(counter))
        followed = follow(pool.open(host), order, kept, TaskContext(), PATIENCE)
    finally:
        over.set()
        breaker.join()
    assert followed.finish is Finish.ENDED
    assert kept.said["stdout"] == lines()
    assert counter.read_text() == "x\n"
    assert proxy.connections > 1


class LosesAnswers:
    """A host that does what it is told, and whose first answers to a script are lost."""

    keeps_jobs = True

    def __init__(self, remote, losses: int) -> None:
        self._remote, self._losses = remote, losses
        self.host = remote.host

    def run(self, script: str, *args: str, **more: object) -> CommandResult:
        answer = self._remote.run(script, *args, **more)
        if self._losses:
            self._losses -= 1
            return replace(answer, stdout=answer.stdout[:10])
        return answer


def test_answer_to_the_start_that_is_lost_begins_nothing_twice(
    pool: RemotePool, ssh_host: Host, tmp_path: Path
) -> None:
    for losses in range(1, 5):
        counter, kept = tmp_path / f"counter{losses}", Kept()
        remote = LosesAnswers(pool.open(ssh_host), losses)
        followed = follow(
            remote, ordered(f"echo x >>{counter}; echo done"), kept, TaskContext(), PATIENCE
        )
        assert followed.finish is Finish.ENDED
        assert counter.read_text() == "x\n"
        assert kept.said["stdout"] == b"done\n"


def test_a_job_that_was_seen_is_not_begun_again_when_its_folder_is_cleaned_away(
    pool: RemotePool, ssh_host: Host, ssh_server: PrivateSshd, tmp_path: Path
) -> None:
    counter, kept = tmp_path / "counter", Kept()
    order = ordered(f"echo x >>{counter}; echo here; sleep 3")
    place = ssh_server.state / "changedesk" / "jobs" / order.job

    def clean_away(look: JobLook) -> bool:
        if look.stdout:
            shutil.rmtree(place)
        return False

    remote = LosesAnswers(pool.open(ssh_host), 1)  # the answer to the start: only a look told of it
    followed = follow(remote, order, kept, TaskContext(), PATIENCE, clean_away)
    assert followed.finish in (Finish.NONE, Finish.LOST)
    assert kept.said["stdout"] == b"here\n"
    assert counter.read_text() == "x\n"


def test_a_job_whose_minder_is_killed_is_lost_and_what_lives_of_it_is_told(
    pool: RemotePool, ssh_host: Host, ssh_server: PrivateSshd
) -> None:
    order, remote = ordered("sleep 30"), pool.open(ssh_host)
    place = ssh_server.state / "changedesk" / "jobs" / order.job

    def kill(_look: JobLook) -> bool:
        os.kill(int((place / "ident").read_text().split()[1]), signal.SIGKILL)
        return False

    followed = follow(remote, order, Kept(), TaskContext(), PATIENCE, kill)
    assert (followed.finish, followed.end) == (Finish.LOST, None)
    assert followed.alive > 0
    assert JobClient(remote, order.job).cancel() == 0


def test_host_that_is_not_there_is_an_error_and_nothing_was_begun(
    pool: RemotePool, ssh_host: Host
) -> None:
    with pytest.raises(Unreachable):
        follow(
            pool.open(replace(ssh_host, port=1)), ordered("true"), Kept(), TaskContext(), PATIENCE
        )


def test_program_that_ends_leaves_the_job_and_the_next_one_finds_it_again(
    pool: RemotePool, ssh_host: Host, tmp_path: Path
) -> None:
    counter, context, kept = tmp_path / "counter", TaskContext(), Kept()
    order = ordered(numbers(counter))
    threading.Timer(0.6, context.leave).start()
    first = follow(pool.open(ssh_host), order, kept, context, PATIENCE)
    assert first == Followed(Finish.LEFT)
    assert 0 < len(kept.said["stdout"]) < len(lines())
    pool.close()
    again = replace(order, attach=True)
    followed = follow(pool.open(ssh_host), again, kept, TaskContext(), PATIENCE)
    assert followed.finish is Finish.ENDED
    assert kept.said["stdout"] == lines()
    assert counter.read_text() == "x\n"


def test_stop_is_true_only_when_the_host_says_so(pool: RemotePool, ssh_host: Host) -> None:
    context = TaskContext()
    threading.Timer(0.5, context.cancel).start()
    followed = follow(
        pool.open(ssh_host), ordered("echo begun; sleep 60"), Kept(), context, PATIENCE
    )
    assert followed.finish is Finish.CANCELLED
    assert followed.end is not None
    assert followed.end.cancelled


def test_stop_over_a_dead_link_is_never_called_stopped(
    pool: RemotePool, ssh_host: Host, proxy: Proxy
) -> None:
    host, context = replace(ssh_host, port=proxy.port), TaskContext()

    def stop() -> None:
        proxy.stall()
        context.cancel()

    threading.Timer(0.6, stop).start()
    order = ordered("sleep 60")
    followed = follow(pool.open(host), order, Kept(), context, replace(PATIENCE, cancel_s=2.0))
    assert followed.finish is Finish.NOT_CANCELLED
    assert followed.error is not None
    stopping = TaskContext()
    stopping.cancel()
    again = replace(order, attach=True)
    over = follow(pool.open(ssh_host), again, Kept(), stopping, PATIENCE)
    assert over.finish is Finish.CANCELLED


def test_host_out_of_reach_for_too_long_is_said_and_not_guessed(
    pool: RemotePool, ssh_host: Host, proxy: Proxy
) -> None:
    host = replace(ssh_host, port=proxy.port)
    threading.Timer(0.5, proxy.stall).start()
    followed = follow(
        pool.open(host), ordered("sleep 2"), Kept(), TaskContext(), replace(PATIENCE, total_s=2.0)
    )
    assert followed.finish is Finish.OUT_OF_REACH
    assert followed.error is not None


def test_forgotten_job_is_none_and_is_never_begun_by_looking(
    pool: RemotePool, ssh_host: Host, tmp_path: Path
) -> None:
    counter = tmp_path / "counter"
    order = replace(ordered(f"echo x >>{counter}"), attach=True)
    assert follow(pool.open(ssh_host), order, Kept(), TaskContext(), PATIENCE).finish is Finish.NONE
    assert not counter.exists()


def test_output_that_was_altered_on_the_host_is_seen(
    pool: RemotePool, ssh_host: Host, ssh_server: PrivateSshd
) -> None:
    order, kept = ordered("echo genuine"), Kept()
    follow(pool.open(ssh_host), order, kept, TaskContext(), PATIENCE)
    out = ssh_server.state / "changedesk" / "jobs" / order.job / "out"
    out.write_bytes(b"altered\n")
    again = replace(order, attach=True)
    over = follow(pool.open(ssh_host), again, Kept(), TaskContext(), PATIENCE)
    assert over.finish is Finish.DIFFERENT


def test_limit_is_kept_while_the_link_is_dead(
    pool: RemotePool, ssh_host: Host, proxy: Proxy
) -> None:
    host, order = replace(ssh_host, port=proxy.port), ordered("sleep 60", 1.0)
    threading.Timer(0.5, proxy.stall).start()
    threading.Timer(3.0, proxy.flow).start()
    followed = follow(pool.open(host), order, Kept(), TaskContext(), PATIENCE)
    assert followed.finish is Finish.ENDED
    assert followed.end is not None
    assert followed.end.timed_out


def test_flood_is_capped_and_counted(pool: RemotePool, ssh_host: Host) -> None:
    kept, begun_s = Kept(), time.monotonic()
    order = ordered("head -c 100000000 /dev/zero; echo over >&2")
    followed = follow(pool.open(ssh_host), order, kept, TaskContext(), PATIENCE)
    assert followed.end is not None
    assert followed.end.exit_code == 0
    assert len(kept.said["stdout"]) == 64 * 1024 * 1024
    assert followed.end.stdout.dropped == 100_000_000 - 64 * 1024 * 1024
    assert hashlib.sha256(kept.said["stdout"]).hexdigest() == followed.end.stdout.sha256
    assert kept.said["stderr"] == b"over\n"
    print(f"64 MiB of 100 MB in {time.monotonic() - begun_s:.1f} s")
