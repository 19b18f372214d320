"""A set of several hosts on the backups page: its parts, and one host of it put back."""

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QLabel

from app.domain.backup import BackupSource, Level, SourceKind
from app.domain.event import NewEvent
from app.domain.host import Host
from app.domain.ids import HostId
from app.services.backup.backups import take_together
from app.tasks import TaskContext
from tests.ui.pages.test_backups_way_back import button, confirm, picture
from tests.ui.pages.test_backups_way_back import services as services
from ui.pages.backups.page import BackupsPage
from ui.pages.backups.rows import object_columns
from ui.widgets.table import Table


@pytest.fixture
def db(services, ssh_host) -> Host:
    """Another name for the same server."""
    other = replace(ssh_host, id=HostId("db"), name="db01")
    with services.new_uow() as uow:
        uow.hosts.add(other)
        uow.log.append(NewEvent("host.added", "Added"))
        uow.commit()
    return other


@pytest.fixture
def roots(tmp_path, services, ssh_host, db):
    """Take a set of two hosts, then alter both."""
    found, plan = {}, []
    for host in (ssh_host, db):
        root = found[host.name] = tmp_path / "srv" / host.name
        root.mkdir(parents=True)
        (root / "name").write_text(host.name)
        plan.append(BackupSource(SourceKind.FILES, host.id, (str(root),)))
    take_together(plan, keeping=services.keeping, context=TaskContext(), level=Level.READABLE)
    for root in found.values():
        (root / "name").write_text("altered")
    return found


def pick_host(driver, host: Host) -> None:
    part = driver.page.desk.part
    part.combo.setCurrentIndex(part.combo.findData(str(host.id)))
    part.combo.activated.emit(part.combo.currentIndex())
    driver.settle()


def test_the_host_of_every_part_is_shown_and_one_is_put_back(drive, roots, ssh_host, db):
    driver = drive(BackupsPage)
    picture(driver, "several-hosts")
    labels = "\n".join(x.text() for x in driver.page.findChildren(QLabel) if x.isVisible())
    assert f"{ssh_host.name}, db01" in labels
    part = driver.page.desk.part
    assert part.isVisible()
    assert (part.host, part.name) == (ssh_host.id, ssh_host.name)
    pick_host(driver, db)
    assert driver.page.desk.part.name == "db01"
    driver.click(button(driver, "Restore on the host"))
    driver.click(button(driver, "Compare with the host"))
    driver.settle()
    picture(driver, "several-hosts-restore")
    shown = "\n".join(x.text() for x in driver.page.findChildren(QLabel) if x.isVisible())
    assert "Restore on db01" in shown
    assert str(roots["db01"]) in shown
    confirm(driver, "db01", driver.page.desk.item.id)
    driver.settle()
    assert (roots["db01"] / "name").read_text() == "db01"
    assert (roots[ssh_host.name] / "name").read_text() == "altered"


def test_the_objects_name_their_hosts(drive, roots, ssh_host, db):
    driver = drive(BackupsPage)
    (model,) = [
        table.model()
        for table in driver.page.findChildren(Table)
        if table.model().columnCount() == len(object_columns(several=True))
    ]
    told = [model.index(row, 0).data().rsplit(", ", 1)[1] for row in range(model.rowCount())]
    assert told == [ssh_host.name, ssh_host.name, "db01", "db01"]
