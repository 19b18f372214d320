"""Text that can be marked and copied, and that breaks wherever a word is longer than a line."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu

from ui.widgets.labels import Label, mono

LEFT = Qt.MouseButton.LeftButton
CONTROL = Qt.KeyboardModifier.ControlModifier
KEY = "SHA256:sagsgez0TbdH01EMLxlCJjSam0TrfI2gVNn3OZgODHQ"


@pytest.fixture
def label(qtbot):
    made = Label("The 🔑 of web-01 is " + KEY, wrap=True).make_selectable()
    qtbot.addWidget(made)
    made.resize(160, 120)
    made.show()
    return made


def copied() -> str:
    return QGuiApplication.clipboard().text()


def drag(label, start: QPoint, end: QPoint) -> None:
    QTest.mousePress(label, LEFT, Qt.KeyboardModifier.NoModifier, start)
    QTest.mouseMove(label, end)
    QTest.mouseRelease(label, LEFT, Qt.KeyboardModifier.NoModifier, end)


def test_a_word_longer_than_a_line_is_broken_and_never_cut(label):
    assert label.minimumSizeHint().width() == 40
    layout, tops = label._lines(160)
    assert len(tops) >= 4
    assert all(layout.lineAt(n).naturalTextWidth() <= 160 for n in range(layout.lineCount()))
    assert label.heightForWidth(160) == len(tops) * label._pitch


def test_what_is_dragged_over_is_copied(label):
    drag(label, QPoint(0, label._top + 4), QPoint(500, label._top + 4))
    marked = label.marking.text
    assert marked == "The 🔑 of web-01 is"
    assert label.marking.drawn()[0].length == len(marked) + 1, "the key is two units"
    QTest.keyClick(label, Qt.Key.Key_C, CONTROL)
    assert copied() == marked


def test_a_double_click_marks_a_word(label):
    layout, _tops = label._lines(160)
    x = layout.lineAt(0).cursorToX(label.text().index("of") + 2)[0]  # the key is two units
    QTest.mouseDClick(label, LEFT, Qt.KeyboardModifier.NoModifier, QPoint(round(x), label._top + 4))
    assert label.marking.text == "of"


def test_all_is_marked_by_key_and_by_menu(label, qtbot):
    label.setFocus()
    QTest.keyClick(label, Qt.Key.Key_A, CONTROL)
    assert label.marking.text == label.text()
    label.marking.mark(0, 0)
    label.marking._open_menu(QPoint(5, 5))
    menu = label.findChild(QMenu)
    copy, every = menu.actions()
    assert not copy.isEnabled(), "nothing is marked"
    every.trigger()
    assert label.marking.text == label.text()
    menu.close()
    qtbot.waitUntil(lambda: label.findChild(QMenu) is None)


def test_another_text_has_nothing_marked(label):
    label.marking.mark(0, 5)
    label.setText("Short")
    assert label.marking.text == ""
    assert label.marking.drawn() == []


def test_one_line_is_marked_at_its_own_place(qtbot):
    made = mono(KEY)
    qtbot.addWidget(made)
    made.resize(made.sizeHint())
    made.show()
    middle = made.height() // 2
    drag(made, QPoint(0, middle), QPoint(made.width(), middle))
    assert made.marking.text == KEY


def test_several_lines_that_do_not_wrap_are_as_high_as_they_are(qtbot):
    made = mono("one\ntwo\nthree")
    qtbot.addWidget(made)
    assert made.sizeHint().height() == made.minimumSizeHint().height() == 3 * made._pitch
    made.resize(made.sizeHint())
    drag(made, QPoint(0, 2), QPoint(made.width(), made.height() - 2))
    assert made.marking.text == "one\ntwo\nthree"


def test_marked_text_is_drawn_in_the_colours_of_a_mark(label):
    before = label.grab().toImage()
    label.marking.mark(0, 10)
    assert label.grab().toImage() != before
