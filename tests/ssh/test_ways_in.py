"""Ways to a server beyond one hop and one key: chains, certificates, the agent, old servers."""

import os
import re
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from app.demo.sshd import PrivateSshd, new_key, read_public_key
from app.domain.host import Host, LegacyWaiver, Login
from app.errors import LoginRefused, Unreachable
from app.secrets import SessionSecrets
from app.ssh.gate import SetUpGate
from app.ssh.heartbeat import slept
from app.ssh.pool import RemotePool
from app.tasks import TaskCancelled, TaskContext
from tests.ssh.agents import await_agent
from tests.ssh_fixtures import QUICK

TODAY = date(2026, 11, 14)
OLD = {
    "Ciphers": "aes128-cbc",
    "MACs": "hmac-sha1",
    "KexAlgorithms": "diffie-hellman-group14-sha1",
    "HostKeyAlgorithms": "ssh-rsa",
}


def keygen(*words: object) -> None:
    subprocess.run(["ssh-keygen", "-q", *map(str, words)], check=True, capture_output=True)


def asked(host: Host, secrets: SessionSecrets, *others: Host) -> bytes:
    """Connect with a pool of its own and run one command."""
    known = {other.id: other for other in (host, *others)}
    pool = RemotePool(secrets, lambda key: known[key], QUICK, today=lambda: TODAY)
    try:
        return pool.open(host).run("echo in").stdout
    finally:
        pool.close()


@contextmanager
def agent(folder: Path, *keys: Path) -> Iterator[None]:
    """Run an SSH agent that holds the keys, for this process only."""
    socket = folder / "agent.sock"
    with subprocess.Popen(["ssh-agent", "-D", "-a", str(socket)], stdout=subprocess.DEVNULL) as it:
        await_agent(socket)
        os.environ["SSH_AUTH_SOCK"] = str(socket)
        try:
            for key in keys:
                subprocess.run(["ssh-add", "-q", str(key)], check=True)
            yield
        finally:
            del os.environ["SSH_AUTH_SOCK"]
            it.terminate()


def test_chain_of_two_jump_hosts_leads_through_three_servers(
    tmp_path: Path, secrets: SessionSecrets
) -> None:
    with (
        PrivateSshd(tmp_path / "a") as outer,
        PrivateSshd(tmp_path / "b") as middle,
        PrivateSshd(tmp_path / "c") as inner,
    ):
        first = outer.host("first")
        second = replace(middle.host("second"), jump=first.id)
        target = replace(inner.host("target"), jump=second.id)
        assert asked(target, secrets, first, second) == b"in\n"
        logins = [s.log.read_text("utf-8").count("Accepted publickey") for s in (outer, middle)]
        assert logins == [1, 1]
        middle.stop()
        with pytest.raises(Unreachable, match=r"cannot reach .* \(Connect failed\)") as error:
            asked(target, secrets, first, second)
        assert error.value.host == "second"


@pytest.fixture
def ca(tmp_path: Path) -> Path:
    return new_key(tmp_path / "ca")


@pytest.fixture
def ca_server(tmp_path: Path, ca: Path) -> Iterator[PrivateSshd]:
    """A server that knows no key, only the authority."""
    options = {"TrustedUserCAKeys": f"{ca}.pub", "AuthorizedKeysFile": "none"}
    with PrivateSshd(tmp_path / "sshd", options) as server:
        yield server


def certified(ca: Path, key: Path, user: str, *more: str) -> Path:
    keygen("-s", ca, "-I", "change desk", "-n", user, *more, f"{key}.pub")
    return key


def test_key_file_with_a_certificate_of_the_authority_logs_in(
    ca_server: PrivateSshd, ca: Path, tmp_path: Path, secrets: SessionSecrets
) -> None:
    host = replace(ca_server.host(), key_file=str(new_key(tmp_path / "mine")))
    with pytest.raises(LoginRefused):
        asked(host, secrets)
    certified(ca, tmp_path / "mine", host.user)
    assert asked(host, secrets) == b"in\n"
    assert "ED25519-CERT" in ca_server.log.read_text("utf-8")


@pytest.mark.parametrize(
    ("user", "more"), [("somebody-else", ()), (None, ("-V", "20200101:20200102"))]
)
def test_certificate_for_another_or_out_of_date_is_refused(
    ca_server: PrivateSshd, ca: Path, tmp_path: Path, user: str | None, more: tuple[str, ...]
) -> None:
    key, host = new_key(tmp_path / "mine"), ca_server.host()
    certified(ca, key, user or host.user, *more)
    with pytest.raises(LoginRefused):
        asked(replace(host, key_file=str(key)), SessionSecrets())


def test_agent_proves_with_key_and_with_certificate(
    ca_server: PrivateSshd, ssh_server: PrivateSshd, ca: Path, tmp_path: Path
) -> None:
    key = certified(ca, new_key(tmp_path / "mine"), ca_server.host().user)
    with agent(tmp_path, key, ssh_server.user_key):
        for server in (ssh_server, ca_server):
            host = replace(server.host(), login=Login.AGENT, key_file="")
            assert asked(host, SessionSecrets()) == b"in\n"


def test_agent_offers_only_the_key_that_the_record_names(
    ssh_server: PrivateSshd, tmp_path: Path, secrets: SessionSecrets
) -> None:
    other = new_key(tmp_path / "other")
    with agent(tmp_path, other, ssh_server.user_key):
        host = replace(ssh_server.host(), login=Login.AGENT, key_file=f"{other}.pub")
        with pytest.raises(LoginRefused, match="agent key"):
            asked(host, secrets)
        assert asked(replace(host, key_file=str(ssh_server.user_key)), secrets) == b"in\n"


def test_nothing_of_ours_is_forwarded_to_a_server_that_would_take_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISPLAY", ":9")
    willing = {
        "AllowAgentForwarding": "yes", "AllowTcpForwarding": "yes", "X11Forwarding": "yes",
        "PermitTunnel": "yes", "LogLevel": "DEBUG2",
    }  # fmt: skip
    with PrivateSshd(tmp_path / "server", willing) as server, agent(tmp_path, server.user_key):
        host = replace(server.host(), login=Login.AGENT, key_file="")
        pool = RemotePool(SessionSecrets(), lambda _key: host, QUICK)
        try:
            seen = pool.open(host).run("env").stdout.decode()
        finally:
            pool.close()
        log = server.log.read_text("utf-8")
    assert "SSH_CONNECTION" in seen
    assert not re.search("^(SSH_AUTH_SOCK|DISPLAY|SSH_TUNNEL)=", seen, re.MULTILINE)
    wanted = set(re.findall(r"server_input_channel_req: channel \d+ request (\S+)", log))
    assert "exec" in wanted
    assert wanted <= {"exec", "env", "eof"}, wanted
    opened = set(re.findall(r"server_input_channel_open: ctype (\S+)", log))
    assert opened == {"session"}
    asked_for = set(re.findall(r"server_input_global_request: rtype (\S+)", log))
    assert not {name for name in asked_for if "forward" in name}, asked_for


def old_server(folder: Path) -> PrivateSshd:
    """A server with nothing but what was usual in 2010."""
    folder.mkdir()
    keygen("-t", "rsa", "-b", "2048", "-N", "", "-f", folder / "host")
    return PrivateSshd(folder, OLD)


def test_old_server_is_reached_only_while_its_waiver_holds(tmp_path: Path) -> None:
    with old_server(tmp_path / "old") as server:
        host = replace(server.host(), key=read_public_key(tmp_path / "old" / "host.pub"))
        with pytest.raises(LoginRefused, match="too old") as error:
            asked(host, SessionSecrets())
        assert "allow old cryptography" in error.value.hint
        waiver = LegacyWaiver("Replaced in January", "Sipho", TODAY)
        assert asked(replace(host, legacy=waiver), SessionSecrets()) == b"in\n"
        over = replace(waiver, until=date(2026, 11, 13))
        with pytest.raises(LoginRefused) as error:
            asked(replace(host, legacy=over), SessionSecrets())
        assert "ended on 2026-11-13" in error.value.hint


def test_short_key_of_a_host_is_too_old_and_gets_no_login(tmp_path: Path) -> None:
    folder = tmp_path / "short"
    folder.mkdir(mode=0o700)
    keygen("-t", "rsa", "-b", "1024", "-N", "", "-f", folder / "host")
    with PrivateSshd(folder) as server:
        host = replace(server.host(), key=read_public_key(folder / "host.pub"))
        with pytest.raises(LoginRefused, match="RSA key of 1024 bits"):
            asked(host, SessionSecrets())
        assert "Accepted" not in server.log.read_text("utf-8", "replace")
        waiver = LegacyWaiver("Replaced in January", "Sipho", TODAY)
        assert asked(replace(host, legacy=waiver), SessionSecrets()) == b"in\n"


def test_open_connection_does_not_outlive_its_waiver(tmp_path: Path) -> None:
    day = [TODAY]
    with old_server(tmp_path / "old") as server:
        host = replace(
            server.host(),
            key=read_public_key(tmp_path / "old" / "host.pub"),
            legacy=LegacyWaiver("Replaced in January", "Sipho", TODAY),
        )
        pool = RemotePool(SessionSecrets(), lambda _key: host, QUICK, today=lambda: day[0])
        assert pool.open(host).run("echo in").stdout == b"in\n"
        day[0] = date(2026, 11, 15)
        with pytest.raises(LoginRefused, match="too old"):
            pool.open(host).run("true")
        pool.close()


def test_waiver_never_weakens_what_a_current_server_agrees_on(ssh_server: PrivateSshd) -> None:
    host = replace(ssh_server.host(), legacy=LegacyWaiver("By mistake", "Sipho", TODAY))
    pool = RemotePool(SessionSecrets(), lambda _key: host, QUICK, today=lambda: TODAY)
    remote = pool.open(host)
    remote.run("true")
    wire = remote._connection.wire
    assert wire.remote_cipher == "aes128-gcm@openssh.com"
    assert wire.host_key_type == "ssh-ed25519"
    assert len(wire.session_id) > 20, "the key exchange was hashed with SHA-1"
    pool.close()


def test_never_more_set_ups_than_a_server_takes_and_half_after_a_refusal() -> None:
    gate, inside, most = SetUpGate(8, 1000.0), [0], [0]
    lock = threading.Lock()

    def pass_by() -> None:
        with gate.passing(TaskContext()):
            with lock:
                inside[0] += 1
                most[0] = max(most[0], inside[0])
            time.sleep(0.02)
            with lock:
                inside[0] -= 1

    def rush() -> int:
        most[0] = 0
        threads = [threading.Thread(target=pass_by) for _ in range(24)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return most[0]

    def refuse(together: int) -> None:
        with ExitStack() as under_way:
            turns = [under_way.enter_context(gate.passing(TaskContext())) for _ in range(together)]
            for turn in turns:
                turn.refused()

    assert rush() == 8
    refuse(5)
    assert rush() == 4, "what was refused together counts once"
    refuse(2)
    assert rush() == 2
    refuse(1)
    refuse(1)
    assert rush() == 1


def test_what_gets_through_makes_room_up_to_just_below_what_was_refused(monkeypatch) -> None:
    gate, calm_s = SetUpGate(8, 1000.0), [0.0]
    monkeypatch.setattr("app.ssh.gate.time.monotonic", lambda: calm_s[0])

    def through(times: int) -> tuple[int, bool]:
        for _ in range(times):
            with gate.passing(TaskContext()) as turn:
                turn.through()
            calm_s[0] += 0.01
        return gate.at_once, gate.is_paced

    with gate.passing(TaskContext()) as turn:
        turn.refused()
    assert (gate.at_once, gate.is_paced) == (4, True)
    assert through(4) == (5, True)
    assert through(6) == (6, False), "ten got through: no pace any more"
    assert through(100) == (7, False), "eight were refused a moment ago"
    calm_s[0] += 31.0
    assert through(7) == (8, False)


def test_after_a_refusal_set_ups_go_at_a_gentle_pace_and_heed_a_stop() -> None:
    gate, begun_s = SetUpGate(8, 20.0), time.monotonic()
    with gate.passing(TaskContext()) as turn:
        turn.refused()
    for _ in range(5):
        with gate.passing(TaskContext()):
            pass
    assert time.monotonic() - begun_s >= 4 / 20.0
    context = TaskContext()
    context.cancel()
    with gate.passing(TaskContext()), pytest.raises(TaskCancelled), gate.passing(context):
        raise AssertionError


def test_sleep_of_the_computer_is_seen_as_what_the_clock_gained() -> None:
    wall, awake = [1000.0], [50.0]
    asleep_s = slept(lambda: wall[0], lambda: awake[0])
    wall[0], awake[0] = 1005.0, 55.0
    assert asleep_s() == 0.0
    wall[0], awake[0] = 4610.0, 60.0
    assert asleep_s() == 3600.0
    wall[0], awake[0] = 4615.0, 65.0
    assert asleep_s() == 0.0


def test_connection_does_not_outlive_a_sleep(
    ssh_host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    gained = [0.0]
    monkeypatch.setattr("app.ssh.heartbeat.slept", lambda: lambda: gained[0])
    limits = replace(QUICK, heartbeat_s=0.1)
    pool = RemotePool(SessionSecrets(), lambda _key: ssh_host, limits)
    remote = pool.open(ssh_host)
    remote.run("true")
    first = remote._connection.wire
    gained[0] = 3600.0
    for _ in range(100):
        if not first.is_active():
            break
        time.sleep(0.02)
    assert not first.is_active()
    gained[0] = 0.0
    assert remote.run("echo awake").stdout == b"awake\n"
    pool.close()
