"""Templates by keys and mouse: the library, a new change from one, a copy, recurring drafts."""

import time
from dataclasses import replace
from datetime import datetime

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.domain.change import ChangeState, ChangeType
from app.domain.event import NewEvent
from app.domain.review import CloseCode
from app.domain.runbook import Runbook, Step, StepKind
from app.errors import IllegalMove
from app.services.change import changes
from app.services.run.runbooks import refuse_circles
from app.services.template import templates
from app.services.template.editions import next_editions
from app.services.template.standing import field_words
from app.services.template.starters import starters, take_over
from app.services.template.templates import COPIED, Wanted
from tests.ui.pages.conftest import DB, read
from tests.ui.pages.test_run_page import shown
from ui.pages.changes.page import ChangesPage
from ui.pages.templates.page import TemplatesPage

Key = Qt.Key


@pytest.fixture
def proven(services, record):
    """A template in good standing, made from a change that went well; one value, no host."""
    steps = (
        Step("a", "Stop {{unit}}", StepKind.COMMAND, command="systemctl stop {{unit}}"),
        Step("m", "Look", StepKind.MANUAL),
    )
    change = record(
        "Restart the shop", ChangeState.REVIEW,
        lambda c: replace(c, runbook=Runbook(steps, (("unit", "shop"),)), hosts=()),
    )  # fmt: skip
    with services.new_uow() as uow:
        kept = uow.changes.get(change.id)
        uow.changes.save(
            replace(
                kept, state=ChangeState.CLOSED, close_code=CloseCode.SUCCESSFUL,
                closed_at=services.clock.now(),
            )
        )  # fmt: skip
        uow.log.append(NewEvent("test.closed", "Closed", change.id))
        uow.commit()
    made = templates.make_template(change.id, "Restart the shop", desk=services.desk)
    return templates.approve_template(made.id, desk=services.acting("Pieter").desk)


def newest(services):
    with services.new_uow() as uow:
        return max(uow.changes.list(), key=lambda change: change.id)


def test_a_standard_change_is_opened_by_keys_alone_in_well_under_a_minute(drive, services, proven):
    driver = drive(ChangesPage)
    page = driver.page
    began = time.monotonic()
    page.new_record()
    driver.bot.waitUntil(lambda: page.new.templates.ready, timeout=5000)
    driver.settle()

    def press(key, modifier=Qt.KeyboardModifier.NoModifier):
        QTest.keyClick(page.window().focusWidget() or page.focusWidget(), key, modifier)

    keys = 0
    assert page.new.field.line.hasFocus()
    for key in (Key.Key_Backtab, Key.Key_Backtab):
        if page.new.templates.field.combo.hasFocus():
            break
        press(key)
        keys += 1
    assert page.new.templates.field.combo.hasFocus()
    press(Key.Key_R)  # the first letter of its name
    keys += 1
    driver.settle()
    assert page.new.templates.template.name == "Restart the shop"
    assert page.new.field.value == "Restart the shop"
    assert "Standard change" in page.new.templates.badge.accessibleName()
    while not page.new.templates.host.combo.hasFocus():
        press(Key.Key_Tab)
        keys += 1
        assert keys < 12
    press(Key.Key_Down)
    keys += 1
    while not page.new.field.line.hasFocus():
        press(Key.Key_Tab)
        keys += 1
        assert keys < 20
    press(Key.Key_Return)
    driver.bot.waitUntil(lambda: newest(services).template == proven.id, timeout=5000)
    driver.settle()
    change = newest(services)
    assert (change.type, change.title) == (ChangeType.STANDARD, "Restart the shop")
    assert change.hosts == (DB.id,)
    assert change.runbook.steps[0].host == DB.id
    print(f"keys {keys + 1}, {time.monotonic() - began:.1f} s of the machine's time")
    assert time.monotonic() - began < 30


def test_what_a_template_still_needs_is_asked_at_its_field(drive, services, proven):
    driver = drive(ChangesPage)
    page = driver.page
    page.open(f"new/{proven.id}")
    driver.bot.waitUntil(lambda: page.new.templates.template is not None, timeout=5000)
    driver.settle()
    count = len(all_changes(services))
    driver.click(page.new.begin)
    assert "on which host" in page.new.templates.host._below.text()
    driver.choose(page.new.templates.host, str(DB.id))
    field = page.new.templates.values["unit"]
    driver.type(field, "shop; reboot")
    driver.click(page.new.begin)
    assert "cannot be the value" in field._below.text()
    assert len(all_changes(services)) == count
    driver.type(field, "shop-2")
    driver.click(page.new.begin)
    driver.bot.waitUntil(lambda: len(all_changes(services)) == count + 1, timeout=5000)
    assert dict(newest(services).runbook.values) == {"unit": "shop-2"}


def all_changes(services):
    with services.new_uow() as uow:
        return uow.changes.list()


def test_a_bundled_template_is_taken_over_read_approved_and_used(drive, services):
    driver = drive(TemplatesPage)
    page = driver.page
    names = [row.template.name for row in page.table.rows_model.rows if hasattr(row, "template")]
    assert names == [item.name for item in starters()]
    page.table.select("starter:postgresql-minor-upgrade")
    assert "Read every command" in shown(page)
    driver.click(page.detail.take)
    driver.bot.waitUntil(lambda: page.detail.approve.isVisible(), timeout=5000)
    driver.settle()
    driver.click(page.detail.approve)
    driver.bot.waitUntil(lambda: "Nomsa" in shown(page), timeout=5000)
    driver.settle()
    assert not page.detail.approve.isVisible()
    assert "by Nomsa on " in shown(page.detail)
    assert "open a normal one first" in page.detail.words.text()


def test_who_made_an_edition_is_told_why_it_cannot_be_approved(drive, services, record):
    book = Runbook((Step("m", "Look", StepKind.MANUAL),))
    change = record("Look", ChangeState.ASSESS, lambda c: replace(c, runbook=book))
    templates.make_template(change.id, "Look", desk=services.desk)
    driver = drive(TemplatesPage)
    assert driver.page.detail.approve.reason == "you made this edition"


def test_retiring_needs_a_reason(drive, services, proven):
    driver = drive(TemplatesPage)
    detail = driver.page.detail
    driver.click(detail.retire)
    driver.click(detail.sure)
    assert "Say why" in detail.reason._below.text()
    driver.type(detail.reason, "Replaced by another")
    driver.click(detail.sure)
    driver.bot.waitUntil(lambda: "Replaced by another" in shown(driver.page), timeout=5000)


def test_drafts_are_set_to_recur_and_come_at_once_when_due(drive, services, proven):
    driver = drive(TemplatesPage)
    form = driver.page.detail.recurring
    driver.choose(form.rule, "FREQ=WEEKLY")
    driver.type(form.start, "next Tuesday")
    driver.click(form.save)
    assert "2026-12-08 22:00" in form.start._below.text()
    driver.type(form.start, "2026-11-17 22:00")
    driver.type(form.minutes, "90")
    driver.type(form.lead, "5")
    driver.click(form.save)
    driver.bot.waitUntil(lambda: len(all_changes(services)) == 2, timeout=5000)
    driver.settle()
    draft = newest(services)
    assert draft.title == "Restart the shop, Tue 17 Nov 2026"
    assert draft.window.start_wall.replace(tzinfo=None) == datetime(2026, 11, 17, 22, 0)
    driver.choose(form.rule, "own")
    driver.type(form.own, "FREQ=SECONDLY")
    driver.click(form.save)
    assert "no rule for a draft" in form.own._below.text()


def test_a_missed_draft_is_seen_and_made_by_hand(drive, services, proven, clock):
    from app.domain.template import Recurrence
    from app.services.template.recurrence import make_due, set_recurrence

    rule = Recurrence("FREQ=DAILY;COUNT=2", datetime(2026, 11, 15, 22, 0), lead_days=0)
    set_recurrence(proven.id, rule, desk=services.desk)
    clock.pass_by(days=4)
    make_due(desk=services.desk)
    driver = drive(TemplatesPage)
    assert "Missed, because Change Desk was not open in time: 2" in shown(driver.page)
    before = len(all_changes(services))
    from ui.widgets.buttons import Button

    make = [b for b in driver.page.findChildren(Button) if b.text() == "Make the draft now"]
    driver.click(make[0])
    driver.bot.waitUntil(lambda: len(all_changes(services)) == before + 1, timeout=5000)


@pytest.fixture
def changes_page(drive, record):
    change = record("Upgrade PostgreSQL", ChangeState.ASSESS)
    driver = drive(ChangesPage)
    driver.open(change.id)
    return driver, change


def test_a_change_is_copied_with_the_parts_that_were_chosen(changes_page, services):
    driver, change = changes_page
    driver.page.detail._on_reuse("copy")
    reuse = driver.page.detail.reuse
    assert list(reuse.boxes) == list(COPIED)
    for name in ("options", "runbook"):
        reuse.boxes[name].click()
    driver.type(reuse.name, "Upgrade the second one")
    driver.bot.keyClick(reuse.name.line, Key.Key_Return)
    driver.bot.waitUntil(lambda: newest(services).copied_from == change.id, timeout=5000)
    copy = newest(services)
    assert (copy.title, copy.state) == ("Upgrade the second one", ChangeState.DRAFT)
    assert copy.impact == change.impact
    assert (copy.options, copy.runbook.steps) == ((), ())


def test_a_template_is_made_from_a_change_with_its_locks(changes_page, services):
    driver, change = changes_page
    driver.page.detail._on_reuse("template")
    reuse = driver.page.detail.reuse
    assert reuse.boxes["runbook"].isChecked()
    reuse.boxes["metrics"].click()
    driver.click(reuse.confirm)
    driver.bot.waitUntil(lambda: bool(services_templates(services)), timeout=5000)
    (made,) = services_templates(services)
    assert made.name == change.title
    assert "metrics" in made.locked
    assert read(services, change.id).version == change.version


def test_the_next_edition_says_what_is_new_and_waits_for_approval_again(drive, services, proven):
    change = templates.open_from_template(proven.id, templates.Wanted(), desk=services.desk)
    added = Step("n", "Tell the service desk", StepKind.MANUAL)
    longer = Runbook((*change.runbook.steps, added), change.runbook.values)
    changes.edit_change(
        change.id, lambda c: replace(c, runbook=longer, monitor_days=3.0), desk=services.desk
    )
    driver = drive(ChangesPage)
    driver.open(change.id)
    driver.page.detail._on_reuse("template")
    driver.settle()
    reuse = driver.page.detail.reuse
    edition = reuse.edition
    assert edition.choice.value == proven.family, "its own template is chosen already"
    edition.differences.fold.set_open(True)
    assert "Tell the service desk" in shown(edition)
    assert "Days under observation" in shown(edition)
    assert reuse.confirm.text() == "Make edition 2"
    driver.click(reuse.confirm)
    assert "one sentence" in edition.note._below.text()
    assert len(services_templates(services)) == 1
    driver.type(edition.note, "Tells the desk")
    driver.click(reuse.confirm)
    driver.bot.waitUntil(lambda: len(services_templates(services)) == 2, timeout=5000)
    (row,) = templates.library(desk=services.desk)
    assert (row.template.edition, row.template.approved_by) == (2, "")
    assert "Nobody stands for edition 2" in row.poor
    assert {item.part: item.after for item in row.altered} == {
        "Step": "Tell the service desk",
        "Days under observation": "3",
    }
    library = drive(TemplatesPage)
    library.page.detail.altered.fold.set_open(True)
    assert "Tell the service desk" in shown(library.page.detail.altered)
    assert "Waits for approval" in library.page.detail.badge.accessibleName()
    assert library.page.detail.approve.reason == "you made this edition"


def test_a_change_may_still_become_a_template_of_its_own(changes_page, services, proven):
    driver, change = changes_page
    driver.page.detail._on_reuse("template")
    driver.settle()
    reuse = driver.page.detail.reuse
    assert reuse.edition.choice.value == ""
    assert not reuse.edition.note.isVisible()
    driver.choose(reuse.edition.choice, proven.family)
    assert reuse.name.value == proven.name
    driver.choose(reuse.edition.choice, "")
    assert reuse.name.value == change.title
    driver.click(reuse.confirm)
    driver.bot.waitUntil(lambda: len(services_templates(services)) == 2, timeout=5000)
    assert {made.edition for made in services_templates(services)} == {1}


def test_a_retired_template_gets_no_next_edition(services, proven, record):
    templates.retire_template(proven.id, "Replaced", desk=services.desk)
    change = record("Look", ChangeState.ASSESS)
    assert next_editions(change.id, desk=services.desk) == ()
    with pytest.raises(IllegalMove, match="is retired"):
        templates.make_template(change.id, "x", desk=services.desk, family=proven.family)


def services_templates(services):
    with services.new_uow() as uow:
        return uow.templates.list()


def test_bundled_templates_are_whole(services):
    for item in starters():
        refuse_circles(item.pattern.runbook)
        assert item.pattern.runbook.phase(item.pattern.runbook.steps[-1].phase)
        assert item.pattern.tests
        for step in item.pattern.runbook.steps:
            assert step.slow_s == (step.p90_s or step.estimate_s)
        assert all(field_words(name) for name in item.locked)
        ids = [step.id for step in item.pattern.runbook.steps]
        assert len(set(ids)) == len(ids)
        known = set(ids)
        for step in item.pattern.runbook.steps:
            assert set(step.after or ()) <= known
            assert not step.backout_of or step.backout_of in known
    first = take_over("web-config-change", desk=services.desk)
    assert take_over("web-config-change", desk=services.desk) == first


def test_a_new_edition_is_made_on_the_page_itself(drive, services, proven):
    change = templates.open_from_template(
        proven.id, Wanted("Restart it once more"), desk=services.desk
    )
    changes.edit_change(
        change.id,
        lambda c: replace(
            c,
            runbook=replace(
                c.runbook,
                steps=(
                    *c.runbook.steps,
                    Step("n", "Tell the shop", StepKind.NOTIFY, recipients="shop@example.org"),
                ),
            ),
        ),
        desk=services.desk,
    )
    driver = drive(TemplatesPage)
    page = driver.page
    page.table.select(proven.family)
    driver.settle()
    assert not page.edition.isVisible()
    driver.click(page.detail.renew)
    driver.settle()
    form = page.edition
    assert form.isVisible()
    assert form.source.value == change.id, "the changes opened from it come first"
    assert form.differences.isVisible()
    driver.click(form.make)
    assert "one sentence" in form.note._below.text()
    driver.type(form.note, "Tells the shop")
    driver.click(form.make)
    driver.settle()
    (row,) = templates.library(desk=services.desk)
    assert (row.template.edition, row.template.note) == (2, "Tells the shop")
    assert row.template.locked == proven.locked
    assert row.template.pattern.runbook.steps[-1].title == "Tell the shop"
    assert not page.edition.isVisible()
