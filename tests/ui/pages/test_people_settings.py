"""People in the settings: roles, services, keys."""

from dataclasses import replace

import pytest

from app.domain.change import ChangeState
from app.domain.event import NewEvent
from app.domain.people import Person, Role
from app.services.people import list_people, save_person
from tests.ui.pages.conftest import read
from tests.ui.pages.steps import part, saved
from ui.pages.changes.page import ChangesPage
from ui.pages.settings.page import SettingsPage

PEOPLE = 6


def add(driver, name, *roles, services="") -> None:
    people = driver.page.people
    driver.click(people.add_one)
    driver.type(people.name, name)
    driver.tick(people.roles, *roles)
    driver.type(people.services, services)
    driver.click(people.keep)


def test_people_are_listed_with_roles_and_services(drive, services):
    driver = drive(SettingsPage)
    people = driver.page.people
    assert not people.nobody.isHidden()
    add(driver, "Ayesha Patel", "service_owner", services="Orders, Mail")
    add(driver, "Pieter", "approver", "reviewer")
    found = {one.name: one for one in list_people(desk=services.desk)}
    assert found["Ayesha Patel"].services == ("Orders", "Mail")
    assert found["Pieter"].roles == (Role.APPROVER, Role.REVIEWER)
    driver.bot.waitUntil(lambda: len(people.table.rows_model.rows) == 2)
    assert people.nobody.isHidden()

    people.table.select(found["Pieter"].id)
    driver.settle()
    assert people.name.value == "Pieter"
    driver.tick(people.left)
    driver.click(people.keep)
    assert not next(p for p in list_people(desk=services.desk) if p.name == "Pieter").may_decide


def test_a_name_stands_once_and_is_needed(drive, services):
    driver = drive(SettingsPage)
    people = driver.page.people
    driver.click(people.add_one)
    driver.click(people.keep)
    assert "has a name" in people.name._below.text()
    driver.type(people.name, "Pieter")
    driver.click(people.keep)
    add(driver, " pieter ")
    assert "listed already" in driver.page.banners.banners[0].message.state
    assert len(list_people(desk=services.desk)) == 1
    driver.click(people.close_form)
    assert people._card.isHidden()


def test_a_confirmed_key_is_shown_and_forgotten_with_a_reason(drive, services):
    driver = drive(SettingsPage)
    add(driver, "Pieter", "approver")
    (person,) = list_people(desk=services.desk)
    with services.new_uow() as uow:
        uow.people.save(replace(person, key="QUJD", key_confirmed_by="Nomsa"))
        uow.log.append(NewEvent("person.key_confirmed", "Confirmed", refs=(person.id,)))
        uow.commit()
    driver.page.reload()
    driver.settle()
    people = driver.page.people
    people.table.select(person.id)
    driver.settle()
    assert "confirmed by Nomsa" in people.key.text()
    driver.click(people.forget)
    assert "Say why" in people.why._below.text()
    driver.type(people.why, "New computer")
    driver.click(people.forget)
    assert list_people(desk=services.desk)[0].key == ""


@pytest.mark.parametrize("lasting", [True, False])
def test_the_own_fingerprint_is_told_where_there_is_a_keyring(drive, desk_context, lasting):
    driver = drive(SettingsPage)
    desk_context.services.secrets.lasting = lasting
    people = driver.page.people
    driver.click(people.show_own)
    driver.bot.waitUntil(lambda: bool(people.own.text()))
    assert people.own.text().startswith("SHA256:") is lasting
    assert people.copy.isHidden() is not lasting


def test_the_people_of_a_change_are_offered_from_the_list_and_others_can_be_typed(
    drive, services, record
):
    for name in ("Sipho Dlamini", "Lerato Khumalo"):
        save_person(Person("", name, (Role.IMPLEMENTER,)), desk=services.desk)
    change = record("Upgrade PostgreSQL", ChangeState.DRAFT)
    driver = drive(ChangesPage)
    driver.open(change.id)
    people, _contacts = part(driver, PEOPLE)
    completer = people.implementer.line.completer()
    completer.setCompletionPrefix("dlam")
    assert completer.currentCompletion() == "Sipho Dlamini"
    driver.type(people.implementer, "dlam")
    people.implementer.line.setText("Sipho Dlamini")
    completer.activated.emit("Sipho Dlamini")
    saved(driver)
    assert read(services, change.id).implementer == "Sipho Dlamini"
    driver.type(people.implementer, "Somebody else")
    saved(driver)
    assert read(services, change.id).implementer == "Somebody else"
