"""The hosts page, driven as a person does."""

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPlainTextEdit, QScrollArea

from app.domain.change import ChangeState
from app.domain.event import NewEvent
from app.services.host.hosts import ConnectionReport, ConnectionStep
from app.services.host.sudo_files import sudo_files
from ui.pages.hosts.page import HostsPage
from ui.pages.hosts.sudo import SudoPart
from ui.widgets.buttons import Button
from ui.widgets.labels import Label


def buttons(page, text) -> list[Button]:
    return [b for b in page.findChildren(Button) if b.text() == text and b.isVisible()]


def button(page, text) -> Button:
    found = buttons(page, text)
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


def test_sudo_that_refuses_a_password_leads_to_where_it_is_entered(drive, services):
    from app.domain.host import Stage
    from app.errors import LoginRefused
    from ui.widgets.banner import Banner

    driver = drive(HostsPage)
    went = []
    driver.context.navigation.went.connect(went.append)
    driver.page.show_error(LoginRefused("Wrong.", host="db-01", step=Stage.SUDO))
    action = button(driver.page.findChild(Banner), "Enter the password")
    driver.click(action)
    assert (went[-1].page, went[-1].ref) == ("hosts", "db-01")
    driver.open("db-01")
    assert driver.page.table.current.host.name == "db-01"


def test_rules_for_sudo_are_shown_for_the_changes_that_need_them(drive, services, record, tmp_path):
    from app.domain.runbook import Runbook, Step, StepKind
    from ui.pages.hosts.sudo_rules import SudoRulesPart

    driver = drive(HostsPage)
    page = driver.page
    driver.click(button(page, "Show what changes need"))
    assert "no rule is needed" in shown(page)
    command = "sudo /usr/bin/systemctl restart shop\nsudo apt-get update"
    step = Step("s", "Restart", StepKind.COMMAND, kept(services)["db-01"].id, command=command)
    change = record(
        "Restart the shop",
        ChangeState.DRAFT,
        lambda item: replace(item, hosts=(step.host,), runbook=Runbook((step,))),
    )
    driver.click(button(page, "Show what changes need"))
    part = page.findChild(SudoRulesPart)
    text = part.findChild(QPlainTextEdit).toPlainText()
    assert "ALL=(root) NOPASSWD: /usr/bin/systemctl restart shop\n" in text
    assert "No rule for “sudo apt-get update”" in text
    assert f"{change.number}  Restart the shop" in shown(part)
    assert "1 rule, 1 line without one" in shown(part)
    driver.click(button(part, "Copy"))
    assert QApplication.clipboard().text() == text
    page._rules.write_rules(sudo_files(kept(services)["db-01"], desk=services.desk)[0],
                            tmp_path / "rules")  # fmt: skip
    driver.settle()
    assert (tmp_path / "rules").read_text() == text


def test_the_program_that_reads_as_root_is_shown_beside_its_rules(drive, services, record):
    from app.domain.backup import BackupSource, SourceKind
    from ui.pages.hosts.sudo_rules import SudoRulesPart

    host = kept(services)["db-01"]
    source = BackupSource(SourceKind.FILES, host.id, ("/etc/shop",), as_root=True)
    record(
        "Restart the shop",
        ChangeState.DRAFT,
        lambda item: replace(item, hosts=(host.id,), backup_plan=(source,)),
    )
    driver = drive(HostsPage)
    driver.click(button(driver.page, "Show what changes need"))
    part = driver.page.findChild(SudoRulesPart)
    rules, files, facts = (one.toPlainText() for one in part.findChildren(QPlainTextEdit))
    assert "/usr/local/sbin/changedesk-read-" in rules
    assert " hashes\n" in rules
    assert "./etc/shop" in files
    assert "Listening ports" in facts
    assert "would make the account root" in shown(part)


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


def test_hosts_are_taken_over_from_openssh_with_what_is_left_out(drive, services, tmp_path):
    file = tmp_path / "config"
    file.write_text(
        "Host web-01 web-02\n  HostName %h.example\n  ProxyJump gate\n"
        "Host gate\n  ForwardAgent yes\nHost db-01\n  HostName 10.9.9.9\n"
    )
    driver = drive(HostsPage)
    page = driver.page
    driver.click(button(page, "Import…"))
    driver.type(page._takeover._file, str(file))
    driver.click(button(page, "Read"))
    said = shown(page)
    assert "config, 5" in said
    assert "never forwarded" in said
    assert "stays as it is" in said
    driver.tick(page._takeover._hosts, "web-02", "gate")
    driver.click(button(page, "Import 1 host"))
    hosts = kept(services)
    assert set(hosts) == {"db-01", "web-01", "gate"}
    assert hosts["web-01"].jump == hosts["gate"].id
    driver.bot.waitUntil(lambda: "web-01" in shown(page._detail))


def test_file_that_is_none_is_said_in_words(drive, tmp_path):
    driver = drive(HostsPage)
    driver.click(button(driver.page, "Import…"))
    driver.type(driver.page._takeover._file, str(tmp_path / "none"))
    driver.click(button(driver.page, "Read"))
    assert "cannot be read" in shown(driver.page)
    assert driver.page.escape()
    assert driver.page._detail.isVisible()


def test_old_cryptography_is_allowed_with_a_reason_and_ended_again(drive, services):
    from ui.pages.hosts.legacy import LegacyPart

    driver = drive(HostsPage)
    page = driver.page
    driver.click(button(page, "The server is too old for that…"))
    driver.click(button(page, "Allow old cryptography"))
    assert "needs a reason" in shown(page)
    driver.type(page.findChild(LegacyPart)._reason, "Replaced in January")
    driver.click(button(page, "Allow old cryptography"))
    driver.bot.waitUntil(lambda: "Old algorithms allowed until" in spoken(page))
    waiver = kept(services)["db-01"].legacy
    assert (waiver.reason, waiver.by) == ("Replaced in January", "Nomsa")
    driver.click(button(page, "End it now"))
    driver.bot.waitUntil(lambda: kept(services)["db-01"].legacy is None)


def spoken(page) -> str:
    from ui.widgets.badges import StateBadge

    return " ".join(b.accessibleName() for b in page.findChildren(StateBadge) if b.isVisible())


def test_the_way_from_elsewhere_leads_into_the_form_of_a_new_host(drive, services):
    driver = drive(HostsPage)
    driver.page.open("new")
    driver.settle()
    assert driver.page._form.isVisible()
    assert driver.page._form.isAncestorOf(QApplication.focusWidget())
    driver.page.reload()
    driver.settle()
    assert driver.page._form.isVisible(), "it is asked for once, and stays"
    end = button(driver.page, "Save")
    driver.page.resize(1200, 400)
    driver.settle()
    assert driver.page.rect().contains(end.mapTo(driver.page, end.rect().bottomRight()))


def test_what_a_test_of_the_connection_says_finds_room(drive, services):
    driver = drive(HostsPage)
    detail = driver.page._detail
    long = "SHA256:" + "x" * 300
    detail.show_report(ConnectionReport("db-01", (ConnectionStep("Host key", True, long),)))
    driver.settle()
    area = detail.findChild(QScrollArea)
    assert area.widget().width() <= area.viewport().width()
    label = next(item for item in detail.findChildren(Label) if item.text() == long)
    assert label.height() > 3 * label._pitch


def test_password_for_sudo_is_held_for_the_session_and_forgotten_again(drive, services):
    with services.new_uow() as uow:
        host = uow.hosts.list()[0]
        uow.hosts.save(replace(host, sudo=True))
        uow.log.append(NewEvent("host.edited", "Uses sudo", refs=(host.id,)))
        uow.commit()
    driver = drive(HostsPage)
    page = driver.page
    driver.bot.waitUntil(lambda: "None is held" in shown(page))
    driver.click(button(page, "Hold it for this session"))
    assert "Enter the password" in shown(page)
    part = next(one for one in page.findChildren(SudoPart) if one.isVisible())
    driver.type(part._password, " canary-for-sudo ")
    assert part._password.line.echoMode() is QLineEdit.EchoMode.Password
    driver.click(button(page, "Hold it for this session"))
    driver.bot.waitUntil(lambda: bool(buttons(page, "Forget it now")))
    assert services.secrets.get(host.sudo_secret) == " canary-for-sudo "
    files = [file for file in services.data.rglob("*") if file.is_file()]
    assert files
    assert not [f for f in files if b"canary-for-sudo" in f.read_bytes()]
    driver.click(button(page, "Forget it now"))
    driver.bot.waitUntil(lambda: "None is held" in shown(page))
    assert services.secrets.get(host.sudo_secret) is None
