"""The look at the hosts before a backup, in the window, over a real OpenSSH server."""

from dataclasses import replace

import pytest

from app.bootstrap import Surroundings, open_services
from app.domain.backup import BackupSource, SourceKind
from app.domain.change import ChangeState
from app.domain.event import NewEvent
from app.secrets import SessionSecrets
from app.services.backup.backups import back_up_change
from app.services.change import changes
from app.tasks import TaskContext
from tests.ui.pages.conftest import DB, with_fields
from tests.ui.pages.steps import tab
from ui.pages.changes.page import ChangesPage
from ui.widgets.labels import Label


@pytest.fixture
def services(new_data, tmp_path, clock):
    """Services whose vault keeps its key in a file."""
    around = Surroundings(clock, "Nomsa", SessionSecrets(), key_file=tmp_path / "vault-key.txt")
    opened = open_services(new_data, around)
    yield opened
    opened.close()


def texts(widget) -> list[str]:
    return [label.text().replace("\u202f", " ") for label in widget.findChildren(Label)]


def test_a_look_says_what_there_is_what_is_left_out_and_whether_it_fits(
    drive, services, record, ssh_server, tmp_path
):
    tree = tmp_path / "srv"
    (tree / "cache").mkdir(parents=True)
    (tree / "shop.ini").write_text("workers = 2\n" * 100)
    (tree / "cache" / "page.bin").write_bytes(b"x" * 50_000)
    host = ssh_server.host("shop-01")
    wanted = BackupSource(SourceKind.FILES, host.id, (str(tree),), ("cache", "*.tpm"))
    with services.new_uow() as uow:
        uow.hosts.add(DB)
        uow.hosts.add(host)
        uow.log.append(NewEvent("test", "made"))
        uow.commit()
    services.vault.make()
    change = record("Upgrade the shop", ChangeState.ASSESS, with_fields(backup_plan=(wanted,)))
    driver = drive(ChangesPage)
    driver.open(change.id)
    part = tab(driver, "backup").outlook
    driver.click(part.look)
    told = texts(part)
    assert "shop-01: Nothing stands in the way." in told
    assert "2 entries, 1.2 kB" in told
    assert f"2 entries, 50.0 kB: {tree}/cache" in told
    assert "nothing: is it written as it should be?" in told
    assert any("no earlier backup" in text for text in told)
    assert not part.look.reason

    gone = replace(wanted, paths=(str(tmp_path / "gone"),))
    changes.edit_change(change.id, with_fields(backup_plan=(gone,)), desk=services.desk)
    driver.page.reload()
    driver.settle()
    assert not any("entries" in text for text in texts(part))
    driver.click(part.look)
    told = texts(part)
    assert "shop-01: Not everything could be looked at." in told
    assert any("No such file" in text for text in told)


def test_a_set_is_copied_to_another_place_and_says_where_else_it_lies(
    drive, services, record, ssh_server, tmp_path
):
    tree = tmp_path / "srv"
    tree.mkdir()
    (tree / "shop.ini").write_text("workers = 2\n")
    far = tmp_path / "far"
    far.mkdir()
    host = ssh_server.host("shop-01")
    wanted = BackupSource(SourceKind.FILES, host.id, (str(tree),))
    with services.new_uow() as uow:
        uow.hosts.add(DB)
        uow.hosts.add(host)
        uow.log.append(NewEvent("test", "made"))
        uow.commit()
    services.vault.make()
    change = record("Upgrade the shop", ChangeState.ASSESS, with_fields(backup_plan=(wanted,)))
    back_up_change(change, keeping=services.keeping, context=TaskContext())
    driver = drive(ChangesPage)
    driver.open(change.id)
    part = tab(driver, "backup").sets.copies
    assert any("in the vault alone" in text for text in texts(part))
    driver.click(part.wish)
    driver.click(part.go)
    assert "Name the folder." in texts(part)
    driver.type(part.folder, str(far))
    driver.click(part.go)
    part = tab(driver, "backup").sets.copies
    assert any(text.startswith(f"Copy in {far}, ") for text in texts(part))
    assert (far / "vault.json").exists()
