"""The table view of the list of changes: its header, its columns, what opens from it."""

from functools import partial

from PySide6.QtCore import QPoint, Qt

from app.domain.filter import ChangeSort, SortBy
from app.store import finder
from ui.pages.changes.list_head import View
from ui.pages.changes.page import ChangesPage
from ui.shell.memory import Memory


def test_another_order_begins_at_the_top_and_the_header_says_it(drive, many, record):
    many(5)
    record("Aaa")
    driver = drive(ChangesPage)
    listing = driver.page.list
    driver.click(listing.head.views[View.TABLE])
    assert listing.views.wide.isVisible()
    assert driver.page.right.isHidden()
    head = listing.views.wide.horizontalHeader()
    x = head.sectionViewportPosition(1) + 20
    driver.bot.mouseClick(head.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(x, 8))
    driver.settle()
    assert listing.search.sort == ChangeSort(SortBy.TITLE, descending=False)
    assert listing.rows[0].title == "Aaa"
    assert listing.head.order.text() == "Title, A to Z"
    assert header(listing) == ("Title", Qt.SortOrder.AscendingOrder)
    driver.bot.mouseClick(head.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(x, 8))
    driver.settle()
    assert listing.rows[-1].title == "Aaa"
    assert header(listing) == ("Title", Qt.SortOrder.DescendingOrder)


def header(listing):
    """Which column the header says the list is sorted by, and how."""
    head = listing.views.wide.horizontalHeader()
    assert head.isSortIndicatorShown()
    column = listing.views.wide.paged.columns[head.sortIndicatorSection()]
    return column.header, head.sortIndicatorOrder()


def test_the_header_never_says_another_order_than_the_list_has(drive, many, monkeypatch):
    many(30)
    driver = drive(ChangesPage)
    listing = driver.page.list
    driver.click(listing.head.views[View.TABLE])
    head, up, down = (
        listing.views.wide.horizontalHeader(), Qt.SortOrder.AscendingOrder,
        Qt.SortOrder.DescendingOrder,
    )  # fmt: skip
    names = [column.header for column in listing.views.wide.paged.columns]

    def click(name):
        at = QPoint(head.sectionViewportPosition(names.index(name)) + 10, 8)
        driver.bot.mouseClick(head.viewport(), Qt.MouseButton.LeftButton, pos=at)
        driver.settle()
        return header(listing)

    assert header(listing) == ("Number", down)
    assert click("Type") == ("Number", down), "no list is sorted by it"
    assert [click("Risk") for _turn in range(3)] == [
        ("Risk", down), ("Risk", up), ("Number", down),
    ]  # fmt: skip
    assert [click("Number") for _turn in range(2)] == [("Number", up), ("Number", down)]
    listing.search.sort_by(ChangeSort(SortBy.WINDOW, descending=False))
    driver.settle()
    assert header(listing) == ("Window", up)
    monkeypatch.setattr(finder, "SORTED_HITS", 5)
    driver.bot.keyClicks(listing.head.search, "renew")
    driver.bot.waitUntil(lambda: listing.head.order.text() == "Newest first: too many to sort")
    assert header(listing) == ("Number", down)


def test_a_change_opens_from_the_table_and_escape_leads_back(drive, many):
    many(3)
    driver = drive(ChangesPage)
    page, listing = driver.page, driver.page.list
    driver.click(listing.head.views[View.TABLE])
    listing.table.setFocus()
    driver.bot.keyClick(listing.table, Qt.Key.Key_J)
    assert page.right.isHidden()
    driver.bot.keyClick(listing.table, Qt.Key.Key_Return)
    driver.settle()
    assert listing.isHidden()
    assert page.detail._view.change.number == listing.table.current.number
    assert page.escape()
    assert listing.isVisible()
    assert page.right.isHidden()
    driver.click(listing.head.views[View.LINES])
    assert page.right.isVisible()


def test_columns_can_be_moved_and_hidden_and_stay_so(drive, many):
    many(2)
    driver = drive(ChangesPage)
    listing = driver.page.list
    driver.click(listing.head.views[View.TABLE])
    head = listing.views.wide.horizontalHeader()
    hidden = [at for at in range(head.count()) if head.isSectionHidden(at)]
    assert hidden == [7, 8, 9]
    actions = {a.text(): a for a in listing.views.columns_menu().actions()}
    actions["Priority"].trigger()
    actions["Type"].trigger()
    head.moveSection(head.visualIndex(4), 0)
    kept = head.saveState()
    again = drive(ChangesPage).page.list.views.wide.horizontalHeader()
    assert again.restoreState(kept)
    assert again.isSectionHidden(3)
    assert not again.isSectionHidden(8)
    assert again.logicalIndex(0) == 4
    assert listing.views.wide.cell_delegate.is_first(4)


def test_titles_stay_readable_when_all_columns_are_shown(drive, many):
    many(3, implementer="Sipho Dlamini", business_service="Orders of the north")
    driver = drive(ChangesPage)
    driver.page.resize(1100, 700)
    listing = driver.page.list
    driver.click(listing.head.views[View.TABLE])
    head = listing.views.wide.horizontalHeader()
    for action in listing.views.columns_menu().actions():
        if not action.isChecked():
            action.trigger()
    assert not any(head.isSectionHidden(at) for at in range(head.count()))
    assert head.sectionSize(1) >= 110
    assert head.length() <= listing.views.wide.viewport().width()


def test_columns_step_aside_before_numbers_are_cut_off_and_come_back(drive, record, data):
    record("Replace the backup disks of the second file server")
    driver = drive(ChangesPage)
    listing, memory = driver.page.list, Memory(data)
    driver.click(listing.head.views[View.TABLE])
    wide, fit = listing.views.wide, listing.views.wide.columns_fit
    head = wide.horizontalHeader()
    names = [column.header for column in wide.paged.columns]

    def shown():
        return [name for at, name in enumerate(names) if not head.isSectionHidden(at)]

    def become(expected):
        driver.settle()  # the columns are fitted a moment after the room has changed
        driver.bot.waitUntil(lambda: shown() == expected)

    usual = ["Number", "Title", "State", "Type", "Risk", "Window", "Coordinator", "Saved"]
    become(usual)
    driver.page.resize(700, 600)
    become(["Number", "Title", "State", "Risk", "Window", "Coordinator"])
    assert all(head.sectionSize(at) >= fit._needs[at] for at in (0, 2, 4, 5))
    assert head.sectionSize(1) >= fit._least_of(1)
    actions = {action.text(): action for action in listing.views.columns_menu().actions()}
    assert actions["Saved: no room now"].isChecked()
    actions["Type: no room now"].setChecked(False)
    memory.keep_page(driver.page, "changes")
    driver.page.resize(1240, 872)
    become([name for name in usual if name != "Type"])

    later = drive(ChangesPage, before=partial(memory.restore_page, name="changes"))
    head = later.page.list.views.wide.horizontalHeader()
    become([name for name in usual if name != "Type"])
