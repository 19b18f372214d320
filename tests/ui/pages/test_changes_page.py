"""The changes page, used as a person uses it, over the real store."""

from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import QDate, QDateTime, Qt, QTime
from PySide6.QtWidgets import QLineEdit

from app.domain.approval import Decision
from app.domain.change import ChangeState, ChangeType
from app.domain.need import NeedCategory
from app.domain.risk import Grade
from app.domain.runbook import Phase
from app.domain.window import TimeRange, Window
from app.services import changes
from tests.fakes import NOON
from tests.ui.pages.conftest import DB, read, with_fields
from ui.operations import changes as operations
from ui.pages.changes.page import ChangesPage
from ui.pages.changes.schedule import parse_length, sentence
from ui.pages.changes.tabs import TABS

S = ChangeState
NEED, IMPACT, OPTIONS, RISK, RUNBOOK, PLANS, PEOPLE = range(7)


def tab(driver, name):
    """Show a tab and return it."""
    place = [entry.id for entry in TABS].index(name)
    driver.page.detail.tabs.set_current(place)
    driver.settle()
    return driver.page.detail.tab(place)


def part(driver, place):
    """Show a part of the plan and return its sections."""
    plan = tab(driver, "plan")
    plan.chips.choose(place)
    driver.settle()
    return plan.part(place)


def saved(driver):
    """Save what was typed and wait."""
    driver.page.detail.flush()
    driver.settle()


def test_a_change_is_recorded_planned_and_agreed_in_the_window(drive, services, clock):
    driver = drive(ChangesPage)
    page = driver.page
    page.new_record()
    driver.type(page.new.field, "Upgrade the orders database")
    driver.click(page.new.begin)
    change_id = page.detail.ref
    assert page.detail.head.next.text() == "Start planning"
    assert not page.detail.head.next.isEnabled()

    identify(driver)
    driver.click(page.detail.head.next)
    assert read(services, change_id).state is S.ASSESS
    plan(driver)
    kept = read(services, change_id)
    assert [page.detail.head.next.text(), page.detail.head.next.reason] == ["Ask for approval", ""]
    assert kept.chosen_option.title == "Upgrade in place"
    assert kept.risk.inherent.level is Grade.HIGH
    assert [step.title for step in kept.runbook.phase(Phase.BACKOUT)] == ["Restore"]

    driver.click(page.detail.head.next)
    approvals = tab(driver, "overview").approvals
    assert approvals.approve.isEnabled()
    driver.context.act_as("Pieter")
    page.reload()
    driver.settle()
    driver.click(approvals.approve)
    driver.type(page.detail.asking.reason, "Go ahead")
    driver.click(page.detail.asking.confirm)
    driver.click(page.detail.head.next)
    kept = read(services, change_id)
    assert kept.state is S.SCHEDULED
    assert [(a.approver, a.decision) for a in kept.approvals] == [("Pieter", Decision.APPROVED)]
    page.list.choose("open")
    driver.settle()
    assert "Scheduled" in page.list.table.rows_model.columns[0].text(page.list.rows[0])


def identify(driver):
    """Fill in what the draft needs."""
    (need,) = part(driver, NEED)
    driver.type(need.text, "Version 14 gets no more fixes.")
    driver.choose(need.category, NeedCategory.OUTDATED.value)
    driver.type(need.requester, "Thabo")
    driver.click(need.evidence.add)
    driver.type(need.evidence.form.title, "PostgreSQL 14")
    driver.type(need.evidence.form.says, "end of life 12 Nov 2026")
    saved(driver)
    impact, scope = part(driver, IMPACT)
    driver.type(impact.text, "Orders stop")
    driver.type(impact.users, "1240")
    driver.tick(scope.areas, "server")
    driver.tick(scope.hosts, "db-01")
    driver.type(scope.included, "db-01")
    saved(driver)
    people = part(driver, PEOPLE)[0]
    driver.type(people.implementer, "Sipho")
    saved(driver)


def plan(driver):
    """Fill in what an approval needs."""
    (options,) = part(driver, OPTIONS)
    driver.click(options.options.add)
    driver.type(options.form.title, "Upgrade in place")
    driver.tick(options.form.chosen)
    (risk,) = part(driver, RISK)
    for place, grades in enumerate((("4", "4"), ("2", "4"))):
        driver.choose(risk.likelihood[place], grades[0])
        driver.choose(risk.impact[place], grades[1])
    (runbook,) = part(driver, RUNBOOK)
    for steps, title in ((runbook.forward, "Upgrade"), (runbook.back, "Restore")):
        driver.click(steps.add)
        driver.type(steps.steps_form.title, title)
        driver.choose(steps.steps_form.host, "db-01")
        driver.type(steps.steps_form.command, "true")
    (plans,) = part(driver, PLANS)
    driver.choose(plans.outage, "yes")
    driver.type(plans.downtime, "40")
    driver.type(plans.communication, "Tell the service desk")
    driver.type(plans.test, "Place an order")
    saved(driver)
    measures = tab(driver, "metrics").sections[0]
    driver.click(measures.measures.add)
    driver.type(measures.form.name, "Response time")
    driver.choose(measures.form.host, "db-01")
    driver.type(measures.form.query, "http://127.0.0.1/")
    driver.choose(measures.form.side, "most")
    driver.type(measures.form.target, "300")
    window = tab(driver, "schedule").window_section
    driver.click(window.set_it)
    saved(driver)


def test_what_is_typed_is_saved_on_leaving_the_field_and_can_be_undone(drive, services, record):
    change = record("Upgrade PostgreSQL")
    driver = drive(ChangesPage)
    driver.open(change.id)
    (need,) = part(driver, NEED)
    driver.type(need.requester, "Thabo")
    need.service.line.setFocus()
    driver.bot.waitUntil(lambda: "Saved" in driver.page.detail.head.saved.text())
    assert read(services, change.id).requested_by == "Thabo"
    assert driver.page.detail.head.undo.isVisible()

    driver.click(driver.page.detail.head.undo)
    assert read(services, change.id).requested_by == ""
    assert need.requester.value == ""
    assert services.queries.events(change=change.id)[0].text == "Undid: Edited the need"


def test_an_edit_that_somebody_else_made_meanwhile_is_explained(drive, services, record):
    change = record("Upgrade PostgreSQL")
    driver = drive(ChangesPage)
    driver.open(change.id)
    (need,) = part(driver, NEED)
    driver.type(need.requester, "Mine")
    changes.edit_change(change.id, with_fields(requested_by="Theirs"), desk=services.desk)
    saved(driver)
    assert read(services, change.id).requested_by == "Theirs"
    assert need.requester.value == "Mine"
    (banner,) = driver.page.banners.banners
    keep, drop = banner.message.actions

    drop.run()
    driver.settle()
    assert need.requester.value == "Theirs"
    driver.type(need.requester, "Mine again")
    changes.edit_change(change.id, with_fields(requested_by="Theirs again"), desk=services.desk)
    saved(driver)
    keep.run()
    driver.settle()
    assert read(services, change.id).requested_by == "Mine again"


def test_fields_that_others_edit_at_the_same_time_do_not_collide(drive, services, record):
    change = record("Upgrade PostgreSQL")
    driver = drive(ChangesPage)
    driver.open(change.id)
    (need,) = part(driver, NEED)
    driver.type(need.requester, "Mine")
    changes.edit_change(change.id, with_fields(reviewer="Ayesha"), desk=services.desk)
    saved(driver)
    kept = read(services, change.id)
    assert (kept.requested_by, kept.reviewer) == ("Mine", "Ayesha")


def test_what_cannot_be_used_is_said_at_its_field_and_not_saved(drive, services, record):
    change = record("Upgrade PostgreSQL")
    driver = drive(ChangesPage)
    driver.open(change.id)
    impact, _scope = part(driver, IMPACT)
    driver.type(impact.users, "many")
    saved(driver)
    assert "not a number" in impact.users._below.text()
    assert read(services, change.id).impact.users is None
    driver.type(impact.users, "1 240")
    saved(driver)
    assert read(services, change.id).impact.users == 1240


def test_a_start_that_the_clocks_skip_is_refused_at_the_field(drive, services, record):
    change = record("Upgrade PostgreSQL", S.ASSESS, with_fields(window=None))
    driver = drive(ChangesPage)
    driver.open(change.id)
    section = tab(driver, "schedule").window_section
    section.start.zone_box.setCurrentText("Europe/Berlin")
    section.start.edit.setDateTime(QDateTime(QDate(2027, 3, 28), QTime(2, 30)))
    driver.click(section.set_it)
    assert "skip this time" in section.start._below.text()
    assert read(services, change.id).window is None


def test_an_hour_that_comes_twice_is_asked_for(drive, services, record):
    change = record("Upgrade PostgreSQL", S.ASSESS, with_fields(window=None))
    driver = drive(ChangesPage)
    driver.open(change.id)
    section = tab(driver, "schedule").window_section
    section.start.zone_box.setCurrentText("Europe/Berlin")
    section.start.edit.setDateTime(QDateTime(QDate(2027, 10, 31), QTime(2, 30)))
    assert section.start.fold_box.isVisible()
    section.start.fold_box.setCurrentIndex(1)
    section.start.fold_box.activated.emit(1)
    driver.click(section.set_it)
    start = read(services, change.id).window.span.start
    assert start == datetime(2027, 10, 31, 1, 30, tzinfo=UTC)


def test_a_window_over_the_change_of_clocks_says_how_long_it_really_is():
    start = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
    window = Window(TimeRange(start, start + timedelta(hours=2)), "Europe/Berlin")
    assert "= 2\u202fh of real time, not 3\u202fh" in sentence(window)


@pytest.mark.parametrize(
    ("typed", "minutes"),
    [("3", 180), ("1:30", 90), ("1 h 30 min", 90), ("90 min", 90), ("2.5 h", 150), ("soon", None)],
)
def test_a_length_is_read_as_people_write_it(typed, minutes):
    length = parse_length(typed)
    assert (length and length.total_seconds() / 60) == minutes


def test_a_condition_is_passed_by_name_and_reason(drive, services, record):
    change = record("Upgrade PostgreSQL", S.DRAFT, with_fields(hosts=()))
    driver = drive(ChangesPage)
    driver.open(change.id)
    stages = driver.page.detail.stages
    stages.toggle()
    stages.override_wanted.emit("hosts")
    asking = driver.page.detail.asking
    driver.click(asking.confirm)
    assert "Say why" in asking.reason._below.text()
    driver.type(asking.reason, "Only papers")
    driver.click(asking.confirm)
    (override,) = read(services, change.id).overrides
    assert (override.guard, override.by, override.reason) == ("hosts", "Nomsa", "Only papers")


def test_holding_and_canceling_ask_for_a_reason_in_the_page(drive, services, record):
    change = record("Upgrade PostgreSQL", S.ASSESS)
    driver = drive(ChangesPage)
    driver.open(change.id)
    head, asking = driver.page.detail.head, driver.page.detail.asking
    head.hold_wanted.emit()
    driver.type(asking.reason, "Waits for hardware")
    driver.click(asking.confirm)
    assert read(services, change.id).on_hold_reason == "Waits for hardware"
    assert head.next.reason == "on hold"
    assert [text for text, _target in head._menu_items(driver.page.detail._view)] == [
        "Take off hold",
        "Cancel",
    ]
    head.move_wanted.emit(S.CANCELED)
    driver.bot.keyClick(asking, Qt.Key.Key_Escape)
    assert not asking.is_open
    head.move_wanted.emit(S.CANCELED)
    driver.type(asking.reason, "Not needed any more")
    driver.click(asking.confirm)
    assert read(services, change.id).state is S.CANCELED


def test_who_implements_cannot_approve_and_a_rejection_goes_back(drive, services, record):
    change = record("Upgrade PostgreSQL", S.AUTHORIZE)
    driver = drive(ChangesPage)
    driver.context.act_as("Sipho")
    driver.open(change.id)
    approvals = tab(driver, "overview").approvals
    assert approvals.approve.reason == "who implements cannot approve"
    driver.context.act_as("Pieter")
    driver.page.reload()
    driver.settle()
    driver.click(approvals.reject)
    driver.type(driver.page.detail.asking.reason, "No rehearsal")
    driver.click(driver.page.detail.asking.confirm)
    kept = read(services, change.id)
    assert kept.state is S.REJECTED
    assert kept.approvals[0].comment == "No rehearsal"


def test_every_tab_shows_changes_of_every_state(drive, record):
    title = "Upgrade <b>PostgreSQL"
    made = [record(title, state) for state in (S.DRAFT, S.SCHEDULED, S.CLOSED, S.CANCELED)]
    driver = drive(ChangesPage)
    for change in made:
        for entry in TABS:
            driver.open(f"{change.id}/{entry.id}")
            assert driver.page.detail.head.title.text() == title
            assert driver.page.banners.banners == ()
        for place in range(7):
            assert part(driver, place)


def test_a_closed_change_can_be_read_and_not_edited(drive, record):
    change = record("Upgrade PostgreSQL", S.CLOSED)
    driver = drive(ChangesPage)
    driver.open(change.id)
    (need,) = part(driver, NEED)
    assert need.title.line.isReadOnly()
    assert not need.evidence.add.isVisible()
    assert all(edit.isReadOnly() for edit in need.findChildren(QLineEdit) if edit.isVisible())


def test_the_list_is_searched_as_one_types_and_filtered_by_a_click(drive, services, record):
    record("Upgrade PostgreSQL")
    record("Patch OpenSSL", S.AUTHORIZE)
    record("Replace the print server", S.CLOSED)
    driver = drive(ChangesPage)
    listing = driver.page.list
    assert [row.title for row in listing.rows] == ["Patch OpenSSL", "Upgrade PostgreSQL"]
    driver.page.focus_search()
    driver.bot.keyClicks(listing.search, "upgr")
    driver.bot.waitUntil(lambda: len(listing.rows) == 1)
    driver.page.list.search.clear()
    driver.open("list/approve")
    driver.bot.waitUntil(lambda: [row.title for row in listing.rows] == ["Patch OpenSSL"])
    driver.context.act_as("Somebody else")
    driver.open("list/mine")
    driver.bot.waitUntil(lambda: listing.rows == ())
    assert listing._stack.currentWidget() is listing._empty
    driver.click(listing._empty.button)
    assert len(listing.rows) == 3


def test_scrolling_brings_more_rows(drive, services, record, monkeypatch):
    monkeypatch.setattr(operations, "PAGE", 20)
    for number in range(30):
        record(f"Change {number}")
    driver = drive(ChangesPage)
    listing = driver.page.list
    assert len(listing.rows) == 20
    bar = listing.table.verticalScrollBar()
    bar.setValue(bar.maximum())
    driver.bot.waitUntil(lambda: len(listing.rows) == 30)
    assert listing.found.text() == "30 of 30 changes, newest first"


def test_the_keyboard_moves_opens_and_comes_back(drive, record):
    record("Upgrade PostgreSQL")
    second = record("Patch OpenSSL")
    driver = drive(ChangesPage)
    page = driver.page
    assert page.detail.ref == second.id
    page.list.table.setFocus()
    driver.bot.keyClick(page.list.table, Qt.Key.Key_J)
    driver.settle()
    assert page.detail._view.change.title == "Upgrade PostgreSQL"
    driver.bot.keyClick(page.list.table, Qt.Key.Key_Return)
    driver.settle()
    assert page.list.isHidden()
    assert page.escape()
    assert not page.list.isHidden()
    assert not page.escape()


def test_results_of_tests_and_the_review_are_signed_with_who_gave_them(drive, services, record):
    change = record("Upgrade PostgreSQL", S.REVIEW)
    driver = drive(ChangesPage)
    driver.open(change.id)
    cases = tab(driver, "tests").cases
    cases.cases.open_at(0)
    driver.choose(cases.form.result, "failed")
    driver.type(cases.form.waived, "Known since May")
    saved(driver)
    (case,) = read(services, change.id).tests
    assert (case.tester, case.tested_at, case.waived_by) == ("Nomsa", NOON, "Nomsa")
    assert case.is_settled

    review = tab(driver, "review")
    driver.tick(review.lessons.none)
    driver.choose(review.ending.code, "successful_with_issues")
    driver.type(review.ending.notes, "Done, one test failed.")
    saved(driver)
    driver.click(review.reviewed.button)
    kept = read(services, change.id)
    assert kept.no_lessons
    assert (kept.reviewed_by, kept.reviewed_at) == ("Nomsa", NOON)
    assert driver.page.detail.head.next.text() == "Close"


def test_records_are_added_altered_moved_and_deleted(drive, services, record):
    change = record("Upgrade PostgreSQL", S.ASSESS)
    driver = drive(ChangesPage)
    driver.open(change.id)
    (runbook,) = part(driver, RUNBOOK)
    steps = runbook.forward
    driver.click(steps.add)
    driver.type(steps.steps_form.title, "Look at it")
    driver.choose(steps.steps_form.kind, "manual")
    driver.click(steps._up)
    saved(driver)
    names = [step.title for step in read(services, change.id).runbook.phase(Phase.FORWARD)]
    assert names == ["Look at it", "Upgrade"]
    driver.click(steps._delete)
    saved(driver)
    names = [step.title for step in read(services, change.id).runbook.phase(Phase.FORWARD)]
    assert names == ["Upgrade"]
    driver.click(steps.add)
    driver.click(steps._done)
    assert len(steps.value) == 1


def test_the_type_is_fixed_once_the_draft_is_left(drive, services, record):
    draft, planned_ = record("Draft"), record("Planned", S.ASSESS)
    driver = drive(ChangesPage)
    driver.open(draft.id)
    (need,) = part(driver, NEED)
    driver.choose(need.type, ChangeType.EMERGENCY.value)
    assert need.justification.isVisible()
    saved(driver)
    assert read(services, draft.id).type is ChangeType.EMERGENCY
    driver.open(planned_.id)
    assert not need.type.combo.isEnabled()


def test_what_was_typed_is_saved_when_another_change_is_opened(drive, services, record):
    first, second = record("First"), record("Second")
    driver = drive(ChangesPage)
    driver.open(first.id)
    (need,) = part(driver, NEED)
    driver.type(need.requester, "Thabo")
    driver.open(second.id)
    assert read(services, first.id).requested_by == "Thabo"
    assert need.requester.value == ""


def test_hosts_are_named_and_gone_ones_do_not_break_the_page(drive, record):
    change = record("Upgrade PostgreSQL", S.ASSESS)
    driver = drive(ChangesPage)
    driver.open(change.id)
    _impact, scope = part(driver, IMPACT)
    assert scope.hosts.value == (DB.id,)
