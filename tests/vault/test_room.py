"""Files that do not fit beside their originals are refused before a restore begins."""

import os
from pathlib import Path

import pytest

from app.domain.backup import BackupSource, SourceKind
from app.domain.restore import RestoreWish
from app.errors import BackupFailed, DiskFull
from app.tasks import TaskContext
from tests.small_disk import small_disk
from tests.vault.conftest import sources, take
from tests.vault.local_remote import LocalRemote
from tests.vault.test_capture_faults import tool


def files_of(remote: LocalRemote, *roots: Path) -> BackupSource:
    return BackupSource(SourceKind.FILES, remote.host.id, tuple(map(str, roots)))


def put_back(vault, taken, remote, *paths: str):
    return vault.restore_on_host(taken, remote, TaskContext(), RestoreWish(paths=paths))


def test_files_that_do_not_fit_beside_the_original_are_refused_and_fit_with_room(
    vault, remote, tmp_path
):
    with small_disk(tmp_path / "srv", "6m") as disk:
        root = disk / "shop"
        root.mkdir()
        (root / "large.bin").write_bytes(os.urandom(2 << 20))
        taken = take(vault, remote, files_of(remote, root))
        (root / "large.bin").write_bytes(b"changed")
        (disk / "ballast").write_bytes(bytes(5 << 20))
        with pytest.raises(DiskFull, match=r"needs 2.* on the server in .*/srv") as error:
            put_back(vault, taken, remote)
        assert error.value.host == "shop-1"
        assert sorted(path.name for path in disk.iterdir()) == ["ballast", "shop"]
        assert (root / "large.bin").read_bytes() == b"changed"
        (disk / "ballast").unlink()
        put_back(vault, taken, remote)
        assert (root / "large.bin").stat().st_size == 2 << 20


def test_what_lies_on_one_disk_is_added_up_and_what_does_not_is_not(vault, remote, tmp_path):
    with (
        small_disk(tmp_path / "one", "10m") as one,
        small_disk(tmp_path / "two", "10m") as two,
    ):
        roots = [disk / name for disk in (one, two) for name in ("a", "b")]
        for root in roots:
            root.mkdir()
            (root / "x.bin").write_bytes(os.urandom(3 << 20))
        apart = take(vault, remote, files_of(remote, roots[0], roots[2]))
        together = take(vault, remote, files_of(remote, roots[0]), files_of(remote, roots[1]))
        with pytest.raises(DiskFull, match="needs 6"):
            put_back(vault, together, remote)
        put_back(vault, apart, remote)


def test_a_sparse_file_needs_what_it_holds(vault, remote, tmp_path):
    with small_disk(tmp_path / "srv", "8m") as disk:
        with open(disk / "hollow.img", "wb") as hollow:
            hollow.truncate(1 << 40)
            hollow.write(b"head")
        taken = take(vault, remote, files_of(remote, disk / "hollow.img"))
        (disk / "hollow.img").unlink()
        put_back(vault, taken, remote, str(disk / "hollow.img"))
        assert (disk / "hollow.img").stat().st_size == 1 << 40


def test_a_host_that_does_not_say_what_is_free_is_refused(vault, remote, shop, tmp_path):
    taken = take(vault, remote, *sources(remote, shop))
    own = tmp_path / "own"
    own.mkdir()
    for path in Path(remote.env["PATH"]).iterdir():
        (own / path.name).symlink_to(path.resolve())
    tool(own, "df", "echo 'df: /: Input/output error' >&2; exit 1")
    with pytest.raises(BackupFailed, match="does not say how much room"):
        put_back(vault, taken, LocalRemote(env={"PATH": str(own)}))
