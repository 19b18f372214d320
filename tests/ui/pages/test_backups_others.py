"""What other systems keep, on the backups page: claimed, and what the gate makes of it."""

from dataclasses import replace
from datetime import timedelta

from app.domain.backup import BackupSource, SourceKind
from app.domain.change import ChangeState
from app.domain.external_backup import BackupSystem, Checked, Covered, ExternalBackup
from app.services.backup import external_backups
from app.services.change import changes
from tests.ui.pages.conftest import DB, with_fields
from tests.ui.pages.test_backups_way_back import picture
from ui.pages.backups.page import BackupsPage
from ui.widgets.labels import Label

VM = BackupSource(SourceKind.EXTERNAL, DB.id, database="The whole machine")
COVERS = (Covered(DB.id, VM.kind, VM.title),)


def shown(widget) -> str:
    return "\n".join(label.text() for label in widget.findChildren(Label) if label.isVisible())


def test_references_are_listed_as_claimed_with_what_the_gate_makes_of_them(
    drive, services, record, clock
):
    change = record("Upgrade PostgreSQL", ChangeState.ASSESS)
    changes.edit_change(change.id, with_fields(backup_plan=(VM,)), desk=services.desk)
    newest = ExternalBackup(
        "", BackupSystem.RESTIC, "5f3a", clock.now() - timedelta(hours=1), COVERS
    )
    seen = replace(
        newest, system=BackupSystem.VEEAM, identifier="point 42", checked=Checked.SEEN,
        taken_at=clock.now() - timedelta(hours=2), checked_by="Eva", check="its list",
    )  # fmt: skip
    for item in (newest, seen):
        external_backups.record_reference(
            change.id, item, None, desk=services.desk, files=services.files
        )
    driver = drive(BackupsPage)
    driver.click(driver.page._others)
    panel = driver.page.others
    model = panel.table.model()
    assert [model.index(row, 0).data() for row in range(model.rowCount())] == [
        f"restic, {change.number}, Not checked",
        f"Veeam, {change.number}, L0 captured, claimed",
    ]
    words = shown(panel)
    assert "Claimed, not measured here" in words
    assert "The whole machine: The gate looks at another reference." in words
    panel.table.selectRow(1)
    driver.settle()
    picture(driver, "others")
    assert "Veeam" in shown(panel)
    assert "its list" in shown(panel)
    went = []
    driver.context.navigation.went.connect(went.append)
    driver.click(panel.open)
    driver.click(panel.record)
    assert [(place.page, place.ref) for place in went] == [("changes", f"{change.id}/backup")] * 2


def test_without_any_it_says_so_and_what_stands_in_the_way_of_recording(drive):
    driver = drive(BackupsPage)
    driver.open("others")
    panel = driver.page.others
    assert "None for an open change" in shown(panel)
    assert not panel.record.isEnabled()
    picture(driver, "others-empty")
    driver.page.escape()
    assert not panel.isVisible()
