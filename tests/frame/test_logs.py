import logging
import os
import stat
from contextlib import suppress

import pytest

from app.logs import FILE_NAME, MAX_BYTES, start_logging, stop_logging
from app.redaction import Redactor
from tests.small_disk import small_disk

CANARY = "canary-7f3a9c-secret"
log = logging.getLogger("test")


@pytest.fixture
def path(tmp_path, caplog):
    redactor = Redactor()
    redactor.learn(CANARY)
    level = logging.getLogger().level
    yield start_logging(tmp_path / "data", redactor)
    stop_logging()
    logging.getLogger().setLevel(level)


def test_a_line_says_when_where_and_what(path):
    log.info("Host %s answered", "web-1")
    line = path.read_text(encoding="utf-8")
    assert "INFO MainThread test: Host web-1 answered" in line
    assert path.name == FILE_NAME


def test_no_secret_reaches_the_file_by_argument_or_traceback(path):
    log.warning("login with %s failed", CANARY)
    try:
        int(CANARY)
    except ValueError:
        log.exception("a fault")
    text = path.read_text(encoding="utf-8")
    assert CANARY not in text
    assert text.count("[redacted]") == 2
    assert "Traceback" in text


def test_text_from_a_server_cannot_steer_a_terminal(path):
    log.warning("said: %s", "\x1b[2J\x07\u202e evil")
    text = path.read_text(encoding="utf-8")
    assert not {"\x1b", "\x07", "\u202e"} & set(text)


def test_old_lines_make_room(path):
    for _ in range(12):
        log.warning("x" * (MAX_BYTES // 2))
    files = list(path.parent.glob(f"{FILE_NAME}*"))
    assert len(files) <= 6
    assert sum(file.stat().st_size for file in files) < 6.5 * MAX_BYTES


@pytest.mark.skipif(os.name != "posix", reason="about POSIX modes")
def test_only_the_owner_can_read_it_also_after_rotation(path):
    for _ in range(3):
        log.warning("x" * MAX_BYTES)
    modes = {stat.S_IMODE(file.stat().st_mode) for file in path.parent.glob(f"{FILE_NAME}*")}
    assert modes == {0o600}


def test_starting_twice_writes_each_line_once(path):
    start_logging(path.parent, Redactor())
    log.info("once")
    assert path.read_text(encoding="utf-8").count("once") == 1


def test_a_full_disk_keeps_nobody_from_working_and_lines_come_again_with_room(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(logging, "raiseExceptions", False)  # it would say so on standard error
    with small_disk(tmp_path / "disk", "64k") as disk:
        data = disk / "data"
        data.mkdir()
        fill(disk / "ballast")
        path = start_logging(data, Redactor())
        try:
            log.warning("lost")
            (disk / "ballast").unlink()
            log.warning("there is room again")
        finally:
            stop_logging()
        assert "there is room again" in path.read_text(encoding="utf-8")


@pytest.mark.skipif(os.name != "posix", reason="about a folder that goes away")
def test_a_folder_that_cannot_be_written_keeps_nobody_from_working(tmp_path, monkeypatch):
    monkeypatch.setattr(logging, "raiseExceptions", False)
    path = start_logging(tmp_path / "data", Redactor())
    try:
        path.parent.rmdir()
        log.warning("lost")
        path.parent.mkdir()
        log.warning("found again")
    finally:
        stop_logging()
    assert "found again" in path.read_text(encoding="utf-8")


def fill(path):
    with open(path, "wb", buffering=0) as ballast, suppress(OSError):
        while True:
            ballast.write(bytes(4096))
