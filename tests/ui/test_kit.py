"""The kit's widgets: what they say, what keys do, and that all of them can be painted."""

from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QLayout, QLayoutItem, QVBoxLayout, QWidget
from shiboken6 import getAllValidWrappers

from app.domain.risk import Grade, RiskScore
from tests.ui.conftest import NOW
from tests.ui.gallery import SHEETS
from ui.cells import Badge, Interval, Mark, Rung
from ui.messages import Message, MessageAction, Tone
from ui.theme import Mode
from ui.widgets.banner import BannerStack
from ui.widgets.buttons import Button, WithReason, icon_button, primary
from ui.widgets.confirm import Consequence, TypedConfirmation
from ui.widgets.countdown import Countdown
from ui.widgets.intervals import IntervalBar
from ui.widgets.labels import Label
from ui.widgets.layout import add_layout, column, row
from ui.widgets.levels import LevelLadder, LevelStep
from ui.widgets.risk_badge import RiskBadge
from ui.widgets.risk_matrix import RiskMatrix
from ui.widgets.run_bars import RunStrip, Strip, TimeScale
from ui.widgets.search import FilterChips, SearchField
from ui.widgets.stage_rail import Need, NeedsBox, StageRail
from ui.widgets.strips import PartsBar, PlannedWindow, WindowStrip
from ui.widgets.tabs import TabStack
from ui.widgets.tiles import Kpi, KpiTile
from ui.widgets.transcript import Said, Transcript, TranscriptLine

ZONE = "Africa/Johannesburg"


@pytest.mark.parametrize("look", [Mode.LIGHT, Mode.DARK])
@pytest.mark.parametrize("name", SHEETS)
def test_every_widget_can_be_painted_in_both_looks(name, look, theme, shown):
    theme.set_mode(look)
    sheet = shown(SHEETS[name]())
    picture = sheet.grab().toImage()
    places = ((x, y) for x in range(0, picture.width(), 7) for y in range(0, picture.height(), 5))
    assert len({picture.pixel(x, y) for x, y in places}) > 10


@pytest.mark.parametrize("name", SHEETS)
def test_every_control_can_be_named_by_a_screen_reader(name, shown):
    sheet = shown(SHEETS[name]())
    silent = [
        type(widget).__name__
        for widget in sheet.findChildren(QWidget)
        if widget.focusPolicy() != Qt.FocusPolicy.NoFocus
        and widget.isVisible()
        and not widget.objectName().startswith("qt_")
        and not widget.accessibleName()
        and type(widget).__name__ not in {"QScrollArea", "_Edit", "QWidget", "Label"}
    ]
    assert silent == []


@pytest.mark.parametrize("name", SHEETS)
def test_every_text_is_plain(name, shown):
    sheet = shown(SHEETS[name]())
    formats = {label.textFormat() for label in sheet.findChildren(QLabel)}
    assert formats <= {Qt.TextFormat.PlainText}


def test_a_blocked_button_keeps_its_place_and_says_why(shown, qtbot):
    button = primary("Start run")
    holder = shown(WithReason(button))
    button.block("Needs 5 of 8 conditions")
    assert not button.isEnabled()
    assert button.accessibleDescription() == "Needs 5 of 8 conditions"
    assert [label.text() for label in holder.findChildren(Label)] == ["Needs 5 of 8 conditions"]
    with qtbot.assertNotEmitted(button.clicked):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    button.block("")
    with qtbot.waitSignal(button.clicked):
        qtbot.keyClick(button, Qt.Key.Key_Return)


def test_a_button_with_an_icon_only_has_a_name(shown):
    button = shown(icon_button("copy", "Copy the number"))
    assert button.accessibleName() == "Copy the number"
    assert button.width() == button.height()


def test_the_confirmation_opens_for_the_exact_text_only(shown, qtbot):
    box = shown(TypedConfirmation(Consequence("Restore", "Replaces."), "db-01 1114", "Restore"))
    box.set_note("Answered as Nomsa and logged.")
    for typed, reason in (
        ("", "Needs the whole name, 10 characters to go"),
        ("db-01", "Needs the whole name, 5 characters to go"),
        ("db-02", "This is not db-01 1114"),
        ("db-01 1114 ", "This is not db-01 1114"),
    ):
        box.field.setText(typed)
        assert box.button.reason == reason
        with qtbot.assertNotEmitted(box.confirmed):
            qtbot.keyClick(box.field, Qt.Key.Key_Return)
    box.field.setText("db-01 1114")
    with qtbot.waitSignal(box.confirmed):
        qtbot.keyClick(box.field, Qt.Key.Key_Return)
    with qtbot.waitSignal(box.confirmed):
        box.button.click()


def test_the_rail_says_where_the_change_is(shown, qtbot):
    rail = shown(StageRail(("Identify", "Plan", "Run"), 1))
    assert rail.accessibleName() == "Stage 2 of 3: Plan"
    with qtbot.waitSignal(rail.picked) as signal:
        qtbot.mouseClick(rail, Qt.MouseButton.LeftButton, pos=rail.rect().center())
    assert signal.args == [1]
    with qtbot.waitSignal(rail.picked):
        qtbot.keyClick(rail, Qt.Key.Key_Return)
    rail.set_stages(("Identify", "Plan", "Run"), 3)
    assert rail.accessibleName() == "All stages are done"


def test_needs_name_what_a_person_must_do_first(shown):
    box = NeedsBox(shown(StageRail(("Plan", "Run"), 0)))
    shown(box)
    box.set_needs(
        "Run", (Need("Window", "opens", "01:00"), Need("Contact", "asked", due=True)), 8, 1
    )
    assert box.accessibleName().startswith("Run still needs 2 of 8. ")
    texts = [label.text() for label in box.findChildren(Label) if label.text()]
    assert texts.index("asked") < texts.index("opens")
    box.set_needs("Run", (), 8, 1)
    assert box.accessibleName() == "Run can begin: all 8 conditions are met"
    box.set_needs("Run", (), 1, 1)
    assert box.accessibleName() == "Run can begin: its condition is met"


def test_tabs_move_by_keys_and_by_clicks(shown, qtbot):
    stack = TabStack()
    stack.add("Plan", Label("plan"))
    stack.add("Run", Label("run"))
    shown(stack)
    qtbot.keyClick(stack.tabs, Qt.Key.Key_Right)
    assert stack.stack.currentIndex() == 1
    qtbot.keyClick(stack.tabs, Qt.Key.Key_Right)
    assert stack.tabs.current == 1
    qtbot.mouseClick(stack.tabs, Qt.MouseButton.LeftButton)
    qtbot.keyClick(stack.tabs, Qt.Key.Key_Left)
    assert stack.tabs.accessibleName() == "Plan"


def test_a_tile_leads_to_its_list(shown, qtbot):
    tile = shown(KpiTile(Kpi("Clean", "85 %", "17 of 20", target="clean")))
    assert tile.accessibleName() == "Clean, 85 %, 17 of 20"
    with qtbot.waitSignal(tile.clicked) as signal:
        qtbot.mouseClick(tile, Qt.MouseButton.LeftButton)
    assert signal.args == ["clean"]
    tile.set_kpi(Kpi("Clean", "85 %"))
    with qtbot.assertNotEmitted(tile.clicked):
        qtbot.mouseClick(tile, Qt.MouseButton.LeftButton)


def test_pictures_are_spoken_as_sentences(shown):
    ladder = LevelLadder(
        (LevelStep("L0", "captured", Rung.REACHED, "13:46"), LevelStep("L1", "intact"))
    )
    assert ladder.accessibleName() == "L0 captured reached 13:46, L1 intact open"
    bar = IntervalBar(Interval(-0.27, -0.33, -0.2))
    assert bar.accessibleName().replace("\u202f", " ") == "−27 %, likely range −33 to −20 %"
    assert IntervalBar().accessibleName() == "not measured"
    assert RiskBadge(Grade.HIGH, Grade.LOW).accessibleName() == "High to Low"
    matrix = RiskMatrix(RiskScore(Grade.HIGH, Grade.LOW))
    assert matrix.accessibleName() == "Inherent risk Low: likelihood High, impact Low"
    end = NOW + timedelta(hours=1)
    strip = RunStrip(Strip(TimeScale(NOW, end, ZONE), NOW, deadline=end, closes=end))
    assert strip.accessibleName() == "now 02:33, 03:33 roll back at the latest, window ends 03:33"


def test_what_lies_beyond_the_scale_points_there_and_says_how_far(qtbot, theme):
    def inked(interval, left, right):
        bar = IntervalBar(interval)
        qtbot.addWidget(bar)
        image = bar.grab().toImage()
        paper = IntervalBar(Interval()).grab().toImage()
        share = image.width() / bar.sizeHint().width()
        return sum(
            image.pixel(x, y) != paper.pixel(x, y)
            for x in range(round(left * share), round(right * share))
            for y in range(image.height())
        )

    far = Interval(-0.88, -0.9, -0.85)
    assert inked(far, 0, 14) > 20  # the arrow
    assert inked(far, 16, 50) > 40  # the estimate
    assert inked(far, 76, 136) == 0
    assert inked(Interval(0.88, 0.85, 0.9), 122, 136) > 20
    assert inked(Interval(0.1, 0.05, 0.15), 0, 14) == 0
    wide = Interval(-0.62, -0.83, -0.18)  # its range comes back on the scale, up to 40 of 136
    assert inked(wide, 16, 38) > 40  # the line
    assert inked(wide, 44, 136) == 0, "no estimate across the zero"


def test_strips_say_their_windows_and_parts(shown):
    strip = shown(WindowStrip())
    strip.set_windows(NOW, ZONE, ())
    assert strip.accessibleName() == "No window in the next two weeks."
    gone = PlannedWindow(NOW - timedelta(days=9), NOW - timedelta(days=8), "Past")
    strip.set_windows(NOW, ZONE, (PlannedWindow(NOW, NOW + timedelta(hours=1), "Orders"), gone))
    assert strip.accessibleName().startswith("Orders Sun 15 Nov 2026 02:33–03:33 SAST. Past")
    strip.grab()
    bar = PartsBar((("Fetch", 370.0), ("Nothing", 0.0), ("Restore", 1180.0)))
    assert bar.accessibleName().replace("\u202f", " ") == "Fetch 6 min 10 s, Restore 19 min 40 s"


def test_ticks_of_a_time_scale_are_round_and_few():
    scale = TimeScale(NOW, NOW + timedelta(hours=3))
    assert [tick.minute for tick in scale.ticks(6)] == [0, 30, 0, 30, 0, 30]
    short = TimeScale(NOW, NOW + timedelta(seconds=40))
    assert short.label(NOW) == "00:33:20"
    assert TimeScale(NOW, NOW).place(NOW, 100) == 0


def test_the_countdown_warns_and_then_says_it_is_over(shown):
    clock = [NOW]
    left = shown(Countdown("Left to roll back", lambda: clock[0]))
    assert left.accessibleName() == "Left to roll back: –"
    left.set_target(NOW + timedelta(minutes=26, seconds=40), "until 03:00")
    assert left.accessibleName() == "Left to roll back: 26:40"
    clock[0] += timedelta(minutes=27)
    left.tick()
    assert left.accessibleName() == "Left to roll back: −0:20"


def test_the_transcript_shows_foreign_text_literally(shown):
    transcript = shown(Transcript())
    transcript.set_lines([
        TranscriptLine("$ echo", "02:16:41", Said.COMMAND),
        TranscriptLine("\x1b[31m<b>red</b>", "02:16:42"),
        TranscriptLine("second line of it"),
    ])  # fmt: skip
    assert transcript.toPlainText() == "$ echo\n^[[31m<b>red</b>\nsecond line of it"
    assert transcript.isReadOnly()


def test_a_flood_is_kept_short_and_followed(shown, qtbot):
    transcript = shown(Transcript())
    transcript.append_lines(TranscriptLine(f"line {n}") for n in range(30_000))
    qtbot.waitUntil(lambda: transcript.toPlainText().endswith("line 29999"))
    assert transcript.blockCount() <= Transcript.MAX_LINES
    assert transcript.at_end
    transcript.verticalScrollBar().setValue(0)
    transcript.append_lines([TranscriptLine("one more")])
    transcript.flush()
    assert not transcript.at_end


def test_searching_waits_for_the_end_of_typing(shown, qtbot):
    field = shown(SearchField("Number, title"))
    with qtbot.waitSignal(field.wanted) as signal:
        qtbot.keyClicks(field, " orders ")
    assert signal.args == ["orders"]
    with qtbot.waitSignal(field.wanted) as signal:
        qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert signal.args == [""]


def test_a_text_is_asked_for_once_unless_return_is_pressed(shown, qtbot):
    field = shown(SearchField("Number, title"))
    asked = []
    field.wanted.connect(asked.append)
    qtbot.keyClicks(field, "orders")
    assert field.settle() == "orders"
    qtbot.keyClicks(field, "x ")
    qtbot.keyClick(field, Qt.Key.Key_Backspace)
    qtbot.keyClick(field, Qt.Key.Key_Backspace)
    qtbot.wait(2 * SearchField.DELAY_MS)
    assert asked == []
    qtbot.keyClick(field, Qt.Key.Key_Return)
    qtbot.wait(2 * SearchField.DELAY_MS)
    assert asked == ["orders"]


def test_one_filter_is_chosen(shown, qtbot):
    chips = shown(FilterChips(("My open", "All")))
    chips.set_counts((3, 12))
    with qtbot.waitSignal(chips.chosen) as signal:
        chips.choose(1)
    assert signal.args == [1]
    assert chips.current == 1


def test_messages_stack_newest_first_and_once(shown, qtbot):
    stack = shown(BannerStack())
    for number in range(5):
        stack.show_message(Message(f"Failed {number}", Tone.ERROR, details="exit 1"))
    stack.show_message(Message("Failed 4", Tone.ERROR, details="exit 1"))
    assert [banner.message.state for banner in stack.banners] == [
        "Failed 4",
        "Failed 3",
        "Failed 2",
    ]
    banner = stack.banners[0]
    copy = next(b for b in banner.findChildren(Button) if b.text() == "Copy")
    copy.click()
    assert QGuiApplication.clipboard().text() == "Failed 4\nexit 1"
    banner.closed.emit()
    assert len(stack.banners) == 2
    stack.clear()
    assert not stack.isVisibleTo(stack.parentWidget())


def test_a_message_offers_its_actions(shown, qtbot):
    done = []
    stack = shown(BannerStack())
    stack.show_message(
        Message("Full", Tone.WARNING, actions=(MessageAction("Clean", lambda: done.append(1)),))
    )
    next(b for b in stack.findChildren(Button) if b.text() == "Clean").click()
    assert done == [1]


def test_running_text_takes_the_height_of_its_lines(shown):
    label = shown(Label("word " * 60, wrap=True))
    assert label.heightForWidth(200) > 3 * label.heightForWidth(2000)
    assert label.heightForWidth(200) % label.heightForWidth(100_000) == 0


def test_a_badge_shows_word_and_shape():
    badge = Badge(Mark.GOOD, "Improved")
    assert badge.mark.icon == "circle-check"
    assert len({mark.icon for mark in Mark}) >= len(Mark) - 1


def test_times_of_a_scale_follow_the_clock_of_its_zone():
    start = datetime(2026, 10, 25, 0, 0, tzinfo=UTC)
    scale = TimeScale(start, start + timedelta(hours=3), "Europe/Berlin")
    assert scale.label(start + timedelta(hours=1)) == "02:00"


def test_a_label_lays_its_text_out_once_for_each_width(theme, monkeypatch):
    label = Label("word " * 400, wrap=True)
    laid = []
    lay = Label._lay
    monkeypatch.setattr(Label, "_lay", lambda self, width: laid.append(width) or lay(self, width))
    heights = [label.heightForWidth(width) for _again in range(5) for width in (300, 500)]
    assert laid == [300, 500]
    assert heights[0] > heights[1]
    label.setText("short")
    assert label.heightForWidth(300) < heights[1]


def test_no_item_of_a_nested_layout_is_remembered(shown):
    holder = QWidget()
    outer = QVBoxLayout(holder)
    shown(holder)
    before = known_items()
    add_layout(outer, row(QLabel("a"), column(QLabel("b"), 8, QLabel("c")), None))
    assert known_items() == before
    assert outer.itemAt(0).layout().count() == 3


def known_items():
    """Return how many items of layouts the binding knows that are no layouts themselves."""
    return sum(
        isinstance(each, QLayoutItem) and not isinstance(each, QLayout)
        for each in getAllValidWrappers()
    )
