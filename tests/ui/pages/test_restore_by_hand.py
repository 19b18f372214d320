"""A restore that leaves databases to a person says so before it begins and after it has ended."""

from datetime import UTC, datetime

from PySide6.QtWidgets import QCheckBox, QLabel

from app.domain.backup import BackupSet, CaptureState, RestoreResult, SourceKind, StoredObject
from app.domain.ids import HostId, SetId
from app.domain.restore import RestoreWish
from tests.ui.pages.test_backups_way_back import services as services
from tests.ui.pages.test_backups_way_back import shop as shop
from tests.ui.pages.test_backups_way_back import shown as words_shown
from tests.ui.pages.test_backups_way_back import taken as taken
from ui.messages import Tone
from ui.pages.backups.page import BackupsPage
from ui.pages.backups.putting import WayBack
from ui.widgets.confirm import TypedConfirmation

NOON = datetime(2026, 11, 14, 12, tzinfo=UTC)


def stored(kind: SourceKind, title: str) -> StoredObject:
    return StoredObject(f"01-{title}", kind, title, CaptureState.CAPTURED)


def set_of(*objects: StoredObject) -> BackupSet:
    return BackupSet(
        SetId("0199-8c1e"), None, HostId("db"), "db-01", CaptureState.CAPTURED, NOON, NOON, 1.0,
        objects, "", "",
    )  # fmt: skip


def words_of(shown_widget, *objects: StoredObject) -> str:
    return texts(shown_widget(WayBack(set_of(*objects))))


def texts(way: WayBack) -> str:
    return "\n".join(label.text() for label in way.findChildren(QLabel) if label.isVisible())


def test_only_what_is_put_back_is_called_replaced(shown):
    files, cache = stored(SourceKind.FILES, "conf"), stored(SourceKind.REDIS, "cache")
    told = words_of(shown, files, cache)
    assert "UTC: conf\n" in told
    assert "by hand as the roll-back plan says: cache" in told
    assert "by hand" not in words_of(shown, files)


def test_one_database_alone_is_asked_for_by_unticking_the_rest(shown, qtbot):
    objects = (
        stored(SourceKind.FILES, "conf"),
        stored(SourceKind.MYSQL, "shopdb"),
        stored(SourceKind.REDIS, "cache"),
    )
    way = shown(WayBack(set_of(*objects)))
    assert way.wish == RestoreWish()
    qtbot.keyClicks(way.typed.field, "db-01 8c1e")
    boxes = {box.text(): box for box in way.choice.findChildren(QCheckBox)}
    assert list(boxes) == ["conf", "shopdb"]
    boxes["conf"].click()
    qtbot.waitUntil(lambda: way.typed.isVisible())
    assert way.wish == RestoreWish(("01-shopdb",))
    assert way.typed.field.text() == "", "what was typed was about another choice"
    told = texts(way)
    assert "UTC: shopdb\n" in told
    assert "Stop what uses shopdb first" in told
    assert "by hand" not in told
    boxes["shopdb"].click()
    assert not way.button.isEnabled()
    qtbot.waitUntil(lambda: not way.findChildren(TypedConfirmation))


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
