"""What a host does to a command that runs on it by itself, each with a real server."""

import os
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.demo.sshd import PrivateSshd
from app.domain.ids import new_id
from app.domain.job import JobState
from app.domain.run import StepState
from app.secrets import SessionSecrets
from app.services.jobs.client import JobClient, NotDetachable
from app.services.jobs.following import CountingSink, Finish, Followed, Order, Patience, follow
from app.services.jobs.outcomes import outcome_of
from app.ssh.pool import RemotePool
from app.tasks import TaskContext
from tests.small_disk import small_disk
from tests.ssh_fixtures import QUICK
from tests.vault.test_capture_faults import tool

PATIENCE = Patience(4.0, (0.1,), 10.0)


@contextmanager
def host_with(folder: Path, **env: str) -> Iterator[tuple[PrivateSshd, RemotePool]]:
    """A server of one's own whose sessions see these variables."""
    with PrivateSshd(folder, env=env) as server:
        pool = RemotePool(SessionSecrets(), lambda _key: None, QUICK)
        try:
            yield server, pool
        finally:
            pool.close()


def ordered(command: str, limit_s: float = 60.0) -> Order:
    return Order(new_id(), command, limit_s)


def kept() -> tuple[CountingSink, dict[str, bytearray]]:
    said = {"stdout": bytearray(), "stderr": bytearray()}
    return CountingSink(lambda stream, data: said[stream].extend(data), {}), said


def state_of(followed: Followed) -> StepState:
    return outcome_of(followed, 60.0, "Sipho")[0]


def folder_of(order: Order, state: Path) -> Path:
    return state / "changedesk" / "jobs" / order.job


def test_an_acknowledgement_that_is_lost_costs_nothing_and_the_host_tidies_up_by_itself(
    tmp_path: Path,
) -> None:
    with host_with(tmp_path / "sshd") as (server, pool):
        remote, order = pool.open(server.host()), ordered("echo once")
        sink, said = kept()
        assert follow(remote, order, sink, TaskContext(), PATIENCE).finish is Finish.ENDED
        again = Order(order.job, "", 60.0, attach=True)
        assert follow(remote, again, sink, TaskContext(), PATIENCE).finish is Finish.ENDED
        assert bytes(said["stdout"]) == b"once\n", "kept twice"
        old, mark = folder_of(order, server.state), folder_of(order, server.state) / "ack"
        JobClient(remote, order.job).acknowledge()
        JobClient(remote, new_id()).start("true", 60)
        assert old.exists(), "a week has not passed"
        week_ago_s = time.time() - 8.5 * 86400
        os.utime(mark, (week_ago_s, week_ago_s))
        JobClient(remote, new_id()).start("true", 60)
        assert not old.exists()


def test_a_job_whose_folder_was_cleaned_away_is_lost_and_never_a_success(tmp_path: Path) -> None:
    with host_with(tmp_path / "sshd") as (server, pool):
        counter = tmp_path / "counter"
        order = ordered(f"echo x >>{counter}; sleep 1.5; echo over")

        def clean_away() -> None:
            while not counter.exists():
                time.sleep(0.05)
            shutil.rmtree(folder_of(order, server.state))

        cleaner = threading.Thread(target=clean_away)
        cleaner.start()
        sink, _said = kept()
        followed = follow(
            pool.open(server.host()),
            Order(order.job, order.command, 60.0),
            sink,
            TaskContext(),
            PATIENCE,
        )
        cleaner.join()
        assert followed.finish in (Finish.NONE, Finish.LOST, Finish.OUT_OF_REACH)
        assert state_of(followed) is StepState.UNKNOWN
        time.sleep(1.5)
        assert counter.read_text() == "x\n", "never begun again by itself"


def test_without_room_for_its_folder_nothing_is_begun(tmp_path: Path) -> None:
    with small_disk(tmp_path / "state", "256k") as disk:
        fill(disk)
        with host_with(tmp_path / "sshd", XDG_STATE_HOME=str(disk)) as (server, pool):
            mark = tmp_path / "mark"
            with pytest.raises(NotDetachable, match="no room") as error:
                JobClient(pool.open(server.host()), new_id()).start(f"touch {mark}", 60)
            assert str(disk) in error.value.text
            assert not mark.exists()
            (disk / "ballast").unlink()
            order, (sink, _said) = ordered(f"touch {mark}"), kept()
            remote = pool.open(server.host())
            assert follow(remote, order, sink, TaskContext(), PATIENCE).finish is Finish.ENDED
            assert mark.exists()


@pytest.mark.parametrize("freed", [False, True], ids=["stays full", "is freed again"])
def test_output_that_finds_no_room_any_more_is_never_a_success(
    tmp_path: Path, *, freed: bool
) -> None:
    with small_disk(tmp_path / "state", "1m") as disk:
        (disk / "ballast").write_bytes(bytes(600 << 10))
        with host_with(tmp_path / "sshd", XDG_STATE_HOME=str(disk)) as (server, pool):
            free = f"rm {disk}/ballast;" if freed else ""
            order = ordered(f"head -c 2000000 /dev/urandom; {free} echo over >&2; exit 0")
            sink, _said = kept()
            followed = follow(pool.open(server.host()), order, sink, TaskContext(), PATIENCE)
            assert state_of(followed) is not StepState.DONE, followed


def fill(disk: Path) -> None:
    with open(disk / "ballast", "wb", buffering=0) as ballast:
        try:
            while True:
                ballast.write(bytes(4096))
        except OSError:
            return


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a disk read-only")
def test_a_home_that_cannot_be_written_is_named_and_nothing_is_begun(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "ro", "tmpfs", str(home)], check=True)
    try:
        with host_with(tmp_path / "sshd", XDG_STATE_HOME=f"{home}/state") as (server, pool):
            mark = tmp_path / "mark"
            with pytest.raises(NotDetachable, match="alone") as error:
                JobClient(pool.open(server.host()), new_id()).start(f"touch {mark}", 60)
            assert str(home) in error.value.text
            assert not mark.exists()
    finally:
        subprocess.run(["umount", "--lazy", str(home)], check=True)


def test_a_host_that_ends_everything_at_logout_is_known_before_anything_is_begun(
    tmp_path: Path,
) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "busctl").write_text(
        '#!/bin/sh\ncase "$*" in *KillUserProcesses*) echo "b true" ;; esac\n'
    )
    (tools / "busctl").chmod(0o755)
    (tools / "id").write_text(
        '#!/bin/sh\n[ "$1" = -u ] && { echo 1000; exit; }\nexec /usr/bin/id "$@"\n'
    )
    (tools / "id").chmod(0o755)
    with host_with(tmp_path / "sshd", PATH=f"{tools}:/usr/bin:/bin") as (server, pool):
        mark = tmp_path / "mark"
        with pytest.raises(NotDetachable, match="logout"):
            JobClient(pool.open(server.host()), new_id()).start(f"touch {mark}", 60)
        assert not mark.exists()


def test_a_job_that_is_ended_at_logout_all_the_same_is_lost_and_a_person_decides(
    tmp_path: Path,
) -> None:
    with host_with(tmp_path / "sshd") as (server, pool):
        remote, order = pool.open(server.host()), ordered("sleep 30")
        job = JobClient(remote, order.job)
        job.start(order.command, 60)
        pool.close()
        for place in Path("/proc").glob("[0-9]*/environ"):
            try:
                mine = str(server.state).encode() in place.read_bytes()
            except OSError:
                continue
            if mine:
                os.kill(int(place.parent.name), 9)
        again = Order(order.job, "", 60.0, attach=True)
        sink, _said = kept()
        followed = follow(pool.open(server.host()), again, sink, TaskContext(), PATIENCE)
        assert followed.finish is Finish.LOST
        assert state_of(followed) is StepState.UNKNOWN


def test_a_clock_of_the_host_that_jumps_changes_no_length_of_time(tmp_path: Path) -> None:
    """Its ``date`` is a day ahead at first, and a year behind from the third call on."""
    tools, calls = tmp_path / "tools", tmp_path / "calls"
    tools.mkdir()
    tool(
        tools,
        "date",
        f'echo x >>{calls}; [ "$(wc -l <{calls})" -lt 3 ] && by=+1day || by=-365days\n'
        'case "$*" in *-r*) exec /usr/bin/date "$@" ;; esac\n'
        'exec /usr/bin/date -d "$by" "$@"',
    )
    with host_with(tmp_path / "sshd", PATH=f"{tools}:/usr/bin:/bin") as (server, pool):
        remote, order = pool.open(server.host()), ordered("sleep 1; echo over")
        sink, said = kept()
        followed = follow(remote, order, sink, TaskContext(), PATIENCE)
        assert followed.finish is Finish.ENDED
        assert followed.end is not None
        assert 0.9 < followed.end.duration_s < 10
        assert not followed.end.timed_out
        assert bytes(said["stdout"]) == b"over\n"
        assert JobClient(remote, order.job).look(0, 0).state is JobState.ENDED
