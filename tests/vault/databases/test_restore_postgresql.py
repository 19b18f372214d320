"""PostgreSQL put back on its host: a new database, filled and counted, then renamed in."""

import pytest

from app.domain.backup import BackupSource, SourceKind
from app.domain.restore import DifferenceKind, RestoreState, RestoreWish
from app.errors import BackupFailed
from app.tasks import TaskContext
from tests.database_fixtures import as_postgres
from tests.vault.conftest import take
from tests.vault.local_remote import LocalRemote
from tests.vault.test_capture_faults import tool
from tests.vault.test_swaps import MARK, Attempt


@pytest.fixture
def with_postgres(postgres_server, tools) -> LocalRemote:
    return LocalRemote(env={"PATH": str(tools), "PGHOST": str(postgres_server)})


@pytest.fixture
def sql(postgres_server):
    """Ask a database something; return the answer as text."""

    def ask(text: str, database: str = "postgres") -> str:
        where = ("-h", str(postgres_server), "-d", database)
        return as_postgres("psql", "-X", "-A", "-t", *where, "-c", text).stdout.decode().strip()

    return ask


@pytest.fixture
def office(sql, postgres_server):
    """A database of its own, with rights and settings; removed with all that a restore made."""
    as_postgres("createdb", "-h", str(postgres_server), "office")
    sql("CREATE TABLE desk AS SELECT n AS id FROM generate_series(1, 40) AS n", "office")
    sql("ALTER DATABASE office SET work_mem TO '7MB'")
    sql("REVOKE CONNECT ON DATABASE office FROM PUBLIC")
    yield "office"
    for name in sql("SELECT datname FROM pg_database WHERE datname LIKE 'office%'").split():
        as_postgres("dropdb", "-h", str(postgres_server), "--force", name)


@pytest.fixture
def taken(vault, with_postgres, office):
    source = BackupSource(SourceKind.POSTGRESQL, with_postgres.host.id, database=office)
    return take(vault, with_postgres, source)


def names(sql) -> list[str]:
    return sql("SELECT datname FROM pg_database WHERE datname LIKE 'office%' ORDER BY 1").split()


def test_a_database_is_swapped_in_and_the_old_one_is_kept(vault, with_postgres, sql, taken):
    sql("DELETE FROM desk WHERE id > 3", "office")
    attempt = Attempt(vault, taken, with_postgres)
    result = attempt.go()
    assert result.restored == ("office",)
    assert result.kept == (f"office_before_{MARK}",)
    assert "1 tables, 40 rows" in result.compared
    assert "roles" not in "".join(result.restored)
    assert any("(globals): read it first" in text for text in result.skipped)
    assert names(sql) == ["office", f"office_before_{MARK}"]
    assert sql("SELECT count(*) FROM desk", "office") == "40"
    assert sql("SELECT count(*) FROM desk", f"office_before_{MARK}") == "3"
    assert sql("SHOW work_mem", "office") == "7MB"
    assert "=T/" in sql("SELECT datacl FROM pg_database WHERE datname = 'office'")
    assert "=Tc/" not in sql("SELECT datacl FROM pg_database WHERE datname = 'office'")
    assert attempt.look() is RestoreState.SWAPPED


def test_it_is_undone_and_cleared(vault, with_postgres, sql, taken):
    sql("DELETE FROM desk WHERE id > 3", "office")
    attempt = Attempt(vault, taken, with_postgres)
    attempt.go()
    attempt.undo()
    assert sql("SELECT count(*) FROM desk", "office") == "3"
    assert attempt.look() is RestoreState.PREPARING
    attempt.undo()
    attempt.clear()
    assert names(sql) == ["office"]
    attempt.go()
    attempt.clear()
    assert names(sql) == ["office"]
    assert sql("SELECT count(*) FROM desk", "office") == "40"


def test_a_database_that_is_gone_comes_back(vault, with_postgres, sql, taken, postgres_server):
    as_postgres("dropdb", "-h", str(postgres_server), "office")
    result = Attempt(vault, taken, with_postgres).go()
    assert result.kept == ()
    assert names(sql) == ["office"]


def test_a_dump_that_does_not_fill_a_database_leaves_everything_as_it_was(
    vault, with_postgres, sql, taken, tools
):  # fmt: skip
    tool(tools, "pg_restore", "head -c 100 >/dev/null; echo broken >&2; exit 1")
    attempt = Attempt(vault, taken, with_postgres)
    with pytest.raises(BackupFailed, match="broken"):
        attempt.go()
    assert attempt.states[-1] is RestoreState.CLEARED
    assert names(sql) == ["office"]
    assert sql("SELECT count(*) FROM desk", "office") == "40"


def test_the_difference_counts_rows(vault, with_postgres, sql, taken, monkeypatch):
    """What the source held is in the manifest: nothing is decoded for it."""
    monkeypatch.setattr("app.vault.restoring.dump_rows.processes.run", None)
    wish = RestoreWish()
    assert vault.difference(taken, with_postgres, TaskContext(), wish).is_none
    sql("INSERT INTO desk SELECT n FROM generate_series(1, 312) AS n", "office")
    sql('CREATE TABLE "Odd name" (id int)', "office")
    found = vault.difference(taken, with_postgres, TaskContext(), wish)
    told = {line.path: (line.kind, line.what) for line in found.lines}
    assert told == {
        "office: public.desk": (
            DifferenceKind.CHANGED,
            "312 rows more than in the set, 352 now",
        ),
        "office: public.Odd name": (DifferenceKind.NEW, "table of 0 rows"),
    }


def test_sessions_that_come_back_do_not_stop_the_swap(vault, with_postgres, sql, taken):
    import threading

    stop = threading.Event()

    def nag() -> None:
        while not stop.is_set():
            try:
                sql("SELECT pg_sleep(0.01)", "office")
            except Exception:  # noqa: BLE001 - being thrown out is what happens here
                continue

    thread = threading.Thread(target=nag)
    thread.start()
    try:
        result = Attempt(vault, taken, with_postgres).go()
    finally:
        stop.set()
        thread.join()
    assert result.restored == ("office",)
