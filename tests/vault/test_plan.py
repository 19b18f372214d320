"""The restore plan of a set is true: its very commands bring everything back."""

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing

import pytest

from app.domain.backup import BackupSource, Level, Outcome, SourceKind
from app.tasks import TaskContext
from tests.vault.conftest import sources, take
from tests.vault.test_host_restore import orders, snapshot

TOOLS = ("age", "zstd", "tar", "sqlite3", "sh")


def test_a_plan_is_sealed_with_the_set_and_guarded_by_its_proof(vault, remote, shop):
    taken = take(vault, remote, *sources(remote, shop))
    steps = vault.plan(taken)
    assert [step.target for step in steps] == [
        "shop-1",
        f"{shop}.changedesk-restore-MARK",
        f"{shop}/shop.sqlite.changedesk-restore-MARK",
        "shop-1",
        str(shop),
        f"{shop}/shop.sqlite",
        "shop-1",
    ]
    assert steps[1].bytes == taken.objects[0].plain_bytes
    assert steps[1].expected_s is not None
    page = vault.root / taken.path / "RESTORE-PLAN.txt"
    proof = vault.verify(taken, Level.INTACT, by="", context=TaskContext())
    assert proof.outcome is Outcome.PASSED, proof.detail
    page.chmod(0o600)
    page.write_text(page.read_text().replace("mv ", "rm -r "))
    proof = vault.verify(taken, Level.INTACT, by="", context=TaskContext())
    assert proof.outcome is Outcome.FAILED
    assert "RESTORE-PLAN.txt does not match" in proof.detail


def test_the_plans_own_commands_restore_a_host_without_the_program(made, remote, shop):
    if missing := [name for name in TOOLS if shutil.which(name) is None]:
        pytest.skip(f"not installed: {', '.join(missing)}")
    for path in shop.glob("shop.sqlite*"):
        path.rename(shop.parent / path.name)
    database = shop.parent / "shop.sqlite"
    host = remote.host.id
    taken = take(
        made.vault,
        remote,
        BackupSource(SourceKind.FILES, host, (str(shop),)),
        BackupSource(SourceKind.SQLITE, host, database=str(database)),
    )
    before = snapshot(shop)
    (shop / "conf" / "shop.ini").write_text("broken")
    (shop / "made.txt").write_text("by the change")
    with closing(sqlite3.connect(database)) as live:
        live.execute("DELETE FROM orders")
        live.commit()
    folder = made.vault.root / taken.path
    (folder / "key.txt").write_text(made.recovery_key + "\n")
    page = (folder / "RESTORE-PLAN.txt").read_text()
    commands = [line[5:] for line in page.splitlines() if line.startswith("   $ ")]
    assert len(commands) == 4
    for command in commands:
        line = command.replace("MARK", "ourmark8")
        done = subprocess.run(["sh", "-ec", line], cwd=folder, capture_output=True, check=False)
        assert done.returncode == 0, (line, done.stderr)
    assert snapshot(shop) == before
    assert orders(database) == 500
    kept = shop.parent / f"{shop.name}.changedesk-old-ourmark8"
    assert sorted(os.listdir(kept)) == sorted([*os.listdir(shop), "made.txt"])
