"""What stands on the window's screen, and waiting for it."""

from collections.abc import Callable

from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

from app.services.facade import AppServices
from tests.patience import PATIENCE_MS, PatientBot
from ui.application import Desktop
from ui.messages import Message
from ui.widgets.banner import Banner
from ui.widgets.base_table import BaseTable
from ui.widgets.fields import Field
from ui.widgets.labels import Label
from ui.widgets.page import Page


class Screen:
    """One window as it can be seen; waits until it shows what is wanted."""

    def __init__(self, desktop: Desktop, qtbot: PatientBot) -> None:
        self.desktop, self._qtbot = desktop, qtbot

    @property
    def services(self) -> AppServices:
        """What the window works with, as the person who acts."""
        return self.page.context.services

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
            said = f"Never came: {what}. {windows()} On the screen:\n{self.text()}"
            raise AssertionError(said) from error

    def settle(self, limit_ms: int = PATIENCE_MS) -> None:
        """Wait until nothing is under way and the page shows it; no error may stand there."""
        tools = self.desktop.tools
        self._qtbot.until_quiet(lambda: not tools.tasks.busy and self.page.ready, timeout=limit_ms)
        said = [banner.message.as_text() for banner in self.seen(Banner)]
        assert not said, said

    def told(self, limit_ms: int = PATIENCE_MS) -> Message:
        """Wait for a message above the page, return what it says, and take it away."""
        self.wait(lambda: bool(self.seen(Banner)), "a message", limit_ms)
        tools = self.desktop.tools
        self._qtbot.until_quiet(lambda: not tools.tasks.busy and self.page.ready, timeout=limit_ms)
        (banner,) = self.seen(Banner)
        self.page.banners.clear()
        return banner.message

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

    def button(self, text: str, within: QWidget | None = None) -> QAbstractButton:
        """Return the one button with this text or spoken name."""
        found = [
            button
            for button in self.seen(QAbstractButton, within)
            if text in (button.text(), button.accessibleName())
        ]
        assert found, f"There is no button “{text}”. On the screen:\n{self.text()}"
        return found[0]

    def buttons(self, start: str, within: QWidget | None = None) -> list[QAbstractButton]:
        """Return the buttons whose text begins like this."""
        return [b for b in self.seen(QAbstractButton, within) if b.text().startswith(start)]

    def table(self, name: str) -> BaseTable:
        """Return the table with this spoken name."""
        found = [table for table in self.seen(BaseTable) if table.accessibleName() == name]
        assert found, (
            f"There is no table “{name}”: {[t.accessibleName() for t in self.seen(BaseTable)]}"
        )
        return found[0]

    def can_press(self, text: str) -> bool:
        """Whether there is such a button and it is not blocked."""
        return any(
            text in (button.text(), button.accessibleName()) and button.isEnabled()
            for button in self.seen(QAbstractButton)
        )

    def field(self, label: str, within: QWidget | None = None) -> Field:
        """Return the field with this label, or the one whose label begins so."""
        fields = self.seen(Field, within)
        found = [field for field in fields if field.label == label]
        found = found or [field for field in fields if field.label.startswith(f"{label} ")]
        found = found or [field for field in fields if field.label.startswith(f"{label},")]
        assert found, f"There is no field “{label}”. On the screen:\n{self.text()}"
        return found[0]


def windows() -> str:
    """Return which windows there are and where the keyboard is, for the message of a failure."""
    shown = [widget for widget in QApplication.topLevelWidgets() if widget.isVisible()]
    names = ", ".join(f"{type(one).__name__} {one.accessibleName()}".strip() for one in shown)
    focus, active = QApplication.focusWidget(), QApplication.activeWindow()
    at = f"{type(focus).__name__} {focus.accessibleName()}" if focus else "nowhere"
    return f"Windows: {names}; active {type(active).__name__}; keyboard at {at.strip()}."
