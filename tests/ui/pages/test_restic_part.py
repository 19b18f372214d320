"""restic in the window: chosen, run on a real server, shown with its own word, restored."""

import shutil
from dataclasses import replace

import pytest

from app.domain.backup import BackupSource, Level, SourceKind
from app.domain.change import ChangeState
from app.domain.event import NewEvent
from app.services.change import changes
from tests.services.test_restic import PASSWORD, restic
from tests.ui.pages.conftest import DB, read, with_fields
from tests.ui.pages.steps import tab
from tests.ui.pages.test_backups_way_back import picture
from tests.ui.pages.test_external_part import shown, type_into
from ui.pages.changes.page import ChangesPage

pytestmark = pytest.mark.skipif(shutil.which("restic") is None, reason="restic is not installed")


@pytest.fixture
def shop(services, ssh_host, tmp_path):
    """A folder of the real server, which db-01 is here, and a repository beside it."""
    with services.new_uow() as uow:
        uow.hosts.save(replace(ssh_host, id=DB.id, name="db-01"))
        uow.log.append(NewEvent("host.edited", "Edited db-01"))
        uow.commit()
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "orders.txt").write_text("order\n" * 1000)
    restic(tmp_path / "repo", "init")
    return tmp_path


def test_a_snapshot_is_taken_checked_and_restored_from_the_window(drive, services, record, shop):
    change = record("Upgrade PostgreSQL", ChangeState.ASSESS)
    source = BackupSource(SourceKind.FILES, DB.id, (str(shop / "shop"),))
    changes.edit_change(change.id, with_fields(backup_plan=(source,)), desk=services.desk)
    driver = drive(ChangesPage)
    driver.open(change.id)
    backup = tab(driver, "backup")
    part = backup.external.restic
    driver.click(part.take)
    form = part.form
    type_into(form.percent, "0")
    driver.click(form.go)
    assert "Name it." in shown(form)
    assert "A whole number from 1 to 100." in shown(form)
    type_into(form.percent, "100")
    type_into(form.place, str(shop / "repo"))
    type_into(form.password, PASSWORD)
    picture(driver, "restic-form")
    driver.click(form.go)
    driver.settle()
    assert not form.isVisible()
    assert form.password.line.text() == ""
    (item,) = read(services, change.id).external_backups
    assert item.level is Level.INTACT
    assert "L1 intact: run from here" in shown(backup.external)
    assert "claimed" not in backup.external.table.model().index(0, 0).data()
    picture(driver, "restic")
    driver.click(part.drill)
    driver.settle()
    (item,) = read(services, change.id).external_backups
    assert item.level is Level.RESTORED
    assert "L4 restored: run from here" in shown(backup.external)
    badge = backup.gate._badge.accessibleName()
    assert (
        badge
        == backup.sources.sources.table.model().index(0, 3).data()
        == ("L4 restored, by restic")
    )
    assert "claimed" not in shown(backup)
    assert f"restic --repo {shop}/repo restore {item.identifier} --target" in shown(backup)
    picture(driver, "restic-restored")
