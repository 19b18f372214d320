"""Qt's own widgets in the kit's look; nobody makes them bare."""

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import (
    QAbstractScrollArea,
    QCalendarWidget,
    QFrame,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QProgressBar,
    QScrollArea,
    QScrollBar,
    QWidget,
)

from ui.stylesheet import CALENDAR, LINE, MENU, PROGRESS, SCROLL, TEXT, WELL
from ui.theme import dress


def line_edit() -> QLineEdit:
    """Return an empty line to type in."""
    line = QLineEdit()
    dress(line, LINE)
    return line


def text_edit(text: str = "", *, well: bool = False) -> QPlainTextEdit:
    """Return a box for several lines; a well is sunken, without a frame."""
    box = QPlainTextEdit(text)
    dress(box, WELL if well else TEXT)
    dress_bars(box)
    return box


def popup_menu(parent: QWidget) -> QMenu:
    """Return an empty menu; it lives as long as its parent."""
    menu = QMenu(parent)
    dress(menu, MENU)
    return menu


def scroll_area(*, fitted: bool = False) -> QScrollArea:
    """Return an empty scrolling area whose content takes its size.

    What is ``fitted`` to the room beside the bar needs the bar in its final width at once.
    """
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    if fitted:
        dress(area.verticalScrollBar(), SCROLL)
        dress(area.horizontalScrollBar(), SCROLL)
    else:
        dress_bars(area)
    return area


def dress_bars(area: QAbstractScrollArea) -> None:
    """Give an area the kit's scroll bars as soon as there is something to scroll."""
    for bar in (area.verticalScrollBar(), area.horizontalScrollBar()):
        _LateBar(bar)


class _LateBar(QObject):
    """Dresses a scroll bar before it is first seen; most never are, and a sheet takes its time."""

    def __init__(self, bar: QScrollBar) -> None:
        super().__init__(bar)
        self._bar = bar
        bar.rangeChanged.connect(self._on_range)

    @Slot(int, int)
    def _on_range(self, least: int, most: int) -> None:
        if least < most:
            self._bar.rangeChanged.disconnect(self._on_range)
            dress(self._bar, SCROLL)
            self.deleteLater()


def progress_bar() -> QProgressBar:
    """Return a thin bar without words."""
    bar = QProgressBar()
    bar.setTextVisible(False)
    dress(bar, PROGRESS)
    return bar


def month() -> QCalendarWidget:
    """Return the days of a month to pick from."""
    calendar = QCalendarWidget()
    dress(calendar, CALENDAR)
    return calendar
