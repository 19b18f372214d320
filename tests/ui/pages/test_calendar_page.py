"""The calendar by keys and mouse, over the real services."""

import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QFileDialog

from app.domain.approval import Decision
from app.domain.calendar import WindowKind
from app.domain.change import ChangeState
from app.domain.window import TimeRange, Window
from app.services.approval import approvals
from app.services.approval.quorum import standing_approvals
from app.services.change import changes
from app.services.schedule.windows import save_window
from tests.schedule.reading import components
from tests.ui.pages.calendar_driver import at, box_of, by_hours, canvas, drag, key, on, window
from tests.ui.pages.conftest import read
from ui.pages.calendar.page import CalendarPage
from ui.pages.calendar.period import Shape

S = ChangeState


@pytest.fixture
def calendar(drive):
    return drive(CalendarPage)


def test_the_week_shows_changes_windows_and_freezes(calendar, services, record):
    change = record("Upgrade", S.SCHEDULED, on(5, 10))
    save_window(window(), desk=services.desk)
    save_window(window("Year end", kind=WindowKind.FREEZE, rule="", duration_s=86400.0,
                       start=datetime(2026, 11, 12)), desk=services.desk)  # fmt: skip
    calendar.page.reload()
    calendar.settle()
    board = calendar.page.board.board
    assert [entry.id for entry in board.entries] == [change.id]
    assert {entry.title for entry in board.shades} == {"Patch night", "Year end"}
    assert calendar.page.header.sentence.text().startswith("1 change in sight.")
    assert calendar.page.board.bar.title.text() == "Week 46, 9–15 Nov 2026"
    assert "1 change." in canvas(calendar).accessibleName()


def test_keys_choose_switch_turn_and_open(calendar, record, desk_context):
    first = record("First", S.SCHEDULED, on(1, 10))
    second = record("Second", S.SCHEDULED, on(3, 10))
    went = []
    desk_context.navigation.went.connect(went.append)
    calendar.page.reload()
    calendar.settle()
    key(calendar, Qt.Key.Key_Right)
    assert calendar.page.board.chosen == first.id
    assert "Chosen: CHG-000001 First" in canvas(calendar).accessibleName()
    key(calendar, Qt.Key.Key_Down)
    assert calendar.page.board.chosen == second.id
    for letter, shape in ((Qt.Key.Key_D, Shape.DAY), (Qt.Key.Key_M, Shape.MONTH),
                          (Qt.Key.Key_G, Shape.GANTT), (Qt.Key.Key_W, Shape.WEEK)):  # fmt: skip
        key(calendar, letter)
        assert calendar.page.board.period.shape is shape
        assert calendar.page.board.chosen == second.id
        assert calendar.page.board.board.find(second.id)
    key(calendar, Qt.Key.Key_PageDown)
    assert calendar.page.board.period.first == date(2026, 11, 16)
    key(calendar, Qt.Key.Key_T)
    assert calendar.page.board.period.first == date(2026, 11, 9)
    key(calendar, Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Return)
    assert (went[-1].page, went[-1].ref) == ("changes", f"{second.id}/schedule")


def test_past_the_last_change_the_page_turns(calendar, record):
    record("Only", S.SCHEDULED, on(1, 10))
    calendar.page.reload()
    calendar.settle()
    key(calendar, Qt.Key.Key_Right, Qt.Key.Key_Right)
    assert calendar.page.board.period.first == date(2026, 11, 16)


def test_a_drag_asks_first_and_moves_after_the_answer_with_a_way_back(calendar, services, record):
    change = record("Upgrade", S.SCHEDULED, on(2, 10))
    calendar.page.reload()
    calendar.settle()
    carried = drag(calendar, box_of(calendar, change).center(), by_hours(calendar, 3, days=1))
    assert carried.span.start == at(3, 13)
    bar = calendar.page.board.move_bar
    assert bar.isVisible()
    assert "from Wed 11 Nov 2026 10:00–12:00 UTC to Thu 12 Nov 2026 13:00–15:00 UTC" in (
        bar.heading.text()
    )
    assert read(services, change.id).window.span.start == at(2, 10)

    calendar.click(bar.move_button)
    assert read(services, change.id).window.span.start == at(3, 13)
    assert not bar.isVisible()
    (banner,) = calendar.page.banners.banners
    assert banner.message.state == "Moved CHG-000001 to Thu 12 Nov 2026 13:00–15:00 UTC"
    banner.message.actions[0].run()
    calendar.settle()
    assert read(services, change.id).window.span.start == at(2, 10)
    assert calendar.page.board.board.find(change.id).span.start == at(2, 10)


def test_a_drag_that_is_left_moves_nothing(calendar, services, record):
    change = record("Upgrade", S.SCHEDULED, on(2, 10))
    calendar.page.reload()
    calendar.settle()
    drag(calendar, box_of(calendar, change).center(), by_hours(calendar, 2))
    entries = len(services.queries.events(change=change.id))
    QTest.keyClick(calendar.page.board.move_bar, Qt.Key.Key_Escape)
    calendar.settle()
    assert not calendar.page.board.move_bar.isVisible()
    assert canvas(calendar).ghost is None
    assert len(services.queries.events(change=change.id)) == entries


def test_the_question_names_approvals_and_what_is_in_the_way(calendar, services, record):
    change = record("Upgrade", S.AUTHORIZE, on(2, 10))
    approvals.decide(change.id, Decision.APPROVED, desk=services.acting("Pieter").desk)
    record("Rival", S.SCHEDULED, on(2, 14))
    save_window(window("Year end", kind=WindowKind.FREEZE, rule="", duration_s=3600.0,
                       start=datetime(2026, 11, 11, 15)), desk=services.desk)  # fmt: skip
    calendar.page.reload()
    calendar.settle()
    drag(calendar, box_of(calendar, change).center(), by_hours(calendar, 4))
    said = calendar.page.board.move_bar.accessibleName()
    assert "The freeze “Year end” covers 1\u202fh" in said
    assert "CHG-000002 works on db-01 too" in said
    assert "The approval of Pieter no longer counts" in said
    calendar.click(calendar.page.board.move_bar.move_button)
    moved = read(services, change.id)
    assert standing_approvals(moved) == ()
    assert len(moved.schedule_check.found) >= 2


def test_what_has_begun_cannot_be_dragged(calendar, services, record):
    change = record("Upgrade", S.IMPLEMENT, on(2, 10))
    calendar.page.reload()
    calendar.settle()
    assert drag(calendar, box_of(calendar, change).center(), by_hours(calendar, 2)) is None
    assert not calendar.page.board.move_bar.isVisible()
    assert not calendar.page.board.side.slot.isEnabled()
    assert "history" in calendar.page.board.side.slot.reason


def test_keys_move_a_change_too(calendar, services, record):
    change = record("Upgrade", S.SCHEDULED, on(2, 10))
    calendar.page.reload()
    calendar.settle()
    key(calendar, Qt.Key.Key_Right)
    key(calendar, Qt.Key.Key_Right, modifier=Qt.KeyboardModifier.ControlModifier)
    bar = calendar.page.board.move_bar
    assert "to Thu 12 Nov 2026 10:00–12:00" in bar.heading.text()
    QTest.keyClick(bar.move_button, Qt.Key.Key_Return)
    calendar.settle()
    assert read(services, change.id).window.span.start == at(3, 10)


@pytest.mark.parametrize("letter", [Qt.Key.Key_M, Qt.Key.Key_G])
def test_a_drag_in_month_and_gantt_keeps_the_time_of_day(calendar, services, record, letter):
    change = record("Upgrade", S.SCHEDULED, on(5, 10))
    calendar.page.reload()
    calendar.settle()
    key(calendar, letter)
    if letter == Qt.Key.Key_M:
        by = QPointF(canvas(calendar).width() / 7, 0)
    else:
        by = QPointF((canvas(calendar).width() - 330) / calendar.page.board.period.days, 0)
    drag(calendar, box_of(calendar, change).center(), by)
    calendar.click(calendar.page.board.move_bar.move_button)
    assert read(services, change.id).window.span.start == at(6, 10)


def test_the_next_free_slot_is_offered_with_its_reasons_where_it_lies(calendar, services, record):
    change = record("Upgrade", S.SCHEDULED, on(6, 10))
    save_window(window(rule="FREQ=MONTHLY;BYDAY=2TU"), desk=services.desk)
    calendar.page.reload()
    calendar.settle()
    key(calendar, Qt.Key.Key_Right)
    calendar.click(calendar.page.board.side.slot)
    bar = calendar.page.board.move_bar
    assert "to Tue 8 Dec 2026 22:00 to" in bar.heading.text() or "8 Dec" in bar.heading.text()
    assert calendar.page.board.period.shows(datetime(2026, 12, 8, 22, tzinfo=UTC))
    assert canvas(calendar).ghost.id == change.id
    calendar.click(bar.move_button)
    assert read(services, change.id).window.span.start == datetime(2026, 12, 8, 22, tzinfo=UTC)


def test_no_slot_is_explained(calendar, services, record):
    record("Upgrade", S.SCHEDULED, on(6, 10, 5))
    save_window(window(rule="FREQ=DAILY", duration_s=3600.0), desk=services.desk)
    calendar.page.reload()
    calendar.settle()
    key(calendar, Qt.Key.Key_Right)
    calendar.click(calendar.page.board.side.slot)
    (banner,) = calendar.page.banners.banners
    assert banner.message.state == "No slot is free"
    assert "The longest window of db-01 lasts" in banner.message.next
    assert "lie outside the maintenance windows of db-01" in banner.message.details


def test_two_zones_stand_side_by_side_and_the_detail_says_every_zone(calendar, record):
    change = record("Upgrade", S.SCHEDULED, on(2, 10))
    calendar.page.reload()
    calendar.settle()
    bar = calendar.page.board.bar
    place = bar.second.findData("Europe/Berlin")
    bar.second.setCurrentIndex(place)
    bar.second.activated.emit(place)
    calendar.settle()
    assert calendar.page.board.board.second_zone == "Europe/Berlin"
    key(calendar, Qt.Key.Key_Right)
    shown = [label.text() for label in calendar.page.board.side.findChildren(type(bar.title))]
    assert "Wed 11 Nov 2026 10:00–12:00 UTC" in shown
    assert "Wed 11 Nov 2026 11:00–13:00 CET" in shown
    place = bar.zone.findData("Europe/Berlin")
    bar.zone.setCurrentIndex(place)
    bar.zone.activated.emit(place)
    calendar.settle()
    hours = calendar.page.board.stage.hours
    assert hours.y_of(change.window.span.start) == pytest.approx(11 * hours.height() / 24, abs=1)


def test_the_calendar_is_written_to_a_file(calendar, record, tmp_path, monkeypatch):
    record("Upgrade", S.SCHEDULED, on(2, 10))
    calendar.page.reload()
    calendar.settle()
    target = tmp_path / "out.ics"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_args: (str(target), ""))
    calendar.click(calendar.page.export)
    assert len(components(Path(target).read_bytes())) == 1
    assert "Wrote 1 entry" in calendar.page.banners.banners[0].message.state


def test_a_place_opens_a_day_a_change_or_the_windows(calendar, record):
    change = record("Upgrade", S.SCHEDULED, on(30, 10))
    calendar.open(change.id)
    assert calendar.page.board.chosen == change.id
    calendar.open("2027-02-03")
    assert calendar.page.board.period.shows(datetime(2027, 2, 3, 12, tzinfo=UTC))
    calendar.open("windows/new")
    assert calendar.page.windows.editor.isVisible()


def test_two_thousand_changes_keep_the_page_quick(calendar, services):
    """Written straight into the store; the reading and drawing of a crowded span is timed."""
    with services.new_uow() as uow:
        base = changes.Change(id="x", number="CHG-000000", title="Many")
        for n in range(1, 2001):
            start = at(n % 60 - 30, n % 24)
            uow.changes.add(replace(
                base, id=f"c{n}", number=f"CHG-{n:06d}", state=S.SCHEDULED,
                window=Window(TimeRange(start, start + timedelta(hours=2)), "UTC"),
            ))  # fmt: skip
        uow.log.append(changes.NewEvent("change.opened", "Many"))
        uow.commit()
    page = calendar.page
    for letter in (Qt.Key.Key_W, Qt.Key.Key_M, Qt.Key.Key_G):
        key(calendar, letter)
        board = page.board.board
        span = page.board.period.span
        assert all(entry.span.overlaps(span) for entry in board.entries)
        began = time.thread_time()
        page.board.stage.show_board(board, "")
        page.grab()
        drawn_ms = (time.thread_time() - began) * 1000
        assert drawn_ms < 200, f"{letter}: {len(board.entries)} entries in {drawn_ms:.0f} ms"
    assert len(page.board.board.entries) > 400


def test_a_missed_change_is_marked_and_counted(calendar, record):
    record("Upgrade", S.SCHEDULED, on(2, 10))
    record("Later", S.SCHEDULED, on(6, 10))
    calendar.page.reload()
    calendar.settle()
    assert "1 was missed." in calendar.page.header.sentence.text()
    first, second = calendar.page.board.board.entries
    assert (first.badge.word, second.badge.word) == ("Missed", "Scheduled")
    key(calendar, Qt.Key.Key_Right)
    assert ", Missed, risk" in canvas(calendar).accessibleName()


@pytest.mark.parametrize("width", [640, 820, 1400])
def test_the_period_and_the_shapes_can_be_read_however_narrow_the_page_is(calendar, width):
    bar = calendar.page.board.bar
    bar.setFixedWidth(width)
    calendar.settle()
    calendar.bot.waitUntil(lambda: bar.width() == width)
    for button in bar.shapes.findChildren(QAbstractButton):
        assert button.width() >= button.sizeHint().width(), button.text()
    assert bar.title.width() >= bar.title.sizeHint().width(), bar.title.text()
