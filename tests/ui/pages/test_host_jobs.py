"""What lies on a host, looked for on the hosts page, opened, removed, finished, dropped."""

import time
from dataclasses import replace
from shutil import rmtree

import pytest

from app.bootstrap import Surroundings, open_services
from app.domain.backup import BackupSource, SourceKind
from app.domain.event import NewEvent
from app.domain.ids import HostId, new_id
from app.domain.job import JobState
from app.secrets import SessionSecrets
from app.services.backup.backups import take_backup
from app.services.catching_up import catch_up
from app.services.jobs.client import JobClient
from app.tasks import Progress, TaskCancelled, TaskContext
from tests.ssh_fixtures import QUICK
from tests.ui.pages.conftest import DB
from tests.ui.pages.test_hosts_page import button, shown
from ui.pages.hosts.page import HostsPage


@pytest.fixture
def services(new_data, tmp_path, clock):
    """The services with a vault whose key lies in a file."""
    around = Surroundings(
        clock, "Nomsa", SessionSecrets(), QUICK, key_file=tmp_path / "vault-key.txt"
    )
    opened = open_services(new_data, around)
    with opened.new_uow() as uow:
        uow.hosts.add(DB)
        uow.log.append(NewEvent("host.added", "Added db-01"))
        uow.commit()
    opened.vault.make()
    yield opened
    opened.close()


@pytest.fixture
def page(drive, services, ssh_server):
    for left in (ssh_server.state / "changedesk" / "jobs").glob("*"):
        rmtree(left, ignore_errors=True)  # by other tests: their buttons look like ours
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


@pytest.fixture
def cut_off(page, services, ssh_server, tmp_path):
    """A backup that the program left while the host was writing it."""
    (tmp_path / "srv").mkdir()
    (tmp_path / "srv" / "shop.ini").write_text("workers = 2\n")
    jobs = ssh_server.state / "changedesk" / "jobs"
    before = set(jobs.glob("*"))

    def leave(_progress: Progress) -> None:
        if set(jobs.glob("*")) - before:
            context.leave()

    context = TaskContext(leave)
    context.MIN_GAP_S = 0.0
    source = BackupSource(SourceKind.FILES, HostId("db-01"), (str(tmp_path / "srv"),), spool=True)
    with pytest.raises(TaskCancelled):
        take_backup(HostId("db-01"), [source], keeping=services.keeping, context=context)
    (found,) = services.keeping.vault.cut_off()
    page.click(button(page.page, "Look there"))
    page.bot.waitUntil(lambda: "begun 20" in shown(page.page), timeout=20_000)
    return found


def test_a_backup_that_was_cut_off_is_finished_from_the_host(page, services, cut_off, ssh_server):
    page.click(button(page.page, "Finish the backup"))
    page.bot.waitUntil(lambda: kept_sets(services) == [cut_off.set], timeout=30_000)
    folder = ssh_server.state / "changedesk" / "jobs" / cut_off.jobs[0]
    page.bot.waitUntil(lambda: not folder.exists(), timeout=20_000)
    page.settle()
    assert services.keeping.vault.cut_off() == ()


def test_a_backup_that_was_cut_off_is_dropped(page, services, cut_off, ssh_server):
    page.click(button(page.page, "Drop it"))
    folder = ssh_server.state / "changedesk" / "jobs" / cut_off.jobs[0]
    page.bot.waitUntil(lambda: not folder.exists(), timeout=20_000)
    page.settle()
    assert services.keeping.vault.cut_off() == ()
    assert kept_sets(services) == []


def test_what_hosts_went_on_writing_is_said_at_the_start(services, cut_off):
    assert any("went on writing it" in text for text in catch_up(services))


def kept_sets(services) -> list[str]:
    with services.new_uow() as uow:
        return [item.id for item in uow.backups.list()]


def test_a_host_whose_key_nobody_confirmed_is_not_asked(drive, services):
    driver = drive(HostsPage)
    driver.page.open("db-01")
    driver.settle()
    assert not button(driver.page, "Look there").isEnabled()
