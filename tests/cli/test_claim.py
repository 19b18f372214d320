"""``changedesk claim``: what another system backed up, recorded with its evidence."""

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from app.bootstrap import Surroundings, open_services
from app.domain.backup import BackupSource, SourceKind
from app.domain.host import Host
from app.secrets import SessionSecrets
from app.services.change import changes
from tests.cli.test_commands import answer, call
from tests.cli.test_commands import data as data


@pytest.fixture
def planned(data: Path, ssh_host: Host) -> Path:
    """A data folder whose change leaves its host to another system."""
    around = Surroundings(actor="Nomsa", secrets=SessionSecrets())
    with closing(open_services(data, around)) as services:
        with services.new_uow() as uow:
            (change,) = uow.changes.list()
        source = BackupSource(SourceKind.EXTERNAL, ssh_host.id, database="All of it")
        changes.edit_change(
            change.id, lambda c: replace(c, backup_plan=(source,)), desk=services.desk
        )
    return data


def test_a_claim_is_recorded_restored_and_withdrawn(planned, tmp_path):
    log = tmp_path / "check.log"
    log.write_text("no errors")
    record = ("claim", "record", "CHG-000001", "--data", planned, "--system", "borg", "--id", "a1",
              "--taken", "2026-11-13T20:00:00+02:00", "--size", 1000, "--checked", "verified",
              "--checked-by", "Eva", "--how", "borg check, exit 0")  # fmt: skip
    code, found = answer(*record)
    assert (code, found["error"]) == (2, "InvalidInput")
    code, found = answer(*record, "--evidence", log)
    assert code == 0
    (one,) = found["references"]
    assert (one["level"], one["reference"]["identifier"]) == (1, "a1")
    ident = one["reference"]["id"]
    code, found = answer(
        "claim", "restored", "CHG-000001", ident, "--data", planned, "--at",
        "2026-11-13T21:00:00+02:00", "--seconds", 60, "--where", "scratch", "--compared",
        "row counts", "--by", "Eva", "--evidence", log,
    )  # fmt: skip
    assert (code, found["references"][0]["level"]) == (0, 4)
    code, found = answer(
        "claim", "withdraw", "CHG-000001", ident, "--data", planned, "--reason", "wrong"
    )
    assert (code, found["references"][0]["level"]) == (0, None)
    told = call("claim", "list", "CHG-000001", "--data", planned)
    assert "Withdrawn by" in told.stdout
    assert "Borg  a1" in told.stdout


def test_times_without_a_zone_and_what_the_plan_lacks_are_refused(planned):
    words = ("claim", "record", "CHG-000001", "--data", planned, "--system", "borg", "--id", "a1")
    assert call(*words, "--taken", "2026-11-13T20:00").returncode == 2
    code, found = answer(*words, "--taken", "2026-11-13T20:00Z", "--covers", "x:y")
    assert (code, found["error"]) == (2, "InvalidInput")
    assert "All of it" in found["hint"]
