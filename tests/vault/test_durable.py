"""A stored file goes to the disk while it grows; what the disk objects to is never passed by."""

import errno
import hashlib
import os
import threading

import pytest

from app.errors import DiskFull
from app.vault import durable
from app.vault.durable import DurableFile
from app.vault.layout import open_part, part_of

PIECE = 1 << 16


@pytest.fixture
def syncs(monkeypatch):
    """Sizes of the file whenever it was asked to be on the disk, with the thread that asked."""
    monkeypatch.setattr(durable, "AHEAD_BYTES", 2 * PIECE)
    seen: list[tuple[int, str]] = []
    real = os.fsync

    def note(handle: int) -> None:
        seen.append((os.fstat(handle).st_size, threading.current_thread().name))
        real(handle)

    monkeypatch.setattr(os, "fsync", note)
    return seen


def opened(folder) -> DurableFile:
    return DurableFile(open_part(folder / "o.age"), folder)


def test_it_is_sent_to_the_disk_beside_the_writer_and_wholly_at_the_end(tmp_path, syncs):
    file, data = opened(tmp_path), os.urandom(9 * PIECE)
    for start in range(0, len(data), PIECE):
        file.write(data[start : start + PIECE])
    file.close_synced()
    *ahead, last = syncs
    assert ahead
    assert {name for _size, name in ahead} == {"sync ahead"}
    assert last == (len(data), threading.current_thread().name)
    assert file.size == len(data)
    assert file.sha256 == hashlib.sha256(data).hexdigest()
    assert part_of(tmp_path / "o.age").read_bytes() == data


def test_a_small_file_is_synced_once(tmp_path, syncs):
    file = opened(tmp_path)
    file.write(b"x" * PIECE)
    file.close_synced()
    assert [size for size, _name in syncs] == [PIECE]


@pytest.mark.parametrize(
    ("code", "told"), [(errno.EIO, OSError), (errno.ENOSPC, DiskFull)], ids=["EIO", "ENOSPC"]
)
def test_a_sync_that_failed_is_told_although_a_later_one_would_succeed(
    tmp_path, syncs, monkeypatch, code, told
):
    real, calls = os.fsync, []

    def once(handle: int) -> None:
        calls.append(handle)
        if len(calls) == 1:
            raise OSError(code, os.strerror(code))
        real(handle)

    monkeypatch.setattr(os, "fsync", once)
    file = opened(tmp_path)
    file.write(b"x" * 2 * PIECE)
    for _ in range(2):
        with pytest.raises(told):
            file.close_synced()
    assert len(calls) == 1
    file.close()


def test_a_file_that_is_given_up_leaves_no_thread(tmp_path, syncs):
    file = opened(tmp_path)
    file.write(b"x" * 2 * PIECE)
    file.close()
    assert "sync ahead" not in {thread.name for thread in threading.enumerate()}
