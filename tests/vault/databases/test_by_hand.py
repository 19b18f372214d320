"""Databases that a person puts back: the steps that are sealed with the set do it."""

import os
import shutil
import subprocess

import pytest

from app.domain.backup import BackupSource, SourceKind
from app.domain.restore import RestoreWish
from app.tasks import TaskContext
from tests.database_fixtures import PASSWORD, free_port, running, server_folder
from tests.vault.conftest import take
from tests.vault.databases.conftest import source_of

TOOLS = ("age", "zstd", "sh")


@pytest.fixture
def follow(made, keeper):
    """Run the commands of a sealed plan, in the folder of the set with the printed key."""
    if missing := [name for name in TOOLS if shutil.which(name) is None]:
        pytest.skip(f"not installed: {', '.join(missing)}")

    def run(taken, *, since: str = "", upto: str = "-") -> int:
        folder = keeper.root / taken.path
        (folder / "key.txt").write_text(made.recovery_key + "\n")
        steps = [step for step in keeper.plan(taken) if step.title.startswith("By hand")]
        titles = [step.title.partition(": ")[2] for step in steps]
        begin = next(at for at, title in enumerate(titles) if title.startswith(since))
        end = next((at for at, title in enumerate(titles) if title.startswith(upto)), len(steps))
        for step in steps[begin:end]:
            command = step.command.replace("MARK", "abcdefgh")
            env = {**os.environ, "MYSQL_PWD": PASSWORD, "REDISCLI_AUTH": PASSWORD}
            done = subprocess.run(
                ["sh", "-ec", command], cwd=folder, env=env, capture_output=True, check=False
            )
            assert done.returncode == 0, (step, done.stderr)
        return end - begin

    return run


def test_a_database_of_mariadb_comes_back_by_the_plans_own_commands(
    keeper, with_tools, mariadb, follow
):
    mariadb.ask("CREATE DATABASE office; CREATE TABLE office.desk (a INT PRIMARY KEY);")
    try:
        mariadb.ask("INSERT INTO office.desk VALUES (1), (2);")
        source = source_of(SourceKind.MYSQL, mariadb, database="office")
        taken = take(keeper, with_tools, source)
        mariadb.ask("DELETE FROM office.desk;")
        assert follow(taken) == 2
        assert mariadb.ask("SELECT count(*) FROM office.desk;") == "2\n"
        kept = (keeper.root / taken.path / "office.before-abcdefgh.sql").read_text()
        assert "Dump completed" in kept
    finally:
        mariadb.ask("DROP DATABASE office;")


def test_redis_comes_back_by_the_plans_own_commands_around_a_stop_and_a_start(
    keeper, with_tools, follow
):
    with server_folder("redis", "redis-server", "redis-cli") as folder:
        port = str(free_port())
        where = ("--port", port, "--bind", "127.0.0.1", "--dir", str(folder))
        command = ("redis-server", *where, "--requirepass", PASSWORD)
        ask = ("redis-cli", "-p", port, "-a", PASSWORD, "--no-auth-warning")
        source = BackupSource(SourceKind.REDIS, with_tools.host.id, server=f"127.0.0.1:{port}")
        with running((*ask, "PING"), *command):
            said(*ask, "MSET", "tea", "green", "cup", "2")
            taken = take(keeper, with_tools, source)
            said(*ask, "FLUSHALL")
            said(*ask, "SET", "since", "x")
            follow(taken, upto="stop ")
        follow(taken, since="put the file in", upto="start ")
        with running((*ask, "PING"), *command):
            assert follow(taken, since="start ") == 1
            assert said(*ask, "GET", "tea") == "green"
            assert said(*ask, "GET", "since") == ""
        (folder / "dump.rdb").write_bytes((folder / "dump.rdb.before-abcdefgh").read_bytes())
        with running((*ask, "PING"), *command):
            assert said(*ask, "GET", "since") == "x", "what was there is kept"


def said(*command: str) -> str:
    return subprocess.run(command, capture_output=True, check=True, text=True).stdout.strip()


def test_a_restore_of_everything_names_what_a_person_must_put_back(
    keeper, with_tools, redis, tmp_path
):
    (tmp_path / "srv").mkdir()
    (tmp_path / "srv" / "a").write_text("a")
    files = BackupSource(SourceKind.FILES, with_tools.host.id, (str(tmp_path / "srv"),))
    taken = take(keeper, with_tools, files, source_of(SourceKind.REDIS, redis))
    result = keeper.restore_on_host(taken, with_tools, TaskContext(), RestoreWish())
    assert result.skipped == (
        f"redis at {redis.address}: put it back by hand, as the restore plan says",
    )
    assert result.by_hand == (f"redis at {redis.address}",)
