"""Copies in other places: compared there, named last, usable by themselves, and never half."""

import os
from pathlib import Path

import pytest

from app.clock import SystemClock
from app.domain.backup import Level, Outcome
from app.errors import BackupFailed, DiskFull, IllegalMove, InvalidInput
from app.services.ports.vault import CopyPlace
from app.tasks import TaskCancelled, TaskContext
from app.vault import copying
from app.vault.opening import keys_in_file, open_vault
from tests.small_disk import small_disk
from tests.vault.conftest import sources, take
from tests.vault.local_remote import FEW_TOOLS, LocalRemote, few_tools


@pytest.fixture
def taken(vault, remote, shop):
    found = take(vault, remote, *sources(remote, shop))
    vault.verify(found, Level.INTACT, by="ada", context=TaskContext())
    return found


@pytest.fixture
def far(tmp_path: Path) -> Path:
    place = tmp_path / "far"
    place.mkdir()
    return place


@pytest.fixture
def keeper(tmp_path: Path) -> LocalRemote:
    """A host that keeps copies."""
    names = (*FEW_TOOLS, "sync")
    return LocalRemote(env={"PATH": few_tools(tmp_path / "keeper-tools", *names)})


def copy(vault, item, far: Path, remote=None, context=None):
    place = CopyPlace(str(far), remote.host.name if remote else "")
    return vault.copy(item, place, by="ada", context=context or TaskContext(), remote=remote)


def nothing_half(far: Path) -> bool:
    return not list(far.glob("sets/*/*"))


@pytest.mark.parametrize("on_host", [False, True])
def test_a_copy_is_a_vault_of_its_own(vault, taken, far, keeper, tmp_path, on_host):
    made = copy(vault, taken, far, keeper if on_host else None)
    assert made.by == "ada"
    assert made.where == (f"{keeper.host.name}:{far}" if on_host else str(far))
    assert made.files == sum(1 for path in (far / taken.path).rglob("*") if path.is_file())
    there = open_vault(far, SystemClock(), keys_in_file(tmp_path / "vault.key"), reserve_bytes=0)
    (found,) = there.sets()
    assert found.manifest_sha256 == taken.manifest_sha256
    for proof in there.verify_by_reading(found, by="", context=TaskContext()):
        assert proof.outcome is Outcome.PASSED, proof.detail
    assert there.restore(found, tmp_path / "back", TaskContext()).members > 0
    assert (far / "HOW-TO-RESTORE.txt").exists()


def test_it_is_on_record_and_signed(vault, taken, far):
    made = copy(vault, taken, far)
    (found,) = vault.sets()
    assert found.copies == (made,)
    proof = vault.verify(found, Level.INTACT, by="", context=TaskContext())
    assert proof.outcome is Outcome.PASSED
    (note,) = (vault.root / taken.path / "verification").glob("*-copied.json")
    note.chmod(0o600)
    note.write_bytes(note.read_bytes().replace(b"far", b"fur"))
    (found,) = vault.sets()
    assert found.copies == ()
    proof = vault.verify(found, Level.INTACT, by="", context=TaskContext())
    assert proof.outcome is Outcome.FAILED


@pytest.mark.parametrize("on_host", [False, True])
def test_a_second_copy_in_the_same_place_and_another_vault_there_are_refused(
    vault, taken, far, keeper, on_host
):
    remote = keeper if on_host else None
    (far / "vault.json").write_text("{}")
    with pytest.raises(IllegalMove) as caught:
        copy(vault, taken, far, remote)
    assert "another vault" in caught.value.text
    assert nothing_half(far)
    (far / "vault.json").unlink()
    copy(vault, taken, far, remote)
    with pytest.raises(IllegalMove) as caught:
        copy(vault, taken, far, remote)
    assert "already" in caught.value.text


@pytest.mark.parametrize("on_host", [False, True])
def test_a_disk_that_writes_something_else_is_found_out(
    vault, taken, far, keeper, on_host, monkeypatch
):
    kind = copying._OnHost if on_host else copying._InFolder
    real = kind.put

    def put(self, source, name, on_bytes):
        real(self, source, name, on_bytes)
        if name.endswith("01-files.tar.zst.age"):
            place = far / name
            data = bytearray(place.read_bytes())
            data[1000] ^= 1
            place.chmod(0o600)
            place.write_bytes(data)

    monkeypatch.setattr(kind, "put", put)
    with pytest.raises(BackupFailed) as caught:
        copy(vault, taken, far, keeper if on_host else None)
    assert "objects/01-files.tar.zst.age" in caught.value.text
    assert nothing_half(far)


def test_a_set_damaged_here_is_not_spread(vault, taken, far):
    path = vault.root / taken.path / "objects" / taken.objects[0].name
    data = bytearray(path.read_bytes())
    data[-5] ^= 1
    path.chmod(0o600)
    path.write_bytes(data)
    with pytest.raises(BackupFailed):
        copy(vault, taken, far)
    assert nothing_half(far)


def test_a_full_disk_keeps_no_half_copy(vault, taken, tmp_path, monkeypatch):
    monkeypatch.setattr(copying, "_SPARE_BYTES", 0)
    with small_disk(tmp_path / "small", "200k") as far:
        with pytest.raises(DiskFull):
            copy(vault, taken, far)
        monkeypatch.setattr(copying, "free_bytes", lambda folder: 1 << 40)
        with pytest.raises(DiskFull):
            copy(vault, taken, far)
        assert nothing_half(far)


def test_a_host_without_room_says_so(vault, taken, far, keeper):
    tools = Path(keeper.env["PATH"])
    (tools / "df").unlink()
    (tools / "df").write_text("#!/bin/sh\nprintf 'a b c d e f\\n/dev/x 9 9 10 9 /\\n'\n")
    (tools / "df").chmod(0o755)
    with pytest.raises(BackupFailed) as caught:
        copy(vault, taken, far, keeper)
    assert "10 KiB are free" in caught.value.text
    assert os.listdir(far) == []


def test_a_stop_keeps_no_half_copy(vault, taken, far):
    context = TaskContext(lambda progress: context.cancel())
    with pytest.raises(TaskCancelled):
        copy(vault, taken, far, context=context)
    assert nothing_half(far)


def test_places_that_are_none_are_refused(vault, taken, tmp_path):
    for folder in (tmp_path / "missing", vault.root, vault.root / "sets"):
        with pytest.raises(InvalidInput):
            copy(vault, taken, folder)
