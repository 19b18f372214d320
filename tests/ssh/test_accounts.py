"""Accounts with real passwords, real shells and the real sudo."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.demo.sshd import PrivateSshd
from app.domain.host import Host, Login
from app.domain.ids import new_id
from app.errors import LoginRefused
from app.secrets import SessionSecrets
from app.services.jobs.following import CountingSink, Finish, Order, Patience, follow
from app.ssh.pool import RemotePool
from app.tasks import TaskContext
from tests.ssh.accounts import PASSWORD, accounts_server
from tests.ssh_fixtures import QUICK

SHELLS = {
    "change": "/bin/sh",
    "bashful": "/bin/bash",
    "bound": "/bin/rbash",
    "cshell": "/bin/csh",
    "tcshell": "/bin/tcsh",
    "fishy": "/usr/bin/fish",
    "nobody2": "/usr/sbin/nologin",
    "gone": "/nonexistent/shell",
    "plain": "/bin/sh",
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrivateSshd]:
    sudoers = "root ALL=(ALL) ALL\nchange ALL=(ALL) ALL\n"
    with accounts_server(tmp_path_factory.mktemp("accounts"), SHELLS, sudoers) as server:
        yield server


@pytest.fixture
def as_user(server: PrivateSshd, secrets: SessionSecrets):
    pools: list[RemotePool] = []

    def open_as(user: str, *, sudo: bool = False, password: str = PASSWORD):
        host: Host = replace(server.host(), user=user, login=Login.PASSWORD, sudo=sudo)
        secrets.set(host.login_secret, password)
        pools.append(RemotePool(secrets, lambda _key: host, QUICK))
        return pools[-1].open(host)

    yield open_as
    for pool in pools:
        pool.close()


@pytest.mark.parametrize("user", ["change", "bashful", "bound", "cshell", "tcshell", "fishy"])
def test_password_logs_in_and_any_shell_runs_the_script(as_user, user: str) -> None:
    if not Path(SHELLS[user]).exists():
        pytest.skip(f"{SHELLS[user]} is not installed")
    result = as_user(user).run('id -un; printf "[%s]" "$@"; exit 5', "it's", "$HOME")
    assert (result.exit_code, result.stdout.decode()) == (5, f"{user}\n[it's][$HOME]")


@pytest.mark.parametrize("user", ["cshell", "tcshell", "fishy"])
def test_jobs_and_streams_work_under_shells_that_are_none_of_posix(as_user, user: str) -> None:
    if not Path(SHELLS[user]).exists():
        pytest.skip(f"{SHELLS[user]} is not installed")
    remote = as_user(user)
    with remote.stream('printf "%s|" "$@"; cat', "!bang", "a'b", "{x,y}", "~", "$(id)") as stream:
        stream.write(b"data")
        stream.close_stdin()
        said = b""
        while data := stream.read(1 << 16):
            said += data
        assert (said, stream.finish()) == (b"!bang|a'b|{x,y}|~|$(id)|data", 0)
    said_by = {"stdout": bytearray(), "stderr": bytearray()}
    sink = CountingSink(lambda stream, data: said_by[stream].extend(data), {})
    order = Order(new_id(), "echo out; echo err >&2; exit 7", 30.0)
    followed = follow(remote, order, sink, TaskContext(), Patience(20.0, (0.1,), 10.0))
    assert followed.end is not None
    assert (followed.finish, followed.end.exit_code) == (Finish.ENDED, 7)
    assert (bytes(said_by["stdout"]), bytes(said_by["stderr"])) == (b"out\n", b"err\n")


def test_account_without_a_shell_says_so(as_user) -> None:
    result = as_user("nobody2").run("echo in")
    assert result.exit_code != 0
    assert b"not available" in result.stdout


def test_account_whose_shell_is_gone_is_refused(as_user) -> None:
    with pytest.raises(LoginRefused):
        as_user("gone").run("echo in")


def test_real_sudo_takes_the_password_by_stdin(as_user, secrets: SessionSecrets) -> None:
    remote = as_user("change", sudo=True)
    secrets.set(remote.host.sudo_secret, PASSWORD)
    result = remote.run("id -un; cat; echo oops >&2; exit 3")
    assert (result.exit_code, result.stdout, result.stderr) == (3, b"root\n", b"oops\n")
    with remote.stream("cat; id -un >&2") as stream:
        stream.write(b"data")
        stream.close_stdin()
        assert stream.read(10) == b"data"
        assert stream.finish() == 0
        assert stream.stderr() == b"root\n"


def test_real_sudo_refuses_a_wrong_password_once(as_user, secrets: SessionSecrets) -> None:
    remote = as_user("change", sudo=True)
    secrets.set(remote.host.sudo_secret, "wrong")
    with pytest.raises(LoginRefused, match="given once"):
        remote.run("id -un")


def test_real_sudo_without_a_password_is_named(as_user) -> None:
    with pytest.raises(LoginRefused, match="password"):
        as_user("change", sudo=True).run("id -un")


def test_account_that_may_not_use_sudo_is_named(as_user, secrets: SessionSecrets) -> None:
    remote = as_user("plain", sudo=True)
    secrets.set(remote.host.sudo_secret, PASSWORD)
    with pytest.raises(LoginRefused, match="may not use sudo"):
        remote.run("id -un")


def test_password_is_in_no_process_list_log_or_environment(
    as_user, server: PrivateSshd, secrets: SessionSecrets
) -> None:
    remote = as_user("change", sudo=True)
    secrets.set(remote.host.sudo_secret, PASSWORD)
    spy = "cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null"
    seen = remote.run(spy).stdout
    assert b"sudo" in seen
    assert PASSWORD.encode() not in seen
    assert PASSWORD not in server.log.read_text("utf-8", "replace")
