"""What the window remembers between two starts: size, columns, place, look, habits."""

from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings
from PySide6.QtWidgets import QHeaderView, QMainWindow, QSplitter, QWidget

from ui.navigation import Place
from ui.theme import Mode
from ui.widgets.habit import Habit


class Memory:
    """An .ini file in the data folder; unreadable values are forgotten, never an error.

    With ``keep`` off nothing is written, for pictures.
    """

    def __init__(self, data: Path, *, keep: bool = True) -> None:
        self._keep = keep
        self._file = QSettings(str(data / "window.ini"), QSettings.Format.IniFormat)

    @property
    def mode(self) -> Mode:
        """The look that was chosen."""
        text = str(self._file.value("look/mode", Mode.SYSTEM.value))
        return Mode(text) if text in set(Mode) else Mode.SYSTEM

    @property
    def scale(self) -> float:
        """The size of the type that was chosen, 1.0 to 2.0."""
        try:
            return min(2.0, max(0.8, float(str(self._file.value("look/scale", "1.0")))))
        except ValueError:
            return 1.0

    def keep_look(self, mode: Mode, scale: float) -> None:
        """Remember look and size."""
        self._set("look/mode", mode.value)
        self._set("look/scale", str(scale))

    @property
    def place(self) -> Place | None:
        """Where the user was last."""
        page = str(self._file.value("window/page", ""))
        return Place(page, str(self._file.value("window/ref", ""))) if page else None

    @property
    def locked(self) -> bool:
        """Whether the window was locked when it was last seen."""
        return str(self._file.value("window/locked", "")) == "yes"

    def keep_locked(self, *, locked: bool) -> None:
        """Remember at once whether the window is locked: to end the program opens nothing."""
        self._set("window/locked", "yes" if locked else "")
        self._file.sync()

    def restore_window(self, window: QMainWindow) -> bool:
        """Give the window its last size and place; return whether there was one."""
        kept = self._file.value("window/geometry")
        return isinstance(kept, QByteArray) and window.restoreGeometry(kept)

    def restore_page(self, page: QWidget, name: str) -> None:
        """Give the named splitters, column headers and habits of a page what was kept."""
        for part in _parts(page):
            kept = self._file.value(f"page/{name}/{part.objectName()}")
            if isinstance(kept, QByteArray):
                part.restoreState(kept)
        for habit in page.findChildren(Habit):
            if line := str(self._file.value(f"page/{name}/{habit.objectName()}", "")):
                habit.follow(line)

    def keep_page(self, page: QWidget, name: str) -> None:
        """Remember the named splitters, column headers and habits of a page."""
        for habit in page.findChildren(Habit):
            self._set(f"page/{name}/{habit.objectName()}", habit.read())
        for part in _parts(page):
            self._set(f"page/{name}/{part.objectName()}", part.saveState())

    def keep_window(self, window: QMainWindow, place: Place | None) -> None:
        """Remember size and place of the window and where the user is."""
        self._set("window/geometry", window.saveGeometry())
        if place is not None:
            self._set("window/page", place.page)
            self._set("window/ref", place.ref)
        self._file.sync()

    def _set(self, key: str, value: object) -> None:
        if self._keep:
            self._file.setValue(key, value)


def _parts(page: QWidget) -> list[QSplitter | QHeaderView]:
    found: list[QSplitter | QHeaderView] = [*page.findChildren(QSplitter)]
    found += page.findChildren(QHeaderView)
    return [part for part in found if part.objectName() and not part.objectName().startswith("qt_")]
