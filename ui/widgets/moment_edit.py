"""A line for a date and a time of day, typed in one of the usual forms or picked."""

from datetime import UTC, datetime, timedelta

from PySide6.QtCore import QDate, QPoint, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QTextCharFormat,
)
from PySide6.QtWidgets import QCalendarWidget, QLineEdit, QToolButton, QVBoxLayout

from app.wording import clock, day
from ui import icons
from ui.stylesheet import LINE
from ui.theme import dress, tokens
from ui.typed import wall_time
from ui.widgets.dressed import month
from ui.widgets.layout import Card

_ICON = 32
"""Room for the calendar's icon at the right, in pixels."""
_PAD = 13
"""Room before and after the text, with the frame, in pixels."""
_WIDE = datetime(2028, 9, 27, 20, 0)  # noqa: DTZ001 - a wall time is meant
"""Of all dates one of the longest to write."""
_STEPS = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}
_QUARTER = timedelta(minutes=15)


def wall_text(wall: datetime) -> str:
    """Write a wall time as the line shows it: "Sat 14 Nov 2026 22:00"."""
    as_utc = wall.replace(tzinfo=UTC)
    return f"{day(as_utc, 'UTC', year=True)} {clock(as_utc, 'UTC')}"


class MomentEdit(QLineEdit):
    """Wall time as text; the arrow keys step the day, or the quarter of an hour, at the cursor.

    Alt+Down or a click on the icon opens a calendar.
    """

    changed = Signal()  # by the user

    def __init__(self) -> None:
        super().__init__()
        dress(self, LINE)
        self.wall: datetime | None = None
        """What the text means; None while it cannot be read."""
        self.whole = False
        """Whether it never becomes too narrow for its date; its place must have that room."""
        self._good = datetime(2026, 1, 1)  # noqa: DTZ001 - a wall time is meant
        self._calendar: _Calendar | None = None
        self.setTextMargins(0, 0, _ICON - 10, 0)
        self.textEdited.connect(self._on_edited)

    def minimumSizeHint(self) -> QSize:
        """On request wide enough for every date, whatever the size of the type."""
        if not self.whole:
            return super().minimumSizeHint()
        wide = self.fontMetrics().horizontalAdvance(wall_text(_WIDE))
        return QSize(wide + _ICON + 2 * _PAD, super().minimumSizeHint().height())

    def set_wall(self, wall: datetime) -> None:
        """Show a wall time; does not count as an edit."""
        self.wall = self._good = wall.replace(second=0, microsecond=0)
        self.setText(wall_text(wall))
        self.setCursorPosition(0)

    def step(self, by: timedelta) -> None:
        """Move the time that is shown, as the user."""
        cursor = self.cursorPosition()
        at_time = self._at_time()
        self.set_wall(self._good + by)
        self.setCursorPosition(len(self.text()) if at_time else min(cursor, len(self.text()) - 6))
        self.changed.emit()

    def pick_from_calendar(self) -> None:
        """Open the calendar under the line."""
        if self._calendar is None:
            self._calendar = _Calendar(self)
            self._calendar.picked.connect(self._on_picked)
        self._calendar.open_at(self._good)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Step with the arrow keys; Alt+Down opens the calendar."""
        sign = _STEPS.get(Qt.Key(event.key()))
        if sign is None or self.isReadOnly():
            super().keyPressEvent(event)
        elif event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self.pick_from_calendar()
        else:
            self.step(sign * (_QUARTER if self._at_time() else timedelta(days=1)))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Open the calendar at its icon."""
        if event.position().x() > self.width() - _ICON and not self.isReadOnly():
            self.pick_from_calendar()
        else:
            super().mousePressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Write what was typed in the usual form."""
        super().focusOutEvent(event)
        if self.wall is not None:
            self.setText(wall_text(self.wall))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the icon over the line."""
        super().paintEvent(event)
        color = tokens().ink3 if self.isReadOnly() else tokens().ink2
        icons.draw(QPainter(self), "calendar", self.width() - 26, (self.height() - 16) / 2, color)

    def _at_time(self) -> bool:
        return self.cursorPosition() >= len(self.text()) - 5

    @Slot(str)
    def _on_edited(self, text: str) -> None:
        self.wall = wall_time(text, self._good)
        self._good = self.wall or self._good
        self.changed.emit()

    @Slot(object)
    def _on_picked(self, picked: QDate) -> None:
        at = self._good.replace(year=picked.year(), month=picked.month(), day=picked.day())
        self.set_wall(at)
        self.changed.emit()


class _Calendar(Card):
    """One month under the line; a click, or Enter, picks the day."""

    picked = Signal(object)  # QDate

    def __init__(self, line: QLineEdit) -> None:
        super().__init__(raised=False, parent=line, kind=Qt.WindowType.Popup)
        self._line = line
        self._month = month()
        self._month.setFirstDayOfWeek(Qt.DayOfWeek.Monday)
        self._month.setVerticalHeaderFormat(QCalendarWidget.VerticalHeaderFormat.NoVerticalHeader)
        self._month.clicked.connect(self._on_picked)
        self._month.activated.connect(self._on_picked)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.addWidget(self._month)

    def open_at(self, wall: datetime) -> None:
        """Show the month of a wall time."""
        self._dress()
        self._month.setSelectedDate(QDate(wall.year, wall.month, wall.day))
        self.move(self._line.mapToGlobal(QPoint(0, self._line.height() + 2)))
        self.show()
        self._month.setFocus()

    def _dress(self) -> None:
        """Give Qt's month the colours and icons of the kit."""
        look = tokens()
        words = QTextCharFormat()
        words.setForeground(look.ink2)
        for weekend in (Qt.DayOfWeek.Saturday, Qt.DayOfWeek.Sunday):
            self._month.setWeekdayTextFormat(weekend, words)
        for name, icon in (("prev", "chevron-left"), ("next", "chevron-right")):
            button = self._month.findChild(QToolButton, f"qt_calendar_{name}month")
            if isinstance(button, QToolButton):
                button.setIcon(icons.icon(icon, look.ink2))

    @Slot(QDate)
    def _on_picked(self, day: QDate) -> None:
        self.hide()
        self.picked.emit(day)
