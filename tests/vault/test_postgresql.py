"""PostgreSQL: a dump counts only when it is whole, and is proven by PostgreSQL's own tool."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.domain.backup import BackupSource, CaptureState, Level, Outcome, SourceKind
from app.errors import BackupFailed
from app.tasks import TaskContext
from tests.vault.conftest import take
from tests.vault.local_remote import FEW_TOOLS, LocalRemote, few_tools
from tests.vault.test_capture_faults import tool

PG_TOOLS = (*FEW_TOOLS, "pg_dump", "pg_dumpall", "runuser")


def as_postgres(*command: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        ["runuser", "-u", "postgres", "--", *command], capture_output=True, check=True, cwd="/"
    )


@pytest.fixture(scope="module")
def server() -> Iterator[Path]:
    """A private PostgreSQL with one small database; yields the folder of its socket."""
    binaries = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if os.geteuid() != 0 or not binaries or shutil.which("runuser") is None:
        pytest.skip("needs root and a PostgreSQL server")
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    shutil.chown(folder, "postgres")
    folder.chmod(0o755)
    control = str(binaries[-1].with_name("pg_ctl"))
    options = f"-k {folder} -c listen_addresses= -c fsync=off"
    try:
        as_postgres(str(binaries[-1]), "-D", f"{folder}/data", "--no-sync", "-A", "trust")
        log = f"{folder}/log"
        as_postgres(control, "-D", f"{folder}/data", "-w", "-l", log, "-o", options, "start")
        sql = (
            "CREATE TABLE orders AS SELECT n AS id, repeat('tea ', 20) AS item "
            "FROM generate_series(1, 3000) AS n"
        )
        as_postgres("createdb", "-h", str(folder), "shop")
        as_postgres("psql", "-X", "-h", str(folder), "-d", "shop", "-c", sql)
        yield folder
        as_postgres(control, "-D", f"{folder}/data", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder)


@pytest.fixture
def tools(server: Path) -> Path:
    """A folder of tools that the database's own user may enter as well."""
    folder = Path(tempfile.mkdtemp(dir=server)) / "bin"
    folder.parent.chmod(0o755)
    few_tools(folder, *PG_TOOLS)
    return folder


@pytest.fixture
def with_postgres(server: Path, tools: Path) -> LocalRemote:
    path = str(tools)
    return LocalRemote(env={"PATH": path, "PGHOST": str(server)})


def shop_of(remote: LocalRemote, name: str = "shop") -> BackupSource:
    return BackupSource(SourceKind.POSTGRESQL, remote.host.id, database=name)


def test_a_dump_and_its_roles_are_captured_and_decoded_to_the_end(vault, with_postgres, server):
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


def test_the_restored_dump_fills_a_new_database(vault, with_postgres, server, tmp_path):
    taken = take(vault, with_postgres, shop_of(with_postgres))
    vault.restore(taken, tmp_path / "out", TaskContext())
    dump = server / "restored.dump"
    shutil.copy(tmp_path / "out" / "01-postgres-shop.dump", dump)
    dump.chmod(0o644)
    as_postgres("createdb", "-h", str(server), "shop_restored")
    where = ("-h", str(server), "-d", "shop_restored")
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
