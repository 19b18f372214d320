"""What a network does to a connection and to a backup on its way, each with a real server."""

import os
import random
import shlex
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from app.demo.sshd import PrivateSshd
from app.domain.backup import BackupSource, CaptureState, Level, Outcome, SourceKind
from app.domain.host import Host, Login, Stage
from app.domain.ids import SetId, new_id
from app.errors import ConnectionLost, HostKeyChanged, RemoteError, TimedOut, Unreachable
from app.secrets import SessionSecrets
from app.services.ports.vault import CaptureRequest
from app.ssh.limits import Limits
from app.ssh.pool import RemotePool
from app.tasks import Progress, TaskContext
from tests.faults.ledger import tried
from tests.faults.rounds import SOAK
from tests.ssh.proxy import Proxy
from tests.ssh_fixtures import QUICK

pytestmark = [pytest.mark.soak] if SOAK else []

CANARY = "correct horse battery staple"
IMPATIENT = replace(QUICK, heartbeat_s=0.3, silence_s=1.0, channel_s=2.0, retries_s=())


@contextmanager
def opened(host: Host, limits: Limits = QUICK, secrets: SessionSecrets | None = None) -> Iterator:
    pool = RemotePool(secrets or SessionSecrets(), lambda _key: host, limits)
    try:
        yield pool.open(host)
    finally:
        pool.close()


@contextmanager
def black_hole() -> Iterator[int]:
    """A port whose connection requests are dropped, as a firewall does: its queue is full."""
    with ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(8):
            filler = stack.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]


def test_requests_that_vanish_are_given_up_after_every_try_with_growing_pauses(
    ssh_host: Host,
) -> None:
    limits = replace(QUICK, connect_s=0.3, retries_s=(0.1, 0.2, 0.4, 0.8))
    with black_hole() as port, opened(replace(ssh_host, port=port), limits) as remote:
        begun_s = time.monotonic()
        with pytest.raises(Unreachable, match="No answer") as error:
            remote.run("true")
        took_s = time.monotonic() - begun_s
    assert error.value.step is Stage.REACH
    assert error.value.host == ssh_host.name
    assert 5 * 0.3 + 0.8 * 1.5 < took_s < 5 * 0.3 + 1.2 * 1.5 + 2.0


def test_login_that_is_never_answered_is_given_up_and_its_password_sent_once(
    tmp_path: Path, secrets: SessionSecrets
) -> None:
    with (
        PrivateSshd(tmp_path / "sshd", {"PasswordAuthentication": "yes"}) as server,
        Proxy(server.port) as smooth,
        Proxy(server.port) as stalling,
    ):
        host = replace(server.host(), login=Login.PASSWORD)
        secrets.set(host.login_secret, CANARY)
        asked = server.log.read_text("utf-8", "replace").count("Failed password")
        limits = replace(IMPATIENT, login_s=0.6)
        with (
            opened(replace(host, port=smooth.port), limits, secrets) as remote,
            pytest.raises(RemoteError),
        ):
            remote.run("true")
        failed = server.log.read_text("utf-8", "replace").count("Failed password")
        assert failed == asked + 1, "the password must have reached the server"
        secrets.set(host.login_secret, CANARY + "!")
        stalling.stall_after = smooth.answered - 1  # the refusal is what does not come
        with opened(replace(host, port=stalling.port), limits, secrets) as remote:
            for _ in range(2):
                with pytest.raises((TimedOut, Unreachable, RemoteError)) as error:
                    remote.run("true")
                stalling.stall_after = None
                stalling.flow()
        assert error.value.step is Stage.LOGIN
        assert "not sent again" in error.value.text
        sent = server.log.read_text("utf-8", "replace").count("Failed password")
        assert sent == failed + 1, "the second password was sent once"


def test_name_that_leads_elsewhere_now_is_decided_by_the_key_and_sends_nothing(
    tmp_path: Path, secrets: SessionSecrets, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other machine waits under the same port of another address, as after a change of DNS."""
    look_up = socket.getaddrinfo
    leads_to = ["127.0.0.1"]

    def answer(name, *rest, **more):
        if name == "db-1.example.org":
            return look_up(leads_to[0], *rest, **more)
        return look_up(name, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    password = {"PasswordAuthentication": "yes"}
    with (
        PrivateSshd(tmp_path / "right") as right,
        PrivateSshd(tmp_path / "wrong", password) as wrong,
        Proxy(wrong.port, listen=("127.0.0.2", right.port)) as elsewhere,
    ):
        host = replace(right.host(), address="db-1.example.org")
        with opened(host) as remote:
            assert remote.run("echo right").stdout == b"right\n"
        leads_to[0] = "127.0.0.2"
        secrets.set(host.login_secret, CANARY)
        for login in (Login.KEY_FILE, Login.PASSWORD):
            with (
                tried(9, "name leads to another machine: refused by its key, no login tried"),
                opened(replace(host, login=login), QUICK, secrets) as remote,
                pytest.raises(HostKeyChanged),
            ):
                remote.run("true")
        log = wrong.log.read_text("utf-8", "replace")
        assert elsewhere.connections == 2
        assert "Failed" not in log
        assert "Accepted" not in log


def test_a_megabyte_of_welcome_is_never_part_of_an_answer(
    tmp_path: Path,
    vault,
    shop: Path,
) -> None:
    banner = tmp_path / "banner"
    banner.write_text("All use is watched.\n" * 10_000)
    with PrivateSshd(tmp_path / "sshd", {"Banner": str(banner)}) as server:
        noise = "yes 'CD-DATA 0 CD1 x state ended' | head -c 1000000"
        (server.home / ".bashrc").write_text(f"{noise}; {noise} >&2\n")
        with opened(server.host()) as remote:
            result = remote.run("echo answer; exit 3")
            assert result.exit_code == 3
            assert result.stdout.endswith(b"answer\n")
            taken = capture(vault, remote, files(remote.host, shop))
        assert taken.state is CaptureState.CAPTURED
        assert read_back(vault, taken)


def files(host: Host, *roots: Path) -> BackupSource:
    paths = tuple(map(str, roots))
    return BackupSource(SourceKind.FILES, host.id, paths, ("*.sqlite*",))


def capture(vault, remote, *wanted: BackupSource, context: TaskContext | None = None):
    request = CaptureRequest(SetId(new_id()), (remote.host,), wanted, by="ada")
    return vault.capture(request, (remote,), context or TaskContext())


def read_back(vault, taken) -> bool:
    found = vault.verify_by_reading(taken, by="", context=TaskContext())
    return [one.outcome for one in found] == [Outcome.PASSED] * 2 and found[-1].level is (
        Level.READABLE
    )


def sealed(vault) -> list[Path]:
    return list(vault.root.glob("sets/*/*"))


TROUBLE = {
    "silent": lambda proxy, dice: proxy.stall(),
    "reset": lambda proxy, dice: setattr(proxy, "cut_after", proxy.answered + dice(200_000)),
    "one bit": lambda proxy, dice: setattr(proxy, "flip_at", proxy.answered + dice(200_000)),
    "half closed": lambda proxy, dice: proxy.half_close(),
}


@pytest.mark.parametrize("how", TROUBLE)
def test_a_link_that_breaks_during_a_backup_seals_nothing_and_the_next_one_is_clean(
    vault,
    ssh_host: Host,
    shop: Path,
    how: str,
) -> None:
    # More than a channel takes without being read: part of it is still to come when it breaks.
    (shop / "large.bin").write_bytes(os.urandom(80 << 20))
    dice = random.Random(f"backup {how}").randrange
    with Proxy(ssh_host.port) as proxy:
        host = replace(ssh_host, port=proxy.port)
        begun: list[int] = []

        def trouble(progress: Progress) -> None:
            if not begun and progress.done > 1 << 20:
                begun.append(progress.done)
                TROUBLE[how](proxy, dice)

        with opened(host, IMPATIENT) as remote, pytest.raises(RemoteError) as error:
            capture(vault, remote, files(host, shop), context=TaskContext(trouble))
    with tried(2, f"link {how} during a backup: nothing looks sealed, the next is clean"):
        assert begun
        assert isinstance(error.value, (ConnectionLost, TimedOut)), error.value
        assert error.value.host == host.name
        assert "backup of" in str(error.value.step)
        assert sealed(vault) == []
        with opened(ssh_host) as remote:
            taken = capture(vault, remote, files(ssh_host, shop))
        assert read_back(vault, taken)


def test_a_slow_link_is_slow_and_nothing_else(
    vault,
    ssh_host: Host,
    tmp_path: Path,
) -> None:
    """Every piece comes in time, the whole takes longer than any limit on silence."""
    rate = 8_000 if SOAK else 40_000
    root = tmp_path / "small"
    root.mkdir()
    (root / "noise.bin").write_bytes(os.urandom(4 * rate))
    heard: list[Progress] = []
    with Proxy(ssh_host.port) as proxy:
        proxy.bytes_per_s = float(rate)
        host = replace(ssh_host, port=proxy.port)
        limits = replace(
            IMPATIENT, silence_s=2.0, key_exchange_s=10.0, login_s=10.0, channel_s=10.0
        )
        with opened(host, limits) as remote:
            begun_s = time.monotonic()
            taken = capture(vault, remote, files(host, root), context=TaskContext(heard.append))
            took_s = time.monotonic() - begun_s
    assert took_s > limits.silence_s
    assert read_back(vault, taken)
    assert heard


def test_a_link_that_loses_packets_is_slow_and_nothing_else(
    vault,
    ssh_host: Host,
    shop: Path,
) -> None:
    """One piece in twenty comes as late as TCP brings one that it had to send again."""
    with Proxy(ssh_host.port) as proxy:
        proxy.delay_s, proxy.lost_share, proxy.again_s = 0.02, 0.05, 0.3
        host = replace(ssh_host, port=proxy.port)
        with opened(host, replace(IMPATIENT, silence_s=3.0, login_s=10.0)) as remote:
            taken = capture(vault, remote, files(host, shop))
            assert remote.run("head -c 300000 /dev/zero | wc -c").stdout.strip() == b"300000"
    assert read_back(vault, taken)
    assert proxy.lost > 0


def test_a_stopped_and_resumed_server_costs_no_job_and_no_byte(
    ssh_host: Host, tmp_path: Path
) -> None:
    """Every process of the server stands still for longer than silence is borne, then goes on."""
    from app.services.jobs.following import CountingSink, Finish, Order, Patience, follow

    said = {"stdout": bytearray(), "stderr": bytearray()}
    sink = CountingSink(lambda stream, data: said[stream].extend(data), {})
    counter = tmp_path / "counter"
    work = (
        f"echo x >>{shlex.quote(str(counter))}; "
        "for n in 1 2 3 4 5 6; do echo line $n; sleep 0.3; done"
    )
    with Proxy(ssh_host.port) as proxy:
        host = replace(ssh_host, port=proxy.port)
        threading.Timer(0.6, proxy.stall).start()
        threading.Timer(2.6, proxy.flow).start()
        with opened(host, IMPATIENT) as remote:
            order = Order(new_id(), work, 60.0)
            followed = follow(remote, order, sink, TaskContext(), Patience(30.0, (0.1,), 20.0))
        assert proxy.connections > 1, "the silence must have been noticed"
    assert followed.finish is Finish.ENDED
    assert bytes(said["stdout"]) == b"".join(b"line %d\n" % n for n in range(1, 7))
    assert counter.read_text() == "x\n"
