"""The locked window, as somebody who passes the desk finds it."""

import threading
from types import SimpleNamespace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLabel

from app.paths import NAME
from app.secrets import SessionSecrets
from app.services import window_lock
from tests.ui.conftest import stand_in

GOOD = "three quiet herons"


class Uow:
    """Takes log entries."""

    def __init__(self, told):
        self.log = SimpleNamespace(append=told.append)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None

    def commit(self):
        return None


@pytest.fixture
def services(tmp_path):
    made = stand_in(tmp_path)
    made.told, made.forgot = [], []
    made.desk = SimpleNamespace(new_uow=lambda: Uow(made.told))
    made.forget_held = lambda: made.forgot.append(True)
    made.secrets = SessionSecrets()
    made.settings.lock_after_min = 15.0
    window_lock.choose(GOOD, "", secrets=made.secrets, desk=made.desk)
    made.told.clear()
    return made


@pytest.fixture
def ready(desktop, qtbot, services):
    def start():
        one = desktop(lambda _context: services)
        qtbot.waitUntil(lambda: one.window.page is not None or one.window._covered)
        qtbot.until_quiet(lambda: not one.tools.tasks.busy)
        one.window.activateWindow()
        return one

    return start


def locked(one, qtbot):
    one.lock.lock()
    qtbot.waitUntil(lambda: one.lock.locked)
    return one.lock.page


def end(one):
    """Let a program be gone, as far as the one that is started next can tell."""
    one.lock._timer.stop()
    QApplication.instance().focusWindowChanged.disconnect(one.lock._on_window)
    one.window.close()


def type_passphrase(one, qtbot, text):
    QTest.keyClicks(one.lock.page.passphrase.line, text)
    QTest.keyClick(one.lock.page.passphrase.line, Qt.Key.Key_Return)
    qtbot.until_quiet(lambda: not one.tools.tasks.busy)


def seen(one):
    """Return every text in sight, of every window."""
    texts = [top.windowTitle() for top in QApplication.topLevelWidgets() if top.isVisible()]
    for top in QApplication.topLevelWidgets():
        texts += [label.text() for label in top.findChildren(QLabel) if label.isVisible()]
    return texts


def test_nothing_of_the_data_is_in_sight_and_the_passphrase_brings_it_back(ready, qtbot):
    one = ready()
    title = one.window.windowTitle()
    assert "Body" in seen(one)
    assert title != NAME
    page = locked(one, qtbot)
    assert "Body" not in seen(one)
    assert one.window.windowTitle() == NAME
    assert not one.window.rail.isVisible()
    assert not one.window.status.isVisible()
    type_passphrase(one, qtbot, GOOD)
    assert not one.lock.locked
    assert not page.isVisible()
    assert "Body" in seen(one)
    assert one.window.windowTitle() == title
    assert one.window.rail.isVisible()
    assert page.passphrase.line.text() == ""


def test_no_key_of_the_window_works_while_it_is_locked(ready, qtbot):
    one = ready()
    locked(one, qtbot)
    pages = [key for key in one.window.findChildren(QShortcut) if key.isEnabled()]
    assert pages == []
    place = one.tools.navigation.place
    for key in (Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_K):
        QTest.keyClick(one.window, key, Qt.KeyboardModifier.ControlModifier)
    assert one.tools.navigation.place == place
    type_passphrase(one, qtbot, GOOD)
    assert any(key.isEnabled() for key in one.window.findChildren(QShortcut))


def test_dialogs_go_too_also_those_that_work_opens_later(ready, qtbot):
    one = ready()
    early = QDialog(one.window)
    QLabel("drop database shop", early)
    early.open()
    locked(one, qtbot)
    assert not early.isVisible()
    late = QDialog(one.window)
    QLabel("reboot db-01", late)
    late.open()
    one.lock.look()
    assert not late.isVisible()
    one.tools.navigation.go("other")
    assert one.window.windowTitle() == NAME
    type_passphrase(one, qtbot, GOOD)
    assert early.isVisible()
    assert late.isVisible()
    early.close()
    late.close()


def test_wrong_passphrases_wait_longer_and_stand_in_the_log(ready, qtbot, services):
    one = ready()
    page = locked(one, qtbot)
    for _ in range(2):
        type_passphrase(one, qtbot, "a guess")
        assert one.lock.locked
        assert page.open.isEnabled()
    type_passphrase(one, qtbot, "a guess")
    assert not page.open.isEnabled()
    type_passphrase(one, qtbot, GOOD)
    assert one.lock.locked, "not even the right one is looked at meanwhile"
    page.passphrase.set_value("")
    qtbot.waitUntil(page.open.isEnabled)
    type_passphrase(one, qtbot, GOOD)
    assert not one.lock.locked
    assert [event.kind for event in services.told] == ["lock.refused"]
    assert "3 wrong" in services.told[0].text


def test_it_locks_when_nobody_has_touched_anything_for_as_long_as_set(ready, qtbot, services):
    one = ready()
    now = [one.lock._monotonic()]
    one.lock._monotonic = lambda: now[0]
    now[0] += 14 * 60
    one.lock.look()
    qtbot.until_quiet(lambda: not one.tools.tasks.busy)
    assert not one.lock.locked
    QTest.mouseClick(one.window.windowHandle(), Qt.MouseButton.LeftButton)
    now[0] += 14 * 60
    one.lock.look()
    qtbot.until_quiet(lambda: not one.tools.tasks.busy)
    assert not one.lock.locked, "a touch begins the time anew"
    now[0] += 60
    one.lock.look()
    qtbot.waitUntil(lambda: one.lock.locked)
    assert services.forgot == []
    qtbot.until_quiet(lambda: not one.tools.tasks.busy)
    one.lock.look()
    qtbot.until_quiet(lambda: not one.tools.tasks.busy)
    assert services.forgot == [True]


def test_what_work_needs_is_forgotten_when_it_has_ended(ready, qtbot, services):
    one, gate = ready(), threading.Event()
    one.tools.tasks.start(lambda _task: gate.wait(20), title="Running")
    locked(one, qtbot)
    one.lock.look()
    assert services.forgot == []
    gate.set()
    qtbot.until_quiet(lambda: not one.tools.tasks.busy)
    one.lock.look()
    qtbot.until_quiet(lambda: not one.tools.tasks.busy)
    assert services.forgot == [True]


def test_a_program_that_was_ended_locked_begins_locked(ready, qtbot):
    one = ready()
    locked(one, qtbot)
    end(one)
    again = ready()
    assert again.lock.locked
    assert not again.window.rail.isVisible()
    assert "Body" not in seen(again)
    type_passphrase(again, qtbot, GOOD)
    assert not again.lock.locked
    end(again)
    third = ready()
    assert not third.lock.locked
    assert third.window.rail.isVisible()


def test_who_deleted_the_passphrase_from_the_keyring_gets_in(ready, qtbot, services):
    one = ready()
    locked(one, qtbot)
    services.secrets.delete(window_lock.KEPT_AS)
    end(one)
    again = ready()
    assert not again.lock.locked
    assert again.window.rail.isVisible()


def test_without_a_passphrase_the_way_to_one_is_said_and_sudo_is_forgotten_all_the_same(
    ready, qtbot, services
):
    services.secrets.delete(window_lock.KEPT_AS)
    one = ready()
    heard = []
    one.tools.messages.posted.connect(heard.append)
    one.lock.lock()
    qtbot.waitUntil(lambda: bool(heard))
    assert not one.lock.locked
    assert heard[0].actions[0].text == "Choose one in the settings"
    now = one.lock._monotonic() + 16 * 60
    one.lock._monotonic = lambda: now
    for _ in range(2):
        one.lock.look()
        qtbot.until_quiet(lambda: not one.tools.tasks.busy)
    assert not one.lock.locked
    assert services.forgot == [True]
