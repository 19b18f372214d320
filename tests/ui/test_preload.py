"""What is loaded behind the first page."""

import sys

import pytest

from ui.pages import PAGES
from ui.shell.preload import Preloader, all_pieces


class Desk:
    """A window that is at rest or not."""

    def __init__(self) -> None:
        self.rests = True

    def at_rest(self) -> bool:
        return self.rests


@pytest.fixture
def desk():
    return Desk()


@pytest.fixture
def preloader(tasks, desk):
    made = Preloader(tasks, desk.at_rest, tasks)
    made._timer.setInterval(1)
    yield made
    made.stop()


def test_every_piece_is_loaded_in_order_and_one_that_fails_keeps_no_other_away(qtbot, preloader):
    loaded = []
    pieces = (lambda: loaded.append(1), lambda: 1 / 0, lambda: loaded.append(3))
    with qtbot.waitSignal(preloader.ended):
        preloader.start(iter(pieces))
    assert loaded == [1, 3]


def test_nothing_is_loaded_while_the_window_has_something_to_do(qtbot, preloader, desk):
    loaded = []
    desk.rests = False
    preloader.start(iter((lambda: loaded.append(1),)))
    qtbot.wait(30)
    assert loaded == []
    desk.rests = True
    with qtbot.waitSignal(preloader.ended):
        pass
    assert loaded == [1]


def test_a_window_that_never_rests_gets_its_pieces_all_the_same(
    qtbot, preloader, desk, monkeypatch
):
    monkeypatch.setattr(preloader, "PATIENCE", 3)
    loaded = []
    desk.rests = False
    with qtbot.waitSignal(preloader.ended):
        preloader.start(iter((lambda: loaded.append(1), lambda: loaded.append(2))))
    qtbot.waitUntil(
        lambda: sorted(loaded) == [1, 2]
    )  # it waits for a piece no longer than for rest


def test_who_stops_it_hears_no_more(qtbot, preloader):
    loaded = []
    preloader.start(iter((lambda: loaded.append(1),)))
    preloader.stop()
    with qtbot.assertNotEmitted(preloader.ended, wait=30):
        pass
    assert loaded == []


def test_the_pieces_are_all_there_is_to_load(desk_services):
    for piece in all_pieces(PAGES, desk_services):
        piece()
    assert desk_services.asked == len(PAGES)
    assert all(page.is_loaded for page in PAGES)
    assert {"ui.pages.changes.review", "ui.charts.engine", "ui.shell.watch"} <= sys.modules.keys()


@pytest.fixture
def desk_services():
    class Services:
        asked = 0

        @property
        def queries(self):
            self.asked += 1

    return Services()
