"""The way back on the backups page, over a real server: look inside, compare, restore, settle."""

import os
from pathlib import Path

import pytest
from PySide6.QtCore import QModelIndex, QPoint, Qt
from PySide6.QtWidgets import QLabel

from app.bootstrap import Surroundings, open_services
from app.domain.backup import BackupSource, Level, SourceKind
from app.domain.event import NewEvent
from app.domain.restore import RestoreState
from app.secrets import SessionSecrets
from app.services.backup.backups import take_backup
from app.settings import Settings
from app.tasks import TaskContext
from tests.ssh_fixtures import QUICK
from ui.pages.backups.asking import LineAsk
from ui.pages.backups.page import BackupsPage
from ui.pages.backups.retention import RetentionPanel
from ui.widgets.buttons import Button
from ui.widgets.cells import PAD
from ui.widgets.confirm import TypedConfirmation
from ui.widgets.fold import Fold
from ui.widgets.labels import Label
from ui.widgets.set_copies import SetCopies
from ui.widgets.table import Table
from ui.widgets.tree import entry_words


@pytest.fixture
def shop(tmp_path) -> Path:
    root = tmp_path / "srv" / "shop"
    (root / "conf").mkdir(parents=True)
    (root / "conf" / "shop.ini").write_text("workers = 2\n")
    (root / "conf" / "mail.ini").write_text("from = shop\n")
    (root / "shopctl").write_text("#!/bin/sh\n")
    return root


@pytest.fixture
def services(new_data, tmp_path, clock, ssh_host):
    around = Surroundings(
        clock, "Nomsa", SessionSecrets(), QUICK, key_file=tmp_path / "vault-key.txt"
    )
    opened = open_services(new_data, around)
    with opened.new_uow() as uow:
        uow.hosts.add(ssh_host)
        uow.log.append(NewEvent("host.added", "Added"))
        uow.commit()
    opened.vault.make()
    yield opened
    opened.close()


@pytest.fixture
def taken(services, ssh_host, shop):
    def take():
        source = BackupSource(SourceKind.FILES, ssh_host.id, (str(shop),))
        return take_backup(
            ssh_host.id, (source,), keeping=services.keeping, context=TaskContext(),
            level=Level.READABLE,
        )  # fmt: skip

    found = take()
    (shop / "conf" / "shop.ini").write_text("workers = 64\n")
    (shop / "made.txt").write_text("by the change")
    return found, take


def button(driver, text: str) -> Button:
    found = [b for b in driver.page.findChildren(Button) if b.text() == text and b.isVisible()]
    assert found, f"no button {text!r}"
    return found[0]


def shown(driver) -> str:
    labels = driver.page.findChildren(QLabel)
    return "\n".join(label.text() for label in labels if label.isVisible())


def key_shown(driver) -> str:
    """The recovery key on screen, without its spaces and lines."""
    words = ("".join(label.text().split()) for label in driver.page.findChildren(QLabel)
             if label.isVisible())  # fmt: skip
    return next((word for word in words if word.startswith("AGE-SECRET-KEY-1")), "")


def picture(driver, name: str) -> None:
    if folder := os.environ.get("CHANGEDESK_PICTURES"):
        driver.settle()
        driver.page.grab().save(f"{folder}/{name}.png")


def type_name(driver, field, text: str) -> None:
    field.setFocus()
    driver.bot.keyClicks(field, text)


def confirm(driver, host: str, set_id: str = "") -> None:
    """Type a host, and the set to put back, into the box that asks, and press its button."""
    typed = driver.page._detail.findChildren(TypedConfirmation)
    box = next(one for one in typed if one.isVisible())
    type_name(driver, box.field, host)
    driver.settle()
    if set_id:
        assert not box.button.isEnabled(), "two sets of one host are told apart by what is typed"
        type_name(driver, box.field, f" {set_id[-4:]}")
        driver.settle()
    driver.click(box.button)


def find(driver, name: str):
    model = driver.page.inside.panel.model

    def walk(parent):
        for line in range(model.rowCount(parent)):
            index = model.index(line, 0, parent)
            if model.entry(index).name == name:
                return index
            if (found := walk(index)) is not None:
                return found
        return None

    return walk(QModelIndex())


def open_way(driver, names) -> None:
    for name in names:
        index = find(driver, name)
        assert index is not None, name
        driver.page.inside.panel.tree.expand(index)
        driver.settle()


def test_a_file_is_found_compared_restored_and_the_restore_is_undone(
    drive, services, taken, shop, ssh_host
):
    driver = drive(BackupsPage)
    driver.click(button(driver, "Look inside"))
    panel = driver.page.inside.panel
    open_way(driver, [part for part in shop.parts[1:] if part] + ["conf"])
    assert find(driver, "mail.ini") is not None
    picture(driver, "inside")
    assert not button(driver, "Restore on the host").isEnabled()
    panel.tree.setCurrentIndex(find(driver, "shop.ini"))
    driver.settle()
    assert panel.tree.chosen == (f"{shop}/conf/shop.ini",)

    driver.click(button(driver, "Restore on the host"))
    driver.click(button(driver, "Compare with the host"))
    assert "1 changed" in shown(driver)
    picture(driver, "compared")
    confirm(driver, ssh_host.name, taken[0].id)
    assert (shop / "conf" / "shop.ini").read_text() == "workers = 2\n"
    assert (shop / "made.txt").exists()
    assert "the state before is kept" in shown(driver)
    picture(driver, "to-settle")

    driver.click(button(driver, "Undo"))
    confirm(driver, ssh_host.name)
    assert (shop / "conf" / "shop.ini").read_text() == "workers = 64\n"
    with services.new_uow() as uow:
        (restore,) = uow.restores.list()
    assert restore.state is RestoreState.UNDONE
    assert "1 restore to settle" in shown(driver)


def test_what_is_no_file_of_an_archive_is_not_offered_on_its_own(drive, taken, shop):
    driver = drive(BackupsPage)
    driver.click(button(driver, "Look inside"))
    panel = driver.page.inside.panel
    panel.tree.setCurrentIndex(find(driver, "System facts"))
    driver.settle()
    whole = "Databases and facts are unpacked with the whole set"
    assert button(driver, "Unpack here").reason == whole
    assert button(driver, "Restore on the host").reason == "This is put back by hand, if at all"
    assert whole in shown(driver)
    picture(driver, "whole")
    open_way(driver, [part for part in shop.parts[1:] if part])
    panel.tree.setCurrentIndex(find(driver, "shopctl"))
    driver.settle()
    assert not button(driver, "Restore on the host").reason


def test_a_drill_shows_what_it_said_and_why_a_level_below_it_failed(drive, taken, shop):
    driver = drive(BackupsPage)
    assert "L2 readable: " in shown(driver), "the proof that was made last"
    driver.click(button(driver, "Restore drill, L4"))
    told = shown(driver).replace("\u200b", "")
    assert "L4 restored: " in told
    assert "Failed. 1 of " in told
    assert "shop.ini" in told
    assert ", measured" in told
    assert "measured in a drill here" in driver.page._detail.findChild(Fold).head.note
    assert f": {shop}/conf/shop.ini" in told
    assert "1 restored in a drill" in told
    picture(driver, "drilled")


def test_the_tree_closes_when_one_leaves_it(drive, services, taken):
    driver = drive(BackupsPage)
    driver.click(button(driver, "Look inside"))
    scratch = services.vault.open().root / "scratch"
    assert list(scratch.iterdir())
    driver.bot.keyClick(driver.page, Qt.Key.Key_Escape)
    assert driver.page.escape()
    assert list(scratch.iterdir()) == []


def test_search_shows_paths_and_an_empty_field_the_tree_again(drive, taken, shop):
    driver = drive(BackupsPage)
    driver.click(button(driver, "Look inside"))
    panel = driver.page.inside.panel
    type_name(driver, panel.search, "ini")
    driver.bot.keyClick(panel.search, Qt.Key.Key_Return)
    driver.settle()
    found = [panel.model.entry(panel.model.index(row, 0)).path for row in range(2)]
    assert sorted(found) == [f"{shop}/conf/mail.ini", f"{shop}/conf/shop.ini"]
    names = [entry_words(panel.model.index(row, 0).data())[0][0] for row in range(2)]
    assert sorted(names) == ["mail.ini", "shop.ini"], "what is cut off is the folder"
    picture(driver, "found")
    panel.search.clear()
    driver.bot.keyClick(panel.search, Qt.Key.Key_Return)
    driver.settle()
    assert not panel.model.is_flat


def test_retention_bins_what_nothing_keeps_and_the_bin_gives_it_back(drive, services, clock, taken):
    first, take = taken
    services.save_settings(Settings(keep_last=1))
    clock.pass_by(days=40)
    take()
    driver = drive(BackupsPage)
    driver.click(button(driver, "Retention"))
    assert "Every backup is needed" not in shown(driver)
    picture(driver, "retention")
    panel = driver.page.findChild(RetentionPanel)
    rules = next(one for one in panel.findChildren(Label) if one.text().startswith("The newest"))
    table = panel.findChild(Table)
    edges = [one.mapTo(panel, QPoint(0, 0)).x() for one in (rules, table)]
    assert edges[0] == edges[1] + PAD, "the words of the rows begin where the other words do"
    driver.click(button(driver, "Put in the bin"))
    with services.new_uow() as uow:
        assert uow.backups.get(first.id).binned_at == clock.now()
    picture(driver, "binned")
    driver.open(first.id)
    assert "In the bin since" in shown(driver)
    driver.click(button(driver, "Take out of the bin"))
    with services.new_uow() as uow:
        assert uow.backups.get(first.id).binned_at is None


def test_a_set_is_held_by_name_and_released(drive, services, taken):
    first, _take = taken
    driver = drive(BackupsPage)
    driver.click(button(driver, "Hold"))
    box = driver.page._detail.findChild(LineAsk)
    driver.type(box.field, "asked for by the auditors")
    driver.bot.keyClick(box.field.line, Qt.Key.Key_Return)
    driver.settle()
    with services.new_uow() as uow:
        assert uow.backups.get(first.id).held_by == "Nomsa"
    assert "asked for by the auditors" in shown(driver)
    driver.click(button(driver, "Release the hold"))
    with services.new_uow() as uow:
        assert uow.backups.get(first.id).held_by == ""


def test_the_key_is_tried_and_changed_and_a_lost_one_comes_back_from_paper(
    drive, services, taken, tmp_path
):
    driver = drive(BackupsPage)
    driver.click(button(driver, "Key"))
    driver.click(button(driver, "Change the keys"))
    driver.type(driver.page.care.key.asking.box.field, "a colleague left")
    driver.bot.keyClick(driver.page.care.key.asking.box.field.line, Qt.Key.Key_Return)
    driver.settle()
    assert "kept nowhere" in shown(driver)
    picture(driver, "new-key")
    key = key_shown(driver)
    driver.click(button(driver, "Check the printed key"))
    driver.type(driver.page.care.key.asking.box.field, key.lower())
    driver.click(button(driver, "Check"))
    assert services.vault.look().checked_by == "Nomsa"
    driver.page.escape()
    assert key_shown(driver) == ""

    (tmp_path / "vault-key.txt").unlink()
    services.vault._opened.clear()
    driver.page.reload()
    driver.settle()
    driver.click(button(driver, "Key"))
    picture(driver, "locked")
    driver.click(button(driver, "Open with the recovery key"))
    driver.type(driver.page.care.key.asking.box.field, key)
    driver.click(button(driver, "Open"))
    assert services.vault.look().condition.opens


def test_a_set_is_copied_to_another_disk_from_here_and_says_so(
    drive, services, taken, tmp_path, ssh_host
):
    far = tmp_path / "far"
    far.mkdir()
    driver = drive(BackupsPage)
    assert "in the vault alone" in shown(driver)
    driver.click(button(driver, "Copy to another place"))
    part = driver.page._detail.findChild(SetCopies)
    assert part.host.combo.findData(ssh_host.id) < 0, "a copy on the host itself is lost with it"
    driver.click(button(driver, "Copy and compare"))
    assert "Name the folder." in shown(driver)
    driver.type(part.folder, str(far))
    picture(driver, "copying")
    driver.click(button(driver, "Copy and compare"))
    assert f"Copy in {far}, " in shown(driver)
    picture(driver, "copied")
    with services.new_uow() as uow:
        (item,) = uow.backups.list()
    assert [one.where for one in item.copies] == [str(far)]
    assert (far / item.path / "set.json").exists()
    driver.click(button(driver, "Copy to another place"))
    part = driver.page._detail.findChild(SetCopies)
    driver.type(part.folder, str(far))
    driver.bot.keyClick(part.folder.line, Qt.Key.Key_Return)
    driver.settle()
    with services.new_uow() as uow:
        assert uow.backups.get(item.id).copies == item.copies, "it lies there already"
    assert part.go.isEnabled()
