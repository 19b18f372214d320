"""The tab Schedule: what is in the way, accepting it by name, slots, missed windows, clocks."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtWidgets import QFileDialog

from app.domain.calendar import ScheduleWindow, WindowKind
from app.domain.change import ChangeState
from app.domain.ids import WindowId, new_id
from app.domain.window import TimeRange, WallTime, Window
from app.services.schedule.windows import save_window
from tests.fakes import NOON
from tests.schedule.reading import components
from tests.ui.pages.conftest import read, with_fields
from tests.ui.pages.steps import tab
from ui.pages.changes.page import ChangesPage
from ui.pages.changes.schedule import WindowSection
from ui.widgets.buttons import Button
from ui.widgets.labels import Label

S = ChangeState


def on(days, hours=0.0, length=2.0, zone="UTC"):
    start = NOON + timedelta(days=days, hours=hours)
    return with_fields(window=Window(TimeRange(start, start + timedelta(hours=length)), zone))


def declared(kind, name, start, hours, rule=""):
    return ScheduleWindow(
        WindowId(new_id()), kind, name, "UTC", start.replace(tzinfo=None), hours * 3600.0, rule=rule
    )


@pytest.fixture
def opened(drive):
    def open_it(change):
        driver = drive(ChangesPage)
        driver.open(change.id)
        return driver, tab(driver, "schedule")

    return open_it


def texts(widget):
    return [label.text() for label in widget.findChildren(Label)]


def press(driver, widget, text):
    """Press the first button with these words, once it has got its place."""

    def seen():
        found = [each for each in widget.findChildren(Button) if each.text() == text]
        return [each for each in found if each.isVisible() and each.height() > 10]

    driver.bot.waitUntil(lambda: bool(seen()))
    driver.click(seen()[0])


def answer(driver, reason):
    asking = driver.page.detail.asking
    driver.type(asking.reason, reason)
    driver.click(asking.confirm)


def test_what_is_in_the_way_is_accepted_by_name_with_a_reason(opened, services, record):
    freeze = declared(WindowKind.FREEZE, "Year end", NOON + timedelta(days=3), 48)
    save_window(freeze, desk=services.desk)
    change = record("Upgrade", S.SCHEDULED, on(3))
    record("Rival", S.SCHEDULED, on(3, 1))
    driver, page = opened(change)
    said = " ".join(texts(page.panel))
    assert "The freeze “Year end” covers 2\u202fh" in said
    assert "CHG-000002 works on db-01 too" in said
    assert "Inside the freeze “Year end”" in said
    press(driver, page.panel, "Accept by name")
    assert "makes it void" in " ".join(texts(driver.page.detail.asking))
    answer(driver, "The board agreed on 3 Nov")
    (given,) = read(services, change.id).acknowledged
    assert (given.by, given.reason) == ("Nomsa", "The board agreed on 3 Nov")
    assert any(text.startswith("Accepted by Nomsa") for text in texts(page.panel))

    driver.type_moment(page.window_section.start, "17 Nov 2026 13:00")
    page.flush()
    driver.settle()
    assert not any(text.startswith("Accepted by") for text in texts(page.panel))


def test_the_next_free_slot_says_why_and_is_taken(opened, services, record):
    window = declared(WindowKind.MAINTENANCE, "Night", NOON.replace(hour=22), 4, "FREQ=WEEKLY")
    save_window(window, desk=services.desk)
    change = record("Upgrade", S.SCHEDULED, on(1))
    driver, page = opened(change)
    assert any("not inside a maintenance window" in text for text in texts(page.panel))
    driver.click(page.panel.slot)
    said = " ".join(texts(page.panel))
    assert "It lies inside the maintenance windows of db-01." in said
    assert "earlier starts do not fit" in said
    press(driver, page.panel, "Take it")
    assert read(services, change.id).window.span.start == NOON.replace(hour=22)
    assert any("inside its maintenance window" in text for text in texts(page.panel))


def test_a_time_that_the_clocks_skip_is_refused_and_valid_ones_are_a_click_away(
    opened, services, record
):
    change = record("Upgrade", S.ASSESS, on(3))
    driver, page = opened(change)
    section = page.window_section
    section.start.zone_box.setCurrentText("Europe/Berlin")
    driver.type_moment(section.start, "28 Mar 2027 02:30")
    assert [each.text() for each in section.offers.buttons] == ["01:30", "03:00", "03:30"]
    driver.click(section.offers.buttons[1])
    page.flush()
    driver.settle()
    start = read(services, change.id).window.span.start
    assert start == datetime(2027, 3, 28, 1, tzinfo=UTC)
    assert not section.offers.isVisible()


@pytest.mark.parametrize(
    ("beats", "cause"),
    [
        ((-60, 60 * 24 * 4), "Change Desk was closed"),
        ((), "Change Desk was not open"),
    ],
)
def test_a_missed_window_says_its_cause_and_offers_to_run_now(
    opened, services, clock, record, beats, cause
):
    change = record("Upgrade", S.SCHEDULED, on(1))
    for minutes in beats:
        services.presence.beat(NOON + timedelta(minutes=minutes))
        services.presence._current = None  # as if the program had been started anew
    clock.pass_by(days=2)
    driver, page = opened(change)
    assert page.panel.missed_box.isVisible()
    assert any(cause in text for text in texts(page.panel.missed_box))
    press(driver, page.panel.missed_box, "Run it now")
    assert read(services, change.id).window == change.window
    driver.click(driver.page.detail.asking.confirm)
    moved = read(services, change.id)
    assert moved.window.span.start == clock.now()
    assert moved.state is S.SCHEDULED
    assert not page.panel.missed_box.isVisible()


def test_altered_clock_rules_are_settled_on_the_tab(opened, services, record):
    start = NOON + timedelta(days=3)
    typed = WallTime((start + timedelta(hours=2)).replace(tzinfo=None))
    span = TimeRange(start, start + timedelta(hours=2))
    change = record(
        "Upgrade", S.SCHEDULED, with_fields(window=Window(span, "Europe/Berlin", typed))
    )
    driver, page = opened(change)
    assert any("as typed is now" in text for text in texts(page.panel))
    press(driver, page.panel, "Keep the wall time")
    assert read(services, change.id).window.span.start == start + timedelta(hours=1)


def test_the_calendar_is_checked_again_and_written_to_a_file(
    opened, services, record, tmp_path, monkeypatch, clock
):
    change = record("Upgrade", S.SCHEDULED, on(3))
    driver, page = opened(change)
    assert "Free" in [badge.accessibleName() for badge in page.panel.findChildren(type(
        page.panel.strip).__mro__[1])]  # fmt: skip
    clock.pass_by(hours=1)
    driver.click(page.panel.check)
    assert read(services, change.id).schedule_check.at == clock.now()
    target = tmp_path / "one.ics"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_args: (str(target), ""))
    driver.click(page.panel.export)
    (event,) = components(target.read_bytes())
    assert event["uid"] == f"change-{change.id}@changedesk"


def test_the_strip_says_windows_freezes_and_changes(opened, services, record):
    window = declared(WindowKind.MAINTENANCE, "Night", NOON, 4, "FREQ=WEEKLY")
    save_window(replace(window), desk=services.desk)
    change = record("Upgrade", S.SCHEDULED, on(1))
    _driver, page = opened(change)
    said = page.panel.strip.accessibleName()
    assert "CHG-000001 Sun 15 Nov 2026 12:00–14:00 UTC" in said
    assert said.count("Night") == 2


@pytest.mark.parametrize("width", [400, 520, 900])
def test_the_date_is_whole_and_nothing_is_cut_off_however_narrow_the_place(opened, record, width):
    driver, page = opened(record("Upgrade", S.SCHEDULED, on(3)))
    (section,) = page.findChildren(WindowSection)
    section.setFixedWidth(width)
    driver.settle()
    edit, length = section.start.edit, section.length
    driver.bot.waitUntil(lambda: section.width() == width and length.isVisible())
    assert edit.width() >= edit.fontMetrics().horizontalAdvance(edit.text()) + 50
    assert length.mapTo(section, length.rect().bottomRight()).x() < width
    assert length.width() >= 120
