"""A person at the window: real clicks and keys, and what can be read on the screen."""

import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QMainWindow,
    QPlainTextEdit,
    QScrollArea,
    QWidget,
)

from app.bootstrap import KEY_FILE, Surroundings, open_services
from app.domain.risk import Grade, RiskScore
from app.secrets import SessionSecrets
from app.services.facade import AppServices
from tests.journeys.screen import Screen
from tests.patience import PATIENCE_MS, PatientBot
from tests.ui.desktops import take_down
from ui.application import Desktop, Start
from ui.pages.changes.records import RecordList
from ui.shell.palette import Palette
from ui.widgets.base_table import BaseTable
from ui.widgets.fields import ChoiceField, FlagField, LineField, PickField, TextField
from ui.widgets.moment_field import MomentField
from ui.widgets.risk_matrix import RiskMatrix
from ui.widgets.search import FilterChips
from ui.widgets.tabs import Tabs

LEFT = Qt.MouseButton.LeftButton
SLOW_MS = 60_000


class Person(Screen):
    """Works with one window; whatever is not on the screen or blocked cannot be used."""

    def go(self, page: str) -> None:
        """Click a page in the rail."""
        self.click(self.desktop.window.rail._items[page])
        self.wait(lambda: self.desktop.window.page is not None, page)
        self.settle()

    def find(self, typed: str, wanted: str) -> None:
        """Open the command palette, type, wait for the record, and choose it by keys."""
        self.come_to_front()
        QTest.keyClick(self.desktop.window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
        self.wait(lambda: bool(self.seen(Palette)), "the command palette")
        (palette,) = self.seen(Palette)
        QTest.keyClicks(palette.field, typed)

        def at_hand() -> bool:
            return palette.list.current is not None and wanted in palette.list.current.text

        self.wait(at_hand, f"“{wanted}” in the palette")
        QTest.keyClick(palette.field, Qt.Key.Key_Return)

    def come_to_front(self) -> None:
        """Give the window the keyboard; without a window manager a list that closes takes it."""
        window = self.desktop.window
        if QApplication.activeWindow() is not window:
            window.activateWindow()
        self.wait(lambda: QApplication.activeWindow() is window, "the window in front")

    def refresh(self) -> None:
        """Press F5."""
        self.come_to_front()
        QTest.keyClick(self.desktop.window, Qt.Key.Key_F5)
        self.settle()

    def click(self, button: QAbstractButton) -> None:
        """Click in the middle of a button that is there and not blocked."""
        assert button.isVisible(), f"{button.text()} is not on the screen"
        assert button.isEnabled(), f"{button.text()}: {getattr(button, 'reason', '')}"
        self.wait(lambda: has_room(button), f"room for “{button.text()}”")
        bring_into_sight(button)
        QTest.mouseClick(button, LEFT)

    def press(self, text: str, within: QWidget | None = None) -> None:
        """Click the button with this text or spoken name."""
        self.click(self.button(text, within))

    def press_when_free(self, text: str, limit_ms: int = PATIENCE_MS) -> None:
        """Click a button as soon as it is not blocked any more."""
        self.wait(lambda: self.can_press(text), f"the button “{text}”", limit_ms)
        self.press(text)

    def fill(self, values: Mapping[str, str | bool], within: QWidget | None = None) -> None:
        """Fill fields by their labels: text is typed, a choice gone to, a box ticked."""
        for label, value in values.items():
            field = self.field(label, within)
            self.wait(lambda field=field: has_room(field), f"room for “{label}”")
            bring_into_sight(field)
            if isinstance(field, ChoiceField):
                self._go_to(field, str(value))
            elif isinstance(field, FlagField):
                if field.value is not value:
                    self.click(field.box)
            elif isinstance(field, PickField):
                self.press(str(value), field)
            elif isinstance(field, MomentField):
                self._type(field.edit, str(value))
                assert not field.problem, field.problem
            else:
                assert isinstance(field, LineField | TextField), label
                self._type(field.editor, str(value))
                assert field.value == value

    def add(self, what: str, *records: Mapping[str, str | bool]) -> None:
        """Add records to the list with this title, one form after the other."""
        for record in records:
            button = self.button(f"{what}: Add")
            self.click(button)
            owner: QObject | None = button
            while not isinstance(owner, RecordList):
                assert owner is not None, f"{what} is no list of records"
                owner = owner.parent()
            self.fill(record, owner)
            self.press("Done", owner)
            self.settle()

    def type(self, label: str, text: str) -> None:
        """Put the keyboard into a field and type."""
        self.fill({label: text})

    def choose(self, label: str, text: str) -> None:
        """Go to a value of a choice with the arrow keys."""
        self.fill({label: text})

    def _type(self, editor: QWidget, text: str) -> None:
        self.come_to_front()
        target = editor.viewport() if isinstance(editor, QPlainTextEdit) else editor
        QTest.mouseClick(target, LEFT, pos=QPoint(10, 10))
        self.wait(editor.hasFocus, "the keyboard in the field")
        QTest.keyClick(editor, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        for place, line in enumerate(text.split("\n")):
            if place:
                QTest.keyClick(editor, Qt.Key.Key_Return)
            QTest.keyClicks(editor, line)

    def _go_to(self, field: ChoiceField, text: str) -> None:
        field.combo.setFocus()
        place = field.combo.findText(text)
        assert place >= 0, f"{field.label} does not offer “{text}”"
        QTest.keyClick(field.combo, Qt.Key.Key_Home)
        for _step in range(place):
            QTest.keyClick(field.combo, Qt.Key.Key_Down)
        assert field.combo.currentText() == text

    def tab(self, name: str) -> None:
        """Click a tab of the change."""
        (tabs,) = self.seen(Tabs)
        position = tabs._names.index(name)
        area = tabs._areas(tabs.width())[position]
        QTest.mouseClick(tabs, LEFT, pos=area.center().toPoint())
        self.settle()

    def part(self, name: str) -> None:
        """Click a part of the plan."""
        found = self.seen(FilterChips, self.page.detail)
        (chips,) = (one for one in found if one.accessibleName() == "Parts of the plan")
        self.press(name, chips)
        self.settle()

    def act_as(self, name: str) -> None:
        """Let another person act, on the page Settings."""
        self.go("settings")
        self.type("Acting as", name)
        self.press("Act as this person")
        self.settle()
        assert self.services.actor == name
        assert f"You act as {name}." in self.text()

    def pick_risk(self, side: str, likelihood: int, impact: int) -> None:
        """Click a cell of the matrix, for the risk before controls or for what remains."""
        self.press(side)
        (matrix,) = self.seen(RiskMatrix)
        bring_into_sight(matrix)
        wanted = RiskScore(Grade(likelihood), Grade(impact))
        places = (
            QPoint(x, y) for x in range(0, matrix.width(), 8) for y in range(0, matrix.height(), 8)
        )
        cell = [place for place in places if matrix.score_at(place.toPointF()) == wanted]
        QTest.mouseClick(matrix, LEFT, pos=cell[len(cell) // 2])

    def pick(self, table: BaseTable, row: int) -> None:
        """Click a row of a table."""
        self.wait(lambda: has_room(table), "room for the table")
        bring_into_sight(table)
        index = table.model().index(row, 0)
        table.scrollTo(index)
        QTest.mouseClick(table.viewport(), LEFT, pos=table.visualRect(index).center())


def has_room(widget: QWidget) -> bool:
    """Whether the layouts around a widget have given it its place."""
    return min(widget.width(), widget.height()) >= min(8, widget.sizeHint().height())


def bring_into_sight(widget: QWidget) -> None:
    """Scroll everything around a widget so that it can be seen."""
    parent: QObject | None = widget.parent()
    while parent is not None:
        if isinstance(parent, QScrollArea):
            parent.ensureWidgetVisible(widget)
        parent = parent.parent()


class Flashes(QObject):
    """Notes every window that is shown beside the main one."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if (
            event.type() == QEvent.Type.Show
            and isinstance(watched, QWidget)
            and watched.isWindow()
            and watched.windowType() is not Qt.WindowType.Popup  # a list of names to choose from
            and not isinstance(watched, QMainWindow)
        ):
            where = "".join(traceback.format_stack(limit=5)[:-1])
            self.seen.append(f"{type(watched).__name__} {watched.accessibleName()}\n{where}")
        return False


@contextmanager
def at_the_window(
    data: Path, name: str, qtbot: PatientBot, *, quiet: bool = True
) -> Iterator[Person]:
    """Open the real window on a data folder as somebody, and close it afterwards.

    ``quiet`` says that nothing has to be told at the start.
    """

    def open_as(_context: object) -> AppServices:
        around = Surroundings(actor=name, secrets=SessionSecrets(), key_file=data / KEY_FILE)
        return open_services(data, around)

    application = QApplication.instance()
    desktop = Desktop(application, Start(data, open_as, remember=False))
    flashes = Flashes()
    application.installEventFilter(flashes)
    desktop.run()
    desktop.window.activateWindow()
    qtbot.waitUntil(lambda: application.activeWindow() is desktop.window)
    try:
        qtbot.waitUntil(lambda: desktop.window.page is not None, timeout=PATIENCE_MS)
        person = Person(desktop, qtbot)
        if quiet:
            person.settle()
        yield person
        assert not flashes.seen, "These showed up as windows of their own:\n" + "\n".join(
            flashes.seen
        )
    finally:
        application.removeEventFilter(flashes)
        take_down(application, [desktop])
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
