"""A new standard change by the keyboard alone, from the first page to its place in the calendar."""

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from app.bootstrap import KEY_FILE, Surroundings, open_services
from app.domain.change import Change, ChangeState, ChangeType
from app.domain.event import NewEvent
from app.domain.review import CloseCode
from app.domain.runbook import Phase, Runbook, Step, StepKind
from app.secrets import SessionSecrets
from app.services.change import changes
from app.services.template import templates
from tests.examples import identified, planned
from tests.journeys.driver import Person, at_the_window
from tests.ui.pages.conftest import DB

pytestmark = pytest.mark.journey

Key = Qt.Key
NONE, SHIFT, CTRL = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
)
KEY_S, THOUGHT_S = 0.28, 1.35
"""Seconds for a key of somebody who types no faster than most, and for making up one's mind.

The operators K and M of the keystroke-level model (Card, Moran and Newell 1980).
"""
STEPS = (
    Step("a", "Restart {{unit}}", StepKind.COMMAND, command="systemctl restart {{unit}}"),
    Step("m", "Look at the shop", StepKind.MANUAL),
    Step("b", "Start it as before", StepKind.COMMAND, command="systemctl start {{unit}}",
         phase=Phase.BACKOUT),
)  # fmt: skip


class Keyboard(QObject):
    """Presses keys wherever the keyboard is, and notes if anybody ever took the mouse."""

    def __init__(self, person: Person) -> None:
        super().__init__()
        self._person = person
        self.keys = self.thoughts = self.clicks = 0

    @property
    def at(self) -> str:
        """Return the spoken name of what has the keyboard."""
        found = QApplication.focusWidget()
        return found.accessibleName() if found else ""

    def press(self, key: Key, modifier: Qt.KeyboardModifier = NONE) -> None:
        self.keys += 1 if modifier == NONE else 2
        QTest.keyClick(self._target, key, modifier)

    def write(self, text: str) -> None:
        self.keys += len(text)
        QTest.keyClicks(self._target, text)

    def tab_to(self, name: str) -> None:
        """Press Tab until something is reached by its spoken name."""
        for _key in range(12):
            if self.at.startswith(name):
                self.thoughts += 1
                return
            self.press(Key.Key_Tab)
        raise AssertionError(f"Tab never came to “{name}”, it is at “{self.at}”.")

    @property
    def needs_s(self) -> float:
        """How long a person takes for what was pressed so far."""
        return self.keys * KEY_S + self.thoughts * THOUGHT_S

    @property
    def _target(self) -> QWidget:
        return QApplication.focusWidget() or self._person.desktop.window

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        del watched
        self.clicks += event.type() == QEvent.Type.MouseButtonPress
        return False


def library(folder: Path) -> None:
    """Keep a host, and a template that Pieter approved after a change from it had worked."""
    around = Surroundings(
        actor="Nomsa", secrets=SessionSecrets(), key_file=folder / KEY_FILE, quiet=True
    )
    with closing(open_services(folder, around)) as services:
        desk = services.desk
        with services.new_uow() as uow:
            uow.hosts.add(DB)
            uow.log.append(NewEvent("host.added", "Added db-01"))
            uow.commit()
        change = changes.open_change("Restart the shop", desk=desk)
        runbook = Runbook(STEPS, (("unit", "shop"),))
        for edit in (identified, planned, lambda c: replace(c, runbook=runbook, hosts=())):
            changes.edit_change(change.id, edit, desk=desk)
        with services.new_uow() as uow:
            uow.changes.save(
                replace(
                    uow.changes.get(change.id), state=ChangeState.CLOSED,
                    close_code=CloseCode.SUCCESSFUL, closed_at=services.clock.now(),
                )
            )  # fmt: skip
            uow.log.append(NewEvent("test.closed", "Closed", change.id))
            uow.commit()
        made = templates.make_template(change.id, "Restart the shop", desk=desk)
        templates.approve_template(made.id, desk=services.acting("Pieter").desk)


@contextmanager
def keys_of(person: Person) -> Iterator[Keyboard]:
    board, application = Keyboard(person), QApplication.instance()
    application.installEventFilter(board)
    try:
        yield board
    finally:
        application.removeEventFilter(board)


def newest(person: Person) -> Change:
    with person.services.new_uow() as uow:
        return max(uow.changes.list(), key=lambda change: change.number)


def test_a_standard_change_is_in_the_calendar_within_a_minute_of_keys(qapp, qtbot, tmp_path):
    library(tmp_path / "data")
    with at_the_window(tmp_path / "data", "Nomsa", qtbot) as person, keys_of(person) as board:
        began = time.monotonic()
        assert person.page.id == "home"
        board.press(Key.Key_N)
        person.wait(lambda: board.at == "Title", "the keyboard in the title of a new change")
        person.settle()
        board.press(Key.Key_Backtab, SHIFT)
        board.tab_to("Start from")
        board.press(Key.Key_R)  # the first letter of “Restart the shop”
        person.settle()
        board.tab_to("Host")
        board.press(Key.Key_Down)
        board.tab_to("unit")
        board.press(Key.Key_A, CTRL)
        board.write("shop-2")
        board.tab_to("Title")
        board.press(Key.Key_Return)
        person.wait(lambda: newest(person).type is ChangeType.STANDARD, "a standard change")
        person.settle()
        drafted_s = board.needs_s
        board.tab_to("Plan")
        board.press(Key.Key_Right)
        person.settle()
        board.tab_to("Start")
        board.press(Key.Key_A, CTRL)
        board.write("2027-01-12 22:00")
        board.tab_to("Length")
        board.press(Key.Key_A, CTRL)
        board.write("2 h")
        board.tab_to("Plan a window")
        board.press(Key.Key_Return)
        person.settle()
        board.press(Key.Key_Return, CTRL)  # the next move, whatever the keyboard is at
        person.wait(lambda: newest(person).state is ChangeState.SCHEDULED, "Scheduled")
        person.settle()
        machine_s = time.monotonic() - began
        change = newest(person)
        assert board.clicks == 0
    assert (change.title, change.hosts) == ("Restart the shop", (DB.id,))
    assert dict(change.runbook.values) == {"unit": "shop-2"}
    assert change.window is not None
    assert change.window.span.start == datetime(2027, 1, 12, 22, tzinfo=UTC)
    assert change.window.span.duration.total_seconds() == 7200
    print(
        f"{board.keys} keys, {board.thoughts} decisions: draft after {drafted_s:.0f} s, scheduled"
        f" after {board.needs_s:.0f} s of a person's time; the machine took {machine_s:.1f} s"
    )
    assert board.needs_s < 60
