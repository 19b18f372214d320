"""Coming back after the program was cut off: open runs, a damaged database."""

from collections.abc import Callable, Iterator
from functools import partial

import pytest
from PySide6.QtCore import Qt

from app.bootstrap import Surroundings, open_services, recover_store
from app.domain.event import NewEvent
from app.domain.ids import RunId, new_id
from app.domain.run import Run, RunState, StepRun, StepState
from app.domain.runbook import Step, StepKind
from app.secrets import SessionSecrets
from app.services.change import changes
from app.store.sqlite import FILE_NAME
from tests.ui.desktops import take_down
from ui.application import Desktop, Start
from ui.widgets.banner import Banner
from ui.widgets.buttons import Button
from ui.widgets.labels import Label


def around() -> Surroundings:
    return Surroundings(actor="Nomsa", secrets=SessionSecrets())


@pytest.fixture
def data(new_data):
    """A data folder with one change."""
    services = open_services(new_data, around())
    changes.open_change("Add an index", desk=services.desk)
    services.close()
    return services.data


@pytest.fixture
def opened(qapp, qtbot, data) -> Iterator[Callable[[], Desktop]]:
    made: list[Desktop] = []

    def make() -> Desktop:
        start = Start(
            data,
            lambda _context: open_services(data, around()),
            remember=False,
            recover=lambda _context: recover_store(data, around()),
        )
        made.append(Desktop(qapp, start))
        made[-1].run()
        return made[-1]

    yield make
    take_down(qapp, made)


def shown(desktop: Desktop) -> list[str]:
    return [b.message.as_text() for b in desktop.window.findChildren(Banner) if b.isVisible()]


def words(desktop: Desktop) -> str:
    return "\n".join(w.text() for w in desktop.window.findChildren(Label) if w.isVisible())


def press(desktop: Desktop, text: str, qtbot) -> None:
    (button,) = (
        b for b in desktop.window.findChildren(Button) if b.text() == text and b.isVisible()
    )
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def cut_off(data) -> Run:
    """Leave a step behind that was sent when the program ended."""
    services = open_services(data, around())
    with services.new_uow() as uow:
        (change,) = uow.changes.list()
        step = Step("f1", "Upgrade the database", StepKind.COMMAND, None, "true")
        sent = StepRun(step, state=StepState.SENT, started_at=services.clock.now(), by="Nomsa")
        run = Run(
            RunId(new_id()), change.id, "", RunState.RUNNING, (sent,), services.clock.now(),
            by="Nomsa",
        )  # fmt: skip
        uow.runs.add(run)
        uow.log.append(NewEvent("step.sent", "Sent", change.id))
        uow.commit()
    services.close()
    return run


def test_a_run_that_was_cut_off_is_said_at_the_start_and_one_click_away(data, opened, qtbot):
    cut_off(data)
    desktop = opened()
    qtbot.waitUntil(lambda: bool(shown(desktop)))
    (text,) = shown(desktop)
    assert "A run waits: how a step of it ended is not known" in text
    assert "Upgrade the database" in text
    assert "Nothing was sent since" in text
    press(desktop, "Open the run", qtbot)
    qtbot.until_quiet(lambda: desktop.window.page.id == "run" and desktop.window.page.ready)
    qtbot.waitUntil(lambda: "Nothing is sent again by itself" in words(desktop))


def test_without_one_the_start_is_quiet(opened, qtbot):
    desktop = opened()
    qtbot.waitUntil(lambda: desktop.window.page is not None)
    qtbot.until_quiet(lambda: not desktop.tools.tasks.busy)
    assert shown(desktop) == []


def test_a_damaged_database_is_offered_to_be_put_aside(data, opened, qtbot):
    database = data / FILE_NAME
    whole = database.read_bytes()
    database.write_bytes(whole[:4096] + b"\xa5" * (len(whole) - 4096))
    desktop = opened()
    qtbot.waitUntil(lambda: bool(shown(desktop)))
    assert desktop.window.page is None
    press(desktop, "Put it aside and take the last good copy", qtbot)
    qtbot.waitUntil(lambda: desktop.window.page is not None)
    qtbot.waitUntil(lambda: any("The damaged files lie in" in text for text in shown(desktop)))
    aside = [path for path in data.rglob(FILE_NAME) if path != database]
    assert any(b"\xa5" * 4096 in path.read_bytes() for path in aside)


def test_without_a_way_to_recover_none_is_offered(data, qapp, qtbot):
    database = data / FILE_NAME
    database.write_bytes(b"\xa5" * 9000)
    desktop = Desktop(qapp, Start(data, partial(_open, data), remember=False))
    desktop.run()
    qtbot.waitUntil(lambda: bool(shown(desktop)))
    assert not [b for b in desktop.window.findChildren(Button) if "aside" in b.text()]
    take_down(qapp, [desktop])


def _open(data, _context):
    return open_services(data, around())


def test_a_window_that_stays_open_looks_each_minute_for_what_comes_due(opened, qtbot):
    desktop = opened()
    qtbot.waitUntil(lambda: desktop.watch is not None, timeout=20_000)
    assert desktop.watch._timer.isActive()
    desktop.stop()
    assert not desktop.watch._timer.isActive()
