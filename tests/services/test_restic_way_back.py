"""The restore plan of a snapshot, followed to the letter; and a runbook's step that takes one."""

import shutil
import subprocess
from argparse import Namespace
from dataclasses import replace

import pytest

from app.cli import restic as cli
from app.domain.backup import BackupSource, Level, SourceKind
from app.domain.run import StepState
from app.domain.runbook import Runbook, Step, StepKind
from app.errors import IllegalMove
from app.services.backup.backup_gate import own_sources
from app.services.backup.restic import driving
from app.services.backup.restic.way_back import MARK, plan_of
from app.services.run.restic_step import back_up_with_restic, refuse_by_hand
from app.tasks import TaskContext
from tests.services.test_restic import PASSWORD, Shop

pytestmark = pytest.mark.skipif(shutil.which("restic") is None, reason="restic is not installed")


@pytest.fixture
def shop(opened, made, ssh_host, tmp_path):
    folder = tmp_path / "it's [odd] *"
    folder.mkdir()
    return Shop(opened, made, ssh_host, folder, tmp_path / "repo")


def test_the_plans_own_commands_bring_back_what_a_snapshot_holds(shop, tmp_path):
    item = shop.take()
    before = {p.name: p.read_bytes() for p in shop.folder.iterdir()}
    (shop.folder / "3.txt").write_text("altered by the work")
    (shop.folder / "new.txt").write_text("made by the work")
    (shop.folder / "7.txt").unlink()
    steps = driving.way_back(shop.kept(), item, shop.host.name)
    around = {"RESTIC_PASSWORD": PASSWORD, "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}
    said = ""
    for step in steps:
        if step.command:
            command = step.command.replace(MARK, "abcdefgh")
            done = subprocess.run(
                ["sh", "-c", command], env=around, capture_output=True, text=True, timeout=60,
                check=False,
            )  # fmt: skip
            said += done.stdout
            assert done.returncode == (1 if command.startswith("diff") else 0), done.stderr
    assert {p.name: p.read_bytes() for p in shop.folder.iterdir()} == before
    (kept,) = shop.folder.parent.glob("*.changedesk-old-abcdefgh")
    assert (kept / "3.txt").read_text() == "altered by the work"
    assert "7.txt" in said
    assert "new.txt" in said


def test_the_plan_is_part_of_the_evidence_and_told_by_the_command(shop, opened, capsys):
    item = shop.take()
    kept = opened.files.get(item.proof.sha256).decode()
    steps = driving.way_back(shop.kept(), item, shop.host.name)
    assert all(step.command in kept for step in steps)
    words = Namespace(deed="plan", change=shop.change.number, reference=item.id, json=False)
    assert cli.run(words, opened) == 0
    assert steps[1].command in capsys.readouterr().out


def test_a_path_inside_another_is_restored_with_it(shop):
    item = replace(shop.take(), size_bytes=10)
    inner = f"{shop.folder}/inner"
    steps = plan_of(item, (inner, str(shop.folder)), "web-01")
    assert [step.target for step in steps if "--target" in step.command] == [
        f"{shop.folder}.changedesk-restore-{MARK}"
    ]


def step(shop: Shop) -> Step:
    return Step("s1", "Take the files", StepKind.BACKUP, shop.host.id, restic=str(shop.place))


def test_a_step_takes_as_much_as_the_risk_demands(shop):
    change = shop.kept()
    assert change.risk.required_backup > Level.INTACT
    told = back_up_with_restic(change, step(shop), shop.host.id, TaskContext(), with_=shop.with_)
    (item,) = shop.kept().external_backups
    assert told.state is StepState.DONE
    assert told.outcome.startswith(f"restic snapshot {item.name}: L4 restored")
    low = replace(change, risk=None)
    told = back_up_with_restic(low, step(shop), shop.host.id, TaskContext(), with_=shop.with_)
    assert (told.state, "L1 intact" in told.outcome) == (StepState.DONE, True)


def test_what_a_step_of_restic_takes_is_left_out_of_our_own_sets(shop):
    database = BackupSource(SourceKind.SQLITE, shop.host.id, database="/srv/shop.db")
    change = replace(shop.change, backup_plan=(shop.source, database))
    assert own_sources(change) == [shop.source, database]
    by_restic = replace(change, runbook=Runbook((step(shop),)))
    assert own_sources(by_restic) == [database]


def test_a_step_back_names_the_snapshot_that_a_person_puts_back(shop):
    refuse_by_hand(shop.kept(), shop.host.id)
    item = shop.take()
    with pytest.raises(IllegalMove, match=item.name) as caught:
        refuse_by_hand(shop.kept(), shop.host.id)
    assert "put back by hand" in caught.value.hint
