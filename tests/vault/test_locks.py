"""A set that somebody reads is not removed: one reader or many, in this program or another."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from app.domain.backup import BackupSet, Level, Outcome
from app.domain.restore import RestoreWish
from app.errors import Busy, NotFound, VaultDamaged
from app.services.ports.vault import CopyPlace
from app.tasks import Progress, TaskContext
from app.vault import locks
from app.vault.vault import LocalVault
from tests.vault.conftest import sources, take
from tests.vault.local_remote import LocalRemote

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def taken(vault: LocalVault, remote: LocalRemote, shop: Path) -> BackupSet:
    made = take(vault, remote, *sources(remote, shop))
    vault.bin.put(made, by="ada", reason="old")
    return made


def prove(vault, taken, remote, context, tmp_path):
    for level in Level:
        found = vault.verify(taken, level, by="", context=context, remotes=(remote,))
        assert found.outcome is Outcome.PASSED, found.detail


def prove_by_reading(vault, taken, remote, context, tmp_path):
    vault.verify_by_reading(taken, by="", context=context, remotes=(remote,))


def unpack(vault, taken, remote, context, tmp_path):
    vault.restore(taken, tmp_path / "unpacked", context)


def put_back(vault, taken, remote, context, tmp_path):
    vault.restore_on_host(taken, remote, context, RestoreWish())


def compare(vault, taken, remote, context, tmp_path):
    assert vault.difference(taken, remote, context, RestoreWish()).is_none


def look_inside(vault, taken, remote, context, tmp_path):
    with closing(vault.browse(taken, context, taken.host)) as catalogue:
        assert catalogue.count


def copy(vault, taken, remote, context, tmp_path):
    (tmp_path / "copy").mkdir(parents=True)
    vault.copy(taken, CopyPlace(str(tmp_path / "copy")), by="ada", context=context)


USES = (prove, prove_by_reading, unpack, put_back, compare, look_inside, copy)


@pytest.mark.parametrize("use", USES)
def test_what_is_in_use_is_not_removed_and_goes_afterwards(
    vault: LocalVault, taken: BackupSet, remote: LocalRemote, tmp_path: Path, use: Callable
) -> None:
    refused: list[str] = []

    def remove(_progress: Progress) -> None:
        with pytest.raises(Busy, match="is being read") as error:
            vault.bin.purge(taken, lambda: pytest.fail("recorded as removed while in use"))
        refused.append(error.value.text)

    use(vault, taken, remote, TaskContext(remove), tmp_path)
    assert refused, "nobody tried"
    assert list((vault.root / "locks").glob("work-*")) == [], "no lock is left lying about"
    vault.bin.purge(taken)
    assert not (vault.root / taken.path).exists()
    with pytest.raises(NotFound):
        use(vault, taken, remote, TaskContext(), tmp_path / "again")


def test_another_program_that_reads_it_keeps_it_and_a_killed_one_does_not(
    vault: LocalVault, taken: BackupSet
) -> None:
    lock = vault.core.layout.work_lock(taken.id)
    hold = (
        "import sys, time; from pathlib import Path; from app.vault import locks\n"
        "with locks.share(Path(sys.argv[1]), what=''): print('in', flush=True); time.sleep(60)"
    )
    command = [sys.executable, "-c", hold, str(lock)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as reader:
        assert reader.stdout is not None
        assert reader.stdout.readline() == b"in\n"
        with pytest.raises(Busy):
            vault.bin.purge(taken)
        with vault.bin.keep_out(taken):
            pass
        assert locks.is_held(lock), "the other one still reads"
        reader.kill()
    vault.bin.purge(taken)
    assert not (vault.root / taken.path).exists()


def test_a_mark_of_another_set_removes_nothing(
    vault: LocalVault, taken: BackupSet, remote: LocalRemote, shop: Path
) -> None:
    other = take(vault, remote, *sources(remote, shop))
    layout = vault.core.layout
    layout.tombstone(other.id).write_bytes(layout.tombstone(taken.id).read_bytes())
    with pytest.raises(VaultDamaged, match="for another set"):
        vault.bin.purge(other)
    assert (vault.root / other.path).exists()


def test_whoever_reads_waits_a_moment_for_a_look_and_is_told_of_a_removal(
    vault: LocalVault, taken: BackupSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = vault.core.layout.work_lock(taken.id)
    looking = threading.Event()

    def look() -> None:
        with locks.hold_new(lock):
            looking.set()
            threading.Event().wait(0.2)

    thread = threading.Thread(target=look)
    thread.start()
    assert looking.wait(5)
    with vault.bin.keep_out(taken):
        assert locks.is_held(lock)
    thread.join()
    monkeypatch.setattr(locks, "_PATIENCE_S", 0.1)
    with (
        locks.hold(lock, what=""),
        pytest.raises(Busy, match="removed for good"),
        vault.bin.keep_out(taken),
    ):
        pass


def test_a_lock_whose_file_was_removed_under_it_is_taken_anew(tmp_path: Path) -> None:
    """Between opening and locking somebody may clear the idle file away: nobody may notice."""
    path, rounds, together = tmp_path / "a.lock", 400, []
    inside = threading.Semaphore(1)

    def work() -> None:
        for _ in range(rounds):
            try:
                with locks.hold_new(path):
                    together.append(inside.acquire(blocking=False))
                    inside.release()
            except Busy:
                continue

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert together
    assert all(together), "two held one lock at once"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a disk read-only")
def test_a_vault_on_a_disk_that_can_only_be_read_is_still_read(
    vault: LocalVault, taken: BackupSet, tmp_path: Path
) -> None:
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "--bind", "-o", "ro", str(vault.root), str(place)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("nothing can be mounted here")
    try:
        subprocess.run(["mount", "-o", "remount,ro,bind", str(place)], check=True)
        with locks.share(place / "locks" / f"work-{taken.id}.lock", what=""):
            pass
        with (
            pytest.raises(OSError, match="Read-only"),
            locks.hold(place / "locks" / "new.lock", what=""),
        ):
            pass
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)
