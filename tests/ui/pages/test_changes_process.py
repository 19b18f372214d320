"""The process in the window: conditions of every move, overrides, families, keys."""

from datetime import timedelta

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu

from app.domain.change import ChangeState, ChangeType
from app.domain.task import TaskState
from app.services.change import changes
from tests.examples import identified, planned
from tests.ui.pages.conftest import read, with_fields
from tests.ui.pages.steps import saved, tab
from ui.pages.changes.kin import AFTERWARDS, CHILD, PARENT
from ui.pages.changes.page import ChangesPage
from ui.widgets.buttons import Button
from ui.widgets.labels import Label

S = ChangeState


def texts(widget) -> str:
    return "\n".join(label.text() for label in widget.findChildren(Label))


def button(widget, name: str) -> Button:
    found = [b for b in widget.findChildren(Button) if name in (b.text(), b.accessibleName())]
    assert found, f"no {name} in {[b.accessibleName() for b in widget.findChildren(Button)]}"
    return found[0]


def test_a_move_beside_the_main_path_shows_its_conditions_and_comes_back_after_an_override(
    drive, services, record
):
    urgent = with_fields(type=ChangeType.EMERGENCY, justification="Data leaks now")
    change = changes.open_change("Stop the leak", desk=services.desk)
    for edit in (identified, planned, urgent):
        changes.edit_change(change.id, edit, desk=services.desk)
    changes.move_change(change.id, S.AUTHORIZE, desk=services.desk)
    changes.edit_change(change.id, with_fields(backup_plan=()), desk=services.desk)
    driver = drive(ChangesPage)
    driver.open(change.id)
    head, asking = driver.page.detail.head, driver.page.detail.asking
    assert head.early.isVisible(), "nobody in a hurry looks for it in a menu"
    assert S.IMPLEMENT not in [to for _words, to in head.menu_items(driver.page.detail._view)]

    driver.click(head.early)
    assert asking.is_open
    assert "before anybody has approved it" in texts(asking)
    assert asking.confirm.reason == "needs: Backup proven, Health checked before"
    driver.click(button(asking, "Pass by name: Health checked before"))
    driver.type(asking.reason, "No time")
    driver.click(asking.confirm)
    (given,) = read(services, change.id).overrides
    assert (given.guard, given.by, given.move) == ("checked", "Nomsa", "authorize>implement")
    driver.bot.waitUntil(lambda: asking.is_open)
    assert asking.confirm.reason == "needs: Backup proven"
    assert "Passed by Nomsa: No time" in texts(asking)
    driver.bot.keyClick(asking, Qt.Key.Key_Escape)
    assert not asking.is_open


def test_fixed_conditions_say_so_and_offer_no_way_past(drive, record):
    change = record("Upgrade PostgreSQL", S.DRAFT)
    driver = drive(ChangesPage)
    driver.open(change.id)
    stages = driver.page.detail.stages
    stages.toggle()
    assert texts(stages.all).splitlines().count("fixed") == 4
    assert button(stages.all, "Pass by name: Affected hosts").isEnabled()


def test_a_plan_goes_back_and_is_revised_with_reasons(drive, services, record):
    change = record("Upgrade PostgreSQL", S.AUTHORIZE)
    driver = drive(ChangesPage)
    driver.open(change.id)
    head, asking = driver.page.detail.head, driver.page.detail.asking
    head.pick(S.DRAFT)
    assert "next revision" in texts(asking)
    driver.click(asking.confirm)
    assert "Say why" in asking.reason._below.text()
    driver.type(asking.reason, "The vendor wants another order")
    driver.click(asking.confirm)
    kept = read(services, change.id)
    assert (kept.state, kept.revision) == (S.DRAFT, 2)


def test_a_closed_change_is_reopened_with_a_reason(drive, services, record):
    change = record("Upgrade PostgreSQL", S.CLOSED)
    driver = drive(ChangesPage)
    driver.open(change.id)
    head, asking = driver.page.detail.head, driver.page.detail.asking
    assert [words for words, _what in head.menu_items(driver.page.detail._view)] == [
        "Reopen", "Open a child change",
    ]  # fmt: skip
    head.pick(S.REVIEW)
    assert "a new one is an addendum" in texts(asking)
    driver.type(asking.reason, "An incident came up")
    driver.click(asking.confirm)
    assert read(services, change.id).reopened == 1


def test_taking_a_change_off_hold_asks_why(drive, services, record):
    change = record("Upgrade PostgreSQL", S.ASSESS)
    changes.set_hold(change.id, "Vendor is silent", desk=services.desk)
    driver = drive(ChangesPage)
    driver.open(change.id)
    stage = driver.page.detail.stages
    assert "On hold: Vendor is silent" in texts(stage.box)
    assert "can begin" not in texts(stage.box)
    stage.fold(folded=True)
    assert stage.line.accessibleName() == "On hold: Vendor is silent"
    driver.page.detail.head.pick(None)
    asking = driver.page.detail.asking
    assert "Vendor is silent" in texts(asking)
    driver.type(asking.reason, "They called")
    driver.click(asking.confirm)
    assert not read(services, change.id).on_hold
    assert "On hold" not in texts(stage.box)


def test_who_cannot_bring_a_condition_reads_that_somebody_else_must(drive, services, record):
    change = record("Upgrade PostgreSQL", S.ASSESS)
    changes.move_change(change.id, S.AUTHORIZE, desk=services.desk)
    driver = drive(ChangesPage)
    driver.open(change.id)
    assert "needs you" in texts(driver.page.detail.stages.box)
    assert not driver.page.detail.head.early.isVisible(), "it is no emergency"
    driver.context.act_as("Sipho")
    driver.page.detail.reload()
    driver.settle()
    said = texts(driver.page.detail.stages.box)
    assert "needs somebody else" in said
    assert "needs you" not in said


def test_a_child_is_opened_shown_and_led_back_to_its_parent(drive, services, record):
    change = record("Upgrade PostgreSQL", S.MONITOR)
    driver = drive(ChangesPage)
    driver.open(change.id)
    asking = driver.page.detail.asking
    driver.page.detail.head.pick(CHILD)
    driver.type(asking.reason, "Raise the pool limit")
    wanted = []
    driver.context.navigation.went.connect(wanted.append)
    driver.click(asking.confirm)
    driver.bot.waitUntil(lambda: bool(wanted))
    place = wanted[-1]
    child = read(services, place.ref.partition("/")[0])
    assert (place.page, child.title, child.parent) == (
        "changes", "Raise the pool limit", change.id,
    )  # fmt: skip
    driver.open(change.id)
    related = tab(driver, "overview").related
    assert "1 child change" in texts(related)
    assert "Raise the pool limit" in texts(related)
    driver.open(child.id)
    assert not related.isHidden()
    assert "Belongs to" in texts(related)
    assert button(related, f"{change.number} {change.title}").isEnabled()


def test_a_change_is_put_under_a_campaign_by_number(drive, services, record):
    campaign = record("New mail servers")
    change = record("Second mail server")
    driver = drive(ChangesPage)
    driver.open(change.id)
    asking = driver.page.detail.asking
    driver.page.detail.head.pick(PARENT)
    driver.type(asking.reason, "CHG-999999")
    driver.click(asking.confirm)
    assert "no change CHG-999999" in driver.page.banners.banners[0].message.state
    driver.page.detail.head.pick(PARENT)
    driver.type(asking.reason, campaign.number)
    driver.click(asking.confirm)
    assert read(services, change.id).parent == campaign.id


def test_work_done_already_is_recorded_with_its_times(drive, services, record, clock):
    change = record("Restart the print server")
    driver = drive(ChangesPage)
    driver.open(change.id)
    asking = driver.page.detail.asking
    driver.page.detail.head.pick(AFTERWARDS)
    start, end = asking.findChildren(type(asking._question.parts[0]))
    start.set_value(clock.now() - timedelta(hours=3), "UTC")
    end.set_value(clock.now() - timedelta(hours=1), "UTC")
    driver.type(asking.reason, "It was Sunday night")
    driver.click(asking.confirm)
    kept = read(services, change.id)
    assert (kept.retrospective, kept.retrospective_reason) == (True, "It was Sunday night")
    assert kept.work_end - kept.work_start == timedelta(hours=2)
    assert driver.page.detail.head.next.text() == "Go on to review"


def test_tasks_are_kept_on_the_overview_and_stamped_when_they_end(drive, services, record, clock):
    change = record("Upgrade PostgreSQL", S.ASSESS)
    driver = drive(ChangesPage)
    driver.open(change.id)
    section = tab(driver, "overview").tasks
    driver.click(section.tasks.add)
    form = section.tasks.form
    driver.type(form.title, "Tell the service desk")
    driver.type(form.owner, "Lerato")
    driver.type(form.due, "soon")
    assert "is no date" in form.due._below.text()
    driver.type(form.due, "2026-11-13")
    saved(driver)
    (task,) = read(services, change.id).tasks
    assert (task.title, task.owner, task.due.isoformat()) == (
        "Tell the service desk", "Lerato", "2026-11-13",
    )  # fmt: skip
    driver.choose(form.state, "canceled")
    assert "why it is not done" in form.note._below.text()
    driver.choose(form.state, "closed")
    saved(driver)
    (task,) = read(services, change.id).tasks
    assert (task.state, task.closed_by, task.closed_at) == (
        TaskState.CLOSED, "Nomsa", clock.now(),
    )  # fmt: skip


def test_a_clock_that_went_back_is_said_once(drive, services, record, clock):
    change = record("Upgrade PostgreSQL", S.ASSESS)
    clock.pass_by(hours=-3)
    driver = drive(ChangesPage)
    driver.open(change.id)
    (banner,) = driver.page.banners.banners
    assert "3\u202fh behind the newest entry" in banner.message.state
    driver.page.banners.clear()
    driver.page.reload()
    driver.settle()
    assert driver.page.banners.banners == ()


def test_every_move_can_be_made_by_keys_alone(drive, services, record):
    change = record("Upgrade PostgreSQL", S.ASSESS)
    driver = drive(ChangesPage)
    driver.open(change.id)
    page, actions = driver.page, driver.context.actions
    offered = {action.text: action for action in actions.all()}
    for words in ("Back to draft", "Put on hold", "Cancel", "Open a child change"):
        assert offered[words].hint == change.number
    assert offered["Ask for approval"].keys == "Ctrl+Return"
    offered["Back to draft"].run()
    asking = page.detail.asking
    assert asking.is_open
    driver.bot.keyClicks(asking.reason.line, "Once more")
    driver.bot.keyClick(asking.reason.line, Qt.Key.Key_Return)
    driver.settle()
    assert read(services, change.id).state is S.DRAFT
    driver.bot.waitUntil(lambda: "Start planning" in {a.text for a in actions.all()})
    assert "Back to draft" not in {action.text for action in actions.all()}
    page.list.table.setFocus()
    driver.bot.keyClick(page, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    driver.settle()
    assert read(services, change.id).state is S.ASSESS


def test_the_menu_opens_by_its_key_and_is_walked_by_arrows(drive, services, record):
    change = record("Upgrade PostgreSQL", S.ASSESS)
    driver = drive(ChangesPage)
    driver.open(change.id)
    head = driver.page.detail.head
    head.open_menu()
    (menu,) = head.findChildren(QMenu)
    words = [action.text() for action in menu.actions()]
    assert words[0] == "Back to draft"
    driver.bot.keyClick(menu, Qt.Key.Key_Down)
    driver.bot.keyClick(menu, Qt.Key.Key_Return)
    assert driver.page.detail.asking.is_open
    assert change.number in texts(driver.page.detail.asking)
