"""Backups that let the work begin and are removed or altered while the run waits."""

import os
import shutil
from pathlib import Path

import pytest

from app.domain.backup import BackupSet, BackupSource, Level, SourceKind
from app.domain.change import ChangeState
from app.domain.run import StepState
from app.domain.runbook import Runbook, Step, StepKind
from app.services.backup.backups import verify_set
from app.services.run import decisions, execution
from app.tasks import TaskContext


def remove(folder: Path, _item: BackupSet) -> None:
    shutil.rmtree(folder)


def alter(folder: Path, item: BackupSet) -> None:
    """Turn one byte, and put size and time back as they were."""
    path = folder / "objects" / item.objects[0].name
    before, data = path.stat(), bytearray(path.read_bytes())
    path.chmod(0o600)
    data[-1] ^= 1
    with path.open("rb+") as file:
        file.write(data)
    path.chmod(before.st_mode)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def shorten(folder: Path, item: BackupSet) -> None:
    path = folder / "objects" / item.objects[0].name
    path.chmod(0o600)
    os.truncate(path, path.stat().st_size - 1)


def forge(folder: Path, _item: BackupSet) -> None:
    path = folder / "set.json"
    path.chmod(0o600)
    path.write_bytes(path.read_bytes().replace(b'"captured"', b'"captured" '))


def lose_record(folder: Path, _item: BackupSet) -> None:
    next((folder / "verification").glob("*-L1.json")).unlink()


WAYS = {
    "removed": (remove, "cannot be read"),
    "altered": (alter, "was altered after it was proven"),
    "cut short": (shorten, "was altered after it was proven"),
    "its manifest altered": (forge, "manifest"),
    "its proof removed": (lose_record, "is missing from the vault"),
}


@pytest.fixture
def waiting(opened, made, ssh_host, tmp_path):
    """A run that has taken its backup and waits for a person before its command."""
    folder, mark = tmp_path / "srv", tmp_path / "mark"
    folder.mkdir()
    (folder / "shop.ini").write_text("workers = 2\n")
    opened.vault.make()
    book = Runbook(
        (
            Step("f0", "Back up", StepKind.BACKUP),
            Step("f1", "Have a look", StepKind.MANUAL),
            Step("f2", "Alter", StepKind.COMMAND, ssh_host.id, f"echo x >>{mark}"),
        )
    )
    change = made(
        ChangeState.IMPLEMENT,
        runbook=book,
        backup_plan=(BackupSource(SourceKind.FILES, ssh_host.id, (str(folder),)),),
    )
    run = execution.start_run(change.id, desk=opened.desk)
    run = play(opened, run.id)
    assert run.of("f0").state is StepState.DONE, run.of("f0").outcome
    with opened.new_uow() as uow:
        (item,) = uow.backups.list(change=change.id)
    return run, item, mark


def play(services, run_id: str):
    return execution.play(run_id, services.executors, desk=services.desk, context=TaskContext())


def go_on(services, run):
    decisions.confirm_step(run.id, "f1", "seen", desk=services.desk)
    return play(services, run.id)


@pytest.mark.parametrize("how", WAYS)
def test_a_step_is_not_sent_when_the_backup_behind_it_was(opened, waiting, how):
    run, item, mark = waiting
    harm, words = WAYS[how]
    harm(opened.keeping.vault.root / item.path, item)
    run = go_on(opened, run)
    assert run.of("f2").state is StepState.FAILED
    assert "does not stand any more" in run.of("f2").outcome
    assert words in run.of("f2").outcome
    assert "repeat the step" in run.of("f2").outcome
    assert not mark.exists()


def test_what_is_proven_again_lets_the_step_go(opened, waiting):
    run, item, mark = waiting
    path = opened.keeping.vault.root / item.path / "objects" / item.objects[0].name
    os.utime(path, (1, 1))  # touched, and not altered
    run = go_on(opened, run)
    assert run.of("f2").state is StepState.FAILED
    verify_set(item.id, Level.READABLE, keeping=opened.keeping, context=TaskContext())
    decisions.repeat_step(run.id, "f2", desk=opened.desk)
    run = play(opened, run.id)
    assert run.of("f2").state is StepState.DONE
    assert mark.read_text() == "x\n"
