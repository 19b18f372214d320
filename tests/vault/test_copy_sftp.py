"""Copies on a host that offers SFTP alone: a real server that runs no command."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from app.clock import SystemClock
from app.demo.sshd import PrivateSshd
from app.domain.backup import Outcome
from app.errors import BackupFailed, ConnectionLost, IllegalMove, RemoteError
from app.secrets import SessionSecrets
from app.services.ports.vault import CopyPlace
from app.ssh.pool import RemotePool
from app.tasks import Progress, TaskCancelled, TaskContext
from app.vault.copy_sftp import BySftp
from app.vault.opening import keys_in_file, open_vault
from tests.small_disk import small_disk
from tests.ssh.proxy import Proxy
from tests.ssh_fixtures import QUICK
from tests.vault.conftest import sources, take


@pytest.fixture
def box(tmp_path):
    """Rented storage: whatever one asks it to run, it answers with SFTP."""
    with PrivateSshd(tmp_path / "box", options={"ForceCommand": "internal-sftp"}) as server:
        yield server


@pytest.fixture
def remote_box(box):
    host = box.host("box-01")
    pool = RemotePool(SessionSecrets(), lambda _key: host, QUICK)
    yield pool.open(host)
    pool.close()


@pytest.fixture
def taken(vault, remote, shop):
    (shop / "large.bin").write_bytes(os.urandom(12 << 20))
    return take(vault, remote, *sources(remote, shop))


@pytest.fixture
def far(tmp_path: Path) -> Path:
    place = tmp_path / "far"
    place.mkdir()
    return place


def copy(vault, item, far, remote, context=None):
    place = CopyPlace(str(far), remote.host.name)
    return vault.copy(item, place, by="ada", context=context or TaskContext(), remote=remote)


def test_a_copy_is_a_vault_of_its_own_and_proven_there(vault, taken, far, remote_box, tmp_path):
    made = copy(vault, taken, far, remote_box)
    assert made.where == f"box-01:{far}"
    assert made.files == sum(1 for path in (far / taken.path).rglob("*") if path.is_file())
    for path in (far / taken.path).rglob("*"):
        assert path.stat().st_mode & 0o777 == (0o700 if path.is_dir() else 0o400)
    there = open_vault(far, SystemClock(), keys_in_file(tmp_path / "vault.key"), reserve_bytes=0)
    (found,) = there.sets()
    assert found.manifest_sha256 == taken.manifest_sha256
    for proof in there.verify_by_reading(found, by="", context=TaskContext()):
        assert proof.outcome is Outcome.PASSED, proof.detail
    with pytest.raises(IllegalMove, match="already"):
        copy(vault, taken, far, remote_box)


def test_another_vault_there_is_refused(vault, taken, far, remote_box):
    (far / "vault.json").write_text("{}")
    with pytest.raises(IllegalMove, match="another vault"):
        copy(vault, taken, far, remote_box)
    assert not list(far.glob("sets/*/*"))


def test_storage_that_keeps_something_else_is_found_out(vault, taken, far, remote_box, monkeypatch):
    real = BySftp.put

    def put(self, source, name, on_bytes):
        real(self, source, name, on_bytes)
        if name.endswith("01-files.tar.zst.age"):
            data = bytearray((far / name).read_bytes())
            data[1000] ^= 1
            (far / name).chmod(0o600)
            (far / name).write_bytes(data)

    monkeypatch.setattr(BySftp, "put", put)
    with pytest.raises(BackupFailed) as caught:
        copy(vault, taken, far, remote_box)
    assert "objects/01-files.tar.zst.age" in caught.value.text
    assert not list(far.glob("sets/*/*"))


def test_a_missing_folder_and_a_full_disk_are_told_and_keep_nothing(
    vault, taken, tmp_path, remote_box, monkeypatch
):
    with pytest.raises(BackupFailed, match="there is no such folder"):
        copy(vault, taken, tmp_path / "missing", remote_box)
    with small_disk(tmp_path / "small", "4m") as far:
        with pytest.raises(BackupFailed, match=r"are needed, .* are free"):
            copy(vault, taken, far, remote_box)
        monkeypatch.setattr("app.ssh.files.SshFiles.free_bytes", lambda self, folder: None)
        with pytest.raises(RemoteError) as caught:
            copy(vault, taken, far, remote_box)
        assert (caught.value.host, caught.value.step) == ("box-01", "transfer")
        assert not list(far.glob("sets/*/*"))


def test_a_stop_keeps_no_half_copy(vault, taken, far, remote_box):
    context = TaskContext(lambda progress: context.cancel())
    with pytest.raises(TaskCancelled):
        copy(vault, taken, far, remote_box, context)
    assert not list(far.glob("sets/*/*"))


def test_one_that_is_cut_off_is_none_and_the_next_try_clears_it_away(vault, taken, far, box):
    with Proxy(box.port) as proxy:
        host = replace(box.host("box-01"), port=proxy.port)
        pool = RemotePool(SessionSecrets(), lambda _key: host, QUICK)

        def cut(progress: Progress) -> None:
            if progress.done > 4 << 20:
                proxy.cut()

        with pytest.raises(ConnectionLost):
            copy(vault, taken, far, pool.open(host), TaskContext(cut))
        assert [path for path in far.glob("sets/*/*") if ".part-" in path.name]
        copy(vault, taken, far, pool.open(host))
        pool.close()
    assert [path.name for path in far.glob("sets/*/*")] == [taken.id]


def test_a_host_with_a_shell_is_not_asked_for_sftp(vault, taken, far, remotes, ssh_host):
    remote = remotes.open(ssh_host)
    remote.files = lambda: pytest.fail("SFTP was used")
    copy(vault, taken, far, remote)


def test_a_host_with_neither_is_told_what_it_refused_first(vault, taken, far, tmp_path):
    options = {"ForceCommand": "/bin/false", "Subsystem": "none /bin/false"}
    with PrivateSshd(tmp_path / "closed", options=options) as server:
        host = server.host("closed-01")
        pool = RemotePool(SessionSecrets(), lambda _key: host, QUICK)
        with pytest.raises(RemoteError, match="not answered to its end"):
            copy(vault, taken, far, pool.open(host))
        pool.close()
