"""The first page over the real store: empty, filled, running."""

from dataclasses import replace
from datetime import datetime, timedelta

from PySide6.QtCore import Qt

from app.domain.calendar import WindowKind
from app.domain.change import ChangeState
from app.domain.review import CloseCode, Incident
from app.domain.window import TimeRange, Window
from app.services.change import changes
from app.services.run import execution
from app.services.schedule import windows
from tests.fakes import NOON
from tests.ui.pages.conftest import with_fields
from ui.navigation import Place
from ui.pages.home.page import HomePage, tiles

S = ChangeState


def test_the_first_start_offers_a_change_a_host_and_a_name(drive):
    driver = drive(HomePage)
    page = driver.page
    assert page.stack.currentWidget() is page.start
    assert page.header.sentence.text() == "Nothing is recorded yet."
    assert page.start.name.isVisible()
    driver.click(page.start.host)
    assert driver.context.navigation.place == Place("hosts", "new")
    driver.click(page.start.new)
    assert driver.context.navigation.place == Place("changes", "new")


def test_what_waits_leads_to_where_it_is_worked_on(drive, record):
    change = record("Upgrade PostgreSQL", S.REVIEW)
    driver = drive(HomePage)
    table = driver.page.waiting.table
    index = table.rows_model.index(0, 0)
    assert index.data() == "Review: Upgrade PostgreSQL"
    spot = table.visualRect(index).center()
    driver.bot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    assert driver.context.navigation.place == Place("changes", f"{change.id}/review")


def test_windows_that_come_are_listed_with_state_and_risk(drive, record):
    record("Upgrade PostgreSQL", S.SCHEDULED)
    driver = drive(HomePage)
    model = driver.page.windows.table.rows_model
    assert model.index(0, 1).data() == "Upgrade PostgreSQL, Scheduled"
    assert "Upgrade PostgreSQL" not in driver.page.strip.accessibleName()
    assert "CHG-000001" in driver.page.strip.accessibleName()


def test_what_is_under_observation_is_listed_with_its_day_and_its_open_incidents(
    drive, record, clock
):
    incidents = (
        Incident("INC-1", "Slow", caused=True, detected_at=NOON),
        Incident("INC-2", "Down", caused=True, detected_at=NOON, restored_at=NOON),
        Incident("INC-3", "Other", detected_at=NOON),
    )
    record("Upgrade PostgreSQL", S.MONITOR, with_fields(monitor_days=7.0, incidents=incidents))
    clock.pass_by(hours=49)
    record("Renew the certificate", S.MONITOR, with_fields(monitor_days=0.5))
    model = drive(HomePage).page.watched.table.rows_model
    rows = [[model.index(row, column).data() for column in range(4)] for row in range(2)]
    assert rows == [
        ["CHG-000002", "Renew the certificate", "for less than a day", "no open incident"],
        ["CHG-000001", "Upgrade PostgreSQL", "day 3 of 7", "1 open"],
    ]


def test_figures_are_counts_below_ten_and_shares_from_ten_on(drive, record):
    closed = with_fields(close_code=CloseCode.SUCCESSFUL)
    record("Upgrade PostgreSQL", S.CLOSED, closed)
    view = drive(HomePage).page._view
    few = tiles(view)[0]
    assert (few.figure, few.share) == ("1", "of 1")
    many = replace(view, summary=replace(view.summary, closed_count=20, clean_count=17))
    assert (tiles(many)[0].figure, tiles(many)[0].share) == ("85\u202f%", "17 of 20")


def test_a_run_is_shown_with_its_step_and_the_time_left(drive, services, record, clock):
    change = record("Upgrade PostgreSQL", S.IMPLEMENT)
    execution.start_run(change.id, desk=services.desk)
    driver = drive(HomePage)
    strip = driver.page.running
    assert strip.isVisible()
    assert strip._step.text() == "Step 1 of 1, Upgrade"
    assert "roll back" in strip._left.accessibleName()
    driver.click(strip.button)
    assert driver.context.navigation.place.page == "run"


def test_a_write_elsewhere_is_seen(drive, services, record):
    driver = drive(HomePage)
    from ui.changed import Topic

    changes.open_change("Patch OpenSSL", desk=services.desk)
    driver.context.changed.announce(Topic.CHANGES)
    driver.bot.waitUntil(lambda: driver.page.stack.currentWidget() is not driver.page.start)


def test_freezes_stand_in_the_strip_and_by_name_below_it(drive, services, record):
    record("Upgrade PostgreSQL", S.SCHEDULED)
    driver = drive(HomePage)
    assert not driver.page.frozen.isVisible()
    for name, start in (("Year end", datetime(2026, 11, 20, 18)), ("Later", datetime(2027, 2, 1))):
        made = windows.new_window(WindowKind.FREEZE, start, "Europe/Berlin")
        windows.save_window(replace(made, name=name, duration_s=48 * 3600.0), desk=services.desk)
    open_one = windows.new_window(WindowKind.MAINTENANCE, datetime(2026, 11, 21, 1), "UTC")
    windows.save_window(replace(open_one, name="Saturdays"), desk=services.desk)
    driver.page.reload()
    driver.settle()
    assert driver.page.frozen.isVisible()
    said = driver.page.frozen.text()
    assert said == "Freeze: Year end, Fri 20 Nov 17:00 to Sun 22 Nov 2026 17:00 UTC"
    assert "Year end Fri 20 Nov 17:00" in driver.page.strip.accessibleName()
    (kept,) = [w for w in services.calendar.windows() if w.name == "Year end"]
    windows.retire_window(kept.id, desk=services.desk)
    driver.page.reload()
    driver.settle()
    assert not driver.page.frozen.isVisible()


def test_a_review_that_is_overdue_is_said_and_comes_first(drive, record, clock):
    past = Window(TimeRange(NOON - timedelta(days=3), NOON - timedelta(days=2)), "UTC")
    record("Draft a plan")
    record("Upgrade PostgreSQL", S.REVIEW, with_fields(window=past, review_days=3.0))
    driver = drive(HomePage)
    assert "overdue" not in driver.page.header.sentence.text()
    clock.pass_by(days=4)
    driver.page.reload()
    driver.settle()
    assert "1 review is overdue." in driver.page.header.sentence.text()
    model = driver.page.waiting.table.rows_model
    assert model.index(0, 0).data() == "Review: Upgrade PostgreSQL"
    assert model.index(0, 2).data() == "late since Tue 17 Nov"
