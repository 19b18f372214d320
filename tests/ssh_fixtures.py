"""A private sshd for every test that needs a real server, and connections to it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.demo.sshd import PrivateSshd
from app.domain.host import Host
from app.secrets import SessionSecrets
from app.ssh.limits import Limits
from app.ssh.pool import RemotePool

QUICK = Limits(
    connect_s=2.0,
    banner_s=1.0,
    key_exchange_s=3.0,
    login_s=5.0,
    channel_s=5.0,
    retries_s=(0.05,),
    grace_s=0.5,
    new_per_s=50.0,
)
"""Short limits, so that tests of what never comes are quick."""


@pytest.fixture(scope="session")
def ssh_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrivateSshd]:
    """One server for the whole session; tests that alter a server start their own."""
    with PrivateSshd(tmp_path_factory.mktemp("sshd")) as server:
        yield server


@pytest.fixture
def ssh_host(ssh_server: PrivateSshd) -> Host:
    """The record of the session's server, its key confirmed."""
    return ssh_server.host()


@pytest.fixture
def secrets() -> SessionSecrets:
    """Secrets in memory."""
    return SessionSecrets()


@pytest.fixture
def remotes(ssh_host: Host, secrets: SessionSecrets) -> Iterator[RemotePool]:
    """Connections, closed at the end."""
    pool = RemotePool(secrets, lambda _key: ssh_host, QUICK)
    yield pool
    pool.close()


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[PrivateSshd]:
    """A server that a test may restart, stop or re-key."""
    with PrivateSshd(tmp_path / "own-sshd") as server:
        yield server
