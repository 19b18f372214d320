import json
import os
import signal
import subprocess
import sys

import pytest

from app.errors import Busy
from app.store.lock import LOCK_NAME, acquire
from app.store.store import open_store
from tests.fakes import NOON

HOLDER = """
import sys, time
from datetime import UTC, datetime
from pathlib import Path
from app.store.lock import acquire
acquire(Path(sys.argv[1]), datetime(2026, 11, 14, 12, 0, tzinfo=UTC))
print("held", flush=True)
time.sleep(60)
"""


@pytest.fixture
def holder(tmp_path):
    """Another program that holds the lock of ``tmp_path``."""
    command = [sys.executable, "-c", HOLDER, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_a_second_program_is_told_who_was_first(holder, tmp_path):
    with pytest.raises(Busy, match=f"process {holder.pid} of .* since 2026-11-14T12:00:00"):
        acquire(tmp_path, NOON)


def test_a_killed_program_leaves_no_lock_behind(holder, tmp_path):
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    lock = acquire(tmp_path, NOON)
    assert lock.after_crash
    lock.release()


def test_a_number_that_is_somebody_elses_by_now_is_not_believed(tmp_path):
    """The process in the file is alive (it is we), yet nobody holds the lock."""
    about = {"pid": os.getpid(), "user": "x", "computer": "y", "since": "z"}
    (tmp_path / LOCK_NAME).write_text(json.dumps(about))
    lock = acquire(tmp_path, NOON)
    assert lock.after_crash
    lock.release()


def test_a_proper_end_is_remembered(tmp_path):
    acquire(tmp_path, NOON).release()
    assert (tmp_path / LOCK_NAME).read_bytes() == b""
    lock = acquire(tmp_path, NOON)
    assert not lock.after_crash
    lock.release()


def test_a_lock_without_a_name_is_still_a_lock(tmp_path):
    lock = acquire(tmp_path, NOON)
    (tmp_path / LOCK_NAME).write_text("garbage")
    with pytest.raises(Busy, match="another program"):
        acquire(tmp_path, NOON)
    lock.release()


def test_one_data_folder_one_program(store, data, clock):
    with pytest.raises(Busy, match="already open"):
        open_store(data, clock=clock, actor="Sipho")


def test_a_store_that_could_not_be_opened_holds_no_lock(data, clock):
    (data / "changedesk.db").write_bytes(b"x" * 5000)
    for _ in range(2):
        with pytest.raises(Exception, match="damaged"):
            open_store(data, clock=clock, actor="Thabo")
