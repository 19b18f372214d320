"""A dump may come from a server that was broken into: a drill must not run what it holds."""

import subprocess

import pytest

from app.domain.backup import Level, Outcome, SourceKind
from app.tasks import TaskCancelled, TaskContext
from tests.vault.conftest import take
from tests.vault.databases.conftest import source_of
from tests.vault.test_capture_faults import tool


@pytest.fixture
def mark(scratch):
    """A file that nothing may make; every account could."""
    folder = scratch / "open"
    folder.mkdir()
    folder.chmod(0o777)
    return folder / "pwned"


def drill(keeper, taken):
    return keeper.verify(taken, Level.RESTORED, by="", context=TaskContext())


def test_a_program_in_a_dump_of_mariadb_is_not_run(keeper, with_tools, tools, mariadb, mark):
    evil = f"\\\\! touch {mark}\\nsystem touch {mark}\\nSELECT 1 INTO OUTFILE '{mark}';"
    tool(
        tools,
        "mariadb-dump",
        f"/usr/bin/mariadb-dump \"$@\" | sed '3i {evil}'",
    )
    taken = take(keeper, with_tools, source_of(SourceKind.MYSQL, mariadb))
    proof = drill(keeper, taken)
    assert not mark.exists()
    assert proof.outcome is not Outcome.PASSED, proof.detail


def test_a_program_in_a_dump_of_postgresql_is_not_run(keeper, with_tools, postgresql, mark):
    postgresql.ask("CREATE DATABASE evil;")
    try:
        postgresql.ask(_EVIL.replace("MARK", str(mark)))
        works_there = mark.exists()
        mark.unlink(missing_ok=True)
        source = source_of(SourceKind.POSTGRESQL, postgresql, database="evil")
        taken = take(keeper, with_tools, source)
        proof = drill(keeper, taken)
    finally:
        postgresql.ask("DROP DATABASE evil")
    assert works_there, "the trap does not work, so nothing is tested"
    assert not mark.exists()
    assert proof.outcome is Outcome.NOT_DONE, proof.detail
    assert "external program" in proof.detail


_EVIL = r"""
\c evil
CREATE FUNCTION run() RETURNS text LANGUAGE plpgsql AS $$ BEGIN
    EXECUTE 'COPY (SELECT 1) TO PROGRAM ''touch MARK'''; RETURN 'x'; END $$;
CREATE TABLE trapped (a text CHECK (run() IS NOT NULL));
INSERT INTO trapped VALUES ('b');
"""


def test_a_name_of_a_role_cannot_smuggle_sql_in(keeper, with_tools, postgresql, mark):
    name = 'x\\"; ALTER ROLE drill SUPERUSER; --'
    quoted = name.replace('\\"', '""')
    postgresql.ask(f'CREATE ROLE "{quoted}";')
    try:
        taken = take(keeper, with_tools, source_of(SourceKind.POSTGRESQL, postgresql))
        proof = drill(keeper, taken)
    finally:
        postgresql.ask(f'DROP ROLE "{quoted}";')
    assert proof.outcome is Outcome.PASSED, proof.detail


def test_a_drill_leaves_no_server_behind_when_it_is_stopped(keeper, with_tools, redis, scratch):
    taken = take(keeper, with_tools, source_of(SourceKind.REDIS, redis))
    context = TaskContext()
    context.cancel()
    with pytest.raises(TaskCancelled):
        keeper.verify(taken, Level.RESTORED, by="", context=context)
    found = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True)
    assert f"{scratch}/changedesk." not in found.stdout
