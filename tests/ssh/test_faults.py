"""What breaks between us and a server: each fault has its own error, and nothing hangs."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.demo.sshd import PrivateSshd
from app.domain.host import Host, Login, Stage
from app.errors import ConnectionLost, HostKeyChanged, LoginRefused, TimedOut, Unreachable
from app.secrets import SessionSecrets
from app.ssh.limits import Limits
from app.ssh.pool import RemotePool
from app.tasks import TaskCancelled, TaskContext
from tests.ssh.proxy import Proxy
from tests.ssh.test_logins import listener
from tests.ssh_fixtures import QUICK

IMPATIENT = replace(QUICK, heartbeat_s=0.3, silence_s=0.8, login_s=0.5, channel_s=0.5)
CANARY = "correct horse battery staple"


@pytest.fixture
def proxy(ssh_server: PrivateSshd) -> Iterator[Proxy]:
    with Proxy(ssh_server.port) as proxy:
        yield proxy


@pytest.fixture
def proxied(ssh_host: Host, proxy: Proxy) -> Host:
    return replace(ssh_host, port=proxy.port)


def pool_with(limits: Limits, host: Host, secrets: SessionSecrets) -> RemotePool:
    return RemotePool(secrets, lambda _key: host, limits)


def test_link_that_dies_silently_during_a_command_is_noticed(
    proxied: Host, proxy: Proxy, secrets: SessionSecrets
) -> None:
    pool = pool_with(IMPATIENT, proxied, secrets)
    remote = pool.open(proxied)
    remote.run("true")
    threading.Timer(0.2, proxy.stall).start()
    with pytest.raises(ConnectionLost, match="may have run"):
        remote.run("sleep 30")
    pool.close()


def test_link_that_is_reset_during_a_command_is_lost_at_once(
    proxied: Host, proxy: Proxy, secrets: SessionSecrets
) -> None:
    pool = pool_with(QUICK, proxied, secrets)
    remote = pool.open(proxied)
    remote.run("true")
    threading.Timer(0.2, proxy.cut).start()
    with pytest.raises(ConnectionLost):
        remote.run("sleep 30")
    assert remote.run("echo again").stdout == b"again\n"
    assert proxy.connections == 2
    pool.close()


def test_link_that_is_reset_during_a_stream_is_never_a_complete_stream(
    proxied: Host, proxy: Proxy, secrets: SessionSecrets
) -> None:
    pool = pool_with(QUICK, proxied, secrets)
    with pool.open(proxied).stream("head -c 1000 /dev/zero; sleep 30") as stream:
        left = 1000
        while left:
            left -= len(stream.read(left))
        threading.Timer(0.2, proxy.cut).start()
        with pytest.raises(ConnectionLost):
            stream.read(1000)
    pool.close()


def test_busy_link_is_not_taken_for_a_dead_one(proxied: Host, secrets: SessionSecrets) -> None:
    limits = replace(IMPATIENT, heartbeat_s=0.1, silence_s=0.4)
    pool = pool_with(limits, proxied, secrets)
    assert pool.open(proxied).run("sleep 1.5; echo alive").stdout == b"alive\n"
    pool.close()


def connection_threads() -> int:
    return sum(thread.name != "proxy" for thread in threading.enumerate())


@pytest.mark.parametrize("share", [0.0, 0.02, 0.3, 0.6, 0.8, 0.93])
def test_stall_anywhere_in_the_set_up_is_given_up_and_leaves_no_thread(
    ssh_server: PrivateSshd, secrets: SessionSecrets, share: float
) -> None:
    before = connection_threads()
    limits = replace(IMPATIENT, banner_s=0.4, key_exchange_s=0.4, retries_s=())
    with Proxy(ssh_server.port) as smooth, Proxy(ssh_server.port) as stalling:
        host = replace(ssh_server.host(), port=smooth.port)
        pool = pool_with(limits, host, secrets)
        pool.open(host).run("true")
        stalling.stall_after = int(share * smooth.answered)
        with pytest.raises((TimedOut, Unreachable, ConnectionLost)) as error:
            pool.open(replace(host, port=stalling.port)).run("true", limit_s=2)
        assert error.value.step in set(Stage)
        pool.close()
    for _ in range(100):
        if connection_threads() <= before:
            break
        threading.Event().wait(0.05)
    assert connection_threads() <= before


def test_silent_port_and_key_exchange_stall_have_different_words(
    ssh_host: Host, secrets: SessionSecrets
) -> None:
    limits = replace(QUICK, banner_s=0.3, key_exchange_s=0.3, retries_s=())
    said = {}
    for greeting in (b"", b"SSH-2.0-OpenSSH_9.2\r\n", b"HTTP/1.1 400 Bad Request\r\n\r\n"):
        with listener(greeting) as port:
            host = replace(ssh_host, port=port)
            pool = pool_with(limits, host, secrets)
            with pytest.raises((Unreachable, TimedOut)) as error:
                pool.open(host).run("true")
            said[greeting[:4]] = (error.value.step, error.value.text)
    assert said[b""][0] is Stage.GREETING
    assert "does not greet" in said[b""][1]
    assert said[b"SSH-"][0] is Stage.KEY_EXCHANGE
    assert "not as an SSH server" in said[b"HTTP"][1]


def test_connection_phase_is_retried_and_nothing_after_it(
    proxied: Host, proxy: Proxy, secrets: SessionSecrets, ssh_server: PrivateSshd
) -> None:
    limits = replace(QUICK, retries_s=(0.01, 0.01, 0.01))
    with listener(b"") as port:
        host = replace(proxied, port=port)
        pool = pool_with(replace(limits, banner_s=0.1), host, secrets)
        with pytest.raises(Unreachable):
            pool.open(host).run("true")
    stranger = replace(proxied, user="nobody-here")
    pool = pool_with(limits, stranger, secrets)
    with pytest.raises(LoginRefused):
        pool.open(stranger).run("true")
    assert proxy.connections == 1


def test_stop_is_heeded_while_connecting(ssh_host: Host, secrets: SessionSecrets) -> None:
    context = TaskContext()
    threading.Timer(0.2, context.cancel).start()
    with listener(b"") as port:
        host = replace(ssh_host, port=port)
        pool = pool_with(replace(QUICK, banner_s=30), host, secrets)
        with pytest.raises(TaskCancelled):
            pool.open(host).run("true", context=context)
        pool.close()


def test_after_a_changed_key_not_one_byte_of_a_password_leaves(
    tmp_path: Path, secrets: SessionSecrets
) -> None:
    with (
        PrivateSshd(tmp_path / "sshd", {"PasswordAuthentication": "yes"}) as server,
        Proxy(server.port) as proxy,
    ):
        host = replace(server.host(), port=proxy.port, login=Login.PASSWORD)
        secrets.set(host.login_secret, CANARY)
        server.change_host_key()
        pool = pool_with(QUICK, host, secrets)
        with pytest.raises(HostKeyChanged):
            pool.open(host).run("true")
        pool.close()
        log = server.log.read_text("utf-8", "replace")
        assert "Failed" not in log
        assert "invalid user" not in log
        # Greeting, key exchange and new keys: no packet of the login protocol fits beside them.
        assert 0 < len(proxy.sent) < 4096


def test_a_refused_password_is_never_sent_again(tmp_path: Path, secrets: SessionSecrets) -> None:
    with PrivateSshd(tmp_path / "sshd", {"PasswordAuthentication": "yes"}) as server:
        host = replace(server.host(), login=Login.PASSWORD)
        secrets.set(host.login_secret, CANARY)
        pool = pool_with(QUICK, host, secrets)
        with pytest.raises(LoginRefused, match="refuses"):
            pool.open(host).run("true")
        with pytest.raises(LoginRefused, match="not sent again"):
            pool.open(host).run("true")
        assert server.log.read_text("utf-8", "replace").count("Failed password") == 1
        secrets.set(host.login_secret, "another")
        with pytest.raises(LoginRefused, match="refuses"):
            pool.open(host).run("true")
        assert server.log.read_text("utf-8", "replace").count("Failed password") == 2
        pool.close()


def test_second_factor_is_named(tmp_path: Path, secrets: SessionSecrets) -> None:
    options = {"AuthenticationMethods": "publickey,password", "PasswordAuthentication": "yes"}
    with PrivateSshd(tmp_path / "sshd", options) as server:
        pool = pool_with(QUICK, server.host(), secrets)
        with pytest.raises(LoginRefused, match="second proof"):
            pool.open(server.host()).run("true")
        pool.close()


def test_server_with_old_algorithms_only_is_named(tmp_path: Path, secrets: SessionSecrets) -> None:
    with PrivateSshd(tmp_path / "sshd", {"Ciphers": "aes128-cbc,3des-cbc"}) as server:
        pool = pool_with(QUICK, server.host(), secrets)
        with pytest.raises(LoginRefused, match="too old for current cryptography"):
            pool.open(server.host()).run("true")
        pool.close()


def test_one_session_at_a_time_is_enough_for_many_callers(
    tmp_path: Path, secrets: SessionSecrets
) -> None:
    with PrivateSshd(tmp_path / "sshd", {"MaxSessions": "1"}) as server:
        pool = pool_with(QUICK, server.host(), secrets)
        remote = pool.open(server.host())
        answers: list[bytes] = []
        threads = [
            threading.Thread(
                target=lambda n=n: answers.append(remote.run(f"sleep 0.1; echo {n}").stdout)
            )
            for n in range(6)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(answers) == [f"{n}\n".encode() for n in range(6)]
        pool.close()


def test_few_start_ups_are_enough_for_many_hosts(tmp_path: Path, secrets: SessionSecrets) -> None:
    with PrivateSshd(tmp_path / "sshd", {"MaxStartups": "2:100:2"}) as server:
        hosts = [replace(server.host(f"web-{n:02}")) for n in range(48)]
        limits = replace(QUICK, retries_s=(0.2, 0.4, 0.8, 1.6), new_per_s=10.0)
        pool = pool_with(limits, hosts[0], secrets)
        answers: list[bytes] = []

        def rush(hosts: list[Host]) -> None:
            threads = [
                threading.Thread(target=lambda h=h: answers.append(pool.open(h).run("id").stdout))
                for h in hosts
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()

        rush(hosts[:12])
        (gate,) = pool._gates.values()
        assert gate.at_once < limits.set_ups
        rush(hosts[12:])
        assert len(set(answers)) == 1
        assert len(answers) == len(hosts)
        assert gate.at_once <= 3
        assert not gate.is_paced, "what the server takes goes as quickly as it takes it"
        pool.close()


def test_edited_host_gets_its_own_connection_and_the_old_one_ends(
    ssh_host: Host, remotes: RemotePool
) -> None:
    before = remotes.open(ssh_host)
    before.run("true")
    noted = remotes.open(replace(ssh_host, note="moved to rack 4"))
    assert noted is before
    after = remotes.open(replace(ssh_host, login=Login.KEY_FILE, sudo=True))
    assert after is not before
    assert after.host.sudo


def test_half_a_script_never_runs(remotes: RemotePool, ssh_host: Host, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    result = remotes.open(ssh_host).run('touch "$1"\nif true; then', str(mark))
    assert result.exit_code != 0
    assert not mark.exists()


def test_command_that_reads_its_input_does_not_eat_the_script(
    remotes: RemotePool, ssh_host: Host
) -> None:
    result = remotes.open(ssh_host).run("cat; echo one\ncat\necho two # the end")
    assert (result.exit_code, result.stdout) == (0, b"one\ntwo\n")


def test_noise_of_a_profile_comes_before_the_answer(
    tmp_path: Path, secrets: SessionSecrets
) -> None:
    with PrivateSshd(tmp_path / "sshd") as server:
        (server.home / ".bashrc").write_text("echo welcome; echo warning >&2\n")
        pool = pool_with(QUICK, server.host(), secrets)
        result = pool.open(server.host()).run("echo answer")
        assert result.exit_code == 0
        assert result.stdout.endswith(b"answer\n")
        pool.close()


def test_ssh_is_ready_without_loading_its_library() -> None:
    code = "import sys, app.ssh.pool, app.demo.sshd; sys.exit('paramiko' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
