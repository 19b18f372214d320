"""The frame around the pages: rail, palette, keys, messages, what is remembered."""

import gc
import threading
from types import SimpleNamespace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.errors import SchemaTooNew
from app.tasks import Progress
from tests.ui.conftest import NOW, Other, stand_in
from ui.actions import Action
from ui.changed import Topic
from ui.garbage import GarbageCollector
from ui.messages import Message, Tone
from ui.navigation import Place
from ui.shell.facts import shell_facts
from ui.shell.palette import Palette, choices, matches
from ui.shell.shortcuts import ShortcutList
from ui.shots import EMPTY, Wanted, walk
from ui.theme import Mode
from ui.widgets.banner import Banner, BannerStack
from ui.widgets.labels import Label


@pytest.fixture
def ready(desktop, qtbot):
    one = desktop()
    qtbot.waitUntil(lambda: one.window.page is not None)
    qtbot.until_quiet(lambda: not one.tools.tasks.busy)
    one.window.activateWindow()
    return one


def opening(desktop, folder):
    """Return a program whose store is not open before the event is set, and the event."""
    gate = threading.Event()

    def slow(context):
        gate.wait(5)
        return stand_in(folder)

    return desktop(slow), gate


def test_the_first_page_comes_when_the_store_is_open(desktop, qtbot, tmp_path):
    one, gate = opening(desktop, tmp_path)
    assert one.window.isVisible()
    assert one.window.page is None
    with qtbot.waitSignal(one.ready):
        gate.set()
    assert one.window.page.calls == ["reload"]
    assert one.now() == NOW


def test_who_chooses_a_page_while_the_store_is_opened_gets_there(desktop, qtbot, tmp_path):
    one, gate = opening(desktop, tmp_path)
    item = next(
        i for i in one.window.rail.findChildren(object) if getattr(i, "page", "") == "changes"
    )
    QTest.mouseClick(item, Qt.MouseButton.LeftButton)
    assert one.window.page is None
    with qtbot.waitSignal(one.ready):
        gate.set()
    qtbot.waitUntil(lambda: one.window.page is not None)
    assert one.tools.navigation.place == Place("changes")


def test_a_store_that_cannot_be_opened_is_explained(desktop, qtbot):
    def refuse(_context):
        raise SchemaTooNew("A later version wrote this.", hint="Update Change Desk.")

    one = desktop(refuse)
    qtbot.waitUntil(lambda: one.window.findChild(Banner) is not None)
    banner = one.window.findChild(Banner)
    assert banner.message.next == "Update Change Desk."


def test_pages_are_built_when_they_are_first_wanted(ready, qtbot):
    first = ready.window.page
    ready.tools.navigation.go("changes", "142")
    changes = ready.window.page
    assert changes.calls == ["reload"]
    assert not ready.window.at_rest()
    qtbot.waitUntil(ready.window.at_rest)
    assert changes.calls == ["reload", "open 142"]
    ready.tools.navigation.go("changes", "143")
    assert changes.calls == ["reload", "open 142", "open 143"]
    ready.tools.navigation.back()
    ready.tools.navigation.back()
    assert ready.window.page is first
    assert first.calls == ["reload"]
    assert ready.window.windowTitle().startswith("Plain")


def test_who_goes_on_before_a_new_page_has_opened_a_record_stays_there(ready, qtbot):
    ready.tools.navigation.go("changes", "142")
    changes = ready.window.page
    ready.tools.navigation.go("changes", "143")
    qtbot.waitUntil(ready.window.at_rest)
    assert changes.calls == ["reload", "open 143"]


def test_a_click_in_the_rail_shows_a_page(ready, qtbot):
    item = next(
        i for i in ready.window.rail.findChildren(object) if getattr(i, "page", "") == "changes"
    )
    qtbot.mouseClick(item, Qt.MouseButton.LeftButton)
    assert ready.tools.navigation.place == Place("changes")
    assert item.isChecked()
    ready.tools.navigation.set_count("changes", "11")
    assert item.accessibleName() == "Other, 11"


def test_a_page_reloads_only_if_concerned(ready):
    page = ready.window.page
    ready.tools.changed.announce(Topic.HOSTS)
    ready.tools.changed.announce(Topic.CHANGES, by=page)
    assert page.calls == ["reload"]
    ready.tools.changed.announce(Topic.CHANGES)
    assert page.calls == ["reload", "reload"]
    ready.tools.navigation.go("changes")
    ready.tools.changed.announce(Topic.CHANGES)
    assert page.calls == ["reload", "reload"]
    ready.tools.navigation.back()
    assert page.calls == ["reload", "reload", "reload"]


def test_keys_reach_the_page(ready, qtbot):
    page = ready.window.page
    QTest.keyClick(ready.window, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(ready.window, Qt.Key.Key_F5)
    assert page.calls == ["reload", "search", "reload"]
    QTest.keyClick(ready.window, Qt.Key.Key_N)
    assert ready.tools.navigation.place == Place("changes", "new")
    qtbot.waitUntil(ready.window.at_rest)
    other = ready.window.page
    QTest.keyClick(ready.window, Qt.Key.Key_N)
    QTest.keyClick(ready.window, Qt.Key.Key_Escape)
    assert other.calls == ["reload", "open new", "new", "escape"]
    assert ready.window.page is page
    QTest.keyClick(ready.window, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    assert ready.window.page is other


def test_the_shortcuts_are_listed(ready):
    QTest.keyClick(ready.window, Qt.Key.Key_Question)
    listed = ready.window.findChild(ShortcutList)
    texts = [label.text() for label in listed.findChildren(Label)]
    assert {"New change", "Go to Plain", "Next row"} <= set(texts)
    listed.accept()


def test_the_palette_is_as_high_as_its_lines_and_says_when_there_are_none(desktop, qtbot, tmp_path):
    row = SimpleNamespace(
        id="x1", number="CHG-000142", title="Upgrade", starts_at=None, zone="UTC", snippet=""
    )
    services = stand_in(tmp_path)
    found = services.finder
    found.found = [row]
    ready = desktop(lambda _context: services)
    qtbot.waitUntil(lambda: ready.window.page is not None)
    QTest.keyClick(ready.window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    palette = ready.window.findChild(Palette)
    full = palette.height()
    qtbot.keyClicks(palette.field, "upgr")
    qtbot.waitUntil(lambda: [c.id for c in palette.list.rows_model.rows] == ["change.x1"])
    assert 60 < palette.height() < full
    found.found = []
    qtbot.keyClicks(palette.field, "x")  # what was found for less no longer fits
    assert palette.list.rows_model.rows == ()
    assert palette.nothing.text() == "Looking among the changes…"
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert ready.tools.navigation.place != Place("changes", "x1")
    QTest.keyClick(ready.window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    assert palette.height() == full
    qtbot.keyClicks(palette.field, "upgrx")
    nothing = "No page, action or change has these words."
    qtbot.waitUntil(lambda: palette.nothing.text() == nothing)
    assert palette.nothing.isVisible()
    assert not palette.list.isVisible()


def test_the_palette_goes_to_pages_and_finds_changes(ready, qtbot):
    row = SimpleNamespace(id="x1", number="CHG-000142", title="Upgrade", starts_at=NOW, zone="UTC")
    queries = stand_in(ready.start.data).finder
    queries.found = [row]
    QTest.keyClick(ready.window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    palette = ready.window.findChild(Palette)
    assert palette.isVisible()
    assert all(choice.id != "palette" for choice in palette.list.rows_model.rows)
    qtbot.keyClicks(palette.field, "go to ot")
    assert [choice.text for choice in palette.list.rows_model.rows] == ["Go to Other"]
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert not palette.isVisible()
    assert ready.tools.navigation.place == Place("changes")


def test_changes_are_found_while_typing(desktop, qtbot, tmp_path):
    services = stand_in(tmp_path)
    services.finder.found = [
        SimpleNamespace(
            id="x1", number="CHG-000142", title="Upgrade", starts_at=None, zone="UTC", snippet=""
        )
    ]
    one = desktop(lambda _context: services)
    qtbot.waitUntil(lambda: one.window.page is not None)
    QTest.keyClick(one.window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    palette = one.window.findChild(Palette)
    qtbot.keyClicks(palette.field, "142")
    qtbot.waitUntil(lambda: palette.list.rows_model.rowCount() == 1)
    assert services.finder.asked == ["", "142"]  # its number first, then the words
    qtbot.keyClick(palette.field, Qt.Key.Key_Down)
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert one.tools.navigation.place == Place("changes", "x1")
    palette.popup()
    qtbot.keyClick(palette.field, Qt.Key.Key_Escape)
    assert not palette.isVisible()


def test_words_match_in_any_order():
    assert matches("Go to Changes", "cha go")
    assert not matches("Go to Changes", "host")
    actions = (Action("a", "Refresh", print), Action("b", "Go to Home", print, keys="F2"))
    assert [choice.id for choice in choices(actions, "o")] == ["b"]
    assert [choice.id for choice in choices(actions, "")] == ["a", "b"]


def test_errors_stay_on_the_page_and_notices_pass_below(ready):
    ready.tools.messages.post(Message("Failed", Tone.ERROR))
    assert ready.window.page.findChild(BannerStack).banners[0].message.state == "Failed"
    ready.tools.messages.show_done("Saved CHG-000142")
    status = {
        child.accessibleName()
        for child in ready.window.status.children()
        if hasattr(child, "accessibleName")
    }
    assert "Saved CHG-000142" in status


def test_running_work_is_shown_and_can_be_cancelled(ready, qtbot):
    begun = threading.Event()

    def work(context):
        context.progress(1, 4, "re-reading")
        begun.set()
        context.wait(30)

    status = ready.window.status
    task = ready.tools.tasks.start(work, title="Checking the backup")
    qtbot.waitUntil(begun.is_set)
    task.progressed.emit(Progress(1, 4, "re-reading"))
    names = {getattr(child, "accessibleName", str)() for child in status.children()}
    assert "Checking the backup: re-reading" in names
    cancel = next(c for c in status.children() if getattr(c, "accessibleName", str)() == "Cancel")
    with qtbot.waitSignal(task.cancelled):
        cancel.click()
    qtbot.waitUntil(lambda: not cancel.isVisible())


def test_the_status_bar_shows_vault_log_and_clock(ready, qtbot):
    def texts():
        return " ".join(label.text() for label in ready.window.status.findChildren(Label))

    qtbot.waitUntil(lambda: "7f3ac21e" in texts())
    assert "Sun 15 Nov 2026 02:33 SAST (UTC+2)" in texts()
    assert "free" in texts()


def test_a_vault_that_is_gone_has_no_size(tmp_path):
    services = stand_in(tmp_path)
    assert shell_facts(services).vault_free_bytes
    services.settings.vault_path = str(tmp_path / "gone")
    assert shell_facts(services).vault_free_bytes is None


def test_what_went_wrong_on_opening_is_said(desktop, qtbot, tmp_path):
    services = stand_in(tmp_path)
    services.warnings = ("The clock moved back by 2 h.",)
    one = desktop(lambda _context: services)
    qtbot.waitUntil(lambda: one.window.page is not None)
    (banner,) = one.window.page.findChild(BannerStack).banners
    assert banner.message == Message("The clock moved back by 2 h.", Tone.WARNING)


def test_the_window_comes_back_as_it_was(desktop, qtbot):
    first = desktop()
    qtbot.waitUntil(lambda: first.window.page is not None)
    first.tools.navigation.go("changes", "142")
    first.window.resize(700, 600)
    first.tools.theme.set_mode(Mode.DARK)
    first.window.close()
    second = desktop()
    qtbot.waitUntil(lambda: second.window.page is not None)
    assert second.tools.navigation.place == Place("changes", "142")
    assert second.window.size().width() == first.window.size().width()
    assert second.tools.theme.mode is Mode.DARK
    second.tools.theme.set_mode(Mode.LIGHT)


def test_a_window_that_shall_not_remember_writes_nothing(desktop, qtbot):
    one = desktop(remember=False)
    qtbot.waitUntil(lambda: one.window.page is not None)
    one.tools.theme.set_mode(Mode.DARK)
    one.window.close()
    assert not (one.start.data / "window.ini").exists()
    one.tools.theme.set_mode(Mode.LIGHT)


def test_a_broken_memory_is_forgotten(desktop, qtbot, tmp_path):
    (tmp_path / "window.ini").write_text(
        "[look]\nmode=purple\nscale=much\n[window]\ngeometry=x\npage=gone\n"
    )
    one = desktop()
    qtbot.waitUntil(lambda: one.window.page is not None)
    assert one.tools.theme.mode is Mode.SYSTEM
    assert one.tools.theme.scale == 1.0
    assert one.tools.navigation.place == Place("plain")


def test_every_page_and_its_places_get_a_picture(ready, qapp, tmp_path, monkeypatch):
    monkeypatch.setattr(Other, "places", lambda self: ("changes/Plan B",))
    wanted = Wanted(tmp_path, tmp_path / "shots", "dark", 2)
    files = walk(qapp, ready, wanted)
    assert [file.name for file in files] == [
        "01-plain-dark-2x.png",
        "02-changes-dark-2x.png",
        "02-changes-plan-b-dark-2x.png",
    ]
    assert all(file.stat().st_size > 1000 for file in files)
    assert Wanted(tmp_path, tmp_path).suffix == ""
    only = Wanted(tmp_path, tmp_path / "shots", state=EMPTY, pages=("plain",))
    assert [file.name for file in walk(qapp, ready, only)] == ["01-plain-empty.png"]


def test_garbage_is_collected_on_the_ui_thread_only(qapp):
    gc.enable()
    collector = GarbageCollector(qapp)
    assert not gc.isenabled()
    within = GarbageCollector(qapp)
    within.stop()
    assert not gc.isenabled(), "the one around it still collects"
    collector.collect_due()
    collector.stop()
    assert gc.isenabled()
    gc.disable()


def test_a_window_takes_the_garbage_over(ready):
    assert not gc.isenabled()
    ready._garbage.begin()
    assert ready._garbage._timer.isActive()
    ready.stop()
    assert not ready._garbage._timer.isActive()


def test_an_unexpected_exception_reaches_the_user(ready, qtbot, caplog):
    ready._on_exception(ValueError, ValueError("odd"), None)
    ready._on_thread_exception(SimpleNamespace(exc_value=KeyError("lane")))
    stack = ready.window.page.findChild(BannerStack)
    qtbot.waitUntil(lambda: len(stack.banners) == 2)
    assert "odd" in stack.banners[1].message.cause
