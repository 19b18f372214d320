"""A restore that leaves databases to a person says so before it begins and after it has ended."""

from datetime import UTC, datetime

from PySide6.QtWidgets import QLabel

from app.domain.backup import BackupSet, CaptureState, RestoreResult, SourceKind, StoredObject
from app.domain.ids import HostId, SetId
from tests.ui.pages.test_backups_way_back import services as services
from tests.ui.pages.test_backups_way_back import shop as shop
from tests.ui.pages.test_backups_way_back import shown as words_shown
from tests.ui.pages.test_backups_way_back import taken as taken
from ui.messages import Tone
from ui.pages.backups.page import BackupsPage
from ui.pages.backups.putting import WayBack

NOON = datetime(2026, 11, 14, 12, tzinfo=UTC)


def stored(kind: SourceKind, title: str) -> StoredObject:
    return StoredObject(f"01-{title}", kind, title, CaptureState.CAPTURED)


def words_of(shown_widget, *objects: StoredObject) -> str:
    item = BackupSet(
        SetId("0199-8c1e"), None, HostId("db"), "db-01", CaptureState.CAPTURED, NOON, NOON, 1.0,
        objects, "", "",
    )  # fmt: skip
    labels = shown_widget(WayBack(item)).findChildren(QLabel)
    return "\n".join(label.text() for label in labels)


def test_only_what_is_put_back_is_called_replaced(shown):
    files, shopdb = stored(SourceKind.FILES, "conf"), stored(SourceKind.MYSQL, "shopdb")
    told = words_of(shown, files, shopdb)
    assert "UTC: conf\n" in told
    assert "by hand as the roll-back plan says: shopdb" in told
    assert "by hand" not in words_of(shown, files)


def test_the_end_is_a_warning_that_names_the_database(drive, taken):
    driver = drive(BackupsPage)
    said = []
    driver.page.desk.said.connect(said.append)
    done = RestoreResult(
        taken[0].id, "demo-01", NOON, 1.0, 3, 9,
        skipped=("shopdb: put it back by hand",), by_hand=("shopdb",),
    )  # fmt: skip
    driver.page.desk._on_given_back(done)
    driver.settle()
    assert [message.tone for message in said] == [Tone.WARNING]
    assert "Not put back: shopdb: put it back by hand." in words_shown(driver)
