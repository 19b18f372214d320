"""By keys alone to what is asked about a set, and out of it again, on the examples."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from app.bootstrap import Surroundings, open_services
from tests.ui.desktops import take_down
from ui import shots
from ui.application import Desktop, Start
from ui.widgets.buttons import Button


@pytest.fixture
def desktop(qapp, examples, monkeypatch) -> Iterator[Desktop]:
    monkeypatch.setattr(shots, "_QUIET_MS", 40)
    around = Surroundings(catch_up_later=True)
    start = Start(examples, lambda _context: open_services(examples, around), remember=False)
    one = Desktop(qapp, start)
    one.window.setFixedSize(1280, 800)
    one.run()
    shots._settle(qapp, one)
    one.tools.navigation.go("backups")
    shots._settle(qapp, one)
    yield one
    take_down(qapp, [one])


def test_a_restore_is_asked_for_and_left_by_keys_alone(qapp, desktop):
    window, page = desktop.window, desktop.window.page
    detail = page._detail

    def press(key: Qt.Key) -> QWidget:
        QTest.keyClick(window.focusWidget(), key)
        shots._settle(qapp, desktop)
        return window.focusWidget()

    restore = _button(detail, "Restore on the host")
    restore.setFocus()
    compare = press(Qt.Key.Key_Return)
    assert compare is detail.way_back.button, "what changes nothing comes first"
    field = press(Qt.Key.Key_Tab)
    assert field is detail.way_back.typed.field, "Tab comes to it before what lies below"
    QTest.keyClicks(field, "db")
    page.reload()
    shots._settle(qapp, desktop)
    assert window.focusWidget() is field
    assert field.text() == "db", "what is typed outlasts news about other sets"
    assert press(Qt.Key.Key_Tab).text() == "Cancel"
    assert press(Qt.Key.Key_Escape) is restore
    assert detail.way_back is None

    hold = _button(detail, "Hold")
    hold.setFocus()
    line = press(Qt.Key.Key_Return)
    assert line.accessibleName().startswith("Why it must stay")
    assert press(Qt.Key.Key_Tab).text() == "Cancel"
    assert press(Qt.Key.Key_Return) is hold
    assert detail.asking.box is None
    assert not page.escape(), "nothing is left to close"


def _button(part: QWidget, text: str) -> Button:
    return next(one for one in part.findChildren(Button) if one.text() == text and one.isVisible())
