"""Backups of other systems in the window: recorded, restored, withdrawn, never called proven."""

from datetime import timedelta

import pytest

from app.domain.backup import BackupSource, Level, SourceKind
from app.domain.change import ChangeState
from app.domain.external_backup import BackupSystem, Checked, Covered, ExternalBackup
from app.domain.ids import new_id
from app.services.change import changes
from tests.ui.pages.conftest import DB, read, with_fields
from tests.ui.pages.steps import tab
from tests.ui.pages.test_backups_way_back import picture
from ui.pages.changes.page import ChangesPage
from ui.widgets.fields import Check
from ui.widgets.labels import Label

VM = BackupSource(SourceKind.EXTERNAL, DB.id, database="The whole machine")


@pytest.fixture
def log(tmp_path):
    path = tmp_path / "verify.log"
    path.write_text("Repository verified: 0 errors")
    return path


@pytest.fixture
def opened(drive, services, record):
    change = record("Upgrade PostgreSQL", ChangeState.ASSESS)
    changes.edit_change(change.id, with_fields(backup_plan=(VM,)), desk=services.desk)
    driver = drive(ChangesPage)
    driver.open(change.id)
    return driver, change, tab(driver, "backup")


def type_into(field, text) -> None:
    field.set_value(str(text))
    field.edited.emit()


def shown(widget) -> str:
    return "\n".join(label.text() for label in widget.findChildren(Label) if label.isVisible())


def fill(form, log) -> None:
    type_into(form.identifier, "point 42")
    type_into(form.gigabytes, "120")
    type_into(form.scope, "whole machine, both disks")
    form.checked.set_value("verified")
    type_into(form.by, "Eva")
    type_into(form.how, "Health check, no error")
    for box in form.covers.findChildren(Check):
        box.setChecked(True)
    type_into(form.file, log)


def test_a_reference_is_recorded_and_shown_as_claimed(opened, services, log):
    driver, change, backup = opened
    part = backup.external
    assert "counts as claimed, never as proven" in shown(part)
    driver.click(part.add)
    form = part.reference
    driver.click(form.go)
    assert "Name it." in shown(form)
    assert "Pick what it stands for." in shown(form)
    fill(form, log)
    picture(driver, "external-form")
    driver.click(form.go)
    driver.settle()
    assert not form.isVisible()
    (item,) = read(services, change.id).external_backups
    assert (item.identifier, item.size_bytes, item.level) == ("point 42", 120_000_000_000, Level(1))
    picture(driver, "external")
    words = shown(backup)
    assert "L1 intact, claimed: more needs a restore with evidence." in words
    assert f"verify.log, SHA-256 {item.proof.sha256[:12]}" in words
    assert "claimed" in backup.gate._badge.accessibleName()
    assert "not proven here" in words
    table = backup.sources.sources.table.model()
    assert table.index(0, 3).data() == "L1 intact, claimed"

    driver.click(part.restored)
    drill = part.drill
    driver.click(drill.go)
    assert "A number above zero." in shown(drill)
    for field, text in ((drill.minutes, "90"), (drill.where, "restore-01"), (drill.by, "Eva"),
                        (drill.compared, "42 tables"), (drill.file, log)):  # fmt: skip
        type_into(field, text)
    driver.click(drill.go)
    driver.settle()
    (item,) = read(services, change.id).external_backups
    assert (item.level, item.restore_s) == (Level.RESTORED, 5400.0)
    assert "L4 restored, claimed" in shown(backup)
    assert "(claimed, not measured here)" in shown(backup.gate), "it moves the deadline"
    picture(driver, "external-restored")


def test_what_is_withdrawn_counts_for_nothing(opened, services, log):
    driver, change, backup = opened
    part = backup.external
    driver.click(part.add)
    fill(part.reference, log)
    driver.click(part.reference.go)
    driver.settle()
    driver.click(part.withdraw)
    asking = driver.page.detail.asking
    type_into(asking.reason, "wrong machine")
    driver.click(asking.confirm)
    driver.settle()
    (item,) = read(services, change.id).external_backups
    assert item.withdrawn_reason == "wrong machine"
    assert "Withdrawn by Nomsa: wrong machine" in shown(part)
    assert not part.restored.isEnabled()


def claim(at, checked, **more) -> ExternalBackup:
    return ExternalBackup(
        new_id(), BackupSystem.BORG, "a1", at, (Covered(DB.id, VM.kind, VM.title),),
        checked=checked, checked_by="Eva", check="list", **more,
    )  # fmt: skip


def test_the_proof_of_a_source_is_the_reference_that_counts_not_the_newest(opened, services, clock):
    driver, change, _backup = opened
    now = clock.now()
    seen = claim(now - timedelta(hours=2), Checked.SEEN)
    unseen = claim(now - timedelta(hours=1), Checked.NOT)
    gone = claim(now, Checked.SEEN, withdrawn_by="Eva", withdrawn_reason="wrong machine")
    both = with_fields(external_backups=(seen, unseen, gone))
    changes.edit_change(change.id, both, desk=services.desk)
    driver.open(change.id)
    table = tab(driver, "backup").sources.sources.table.model()
    assert table.index(0, 3).data() == "L0 captured, claimed"
