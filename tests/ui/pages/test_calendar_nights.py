"""A single night of a recurring window: moved by a form, left out, and put back."""

from datetime import datetime, timedelta

import pytest
from PySide6.QtCore import Qt

from app.analysis.recurrence import occurrences
from app.domain.calendar import Moved
from app.domain.window import TimeRange
from app.services.schedule import windows
from tests.ui.pages.calendar_driver import MONDAY, canvas, window
from ui.pages.calendar.page import CalendarPage


@pytest.fixture
def nights(drive, services):
    """The calendar with a nightly window, and one night of it chosen."""
    kept = windows.save_window(window(), desk=services.desk)
    driver = drive(CalendarPage)
    board = driver.page.board
    entry = next(
        shade for shade in board.board.shades if shade.occurrence.window.id == kept.id
        and shade.span.start == MONDAY + timedelta(days=2, hours=22)
    )  # fmt: skip
    canvas(driver).picked.emit(entry.id)
    driver.settle()
    return driver, kept.id


def kept_window(services, window_id):
    with services.new_uow() as uow:
        return uow.windows.get(window_id)


def starts(services, window_id):
    span = TimeRange(MONDAY + timedelta(days=1, hours=12), MONDAY + timedelta(days=4))
    return [item.span.start for item in occurrences(kept_window(services, window_id), span)]


def test_one_night_is_moved_and_the_others_stay(nights, services):
    driver, window_id = nights
    side, bar = driver.page.board.side, driver.page.board.night_bar
    driver.click(side.night)
    assert bar.isVisible()
    assert "Patch night" in bar.heading.text()
    wall = (MONDAY + timedelta(days=3, hours=1)).replace(tzinfo=None)
    bar.start.edit.set_wall(wall)
    driver.type(bar.length, "no length")
    driver.click(bar.take)
    assert "Type a length" in bar.length._below.text()
    assert bar.isVisible()
    driver.type(bar.length, "2 h")
    driver.click(bar.take)
    driver.settle()
    assert not bar.isVisible()
    original = (MONDAY + timedelta(days=2, hours=22)).replace(tzinfo=None)
    assert kept_window(services, window_id).moved == (Moved(original, wall, 7200.0),)
    day = MONDAY + timedelta(days=1, hours=22)
    assert starts(services, window_id) == [
        day, MONDAY + timedelta(days=3, hours=1), day + timedelta(days=2),
    ]  # fmt: skip
    (banner,) = driver.page.banners.banners
    assert "takes place on" in banner.message.state
    banner.message.actions[0].run()
    driver.settle()
    assert kept_window(services, window_id).moved == ()


def test_a_moved_night_goes_back_to_its_rule(nights, services):
    driver, window_id = nights
    original = (MONDAY + timedelta(days=2, hours=22)).replace(tzinfo=None)
    windows.move_occurrence(
        window_id, original, original + timedelta(hours=3), 3600.0, desk=services.desk
    )
    driver.page.reload()
    driver.settle()
    board = driver.page.board
    entry = next(s for s in board.board.shades if s.occurrence.moved)
    board.night_bar.ask(entry.occurrence)
    assert board.night_bar.back.isVisible()
    driver.click(board.night_bar.back)
    driver.settle()
    assert kept_window(services, window_id).moved == ()


def test_escape_leaves_the_night_where_it_is(nights, services):
    driver, window_id = nights
    driver.click(driver.page.board.side.night)
    assert driver.page.escape()
    assert not driver.page.board.night_bar.isVisible()
    assert kept_window(services, window_id).moved == ()
    driver.click(driver.page.board.side.skip)
    driver.settle()
    skipped = kept_window(services, window_id).skipped
    assert skipped == ((MONDAY + timedelta(days=2, hours=22)).replace(tzinfo=None),)
    assert isinstance(skipped[0], datetime)
    driver.bot.keyClick(driver.page, Qt.Key.Key_Escape)
