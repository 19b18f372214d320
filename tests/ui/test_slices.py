"""Work in pieces: in order, one turn after the other, and nobody else waits for the end."""

import pytest
from PySide6.QtCore import QObject, QTimer

from ui.slices import Slices


@pytest.fixture
def owner(qapp):
    return QObject()


def test_between_two_pieces_others_get_their_turn(owner, qtbot, monkeypatch):
    monkeypatch.setattr(Slices, "SLICE_S", 0.0)
    seen = []
    slices = Slices(owner)
    other = QTimer(owner)
    other.timeout.connect(lambda: seen.append("other"))
    other.start(0)
    slices.add(*(lambda n=n: seen.append(n) for n in range(5)))
    assert slices.busy
    assert seen == []
    with qtbot.waitSignal(slices.done):
        pass
    assert not slices.busy
    assert [item for item in seen if item != "other"] == [0, 1, 2, 3, 4]
    assert "other" in seen[seen.index(0) : seen.index(4)]


def test_short_pieces_share_a_turn(owner, qtbot, monkeypatch):
    monkeypatch.setattr(Slices, "SLICE_S", 60.0)
    seen, slices = [], Slices(owner)
    slices.add(*(lambda n=n: seen.append(n) for n in range(50)))
    QTimer.singleShot(0, owner, lambda: seen.append("other"))
    qtbot.waitUntil(lambda: not slices.busy)
    pieces = [at for at, item in enumerate(seen) if item != "other"]
    assert pieces[-1] - pieces[0] == 49


def test_what_a_piece_adds_comes_after_those_that_wait(owner, qtbot):
    seen, slices = [], Slices(owner)
    slices.add(lambda: slices.add(lambda: seen.append("late")), lambda: seen.append("second"))
    qtbot.waitUntil(lambda: len(seen) == 2)
    assert seen == ["second", "late"]


def test_forgotten_pieces_are_not_done_and_nothing_is_said(owner, qtbot):
    seen, slices = [], Slices(owner)
    slices.done.connect(lambda: seen.append("done"))
    slices.add(lambda: seen.append("piece"))
    slices.clear()
    qtbot.wait(20)
    assert seen == []
    assert not slices.busy


def test_a_piece_that_fails_keeps_no_other_from_being_done(owner, qtbot):
    seen, slices = [], Slices(owner)

    def broken():
        raise RuntimeError("no room")

    with qtbot.captureExceptions() as caught:
        slices.add(broken, lambda: seen.append("after"))
        qtbot.waitUntil(lambda: seen == ["after"])
    assert [str(error) for _kind, error, _trace in caught] == ["no room"]
