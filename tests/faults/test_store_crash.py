"""What the store promises when the program, the disk or the upgrade ends in the middle."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.domain.event import NewEvent
from app.errors import AppError, DiskFull
from app.store.sqlite import FILE_NAME, check_file
from app.store.store import open_store
from tests.fakes import NOON, SetClock
from tests.faults.ledger import record
from tests.faults.rounds import LIMIT_S, SOAK
from tests.small_disk import small_disk

ROOT = Path(__file__).resolve().parents[2]

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="kills forked children"),
    *([pytest.mark.soak] if SOAK else []),
]


def kill(*args, by="store_killer", limit_s=120):
    done = subprocess.run(
        [sys.executable, "-m", f"tests.faults.{by}", *map(str, args)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=limit_s,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def assert_nothing_lost(found):
    bad = found["lost"] + found["broken"]
    record(1, "killed while it commits: no acknowledged entry lost", found["rounds"], bad)
    print(f"{found['rounds']} kills, {found['acknowledged']} acknowledged commits: {bad} lost")
    assert found["lost"] == 0
    assert found["broken"] == 0
    assert found["acknowledged"] > found["rounds"]
    assert found["crashes_seen"] > found["rounds"] / 2


def test_twenty_kills_lose_no_acknowledged_entry(tmp_path):
    assert_nothing_lost(kill("commits", tmp_path / "data", 20, 1))


@pytest.mark.soak
def test_a_thousand_kills_lose_no_acknowledged_entry(tmp_path):
    found = kill("commits", tmp_path / "data", 1000, 2, LIMIT_S, limit_s=3600)
    assert_nothing_lost(found)


def test_a_program_killed_at_any_statement_of_the_upgrade_leaves_old_or_new(tmp_path):
    every, step = (1, 1) if SOAK else (12, 6)
    found = kill(tmp_path, every, step, by="upgrade_killer", limit_s=7200 if SOAK else 120)
    print(f"{found['killed']} statements of {found['schemas']} schemas: {found['broken']} broken")
    what = "killed at a statement of an upgrade: all rows, old or new, and a copy"
    record(18, what, found["killed"], found["broken"])
    assert found["schemas"] >= 3
    assert found["killed"] > 20
    assert found["broken"] == 0


def test_a_disk_that_cannot_sync_stops_all_writing_and_what_was_acknowledged_is_there(tmp_path):
    found = kill("sync", tmp_path / "data")
    lost = found["entries"] < found["acknowledged"]
    record(1, "disk refuses to sync: no acknowledged entry lost", 10, lost)
    assert not lost
    assert found["acknowledged"] == 5
    first, *later = found["errors"]
    assert first.startswith("WriteFailed: The disk failed")
    assert len(later) == 4
    assert all(error.startswith("StoreError: The disk failed") for error in later)
    assert found["intact"]


def test_a_write_the_system_refuses_stops_all_writing_and_loses_nothing(tmp_path):
    found = kill("limit", tmp_path / "data")
    first, *later = found["errors"]
    assert first.startswith("WriteFailed: The disk failed")
    assert later
    assert all(error.startswith("StoreError: The disk failed") for error in later)
    assert found["entries"] == 20 - len(found["errors"]) + 1 > 5
    assert found["intact"]
    assert found["checked_at_start"]


def fill(store, notes):
    """Write until the disk is full; return how many were acknowledged and the error."""
    done = 0
    try:
        for n in range(notes):
            with store.unit_of_work() as uow:
                uow.log.append(NewEvent("note.added", f"{n} " + "x" * 4000))
                uow.commit()
            done += 1
    except AppError as error:
        return done, error
    return done, None


def test_a_full_disk_is_named_and_nothing_is_lost_and_work_goes_on_with_new_room(tmp_path):
    with small_disk(tmp_path / "disk", "3m") as disk:
        ballast = disk / "ballast"
        ballast.write_bytes(b"0" * (1 << 20))
        data = disk / "data"
        store = open_store(data, clock=SetClock(), actor="Thabo")
        done, error = fill(store, 10_000)
        assert isinstance(error, DiskFull)
        assert "no room left" in error.text
        assert store.verify().entries == done > 10

        with pytest.raises(DiskFull):
            store.files.put(os.urandom(1 << 20))
        assert not list(data.glob("files/**/*.part"))

        ballast.unlink()
        more, _error = fill(store, 5)
        assert more == 5
        assert store.verify().entries == done + 5
        store.close()
        check_file(data / FILE_NAME)


def test_a_transcript_on_a_full_disk_ends_with_a_whole_piece(tmp_path):
    with small_disk(tmp_path / "disk", "2m") as disk:
        store = open_store(disk / "data", clock=SetClock(), actor="Thabo")
        (disk / "ballast").write_bytes(b"0" * (1 << 20))
        grown = store.transcripts.open("run", "step")
        with pytest.raises(DiskFull):
            append_until_full(grown)
        (disk / "ballast").unlink()
        grown.append("stdout", b"the end", NOON)
        sha256, _size = grown.seal()
        text = store.files.get(sha256)
        assert text.endswith(b" stdout 7\nthe end\n")
        store.close()


def append_until_full(grown):
    while True:
        grown.append("stdout", b"x" * 50_000, NOON)
