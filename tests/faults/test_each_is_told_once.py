"""What a person hears of a host that cannot be used: host, step, cause, next action, in one entry.

Each fault is real, and each is met by a backup and by a check of several hosts.
"""

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from app.demo.sshd import PrivateSshd
from app.domain.backup import BackupSource, SourceKind
from app.domain.health import Health, Phase
from app.domain.host import Host, Login
from app.domain.ids import HostId
from app.errors import AppError
from app.services.backup.backups import take_backup
from app.services.fanout.checks import check_change
from app.tasks import TaskContext
from tests.faults.ledger import tried
from tests.services.conftest import clock as clock
from tests.services.conftest import keep_host
from tests.services.conftest import made as made
from tests.services.conftest import opened as opened
from tests.ssh.proxy import Proxy

Break = Callable[[Host, ExitStack, Path], Host]


def refused(host: Host, stack: ExitStack, _folder: Path) -> Host:
    taken = stack.enter_context(socket.socket())
    taken.bind(("127.0.0.1", 0))
    return replace(host, port=taken.getsockname()[1])


def silent(host: Host, stack: ExitStack, _folder: Path) -> Host:
    server = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
    return replace(host, port=server.getsockname()[1])


def stalled(host: Host, stack: ExitStack, _folder: Path) -> Host:
    proxy = stack.enter_context(Proxy(host.port))
    proxy.stall_after = 200
    return replace(host, port=proxy.port)


def other_key(host: Host, stack: ExitStack, folder: Path) -> Host:
    server = stack.enter_context(PrivateSshd(folder / "other"))
    return replace(server.host(), id=host.id, name=host.name, key=host.key)


def unknown_key(host: Host, _stack: ExitStack, _folder: Path) -> Host:
    return replace(host, key=None)


def no_password(host: Host, _stack: ExitStack, _folder: Path) -> Host:
    return replace(host, login=Login.PASSWORD)


def no_agent(host: Host, _stack: ExitStack, _folder: Path) -> Host:
    return replace(host, login=Login.AGENT)


def wrong_key_file(host: Host, stack: ExitStack, folder: Path) -> Host:
    server = stack.enter_context(PrivateSshd(folder / "stranger"))
    return replace(host, key_file=str(server.user_key))


BREAKS = (refused, silent, stalled, other_key, unknown_key, no_password, no_agent, wrong_key_file)


@pytest.fixture(params=BREAKS, ids=lambda how: how.__name__)
def broken(request, opened, ssh_host, tmp_path, monkeypatch) -> Iterator[Host]:
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    with ExitStack() as stack:
        host = request.param(ssh_host, stack, tmp_path)
        host = replace(host, id=HostId("bad"), name="bad-01")
        keep_host(opened, host)
        yield host
        opened.remotes.close()


def test_a_backup_that_cannot_reach_its_host_says_all_of_it_once(opened, broken, tmp_path):
    before = len(opened.queries.events())
    source = BackupSource(SourceKind.FILES, broken.id, (str(tmp_path),))
    opened.vault.make()
    made_vault = len(opened.queries.events()) - before
    with tried(14, "host that cannot be used: host, step, cause, next action, one entry"):
        with pytest.raises(AppError) as caught:
            take_backup(broken.id, [source], keeping=opened.keeping, context=TaskContext())
        error = caught.value
        assert (error.host, bool(error.step), bool(error.text)) == (broken.name, True, True)
        assert error.hint, error.sentence()
        new = opened.queries.events()[: -(before + made_vault)]
        failed = [entry for entry in new if entry.kind == "backup.failed"]
        assert len(failed) == 1
        assert broken.name in failed[0].text
        assert opened.keeping.vault.sets() == []


def test_other_hosts_are_checked_all_the_same(opened, broken, made, ssh_host):
    change = made(hosts=(broken.id, ssh_host.id))
    with tried(14, "one of two hosts cannot be used: the other goes on, nothing is green of it"):
        with pytest.raises(AppError) as caught:
            check_change(change, Phase.BEFORE, checking=opened.checking, context=TaskContext())
        assert caught.value.host == broken.name
        with opened.new_uow() as uow:
            reports = uow.health.list(change=change.id)
        found = [report for report in reports if report.host == ssh_host.id]
        assert any(one.reading.health is Health.OK for one in found[0].results)
        assert all(report.worst is not Health.OK for report in reports if report.host == broken.id)
