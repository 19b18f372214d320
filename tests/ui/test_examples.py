"""The window on the examples: opened from the first page, always labelled, left by one click."""

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from functools import partial

import pytest
from PySide6.QtCore import Qt

from app import processes
from app.bootstrap import Surroundings, open_services
from app.errors import Busy
from app.examples.make import is_example
from app.examples.opening import leave_examples, renew_examples, see_to_examples, show_examples
from app.paths import examples_dir
from app.services.change import changes
from app.store.lock import acquire
from app.tasks import TaskContext
from tests.ui.desktops import take_down
from ui.application import Desktop, Start
from ui.messages import Tone
from ui.shell.examples import Ways
from ui.widgets.buttons import Button


@pytest.fixture
def windows(qapp) -> Iterator[Callable[[Start], Desktop]]:
    made: list[Desktop] = []

    def make(start: Start) -> Desktop:
        made.append(Desktop(qapp, start))
        made[-1].window.resize(1240, 872)
        made[-1].run()
        return made[-1]

    yield make
    take_down(qapp, made)


@pytest.fixture
def taken() -> list[str]:
    """The ways that were taken, by name."""
    return []


@pytest.fixture
def ways(taken) -> Ways:
    show, renew, leave = (partial(taken.append, name) for name in ("show", "renew", "leave"))
    return Ways(show, renew, leave)


def opening(folder):
    return lambda _context: open_services(folder, Surroundings(catch_up_later=True))


def ready(desktop, qtbot):
    qtbot.waitUntil(lambda: desktop.window.page is not None, timeout=20_000)
    qtbot.until_quiet(lambda: desktop.window.page.ready and not desktop.tools.tasks.busy)


def test_the_first_page_opens_them_by_keyboard(windows, ways, taken, tmp_path, qtbot):
    desktop = windows(Start(tmp_path / "own", opening(tmp_path / "own"), examples=ways))
    ready(desktop, qtbot)
    assert desktop.window.example is None
    first = desktop.window.page.start
    assert first.examples.text() == "Open the example changes"
    first.new.setFocus()
    for _key in range(2):
        qtbot.keyClick(desktop.window.focusWidget(), Qt.Key.Key_Tab)
    assert desktop.window.focusWidget() is first.examples
    qtbot.keyClick(first.examples, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: taken == ["show"])
    said = desktop.window.status._activity
    qtbot.waitUntil(lambda: "window of their own" in said.accessibleName())


def test_without_a_way_there_is_no_button(windows, tmp_path, qtbot):
    desktop = windows(Start(tmp_path / "own", opening(tmp_path / "own")))
    ready(desktop, qtbot)
    assert not desktop.window.page.start.examples.isVisible()


def test_every_page_of_the_examples_says_so(windows, ways, examples, qtbot):
    desktop = windows(Start(examples, opening(examples), remember=False, examples=ways))
    ready(desktop, qtbot)
    bar = desktop.window.example
    for entry in desktop.start.pages:
        desktop.tools.navigation.go(entry.id)
        ready(desktop, qtbot)
        assert bar.isVisible()
        assert bar.geometry().top() == 0
        assert bar.width() == desktop.window.centralWidget().width()
        assert "Example data" in desktop.window.windowTitle()
        assert desktop.window.status._label.text() == "Example data"
        assert desktop.window.status._label.isVisible()
    errors = [m for m in desktop.tools.messages.kept if m.tone is Tone.ERROR]
    assert errors == []


def test_it_says_so_before_they_are_there(windows, ways, tmp_path):
    shown = Ways(ways.show, ways.renew, ways.leave, shown=True)
    desktop = windows(Start(tmp_path / "x", lambda context: context.wait(60), examples=shown))
    assert desktop.window.example.isVisible()
    assert "Example data" in desktop.window.windowTitle()


@pytest.mark.parametrize("way", ["leave", "renew"])
def test_one_click_leads_away(windows, ways, taken, examples, qtbot, way):
    desktop = windows(Start(examples, opening(examples), remember=False, examples=ways))
    ready(desktop, qtbot)
    bar = desktop.window.example
    button = {"leave": bar.leave, "renew": bar.anew}[way]
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not desktop.window.isVisible())
    assert taken == [way]


def test_a_stop_while_they_are_made_closes_the_window(windows, ways, tmp_path, qtbot):
    folder = tmp_path / "own" / "examples"

    def make(context: TaskContext):
        see_to_examples(folder, context)

    start = Start(folder, make, remember=False, examples=ways, opening="Opening the examples")
    desktop = windows(start)
    cancel = desktop.window.status._cancel
    qtbot.waitUntil(lambda: cancel.isVisible(), timeout=20_000)
    assert isinstance(cancel, Button)
    qtbot.mouseClick(cancel, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not desktop.window.isVisible(), timeout=20_000)
    assert not is_example(folder)


def test_they_open_as_a_program_of_their_own_and_touch_nothing_else(tmp_path, qtbot):
    own = tmp_path / "own"
    with closing(open_services(own, Surroundings(quiet=True))) as services:
        changes.open_change("Mine", desk=services.desk)
        show_examples(own)
        process = processes._APART[-1]
        folder = examples_dir(own)
        try:
            qtbot.waitUntil(
                lambda: (is_example(folder) and _is_open(folder)) or process.poll() is not None,
                timeout=90_000,
            )
            assert process.poll() is None
            with services.new_uow() as uow:
                assert [item.title for item in uow.changes.list()] == ["Mine"]
        finally:
            process.terminate()
            process.wait(20)


def _is_open(folder) -> bool:
    try:
        acquire(folder, datetime.now(UTC)).release()
    except Busy:
        return True
    return False


def test_leaving_opens_ones_own_window_only_when_it_is_not_open(tmp_path, monkeypatch):
    started: list[list[str]] = []
    monkeypatch.setattr("app.examples.opening.start_apart", started.append)
    folder = examples_dir(tmp_path / "own")
    with closing(open_services(folder.parent, Surroundings(quiet=True))):
        leave_examples(folder)
        assert started == []
    leave_examples(folder)
    assert started[0][-2:] == ["--data", str(folder.parent)]
    renew_examples(folder)
    assert started[1][-4:] == ["--data", str(folder.parent), "--examples", "--anew"]
