import os
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from app.domain.event import NewEvent
from app.errors import Busy, DatabaseDamaged, DiskFull, StoreError
from app.store import store as store_module
from app.store.engine import open_engine
from app.store.place import Place
from app.store.sqlite import FILE_NAME, WriteFailed, as_app_error, connect, prepare_file
from app.store.store import open_store
from tests.store.conftest import write_entries


def pragma(engine, name):
    with engine.connect() as connection:
        return connection.exec_driver_sql(f"PRAGMA {name}").scalar()


def test_every_connection_has_the_settings_our_promises_rest_on(store):
    engine = store.ledger.engine
    with engine.connect(), engine.connect():
        wanted = {
            "journal_mode": "wal",
            "synchronous": 2,
            "foreign_keys": 1,
            "busy_timeout": 10_000,
            "trusted_schema": 0,
            "cell_size_check": 1,
        }
        assert {name: pragma(engine, name) for name in wanted} == wanted


def test_on_a_network_drive_there_is_no_shared_journal_but_a_warning(data, clock, monkeypatch):
    monkeypatch.setattr(store_module, "place_of", lambda folder: Place.NETWORK)
    store = open_store(data, clock=clock, actor="Thabo")
    assert pragma(store.ledger.engine, "journal_mode") == "delete"
    assert pragma(store.ledger.engine, "synchronous") == 2
    assert "network drive" in store.warnings[0]
    write_entries(store, 2)
    store.close()
    assert store.verify().entries == 2


def test_the_mode_is_read_back_not_believed(tmp_path):
    path = tmp_path / "db"
    assert prepare_file(path) == "wal"
    assert prepare_file(path, wal=False) == "delete"
    assert prepare_file(path) == "wal"


@pytest.mark.skipif(os.name != "posix", reason="rights are bits on POSIX only")
def test_only_the_owner_can_read_what_is_kept(store, data):
    write_entries(store, 1)
    store.files.put(b"evidence")
    store.transcripts.open("run", "step").close()
    for path in (data, *data.rglob("*")):
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode & 0o077 == 0, path


@pytest.mark.skipif(os.name != "posix", reason="rights are bits on POSIX only")
def test_a_folder_that_was_open_to_others_is_closed(data, clock):
    data.chmod(0o755)
    (data / FILE_NAME).chmod(0o644)
    open_store(data, clock=clock, actor="Thabo").close()
    assert stat.S_IMODE(data.stat().st_mode) == 0o700
    assert stat.S_IMODE((data / FILE_NAME).stat().st_mode) == 0o600


def test_what_is_not_a_database_is_named(data, clock):
    (data / FILE_NAME).write_bytes(b"This is a letter to my aunt. " * 400)
    with pytest.raises(DatabaseDamaged, match="not a database") as told:
        open_store(data, clock=clock, actor="Thabo")
    assert "last good copy" in told.value.hint


def test_a_flipped_page_is_found_when_the_program_starts(data, clock):
    store = open_store(data, clock=clock, actor="Thabo")
    write_entries(store, 50)
    store.close()
    path = data / FILE_NAME
    content = bytearray(path.read_bytes())
    at = content.index(b"note.added")
    page = at // 4096 * 4096
    content[page : page + 200] = b"\xff" * 200
    path.write_bytes(content)
    with pytest.raises(DatabaseDamaged, match=r"changedesk\.db is damaged"):
        open_store(data, clock=clock, actor="Thabo")


def test_damage_that_stops_no_reading_is_found_when_the_program_starts(data, clock):
    open_store(data, clock=clock, actor="Thabo").close()
    path = data / FILE_NAME
    content = bytearray(path.read_bytes())
    content[36:40] = (7).to_bytes(4, "big")  # pages that are free, and are nowhere
    path.write_bytes(content)
    with pytest.raises(DatabaseDamaged, match="freelist: size is 0 but should be 7"):
        open_store(data, clock=clock, actor="Thabo")


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs a list of open files")
def test_a_file_that_cannot_be_used_is_not_kept_open(tmp_path):
    path = tmp_path / "db"
    path.write_bytes(b"not a database, and longer than a header of one" * 40)
    with pytest.raises(sqlite3.DatabaseError) as caught:
        connect(path)
    assert str(path) not in {os.path.realpath(link) for link in Path("/proc/self/fd").iterdir()}
    del caught  # it held what was opened until here


def test_a_large_database_is_looked_through_only_after_a_crash(data, clock, monkeypatch):
    looked = []
    monkeypatch.setattr(store_module, "ALWAYS_CHECKED_BYTES", 0)
    monkeypatch.setattr(store_module, "check_file", looked.append)
    open_store(data, clock=clock, actor="Thabo").close()
    assert looked == []
    (data / "lock").write_text("{}")
    open_store(data, clock=clock, actor="Thabo").close()
    assert looked == [data / FILE_NAME]


def test_another_writer_is_waited_for_and_then_named(store, data):
    with closing(sqlite3.connect(data / FILE_NAME, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        engine = store.ledger.engine
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA busy_timeout = 50")
        with pytest.raises(Busy, match="written to by somebody else"), store.unit_of_work():
            pass
    write_entries(store, 1)
    assert store.verify().entries == 1


def test_after_the_disk_has_failed_nothing_more_is_written(store):
    failure = WriteFailed("The disk failed.", hint="Export.")

    def fail():
        with store.unit_of_work() as uow:
            uow.log.append(NewEvent("note.added", "Lost"))
            raise failure

    with pytest.raises(WriteFailed):
        fail()
    with pytest.raises(StoreError, match="The disk failed"), store.unit_of_work():
        pass
    assert store.queries.events() == ()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("SQLITE_FULL", DiskFull),
        ("SQLITE_IOERR_FSYNC", WriteFailed),
        ("SQLITE_IOERR_WRITE", WriteFailed),
        ("SQLITE_CORRUPT_VTAB", DatabaseDamaged),
        ("SQLITE_BUSY_SNAPSHOT", Busy),
        ("SQLITE_READONLY_DIRECTORY", StoreError),
        ("SQLITE_CANTOPEN", StoreError),
        ("", StoreError),
    ],
)
def test_what_the_database_says_is_said_in_our_words(tmp_path, name, expected):
    error = sqlite3.OperationalError("something")
    error.sqlite_errorname = name
    assert type(as_app_error(error, tmp_path / FILE_NAME)) is expected


@pytest.mark.skipif(os.name != "posix", reason="rights are bits on POSIX only")
def test_a_database_that_can_only_be_read_is_named(tmp_path):
    path = tmp_path / FILE_NAME
    prepare_file(path, wal=False)
    engine = open_engine(path, read_only=True)
    with engine.connect() as connection, pytest.raises(StoreError, match="can only be read"):
        connection.exec_driver_sql("CREATE TABLE t (x)")
    engine.dispose()
