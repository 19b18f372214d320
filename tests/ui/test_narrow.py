"""What the kit does where there is no room for all of it in one line."""

from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt
from PySide6.QtWidgets import QAbstractButton, QVBoxLayout, QWidget

from ui.cells import Badge, Cell, Column, LevelStep, Mark, Mini, Rung, Squares, Words
from ui.models.rows import RowsModel
from ui.pages import PAGES
from ui.paint import Style, scaled
from ui.shell.rail import Rail
from ui.widgets.badges import badge_width
from ui.widgets.beside import Beside
from ui.widgets.cell_lines import lines_of, piece_width, places_of
from ui.widgets.cells import PAD
from ui.widgets.column_fit import Wrapping
from ui.widgets.facts import SectionTitle
from ui.widgets.levels import LevelLadder
from ui.widgets.search import FilterChips
from ui.widgets.table import Rows, Table
from ui.widgets.tabs import Tabs


def test_tabs_and_filters_that_have_no_room_go_on_below_and_answer_there(qtbot, theme):
    names = ("Overview", "Plan", "Schedule", "Evidence", "Activity")
    holder, tabs, chips = QWidget(), Tabs(names), FilterChips(names, wraps=True)
    layout = QVBoxLayout(holder)
    layout.addWidget(tabs)
    layout.addWidget(chips)
    layout.addStretch(1)
    qtbot.addWidget(holder)
    holder.resize(800, 300)
    holder.show()
    one_line = tabs.height()
    assert tabs.height() == tabs.sizeHint().height()
    holder.resize(240, 300)
    qtbot.waitUntil(lambda: tabs.height() > 1.8 * one_line)
    last = tabs._areas(tabs.width())[-1]
    assert last.right() <= tabs.width()
    qtbot.mouseClick(tabs, Qt.MouseButton.LeftButton, pos=last.center().toPoint())
    assert tabs.current == 4
    qtbot.keyClick(tabs, Qt.Key.Key_Left)
    assert tabs.current == 3
    buttons = chips.findChildren(QAbstractButton)
    assert all(one.geometry().right() < chips.width() for one in buttons)
    assert buttons[-1].y() > buttons[0].y()
    qtbot.mouseClick(buttons[-1], Qt.MouseButton.LeftButton)
    assert chips.current == 4


def test_what_has_no_room_beside_goes_below_and_comes_back(qtbot, theme):
    first, second = QWidget(), QWidget()
    first.setFixedSize(200, 80)
    second.setMinimumSize(220, 50)
    beside = Beside(first, second, gap=20)
    qtbot.addWidget(beside)
    beside.resize(600, 300)
    beside.show()
    qtbot.waitUntil(lambda: second.x() == 220)
    assert second.width() == 380
    beside.resize(400, 300)
    qtbot.waitUntil(lambda: second.y() >= 100)
    assert (second.x(), second.width()) == (0, 400)
    assert beside.minimumSizeHint().width() == 220
    beside.resize(441, 300)
    qtbot.waitUntil(lambda: second.y() < 100)
    second.setMinimumWidth(230)
    qtbot.waitUntil(lambda: second.y() >= 100)


@dataclass(frozen=True)
class Row:
    id: str
    title: str


def _cell(row):
    return Cell((Mini("terminal"), Words(row.title)), (Words("Done"),), wraps=True)


STEPS = (
    Column[Row]("#", lambda _row: "12", width=36, right=True),
    Column[Row]("Step", lambda row: row.title, cell=_cell),
    Column[Row]("Actual", lambda _row: "1:04:33", width=60, right=True),
    Column[Row]("", lambda _row: ""),
)
LONG = Row("a", "Install PostgreSQL 16 packages first")


def test_a_long_name_beside_bars_goes_on_below_and_no_figure_is_cut_off(qtbot, theme):
    table = Table(RowsModel(STEPS), rows=Rows.STEP)
    table.columns_fit.wrapping = Wrapping(Rows.STEP, Rows.VERDICT, 3)
    qtbot.addWidget(table)
    table.set_rows((LONG, Row("b", "Stop")))
    table.resize(380, 300)
    table.show()
    head = table.horizontalHeader()
    qtbot.waitUntil(lambda: table.rowHeight(0) == scaled(Rows.VERDICT.value))
    area = table.visualRect(table.rows_model.index(0, 1)).toRectF().adjusted(8, 0, -8, -1)
    lines = [line for _area, line in lines_of(area, _cell(LONG))]
    names = [piece.text for line in lines for piece in line.pieces if isinstance(piece, Words)]
    assert " ".join(names[:2]) == LONG.title, "on two lines, and all of it"
    assert names[2:] == ["Done"]
    for line in lines:
        pieces = list(places_of(area, line))
        assert all(room.width() >= piece_width(piece, line.style) for piece, room in pieces)
    assert head.sectionSize(2) >= Style().width("1:04:33") + 2 * PAD
    assert head.sectionSize(3) >= 380 * 0.24, "and the bars keep enough to be read"
    table.resize(900, 300)
    qtbot.waitUntil(lambda: table.rowHeight(0) == scaled(Rows.STEP.value))
    assert sum(head.sectionSize(at) for at in range(4)) == table.viewport().width()


def test_rows_that_are_too_low_for_two_lines_keep_one(theme):
    (first, _done) = (line for _area, line in lines_of(QRectF(0, 0, 120, 46), _cell(LONG)))
    assert [piece.text for piece in first.pieces if isinstance(piece, Words)] == [LONG.title]


def test_the_note_of_a_title_wraps_instead_of_making_its_part_wider(qtbot, theme):
    title = SectionTitle("Runbook", "14 steps, ends 02:48 (P50), 03:07 in 9 of 10 runs " * 3)
    qtbot.addWidget(title)
    assert title.minimumSizeHint().width() < 200
    assert title.heightForWidth(300) > 2 * title.heightForWidth(3000)


def test_a_name_is_read_before_the_date_at_the_end_of_its_line(theme):
    name, date = Words("files-01", weight=600), Words("Tue 17 Nov 2026 21:07 SAST", "ink2")
    row = Cell((name,), (Squares((Rung.REACHED,) * 5), Badge(Mark.GOOD, "L4 restored")),
               end=date, below_end=Words("82.9 kB, 23.8 kB stored"))  # fmt: skip
    first, second = lines_of(QRectF(0, 0, 210, 60), row)
    whole = {piece: room.width() for piece, room in places_of(*first)}
    assert whole[name] >= piece_width(name, first[1].style)
    assert 0 < whole[date] < piece_width(date, first[1].style)
    below = {piece: room.width() for piece, room in places_of(*second)}
    for firm in row.below:
        assert below[firm] >= piece_width(firm, second[1].style)


def test_levels_stay_to_be_read_where_their_words_have_no_room(theme):
    steps = [LevelStep(f"L{n}", word, Rung.REACHED, "21:07", "8.0 ms")
             for n, word in enumerate(("captured", "matches the source", "restored"))]  # fmt: skip
    ladder = LevelLadder(steps)
    ladder.resize(190, 80)
    assert sum(ladder._widths()) <= 190
    for step, width in zip(steps, ladder._widths(), strict=True):
        assert width >= badge_width(Badge(Mark.GOOD, step.name))
        assert step.time in ladder.toolTip()


def test_pages_have_icons_alone_where_their_names_would_take_the_room(qtbot, theme):
    rail = Rail(PAGES)
    qtbot.addWidget(rail)
    for scale, whole, named in ((1.0, 1240, True), (1.0, 800, False), (1.5, 1240, False)):
        theme.set_scale(scale)
        rail.fit(whole)
        assert rail.has_names is named
        assert (rail.sizeHint().width() > scaled(150)) is named
        items = [one for one in rail.findChildren(QAbstractButton) if one.text() == "Backups"]
        assert ("Backups" in items[0].toolTip()) is not named
        assert items[0].accessibleName() == "Backups"
    theme.set_scale(1.0)
