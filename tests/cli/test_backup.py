"""``changedesk backup --due``: what a timer of the system runs, against a real server."""

from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from app.bootstrap import Surroundings, open_services
from app.clock import SystemClock
from app.domain.backup import BackupSource, SourceKind
from app.domain.change import ChangeState
from app.domain.event import NewEvent
from app.domain.host import Host
from app.domain.runbook import Runbook, Step, StepKind
from app.domain.window import TimeRange, Window
from app.secrets import SessionSecrets
from tests.cli.test_commands import answer, call
from tests.cli.test_commands import data as data

HOUR = timedelta(hours=1)
AHEAD = Step("b", "Back up ahead", StepKind.BACKUP, lead_s=2 * 3600)


class Scheduled:
    """A data folder and its vault, with one change whose backup is scheduled."""

    def __init__(self, data: Path, host: Host, root: Path) -> None:
        self.data, self.key, self.root = data, root.parent / "vault-key.txt", root
        self.source = BackupSource(SourceKind.FILES, host.id, (str(root),))

    def schedule(self, opens: datetime) -> None:
        around = Surroundings(actor="Nomsa", secrets=SessionSecrets(), key_file=self.key)
        with closing(open_services(self.data, around)) as services:
            if not services.vault.exists():
                services.vault.make()
            with services.new_uow() as uow:
                (change,) = uow.changes.list()
                window = Window(TimeRange(opens, opens + HOUR), "UTC")
                change = replace(
                    change, state=ChangeState.SCHEDULED, window=window,
                    runbook=Runbook((AHEAD,)), backup_plan=(self.source,),
                )  # fmt: skip
                uow.changes.save(change)
                uow.log.append(NewEvent("change.scheduled", "Scheduled", change.id))
                uow.commit()

    @property
    def words(self) -> tuple[object, ...]:
        return ("--key-file", self.key, "backup", "--due", "--data", self.data)


@pytest.fixture
def scheduled(data, ssh_host, tmp_path) -> Scheduled:
    root = tmp_path / "etc"
    root.mkdir()
    (root / "shop.ini").write_text("workers = 2\n")
    return Scheduled(data, ssh_host, root)


def test_what_is_due_is_taken_once_and_what_is_not_waits(scheduled):
    now = SystemClock().now()
    scheduled.schedule(now + 3 * HOUR)
    told = call(*scheduled.words)
    assert (told.returncode, told.stdout.strip()) == (0, "Nothing is due.")
    scheduled.schedule(now + HOUR)
    code, found = answer(*scheduled.words)
    assert code == 0
    (one,) = found["due"]
    assert (one["change"], one["attempt"]["ok"]) == ("CHG-000001", True)
    (kept,) = one["attempt"]["sets"]
    code, sets = answer("vault", "list", "--data", scheduled.data)
    assert [item["id"] for item in sets["sets"]] == [kept]
    assert answer(*scheduled.words) == (0, {"due": []})


def test_one_that_fails_is_3_with_its_reason_and_not_tried_again_at_once(scheduled):
    scheduled.schedule(SystemClock().now() + HOUR)
    (scheduled.root / "shop.ini").unlink()
    scheduled.root.rmdir()
    code, found = answer(*scheduled.words)
    assert code == 3
    (one,) = found["due"]
    assert one["attempt"]["ok"] is False
    assert str(scheduled.root) in one["attempt"]["outcome"]
    assert answer(*scheduled.words) == (0, {"due": []})
