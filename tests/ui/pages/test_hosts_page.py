"""The hosts page, driven as a person does."""

import pytest
from PySide6.QtWidgets import QLabel

from ui.pages.hosts.page import HostsPage
from ui.widgets.buttons import Button


def button(page, text) -> Button:
    found = [b for b in page.findChildren(Button) if b.text() == text and b.isVisible()]
    assert found, f"no button {text}"
    return found[-1]


def shown(page) -> str:
    return "\n".join(label.text() for label in page.findChildren(QLabel) if label.isVisible())


def kept(services):
    with services.new_uow() as uow:
        return {host.name: host for host in uow.hosts.list()}


@pytest.mark.parametrize("port", ["", "0", "65536", "22x", "-1", "٢٢", "9" * 5000])
def test_a_port_that_is_none_is_said_at_its_field_and_nothing_is_kept(drive, services, port):
    driver = drive(HostsPage)
    page = driver.page
    page.new_record()
    form = page._form
    driver.type(form._name, "app-01")
    driver.type(form._address, "127.0.0.2")
    form._port.set_value(port)
    driver.click(button(page, "Save"))
    assert "A port is a number" in shown(form)
    assert set(kept(services)) == {"db-01"}


def test_a_host_is_added_and_shown_unconfirmed_with_its_name_as_typed(drive, services):
    driver = drive(HostsPage)
    page, form = driver.page, driver.page._form
    page.new_record()
    driver.type(form._name, "<b>app</b>=cmd()")
    driver.type(form._address, "127.0.0.2")
    driver.type(form._port, "2222")
    driver.click(button(page, "Save"))
    driver.settle()
    host = kept(services)["<b>app</b>=cmd()"]
    assert (host.address, host.port, host.key) == ("127.0.0.2", 2222, None)
    driver.bot.waitUntil(lambda: "<b>app</b>=cmd()" in shown(page))
    assert not button(page, "Test the connection").isEnabled()


def test_an_address_that_is_none_is_refused_in_words_and_the_form_stays(drive, services):
    driver = drive(HostsPage)
    page, form = driver.page, driver.page._form
    page.new_record()
    driver.type(form._name, "app-01")
    driver.type(form._address, "$(reboot)")
    driver.click(button(page, "Save"))
    assert "is not a host name" in shown(page)
    assert form.isVisible()
    assert set(kept(services)) == {"db-01"}


def test_tags_and_what_a_host_depends_on_are_kept(drive, services):
    driver = drive(HostsPage)
    driver.page.new_record()
    form = driver.page._form
    driver.type(form._name, "app-01")
    driver.type(form._address, "127.0.0.2")
    driver.type(form._tags, "web, group:orders, web")
    driver.tick(form._depends, "db-01")
    form._submit()
    driver.settle()
    with services.new_uow() as uow:
        kept = next(host for host in uow.hosts.list() if host.name == "app-01")
    assert (kept.tags, kept.depends_on) == (("web", "group:orders"), ("db-01",))
