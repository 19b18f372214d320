"""Commands and streams on a real sshd: exact bytes, exact exit codes, named ends."""

import threading
import time
from dataclasses import replace

import pytest

from app.demo.sshd import PrivateSshd
from app.domain.host import Host
from app.errors import ConnectionLost, RemoteError, TimedOut
from app.secrets import SessionSecrets
from app.ssh.limits import OUTPUT_CAP, STDERR_CAP
from app.ssh.pool import RemotePool
from app.tasks import TaskCancelled, TaskContext
from tests.ssh_fixtures import QUICK


def test_exit_code_and_both_outputs_come_back_exactly(remotes: RemotePool, ssh_host: Host) -> None:
    result = remotes.open(ssh_host).run("printf 'a\\0b'; printf warn >&2; exit 7")
    assert (result.exit_code, result.stdout, result.stderr) == (7, b"a\0b", b"warn")


@pytest.mark.parametrize(
    "value",
    [
        "two words",
        "it's",
        '"',
        "$(touch /tmp/pwned)",
        "`id`",
        "a;b",
        "-n",
        "*",
        "",
        "ü\t",
        "new\nline",
    ],
)
def test_arguments_arrive_as_they_are_and_nothing_in_them_runs(
    remotes: RemotePool, ssh_host: Host, value: str
) -> None:
    result = remotes.open(ssh_host).run('printf "[%s]" "$@"', value, "end")
    assert result.stdout.decode() == f"[{value}][end]"
    with remotes.open(ssh_host).stream('printf "[%s]" "$@"', value, "end") as stream:
        assert stream.read(1000).decode() == f"[{value}][end]"


def test_ten_megabytes_on_both_outputs_at_once_do_not_block(
    remotes: RemotePool, ssh_host: Host
) -> None:
    script = "head -c 10485760 /dev/zero & head -c 10485760 /dev/zero >&2; wait"
    result = remotes.open(ssh_host).run(script)
    assert (len(result.stdout), len(result.stderr)) == (10485760, 10485760)
    assert result.exit_code == 0


def test_output_beyond_the_cap_is_read_and_marked_as_cut(
    remotes: RemotePool, ssh_host: Host
) -> None:
    result = remotes.open(ssh_host).run(f"head -c {OUTPUT_CAP + 1000} /dev/zero; echo $?")
    assert len(result.stdout) == OUTPUT_CAP
    assert result.truncated
    assert result.exit_code == 0


def test_output_is_handed_over_while_the_command_runs(remotes: RemotePool, ssh_host: Host) -> None:
    heard: list[tuple[str, bytes]] = []
    remotes.open(ssh_host).run(
        "echo one; sleep 0.3; echo two >&2", on_output=lambda *piece: heard.append(piece)
    )
    assert heard == [("stdout", b"one\n"), ("stderr", b"two\n")]


def test_killed_command_has_a_signal_and_no_exit_code(remotes: RemotePool, ssh_host: Host) -> None:
    result = remotes.open(ssh_host).run("echo before; kill -9 $$")
    assert (result.exit_code, result.signal, result.stdout) == (None, "KILL", b"before\n")


def test_child_that_keeps_the_output_open_is_left_behind(
    remotes: RemotePool, ssh_host: Host
) -> None:
    result = remotes.open(ssh_host).run("sleep 20 & echo started")
    assert (result.exit_code, result.stdout) == (0, b"started\n")
    assert result.left_behind


def test_limit_ends_the_wait_and_says_that_the_command_may_go_on(
    remotes: RemotePool, ssh_host: Host
) -> None:
    with pytest.raises(TimedOut, match="may go on") as error:
        remotes.open(ssh_host).run("sleep 20", limit_s=0.2)
    assert error.value.host == ssh_host.name


def test_cancel_closes_the_channel(remotes: RemotePool, ssh_host: Host) -> None:
    context = TaskContext()
    threading.Timer(0.3, context.cancel).start()
    with pytest.raises(TaskCancelled):
        remotes.open(ssh_host).run("sleep 20", context=context)
    assert remotes.open(ssh_host).run("echo on").stdout == b"on\n"


def test_command_that_does_not_exist_is_127(remotes: RemotePool, ssh_host: Host) -> None:
    assert remotes.open(ssh_host).run("no-such-command-here").exit_code == 127


def test_noise_before_the_script_does_not_change_its_exit_code(
    remotes: RemotePool, ssh_host: Host
) -> None:
    result = remotes.open(ssh_host).run("head -c 1000000 /dev/urandom | od >&2; echo answer")
    assert (result.exit_code, result.stdout) == (0, b"answer\n")


def test_stream_carries_data_both_ways(remotes: RemotePool, ssh_host: Host) -> None:
    data = bytes(range(256)) * 20_000
    with remotes.open(ssh_host).stream("sha256sum; echo done >&2; exit 4") as stream:
        stream.write(data)
        stream.close_stdin()
        answer = b""
        while piece := stream.read(4096):
            answer += piece
        assert stream.finish() == 4
        assert stream.stderr() == b"done\n"
    import hashlib

    assert answer.split()[0].decode() == hashlib.sha256(data).hexdigest()


def test_stream_keeps_at_most_a_megabyte_of_stderr(remotes: RemotePool, ssh_host: Host) -> None:
    with remotes.open(ssh_host).stream("head -c 3000000 /dev/zero >&2; echo end") as stream:
        while stream.read(65536):
            pass
        assert stream.finish() == 0
        assert len(stream.stderr()) == STDERR_CAP


def test_stream_that_stands_still_is_given_up(remotes: RemotePool, ssh_host: Host) -> None:
    with (
        remotes.open(ssh_host).stream("sleep 20", idle_s=0.3) as stream,
        pytest.raises(TimedOut, match="Nothing moved"),
    ):
        stream.read(10)


def test_many_megabytes_come_through_a_stream(remotes: RemotePool, ssh_host: Host) -> None:
    size = 64 * 1024 * 1024
    assert _drain(remotes, ssh_host, size) == size


@pytest.mark.soak
def test_a_stream_of_three_gigabytes_survives_re_keying(
    remotes: RemotePool, ssh_host: Host
) -> None:
    size = 3 * 1024**3
    assert _drain(remotes, ssh_host, size) == size


@pytest.mark.soak
def test_a_gigabyte_and_a_half_goes_up_past_re_keying(remotes: RemotePool, ssh_host: Host) -> None:
    block, count = bytes(1 << 20), 1536
    with remotes.open(ssh_host).stream("wc -c") as stream:
        for _ in range(count):
            stream.write(block)
        stream.close_stdin()
        assert int(stream.read(100)) == count << 20
        assert stream.finish() == 0


def _drain(remotes: RemotePool, host: Host, size: int) -> int:
    total = 0
    with remotes.open(host).stream(f"head -c {size} /dev/zero") as stream:
        while piece := stream.read(1 << 20):
            total += len(piece)
        assert stream.finish() == 0
    return total


def test_one_connection_serves_many_threads(remotes: RemotePool, ssh_host: Host) -> None:
    remote = remotes.open(ssh_host)
    answers: list[bytes] = []
    threads = [
        threading.Thread(target=lambda n=n: answers.append(remote.run(f"echo {n}").stdout))
        for n in range(12)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == sorted(f"{n}\n".encode() for n in range(12))
    assert remotes.open(ssh_host) is remote


def test_server_that_ends_during_a_command_leaves_the_outcome_unknown(
    own_server: PrivateSshd, secrets: SessionSecrets
) -> None:
    pool = RemotePool(secrets, lambda _key: own_server.host(), QUICK)
    remote = pool.open(own_server.host())
    remote.run("true")
    threading.Timer(0.3, remote.close).start()
    with pytest.raises(ConnectionLost, match="may have run"):
        remote.run("sleep 20")
    assert remote.run("echo again").stdout == b"again\n"
    pool.close()


def test_server_with_one_session_is_named(tmp_path, secrets: SessionSecrets) -> None:
    with PrivateSshd(tmp_path / "one", {"MaxSessions": "0"}) as server:
        pool = RemotePool(secrets, lambda _key: server.host(), QUICK)
        with pytest.raises(RemoteError, match="opens no more sessions"):
            pool.open(server.host()).run("true")
        pool.close()


def test_jump_host_leads_to_the_inner_one(ssh_server: PrivateSshd, secrets: SessionSecrets) -> None:
    outer = ssh_server.host("outer")
    pool = RemotePool(secrets, lambda _key: outer, QUICK)
    inner = replace(ssh_server.host("inner"), jump=outer.id)
    assert pool.open(inner).run("echo through").stdout == b"through\n"
    assert pool.probe_key(replace(inner, key=None)) == ssh_server.key
    pool.close()


def test_jump_hosts_in_a_circle_are_refused(ssh_host: Host, secrets: SessionSecrets) -> None:
    from app.errors import Unreachable

    looped = replace(ssh_host, jump=ssh_host.id)
    pool = RemotePool(secrets, lambda _key: looped, QUICK)
    with pytest.raises(Unreachable, match="circle"):
        pool.open(looped)
    pool.close()


def test_closing_leaves_no_thread_behind(ssh_server: PrivateSshd, secrets: SessionSecrets) -> None:
    before = threading.active_count()
    pool = RemotePool(secrets, lambda _key: ssh_server.host(), QUICK)
    pool.open(ssh_server.host()).run("true")
    pool.close()
    deadline_s = time.monotonic() + 5
    while threading.active_count() > before and time.monotonic() < deadline_s:
        time.sleep(0.05)
    assert threading.active_count() <= before
