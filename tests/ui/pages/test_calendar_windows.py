"""Windows and freezes on the calendar page: the form, its sentence, one night left out."""

from datetime import datetime

import pytest
from PySide6.QtCore import Qt

from app.domain.calendar import AppliesTo
from app.services.schedule.windows import save_window
from tests.ui.pages.calendar_driver import key, window
from ui.pages.calendar.page import CalendarPage
from ui.pages.calendar.repeat import RepeatField


@pytest.fixture
def calendar(drive):
    return drive(CalendarPage)


def test_a_window_is_written_in_words_with_its_next_times_before_it_is_kept(calendar, services):
    page = calendar.page
    calendar.click(page.board.side.declare)
    editor = page.windows.editor
    calendar.type(editor.name, "Patch night")
    calendar.type_moment(editor.start, "10 Nov 2026 22:00")
    editor.start.zone_box.setCurrentText("Europe/Berlin")
    calendar.choose(editor.repeat.kind, "weekday")
    calendar.choose(editor.repeat.place, "2")
    calendar.choose(editor.repeat.weekday, "TU")
    calendar.settle()
    assert editor.sentence.text() == (
        "On the second Tuesday of every month, 22:00–02:00 Europe/Berlin"
    )
    times = [label.text() for label in editor.findChildren(type(editor.sentence))]
    assert "Tue 8 Dec 22:00 to Wed 9 Dec 2026 02:00 CET" in times
    calendar.choose(editor.scope, "some")
    calendar.tick(editor.hosts, "db-01")
    calendar.click(editor.save)
    (kept,) = services.calendar.windows()
    assert (kept.rule, kept.applies_to) == (
        "FREQ=MONTHLY;BYDAY=2TU", AppliesTo(False, ("db-01",))
    )  # fmt: skip
    assert kept.start == datetime(2026, 11, 10, 22)
    assert page.windows.table.current.window == kept


def test_the_first_window_has_one_button_and_later_ones_too(calendar, services):
    page = calendar.page
    calendar.click(page.to_windows)
    assert page.windows.begin.isVisible()
    assert not page.new_window.isVisible()
    calendar.click(page.windows.begin)
    assert page.new_window.isVisible()
    save_window(window(), desk=services.desk)
    page.reload()
    calendar.settle()
    assert not page.windows.begin.isVisible()
    calendar.click(page.windows.back)
    assert page.new_window.isVisible()


def test_what_cannot_be_kept_is_said_and_typed_text_stays(calendar, services):
    calendar.click(calendar.page.new_window)
    editor = calendar.page.windows.editor
    calendar.click(editor.save)
    assert "needs a name" in editor.problem.text()
    calendar.type(editor.name, "Night")
    calendar.type(editor.length, "forever")
    calendar.click(editor.save)
    assert "Type a length" in editor.problem.text()
    assert editor.name.value == "Night"
    assert services.calendar.windows() == ()


def test_a_window_is_edited_from_the_calendar_one_night_left_out_and_retired(calendar, services):
    made = save_window(window(), desk=services.desk)
    calendar.page.reload()
    calendar.settle()
    key(calendar, Qt.Key.Key_Left)
    side = calendar.page.board.side
    calendar.click(side.skip)
    assert len(services.calendar.windows()[0].skipped) == 1
    shade = calendar.page.board.board.shades[0]
    calendar.page.board.stage.canvas.opened.emit(shade.id)
    calendar.settle()
    editor = calendar.page.windows.editor
    assert (editor.name.value, editor.repeat.kind.value) == ("Patch night", "daily")
    calendar.click(editor.retire)
    assert services.calendar.windows() == ()
    calendar.click(editor.retire)
    assert services.calendar.windows()[0].id == made.id
    assert calendar.page.escape()
    assert calendar.page.stack.currentIndex() == 0


@pytest.mark.parametrize(
    "rule",
    ["", "FREQ=DAILY;INTERVAL=3", "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SA", "FREQ=MONTHLY;BYDAY=-1SU",
     "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "FREQ=MONTHLY;BYMONTHDAY=10",
     "FREQ=YEARLY;BYMONTH=11;BYMONTHDAY=10", "FREQ=MONTHLY;BYDAY=1MO,3MO",
     "FREQ=DAILY;UNTIL=20261231T235959"],
)  # fmt: skip
def test_a_rule_comes_back_from_the_fields_as_it_went_in(qtbot, rule):
    field = RepeatField()
    qtbot.addWidget(field)
    start = datetime(2026, 11, 10, 22)
    field.set_rule(rule, start)
    assert field.rule_for(start) == rule


@pytest.mark.parametrize("width", [560, 1100])
def test_save_is_in_sight_however_little_room_there_is(calendar, width):
    calendar.open("windows/new")
    calendar.page.resize(width, 560)
    calendar.page.show()
    calendar.settle()
    save = calendar.page.windows.editor.save
    calendar.bot.waitUntil(lambda: save.visibleRegion().boundingRect().size() == save.size())
