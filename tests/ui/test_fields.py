"""Forms: values, errors at their field, times with their zone."""

from datetime import UTC, datetime

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from ui.widgets.fields import ChoiceField, FlagField, LineField, PickField, TextField
from ui.widgets.form import Form
from ui.widgets.labels import Label
from ui.widgets.moment_field import MomentField


@pytest.fixture
def form(qtbot, theme):
    made = Form(2)
    qtbot.addWidget(made)
    made.resize(600, 400)
    return made


def below(field):
    return [label.text() for label in field.findChildren(Label)][-1]


def test_typed_text_comes_without_spaces_at_its_ends(form, qtbot):
    name = form.add("name", LineField("Name", "As in the log"))
    form.show()
    with qtbot.waitSignal(form.edited):
        qtbot.keyClicks(name.line, " db-01 ")
    assert name.value == "db-01"
    text = form.add("why", TextField("Why", lines=3), wide=True)
    with qtbot.assertNotEmitted(form.edited):
        text.set_value("because")
    assert text.value == "because"


def test_errors_stand_at_their_fields_and_go_away(form):
    name = form.add("name", LineField("Name", "As in the log"))
    form.add("port", LineField("Port"))
    form.set_errors({"name": "Already taken."})
    assert below(name) == "Already taken."
    assert name.line.property("invalid")
    assert name.line.accessibleDescription() == "Already taken."
    form.set_errors({})
    assert below(name) == "As in the log"


def test_a_choice_keeps_its_value_when_options_change(form):
    choice = form.add("login", ChoiceField("Login", (("agent", "Agent"), ("key", "Key file"))))
    choice.set_value("key")
    choice.set_options((("key", "Key"), ("password", "Password")))
    assert choice.value == "key"
    choice.set_value("unknown")
    assert choice.value == "key"


def test_boxes_are_ticked_by_key_and_by_click(form, qtbot):
    hosts = form.add("hosts", PickField("Hosts", (("1", "db-01"), ("2", "db-02"))))
    flag = form.add("flag", FlagField("Service", "Is down"))
    form.show()
    hosts.set_value(("2", "gone"))
    assert hosts.value == ("2",)
    box = hosts._boxes["1"]
    with qtbot.waitSignal(form.edited):
        qtbot.mouseClick(box, Qt.MouseButton.LeftButton, pos=QPoint(8, box.height() // 2))
    assert hosts.value == ("1", "2")
    hosts.set_options((("2", "db-02"), ("3", "db-03")))
    assert hosts.value == ("2",)
    with qtbot.waitSignal(form.edited):
        qtbot.keyClick(flag.box, Qt.Key.Key_Space)
    assert flag.value
    flag.set_value(False)
    assert not flag.value


def wall(field, text):
    field.edit.selectAll()
    QTest.keyClicks(field.edit, text)


def test_a_time_is_an_instant_and_what_was_typed(qtbot, theme):
    field = MomentField("Starts", ("Europe/Berlin", "Africa/Johannesburg"))
    qtbot.addWidget(field)
    at = datetime(2026, 11, 14, 23, 0, tzinfo=UTC)
    field.set_value(at, "Africa/Johannesburg")
    assert field.value == at
    assert field.wall.isoformat() == "2026-11-15T01:00:00"
    assert field.zone == "Africa/Johannesburg"
    field.set_value(at, "Asia/Tokyo")
    assert (field.value, field.zone) == (at, "Asia/Tokyo")


def test_a_time_that_the_clocks_skip_is_refused_in_words(qtbot, theme):
    field = MomentField("Starts", ("Europe/Berlin",))
    qtbot.addWidget(field)
    with qtbot.waitSignal(field.edited):
        wall(field, "2026-03-29 02:30")
    assert field.value is None
    assert "skip" in below(field)
    wall(field, "2026-03-29 03:30")
    assert field.value == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


def test_a_time_that_comes_twice_asks_which(qtbot, theme):
    field = MomentField("Starts", ("Europe/Berlin",))
    qtbot.addWidget(field)
    wall(field, "2026-10-25 02:30")
    assert not field.fold_box.isHidden()
    assert field.value == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    field.fold_box.setCurrentIndex(1)
    assert field.value == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    field.set_value(datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "Europe/Berlin")
    assert field.value == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    wall(field, "2026-10-26 02:30")
    assert field.fold_box.isHidden()


@pytest.mark.parametrize(
    "text",
    [
        "14 Nov 2026 22:00",
        "Sat 14 November 2026, 22:00",
        "2026-11-14 22:00",
        "2026-11-14T22:00",
        "14.11.2026 22:00",
        "22:00",
        "14. Nov 2026",
    ],
)
def test_a_time_may_be_typed_in_the_usual_forms(qtbot, theme, text):
    field = MomentField("Starts", ("UTC",))
    qtbot.addWidget(field)
    start = "2026-11-14 09:15" if text == "22:00" else "2026-01-01 22:00"
    wall(field, start)
    wall(field, text)
    assert field.value == datetime(2026, 11, 14, 22, 0, tzinfo=UTC)
    assert not field.problem


@pytest.mark.parametrize("text", ["", "11/14/2026 22:00", "14 Nov 20", "31 Feb 2026", "14 Ma 2026"])
def test_what_is_no_time_is_refused_in_words_and_what_was_shown_is_not_taken_for_it(
    qtbot, theme, text
):
    field = MomentField("Starts", ("UTC",))
    qtbot.addWidget(field)
    wall(field, "2026-11-14 22:00")
    wall(field, text)
    if not text:
        qtbot.keyClick(field.edit, Qt.Key.Key_Delete)
    assert field.value is None
    assert "such as 14 Nov 2026 22:00" in below(field)


def test_the_arrow_keys_step_the_day_or_the_quarter_at_the_cursor(qtbot, theme):
    field = MomentField("Starts", ("UTC",))
    qtbot.addWidget(field)
    field.set_value(datetime(2026, 2, 28, 23, 50, tzinfo=UTC), "UTC")
    qtbot.keyClick(field.edit, Qt.Key.Key_Up)
    assert field.edit.text() == "Sun 1 Mar 2026 23:50"
    qtbot.keyClick(field.edit, Qt.Key.Key_End)
    qtbot.keyClick(field.edit, Qt.Key.Key_Up)
    with qtbot.waitSignal(field.edited):
        qtbot.keyClick(field.edit, Qt.Key.Key_Up)
    assert field.edit.text() == "Mon 2 Mar 2026 00:20"
    assert field.value == datetime(2026, 3, 2, 0, 20, tzinfo=UTC)
