"""The tab of activity: filter, search, pin, remark, insert; and ten thousand entries at once."""

import time

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.domain.change import ChangeState
from app.domain.event import Actor, NewEvent
from app.services.change import changes
from tests.ui.pages.conftest import with_fields
from tests.ui.pages.steps import tab
from ui.models.events import GROUPS
from ui.pages.changes.activity import FIELDS, PINNED
from ui.pages.changes.page import ChangesPage

S = ChangeState


@pytest.fixture
def opened(drive, record):
    """A change open at its activity."""
    change = record("Upgrade PostgreSQL", S.IMPLEMENT)
    driver = drive(ChangesPage)
    driver.open(change.id)
    return driver, change, tab(driver, "activity")


def texts(table):
    model = table.rows_model
    return [model.data(model.index(n, 1)) for n in range(model.rowCount())]


def test_an_entry_is_inserted_at_a_past_time_and_says_so(opened, clock):
    driver, _change, activity = opened
    clock.pass_by(hours=3)
    driver.click(activity.write)
    driver.click(activity.form.write)
    assert "Say what was done" in activity.form.text._below.text()
    driver.type(activity.form.text, "<b>Cable</b> re-seated")
    driver.type(activity.form.when, "14 Nov 2026 18:00")
    driver.click(activity.form.write)
    assert "yet to come" in activity.form.when._below.text()
    driver.type(activity.form.when, "14 Nov 2026 13:00")
    driver.click(activity.form.write)
    assert not activity.form.isVisible()
    assert texts(activity.table)[0] == "<b>Cable</b> re-seated"
    activity.table.select_first()
    assert "Inserted later: it happened Sat 14 Nov 2026 13:00 UTC" in activity.card.text.text()


def test_an_entry_is_pinned_and_remarked_on_by_keyboard(opened):
    driver, _change, activity = opened
    activity.table.select_first()
    driver.bot.keyClick(activity.card.pin, Qt.Key.Key_Return)
    driver.settle()
    assert activity.card.pin.text() == "Unpin"
    driver.type(activity.card.remark, "Looks right")
    driver.bot.keyClick(activity.card.add, Qt.Key.Key_Space)
    driver.settle()
    activity.chips.choose(PINNED)
    assert activity.table.rows_model.rowCount() == 1
    activity.table.select_first()
    assert "Nomsa, Sat 14 Nov 2026 12:00 UTC: Looks right" in activity.card.text.text()
    activity.chips.choose(0)
    assert not [text for text in texts(activity.table) if text.startswith("Pinned entry")]


def test_fields_show_old_and_new(opened, services):
    driver, change, activity = opened
    changes.edit_change(change.id, with_fields(reviewer="Ayesha"), desk=services.desk)
    driver.page.detail.reload()
    driver.settle()
    activity.chips.choose(FIELDS)
    QTest.keyClicks(activity.search, "reviewer")
    QTest.keyClick(activity.search, Qt.Key.Key_Return)
    assert texts(activity.fields) == ["– → Ayesha"]
    activity.fields.select_first()
    assert "reviewer\n– → Ayesha\nNomsa" in activity.card.text.text()
    assert not activity.card.remark.isVisible()


def test_entries_are_filtered_by_who_wrote_them(opened, services):
    driver, change, activity = opened
    with services.new_uow() as uow:
        uow.log.append(NewEvent("health.checked", "Checked", change.id, actor=Actor.SYSTEM))
        uow.commit()
    driver.page.detail.reload()
    driver.settle()
    for value, expected in (("system", ["Checked"]), ("name:Change Desk", ["Checked"])):
        place = activity.who.findData(value)
        activity.who.setCurrentIndex(place)
        activity.who.activated.emit(place)
        assert texts(activity.table) == expected
    place = activity.who.findData("human")
    activity.who.setCurrentIndex(place)
    activity.who.activated.emit(place)
    assert "Checked" not in texts(activity.table)
    assert len(GROUPS) == PINNED


def test_ten_thousand_entries_are_shown_and_searched_without_a_stall(drive, services, record):
    change = record("Upgrade PostgreSQL", S.IMPLEMENT)
    n = 10_000
    with services.new_uow() as uow:
        for place in range(n):
            data = (("change.title", f"{place} → {place + 1}"),)
            uow.log.append(NewEvent("step.ended", f"Step {place} of db-{place % 7}", change.id,
                                    data=data, actor=Actor.SYSTEM))  # fmt: skip
        uow.commit()
    driver = drive(ChangesPage)
    driver.open(change.id)
    activity = tab(driver, "activity")
    assert activity.table.rows_model.rowCount() > n
    spent = []
    for words in ("step 9999", "db-3", "", "nowhere"):
        activity.search.setText(words)
        begun = time.perf_counter()
        activity._filter()
        spent.append(time.perf_counter() - begun)
    print(f"{n} entries: slowest filter {1000 * max(spent):.0f} ms of {len(spent)}")
    assert max(spent) < 0.5, "far above what it takes even on a busy machine"
    assert texts(activity.table) == []
    activity.search.setText("step 9999")
    activity._filter()
    assert texts(activity.table) == ["Step 9999 of db-3"]
    assert activity.title._note.text().startswith("1 of 10")


def test_what_was_searched_for_is_not_lost_when_something_is_written(opened, services):
    driver, change, activity = opened
    activity.search.setText("nothing like it")
    activity._filter()
    changes.edit_change(change.id, with_fields(reviewer="Ayesha"), desk=services.desk)
    driver.page.detail.reload()
    driver.settle()
    assert texts(activity.table) == []
