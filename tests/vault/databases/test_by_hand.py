"""Databases that a person puts back: the steps that are sealed with the set do it."""

import os
import shutil
import subprocess

import pytest

from app.domain.backup import BackupSource, SourceKind
from app.domain.restore import RestoreWish
from app.tasks import TaskContext
from tests.database_fixtures import PASSWORD
from tests.vault.conftest import take
from tests.vault.databases.conftest import source_of

TOOLS = ("age", "zstd", "sh")


@pytest.fixture
def follow(made, keeper):
    """Run the commands of a sealed plan, in the folder of the set with the printed key."""
    if missing := [name for name in TOOLS if shutil.which(name) is None]:
        pytest.skip(f"not installed: {', '.join(missing)}")

    def run(taken) -> list[str]:
        folder = keeper.root / taken.path
        (folder / "key.txt").write_text(made.recovery_key + "\n")
        steps = [step for step in keeper.plan(taken) if step.title.startswith("By hand")]
        for step in steps:
            command = step.command.replace("MARK", "abcdefgh")
            env = {**os.environ, "MYSQL_PWD": PASSWORD, "REDISCLI_AUTH": PASSWORD}
            done = subprocess.run(
                ["sh", "-ec", command], cwd=folder, env=env, capture_output=True, check=False
            )
            assert done.returncode == 0, (step, done.stderr)
        return [step.title for step in steps]

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
        assert len(follow(taken)) == 2
        assert mariadb.ask("SELECT count(*) FROM office.desk;") == "2\n"
        kept = (keeper.root / taken.path / "office.before-abcdefgh.sql").read_text()
        assert "Dump completed" in kept
    finally:
        mariadb.ask("DROP DATABASE office;")


def test_the_file_of_redis_is_checked_by_the_plans_own_commands(keeper, with_tools, redis, follow):
    taken = take(keeper, with_tools, source_of(SourceKind.REDIS, redis))
    titles = follow(taken)
    assert titles[-1].startswith("By hand: stop Redis")
    assert (keeper.root / taken.path / "dump.rdb.restore-abcdefgh").stat().st_size > 100


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
