"""The messages of a change in the window: drafted, edited, saved as mail, noted as sent."""

import email
import email.policy
from datetime import timedelta

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from app.domain.change import ChangeState
from app.domain.communication import Audience
from app.domain.window import TimeRange, Window
from app.services.change import changes
from app.services.message.communications import note_sent, plan_messages
from tests.fakes import NOON
from tests.ui.pages.conftest import read, with_fields
from tests.ui.pages.steps import part, saved, tab
from ui.pages.changes.page import ChangesPage

S = ChangeState
MESSAGES = 7


def opened_part(drive, change):
    driver = drive(ChangesPage)
    driver.open(change.id)
    (section,) = part(driver, MESSAGES)
    return driver, section


def test_drafts_are_written_edited_and_kept(drive, services, record):
    change = record("Upgrade PostgreSQL", S.ASSESS)
    driver, section = opened_part(drive, change)
    ticked = [audience.value for audience, box in section.audiences.items() if box.isChecked()]
    assert ticked == ["users", "service_desk", "it_team"]
    driver.click(section.write)
    assert len(read(services, change.id).messages) == 9
    section.messages.open_at(0)
    form = section.messages.form
    assert form.subject.value.startswith("Maintenance of Upgrade PostgreSQL")
    driver.type(form.to, "everybody")
    assert "no mail address" in form.to._below.text()
    driver.type(form.to, "Ann <ann@example.org>")
    driver.type(form.subject, "Orders closed on Saturday")
    saved(driver)
    kept = read(services, change.id).messages[0]
    assert (kept.to, kept.subject) == ("Ann <ann@example.org>", "Orders closed on Saturday")


def test_a_message_is_out_of_date_when_the_window_moved_and_is_written_again(
    drive, services, record
):
    change = record("Upgrade PostgreSQL", S.ASSESS)
    driver, section = opened_part(drive, change)
    driver.click(section.write)
    later = Window(TimeRange(NOON + timedelta(days=7), NOON + timedelta(days=7, hours=3)), "UTC")
    changes.edit_change(change.id, with_fields(window=later), desk=services.desk)
    driver.page.detail.reload()
    driver.settle()
    model = section.messages.table.model()
    assert model.index(0, 1).data() == "out of date: window"
    section.messages.open_at(0)
    form = section.messages.form
    assert form.stale.text() == "Since it was written, this is another one: window."
    driver.bot.keyClick(form.again, Qt.Key.Key_Return)
    saved(driver)
    assert "Sat 21 Nov 2026" in read(services, change.id).messages[0].text
    assert model.index(0, 1).data() == "draft"
    assert not form.stale.isVisible()


def test_a_mail_file_is_saved_the_text_copied_and_the_sending_noted(
    drive, services, record, tmp_path
):
    change = record("Upgrade PostgreSQL", S.ASSESS)
    driver, section = opened_part(drive, change)
    driver.click(section.write)
    section.messages.open_at(0)
    form = section.messages.form
    driver.click(form.copy)
    assert "Dear colleagues," in QGuiApplication.clipboard().text()
    target = tmp_path / "mail.eml"
    section.save_to(section.messages.value[0], target)
    driver.settle()
    mail = email.message_from_bytes(target.read_bytes(), policy=email.policy.default)
    assert [item.get_filename() for item in mail.iter_attachments()] == [f"{change.number}.ics"]

    driver.click(form.note)
    asking = driver.page.detail.asking
    driver.click(asking.confirm)
    assert asking.is_open, "without a receiver nothing was sent"
    driver.type(asking.reason, "the channel of operations")
    driver.click(asking.confirm)
    kept = read(services, change.id).messages[0]
    assert (kept.sent[0].by, kept.sent[0].to) == ("Nomsa", "the channel of operations")
    driver.type(form.to, "ann@example.org")
    driver.click(form.note)
    kept = read(services, change.id).messages[0]
    assert [item.to for item in kept.sent] == ["the channel of operations", "ann@example.org"]
    assert section.messages.table.model().index(0, 1).data() == "sent Sat 14 Nov 12:00"
    assert "Sent Sat 14 Nov 12:00 by Nomsa to ann@example.org" in form.sent.text()


def test_a_new_message_follows_its_audience_until_somebody_writes(drive, services, record):
    change = record("Upgrade PostgreSQL", S.ASSESS)
    driver, section = opened_part(drive, change)
    driver.click(section.messages.add)
    form = section.messages.form
    assert form.text.value.startswith("Dear colleagues,")
    driver.choose(form.audience, "management")
    assert form.subject.value.startswith("Planned change: Upgrade PostgreSQL")
    driver.type(form.text, "In my own words.")
    driver.choose(form.moment, "after")
    assert form.text.value == "In my own words."
    saved(driver)
    (kept,) = read(services, change.id).messages
    assert (kept.id, kept.text) == ("management/after", "In my own words.")

    driver.click(section.messages.add)
    driver.choose(form.audience, "management")
    driver.choose(form.moment, "after")
    saved(driver)
    assert "message for these" in form.audience._below.text()
    assert len(read(services, change.id).messages) == 1


def test_the_briefing_is_saved_from_the_plan(drive, services, record, tmp_path):
    change = record("Upgrade PostgreSQL", S.ASSESS, with_fields(contacts=()))
    driver, _section = opened_part(drive, change)
    plan = tab(driver, "plan")
    target = tmp_path / "briefing.pdf"
    plan.save_briefing(target)
    driver.settle()
    assert target.read_bytes().startswith(b"%PDF")
    assert services.queries.events(change=change.id)[0].kind == "briefing.made"
    kept = driver.context.messages.kept[-1]
    assert "Not settled yet: nobody to reach" in kept.as_text()


def test_what_was_announced_is_called_off_from_the_cancelled_change(drive, services, record):
    change = record("Upgrade PostgreSQL", S.ASSESS)
    drafted = plan_messages(change.id, (Audience.USERS,), desk=services.desk)
    note_sent(drafted.id, "users/before", "all@example.org", mailing=services.mailing)
    changes.move_change(change.id, S.CANCELED, desk=services.desk, reason="No need any more")
    driver, section = opened_part(drive, change)
    assert section.untold.text() == "Called off, and not everybody knows: users were told of it."
    assert section.write.text() == "Write that it is called off"
    driver.click(section.write)
    kept = read(services, change.id).messages
    assert [item.moment.value for item in kept] == ["before", "during", "after", "called_off"]
    section.messages.open_at(1)
    form = section.messages.form
    assert not form.note.isVisible(), "what is called off does not begin"
    section.messages.open_at(3)
    assert form.note.isVisible()
    assert not form.again.isVisible()
    driver.bot.mouseClick(form.note, Qt.MouseButton.LeftButton)
    driver.settle()
    asking = driver.page.detail.asking
    driver.type(asking.reason, "all@example.org")
    driver.bot.keyClick(asking.reason.line, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    driver.settle()
    assert read(services, change.id).messages[3].sent[0].to == "all@example.org"
    assert not section.untold.isVisible()
