"""The same over a real OpenSSH server: capture, prove, break, put back."""

import os
import sqlite3
import subprocess
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from app.domain.backup import BackupSource, CaptureState, Level, Outcome, SourceKind
from app.domain.ids import SetId, new_id
from app.domain.restore import RestoreWish
from app.errors import BackupFailed, ConnectionLost, HostKeyChanged, RemoteError
from app.secrets import SessionSecrets
from app.services.ports.vault import CaptureRequest, CopyPlace
from app.ssh.pool import RemotePool
from app.tasks import Progress, TaskContext
from tests.ssh.proxy import Proxy
from tests.ssh_fixtures import QUICK


def everything(host, root: Path) -> tuple[BackupSource, ...]:
    return (
        BackupSource(SourceKind.FILES, host.id, (str(root),), ("*.sqlite*",)),
        BackupSource(SourceKind.SQLITE, host.id, database=f"{root}/shop.sqlite"),
    )


def take(vault, remote, *wanted, context=None):
    request = CaptureRequest(SetId(new_id()), (remote.host,), wanted, by="ada")
    return vault.capture(request, (remote,), context or TaskContext())


def test_a_set_taken_over_ssh_is_proven_to_the_last_level(vault, remotes, ssh_host, shop):
    remote = remotes.open(ssh_host)
    heard: list[Progress] = []
    taken = take(vault, remote, *everything(ssh_host, shop), context=TaskContext(heard.append))
    assert taken.state is CaptureState.CAPTURED
    assert heard
    for level in Level:
        proof = vault.verify(taken, level, by="ada", context=TaskContext(), remotes=(remote,))
        assert proof.outcome is Outcome.PASSED, proof.detail


def test_files_and_database_are_put_back_over_ssh(vault, remotes, ssh_host, shop):
    remote = remotes.open(ssh_host)
    for path in shop.glob("shop.sqlite*"):
        path.rename(shop.parent / path.name)
    database = shop.parent / "shop.sqlite"
    taken = take(
        vault,
        remote,
        BackupSource(SourceKind.FILES, ssh_host.id, (str(shop),)),
        BackupSource(SourceKind.SQLITE, ssh_host.id, database=str(database)),
    )
    (shop / "conf" / "shop.ini").write_text("workers = 64\n")
    with closing(sqlite3.connect(database)) as live:
        live.execute("DROP TABLE orders")
    result = vault.restore_on_host(taken, remote, TaskContext(), RestoreWish())
    assert (shop / "conf" / "shop.ini").read_text() == "workers = 2\n"
    with closing(sqlite3.connect(database)) as live:
        assert live.execute("SELECT count(*) FROM orders").fetchone() == (500,)
    assert result.duration_s > 0
    assert len(result.kept) == 2


def test_a_server_that_dies_during_a_backup_leaves_nothing_sealed(
    vault, remotes, own_server, shop, caplog
):
    (shop / "large.bin").write_bytes(b"x" * (160 << 20))
    host = own_server.host("own-01")
    remote = remotes.open(host)
    heard = 0

    def pull_the_plug(progress: Progress) -> None:
        nonlocal heard
        heard += 1
        if heard == 1:
            own_server.stop()
            kill_sessions(own_server.port)

    with pytest.raises(RemoteError) as caught:
        take(
            vault,
            remote,
            BackupSource(SourceKind.FILES, host.id, (str(shop),)),
            context=TaskContext(pull_the_plug),
        )
    assert isinstance(caught.value, ConnectionLost)
    assert {record.name for record in caplog.records} <= {"paramiko.transport"}
    assert list(vault.root.glob("sets/*/*")) == []
    own_server.start()
    taken = take(vault, remotes.open(host), *everything(host, shop))
    assert taken.state is CaptureState.CAPTURED


def kill_sessions(port: int) -> None:
    """End the server's side of every connection to a port."""
    subprocess.run(["ss", "-K", "sport", "=", f":{port}"], capture_output=True, check=False)


def test_nothing_is_sent_to_a_server_with_another_key(vault, remotes, own_server, shop):
    host = own_server.host("own-02")
    own_server.change_host_key()
    with pytest.raises(HostKeyChanged):
        take(vault, remotes.open(host), *everything(host, shop))
    assert list(vault.root.glob("sets/*/*")) == []


def test_hostile_names_survive_the_way_over_ssh(vault, remotes, ssh_host, tmp_path):
    root = tmp_path / "odd"
    root.mkdir()
    names = [b"new\nline", b"quo'te\"s", b"-rf", b"bad\xff\xfe", b"$(touch pwned)", b"`id`;x"]
    for name in names:
        Path(os.fsdecode(os.fsencode(root) + b"/" + name)).write_bytes(name)
    remote = remotes.open(ssh_host)
    odd_name = "a b'c\"d$(touch pwned)"
    (tmp_path / odd_name).write_text("x")
    wanted = BackupSource(SourceKind.FILES, ssh_host.id, (str(root), str(tmp_path / odd_name)))
    taken = take(vault, remote, wanted)
    for level in Level:
        proof = vault.verify(taken, level, by="", context=TaskContext(), remotes=(remote,))
        assert proof.outcome is Outcome.PASSED, proof.detail
    vault.restore_on_host(taken, remote, TaskContext(), RestoreWish())
    assert sorted(os.listdir(os.fsencode(root))) == sorted(names)
    assert not list(tmp_path.rglob("pwned"))


def test_a_copy_on_a_host_is_whole_and_one_that_is_cut_off_is_none(
    vault, remotes, ssh_host, own_server, shop, tmp_path
):
    (shop / "large.bin").write_bytes(os.urandom(12 << 20))
    taken = take(vault, remotes.open(ssh_host), *everything(ssh_host, shop))
    far = tmp_path / "far"
    far.mkdir()
    with Proxy(own_server.port) as proxy:
        host = replace(own_server.host("keeper-01"), port=proxy.port)
        pool = RemotePool(SessionSecrets(), lambda _key: host, QUICK)
        place = CopyPlace(str(far), host.name)

        def cut(progress: Progress) -> None:
            if progress.done > 4 << 20:
                proxy.cut()

        context = TaskContext(cut)
        with pytest.raises((ConnectionLost, BackupFailed)):
            vault.copy(taken, place, by="ada", context=context, remote=pool.open(host))
        assert not [path for path in far.glob("sets/*/*") if ".part-" not in path.name]
        made = vault.copy(taken, place, by="ada", context=TaskContext(), remote=pool.open(host))
        pool.close()
    assert made.where == f"keeper-01:{far}"
    assert [path.name for path in far.glob("sets/*/*")] == [taken.id]
    for path in (vault.root / taken.path).rglob("*"):
        if path.is_file() and path.parent.name != "verification":
            assert (far / path.relative_to(vault.root)).read_bytes() == path.read_bytes()
