"""A job on the real server of the tests, and what is asked of it."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.demo.sshd import PrivateSshd
from app.domain.ids import new_id
from app.domain.job import JobLook, JobState
from app.secrets import SessionSecrets
from app.services.jobs.client import JobClient
from app.ssh.pool import RemotePool
from tests.ssh_fixtures import QUICK


@pytest.fixture
def pool(ssh_server: PrivateSshd) -> Iterator[RemotePool]:
    pool = RemotePool(SessionSecrets(), lambda _key: ssh_server.host(), QUICK)
    yield pool
    pool.close()


@pytest.fixture
def job(pool: RemotePool, ssh_server: PrivateSshd) -> JobClient:
    return JobClient(pool.open(ssh_server.host()), new_id())


def folder_of(job: JobClient, server: PrivateSshd) -> Path:
    return server.state / "changedesk" / "jobs" / job.job


def until(job: JobClient, *states: JobState, limit_s: float = 15.0) -> JobLook:
    end_s = time.monotonic() + limit_s
    while True:
        look = job.look(0, 0)
        if look.state in states:
            return look
        assert time.monotonic() < end_s, look
        time.sleep(0.05)
