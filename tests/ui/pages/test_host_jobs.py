"""What lies on a host, looked for on the hosts page, opened, removed, finished, dropped."""

import time
from dataclasses import replace

import pytest

from app.domain.event import NewEvent
from app.domain.ids import new_id
from app.domain.job import JobState
from app.services.jobs.client import JobClient
from tests.ui.pages.test_hosts_page import button, shown
from ui.pages.hosts.page import HostsPage


@pytest.fixture
def page(drive, services, ssh_server):
    with services.new_uow() as uow:
        uow.hosts.save(replace(ssh_server.host("db-01"), zone="Europe/Berlin"))
        uow.log.append(NewEvent("host.edited", "Moved"))
        uow.commit()
    driver = drive(HostsPage)
    driver.page.open("db-01")
    driver.settle()
    return driver


def job_on(services, command: str) -> JobClient:
    with services.new_uow() as uow:
        remote = services.remotes.open(uow.hosts.get("db-01"))
    job = JobClient(remote, new_id())
    job.start(command, 60)
    for _try in range(100):
        if job.look(0, 0).state is JobState.ENDED:
            break
        time.sleep(0.05)
    return job


def test_nothing_is_looked_for_unasked(page):
    assert "Not looked for in this session." in shown(page.page)


def test_what_was_read_is_removed_at_one_press(page, services, ssh_server):
    job = job_on(services, "echo said; exit 4")
    job.acknowledge()
    page.click(button(page.page, "Look there"))
    page.bot.waitUntil(lambda: "exit 4" in shown(page.page), timeout=20_000)
    assert "Not known here" in shown(page.page)
    page.click(button(page.page, "Remove"))
    folder = ssh_server.state / "changedesk" / "jobs" / job.job
    page.bot.waitUntil(lambda: not folder.exists(), timeout=20_000)
    page.settle()


def test_what_nobody_has_read_is_kept_and_says_why(page, services):
    job = job_on(services, "exit 5")
    page.click(button(page.page, "Look there"))
    page.bot.waitUntil(lambda: "exit 5" in shown(page.page), timeout=20_000)
    assert "Another computer may not have read it yet." in shown(page.page)
    page.page.reload()
    page.settle()
    assert "exit 5" in shown(page.page)
    job.remove()


def test_a_host_whose_key_nobody_confirmed_is_not_asked(drive, services):
    driver = drive(HostsPage)
    driver.page.open("db-01")
    driver.settle()
    assert not button(driver.page, "Look there").isEnabled()
