"""Messages, announcements, places, actions, formats."""

import pytest

from app.errors import GuardRefused, StoreError, Unreachable
from ui.actions import Action, Actions
from ui.changed import Changed, Happened, Topic
from ui.format import tip, visible
from ui.messages import Message, Messages, Tone, message_of
from ui.navigation import Navigation, Place


def test_an_error_of_the_world_says_where_and_what_next():
    error = Unreachable("No answer from db-01.", hint="Start it.", host="db-01", step="2, stop")
    message = message_of(error)
    assert message == Message(
        "Not reachable", Tone.ERROR, host="db-01", step="2, stop", cause="No answer from db-01.",
        next="Start it.",
    )  # fmt: skip
    assert message.as_text().splitlines() == [
        "Not reachable",
        "Host: db-01",
        "Step: 2, stop",
        "Cause: No answer from db-01.",
        "Next: Start it.",
    ]


def test_the_cause_beneath_is_named():
    error = Unreachable("No answer from db-01.")
    error.__cause__ = OSError(111, "Connection refused")
    assert message_of(error).details == "Connection refused"
    other = StoreError("The file cannot be read.")
    other.__cause__ = OSError(13, "Permission denied")
    assert message_of(other).cause == "Permission denied"


def test_a_refusal_lists_what_is_missing():
    assert (
        message_of(GuardRefused("Not yet.", ("a window", "a plan"))).details == "a window\na plan"
    )


def test_a_mistake_of_ours_comes_with_its_trace(caplog, qapp):
    messages = Messages()
    try:
        {}["gone"]
    except KeyError as error:
        messages.show_error(error)
    shown = messages.kept[-1]
    assert "mistake" in shown.state
    assert "test_talk.py" in shown.details
    assert caplog.records


def test_messages_are_kept_before_there_is_a_window(qapp):
    messages = Messages()
    for number in range(60):
        messages.show_done(f"Saved {number}")
    assert len(messages.kept) == Messages.LIMIT
    assert messages.kept[-1] == Message("Saved 59", Tone.DONE)


def test_only_those_concerned_reload(qapp):
    changed, heard = Changed(), []
    changed.happened.connect(heard.append)
    changed.announce(Topic.HOSTS | Topic.HEALTH, ref="db-01")
    happened = heard[0]
    assert happened == Happened(Topic.HOSTS | Topic.HEALTH, None, "db-01")
    assert happened.concerns(Topic.HEALTH)
    assert not happened.concerns(Topic.RUNS)
    assert not Happened(Topic.RUNS, by=changed).concerns(Topic.RUNS, changed)


def test_back_returns_to_where_one_was(qapp):
    navigation, heard = Navigation(), []
    navigation.went.connect(heard.append)
    navigation.back()
    navigation.go("home")
    navigation.go("changes")
    navigation.note("changes", "142")
    navigation.go("run")
    navigation.go("run")
    navigation.back()
    assert navigation.place == Place("changes", "142")
    navigation.back()
    navigation.back()
    assert heard[-1] == Place("home")


def test_the_way_back_is_limited(qapp):
    navigation = Navigation()
    for number in range(300):
        navigation.go(f"page {number}")
    steps = 0
    while navigation.place != Place("page 199"):
        navigation.back()
        steps += 1
    navigation.back()
    assert (steps, navigation.place) == (100, Place("page 199"))


def test_actions_are_replaced_and_removed(qapp):
    actions = Actions()
    actions.add(Action("a", "Old", print), Action("b", "B", print))
    actions.add(Action("a", "New", print))
    actions.remove("b", "unknown")
    assert [action.text for action in actions.all()] == ["New"]


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("plain\r\n", "plain"),
        ("\x1b[31mred", "^[[31mred"),
        ("a\tb\x00", "a    b^@"),
        ("\x7f\x9b", r"^?\x9b"),
        ("safe\u202egnp.exe", "safe<U+202E>gnp.exe"),
        ("<b>=cmd()", "<b>=cmd()"),
    ],
)
def test_control_marks_become_visible(said, shown):
    assert visible(said) == shown


def test_tool_tips_show_foreign_text_literally():
    assert "&lt;b&gt;" in tip("<b>")
    assert tip("") == ""
