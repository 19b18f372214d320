"""What the kit does where there is no room for all of it in one line."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QVBoxLayout, QWidget

from ui.widgets.beside import Beside
from ui.widgets.search import FilterChips
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
