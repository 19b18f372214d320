"""The calendar itself: period, canvas, what is chosen beside it, and the question before a move."""

from dataclasses import replace
from datetime import date, datetime
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.domain.change import Change
from app.domain.window import TimeRange, Window
from ui.operations import calendar as operations
from ui.operations.calendar import CalendarView
from ui.pages.calendar.bar import PeriodBar
from ui.pages.calendar.entries import Board, Entry, board_of
from ui.pages.calendar.move_bar import MoveBar
from ui.pages.calendar.moving import Mover
from ui.pages.calendar.night import NightBar, Nights
from ui.pages.calendar.period import Period, Shape
from ui.pages.calendar.side import Side
from ui.pages.calendar.stage import Stage
from ui.tasks import Latest
from ui.widgets.layout import Line, add_layout

if TYPE_CHECKING:
    from ui.context import UiContext

_SHAPES = {
    Qt.Key.Key_D: Shape.DAY,
    Qt.Key.Key_W: Shape.WEEK,
    Qt.Key.Key_M: Shape.MONTH,
    Qt.Key.Key_G: Shape.GANTT,
}
_ZOOMS = {Qt.Key.Key_Minus: 1, Qt.Key.Key_Plus: -1, Qt.Key.Key_Equal: -1}


class CalendarBoard(QWidget):
    """Only the span in sight is read; every move goes through a question."""

    opened = Signal(str)  # id of a change, or of an occurrence
    shown = Signal(object)  # Board
    failed = Signal(object)

    def __init__(self, context: "UiContext", page: QWidget) -> None:
        super().__init__()
        self.context = context
        now = context.services.clock.now()
        self.period = Period(Shape.WEEK, now.date(), context.services.settings.zone).at(now)
        self.second_zone, self.chosen = "", ""
        self.board = Board(self.period, now)
        self.any_window = False
        self._ghost: Entry | None = None
        self.bar, self.stage, self.side, self.move_bar = PeriodBar(), Stage(), Side(), MoveBar()
        self.mover = Mover(context, page, self.move_bar)
        self.night_bar = NightBar()
        self.nights = Nights(context, page, self.night_bar)
        self._views, self._details = Latest(context.tasks, self), Latest(context.tasks, self)
        self._lay_out()
        self._connect()

    @property
    def ready(self) -> bool:
        """Whether everything is shown."""
        return not (self._views.busy or self._details.busy or self.mover.busy)

    def reload(self) -> None:
        """Read what lies in the span in sight."""
        services = self.context.services
        self._views.start(partial(operations.load_calendar, services, self.period.span))

    def go(self, period: Period, chosen: str | None = None) -> None:
        """Show another period."""
        self.period = period
        self.chosen = self.chosen if chosen is None else chosen
        self.mover.set_zone(period.zone)
        self.reload()

    def go_to(self, moment: datetime, chosen: str = "") -> None:
        """Show the period around an instant, with an entry chosen."""
        self.go(self.period.at(moment), chosen)

    @Slot(int)
    def turn(self, by: int) -> None:
        """Show the next or the previous period."""
        self.go(self.period.moved(by))

    @Slot()
    def go_today(self) -> None:
        """Show the period around now."""
        self.go_to(self.context.services.clock.now(), self.chosen)

    @Slot(object)
    def set_shape(self, shape: Shape) -> None:
        """Lay time out in another way, around what is chosen."""
        period = replace(self.period, shape=shape)
        entry = self.board.find(self.chosen)
        if entry is not None:
            period = period.at(entry.span.start)
        elif self.period.shows(self.board.now):
            period = period.at(self.board.now)
        self.go(period)

    @Slot(str, str)
    def set_zones(self, zone: str, second: str) -> None:
        """Show times in other zones."""
        self.second_zone = "" if second == zone else second
        self.go(replace(self.period, zone=zone))

    @Slot(int)
    def zoom(self, by: int) -> None:
        """Show more time (``by`` above zero) or less."""
        if self.period.shape is Shape.GANTT:
            self.go(self.period.zoomed(by))
        elif self.period.shape is not Shape.MONTH:
            self.stage.hours.zoom(by)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """D, W, M, G choose a shape, T goes to today, + and - zoom."""
        key = Qt.Key(event.key())
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            super().keyPressEvent(event)
        elif key in _SHAPES:
            self.set_shape(_SHAPES[key])
        elif key in _ZOOMS:
            self.zoom(_ZOOMS[key])
        elif key == Qt.Key.Key_T:
            self.go_today()
        else:
            super().keyPressEvent(event)

    def _lay_out(self) -> None:
        left = QVBoxLayout()
        left.setSpacing(0)
        left.addWidget(self.move_bar)
        left.addWidget(self.night_bar)
        left.addWidget(self.stage, 1)
        sides = QHBoxLayout()
        sides.setSpacing(0)
        add_layout(sides, left, 1)
        sides.addWidget(Line(Qt.Orientation.Vertical))
        sides.addWidget(self.side)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.bar)
        layout.addWidget(Line())
        add_layout(layout, sides, 1)

    def _connect(self) -> None:
        self._views.loaded.connect(self._show)
        self._views.failed.connect(self.failed)
        self._details.loaded.connect(self.side.show_detail)
        self._details.failed.connect(self.failed)
        self.bar.turned.connect(self.turn)
        self.bar.today_wanted.connect(self.go_today)
        self.bar.shaped.connect(self.set_shape)
        self.bar.zones_chosen.connect(self.set_zones)
        self.bar.zoomed.connect(self.zoom)
        self.stage.picked.connect(self._on_picked)
        self.stage.opened.connect(self.opened)
        self.stage.dropped.connect(self._on_dropped)
        self.stage.zoomed.connect(self.zoom)
        self.stage.turned.connect(self.turn)
        self.stage.day_wanted.connect(self._on_day)
        self.side.slot_wanted.connect(self.mover.find_slot)
        self.side.night_wanted.connect(self.night_bar.ask)
        self.side.skip_wanted.connect(self.nights.skip)
        self.nights.altered.connect(self.reload)
        self.nights.failed.connect(self.failed)
        self.mover.asked.connect(self._on_asked)
        self.mover.settled.connect(self._on_settled)
        self.mover.moved.connect(self._on_moved)
        self.mover.failed.connect(self.failed)

    @Slot(object)
    def _show(self, view: CalendarView) -> None:
        if view.span != self.period.span:
            return  # of a period that was left meanwhile
        self.any_window = view.any_window
        self.board = board_of(view, self.period, self.second_zone)
        own = self.context.services.settings.zone
        zones = dict.fromkeys([self.period.zone, own, *view.host_zones, "UTC"])
        self.bar.show_period(self.period, tuple(zones), self.second_zone)
        if self.board.find(self.chosen) is None:
            self.chosen = ""
        self.stage.show_board(self.board, self.chosen)
        if self._ghost is not None:
            self.stage.canvas.show_ghost(self._ghost)
            self.stage.reveal(self._ghost.id)
        else:
            self._on_picked(self.chosen)
        self.shown.emit(self.board)

    @Slot(str)
    def _on_picked(self, entry_id: str) -> None:
        self.chosen = entry_id
        entry = self.board.find(entry_id)
        self._details.drop()
        if entry is None:
            self.side.show_nothing(self.board, any_window=self.any_window)
            return
        self.stage.reveal(entry_id)
        self.side.show_entry(entry, self.period.zone)
        if entry.row is not None:
            services = self.context.services
            self._details.start(partial(operations.load_detail, services, entry_id))

    @Slot(str, object)
    def _on_dropped(self, entry_id: str, start: datetime) -> None:
        entry = self.board.find(entry_id)
        if entry is None or entry.row is None:
            return
        self._ghost = entry.at(start)
        self.stage.canvas.show_ghost(self._ghost)
        window = Window(TimeRange(start, start + entry.span.duration), entry.row.zone)
        self.mover.ask(entry_id, window)

    @Slot(object)
    def _on_day(self, day: date) -> None:
        self.go(replace(self.period, shape=Shape.DAY, anchor=day))

    @Slot(str, object)
    def _on_asked(self, change_id: str, window: Window) -> None:
        if self._ghost is None or self._ghost.id != change_id:
            self._ghost = self.board.find(change_id)
        if self._ghost is not None:
            self._ghost = self._ghost.at(window.span.start)
        if self.period.shows(window.span.start):
            self.stage.canvas.show_ghost(self._ghost)
            self.stage.reveal(change_id)
        else:
            self.go_to(window.span.start)

    @Slot()
    def _on_settled(self) -> None:
        self._ghost = None
        self.stage.canvas.show_ghost(None)
        self.stage.canvas.setFocus()

    @Slot(object)
    def _on_moved(self, change: Change) -> None:
        window = change.window
        if window is not None and not self.period.shows(window.span.start):
            self.go_to(window.span.start, str(change.id))
        else:
            self.reload()
