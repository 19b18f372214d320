"""Forms: values, errors at their field, times with their zone."""

from datetime import UTC, datetime

import pytest
from PySide6.QtCore import QDate, QDateTime, QPoint, Qt, QTime

from ui.widgets.fields import ChoiceField, FlagField, Form, LineField, PickField, TextField
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


def wall(field, *parts):
    field.edit.setDateTime(QDateTime(QDate(*parts[:3]), QTime(*parts[3:])))


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
        wall(field, 2026, 3, 29, 2, 30)
    assert field.value is None
    assert "skip" in below(field)
    wall(field, 2026, 3, 29, 3, 30)
    assert field.value == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


def test_a_time_that_comes_twice_asks_which(qtbot, theme):
    field = MomentField("Starts", ("Europe/Berlin",))
    qtbot.addWidget(field)
    wall(field, 2026, 10, 25, 2, 30)
    assert not field.fold_box.isHidden()
    assert field.value == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    field.fold_box.setCurrentIndex(1)
    assert field.value == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    field.set_value(datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "Europe/Berlin")
    assert field.value == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    wall(field, 2026, 10, 26, 2, 30)
    assert field.fold_box.isHidden()
