"""What lies on a real server: running, unread, read, lost; whose it is; what may be removed."""

import os
import signal
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from app.demo.sshd import PrivateSshd
from app.domain.change import ChangeState
from app.domain.event import NewEvent
from app.domain.host import Host
from app.domain.ids import new_id
from app.domain.job import JobState
from app.domain.run import StepState
from app.domain.runbook import Runbook, Step, StepKind
from app.errors import IllegalMove
from app.services.jobs.client import JobClient
from app.services.jobs.kept import KeptJob, Owner, kept_on, remove_kept
from app.services.jobs.leftovers import list_jobs
from app.services.run import execution
from app.ssh.pool import RemotePool
from app.tasks import TaskContext


@pytest.fixture
def host(own_server: PrivateSshd) -> Host:
    return own_server.host("own-01")


@pytest.fixture
def remote(remotes: RemotePool, host: Host):
    return remotes.open(host)


@pytest.fixture
def sleeper(remote) -> Iterator[JobClient]:
    job = JobClient(remote, new_id())
    job.start("echo begun; sleep 60", 60)
    yield job
    job.cancel()


def begun(remote, command: str) -> JobClient:
    job = JobClient(remote, new_id())
    job.start(command, 60)
    for _try in range(100):
        if job.look(0, 0).state is JobState.ENDED:
            return job
        time.sleep(0.05)
    raise AssertionError("it does not end")


def test_a_host_lists_what_runs_what_ended_what_was_read_and_what_is_lost(remote, sleeper):
    ended, read = begun(remote, "printf 12345; exit 3"), begun(remote, "echo x >&2")
    read.acknowledge()
    lost = JobClient(remote, new_id())
    lost.start("sleep 60", 60)
    minder = mind_of(lost.job)
    os.killpg(minder, signal.SIGKILL)
    found = {one.job: one for one in list_jobs(remote, TaskContext())}
    assert {job: (one.state, one.read) for job, one in found.items()} == {
        sleeper.job: (JobState.RUNNING, False), ended.job: (JobState.ENDED, False),
        read.job: (JobState.ENDED, True), lost.job: (JobState.LOST, False),
    }  # fmt: skip
    assert (found[ended.job].exit_code, found[ended.job].stdout_bytes) == (3, 5)
    assert found[read.job].stderr_bytes == 2
    assert 0 <= found[sleeper.job].seen_ago_s < 30
    lost.cancel()


def mind_of(job: str) -> int:
    """Return the process that minds a job on this computer."""
    for place in os.listdir("/proc"):
        if place.isdigit():
            try:
                with open(f"/proc/{place}/cmdline", "rb") as file:
                    words = file.read().split(b"\0")
            except OSError:
                continue
            if words[:3] == [b"sh", b"run.sh", job.encode()]:
                return int(place)
    raise AssertionError("nobody minds it")


def test_a_host_where_nothing_was_left_lists_nothing(remote):
    assert list_jobs(remote, TaskContext()) == ()


def test_what_runs_is_never_removed_and_what_ended_is(remote, sleeper, own_server):
    assert not sleeper.remove()
    ended = begun(remote, "true")
    assert ended.remove()
    assert ended.remove()
    assert [path.name for path in own_server.state.glob("changedesk/jobs/*")] == [sleeper.job]


def test_what_runs_on_a_host_is_known_by_its_step_and_kept_until_it_is_read(opened, made, ssh_host):
    step = Step("c1", "Count", StepKind.COMMAND, ssh_host.id, "echo begun; sleep 0.5; echo over")
    change = made(ChangeState.IMPLEMENT, runbook=Runbook((step,)))
    run = execution.start_run(change.id, desk=opened.desk)
    closing = TaskContext()
    opened.live.listen(lambda _output: closing.leave())
    execution.play(run.id, opened.executors, desk=opened.desk, context=closing)
    with opened.new_uow() as uow:
        job = uow.runs.get(run.id).of("c1").job
    remote = opened.remotes.open(ssh_host)

    def kept() -> KeptJob:
        found = kept_on(ssh_host, remote, (), desk=opened.desk, context=TaskContext())
        return next(one for one in found if one.id == job)

    one = kept()
    assert (one.owner, one.title, one.ref) == (Owner.STEP, f"{change.number}: Count", run.id)
    assert one.unread
    with pytest.raises(IllegalMove):
        remove_kept(one, remote, desk=opened.desk)
    with opened.new_uow() as uow:
        found = uow.runs.get(run.id)
        known = replace(found.of("c1"), state=StepState.DONE)
        uow.runs.save(found.with_step(known))
        uow.log.append(NewEvent("step.done", "Looked: it ended well", change.id))
        uow.commit()
    for _try in range(100):
        if (one := kept()).leftover.state is JobState.ENDED:
            break
        time.sleep(0.05)
    remove_kept(one, remote, desk=opened.desk)
    assert job not in {item.job for item in list_jobs(remote, TaskContext())}
    with opened.new_uow() as uow:
        assert "job.removed" in {event.kind for event in uow.log.of("")}


def test_what_another_computer_has_not_read_yet_is_left_alone(opened, ssh_host):
    remote = opened.remotes.open(ssh_host)
    ended = begun(remote, "true")

    def kept() -> KeptJob:
        found = kept_on(ssh_host, remote, (), desk=opened.desk, context=TaskContext())
        return next(one for one in found if one.id == ended.job)

    one = kept()
    assert (one.owner, one.title) == (Owner.UNKNOWN, "Not known here")
    assert "not have read it" in one.keep
    with pytest.raises(IllegalMove):
        remove_kept(one, remote, desk=opened.desk)
    ended.acknowledge()
    remove_kept(kept(), remote, desk=opened.desk)
    assert ended.job not in {item.job for item in list_jobs(remote, TaskContext())}
