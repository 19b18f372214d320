"""The health page over kept reports: the worst difference first, server text as text."""

from dataclasses import replace
from datetime import timedelta

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from app.domain.event import NewEvent
from app.domain.health import CheckResult, Health, HealthReport, Phase, Reading
from app.secrets import SessionSecrets
from tests.fakes import NOON
from ui.pages.health.page import HealthPage
from ui.widgets.buttons import Button

HOSTILE = "<b>bold</b> \x1b[31mred \u202egnp =cmd()"
BEFORE = {"svc.state": Health.OK, "cpu.load": Health.OK, "fs.space": Health.WARNING}
AFTER = {"svc.state": Health.CRITICAL, "cpu.load": Health.OK, "fs.space": Health.OK}


def report(change, key, phase, healths, at):
    results = tuple(
        CheckResult(check=check, title=check, reading=Reading(health, HOSTILE))
        for check, health in healths.items()
    )
    return HealthReport(
        id=key, host="db-01", host_name="db-01", phase=phase, change=change.id,
        started_at=at, ended_at=at, results=results,
    )  # fmt: skip


def keep_both(services, change):
    """Keep a check before the work of a change and one after it."""
    with services.new_uow() as uow:
        uow.health.add(report(change, "r1", Phase.BEFORE, BEFORE, NOON))
        uow.health.add(report(change, "r2", Phase.AFTER, AFTER, NOON + timedelta(hours=1)))
        uow.log.append(NewEvent("health.checked", "Checked", change.id))
        uow.commit()


def test_differences_stand_worst_first_and_nothing_is_obeyed(drive, services, record):
    keep_both(services, record())
    driver = drive(HealthPage)
    driver.open("r2")
    checks = driver.page._checks
    rows = checks.model()
    texts = [rows.index(row, 0).data() for row in range(rows.rowCount())]
    assert texts[0].startswith("svc.state")
    assert texts.index(next(t for t in texts if t.startswith("fs.space"))) == 1
    seen = [str(rows.index(0, column).data()) for column in range(rows.columnCount())]
    assert any("<b>bold</b>" in text for text in seen)
    assert not any("\x1b" in text or "\u202e" in text for text in seen)
    said = [label.text() for label in driver.page.findChildren(QLabel) if label.isVisible()]
    assert any("1 worse" in text for text in said)
    assert heads(checks) == ["Check", "Before", "After", "Differs"]


def heads(table):
    model = table.model()
    return [
        model.headerData(column, Qt.Orientation.Horizontal)
        for column in range(model.columnCount())
        if not table.isColumnHidden(column)
    ]


def test_what_is_compared_with_nothing_stands_alone(drive, services, record):
    keep_both(services, record())
    driver = drive(HealthPage)
    driver.open("r1")
    checks = driver.page._checks
    assert heads(checks) == ["Check", "Found"]
    found = [checks.model().index(row, 3).data() for row in range(3)]
    assert sorted(text.split(",")[0] for text in found) == ["OK", "OK", "Warning"]
    driver.open("r2")
    assert heads(checks) == ["Check", "Before", "After", "Differs"]
    shown = [b.text() for b in driver.page.findChildren(Button) if b.isVisible()]
    assert "Open the hosts" not in shown


def add_hosts(services, ssh_server, *names, tags=()):
    with services.new_uow() as uow:
        for name in names:
            port = ssh_server.port if not name.startswith("gone") else 1
            uow.hosts.add(replace(ssh_server.host(name), tags=tags, port=port))
        uow.log.append(NewEvent("host.added", "Added hosts"))
        uow.commit()


def button(page, text):
    return next(b for b in page.findChildren(Button) if b.text() == text and b.isVisible())


def states(page):
    model = page._many.panel.table.model()
    return {model.index(n, 0).data(): model.index(n, 2).data() for n in range(model.rowCount())}


def test_many_hosts_are_checked_at_once_and_each_is_shown(drive, services, ssh_server, monkeypatch):
    quick(services, monkeypatch)
    add_hosts(services, ssh_server, "web-01", "web-02", "gone-01", tags=("web",))
    driver = drive(HealthPage)
    page = driver.page
    page._host.set_value("tag:web")
    driver.click(button(page, "Check now"))
    found = states(page)
    assert found["gone-01"] == "Not reached"
    assert {found["web-01"], found["web-02"]} <= {"OK", "Warning", "Critical", "Unknown"}
    said = [label.text() for label in page.findChildren(QLabel) if label.isVisible()]
    assert "2 of 3 done, 1 not reached" in said
    assert not any(b.text() == "Stop" for b in page.findChildren(Button) if b.isVisible())
    with services.new_uow() as uow:
        assert len(uow.health.list()) == 2
        kept = next(host for host in uow.hosts.list() if host.name == "gone-01")
        uow.hosts.save(replace(kept, port=ssh_server.port))
        uow.log.append(NewEvent("host.edited", "Moved"))
        uow.commit()
    driver.click(button(page, "Retry failed"))
    assert states(page)["gone-01"] == "Not reached", "what was chosen is checked as it was chosen"
    driver.click(button(page, "Close"))
    assert page.table.isVisible()


def test_check_of_many_can_be_stopped_and_gone_on_with(drive, services, ssh_server, monkeypatch):
    quick(services, monkeypatch, at_once=1, interval_s=0.6)
    add_hosts(services, ssh_server, "web-01", "web-02", "web-03")
    driver = drive(HealthPage)
    page = driver.page
    page._host.set_value("every")
    driver.bot.mouseClick(button(page, "Check now"), Qt.MouseButton.LeftButton)
    driver.bot.waitUntil(lambda: "Going on" in states(page).values())
    driver.click(button(page, "Stop"))
    found = list(states(page).values())
    assert "Stopped" in found
    assert "Waiting" in found
    driver.click(button(page, "Go on with the rest"))
    assert "Waiting" not in states(page).values()
    driver.click(button(page, "Retry failed"))
    assert set(states(page).values()).isdisjoint({"Stopped", "Waiting", "Going on"})
    with services.new_uow() as uow:
        assert {report.host_name for report in uow.health.list()} == {"web-01", "web-02", "web-03"}


def quick(services, monkeypatch, *, at_once=8, interval_s=0.05):
    """Let checks take no longer than they must, over connections that give up soon."""
    from app.probes.catalogue import ProbeCatalogue
    from app.services.host.health import Checking
    from app.ssh.pool import RemotePool
    from tests.ssh_fixtures import QUICK

    pool = RemotePool(SessionSecrets(), lambda _key: None, replace(QUICK, retries_s=()))
    checking = Checking(services.desk, pool, ProbeCatalogue(interval_s), at_once)
    monkeypatch.setattr(type(services), "checking", property(lambda _self: checking))
