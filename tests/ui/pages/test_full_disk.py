"""What was typed is still there when it could not be written, and is written once there is room."""

import sqlite3
from contextlib import closing, suppress
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel

from app.domain.change import ChangeState
from app.domain.runbook import Runbook
from app.store.sqlite import FILE_NAME
from tests.small_disk import small_disk
from tests.ui.pages.conftest import with_fields
from tests.ui.pages.steps import tab
from tests.ui.pages.test_run_page import STEPS, button
from ui.pages.changes.page import ChangesPage
from ui.pages.run.page import RunPage

TEXT = "Cable <b>re-seated</b> at the rack"


class Disk:
    """Holds the data, and may be filled up."""

    def __init__(self, folder: Path) -> None:
        self.folder, self._ballast = folder, folder / "ballast"

    def fill(self) -> None:
        """Leave no room, not even what the journal already has as its own."""
        with closing(sqlite3.connect(self.folder / "data" / FILE_NAME)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        with self._ballast.open("wb", buffering=0) as file, suppress(OSError):
            while file.write(b"0" * 4096):
                pass

    def free(self) -> None:
        self._ballast.unlink()


@pytest.fixture
def disk(tmp_path):
    with small_disk(tmp_path / "disk", "12m") as folder:
        yield Disk(folder)


@pytest.fixture
def data(disk):
    return disk.folder / "data"


def told(page) -> str:
    return "\n".join(label.text() for label in page.findChildren(QLabel) if label.isVisible())


def kinds(services) -> list[str]:
    return [event.kind for event in services.queries.events(limit=1000)]


def test_a_note_in_the_timeline_is_kept_in_its_form_until_there_is_room(
    drive, services, record, disk
):
    record("Upgrade", ChangeState.IMPLEMENT, with_fields(runbook=Runbook(STEPS)))
    driver = drive(RunPage)
    driver.click(button(driver.page, "Start the run"))
    driver.settle()
    driver.click(driver.page._note)
    form = driver.page._timeline.note
    form.text.set_value(TEXT)
    disk.fill()
    driver.click(form.keep)
    assert form.isVisible()
    assert form.text.value == TEXT
    assert "run.noted" not in kinds(services)
    disk.free()
    driver.click(form.keep)
    assert not form.isVisible()
    assert kinds(services).count("run.noted") == 1


def test_an_entry_and_a_remark_stay_in_their_fields_until_there_is_room(
    drive, services, record, disk
):
    change = record("Upgrade", ChangeState.IMPLEMENT)
    driver = drive(ChangesPage)
    driver.open(change.id)
    activity = tab(driver, "activity")
    driver.click(activity.write)
    activity.form.text.set_value(TEXT)
    activity.table.select_first()
    activity.card.remark.set_value(TEXT)
    before = kinds(services)
    disk.fill()
    driver.click(activity.form.write)
    assert activity.form.isVisible()
    assert activity.form.text.value == TEXT
    driver.click(activity.card.add)
    assert activity.card.remark.value == TEXT
    assert kinds(services) == before
    disk.free()
    driver.click(activity.form.write)
    assert not activity.form.isVisible()
    assert len(kinds(services)) == len(before) + 1
