"""Which processes are a job's: found by every sign, ended by a cancel, and no others."""

import re
import shlex
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.demo.sshd import PrivateSshd
from app.domain.ids import new_id
from app.domain.job import JobState
from app.secrets import SessionSecrets
from app.services.jobs.client import JobClient
from app.ssh.pool import RemotePool
from tests.services.job_fixtures import folder_of, until


@pytest.mark.parametrize(
    "command",
    [
        "sleep 60",
        "sh -c 'sleep 61' & sh -c 'sleep 62' & wait",
        "setsid sh -c 'sleep 63' & sleep 64",
        "exec 2>/dev/null; python3 -c 'import os,time\nif os.fork(): os._exit(0)\nos.setsid()\n"
        "if os.fork(): os._exit(0)\ntime.sleep(65)'; sleep 66",
        "env -i sleep 67 & env -i sh -c 'trap \"\" TERM; sleep 68' & exit 0",
        "env -i setsid sleep 63 & env -i setsid sleep 64 >/dev/null & sleep 61",
        "env -i setsid sh -c 'sleep 63 & sleep 64' >/dev/null 2>&1 </dev/null & sleep 61",
        "env -i setsid sh -c 'trap \"\" TERM; sleep 62; sleep 63' >/dev/null 2>&1 & sleep 12",
    ],
    ids=["plain", "children", "session", "daemon", "no environment", "neither", "nothing", "deaf"],
)
def test_cancelled_is_dead_with_all_that_it_started(job: JobClient, command: str) -> None:
    job.start(command, 60)
    end_s = time.monotonic() + 10
    while not sleepers():  # whatever is deaf to signals is so by then
        assert time.monotonic() < end_s
        time.sleep(0.05)
    assert job.look(0, 0).alive > 0
    assert job.cancel() == 0
    assert not sleepers(), "what the host says is looked at without its own means"
    look = until(job, JobState.ENDED)
    assert look.alive == 0
    assert look.end is not None
    assert look.end.cancelled
    assert look.end.sees_all


def test_daemon_that_holds_nothing_is_counted_as_left_behind(job: JobClient) -> None:
    job.start("env -i setsid sh -c 'sleep 12; :' >/dev/null 2>&1 & sleep 0.5; exit 0", 60)
    end = until(job, JobState.ENDED, limit_s=12).end
    assert end is not None
    assert (end.exit_code, end.left_behind) == (0, 2)


def test_host_that_can_make_no_minder_of_orphans_says_that_it_may_not_see_all(
    tmp_path: Path,
) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    for folder in ("/usr/bin", "/bin"):
        for tool in Path(folder).iterdir():
            if not tool.name.startswith("python") and not (tools / tool.name).exists():
                (tools / tool.name).symlink_to(tool)
    with PrivateSshd(tmp_path / "sshd", env={"PATH": str(tools)}) as server:
        pool = RemotePool(SessionSecrets(), lambda _key: server.host())
        job = JobClient(pool.open(server.host()), new_id())
        job.start("sleep 60", 60)
        assert job.cancel() == 0
        end = until(job, JobState.ENDED).end
        pool.close()
    assert end is not None
    assert (end.cancelled, end.sees_all) == (True, False)


@pytest.fixture
def group(job: JobClient) -> Iterator[Path]:
    """A control group with the name that systemd would give the job's."""
    for root in (Path("/sys/fs/cgroup"), Path("/sys/fs/cgroup/unified")):
        if (root / "cgroup.procs").exists() and (root / "cgroup.controllers").exists():
            place = root / f"changedesk-{job.job}.service"
            try:
                place.mkdir()
            except OSError:
                continue
            yield place
            place.rmdir()
            return
    pytest.skip("no control group can be made here")


def test_daemon_without_mark_or_session_is_ended_by_its_control_group(
    job: JobClient, ssh_server: PrivateSshd, group: Path
) -> None:
    lost = f"echo $$ >{group}/cgroup.procs; exec env -i setsid sleep 69 >/dev/null 2>&1"
    job.start(f"setsid sh -c '{lost}' & exit 0", 60)
    end_s = time.monotonic() + 10
    while not sleepers():
        assert time.monotonic() < end_s
        time.sleep(0.05)
    (folder_of(job, ssh_server) / "adopts").unlink(missing_ok=True)  # nothing else knows it then
    (folder_of(job, ssh_server) / "unit").write_text(f"{group.stem}\n")
    assert job.look(0, 0).alive == 1
    assert job.cancel() == 0
    assert not sleepers()


@pytest.mark.parametrize(
    "command",
    [
        "setsid sleep 65 >/dev/null 2>&1",
        "env -i sleep 65 >/dev/null 2>&1",
        "env -i setsid sleep 65",
    ],
    ids=["mark", "session", "pipe"],
)
def test_each_sign_alone_finds_what_a_job_has_started(
    job: JobClient, ssh_server: PrivateSshd, command: str
) -> None:
    job.start(f"{command} & wait", 60)
    end_s = time.monotonic() + 10
    while not sleepers():
        assert time.monotonic() < end_s
        time.sleep(0.05)
    (folder_of(job, ssh_server) / "adopts").unlink(missing_ok=True)
    assert job.cancel() == 0
    assert not sleepers()


def sleepers() -> list[str]:
    """Return every process that sleeps for between 60 and 69 seconds, as the tests' own do."""
    found = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = file.read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
        if re.search(r"sleep\W6\d\W", words):
            found.append(words)
    return found


def test_child_without_its_environment_is_counted_as_left_behind(job: JobClient) -> None:
    job.start("env -i sleep 12 & echo started", 60)
    end = until(job, JobState.ENDED, limit_s=12).end
    assert end is not None
    assert (end.exit_code, end.left_behind) == (0, 1)


def test_command_that_ignores_a_gentle_end_is_killed(job: JobClient) -> None:
    deaf = "trap '' TERM; while :; do sleep 1; done"
    job.start(f"setsid sh -c {shlex.quote(deaf)} & {deaf}", 60)  # one is out of timeout's reach
    time.sleep(0.3)
    begun_s = time.monotonic()
    assert job.cancel() == 0
    assert 9 < time.monotonic() - begun_s < 16


def test_cancelling_ends_nothing_that_is_not_its_own(
    pool: RemotePool, job: JobClient, ssh_server: PrivateSshd
) -> None:
    other = JobClient(pool.open(ssh_server.host()), new_id())
    other.start("sleep 2; echo untouched", 60)
    job.start("sleep 60", 60)
    assert job.cancel() == 0
    assert until(other, JobState.ENDED).stdout == b"untouched\n"


def test_a_stranger_who_has_the_number_of_a_job_by_now_is_not_ended(
    job: JobClient, ssh_server: PrivateSshd
) -> None:
    job.start("true", 60)
    until(job, JobState.ENDED)
    folder = folder_of(job, ssh_server)
    (folder / "end").unlink()
    boot, _pid, since = (folder / "ident").read_text().split()
    with subprocess.Popen(["sleep", "30"], start_new_session=True) as stranger:
        (folder / "ident").write_text(f"{boot}\n{stranger.pid}\n{since}\n")
        assert job.look(0, 0).state is JobState.LOST
        job.cancel()
        time.sleep(0.3)
        try:
            assert stranger.poll() is None, "it was ended"
        finally:
            stranger.kill()
