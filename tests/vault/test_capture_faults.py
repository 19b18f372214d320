"""Producers, links and disks that fail while a set is taken: never a success, nothing sealed."""

import os
from contextlib import suppress
from pathlib import Path

import pytest

from app.domain.backup import BackupSource, CaptureState, Level, Outcome, SourceKind
from app.errors import (
    BackupFailed,
    ConnectionLost,
    DiskFull,
)
from app.tasks import TaskContext
from app.vault.layout import write_durably
from app.vault.vault import LocalVault
from tests.small_disk import small_disk
from tests.vault.conftest import sources, take
from tests.vault.local_remote import LocalRemote, few_tools


def files(remote, root):
    return BackupSource(SourceKind.FILES, remote.host.id, (str(root),))


def database(remote, path):
    return BackupSource(SourceKind.SQLITE, remote.host.id, database=str(path))


def unsealed(vault) -> list[Path]:
    return [path for path in vault.root.glob("sets/*/*") if not (path / "set.json").exists()]


def tool(folder: Path, name: str, script: str) -> None:
    (folder / name).unlink(missing_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


TAR_FAULTS = {
    "killed": "kill -9 $$",
    "killed after data": f'{"/usr/bin/tar"} "$@" | head -c 20000; kill -9 $$',
    "cut with exit 0": '/usr/bin/tar "$@" | head -c 20000; exit 0',
    "empty with exit 0": "exit 0",
    "noise with exit 0": "head -c 20000 /dev/urandom; exit 0",
    "only zeros with exit 0": "head -c 10240 /dev/zero; exit 0",
    "exit 2 after a whole archive": '/usr/bin/tar "$@"; exit 2',
    "exit 64 after a whole archive": '/usr/bin/tar "$@"; exit 64',
    "input error": '/usr/bin/tar "$@"; echo "tar: x: Read error: Input/output error" >&2; exit 2',
    "not installed": "exit 127",
}


@pytest.mark.parametrize("fault", TAR_FAULTS)
def test_a_tar_that_fails_in_any_way_is_never_a_success(vault, shop, tmp_path, fault):
    path = few_tools(tmp_path / "bin")
    tool(
        tmp_path / "bin",
        "tar",
        'case "$*" in *-cf*null*|--version) exit 1 ;; esac\n' + TAR_FAULTS[fault],
    )
    remote = LocalRemote(env={"PATH": path})
    with pytest.raises(BackupFailed, match="nothing was sealed"):
        take(vault, remote, files(remote, shop))
    assert list(vault.root.glob("sets/*/*")) == []


SQLITE_FAULTS = {
    "locked": "echo 'Error: database is locked' >&2; exit 5",
    "killed": "kill -9 $$",
    "nothing written, exit 0": "exit 0",
    "half a copy, exit 0": (
        "for last; do :; done; dest=${last#*\\'}; dest=${dest%\\'}; "
        'head -c 6000 "$4" >"$dest" 2>/dev/null || head -c 6000 "$5" >"$dest"; exit 0'
    ),
}


@pytest.mark.parametrize("fault", SQLITE_FAULTS)
def test_a_database_copy_that_fails_in_any_way_is_never_a_success(vault, shop, tmp_path, fault):
    path = few_tools(tmp_path / "bin")
    tool(tmp_path / "bin", "sqlite3", SQLITE_FAULTS[fault])
    remote = LocalRemote(env={"PATH": path})
    with pytest.raises(BackupFailed):
        take(vault, remote, database(remote, shop / "shop.sqlite"))
    assert list(vault.root.glob("sets/*/*")) == []


def test_a_file_that_changes_while_it_is_read_is_a_warning_with_its_name(vault, shop, tmp_path):
    path = few_tools(tmp_path / "bin")
    tool(
        tmp_path / "bin",
        "tar",
        '/usr/bin/tar "$@"; echo "tar: ./srv/log: file changed as we read it" >&2; exit 1',
    )
    remote = LocalRemote(env={"PATH": path})
    found = take(vault, remote, files(remote, shop))
    assert found.state is CaptureState.WITH_WARNINGS
    assert found.objects[0].warnings == ("tar: ./srv/log: file changed as we read it",)
    assert found.usable


def test_a_noisy_login_shell_does_not_spoil_the_data(vault, shop, small_path, tmp_path):
    noisy = tmp_path / "noisy"
    noisy.write_text('#!/bin/sh\nyes "Welcome! CD-DATA 0" | head -n 3000\nexec sh "$@"\n')
    noisy.chmod(0o755)
    remote = LocalRemote(env={"PATH": f"{small_path}:/usr/bin"}, shell=(str(noisy),))
    found = take(vault, remote, *sources(remote, shop))
    assert found.state is CaptureState.CAPTURED


class Breaking(LocalRemote):
    """A link that breaks after some bytes of the first stream."""

    def stream(self, script, *args, idle_s=60.0):
        whole = super().stream(script, *args, idle_s=idle_s)

        class Broken:
            def __enter__(self):
                stream = whole.__enter__()
                read = stream.read
                left = [30_000]

                def broken(size: int) -> bytes:
                    data = read(min(size, 10_000))
                    left[0] -= len(data)
                    if left[0] < 0:
                        raise ConnectionLost("The link broke.")
                    return data

                stream.read = broken
                return stream

            def __exit__(self, *error):
                return whole.__exit__(*error)

        return Broken()


def test_a_link_that_breaks_seals_nothing_and_a_clean_start_works(vault, remote, shop):
    broken = Breaking(env=remote.env)
    with pytest.raises(ConnectionLost) as caught:
        take(vault, broken, files(remote, shop))
    assert (caught.value.host, "backup of" in caught.value.step) == ("shop-1", True)
    assert list(vault.root.glob("sets/*/*")) == []
    assert take(vault, remote, files(remote, shop)).level is Level.CAPTURED


def fill_up(path: Path) -> None:
    with open(path, "wb", buffering=0) as filler, suppress(OSError):
        while True:
            filler.write(bytes(1 << 16))


def test_the_disk_fills_up_during_a_backup_and_old_sets_stay_whole(tmp_path, clock, remote, shop):
    from app.vault.opening import create_vault

    with small_disk(tmp_path / "small", "40m") as small:
        made = create_vault(
            small / "vault",
            clock,
            lambda keys, name: keys.keep_in_file(tmp_path / "k", name),
            reserve_bytes=1 << 20,
        )
        old = take(made.vault, remote, files(remote, shop))
        (shop / "noise.bin").write_bytes(os.urandom(45 << 20))
        full = LocalVault(made.vault.core)
        with pytest.raises(DiskFull, match="are needed"):
            take(full, remote, files(remote, shop))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("app.vault.taking.free_bytes", lambda folder: 1 << 40)
            with pytest.raises(DiskFull, match="disk is full"):
                take(full, remote, files(remote, shop))
        assert not unsealed(full)
        fill_up(small / "filler")
        proof = full.verify(old, Level.INTACT, by="", context=TaskContext())
        assert proof.outcome is Outcome.PASSED
        assert not full.core.layout.reserve.exists(), "the reserve made room for the record"
        (small / "filler").unlink()
        (shop / "noise.bin").unlink()
        assert take(full, remote, files(remote, shop)).level is Level.CAPTURED


def test_a_half_written_record_never_gets_its_name(tmp_path, monkeypatch):
    def fail(handle: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(OSError, match="Input/output"):
        write_durably(tmp_path / "set.json", b"{}")
    assert list(tmp_path.iterdir()) == []
