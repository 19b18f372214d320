"""sudo in its many moods, played by small programs under its name: each refusal has its words."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.demo.sshd import PrivateSshd
from app.domain.host import Host, Stage
from app.errors import AppError, LoginRefused, TimedOut
from app.secrets import SessionSecrets
from app.ssh.pool import RemotePool
from tests.ssh_fixtures import QUICK

PASSWORD = "pässword; rm -rf '"

READ_OPTIONS = """#!/bin/sh
prompt=; asks=yes
while [ $# -gt 0 ]; do
    case $1 in -p) prompt=$2; shift 2 ;; -n) asks=no; shift ;; --) shift; break ;; *) shift ;; esac
done
"""
ASK = r"""
[ $asks = no ] && { echo "sudo: a password is required" >&2; exit 1; }
for try in 1 2 3; do
    printf '%s' "$prompt" >&2
    IFS= read -r given || exit 1
    printf '%s\n' "$given" >>"$SEEN"
    [ "$given" = "$GOOD" ] && exec "$@"
    echo "Sorry, try again." >&2
done
exit 1
"""
LECTURE = 'echo "We trust you have received the usual lecture." >&2\n'
MOODS = {
    "asks": READ_OPTIONS + ASK,
    "lectures": READ_OPTIONS + LECTURE + ASK,
    "is slow": READ_OPTIONS + "sleep 0.6\n" + ASK,
    "needs none": READ_OPTIONS + 'exec "$@"\n',
}
REFUSALS = {
    "may not use sudo": 'echo "shop is not in the sudoers file." >&2; exit 1',
    "may not run this": 'echo "user shop is not allowed to execute sh as root" >&2; exit 1',
    "wants a terminal": 'echo "sudo: sorry, you must have a tty to run sudo" >&2; exit 1',
    "has expired": 'echo "sudo: Account expired or password expired" >&2; exit 1',
    "without running": "exit 1",
}


@pytest.fixture
def sudo(tmp_path: Path) -> Iterator[Callable[[str], PrivateSshd]]:
    """Start a server whose sudo is the given program."""
    servers: list[PrivateSshd] = []

    def start(program: str) -> PrivateSshd:
        tools = tmp_path / "tools"
        tools.mkdir()
        (tools / "sudo").write_text(
            program if program.startswith("#!") else f"#!/bin/sh\n{program}\n"
        )
        (tools / "sudo").chmod(0o755)
        env = {"PATH": f"{tools}:/usr/bin:/bin", "GOOD": PASSWORD, "SEEN": str(tmp_path / "seen")}
        servers.append(PrivateSshd(tmp_path / "sshd", env=env).__enter__())
        return servers[-1]

    yield start
    for server in servers:
        server.stop()


def remote_of(server: PrivateSshd, secrets: SessionSecrets) -> tuple[RemotePool, Host]:
    host = replace(server.host(), sudo=True)
    return RemotePool(secrets, lambda _key: host, replace(QUICK, sudo_s=1.5)), host


@pytest.mark.parametrize("mood", MOODS)
def test_password_is_given_when_asked_and_the_script_gets_none_of_it(
    sudo, secrets: SessionSecrets, mood: str
) -> None:
    pool, host = remote_of(sudo(MOODS[mood]), secrets)
    secrets.set(host.sudo_secret, PASSWORD)
    result = pool.open(host).run('echo "$1" done; cat; echo oops >&2; exit 3', "all")
    assert (result.exit_code, result.stdout, result.stderr) == (3, b"all done\n", b"oops\n")
    with pool.open(host).stream("cat; exit 4") as stream:
        stream.write(b"data")
        stream.close_stdin()
        assert stream.read(100) == b"data"
        assert stream.finish() == 4
    pool.close()


def test_what_the_command_says_at_once_is_not_taken_for_sudos_words(
    sudo, secrets: SessionSecrets
) -> None:
    at_once = 'printf "%s\\nat once\\n" "$4" >&2; shift 4; exec "$@"'
    pool, host = remote_of(sudo(READ_OPTIONS + at_once), secrets)
    assert pool.open(host).run("echo later >&2").stderr == b"at once\nlater\n"
    with pool.open(host).stream("echo later >&2") as stream:
        assert stream.read(100) == b""
        assert stream.finish() == 0
        assert stream.stderr() == b"at once\nlater\n"
    pool.close()


def test_wrong_password_is_given_once_and_never_again(
    sudo, secrets: SessionSecrets, tmp_path: Path
) -> None:
    pool, host = remote_of(sudo(MOODS["lectures"]), secrets)
    for words in ("given once", "not given again"):
        secrets.set(host.sudo_secret, "wrong")
        with pytest.raises(LoginRefused, match=words) as error:
            pool.open(host).run("true")
        assert error.value.step is Stage.SUDO
    assert (tmp_path / "seen").read_text() == "wrong\n"
    pool.close()


def test_after_a_wrong_password_it_is_asked_for_anew_and_the_right_one_is_given(
    sudo, secrets: SessionSecrets, tmp_path: Path
) -> None:
    pool, host = remote_of(sudo(MOODS["asks"]), secrets)
    secrets.set(host.sudo_secret, "wrong")
    with pytest.raises(LoginRefused, match="given once"):
        pool.open(host).run("true")
    assert secrets.get(host.sudo_secret) is None
    with pytest.raises(LoginRefused, match=r"asks \w+ for a password"):
        pool.open(host).run("true")
    secrets.set(host.sudo_secret, PASSWORD)
    assert pool.open(host).run("exit 7").exit_code == 7
    assert (tmp_path / "seen").read_text() == f"wrong\n{PASSWORD}\n"
    pool.close()


def test_a_right_password_is_given_again_once_the_rules_are_mended(
    sudo, secrets: SessionSecrets, tmp_path: Path
) -> None:
    asked = 'printf %s "$prompt" >&2; IFS= read -r given\n'
    pool, host = remote_of(sudo(READ_OPTIONS + asked + REFUSALS["may not use sudo"]), secrets)
    secrets.set(host.sudo_secret, PASSWORD)
    with pytest.raises(LoginRefused, match="may not use sudo"):
        pool.open(host).run("true")
    (tmp_path / "tools" / "sudo").write_text(MOODS["asks"])
    assert pool.open(host).run("exit 7").exit_code == 7
    pool.close()


def test_missing_password_is_named(sudo, secrets: SessionSecrets, tmp_path: Path) -> None:
    pool, host = remote_of(sudo(MOODS["asks"]), secrets)
    with pytest.raises(LoginRefused, match=r"asks \w+ for a password"):
        pool.open(host).run("true")
    assert not (tmp_path / "seen").exists()
    pool.close()


@pytest.mark.parametrize("words", REFUSALS)
def test_every_refusal_has_its_words(sudo, secrets: SessionSecrets, words: str) -> None:
    pool, host = remote_of(sudo(REFUSALS[words]), secrets)
    secrets.set(host.sudo_secret, PASSWORD)
    with pytest.raises(AppError, match=words):
        pool.open(host).run("true")
    pool.close()


def test_sudo_that_hangs_is_given_up(sudo, secrets: SessionSecrets) -> None:
    pool, host = remote_of(sudo("sleep 30"), secrets)
    secrets.set(host.sudo_secret, PASSWORD)
    with pytest.raises(TimedOut) as error:
        pool.open(host).run("true")
    assert error.value.step is Stage.SUDO
    pool.close()


FOREIGN = {
    "another language": "printf 'Mot de passe de shop : ' >&2; IFS= read -r given",
    "sudo-rs": "printf '[sudo: authenticate] Password: ' >&2; IFS= read -r given",
    "a terminal code": "printf '\\033[2J\\033[1mPassword:\\033[0m ' >&2; IFS= read -r given",
}


@pytest.mark.parametrize("prompt", FOREIGN)
def test_prompt_that_is_not_the_one_we_asked_for_gets_no_password(
    sudo, secrets: SessionSecrets, tmp_path: Path, prompt: str
) -> None:
    pool, host = remote_of(sudo(f'{FOREIGN[prompt]}\nprintf %s "$given" >"$SEEN"'), secrets)
    secrets.set(host.sudo_secret, PASSWORD)
    with pytest.raises(TimedOut) as error:
        pool.open(host).run("true")
    assert error.value.step is Stage.SUDO
    pool.close()
    seen = tmp_path / "seen"
    assert not seen.exists() or PASSWORD not in seen.read_text()


def test_host_without_sudo_is_named(secrets: SessionSecrets, tmp_path: Path) -> None:
    with PrivateSshd(tmp_path / "sshd", env={"PATH": str(tmp_path)}) as server:
        (tmp_path / "env").symlink_to("/usr/bin/env")
        pool, host = remote_of(server, secrets)
        with pytest.raises(LoginRefused, match="not installed"):
            pool.open(host).run("true")
        pool.close()
