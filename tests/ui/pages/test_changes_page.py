"""The changes page, used as a person uses it, over the real store."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt

from app.domain.approval import Decision
from app.domain.change import ChangeState
from app.domain.need import Need, NeedCategory
from app.domain.risk import Grade
from app.domain.runbook import Phase
from app.errors import IllegalMove
from app.services.change import changes
from app.services.metric.metric_packs import pack_for
from tests.ui.pages.conftest import read, with_fields
from tests.ui.pages.steps import part, saved, tab
from ui.pages.changes.page import ChangesPage
from ui.pages.changes.tabs import TABS

S = ChangeState
NEED, IMPACT, OPTIONS, RISK, RUNBOOK, PLANS, PEOPLE = range(7)


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
    assert "Scheduled" in page.list.table.paged.columns[0].text(page.list.rows[0])


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
    driver.type(options.options.form.title, "Upgrade in place")
    driver.tick(options.options.form.chosen)
    (risk,) = part(driver, RISK)
    for place, grades in enumerate((("4", "4"), ("2", "4"))):
        driver.choose(risk.likelihood[place], grades[0])
        driver.choose(risk.impact[place], grades[1])
    (runbook,) = part(driver, RUNBOOK)
    for steps, title in ((runbook.forward, "Upgrade"), (runbook.back, "Restore")):
        driver.click(steps.add)
        driver.type(steps.form.title, title)
        driver.choose(steps.form.host, "db-01")
        driver.type(steps.form.command, "true")
    plans, _code = part(driver, PLANS)
    driver.choose(plans.outage, "yes")
    driver.type(plans.downtime, "40")
    driver.type(plans.communication, "Tell the service desk")
    driver.type(plans.test, "Place an order")
    saved(driver)
    measures = tab(driver, "metrics").sections[0]
    driver.click(measures.measures.add)
    driver.type(measures.measures.form.name, "Response time")
    driver.choose(measures.measures.form.host, "db-01")
    driver.type(measures.measures.form.query, "http://127.0.0.1/")
    driver.choose(measures.measures.form.side, "most")
    driver.type(measures.measures.form.target, "300")
    window = tab(driver, "schedule").window_section
    driver.click(window.set_it)
    saved(driver)


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
    assert [text for text, _target in head.menu_items(driver.page.detail._view)] == [
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
    assert "cannot approve or reject" in approvals.approve.reason
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


def test_the_list_is_searched_as_one_types_and_filtered_by_a_click(drive, services, record):
    record("Upgrade PostgreSQL")
    record("Patch OpenSSL", S.AUTHORIZE)
    record("Replace the print server", S.CLOSED)
    driver = drive(ChangesPage)
    listing = driver.page.list
    assert [row.title for row in listing.rows] == ["Patch OpenSSL", "Upgrade PostgreSQL"]
    driver.page.focus_search()
    driver.bot.keyClicks(listing.head.search, "patch")
    driver.bot.waitUntil(lambda: len(listing.rows) == 1)
    driver.page.list.head.search.clear()
    driver.open("list/approve")
    driver.bot.waitUntil(lambda: [row.title for row in listing.rows] == ["Patch OpenSSL"])
    driver.context.act_as("Somebody else")
    driver.open("list/mine")
    driver.bot.waitUntil(lambda: listing.rows == ())
    assert listing.views.currentWidget() is listing.views.nothing_fits
    driver.click(listing.views.everything)
    assert len(listing.rows) == 3


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


def test_a_change_that_does_not_exist_is_said_and_the_page_stays_where_it_was(drive, record):
    change = record("Upgrade PostgreSQL")
    driver = drive(ChangesPage)
    driver.open("CHG-000099")
    (banner,) = driver.page.banners.banners
    assert banner.message.state == "There is no change CHG-000099."
    assert driver.page.detail.ref == change.id


def test_measures_that_the_need_calls_for_are_suggested_once(drive, services, record):
    need = Need(NeedCategory.CANNOT_SCALE, no_evidence_reason="Seen at the counter")
    change = record("Enlarge the shop", S.DRAFT, with_fields(need=need, metrics=()))
    driver = drive(ChangesPage)
    driver.open(change.id)
    measures = tab(driver, "metrics").sections[0]
    driver.click(measures.suggest)
    saved(driver)
    kept = read(services, change.id).metrics
    assert [metric.name for metric in kept if metric.key] == [
        "Requests per second",
        "Response time",
    ]
    assert len(kept) == 5
    assert not measures.suggest.isEnabled()
    assert measures.suggest.reason == "All are in the list."


@pytest.mark.parametrize("category", NeedCategory)
def test_what_a_need_calls_for_is_frozen_when_the_work_begins(drive, services, record, category):
    """Suggested, pruned, and then fixed: nobody moves a margin once the result can be seen."""
    need = Need(category, no_evidence_reason="Seen at the counter")
    change = record("Enlarge the shop", S.DRAFT, with_fields(need=need, metrics=()))
    driver = drive(ChangesPage)
    driver.open(change.id)
    driver.click(tab(driver, "metrics").sections[0].suggest)
    saved(driver)
    found = read(services, change.id).metrics
    pack = pack_for(category)
    assert [(m.name, m.key, m.margin) for m in found] == [(m.name, m.key, m.margin) for m in pack]
    pruned = changes.edit_change(change.id, with_fields(metrics=found[:-1]), desk=services.desk)
    assert pruned.plan_hash != change.plan_hash
    with services.new_uow() as uow:
        changes.moved(pruned, S.IMPLEMENT, uow, desk=services.desk)
        uow.commit()
    for easier in (found, (replace(found[0], margin=0.5), *found[1:-1])):
        with pytest.raises(IllegalMove, match=r"plan .* is fixed"):
            changes.edit_change(change.id, with_fields(metrics=easier), desk=services.desk)
    assert read(services, change.id).metrics == found[:-1]
    driver.open(change.id)
    assert not tab(driver, "metrics").sections[0].suggest.isVisible()
