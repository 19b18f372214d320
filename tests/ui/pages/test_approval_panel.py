"""Approval in the window: steps, void approvals, and both ways of a file."""

import json

import pytest

from app.domain.approval import Decision
from app.domain.change import ChangeState
from app.domain.event import NewEvent
from app.domain.people import Person, Role
from app.secrets import SessionSecrets
from app.services.approval import approvals
from app.services.approval.approval_files import (
    Answered,
    answer_request,
    export_request,
    read_answer,
)
from app.services.approval.quorum import standing_approvals
from app.services.change import changes
from app.services.people import own_fingerprint, save_person
from tests.reports.reading import texts as texts_of
from tests.services.office import Office, at_high_risk
from tests.ui.pages.conftest import read, with_fields
from tests.ui.pages.steps import tab
from tests.ui.pages.test_changes_process import button, texts
from ui.pages.changes.page import ChangesPage

S = ChangeState


class Keyring(SessionSecrets):
    lasting = True


@pytest.fixture
def asked(services, record):
    """A change that waits for approval, on a desk with a keyring."""
    services.secrets.lasting = True
    change = record("Upgrade PostgreSQL", S.ASSESS)
    return changes.move_change(change.id, S.AUTHORIZE, desk=services.desk)


def test_each_step_says_its_quorum_and_who_may_fill_it(drive, services, record):
    desk = services.desk
    save_person(Person("", "Ayesha", (Role.SERVICE_OWNER,)), desk=desk)
    save_person(Person("", "Pieter", (Role.APPROVER,)), desk=desk)
    change = record("Upgrade PostgreSQL", S.ASSESS)
    changes.edit_change(change.id, with_fields(risk=at_high_risk(change)), desk=desk)
    changes.move_change(change.id, S.AUTHORIZE, desk=desk)
    driver = drive(ChangesPage)
    driver.context.act_as("Pieter")
    driver.open(change.id)
    panel = tab(driver, "overview").approvals
    shown = texts(panel)
    assert "Owner of the service" in shown
    assert "0 of 2" in shown
    assert "Ayesha, Pieter" in shown
    driver.click(panel.approve)
    driver.click(driver.page.detail.asking.confirm)
    assert standing_approvals(read(services, change.id)) == ("Pieter",)
    assert "1 of 2" in texts(panel)
    assert "approved this plan already" in panel.approve.reason
    assert panel.reject.isEnabled()


def test_a_void_approval_says_why_and_shows_old_beside_new_and_is_asked_for_again(
    drive, services, asked
):
    approvals.decide(asked.id, Decision.APPROVED, desk=services.acting("Pieter").desk)
    changes.edit_change(asked.id, with_fields(backout_plan="Another way"), desk=services.desk)
    driver = drive(ChangesPage)
    driver.open(asked.id)
    panel = tab(driver, "overview").approvals
    assert "Void: the plan was edited" in texts(panel)
    assert not panel.since.isHidden()
    panel.since.fold.set_open(True)
    assert "is: Another way" in texts(panel.since)
    assert panel.export.reason == "the plan was edited: ask again first"
    driver.click(panel.again)
    assert len(read(services, asked.id).requests) == 2
    assert panel._again.isHidden()


def elsewhere(services, change, keys, said=Decision.APPROVED, comment="") -> bytes:
    """What Pieter sends back from his own computer."""
    request = export_request(change.id, desk=services.desk, secrets=services.secrets)
    confirm = own_fingerprint("Nomsa", services.secrets)
    away = Office().desk("Pieter")
    return answer_request(request, Answered(said, comment, confirm), desk=away, secrets=keys)


def test_an_answer_is_taken_over_once_its_key_was_compared(
    drive, services, asked, tmp_path, monkeypatch
):
    keys, file = Keyring(), tmp_path / "answer.json"
    file.write_bytes(elsewhere(services, asked, keys))
    driver = drive(ChangesPage)
    driver.open(asked.id)
    panel, asking = tab(driver, "overview").approvals, driver.page.detail.asking
    monkeypatch.setattr(
        "ui.pages.changes.approval_desk.QFileDialog.getOpenFileName", lambda *_a: (str(file), "")
    )
    driver.click(panel.take)
    driver.bot.waitUntil(lambda: asking.is_open)
    fingerprint = own_fingerprint("Pieter", keys)
    assert fingerprint in texts(asking)
    driver.type(asking.reason, "abcdef")
    driver.click(asking.confirm)
    assert "not the end of the fingerprint" in driver.page.banners.banners[0].message.state
    assert read(services, asked.id).approvals == ()

    driver.click(panel.take)
    driver.bot.waitUntil(lambda: asking.is_open)
    driver.type(asking.reason, fingerprint[-6:])
    driver.click(asking.confirm)
    driver.bot.waitUntil(lambda: bool(read(services, asked.id).approvals))
    driver.settle()
    assert f"Signed elsewhere, key …{fingerprint[-8:]}" in texts(panel)
    driver.click(panel.take)
    assert len(read(services, asked.id).approvals) == 1


def test_an_altered_answer_is_refused_in_words(drive, services, asked, tmp_path):
    file = tmp_path / "answer.json"
    altered = elsewhere(services, asked, Keyring(), Decision.REJECTED, "No rehearsal")
    file.write_bytes(altered.replace(b'"rejected"', b'"approved"'))
    driver = drive(ChangesPage)
    driver.open(asked.id)
    driver.page.approvals.open_file(file)
    driver.settle()
    assert "signature does not fit" in driver.page.banners.banners[0].message.state


def test_a_request_is_written_read_elsewhere_and_answered_in_the_window(
    drive, services, asked, tmp_path, monkeypatch
):
    driver = drive(ChangesPage)
    driver.open(asked.id)
    page, file = driver.page, tmp_path / "request.json"
    monkeypatch.setattr(
        "ui.pages.changes.approval_desk.QFileDialog.getSaveFileName", lambda *_a: (str(file), "")
    )
    driver.click(tab(driver, "overview").approvals.export)
    driver.bot.waitUntil(file.exists)
    assert json.loads(file.read_text())["format"] == "changedesk/approval-request/1"

    driver.context.act_as("Pieter")
    page.approvals.open_file(file)
    driver.settle()
    reader = page.approvals.reader
    assert page.approvals.is_reading
    assert "Steps forward" in texts(reader)
    assert "Upgrade (db-01" in texts(reader)
    assert reader.approve.reason == "Compare the fingerprint with Nomsa first."
    driver.type(reader.tail, own_fingerprint("Nomsa", services.secrets)[-6:])
    assert reader.approve.isEnabled()
    driver.click(reader.reject)
    driver.click(reader.asking.confirm)
    assert "Say why" in reader.asking.reason._below.text()
    driver.type(reader.asking.reason, "No rehearsal")
    monkeypatch.setattr(
        "ui.pages.changes.approval_desk.QFileDialog.getExistingDirectory",
        lambda *_a: str(tmp_path),
    )
    driver.click(reader.asking.confirm)
    answer = tmp_path / "CHG-000001-r1-rejected-Pieter.json"
    driver.bot.waitUntil(answer.exists)
    given = read_answer(answer.read_bytes())
    assert (given.decision, given.comment) == (Decision.REJECTED, "No rehearsal")
    driver.bot.waitUntil(lambda: not page.approvals.is_reading)
    assert read(services, asked.id).approvals == ()


def test_a_request_signed_by_another_key_than_the_confirmed_one_cannot_be_answered(
    drive, services, asked, tmp_path
):
    file = tmp_path / "request.json"
    data = export_request(asked.id, desk=services.desk, secrets=services.secrets)
    file.write_bytes(data)
    driver = drive(ChangesPage)
    driver.page.approvals.open_file(file)
    driver.settle()
    with services.new_uow() as uow:
        uow.people.add(Person("p1", "Nomsa", key="QUJD"))
        uow.log.append(NewEvent("person.key_confirmed", "Confirmed", refs=("p1",)))
        uow.commit()
    driver.page.approvals.open_file(file)
    driver.settle()
    reader = driver.page.approvals.reader
    assert "Not signed by the confirmed key of Nomsa" in reader.approve.reason
    assert reader.tail.isHidden()
    assert driver.page.escape()
    assert not driver.page.approvals.is_reading


def test_without_a_keyring_the_reason_is_said(drive, services, asked, tmp_path):
    services.secrets.lasting = False
    driver = drive(ChangesPage)
    driver.open(asked.id)
    driver.page.approvals.write_request(asked.id, tmp_path / "request.json")
    driver.settle()
    assert "no keyring" in driver.page.banners.banners[0].message.state
    assert read(services, asked.id).requests[0].exported == ()


def test_the_list_opens_files_and_prints_what_waits(drive, services, asked, tmp_path, monkeypatch):
    driver = drive(ChangesPage)
    actions = {action.text(): action for action in driver.page.deeds.menu().actions()}
    assert "Open an approval file" in actions
    file = tmp_path / "agenda.pdf"
    monkeypatch.setattr(
        "ui.pages.changes.list_deeds.QFileDialog.getSaveFileName", lambda *_a: (str(file), "")
    )
    actions["Print what waits for approval in this list"].trigger()
    driver.bot.waitUntil(file.exists)
    driver.settle()
    assert asked.title in texts_of(file.read_bytes())[1]
    assert button(tab(driver, "overview").approvals, "Request as a file")
