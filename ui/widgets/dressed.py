"""Qt's own widgets in the kit's look; nobody makes them bare."""

from PySide6.QtWidgets import (
    QCalendarWidget,
    QFrame,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QProgressBar,
    QScrollArea,
    QWidget,
)

from ui.stylesheet import CALENDAR, INPUT, MENU, PROGRESS, SCROLL
from ui.theme import dress


def line_edit() -> QLineEdit:
    """Return an empty line to type in."""
    line = QLineEdit()
    dress(line, INPUT)
    return line


def text_edit(text: str = "", *, role: str = "") -> QPlainTextEdit:
    """Return a box for several lines; the role ``well`` sinks it, without a frame."""
    box = QPlainTextEdit(text)
    box.setProperty("role", role)
    dress(box, INPUT)
    return box


def popup_menu(parent: QWidget) -> QMenu:
    """Return an empty menu; it lives as long as its parent."""
    menu = QMenu(parent)
    dress(menu, MENU)
    return menu


def scroll_area() -> QScrollArea:
    """Return an empty scrolling area whose content takes its size."""
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    dress(area.verticalScrollBar(), SCROLL)
    dress(area.horizontalScrollBar(), SCROLL)
    return area


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
