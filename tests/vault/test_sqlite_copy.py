"""The copy of an SQLite database on its host goes away, however the backup of it ends."""

import os
import signal
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from app.vault.scripts import SQLITE, SQLITE_COPY
from tests.vault.local_remote import FEW_TOOLS, LocalRemote, LocalStream, few_tools

WITHIN_S = 20.0


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """A database far larger than a pipe, so that sending it waits for a reader."""
    place = tmp_path / "shop.sqlite"
    with closing(sqlite3.connect(place)) as connection, connection:
        connection.execute("CREATE TABLE orders (text)")
        connection.executemany("INSERT INTO orders VALUES (?)", [("x" * 1000,)] * 2000)
    return place


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    """Where the host puts such copies."""
    folder = tmp_path / "spool"
    folder.mkdir()
    return folder


def copies(spool: Path) -> list[Path]:
    return list(spool.iterdir())


def gone(spool: Path) -> bool:
    end_s = time.monotonic() + WITHIN_S
    while copies(spool) and time.monotonic() < end_s:
        time.sleep(0.1)
    return not copies(spool)


@contextmanager
def sending(remote: LocalRemote, database: Path, spool: Path) -> Iterator[LocalStream]:
    """Give a backup that is stuck in the middle of sending its copy."""
    with remote.stream(SQLITE, "n0", str(database), SQLITE_COPY) as stream:
        stream.close_stdin()
        assert stream.read(11) == b"CD-DATA n0\n"
        (folder,) = copies(spool)
        assert (folder / "copy.sqlite").stat().st_size > 1 << 20
        yield stream


def test_a_finished_copy_leaves_nothing(database, spool):
    remote = LocalRemote(env={"TMPDIR": str(spool)})
    with sending(remote, database, spool) as stream:
        data = b"".join(iter(lambda: stream.read(1 << 16), b""))
        assert stream.finish() == 0
        assert f"sqlite=0 bytes={len(data)} cat=0".encode() in stream.stderr()
        assert copies(spool) == []
    assert data.startswith(b"SQLite format 3\0")


def test_a_killed_script_leaves_nothing(database, spool):
    remote = LocalRemote(env={"TMPDIR": str(spool)})
    with sending(remote, database, spool) as stream:
        os.kill(stream._process.pid, signal.SIGKILL)
        assert gone(spool)


def test_a_killed_script_and_all_its_commands_leave_nothing(database, spool):
    remote = LocalRemote(env={"TMPDIR": str(spool)})
    with sending(remote, database, spool) as stream:
        os.killpg(stream._process.pid, signal.SIGKILL)
        assert gone(spool)


def test_what_nobody_could_remove_goes_with_the_next_copy(database, spool, tmp_path):
    path = few_tools(tmp_path / "tools", *FEW_TOOLS)  # without setsid the minder dies with the rest
    remote = LocalRemote(env={"TMPDIR": str(spool), "PATH": path})
    with sending(remote, database, spool) as stream:
        os.killpg(stream._process.pid, signal.SIGKILL)
        stream._process.wait()
    (left,) = copies(spool)
    with sending(remote, database, spool):
        assert left not in copies(spool)
