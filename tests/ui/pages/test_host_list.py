"""The list of hosts in the window: groups, filters, and what was typed."""

from dataclasses import replace

from PySide6.QtCore import Qt

from app.domain.event import NewEvent
from app.domain.ids import HostId
from tests.ui.pages.conftest import DB
from ui.cells import Group
from ui.pages.hosts.page import HostsPage
from ui.widgets.buttons import Button


def add(services, *hosts) -> None:
    with services.new_uow() as uow:
        for host in hosts:
            uow.hosts.add(host)
        uow.log.append(NewEvent("host.added", "Added"))
        uow.commit()


def listed(driver) -> list[str]:
    rows = driver.page.table.rows_model.rows
    return [f"[{r.title}]" if isinstance(r, Group) else r.host.name for r in rows]


def host(name: str, *tags: str):
    return replace(DB, id=HostId(name), name=name, address=f"10.0.0.{len(name)}", tags=tags)


def test_hosts_stand_in_their_groups_and_without_any_in_one_list(drive, services):
    driver = drive(HostsPage)
    assert listed(driver) == ["db-01"]
    add(services, host("web-1", "group:shop", "nginx"), host("mail", "group:Office"))
    driver.page.reload()
    driver.settle()
    assert listed(driver) == [
        "[Office]", "mail", "[shop]", "web-1", "[Without a group]", "db-01",
    ]  # fmt: skip


def test_a_tag_or_an_address_finds_hosts_and_a_wanted_one_is_always_shown(drive, services):
    add(services, host("web-1", "group:shop", "nginx"), host("mail", "postfix"))
    driver = drive(HostsPage)
    search = driver.page.list.search
    driver.bot.keyClicks(search, "NGINX")
    driver.bot.keyClick(search, Qt.Key.Key_Return)
    driver.settle()
    assert listed(driver) == ["[shop]", "web-1"]
    driver.open("mail")
    assert "mail" in listed(driver)
    assert driver.page.table.current.host.name == "mail"
    assert search.text() == ""


def test_chips_count_and_filter_by_state(drive, services):
    driver = drive(HostsPage)
    driver.page.list.chips.choose(1)
    driver.settle()
    assert listed(driver) == []
    driver.page.list.chips.choose(2)
    driver.settle()
    assert listed(driver) == ["db-01"]


def test_in_large_type_the_list_gives_way_before_the_buttons_at_its_side(drive, theme):
    theme.set_scale(2.0)
    try:
        driver = drive(HostsPage)
        page = driver.page
        page.resize(1065, 800)  # what a window of 1440 leaves beside the rail
        driver.settle()
        buttons = [one for one in page._detail.findChildren(Button) if one.isVisible()]
        assert len(buttons) >= 4
        for one in buttons:
            right = one.mapTo(page, one.rect().topRight()).x()
            assert right < page.width(), f"{one.text()} is cut off at {right}"
        head = page.table.horizontalHeader()
        assert head.isSectionHidden(4)
        assert not head.isSectionHidden(0)
        assert not head.isSectionHidden(3)
    finally:
        theme.set_scale(1.0)
