"""Commands under fire, over a proxy that breaks the link in every way; seeded, so replayable.

The ordinary run breaks each kind once or a few times; with CHANGEDESK_SOAK the numbers are those
of the promises: 200 broken links, 1000 repeated starts, 100 cancels, 30 places to stall.
"""

import hashlib
import random
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.demo.sshd import PrivateSshd
from app.domain.host import Host
from app.domain.ids import new_id
from app.domain.transcript import read_pieces
from app.errors import RemoteError
from app.secrets import SessionSecrets
from app.services.jobs.client import JobClient
from app.services.jobs.following import CountingSink, Finish, Followed, Order, Patience, follow
from app.ssh.pool import RemotePool
from app.store.files import StoredFiles
from app.store.transcripts import StoredTranscripts
from app.tasks import TaskContext
from tests.faults.ledger import trials, tried
from tests.faults.rounds import SOAK, rounds
from tests.ssh.proxy import Proxy
from tests.ssh_fixtures import QUICK

pytestmark = [pytest.mark.soak] if SOAK else []
DISCONNECTS, STARTS, CANCELS = rounds(6, 200), rounds(12, 1000), rounds(4, 100)
STALLS, CRASHES = rounds(5, 30), rounds(4, 200)
SEED = 20261127
IMPATIENT = replace(QUICK, heartbeat_s=0.4, silence_s=1.2, channel_s=3.0, retries_s=())
PATIENCE = Patience(30.0, (0.1,), 20.0)
WORK = (
    "echo x >>{counter}; for n in 1 2 3 4 5 6 7 8 9 10; do echo line $n; sleep 0.08; done; exit 9"
)
SAID = b"".join(f"line {n}\n".encode() for n in range(1, 11))


@pytest.fixture
def pool(ssh_host: Host) -> Iterator[RemotePool]:
    pool = RemotePool(SessionSecrets(), lambda _key: ssh_host, IMPATIENT)
    yield pool
    pool.close()


def kept() -> tuple[CountingSink, dict[str, bytearray]]:
    said = {"stdout": bytearray(), "stderr": bytearray()}
    return CountingSink(lambda stream, data: said[stream].extend(data), {}), said


def break_it(proxy: Proxy, dice: random.Random) -> str:
    """Let the next thing go wrong on the link; return in words what."""
    where = proxy.answered + dice.randrange(4000)
    match dice.randrange(5):
        case 0:
            proxy.cut_after = where
            return f"reset at byte {where}"
        case 1:
            proxy.flip_at = where
            return f"bit {where} turned over"
        case 2:
            proxy.stall_after = dice.randrange(3000)
            return "silent"
        case 3:
            proxy.delay_s, proxy.bytes_per_s = 0.02, 64_000.0
            return "slow"
        case _:
            proxy.cut()
            return "cut"


def test_broken_links_cost_neither_a_byte_nor_the_exit_code(
    pool: RemotePool, ssh_host: Host, tmp_path: Path
) -> None:
    dice = random.Random(SEED)
    what = "job behind a link that breaks again and again: found again, byte for byte"
    for turn in trials(10, what, DISCONNECTS):
        counter, (sink, said) = tmp_path / f"counter{turn}", kept()
        with Proxy(ssh_host.port) as proxy:
            over, told = threading.Event(), list[str]()

            def trouble(proxy=proxy, over=over, told=told) -> None:
                while not over.wait(dice.uniform(0.2, 0.6)):
                    told.append(break_it(proxy, dice))
                    over.wait(1.5 if told[-1] == "silent" else 0.1)
                    proxy.flow()

            breaker = threading.Thread(target=trouble)
            breaker.start()
            host = replace(ssh_host, port=proxy.port)
            order = Order(new_id(), WORK.format(counter=counter), 60.0)
            try:
                followed = begun(pool, host, order, sink)
            finally:
                over.set()
                breaker.join()
        assert followed.finish is Finish.ENDED, told
        assert followed.end is not None
        assert (followed.end.exit_code, bytes(said["stdout"])) == (9, SAID), told
        assert counter.read_text() == "x\n", told


def begun(pool: RemotePool, host: Host, order: Order, sink: CountingSink) -> Followed:
    """Follow a job to its end, as a person may.

    Where the link broke before anything was sent it is begun again; where the host stayed out of
    reach for longer than patience lasts, it is looked for again, and never begun twice.
    """
    for _try in range(20):
        try:
            followed = follow(pool.open(host), order, sink, TaskContext(), PATIENCE)
        except RemoteError as error:
            last: object = error
            continue
        if followed.finish is not Finish.OUT_OF_REACH:
            return followed
        last, order = followed, replace(order, attach=True)
    raise AssertionError(last)


def test_starts_that_are_repeated_run_once(
    pool: RemotePool, ssh_host: Host, tmp_path: Path
) -> None:
    counter = tmp_path / "counter"
    remote = pool.open(ssh_host)
    at_once, jobs = 4, max(1, -(-STARTS // 12))
    for _turn in trials(11, "start sent twelve times, four at once: run once", jobs, each=12):
        job = JobClient(remote, new_id())
        before = counter.read_text() if counter.exists() else ""
        with ThreadPoolExecutor(at_once) as workers:
            list(workers.map(lambda _n, j=job: j.start(f"echo x >>{counter}", 60), range(12)))
        sink, _said = kept()
        order = Order(job.job, "", 60.0, attach=True)
        assert follow(remote, order, sink, TaskContext(), PATIENCE).finish is Finish.ENDED
        assert counter.read_text() == before + "x\n"


COMMANDS = (
    "sleep 60",
    "trap '' TERM; while :; do sleep 0.5; done",
    "sh -c 'sleep 61' & sh -c 'sleep 62' & wait",
    "setsid sh -c 'sleep 63' & sleep 64",
)


def test_cancel_is_said_only_when_nothing_lives(pool: RemotePool, ssh_host: Host) -> None:
    what = "cancelled: children, sessions, deaf to TERM; nothing lives afterwards"
    for turn in trials(13, what, CANCELS):
        context, (sink, _said) = TaskContext(), kept()
        order = Order(new_id(), f"echo begun; {COMMANDS[turn % len(COMMANDS)]}", 60.0)
        sink.hand_on = lambda _stream, _data, stop=context: stop.cancel()
        followed = follow(pool.open(ssh_host), order, sink, context, PATIENCE)
        assert followed.finish is Finish.CANCELLED
        assert marked(order.job) == []


def marked(job: str) -> list[str]:
    """Return the processes of a job that this computer has."""
    found = []
    for place in Path("/proc").glob("[0-9]*/environ"):
        try:
            environ = place.read_bytes()
        except OSError:
            continue
        if f"CHANGEDESK_JOB={job}".encode() in environ:
            found.append(place.parent.name)
    return found


def test_stall_anywhere_ends_in_words_and_leaves_nothing_hanging(
    pool: RemotePool, ssh_host: Host
) -> None:
    with Proxy(ssh_host.port) as smooth:
        sink, _said = kept()
        order = Order(new_id(), "echo over", 60.0)
        follow(pool.open(replace(ssh_host, port=smooth.port)), order, sink, TaskContext(), PATIENCE)
        whole = smooth.answered
    what = "link silent at some byte from greeting to end: noticed, named, no hang"
    for place in trials(14, what, STALLS):
        with Proxy(ssh_host.port) as proxy:
            proxy.stall_after = int(whole * (place + 0.5) / STALLS)
            host, (sink, _said) = replace(ssh_host, port=proxy.port), kept()
            order = Order(new_id(), "echo over", 60.0)
            short = replace(PATIENCE, total_s=3.0)
            try:
                followed = follow(pool.open(host), order, sink, TaskContext(), short)
            except RemoteError as error:
                named = bool(error.step)
            else:
                named = followed.finish in (Finish.OUT_OF_REACH, Finish.ENDED)
            assert named


class Killed(BaseException):
    """The program ends here, as if it had been killed."""


def test_program_killed_around_keeping_a_piece_keeps_each_byte_once(
    pool: RemotePool, ssh_host: Host, tmp_path: Path
) -> None:
    dice = random.Random(SEED)
    folder = tmp_path / "store"
    what = "program killed before or after keeping a piece: no gap, nothing twice"
    for turn in trials(12, what, CRASHES):
        order = Order(new_id(), WORK.format(counter=tmp_path / f"counter{turn}"), 60.0)
        crash_at: Callable[[], int] = lambda: dice.randrange(1, 6)  # noqa: E731
        for attempt in range(4):
            files = StoredFiles(folder / "files")
            transcripts = StoredTranscripts(folder / "open", files)
            grown = transcripts.open("run", order.job)
            left = [crash_at() if attempt < 3 else 1_000]

            def keep(stream, data, grown=grown, left=left) -> None:
                left[0] -= 1
                before = left[0] % 2 == 0
                if left[0] <= 0 and before:
                    raise Killed
                grown.append(stream, data, datetime.now(UTC))
                if left[0] <= 0:
                    raise Killed

            sink = CountingSink(keep, grown.heard())
            try:
                now = replace(order, attach=attempt > 0)
                followed = follow(pool.open(ssh_host), now, sink, TaskContext(), PATIENCE)
            except Killed:
                transcripts.close()
                continue
            break
        assert followed.finish is Finish.ENDED
        digest, _size = grown.seal()
        pieces = list(read_pieces(files.get(digest)))
        said = b"".join(piece.data for piece in pieces if piece.stream == "stdout")
        assert said == SAID
        assert followed.end is not None
        assert followed.end.stdout.sha256 == hashlib.sha256(said).hexdigest()


def test_server_that_restarts_and_changes_its_key_gets_nothing_and_the_job_lives(
    tmp_path: Path,
) -> None:
    with PrivateSshd(tmp_path / "sshd") as server:
        pool = RemotePool(SessionSecrets(), lambda _key: None, IMPATIENT)
        host, counter = server.host(), tmp_path / "counter"
        order = Order(new_id(), WORK.format(counter=counter), 60.0)
        leaving = TaskContext()
        sink, said = kept()
        hand_on = sink.hand_on
        sink.hand_on = lambda stream, data: (hand_on(stream, data), leaving.leave())
        assert follow(pool.open(host), order, sink, leaving, PATIENCE).finish is Finish.LEFT
        sink.hand_on = hand_on
        server.restart()
        again = replace(order, attach=True)
        with tried(10, "server restarted under a job: found again"):
            followed = follow(pool.open(host), again, sink, TaskContext(), PATIENCE)
            assert followed.finish is Finish.ENDED
            assert bytes(said["stdout"]) == SAID
        pool.close()
        server.change_host_key()
        with tried(9, "another host key: nothing is asked of the server"):
            refused = follow(pool.open(host), again, kept()[0], TaskContext(), PATIENCE)
            assert refused.finish is Finish.OUT_OF_REACH
            assert refused.error is not None
            assert refused.error.step == "host key"
        pool.close()
