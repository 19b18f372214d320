"""The list of changes by keys and mouse: pages, views, orders, marks, columns."""

import threading
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QAbstractItemModelTester

from app.domain.change import ChangeState
from app.domain.filter import ChangeFilter, ChangeSort, SortBy
from app.domain.window import TimeRange, Window
from app.services.change import changes
from app.services.kpi.kpis import Period
from tests.fakes import NOON
from ui.models.change_table import TITLE_COLUMN
from ui.models.pages import KEPT_PAGES, PAGE_ROWS
from ui.operations import listing as operations
from ui.operations.kpis import load_view, ref_of
from ui.pages.changes.habits import follow_habits
from ui.pages.changes.list_head import View
from ui.pages.changes.page import ChangesPage
from ui.shell.memory import Memory
from ui.widgets.column_fit import ColumnFit

S = ChangeState


def shown(listing):
    """What can be read in the rows that are in sight."""
    model, sight = listing.table.model(), listing.table.rows_in_sight()
    return [model.index(at, 0).data() for at in sight]


def numbers(listing):
    return [row.number for row in listing.rows]


def test_a_long_list_is_read_page_by_page_wherever_one_jumps(drive, many):
    many(1234)
    driver = drive(ChangesPage)
    listing = driver.page.list
    QAbstractItemModelTester(
        listing.views.lines.model(), QAbstractItemModelTester.FailureReportingMode.Fatal
    )
    assert listing.head.found.text() == "1\u202f234 of 1\u202f234 changes"
    assert len(listing.rows) == PAGE_ROWS
    for position in (700, 1200, 30, 333):
        listing.table.jump_to(position)
        driver.bot.waitUntil(lambda at=position: in_place(listing, at))
    assert listing.pages.total == 1234
    assert len(listing.rows) <= KEPT_PAGES * PAGE_ROWS


def test_no_row_of_the_old_order_stands_in_the_new_one(drive, many, monkeypatch):
    many(800)
    driver = drive(ChangesPage)
    loader = driver.page.list.search.loader
    begun, read = threading.Event(), threading.Event()
    ways = {name: getattr(operations, name) for name in ("begin", "load_page")}

    def held(name, gate):
        def wait(*words):
            answer = ways[name](*words)
            gate.wait(10)
            return answer

        return wait

    monkeypatch.setattr(operations, "begin", held("begin", begun))
    monkeypatch.setattr(operations, "load_page", held("load_page", read))
    loader.start(ChangeFilter(), ChangeSort(SortBy.TITLE, descending=False))
    position = 5 * PAGE_ROWS
    loader.pages.at(position)  # a user scrolls on in the old list
    driver.bot.waitUntil(lambda: bool(loader._reading))
    with driver.bot.waitSignal(loader.begun):
        begun.set()
    read.set()
    driver.bot.waitUntil(lambda: loader.pages.at(position) is not None)
    assert loader.pages.at(position, ask=False).number == f"CHG-{position + 1:06}"


def test_pages_that_come_while_one_scrolls_are_not_measured(drive, many, monkeypatch):
    many(450)
    driver = drive(ChangesPage)
    listing, measured = driver.page.list, []
    monkeypatch.setattr(ColumnFit, "measure", lambda fit: measured.append(fit))
    listing.table.jump_to(330)
    driver.bot.waitUntil(lambda: listing.pages.at(340, ask=False) is not None)
    driver.settle()
    assert measured == []
    listing.pages.replace(listing.rows[0])
    assert measured, "the rows that are seen first are"


def in_place(listing, position):
    """Whether the top row is what stands there: the newest number first."""
    first = listing.table.rows_in_sight()[0]
    row = listing.pages.at(first, ask=False)
    at_end = position > first >= 1234 - 30
    return row is not None and row.ordinal == 1234 - first and (first == position or at_end)


def test_the_ends_of_a_long_list_are_a_key_away_and_open_what_stands_there(drive, many):
    many(450)
    driver = drive(ChangesPage)
    page, listing = driver.page, driver.page.list
    listing.table.setFocus()
    for key, ordinal in ((Qt.Key.Key_End, 1), (Qt.Key.Key_Home, 450)):
        driver.bot.keyClick(listing.table, key)
        driver.bot.waitUntil(lambda: listing.table.current is not None)
        driver.settle()
        assert listing.table.current.ordinal == ordinal
        assert page.detail._view.change.number == f"CHG-{ordinal:06}"


def test_rows_are_marked_by_x_by_shift_by_click_and_all_at_once(drive, many):
    many(150)
    driver = drive(ChangesPage)
    listing, table = driver.page.list, driver.page.list.table
    table.setFocus()
    table.select(listing.rows[0].id)
    driver.bot.keyClick(table, Qt.Key.Key_X)
    assert listing.marks.named == {listing.rows[0].id}
    driver.bot.keyClick(table, Qt.Key.Key_J, Qt.KeyboardModifier.ShiftModifier)
    driver.bot.keyClick(table, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert listing.marks.named == {row.id for row in listing.rows[:3]}
    at = table.visualRect(table.model().index(5, 0)).center()
    shift, control = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
    driver.bot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, shift, at)
    assert listing.marks.named == {row.id for row in listing.rows[:6]}
    driver.bot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, control, at)
    assert listing.marks.named == {row.id for row in listing.rows[:5]}
    driver.bot.keyClick(table, Qt.Key.Key_A, control)
    driver.bot.keyClick(table, Qt.Key.Key_X)
    assert listing.marks.count(listing.pages.total) == 149
    assert driver.page.escape()
    assert listing.marks.count(150) == 0
    assert not driver.page.escape()


def test_a_row_says_what_should_have_happened_by_now(drive, services, record, clock):
    def past(change):
        start = NOON - timedelta(days=20)
        return replace(change, window=Window(TimeRange(start, start + timedelta(hours=2)), "UTC"))

    record("Late", S.SCHEDULED, past)
    driver = drive(ChangesPage)
    listing = driver.page.list
    assert ["overdue" in text.casefold() for text in shown(listing)] == [True]
    driver.open("list/overdue")
    assert [row.title for row in listing.rows] == ["Late"]


def test_a_late_review_is_one_in_list_filter_home_and_key_figure(drive, services, record, clock):
    record("Fresh", S.REVIEW)
    late = record("Late", S.REVIEW, lambda change: replace(change, review_days=3.0))
    clock.pass_by(days=4)
    driver = drive(ChangesPage)
    driver.open("list/review_overdue")
    listing = driver.page.list
    assert [row.title for row in listing.rows] == ["Late"]
    assert "Review overdue" in shown(listing)[0]
    driver.open("list/all")
    assert ["Review overdue" in text for text in shown(listing)] == [True, False]
    (due,) = services.first.home(clock.at).due
    figure = load_view(services, None).now["review_overdue"]
    assert (due.change, due.number) == (late.id, late.number)
    assert (figure.hits, len(figure.of)) == ((int(late.number[4:]),), 2)


def test_the_list_comes_back_in_its_view_filter_and_order(drive, record, data):
    for title in ("Alpha", "Beta"):
        record(title, S.ASSESS)
    memory = Memory(data)
    first = drive(ChangesPage)
    memory.restore_page(first.page, "changes")
    first.click(first.page.list.head.views[View.TABLE])
    first.open("list/all")
    header = first.page.list.views.wide.horizontalHeader()
    at = QPoint(header.sectionViewportPosition(TITLE_COLUMN) + 20, header.height() // 2)
    first.bot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=at)
    first.settle()
    assert [row.title for row in first.page.list.rows] == ["Alpha", "Beta"]
    memory.keep_page(first.page, "changes")

    second = drive(ChangesPage, before=partial(memory.restore_page, name="changes"))
    listing = second.page.list
    assert (listing.view, listing.head.filters.current) == (View.TABLE, "all")
    assert listing.isVisible()
    assert second.page.right.isHidden()
    assert [row.title for row in listing.rows] == ["Alpha", "Beta"]
    shown = listing.views.wide.horizontalHeader()
    second.bot.waitUntil(lambda: shown.sortIndicatorSection() == TITLE_COLUMN)
    assert shown.sortIndicatorOrder() is Qt.SortOrder.AscendingOrder


def test_the_kept_order_stands_when_the_counts_come_before_the_list(drive, record, monkeypatch):
    for title in ("Alpha", "Beta"):
        record(title, S.ASSESS)
    counted, begin = threading.Event(), operations.begin

    def after_the_counts(*words):
        counted.wait(10)
        return begin(*words)

    def left(page):
        follow_habits(page.list, "table all title up")
        page.list.search._counts.loaded.connect(lambda _counts: counted.set())

    monkeypatch.setattr(operations, "begin", after_the_counts)
    listing = drive(ChangesPage, before=left).page.list
    assert [row.title for row in listing.rows] == ["Alpha", "Beta"]
    assert listing.search.sort == ChangeSort(SortBy.TITLE, descending=False)


@pytest.mark.parametrize(
    "left", ["", "purple", "table gone title down", "lines all mood up", "x " * 9]
)
def test_habits_that_cannot_be_read_are_forgotten(drive, record, left):
    record("Alpha", S.ASSESS)
    driver = drive(ChangesPage, before=lambda page: follow_habits(page.list, left))
    assert driver.page.list.search.sort in (ChangeSort(), ChangeSort(SortBy.TITLE))
    assert [row.title for row in driver.page.list.rows] == ["Alpha"]


def test_the_menus_offer_every_filter_and_order(drive, record, services):
    changes.set_hold(record("Held", S.ASSESS).id, "parts", desk=services.desk)
    record("Free", S.ASSESS)
    driver = drive(ChangesPage)
    listing = driver.page.list
    menu = listing.head.filters.menu()
    texts = {action.text().partition("\t")[0]: action for action in menu.actions()}
    assert texts["On hold"].text() == "On hold\t1"
    texts["On hold"].trigger()
    driver.settle()
    assert [row.title for row in listing.rows] == ["Held"]
    assert listing.head.filters.chips._group.checkedButton().text() == "On hold"
    orders = {action.text(): action for action in listing.head.order_menu().actions()}
    orders["Title, A to Z"].trigger()
    driver.settle()
    assert listing.search.sort.by is SortBy.TITLE


def test_the_whole_list_is_exported_from_the_menu(drive, many, tmp_path, monkeypatch):
    many(130)
    driver = drive(ChangesPage)
    page, target = driver.page, tmp_path / "out.csv"
    page.list.head.search.setText("renew")
    driver.bot.waitUntil(lambda: page.list.search.wanted.text == "renew")
    driver.settle()
    monkeypatch.setattr(
        "ui.pages.changes.list_deeds.QFileDialog.getSaveFileName",
        lambda *_words: (str(target), ""),
    )
    menu = page.deeds.menu()
    (export,) = [action for action in menu.actions() if action.text().startswith("Export")]
    assert export.text() == "Export all 130 changes"
    plain = {a.text(): a for a in export.menu().actions()}["CSV, plain UTF-8"]
    plain.trigger()
    driver.bot.waitUntil(target.exists)
    assert len(target.read_bytes().splitlines()) == 131


def test_hits_say_where_they_were_found_and_a_number_opens_its_change(drive, record):
    first = record("Upgrade PostgreSQL", S.DRAFT, lambda c: replace(c, description="Slow checkout"))
    record("Patch OpenSSL")
    driver = drive(ChangesPage)
    page, listing = driver.page, driver.page.list
    page.focus_search()
    driver.bot.keyClicks(listing.head.search, "checko")
    driver.bot.waitUntil(lambda: [row.title for row in listing.rows] == ["Upgrade PostgreSQL"])
    assert listing.rows[0].found_in == "description"
    assert shown(listing)[0].endswith("Description: Slow checkout")
    height = listing.table.verticalHeader().defaultSectionSize()
    listing.head.search.clear()
    driver.bot.waitUntil(lambda: len(listing.rows) == 2)
    assert listing.table.verticalHeader().defaultSectionSize() < height
    driver.bot.keyClicks(listing.head.search, "chg-1")
    driver.bot.keyClick(listing.head.search, Qt.Key.Key_Return)
    driver.settle()
    assert page.detail._view.change.id == first.id


def test_no_other_row_is_marked_when_the_change_that_is_open_is_filtered_out(drive, record):
    record("Alpha", ChangeState.DRAFT)
    open_one = record("Beta", ChangeState.ASSESS)
    record("Gamma", ChangeState.DRAFT)
    driver = drive(ChangesPage)
    driver.open(open_one.id)
    table = driver.page.list.table
    assert table.current.id == open_one.id
    search = driver.page.list.head.search
    driver.bot.keyClicks(search, "Gamma")
    driver.bot.waitUntil(lambda: len(driver.page.list.rows) == 1)
    driver.settle()
    assert [row.title for row in driver.page.list.rows] == ["Gamma"]
    assert driver.page.detail.ref == open_one.id
    assert table.current is None
    assert not table.selectionModel().selectedRows()
    search.clear()
    driver.bot.waitUntil(lambda: len(driver.page.list.rows) == 3)
    driver.settle()
    assert table.current.id == open_one.id


def test_the_list_is_read_once_whatever_takes_the_search_away(drive, record, monkeypatch):
    record("Alpha", ChangeState.DRAFT)
    driver = drive(ChangesPage)
    listing = driver.page.list
    begun = []
    read = operations.begin
    monkeypatch.setattr(
        "ui.operations.listing.begin", lambda *asked: begun.append(asked[1].text) or read(*asked)
    )

    def settle():
        driver.bot.wait(2 * listing.head.search.DELAY_MS)
        driver.settle()

    driver.bot.keyClicks(listing.head.search, "nothing like it")
    settle()
    driver.click(listing.views.everything)
    settle()
    assert begun == ["nothing like it", ""]
    driver.bot.keyClicks(listing.head.search, "alpha")
    settle()
    driver.page.open(ref_of("success", Period(NOON.date(), NOON.date())))
    settle()
    assert begun[2:] == ["alpha", ""]
    driver.bot.keyClicks(listing.head.search, "beta")
    listing.head.filters.chips.choose(2)
    settle()
    assert begun[4:] == ["beta"]
    driver.bot.keyClick(listing.head.search, Qt.Key.Key_Escape)
    settle()
    assert begun[5:] == [""]
    driver.bot.keyClick(listing.head.search, Qt.Key.Key_Return)
    settle()
    assert begun[6:] == [""]
