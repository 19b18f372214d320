"""Filters that are built and kept, and many changes edited at once, as a person does it."""

import pytest
from PySide6.QtCore import Qt

from app.domain.change import ChangeState
from app.domain.filter import ChangeFilter, Span
from app.domain.risk import Grade
from tests.ui.pages.conftest import read, with_fields
from ui.pages.changes.page import ChangesPage

S = ChangeState


@pytest.fixture
def page(drive, record):
    """A page with a scheduled, a draft and a closed change."""
    record("Patch OpenSSL", S.SCHEDULED)
    record("Upgrade PostgreSQL", S.DRAFT, with_fields(tags=("q4",)))
    record("Replace the switch", S.CLOSED)
    driver = drive(ChangesPage)
    driver.open("list/all")
    return driver


def titles(driver):
    return [row.title for row in driver.page.list.rows]


def test_a_filter_is_built_counted_kept_renamed_and_deleted(page, services):
    driver, panels = page, page.page.panels
    driver.page.list.head.filters.building.emit()
    driver.settle()
    builder = panels.builder
    assert builder.isVisible()
    driver.tick(builder.states, "scheduled", "closed")
    driver.bot.waitUntil(lambda: builder.show_it.text() == "Show 2 changes")
    driver.tick(builder.risks, "4")
    driver.choose(builder.span, "past")
    driver.type(builder.last, "2026-13-40")
    driver.click(builder.show_it)
    assert "Write a day" in builder.last._below.text()
    driver.type(builder.last, "")
    driver.choose(builder.span, "this_week")
    driver.type(builder.name, "Risky ones")
    driver.click(builder.keep)
    bar = driver.page.list.head.filters
    assert bar.chips._group.checkedButton().text() == "Risky ones"
    wanted = ChangeFilter(states=(S.SCHEDULED, S.CLOSED), risks=(Grade.HIGH,), span=Span.THIS_WEEK)
    assert bar.kept.wanted == wanted
    assert titles(driver) == ["Replace the switch", "Patch OpenSSL"]
    menu = {a.text().partition("\t")[0]: a.text() for a in bar.menu().actions()}
    assert menu["Risky ones"].startswith("Risky ones\t")

    panels.build()
    driver.settle()
    driver.type(builder.name, "Risky")
    driver.tick(builder.risks, "5")
    driver.click(builder.save)
    assert bar.kept.name == "Risky"
    assert bar.kept.wanted.risks == (Grade.HIGH, Grade.VERY_HIGH)
    assert [item for item in bar.menu().actions() if item.text().startswith("Risky ones")] == []
    panels.build()
    driver.settle()
    driver.click(builder.delete)
    assert bar.current == "all"
    (banner,) = driver.page.banners.banners
    banner.message.actions[0].run()
    driver.settle()
    assert bar.kept.name == "Risky"


def test_a_filter_is_shown_without_a_name_and_escape_closes_the_builder(page):
    driver = page
    driver.page.panels.build()
    driver.settle()
    builder = driver.page.panels.builder
    driver.type(builder.tag, "Q4")
    driver.bot.waitUntil(lambda: builder.show_it.text() == "Show 1 change")
    driver.click(builder.show_it)
    assert titles(driver) == ["Upgrade PostgreSQL"]
    driver.page.panels.build()
    driver.settle()
    assert builder.tag.value == "Q4"
    assert driver.page.escape()
    assert not builder.isVisible()


def test_a_name_that_is_taken_is_said_at_its_field(page):
    driver, builder = page, page.page.panels.builder
    for _turn in range(2):
        driver.page.panels.build()
        driver.settle()
        driver.type(builder.name, "Mine")
        driver.click(builder.keep)
    assert "already a filter" in builder.name._below.text()


def test_marked_changes_are_previewed_edited_told_and_taken_back(page, services):
    driver, panels = page, page.page.panels
    table, bar = driver.page.list.table, driver.page.list.marks_bar
    table.setFocus()
    driver.bot.keyClick(table, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert bar.number.text() == "3 selected"
    driver.click(bar.edit)
    bulk = panels.bulk
    driver.type(bulk.coordinator, "Sipho")
    driver.type(bulk.add_tags, "q4, security")
    driver.click(bulk.preview)
    assert bulk.heading.text() == "Nothing is saved yet: 2 would change, 1 refuses."
    shown = [bulk.table.rows_model.index(at, 1).data() for at in range(3)]
    assert shown[0] == "CHG-000003 Replace the switch: CHG-000003 is closed."
    assert "Coordinator: Nomsa → Sipho; Tags: q4 → q4, security" in " ".join(shown)
    ids = [item.id for item in bulk.shown.rows]
    assert read(services, ids[0]).coordinator == "Nomsa"
    driver.click(bulk.apply)
    assert bulk.heading.text() == "Saved: 2 changed, 1 refuses."
    draft = next(key for key in ids if read(services, key).state is S.DRAFT)
    assert read(services, draft).tags == ("q4", "security")
    driver.click(bulk.undo)
    assert read(services, draft).tags == ("q4",)
    assert bulk.heading.text().startswith("Taken back: 2 changed")
    driver.click(bulk.cancel)
    assert not bulk.isVisible()
    assert driver.page.list.marks.count(3) == 0


def test_an_edit_of_nothing_is_refused_in_words(page):
    driver = page
    table = driver.page.list.table
    table.select(driver.page.list.rows[0].id)
    table.setFocus()
    driver.bot.keyClick(table, Qt.Key.Key_X)
    driver.click(driver.page.list.marks_bar.edit)
    driver.click(driver.page.panels.bulk.preview)
    (banner,) = driver.page.banners.banners
    assert banner.message.state == "Choose what shall be altered."
