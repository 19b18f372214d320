"""PostgreSQL: a dump counts only when it is whole, and is proven by PostgreSQL's own tool."""

import shutil
import tempfile
from pathlib import Path

import pytest

from app.domain.backup import BackupSource, CaptureState, Level, Outcome, SourceKind
from app.errors import BackupFailed
from app.tasks import TaskContext
from tests.postgres_fixtures import as_postgres
from tests.vault.conftest import take
from tests.vault.local_remote import FEW_TOOLS, LocalRemote, few_tools
from tests.vault.test_capture_faults import tool

PG_TOOLS = (*FEW_TOOLS, "pg_dump", "pg_dumpall", "runuser")


@pytest.fixture
def tools(postgres_server: Path) -> Path:
    """A folder of tools that the database's own user may enter as well."""
    folder = Path(tempfile.mkdtemp(dir=postgres_server)) / "bin"
    folder.parent.chmod(0o755)
    few_tools(folder, *PG_TOOLS)
    return folder


@pytest.fixture
def with_postgres(postgres_server: Path, tools: Path) -> LocalRemote:
    path = str(tools)
    return LocalRemote(env={"PATH": path, "PGHOST": str(postgres_server)})


def shop_of(remote: LocalRemote, name: str = "shop") -> BackupSource:
    return BackupSource(SourceKind.POSTGRESQL, remote.host.id, database=name)


def test_a_dump_and_its_roles_are_captured_and_decoded_to_the_end(
    vault, with_postgres, postgres_server
):
    taken = take(vault, with_postgres, shop_of(with_postgres))
    assert taken.state is CaptureState.CAPTURED, taken.objects
    assert [item.name for item in taken.objects] == [
        "01-postgres-shop.dump.zst.age",
        "02-postgres-shop-globals.sql.zst.age",
        "03-facts.txt.zst.age",
    ]
    proof = vault.verify(taken, Level.READABLE, by="", context=TaskContext())
    assert proof.outcome is Outcome.PASSED, proof.detail
    assert "decoded by pg_restore" in proof.detail
    drill = vault.verify(taken, Level.RESTORED, by="", context=TaskContext())
    assert drill.outcome is Outcome.NOT_DONE


def test_the_restored_dump_fills_a_new_database(vault, with_postgres, postgres_server, tmp_path):
    taken = take(vault, with_postgres, shop_of(with_postgres))
    vault.restore(taken, tmp_path / "out", TaskContext())
    dump = postgres_server / "restored.dump"
    shutil.copy(tmp_path / "out" / "01-postgres-shop.dump", dump)
    dump.chmod(0o644)
    as_postgres("createdb", "-h", str(postgres_server), "shop_restored")
    where = ("-h", str(postgres_server), "-d", "shop_restored")
    as_postgres("pg_restore", "--exit-on-error", "--single-transaction", *where, str(dump))
    counted = as_postgres("psql", "-X", "-A", "-t", *where, "-c", "SELECT count(*) FROM orders")
    assert counted.stdout == b"3000\n"


def test_a_database_that_is_not_there_seals_nothing(vault, with_postgres):
    with pytest.raises(BackupFailed, match="does not exist"):
        take(vault, with_postgres, BackupSource(
            SourceKind.POSTGRESQL, with_postgres.host.id, database="nothing"
        ))  # fmt: skip


FAULTS = {
    "login refused": "echo 'pg_dump: error: FATAL: password authentication failed' >&2; exit 1",
    "killed": "kill -9 $$",
    "killed after data": '/usr/bin/pg_dump "$@" | head -c 3000; kill -9 $$',
    "empty with exit 0": "exit 0",
    "text with exit 0": "yes 'not a dump' | head -c 5000; exit 0",
    "not installed": "exit 127",
    "lock not given": "echo 'pg_dump: error: canceling statement due to lock timeout' >&2; exit 1",
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_dump_that_fails_in_any_way_is_never_a_success(vault, with_postgres, tools, fault):
    tool(tools, "pg_dump", FAULTS[fault])
    taken = None
    try:
        taken = take(vault, with_postgres, shop_of(with_postgres))
    except BackupFailed:
        return
    assert taken.state is CaptureState.PARTIAL
    assert taken.objects[0].state is CaptureState.FAILED
    assert not taken.usable


def test_a_dump_cut_short_with_exit_0_is_found_when_it_is_read(vault, with_postgres, tools):
    tool(tools, "pg_dump", '/usr/bin/pg_dump "$@" | head -c 6000; exit 0')
    taken = take(vault, with_postgres, shop_of(with_postgres))
    proof = vault.verify(taken, Level.READABLE, by="", context=TaskContext())
    assert proof.outcome is Outcome.FAILED
    assert "pg_restore cannot read" in proof.detail
