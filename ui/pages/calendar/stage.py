"""Holds the ways to draw the calendar, and shows the one that fits the period."""

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtWidgets import QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from ui.pages.calendar.canvas import Canvas
from ui.pages.calendar.entries import Board
from ui.pages.calendar.gantt import Gantt, GanttHead
from ui.pages.calendar.hours import DayHeads, Hours
from ui.pages.calendar.month import Month
from ui.pages.calendar.period import Shape
from ui.paint import Painted
from ui.widgets.layout import scrolling

_MORNING = 6


class Stage(QStackedWidget):
    """Three canvases, of which one is in sight; what they say is passed on."""

    picked = Signal(str)
    opened = Signal(str)
    dropped = Signal(str, object)
    zoomed = Signal(int)
    turned = Signal(int)
    day_wanted = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.hours, self.month, self.gantt = Hours(), Month(), Gantt()
        self._day_heads, self._gantt_head = DayHeads(self.hours), GanttHead(self.gantt)
        self._hours_area, self._gantt_area = scrolling(self.hours), scrolling(self.gantt)
        self.addWidget(_under(self._day_heads, self._hours_area))
        self.addWidget(self.month)
        self.addWidget(_under(self._gantt_head, self._gantt_area))
        self._scrolled = False
        for canvas in (self.hours, self.month, self.gantt):
            canvas.picked.connect(self.picked)
            canvas.opened.connect(self.opened)
            canvas.dropped.connect(self.dropped)
            canvas.zoomed.connect(self.zoomed)
            canvas.turned.connect(self.turned)
        self.month.day_wanted.connect(self.day_wanted)
        # names of shades stay at the edge of what is in sight
        self._hours_area.verticalScrollBar().valueChanged.connect(self.hours.update)
        self._gantt_area.verticalScrollBar().valueChanged.connect(self.gantt.update)

    @property
    def canvas(self) -> Canvas:
        """The canvas in sight."""
        return (self.hours, self.month, self.gantt)[self.currentIndex()]

    def show_board(self, board: Board, chosen: str) -> None:
        """Draw a board in the way that fits its period."""
        place = {Shape.MONTH: 1, Shape.GANTT: 2}.get(board.period.shape, 0)
        had_focus = self.canvas.hasFocus()
        self.setCurrentIndex(place)
        self.canvas.show_board(board, chosen)
        if place == 0:
            self._day_heads.show_board()
            if not self._scrolled:
                self._scrolled = True
                QTimer.singleShot(0, self, self._to_start)
        elif place == 2:
            self._gantt_head.show_board()
        if had_focus:
            self.canvas.setFocus()

    def reveal(self, entry_id: str) -> None:
        """Scroll until an entry, or the ghost of it, is in sight."""
        ghost = self.canvas.ghost
        box = self.canvas.ghost_box() if ghost is not None and ghost.id == entry_id else None
        if box is None:
            boxes = self.canvas.boxes()
            box = next((box for entry, box in boxes if entry.id == entry_id), None)
        area = {0: self._hours_area, 2: self._gantt_area}.get(self.currentIndex())
        if box is not None and area is not None:
            area.ensureVisible(round(box.left()), round(box.center().y()), 0, 120)

    @Slot()
    def _to_start(self) -> None:
        """Begin the day with the first change in sight, or in the morning."""
        board = self.hours.board
        if board is None:
            return
        tops = [self.hours.y_of(entry.span.start) for entry in board.entries[:20]]
        top = min(tops, default=self.hours.sizeHint().height() * _MORNING / 24)
        self._hours_area.verticalScrollBar().setValue(max(0, round(top) - 40))


def _under(head: Painted, area: QScrollArea) -> QWidget:
    holder = QWidget()
    layout = QVBoxLayout(holder)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(0)
    layout.addWidget(head)
    layout.addWidget(area, 1)
    return holder
