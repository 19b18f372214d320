"""One database of a set put back alone from the backups page, over a real server."""

import sqlite3
from contextlib import closing

from PySide6.QtWidgets import QCheckBox

from app.domain.backup import BackupSource, Level, SourceKind
from app.services.backup.backups import take_backup
from app.tasks import TaskContext
from tests.ui.pages.test_backups_way_back import button, confirm, find, picture
from tests.ui.pages.test_backups_way_back import services as services
from tests.ui.pages.test_backups_way_back import shop as shop
from tests.ui.pages.test_backups_way_back import shown as words_shown
from ui.pages.backups.page import BackupsPage
from ui.widgets.table import Table


def test_a_database_alone_is_compared_and_put_back_and_the_files_stay(
    drive, services, shop, ssh_host
):
    database = shop.parent / "orders.sqlite"

    def orders(sql: str) -> list[tuple[int]]:
        with closing(sqlite3.connect(database)) as live, live:
            return live.execute(sql).fetchall()

    orders("CREATE TABLE sold AS SELECT 1 AS n")
    sources = (
        BackupSource(SourceKind.FILES, ssh_host.id, (str(shop),)),
        BackupSource(SourceKind.SQLITE, ssh_host.id, database=str(database)),
    )
    taken = take_backup(
        ssh_host.id, sources, keeping=services.keeping, context=TaskContext(), level=Level.READABLE
    )
    orders("INSERT INTO sold VALUES (2)")
    (shop / "conf" / "shop.ini").write_text("workers = 64\n")
    driver = drive(BackupsPage)
    driver.click(button(driver, "Look inside"))
    panel = driver.page.inside.panel
    panel.tree.setCurrentIndex(find(driver, str(database)))
    driver.settle()
    driver.click(button(driver, "Restore on the host"))
    boxes = driver.page._detail.way_back.choice.findChildren(QCheckBox)
    assert [box.isChecked() for box in boxes] == [False, True]
    driver.click(button(driver, "Compare with the host"))
    assert "1 row more than in the set" in table_text(driver)
    assert "1 changed, 0 only in the set" in words_shown(driver)
    picture(driver, "alone")
    confirm(driver, ssh_host.name, taken.id)
    assert orders("SELECT n FROM sold") == [(1,)]
    assert (shop / "conf" / "shop.ini").read_text() == "workers = 64\n"
    with services.new_uow() as uow:
        (restore,) = uow.restores.list()
        safety = uow.backups.get(restore.safety)
    assert restore.what == str(database)
    assert [one.kind for one in safety.objects] == [SourceKind.SQLITE, SourceKind.FACTS]


def table_text(driver) -> str:
    cells = []
    for table in driver.page._detail.way_back.findChildren(Table):
        model = table.model()
        lines, columns = range(model.rowCount()), range(model.columnCount())
        cells += [model.index(line, at).data() for line in lines for at in columns]
    return "\n".join(map(str, cells))
