"""A person at the window: real clicks and keys, and what can be read on the screen."""

import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QMainWindow, QScrollArea, QWidget

from app.bootstrap import KEY_FILE, Surroundings, open_services
from app.secrets import SessionSecrets
from app.services.facade import AppServices
from tests.patience import PATIENCE_MS, PatientBot
from ui.application import Desktop, Start
from ui.widgets.banner import Banner
from ui.widgets.base_table import BaseTable
from ui.widgets.fields import ChoiceField, Field, LineField, TextField
from ui.widgets.labels import Label
from ui.widgets.page import Page
from ui.widgets.search import FilterChips
from ui.widgets.tabs import Tabs

LEFT = Qt.MouseButton.LeftButton
SLOW_MS = 60_000


class Person:
    """Works with one window; whatever is not on the screen or blocked cannot be used."""

    def __init__(
        self, desktop: Desktop, services: Callable[[], AppServices], qtbot: PatientBot
    ) -> None:
        self.desktop, self._services, self._qtbot = desktop, services, qtbot

    @property
    def services(self) -> AppServices:
        return self._services()

    @property
    def page(self) -> Page:
        page = self.desktop.window.page
        assert page is not None
        return page

    def wait(self, met: Callable[[], bool], what: str, limit_ms: int = PATIENCE_MS) -> None:
        """Wait, and say what never came and what the window shows instead."""
        try:
            self._qtbot.waitUntil(met, timeout=limit_ms)
        except Exception as error:
            raise AssertionError(f"Never came: {what}. On the screen:\n{self.text()}") from error

    def settle(self, limit_ms: int = PATIENCE_MS) -> None:
        """Wait until nothing is under way and the page shows it; no error may stand there."""
        tools = self.desktop.tools
        self._qtbot.until_quiet(lambda: not tools.tasks.busy and self.page.ready, timeout=limit_ms)
        said = [banner.message.as_text() for banner in self.seen(Banner)]
        assert not said, said

    def seen(self, kind: type, within: QWidget | None = None) -> list:
        """Return the widgets of a kind that are on the screen."""
        root = within or self.desktop.window
        return [widget for widget in root.findChildren(kind) if widget.isVisible()]

    def text(self) -> str:
        """Return what labels and tables say."""
        labels = [label.text() for label in self.seen(Label)]
        rows = [
            table.model().index(row, column).data() or ""
            for table in self.seen(BaseTable)
            for row in range(table.model().rowCount())
            for column in range(table.model().columnCount())
        ]
        return "\n".join(text for text in (*labels, *rows) if text)

    def go(self, page: str) -> None:
        """Click a page in the rail."""
        self.click(self.desktop.window.rail._items[page])
        self.wait(lambda: self.desktop.window.page is not None, page)
        self.settle()

    def refresh(self) -> None:
        """Press F5."""
        window = self.desktop.window
        window.activateWindow()
        self.wait(lambda: QApplication.activeWindow() is window, "the window in front")
        QTest.keyClick(window, Qt.Key.Key_F5)
        self.settle()

    def click(self, button: QAbstractButton) -> None:
        """Click in the middle of a button that is there and not blocked."""
        assert button.isVisible(), f"{button.text()} is not on the screen"
        assert button.isEnabled(), f"{button.text()}: {getattr(button, 'reason', '')}"
        bring_into_sight(button)
        QTest.mouseClick(button, LEFT)

    def press(self, text: str, within: QWidget | None = None) -> None:
        """Click the button with this text or spoken name."""
        self.click(self.button(text, within))

    def button(self, text: str, within: QWidget | None = None) -> QAbstractButton:
        """Return the one button with this text or spoken name."""
        found = [
            button
            for button in self.seen(QAbstractButton, within)
            if text in (button.text(), button.accessibleName())
        ]
        assert found, f"There is no button “{text}”. On the screen:\n{self.text()}"
        return found[0]

    def can_press(self, text: str) -> bool:
        """Whether there is such a button and it is not blocked."""
        return any(
            text in (button.text(), button.accessibleName()) and button.isEnabled()
            for button in self.seen(QAbstractButton)
        )

    def press_when_free(self, text: str, limit_ms: int = PATIENCE_MS) -> None:
        """Click a button as soon as it is not blocked any more."""
        self.wait(lambda: self.can_press(text), f"the button “{text}”", limit_ms)
        self.press(text)

    def field(self, label: str, within: QWidget | None = None) -> Field:
        """Return the field with this label."""
        found = [field for field in self.seen(Field, within) if field.label == label]
        assert found, f"There is no field “{label}”. On the screen:\n{self.text()}"
        return found[0]

    def type(self, label: str, text: str, within: QWidget | None = None) -> None:
        """Put the keyboard into a field and type."""
        field = self.field(label, within)
        assert isinstance(field, LineField | TextField)
        bring_into_sight(field)
        QTest.mouseClick(field.editor, LEFT, pos=QPoint(10, 10))
        field.editor.setFocus()
        QTest.keyClick(field.editor, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        QTest.keyClicks(field.editor, text)
        assert field.value == text

    def choose(self, label: str, text: str) -> None:
        """Go to a value of a choice with the arrow keys."""
        field = self.field(label)
        assert isinstance(field, ChoiceField)
        bring_into_sight(field)
        field.combo.setFocus()
        QTest.keyClick(field.combo, Qt.Key.Key_Home)
        for _step in range(field.combo.findText(text)):
            QTest.keyClick(field.combo, Qt.Key.Key_Down)
        assert field.combo.currentText() == text

    def tab(self, name: str) -> None:
        """Click a tab of the change."""
        (tabs,) = self.seen(Tabs)
        position = tabs._names.index(name)
        area = tabs._areas()[position]
        QTest.mouseClick(tabs, LEFT, pos=area.center().toPoint())
        self.settle()

    def part(self, name: str) -> None:
        """Click a part of the plan."""
        (chips,) = self.seen(FilterChips, self.page.detail)
        self.press(name, chips)
        self.settle()

    def pick(self, table: BaseTable, row: int) -> None:
        """Click a row of a table."""
        bring_into_sight(table)
        index = table.model().index(row, 0)
        table.scrollTo(index)
        QTest.mouseClick(table.viewport(), LEFT, pos=table.visualRect(index).center())


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
            and not isinstance(watched, QMainWindow)
        ):
            where = "".join(traceback.format_stack(limit=5)[:-1])
            self.seen.append(f"{type(watched).__name__} {watched.accessibleName()}\n{where}")
        return False


@contextmanager
def at_the_window(data: Path, name: str, qtbot: PatientBot) -> Iterator[Person]:
    """Open the real window on a data folder as somebody, and close it afterwards."""
    opened: list[AppServices] = []

    def open_as(_context: object) -> AppServices:
        around = Surroundings(actor=name, secrets=SessionSecrets(), key_file=data / KEY_FILE)
        opened.append(open_services(data, around))
        return opened[-1]

    application = QApplication.instance()
    desktop = Desktop(application, Start(data, open_as, remember=False))
    flashes = Flashes()
    application.installEventFilter(flashes)
    desktop.run()
    desktop.window.activateWindow()
    qtbot.waitUntil(lambda: application.activeWindow() is desktop.window)
    try:
        qtbot.waitUntil(lambda: desktop.window.page is not None, timeout=PATIENCE_MS)
        person = Person(desktop, lambda: opened[-1], qtbot)
        person.settle()
        yield person
        assert not flashes.seen, "These showed up as windows of their own:\n" + "\n".join(
            flashes.seen
        )
    finally:
        application.removeEventFilter(flashes)
        application.aboutToQuit.disconnect(desktop.stop)
        desktop.stop()
        desktop.window.close()
        desktop.window.deleteLater()
        desktop.setParent(None)
        desktop.deleteLater()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
