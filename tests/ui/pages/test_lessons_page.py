"""The page of lessons, and what Home says is due: found, filtered, worked off."""

from datetime import date, timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.domain.change import ChangeState
from app.domain.lesson import FollowUp, Lesson
from tests.fakes import NOON
from tests.ui.pages.conftest import read, with_fields
from ui.pages.home.page import HomePage
from ui.pages.lessons.page import LESSONS, OPEN, OVERDUE, LessonsPage

S = ChangeState
COLD = Lesson("<b>Cold</b> cache", "Restart", "Slow morning", "Warm it first", ("cache",))
LATE = FollowUp("Warm the cache", "Sipho", date(2026, 11, 1))
SOON = FollowUp("Write it down", "Thabo", date(2026, 12, 1))


@pytest.fixture
def learned(record):
    """A closed change with lessons and actions."""
    lessons = (COLD, Lesson("No index", "Nobody looked", tags=("sql",)))
    return record("Upgrade", S.CLOSED, with_fields(lessons=lessons, actions=(LATE, SOON)))


def texts(page):
    model = page.table.rows_model
    return [model.data(model.index(n, 0)) for n in range(model.rowCount())]


def test_lessons_are_searched_by_any_word_and_read_in_full(drive, learned):
    driver = drive(LessonsPage)
    page = driver.page
    assert texts(page) == ["<b>Cold</b> cache", "No index"]
    assert "2 lessons; 2 actions are open, 1 of them overdue." in page.header.sentence.text()
    page.focus_search()
    QTest.keyClicks(page.search, "CACHE warm")
    QTest.keyClick(page.search, Qt.Key.Key_Return)
    assert texts(page) == ["<b>Cold</b> cache"]
    assert page.found.text() == "1 of 2"
    page.table.select_first()
    assert page.detail.title.text() == "<b>Cold</b> cache"
    assert not page.detail.done.isVisible()
    went = []
    driver.context.navigation.went.connect(went.append)
    driver.click(page.detail.change)
    assert went[-1].ref == f"{learned.id}/review"


def test_an_action_is_done_and_opened_again_by_mouse_and_key(drive, learned, services):
    driver = drive(LessonsPage)
    page = driver.page
    page.chips.choose(OVERDUE)
    assert texts(page) == ["Warm the cache"]
    page.table.select_first()
    driver.click(page.detail.done)
    assert read(services, learned.id).actions[0].done_on == NOON.date()
    assert texts(page) == []
    page.open(f"all/{learned.id}/0")
    driver.settle()
    assert page.detail.title.text() == "Warm the cache"
    assert page.detail.state.accessibleName() == "Done Sat 14 Nov 2026"
    driver.bot.keyClick(page.detail.again, Qt.Key.Key_Return)
    driver.settle()
    assert read(services, learned.id).actions[0] == LATE


def test_an_action_is_dropped_with_a_reason_or_becomes_a_change(drive, learned, services):
    driver = drive(LessonsPage)
    page = driver.page
    page.chips.choose(OPEN)
    page.table.select_first()
    driver.click(page.detail.drop)
    assert "Say why" in page.banners.banners[0].message.state
    driver.type(page.detail.why, "Cache is gone")
    driver.click(page.detail.drop)
    assert read(services, learned.id).actions[0].dropped == "Cache is gone"
    page.table.select_first()
    driver.click(page.detail.open)
    child = read(services, learned.id).actions[1].child
    assert child == "CHG-000002"


def test_without_a_lesson_the_page_says_where_they_come_from(drive, record):
    record("Upgrade")
    page = drive(LessonsPage).page
    assert page.stack.currentIndex() == 0
    assert page.header.sentence.text() == "Nothing is written down yet."


def test_home_shows_what_is_due_and_leads_there(drive, learned, record):
    ended = NOON - timedelta(days=20)
    measured = record("Measured", S.CLOSED, with_fields(work_start=ended, work_end=ended))
    driver = drive(HomePage)
    due = driver.page.due
    assert due.isVisible()
    rows = due.table.rows_model.rows
    assert [(row.what, row.late) for row in rows] == [
        ("Measure again, 7 days after the work", True), ("Warm the cache", True),
    ]  # fmt: skip
    went = []
    driver.context.navigation.went.connect(went.append)
    due.wanted.emit(rows[0])
    due.wanted.emit(rows[1])
    assert [(place.page, place.ref) for place in went] == [
        ("changes", f"{measured.id}/review"), ("lessons", f"overdue/{learned.id}/0"),
    ]  # fmt: skip


def test_without_anything_due_home_says_nothing_of_it(drive, record):
    record("Upgrade")
    assert not drive(HomePage).page.due.isVisible()


def test_the_filters_count_what_they_hold(drive, learned):
    page = drive(LessonsPage).page
    names = [page.chips._group.button(n).accessibleName() for n in range(4)]
    assert names == ["Lessons 2", "Open actions 2", "Overdue 1", "All actions 2"]
    assert page.chips.current == LESSONS
