"""Where the user is: pages meet here, never through each other."""

from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal, Slot


@dataclass(frozen=True, slots=True)
class Place:
    """A page and what is open on it, such as a change's number; ``ref`` is empty for the page."""

    page: str
    ref: str = ""


class Navigation(QObject):
    """The current place and the way back."""

    LIMIT = 100

    went = Signal(object)  # Place
    counted = Signal(str, str)  # page id, what the rail shows beside it

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._past: list[Place] = []
        self._place: Place | None = None

    @property
    def place(self) -> Place | None:
        """Where the user is; None before the first page."""
        return self._place

    def go(self, page: str, ref: str = "") -> None:
        """Show a page, and on it the record ``ref``."""
        place = Place(page, ref)
        if self._place is not None and self._place != place:
            self._past = [*self._past[1 - self.LIMIT :], self._place]
        self._place = place
        self.went.emit(place)

    def note(self, page: str, ref: str) -> None:
        """Remember what a page opened by itself, so that Back returns to it."""
        self._place = Place(page, ref)

    @Slot()
    def back(self) -> None:
        """Return to the place before this one, if there is one."""
        if self._past:
            self._place = self._past.pop()
            self.went.emit(self._place)

    def set_count(self, page: str, text: str) -> None:
        """Show a short count beside a page in the rail: "11", "1 live"; empty for none."""
        self.counted.emit(page, text)
