"""The board: columns with counts, drops that ask, the same by keys."""

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QDrag, QDropEvent, QMouseEvent
from PySide6.QtWidgets import QApplication

from app.domain.change import ChangeState
from tests.ui.pages.conftest import read
from ui.pages.changes import board as board_module
from ui.pages.changes.board import STATES, card_of, may_move, next_state, read_card
from ui.pages.changes.list_head import View
from ui.pages.changes.page import ChangesPage

S = ChangeState


@pytest.fixture
def board(drive, record):
    """The board with two changes being assessed, a scheduled and a rejected one."""
    for title, state in (
        ("Alpha", S.ASSESS),
        ("Beta", S.ASSESS),
        ("Gamma", S.SCHEDULED),
        ("Delta", S.REJECTED),
    ):
        record(title, state)
    driver = drive(ChangesPage)
    driver.open("list/all")
    driver.click(driver.page.list.head.views[View.BOARD])
    return driver


def columns(driver):
    return driver.page.boarding.board.columns


def drop(driver, card, target):
    """Drop a card on a column, as Qt delivers it."""
    cards = columns(driver)[target].cards
    data = card_of(card)
    event = QDropEvent(
        QPointF(5, 5), Qt.DropAction.MoveAction, data, Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    cards.dropEvent(event)
    driver.settle()


def test_every_state_is_a_column_with_its_count(board):
    shown = {state: column for state, column in columns(board).items() if column.isVisible()}
    assert S.REJECTED in shown
    assert S.CANCELED not in shown
    assert shown[S.ASSESS].number.text() == "2"
    assert shown[S.DRAFT].number.text() == "0"
    assert board.page.right.isHidden()


def test_the_filter_and_the_search_narrow_the_columns(board):
    board.page.list.choose("rejected")
    board.settle()
    shown = [state for state, column in columns(board).items() if column.isVisible()]
    assert shown == [S.REJECTED]
    board.page.list.choose("open")
    board.page.list.head.search.setText("gamma")
    board.page.list.search.start()
    board.settle()
    assert columns(board)[S.ASSESS].number.text() == "0"
    assert columns(board)[S.SCHEDULED].number.text() == "1"


def test_a_drop_asks_with_the_conditions_and_moves_nothing(board, services):
    card = columns(board)[S.ASSESS].pages.at(0)
    drop(board, card, S.AUTHORIZE)
    page = board.page
    assert page.list.isHidden()
    assert page.detail._view.change.id == card.id
    assert page.detail.asking.is_open
    assert read(services, card.id).state is S.ASSESS
    assert page.escape()
    assert page.escape()
    assert page.list.isVisible()
    assert read(services, card.id).state is S.ASSESS


def test_a_card_is_dragged_from_where_it_was_pressed_and_nothing_else_is(board, monkeypatch):
    dragged = []

    class Drag(QDrag):
        def exec(self, _action):
            dragged.append(read_card(self.mimeData()))

    monkeypatch.setattr(board_module, "QDrag", Drag)
    cards = columns(board)[S.ASSESS].cards
    second = cards.visualRect(cards.paged.index(1, 0)).center()
    bare = QPoint(60, cards.viewport().height() - 12)

    def press_and_move(at, button):
        board.bot.mousePress(cards.viewport(), button, pos=at)
        move = QMouseEvent(
            QMouseEvent.Type.MouseMove, QPointF(at + QPoint(0, 40)), QPointF(at + QPoint(0, 40)),
            Qt.MouseButton.NoButton, button, Qt.KeyboardModifier.NoModifier,
        )  # fmt: skip
        QApplication.sendEvent(cards.viewport(), move)
        board.bot.mouseRelease(cards.viewport(), button, pos=at + QPoint(0, 40))

    press_and_move(bare, Qt.MouseButton.LeftButton)
    press_and_move(second, Qt.MouseButton.RightButton)
    assert dragged == []
    press_and_move(second, Qt.MouseButton.LeftButton)
    assert dragged == [(columns(board)[S.ASSESS].pages.at(1).id, S.ASSESS)]


def test_a_card_held_at_the_edge_brings_the_columns_behind_it(drive, record, monkeypatch):
    record("Alpha", S.ASSESS)
    driver = drive(ChangesPage)
    driver.page.resize(700, 600)
    driver.open("list/all")
    driver.click(driver.page.list.head.views[View.BOARD])
    board = driver.page.boarding.board
    bar, width = board._area.horizontalScrollBar(), board._area.viewport().width()
    bar.setValue(0)
    board.carry_to(width // 2)
    assert bar.value() == 0
    board.carry_to(width - 30)
    slow = bar.value()
    board.carry_to(width + 200)
    assert 0 < slow < bar.value() - slow, "the nearer the edge, the faster"
    for _turn in range(200):
        board.carry_to(width)
    assert bar.value() == bar.maximum()
    board.carry_to(5)
    assert bar.value() < bar.maximum()

    seen = []
    exec_ = lambda _drag, _action: seen.append(board._carrying.isActive())  # noqa: E731
    monkeypatch.setattr("ui.pages.changes.board.QDrag.exec", exec_)
    cards = board.columns[S.ASSESS].cards
    cards.select_first()
    cards._drag(cards.current, QPoint(5, 5))
    assert seen == [True]
    assert not board._carrying.isActive()


def test_a_column_without_cards_says_what_it_is_for(board):
    def ink(state):
        picture = columns(board)[state].cards.viewport().grab().toImage()
        plain = picture.pixelColor(picture.width() - 1, picture.height() - 1)
        return sum(
            picture.pixelColor(x, y) != plain
            for x in range(picture.width())
            for y in range(min(60, picture.height()))
        )

    assert ink(S.DRAFT) > 200
    columns(board)[S.DRAFT].cards.empty = False
    assert ink(S.DRAFT) == 0


def test_a_board_begins_where_its_first_card_is(drive, record):
    record("Gone", S.CANCELED)
    driver = drive(ChangesPage)
    driver.page.resize(700, 600)
    driver.open("list/all")
    driver.click(driver.page.list.head.views[View.BOARD])
    column = columns(driver)[S.CANCELED]
    assert column.visibleRegion().boundingRect().width() > column.width() // 2


def test_a_board_with_nothing_on_it_teaches(drive, record):
    driver = drive(ChangesPage)
    views = driver.page.list.views
    driver.click(driver.page.list.head.views[View.BOARD])
    assert views.currentWidget() is views.nothing_yet
    record("Alpha", S.ASSESS)
    driver.page.reload()
    driver.settle()
    assert views.currentWidget() is driver.page.boarding.board
    driver.open("list/rejected")
    assert views.currentWidget() is views.nothing_fits
    driver.click(views.everything)
    assert views.currentWidget() is driver.page.boarding.board
    assert columns(driver)[S.ASSESS].number.text() == "1"


def test_a_move_that_needs_nothing_still_asks_first(board, services):
    card = columns(board)[S.REJECTED].pages.at(0)
    drop(board, card, S.DRAFT)
    asking = board.page.detail.asking
    assert asking.is_open
    assert read(services, card.id).state is S.REJECTED
    if asking.reason.isVisible():
        board.type(asking.reason, "Revise it")
    board.click(asking.confirm)
    assert read(services, card.id).state is S.DRAFT


def test_a_column_takes_only_what_may_come_there(board, services):
    card = columns(board)[S.ASSESS].pages.at(0)
    drop(board, card, S.CLOSED)
    assert not board.page.detail.asking.is_open
    assert board.page.list.isVisible()
    assert read_card(card_of(card)) == (card.id, S.ASSESS)
    assert not may_move(S.ASSESS, S.CLOSED)
    for state in STATES:
        for step in (1, -1):
            target = next_state(state, step)
            assert target is None or may_move(state, target)


def test_the_keyboard_walks_opens_and_asks_for_a_move(board, services):
    page = board.page
    page.boarding.board.focus_first()
    cards = columns(board)[S.ASSESS].cards
    assert cards.hasFocus()
    board.bot.keyClick(cards, Qt.Key.Key_J)
    assert cards.currentIndex().row() == 1
    board.bot.keyClick(cards, Qt.Key.Key_Right)
    assert columns(board)[S.SCHEDULED].cards.hasFocus()
    board.bot.keyClick(columns(board)[S.SCHEDULED].cards, Qt.Key.Key_Left)
    assert cards.hasFocus()
    moved = cards.current
    board.bot.keyClick(cards, Qt.Key.Key_Right, Qt.KeyboardModifier.ControlModifier)
    board.settle()
    assert page.detail._view.change.id == moved.id
    assert page.detail.asking.is_open
    assert read(services, moved.id).state is S.ASSESS
    page.escape()
    page.escape()
    board.bot.keyClick(cards, Qt.Key.Key_Return)
    board.settle()
    assert page.list.isHidden()
