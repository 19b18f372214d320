"""Rows in a model, and the table that shows them."""

from dataclasses import dataclass

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester

from ui.cells import CELL_ROLE, GROUP_ROLE, ROW_ROLE, SORT_ROLE, Cell, Column, Group
from ui.models.rows import RowsModel
from ui.widgets.table import Rows, Table


@dataclass(frozen=True)
class Host:
    id: str
    load: float | None


COLUMNS = (
    Column[Host]("Host", lambda h: h.id, lambda h: h.id),
    Column[Host]("Load", lambda h: str(h.load), lambda h: h.load, width=80, right=True),
    Column[Host]("State", lambda h: "fine", cell=lambda h: Cell(("fine",))),
)
HOSTS = (Host("db-02", 0.5), Host("app-01", None), Host("db-01", 2.0))


@pytest.fixture
def model(qapp):
    made = RowsModel(COLUMNS)
    made.tester = QAbstractItemModelTester(
        made, QAbstractItemModelTester.FailureReportingMode.Fatal
    )
    return made


@pytest.fixture
def table(qtbot, theme):
    made = Table(RowsModel(COLUMNS), name="hosts")
    qtbot.addWidget(made)
    made.resize(500, 300)
    made.show()
    return made


def names(table):
    return [row.id for row in table.rows_model.rows if isinstance(row, Host)]


def test_a_model_gives_text_cell_record_and_sort_value(model):
    model.set_rows(HOSTS)
    index = model.index(0, 1)
    assert model.data(index) == "0.5"
    assert model.data(index, SORT_ROLE) == 0.5
    assert model.data(index, ROW_ROLE) is HOSTS[0]
    assert model.data(model.index(0, 2), CELL_ROLE) == Cell(("fine",))
    assert Qt.AlignmentFlag.AlignRight & model.data(index, Qt.ItemDataRole.TextAlignmentRole)
    assert model.data(QModelIndex()) is None
    assert model.headerData(1, Qt.Orientation.Horizontal) == "Load"
    assert model.headerData(1, Qt.Orientation.Vertical) is None


def test_rows_without_a_value_sort_last_both_ways(model):
    model.set_rows(HOSTS)
    model.sort(1)
    assert [host.id for host in model.rows] == ["db-02", "db-01", "app-01"]
    model.sort(1, Qt.SortOrder.DescendingOrder)
    assert [host.id for host in model.rows] == ["db-01", "db-02", "app-01"]
    model.sort(2)
    assert [host.id for host in model.rows] == ["db-01", "db-02", "app-01"]


def test_groups_name_rows_but_are_none(model):
    model.set_rows([Group("Databases", "two"), *HOSTS])
    first = model.index(0, 0)
    assert model.data(first) == "Databases two"
    assert model.data(first, GROUP_ROLE) == Group("Databases", "two")
    assert model.row_at(first) is None
    assert not model.flags(first) & Qt.ItemFlag.ItemIsSelectable
    model.sort(0)
    assert isinstance(model.rows[0], Group)


def test_keys_move_and_open(table, qtbot):
    table.set_rows([Group("All"), *HOSTS])
    table.select_first()
    assert table.current == HOSTS[0]
    qtbot.keyClick(table, Qt.Key.Key_J)
    assert table.current == HOSTS[1]
    qtbot.keyClick(table, Qt.Key.Key_K)
    qtbot.keyClick(table, Qt.Key.Key_K)
    assert table.current == HOSTS[0]
    with qtbot.waitSignal(table.opened) as signal:
        qtbot.keyClick(table, Qt.Key.Key_Return)
    assert signal.args == [HOSTS[0]]


def test_the_cursor_stays_on_its_record(table, qtbot):
    table.set_rows(HOSTS)
    table.select("app-01")
    with qtbot.assertNotEmitted(table.picked):
        table.set_rows([*reversed(HOSTS), Host("new", 1.0)])
    assert table.current == HOSTS[1]
    with qtbot.waitSignal(table.picked) as signal:
        table.set_rows(HOSTS[:1])
    assert signal.args == [None]
    assert not table.select("app-01")


def test_a_click_on_the_header_sorts(table, qtbot):
    table.set_rows(HOSTS)
    table.horizontalHeader().setSortIndicator(0, Qt.SortOrder.AscendingOrder)
    assert names(table) == ["app-01", "db-01", "db-02"]


def test_sorting_is_kept_when_rows_come_anew(table):
    table.horizontalHeader().setSortIndicator(0, Qt.SortOrder.AscendingOrder)
    table.set_rows(HOSTS)
    assert names(table) == ["app-01", "db-01", "db-02"]


def test_a_table_in_a_page_is_as_high_as_its_rows(qtbot, theme):
    table = Table(RowsModel(COLUMNS), rows=Rows.COMPACT)
    qtbot.addWidget(table)
    table.set_rows(HOSTS)
    table.fit_height()
    assert table.height() == 3 * table.rowHeight(0) + table.horizontalHeader().height() + 2
