"""Real database servers: captured with a password, proven level by level, restored in a drill."""

import subprocess
from pathlib import Path

import pytest

from app.domain.backup import CaptureState, Level, Outcome, SourceKind
from app.errors import BackupFailed
from app.tasks import TaskContext
from app.vault.notes import load_set
from tests.database_fixtures import PASSWORD, ROWS
from tests.vault.conftest import take
from tests.vault.databases.conftest import FIXTURES, KINDS, QUERY, prove_all, source_of
from tests.vault.test_capture_faults import tool

RESTORED = {
    SourceKind.POSTGRESQL: "throwaway PostgreSQL",
    SourceKind.MYSQL: "throwaway MariaDB",
    SourceKind.REDIS: "throwaway Redis",
}


@pytest.fixture(params=KINDS)
def kind(request) -> SourceKind:
    return request.param


@pytest.fixture
def server(request, kind):
    return request.getfixturevalue(FIXTURES[kind])


def processes_in(folder: Path) -> list[str]:
    found = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True)
    return [line for line in found.stdout.splitlines() if f"{folder}/changedesk." in line]


def test_a_database_is_proven_to_the_last_level(keeper, with_tools, scratch, kind, server):
    query = QUERY if kind is not SourceKind.REDIS else ""
    taken = take(keeper, with_tools, source_of(kind, server, query=query))
    assert taken.state is CaptureState.CAPTURED, taken.objects
    proofs = prove_all(keeper, taken, with_tools)
    assert [proof.outcome for proof in proofs] == [Outcome.PASSED] * 5, proofs
    assert "as at the source" in proofs[Level.MATCHES_SOURCE].detail
    drill = proofs[Level.RESTORED]
    assert RESTORED[kind] in drill.detail
    assert drill.duration_s > 0
    if query:
        assert "the query of the plan is answered as there" in drill.detail
    assert processes_in(scratch) == []
    assert list(scratch.iterdir()) == []


def test_the_password_is_in_nothing_that_is_kept(keeper, with_tools, kind, server):
    taken = take(keeper, with_tools, source_of(kind, server))
    folder = keeper.root / taken.path
    for path in folder.rglob("*"):
        if path.is_file():
            assert PASSWORD.encode() not in path.read_bytes()
            assert b"w#rd" not in path.read_bytes()


def test_a_wrong_password_is_named_and_seals_nothing(knowing, with_tools, kind, server):
    with pytest.raises(BackupFailed, match="refused the login") as caught:
        take(knowing("wrong"), with_tools, source_of(kind, server))
    assert caught.value.host == "shop-1"
    assert caught.value.step == "backup"
    assert "Check account and password" in caught.value.sentence()


def test_a_server_that_is_not_there_is_named(keeper, with_tools, kind, server):
    nobody = "/nowhere" if kind is SourceKind.POSTGRESQL else "127.0.0.1:1"
    with pytest.raises(BackupFailed, match="does not answer"):
        take(keeper, with_tools, source_of(kind, server, server=nobody))


def test_a_database_that_is_not_there_is_named(keeper, with_tools, kind, server):
    if kind is SourceKind.REDIS:
        pytest.skip("Redis has no names")
    with pytest.raises(BackupFailed, match="has no such database"):
        take(keeper, with_tools, source_of(kind, server, database="nothing"))


def test_what_the_source_held_is_in_the_manifest(keeper, with_tools, kind, server):
    taken = take(keeper, with_tools, source_of(kind, server))
    sealed = load_set(keeper.core, keeper.root / taken.path)
    rows = {table.name: table.rows for table in sealed.manifest.objects[0].tables}
    if kind is SourceKind.REDIS:
        assert rows == {"db0": 303, "db3": 1}
    else:
        name = "public.orders" if kind is SourceKind.POSTGRESQL else "orders"
        assert rows[name] == ROWS
        assert len(rows) == {SourceKind.POSTGRESQL: 5, SourceKind.MYSQL: 3}[kind]


def test_a_plan_without_an_account_uses_the_own_way_of_the_host(vault, with_tools, postgresql):
    source = source_of(SourceKind.POSTGRESQL, postgresql, login="")
    taken = take(vault, with_tools, source)
    assert taken.state is CaptureState.CAPTURED, taken.objects
    assert [item.name for item in taken.objects] == [
        "01-postgres-shop.dump.zst.age",
        "02-postgres-shop-globals.sql.zst.age",
        "03-facts.txt.zst.age",
    ]


def test_rows_written_during_the_backup_are_not_mistaken_for_damage(
    keeper, with_tools, tools, mariadb
):
    mariadb.ask("CREATE TABLE shop.moving (a INT)")
    write = f"{' '.join(mariadb.client)} -e 'INSERT INTO shop.moving VALUES (1)'"
    tool(tools, "mariadb-dump", f'/usr/bin/mariadb-dump "$@" || exit; {write}')
    try:
        taken = take(keeper, with_tools, source_of(SourceKind.MYSQL, mariadb))
    finally:
        mariadb.ask("DROP TABLE shop.moving")
    drill = keeper.verify(taken, Level.RESTORED, by="", context=TaskContext())
    assert drill.outcome is Outcome.PASSED, drill.detail
    assert "not compared, for they changed during the backup: moving" in drill.detail


def test_a_table_without_transactions_is_warned_of(keeper, with_tools, mariadb):
    mariadb.ask("CREATE TABLE shop.old (a INT) ENGINE=MyISAM")
    try:
        taken = take(keeper, with_tools, source_of(SourceKind.MYSQL, mariadb))
    finally:
        mariadb.ask("DROP TABLE shop.old")
    assert taken.state is CaptureState.WITH_WARNINGS
    assert taken.objects[0].warnings == (
        "not consistent: old is a table of MyISAM, which knows no transactions",
    )
