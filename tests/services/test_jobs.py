"""Jobs on a real server: begun at most once, found again, cancelled truly, lost honestly."""

import hashlib
import os
import signal
from dataclasses import replace
from pathlib import Path

import pytest

from app.demo.sshd import PrivateSshd
from app.domain.ids import new_id
from app.domain.job import JobLook, JobState
from app.errors import CommandFailed
from app.secrets import SessionSecrets
from app.services.jobs.client import JobClient, NotDetachable, _look
from app.ssh.pool import RemotePool
from tests.services.job_fixtures import folder_of, until
from tests.ssh_fixtures import QUICK


def test_command_runs_by_itself_and_its_end_is_told(job: JobClient) -> None:
    job.start("echo out; echo err >&2; exit 7", 60)
    look = until(job, JobState.ENDED)
    assert (look.stdout, look.stderr) == (b"out\n", b"err\n")
    assert look.end is not None
    assert (look.end.exit_code, look.end.timed_out, look.end.left_behind) == (7, False, 0)
    assert look.end.stdout.sha256 == hashlib.sha256(b"out\n").hexdigest()
    assert (look.end.stdout.size, look.end.stdout.dropped) == (4, 0)
    job.acknowledge()


def test_a_writer_whose_reader_has_gone_ends_without_a_word(job: JobClient) -> None:
    """As in a login: nothing that minds the command may leave a signal ignored."""
    job.start("yes | head -c 4; grep SigIgn /proc/self/status", 60)
    look = until(job, JobState.ENDED)
    said = look.stdout.decode().split()
    assert said[:2] == ["y", "y"]
    assert not int(said[-1], 16) & (1 << signal.SIGPIPE - 1 | 1 << signal.SIGXFSZ - 1)
    assert look.stderr == b""


def test_begun_many_times_it_runs_once(
    pool: RemotePool, ssh_server: PrivateSshd, tmp_path: Path
) -> None:
    counter = tmp_path / "counter"
    for _ in range(5):
        job = JobClient(pool.open(ssh_server.host()), new_id())
        for _again in range(4):
            job.start(f"echo x >>{counter}", 60)
        until(job, JobState.ENDED)
    assert counter.read_text() == "x\n" * 5


def test_another_command_under_the_same_id_is_refused(job: JobClient) -> None:
    job.start("true", 60)
    with pytest.raises(NotDetachable, match="another command"):
        job.start("rm -rf /nowhere", 60)


def test_it_sees_the_session_and_not_our_own_settings(
    job: JobClient, ssh_server: PrivateSshd
) -> None:
    job.start('umask; pwd; echo "$HOME ${LC_ALL-unset}"', 60)
    mask, here, home = until(job, JobState.ENDED).stdout.decode().splitlines()
    assert here.encode() == job.remote.run("pwd").stdout.strip()
    assert mask == "0022"
    assert home == f"{ssh_server.home} unset"


def test_it_goes_on_when_the_connection_ends(
    pool: RemotePool, job: JobClient, ssh_server: PrivateSshd
) -> None:
    job.start("sleep 1; echo over", 60)
    assert job.look(0, 0).state is JobState.RUNNING
    pool.close()
    again = JobClient(pool.open(ssh_server.host()), job.job)
    assert until(again, JobState.ENDED).stdout == b"over\n"


def test_pieces_come_by_offset_whatever_they_hold(job: JobClient) -> None:
    job.start(r"head -c 300000 /dev/urandom; printf 'CD1 x done\n\0\377'; echo e >&2", 60)
    look = until(job, JobState.ENDED)
    assert look.end is not None
    whole, size = b"", look.end.stdout.size
    while len(whole) < size:
        piece = job.look(len(whole), 0, 70_000).stdout
        assert 0 < len(piece) <= 70_000
        whole += piece
    assert hashlib.sha256(whole).hexdigest() == look.end.stdout.sha256
    assert job.look(size, 2).stdout == b""


def test_more_than_the_cap_is_dropped_and_counted_and_breaks_nothing(job: JobClient) -> None:
    job.start("head -c 3000000 /dev/zero; echo $? >&2", 60, cap=100_000)
    end = until(job, JobState.ENDED).end
    assert end is not None
    assert (end.exit_code, end.stdout.size, end.stdout.dropped) == (0, 100_000, 2_900_000)


def test_limit_is_kept_by_the_host_itself(job: JobClient) -> None:
    job.start("sleep 60", 1)
    end = until(job, JobState.ENDED).end
    assert end is not None
    assert end.timed_out
    assert end.duration_s >= 1


def test_child_that_holds_the_output_open_does_not_hold_the_end(job: JobClient) -> None:
    job.start("sleep 30 & echo started", 60)
    end = until(job, JobState.ENDED, limit_s=12).end
    assert end is not None
    assert (end.exit_code, end.left_behind) == (0, 1)
    assert job.cancel() == 0


def test_what_the_host_does_not_know_is_none(job: JobClient) -> None:
    assert job.look(0, 0) == JobLook(JobState.NONE)
    assert job.cancel() == 0


def test_minder_that_was_killed_is_lost_and_not_a_success(
    job: JobClient, ssh_server: PrivateSshd
) -> None:
    job.start("sleep 1", 60)
    _boot, pid, _since = (folder_of(job, ssh_server) / "ident").read_text().split()
    os.kill(int(pid), 9)
    assert until(job, JobState.LOST).end is None


@pytest.mark.parametrize("line", [0, 2], ids=["another boot", "another process"])
def test_restart_of_the_host_and_a_reused_pid_are_lost(
    job: JobClient, ssh_server: PrivateSshd, line: int
) -> None:
    job.start("sleep 2", 60)
    ident = folder_of(job, ssh_server) / "ident"
    lines = ident.read_text().splitlines()
    lines[line] = "00000000-0000-0000-0000-000000000000" if line == 0 else "1"
    ident.write_text("\n".join(lines) + "\n")
    assert job.look(0, 0).state is JobState.LOST
    assert job.cancel() == 0


def test_folder_that_somebody_else_may_write_to_is_refused(
    tmp_path: Path, ssh_server: PrivateSshd
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()

    def of_another(place: Path) -> None:
        place.mkdir(0o700)
        os.chown(place, 12345, 12345)

    def open_to_all(place: Path) -> None:
        place.mkdir()
        place.chmod(0o777)

    spoils = [lambda place: place.symlink_to(elsewhere), open_to_all]
    if os.geteuid() == 0:
        spoils.append(of_another)
    for number, spoil in enumerate(spoils):
        with PrivateSshd(tmp_path / f"sshd{number}") as server:
            place = server.state / "changedesk"
            place.parent.mkdir(parents=True)
            spoil(place)
            pool = RemotePool(SessionSecrets(), lambda _key: None, QUICK)
            with pytest.raises(NotDetachable, match="alone"):
                JobClient(pool.open(server.host()), new_id()).start("touch /tmp/never", 60)
            pool.close()
    assert list(elsewhere.iterdir()) == []


def test_host_without_the_tools_says_which(tmp_path: Path) -> None:
    tools = tmp_path / "bin"
    tools.mkdir()
    for tool in ("sh", "cat", "id", "env"):
        (tools / tool).symlink_to(Path("/bin") / tool)
    with PrivateSshd(tmp_path / "sshd", env={"PATH": str(tools)}) as server:
        pool = RemotePool(SessionSecrets(), lambda _key: None, QUICK)
        with pytest.raises(NotDetachable, match="setsid is missing"):
            JobClient(pool.open(server.host()), new_id()).start("true", 60)
        pool.close()


def test_noise_before_the_answer_is_ignored_and_a_cut_answer_is_none(tmp_path: Path) -> None:
    with PrivateSshd(tmp_path / "sshd") as server:
        (server.home / ".bashrc").write_text("head -c 100000 /dev/zero | tr '\\0' x; echo\n")
        pool = RemotePool(SessionSecrets(), lambda _key: None, QUICK)
        job = JobClient(pool.open(server.host()), new_id())
        job.start("echo fine", 60)
        assert until(job, JobState.ENDED).stdout == b"fine\n"
        pool.close()


def test_every_cut_of_an_answer_is_refused() -> None:
    sums = "a" * 64
    ends = "".join(
        f"CD1 n end {line}\n"
        for line in ("code 0", "times 1.0 2.0 60", "cancelled 0", "left 0", f"out 3 {sums} 0",
                     f"err 0 {sums} 0", "whole")
    )  # fmt: skip
    head = f"CD1 n state ended\nCD1 n alive 0\n{ends}"
    answer = f"{head}CD1 n out 3\nabc\nCD1 n err 0\n\nCD1 n done\n".encode()
    assert _look(b"noise\n" + answer, "n").stdout == b"abc"
    for length in range(len(answer) - 1):
        with pytest.raises((ValueError, LookupError)):
            _look(answer[:length], "n")
    with pytest.raises(ValueError, match="not whole"):
        _look(answer.replace(b"CD1 n end whole\n", b""), "n")


def test_answer_of_a_host_without_a_shell_is_an_error(
    ssh_server: PrivateSshd, tmp_path: Path
) -> None:
    with PrivateSshd(tmp_path / "sshd", {"ForceCommand": "echo no shell here"}) as server:
        pool = RemotePool(SessionSecrets(), lambda _key: None, QUICK)
        job = JobClient(pool.open(replace(server.host(), name="odd")), new_id())
        for ask in (lambda: job.start("true", 1), lambda: job.look(0, 0), job.cancel):
            with pytest.raises(CommandFailed, match="no whole answer") as error:
                ask()
            assert error.value.host == "odd"
        pool.close()
