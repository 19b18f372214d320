"""Host keys and logins: what is refused, how it is named, and that nothing leaks before."""

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from app.demo.sshd import PrivateSshd
from app.domain.host import Host, Login
from app.errors import (
    AppError,
    HostKeyChanged,
    HostKeyUnknown,
    LoginRefused,
    TimedOut,
    Unreachable,
)
from app.secrets import SessionSecrets
from app.ssh.pool import RemotePool
from tests.ssh.agents import await_agent
from tests.ssh_fixtures import QUICK


def attempts(server: PrivateSshd) -> int:
    """How many logins the server has seen, by its own log."""
    lines = server.log.read_text("utf-8", "replace").splitlines()
    return sum("Failed " in line or "Accepted " in line or "Postponed " in line for line in lines)


def refusal(pool: RemotePool, host: Host) -> AppError:
    with pytest.raises(AppError) as error:
        pool.open(host).run("true")
    assert error.value.host == host.name
    return error.value


def test_unknown_key_is_shown_and_no_login_is_tried(
    own_server: PrivateSshd, secrets: SessionSecrets
) -> None:
    pool = RemotePool(secrets, lambda _key: own_server.host(), QUICK)
    error = refusal(pool, own_server.host(confirmed=False))
    assert isinstance(error, HostKeyUnknown)
    assert own_server.key.sha256 in error.text
    assert attempts(own_server) == 0
    pool.close()


def test_changed_key_stops_before_any_login(
    own_server: PrivateSshd, secrets: SessionSecrets
) -> None:
    host = own_server.host()
    own_server.change_host_key()
    pool = RemotePool(secrets, lambda _key: host, QUICK)
    error = refusal(pool, host)
    assert isinstance(error, HostKeyChanged)
    assert "Nothing was sent" in error.text
    assert attempts(own_server) == 0
    pool.close()


def test_key_is_the_one_ssh_keygen_prints(own_server: PrivateSshd) -> None:
    printed = subprocess.run(
        ["ssh-keygen", "-lf", own_server.folder / "host.pub"], capture_output=True, check=True
    )
    assert own_server.key.sha256 in printed.stdout.decode()


def test_probing_the_key_needs_no_login(own_server: PrivateSshd, secrets: SessionSecrets) -> None:
    pool = RemotePool(secrets, lambda _key: own_server.host(), QUICK)
    assert pool.probe_key(own_server.host(confirmed=False)) == own_server.key
    assert attempts(own_server) == 0
    pool.close()


def test_wrong_password_is_tried_exactly_once(tmp_path: Path, secrets: SessionSecrets) -> None:
    with PrivateSshd(tmp_path / "pw", {"PasswordAuthentication": "yes"}) as server:
        host = replace(server.host(), login=Login.PASSWORD)
        secrets.set(host.login_secret, "wrong")
        pool = RemotePool(secrets, lambda _key: host, QUICK)
        error = refusal(pool, host)
        assert isinstance(error, LoginRefused)
        assert "tried once" in error.hint
        log = server.log.read_text("utf-8", "replace")
        assert log.count("Failed password") == 1
        assert "wrong" not in log
        pool.close()


def test_missing_password_is_named_before_anything_is_sent(
    own_server: PrivateSshd, secrets: SessionSecrets
) -> None:
    host = replace(own_server.host(), login=Login.PASSWORD)
    pool = RemotePool(secrets, lambda _key: host, QUICK)
    assert "No password" in refusal(pool, host).text
    assert attempts(own_server) == 0
    pool.close()


def test_server_that_takes_no_password_says_what_it_takes(
    own_server: PrivateSshd, secrets: SessionSecrets
) -> None:
    host = replace(own_server.host(), login=Login.PASSWORD)
    secrets.set(host.login_secret, "any")
    pool = RemotePool(secrets, lambda _key: host, QUICK)
    error = refusal(pool, host)
    assert isinstance(error, LoginRefused)
    assert "publickey" in error.text
    pool.close()


def test_key_with_a_passphrase_needs_it_and_takes_it(
    own_server: PrivateSshd, secrets: SessionSecrets, tmp_path: Path
) -> None:
    key = tmp_path / "locked"
    key.write_bytes(own_server.user_key.read_bytes())
    key.chmod(0o600)
    change = ["ssh-keygen", "-q", "-p", "-P", "", "-N", "päss wörd", "-f", key]
    subprocess.run(change, check=True)
    host = replace(own_server.host(), key_file=str(key))
    pool = RemotePool(secrets, lambda _key: host, QUICK)
    assert "needs its passphrase" in refusal(pool, host).text
    secrets.set(host.login_secret, "another")
    assert "is wrong" in refusal(pool, host).text
    secrets.set(host.login_secret, "päss wörd")
    assert pool.open(host).run("echo in").stdout == b"in\n"
    pool.close()


def test_key_that_is_not_allowed_is_refused_by_name(
    own_server: PrivateSshd, secrets: SessionSecrets, tmp_path: Path
) -> None:
    stranger = tmp_path / "stranger"
    subprocess.run(["ssh-keygen", "-qt", "ed25519", "-N", "", "-f", stranger], check=True)
    host = replace(own_server.host(), key_file=str(stranger))
    pool = RemotePool(secrets, lambda _key: host, QUICK)
    error = refusal(pool, host)
    assert isinstance(error, LoginRefused)
    assert host.user in error.text
    pool.close()


@pytest.mark.parametrize(
    ("content", "words"), [(None, "no key file"), (b"not a key", "not a private key")]
)
def test_key_file_that_is_none_is_named(
    ssh_host: Host, remotes: RemotePool, tmp_path: Path, content: bytes | None, words: str
) -> None:
    path = tmp_path / "key"
    if content is not None:
        path.write_bytes(content)
    assert words in refusal(remotes, replace(ssh_host, key_file=str(path))).text


def test_missing_agent_is_named(
    ssh_host: Host, remotes: RemotePool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    assert "agent" in refusal(remotes, replace(ssh_host, login=Login.AGENT)).text


def test_agent_logs_in(ssh_server: PrivateSshd, remotes: RemotePool, monkeypatch) -> None:
    started = subprocess.run(["ssh-agent", "-s"], capture_output=True, check=True).stdout.decode()
    facts = dict(
        part.split("=", 1) for part in started.replace("\n", ";").split(";") if "=" in part
    )
    monkeypatch.setenv("SSH_AUTH_SOCK", facts["SSH_AUTH_SOCK"])
    monkeypatch.setenv("SSH_AGENT_PID", facts["SSH_AGENT_PID"])
    try:
        subprocess.run(["ssh-add", "-q", ssh_server.user_key], check=True)
        host = replace(ssh_server.host(), login=Login.AGENT, key_file="")
        assert remotes.open(host).run("echo agent").stdout == b"agent\n"
    finally:
        subprocess.run(["ssh-agent", "-k"], capture_output=True, check=True)


@pytest.fixture
def windows(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """Let paramiko take this for Windows: no Pageant, and OpenSSH's agent behind a pipe."""
    import paramiko
    import paramiko.agent

    pageant = SimpleNamespace(can_talk_to_agent=lambda: False)
    pipe = SimpleNamespace(can_talk_to_agent=lambda: True, OpenSSHAgentConnection=None)
    for name, module in (("win_pageant", pageant), ("win_openssh", pipe)):
        monkeypatch.setitem(sys.modules, f"paramiko.{name}", module)
        monkeypatch.setattr(paramiko, name, module, raising=False)
    monkeypatch.setattr(paramiko.agent, "sys", SimpleNamespace(platform="win32"))
    return pipe


def test_agent_of_windows_logs_in_through_its_pipe(
    ssh_server: PrivateSshd, remotes: RemotePool, monkeypatch, tmp_path: Path, windows
) -> None:
    place = tmp_path / "pipe"
    with subprocess.Popen(["ssh-agent", "-D", "-a", place], stdout=subprocess.DEVNULL) as agent:
        try:
            await_agent(place)
            env = {**os.environ, "SSH_AUTH_SOCK": str(place)}
            subprocess.run(["ssh-add", "-q", ssh_server.user_key], check=True, env=env)
            monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)

            def connected() -> socket.socket:
                made = socket.socket(socket.AF_UNIX)
                made.connect(str(place))
                return made

            windows.OpenSSHAgentConnection = connected
            host = replace(ssh_server.host(), login=Login.AGENT, key_file="")
            assert remotes.open(host).run("echo agent").stdout == b"agent\n"
        finally:
            agent.terminate()


@pytest.mark.parametrize("error", [PermissionError("pipe"), FileNotFoundError("pipe"), EOFError()])
def test_agent_of_windows_that_answers_nobody_is_named(
    ssh_host: Host, remotes: RemotePool, windows, error: Exception
) -> None:
    def refused() -> socket.socket:
        raise error

    windows.OpenSSHAgentConnection = refused
    refused_in_words = refusal(remotes, replace(ssh_host, login=Login.AGENT))
    assert "No SSH agent answers" in refused_in_words.text


def test_closed_port_is_refused(ssh_host: Host, remotes: RemotePool) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    error = refusal(remotes, replace(ssh_host, port=port))
    assert isinstance(error, Unreachable)
    assert "refuses connections" in error.text


def test_unknown_name_is_named(ssh_host: Host, remotes: RemotePool) -> None:
    error = refusal(remotes, replace(ssh_host, address="no-such-host.invalid"))
    assert isinstance(error, Unreachable)
    assert "not known" in error.text


@contextmanager
def listener(greeting: bytes) -> Iterator[int]:
    """A server that says something and then nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        stop = threading.Event()
        links: list[socket.socket] = []

        def serve() -> None:
            server.settimeout(0.1)
            while not stop.is_set():
                try:
                    link, _ = server.accept()
                except TimeoutError:
                    continue
                links.append(link)
                link.sendall(greeting)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield server.getsockname()[1]
        finally:
            stop.set()
            thread.join()
            for link in links:
                link.close()


def test_port_without_an_ssh_server_is_named(ssh_host: Host, remotes: RemotePool) -> None:
    with listener(b"") as port:
        error = refusal(remotes, replace(ssh_host, port=port))
    assert isinstance(error, Unreachable | TimedOut)


def test_server_that_stalls_in_the_key_exchange_is_given_up(
    ssh_host: Host, remotes: RemotePool
) -> None:
    before = threading.active_count()
    with listener(b"SSH-2.0-OpenSSH_9.2\r\n") as port:
        error = refusal(remotes, replace(ssh_host, port=port))
    assert isinstance(error, Unreachable | TimedOut)
    assert threading.active_count() <= before + 1
