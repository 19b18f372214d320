"""The base of all ways to draw the calendar: choosing by key and mouse, dragging, speaking."""

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.i18n import _, ngettext
from ui.format import tip
from ui.pages.calendar.entries import QUARTER, Board, Entry, moved_days, snapped
from ui.pages.calendar.period import Period, Shape
from ui.paint import Painted

_DRAG_PX = 5
_PAGES = {Qt.Key.Key_PageUp: -1, Qt.Key.Key_PageDown: 1}
"""Taken before a scroll area around the canvas would scroll by them."""
_KEYS_DAYS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
Box = tuple[Entry, QRectF]


class Canvas(Painted):
    """Draws a `Board`; subclasses say where things are and paint them."""

    picked = Signal(str)  # id of an entry, "" for none
    opened = Signal(str)  # id of an entry
    dropped = Signal(str, object)  # id of an entry, its wanted start
    zoomed = Signal(int)
    turned = Signal(int)  # pages on

    sideways: ClassVar[bool] = True
    """Whether time runs from left to right, so that the arrow keys follow it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.board: Board | None = None
        self.chosen = ""
        self.ghost: Entry | None = None
        """An entry at the place it would be moved to; drawn dashed over everything."""
        self._grabbed: tuple[Entry, QPointF] | None = None
        self._laid: tuple[tuple[int, int, int], Sequence[Box]] | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    @property
    def period(self) -> Period:
        """What is in sight; only after `show_board`."""
        if self.board is None:
            raise LookupError("no board is shown yet")
        return self.board.period

    def show_board(self, board: Board, chosen: str) -> None:
        """Draw another board."""
        self.board, self.chosen, self._grabbed = board, chosen, None
        self.ghost = self._laid = None
        self._speak()
        self.updateGeometry()

    def choose(self, entry_id: str) -> None:
        """Mark an entry."""
        self.chosen = entry_id
        self._speak()
        self.update()

    def show_ghost(self, ghost: Entry | None) -> None:
        """Show an entry where it would be; None takes it away."""
        self.ghost = ghost
        self.update()

    def boxes(self) -> Sequence[Box]:
        """Return where entries are, what lies on top last; worked out once for each size."""
        key = (id(self.board), self.width(), self.height())
        if self._laid is None or self._laid[0] != key:
            self._laid = (key, self.lay_out())
        return self._laid[1]

    def ghost_box(self) -> QRectF | None:
        """Return where the ghost is drawn; subclasses may say it."""
        return None

    def lay_out(self) -> Sequence[Box]:
        """Work out where entries are; subclasses do it."""
        return ()

    def instant_at(self, _point: QPointF) -> datetime | None:
        """Return the instant at a point; None where there is none. Subclasses say it."""
        return None

    def wanted_start(self, entry: Entry, grabbed: QPointF, point: QPointF) -> datetime | None:
        """Return where an entry would begin that is carried from one point to another."""
        before, now = self.instant_at(grabbed), self.instant_at(point)
        if before is None or now is None:
            return None
        return snapped(entry.span.start + (now - before), QUARTER)

    def entry_at(self, point: QPointF) -> Entry | None:
        """Return the uppermost entry at a point."""
        return next((e for e, box in reversed(self.boxes()) if box.contains(point)), None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose an entry, and hold it."""
        if event.button() != Qt.MouseButton.LeftButton:
            return
        entry = self.entry_at(event.position())
        self._grabbed = (entry, event.position()) if entry and entry.movable else None
        self.choose(entry.id if entry else "")
        self.picked.emit(self.chosen)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Carry an entry, or say what is under the pointer."""
        if self._grabbed is None:
            entry = self.entry_at(event.position())
            shape = Qt.CursorShape.PointingHandCursor if entry else Qt.CursorShape.ArrowCursor
            self.setCursor(shape)
            self.setToolTip(tip(entry.sentence(self.period.zone) if entry else ""))
            return
        entry, grabbed = self._grabbed
        if self.ghost is None and (event.position() - grabbed).manhattanLength() < _DRAG_PX:
            return
        self.setCursor(Qt.CursorShape.ClosedHandCursor)
        start = self.wanted_start(entry, grabbed, event.position())
        if start is not None:
            self.ghost = entry.at(start)
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go: somebody else decides whether it moves."""
        grabbed, self._grabbed = self._grabbed, None
        self.unsetCursor()
        if grabbed is None or self.ghost is None or event.button() != Qt.MouseButton.LeftButton:
            return
        entry, start = grabbed[0], self.ghost.span.start
        self.ghost = None
        self.update()
        if start != entry.span.start:
            self.dropped.emit(entry.id, start)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Open an entry."""
        if entry := self.entry_at(event.position()):
            self.opened.emit(entry.id)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom with Ctrl; otherwise the page scrolls."""
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoomed.emit(1 if event.angleDelta().y() < 0 else -1)
            event.accept()
        else:
            event.ignore()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows choose, with Ctrl they move, Return opens, Escape lets go, Page keys turn."""
        key = Qt.Key(event.key())
        if key == Qt.Key.Key_Escape and self._grabbed is not None:
            self._grabbed, self.ghost = None, None
            self.update()
        elif key in _PAGES:
            self.turned.emit(_PAGES[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.chosen:
            self.opened.emit(self.chosen)
        elif event.modifiers() & Qt.KeyboardModifier.ControlModifier and self._move_by(key):
            return
        elif key in _ARROWS and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._step(_ARROWS[key])
        else:
            super().keyPressEvent(event)

    def _move_by(self, key: Qt.Key) -> bool:
        """Ask to move what is chosen: a day with left and right, a quarter with up and down."""
        entry = self.board.find(self.chosen) if self.board else None
        if entry is None or not entry.movable:
            return False
        if key in _KEYS_DAYS:
            start = moved_days(entry, _KEYS_DAYS[key], self.period.zone)
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            start = entry.span.start + (QUARTER if key == Qt.Key.Key_Down else -QUARTER)
        else:
            return False
        self.dropped.emit(entry.id, start)
        return True

    def _step(self, by: int) -> None:
        """Choose the next or the previous entry in time; past the end the page turns."""
        if self.board is None:
            return
        order = [*self.board.entries] or [*self.board.shades]
        place = next((n for n, entry in enumerate(order) if entry.id == self.chosen), None)
        from_edge = 0 if by > 0 else len(order) - 1
        target = from_edge if place is None else place + by
        if not 0 <= target < len(order):
            self.turned.emit(1 if by > 0 else -1)
            return
        self.choose(order[target].id)
        self.picked.emit(self.chosen)

    def _speak(self) -> None:
        if self.board is None:
            return
        board = self.board
        n = len(board.entries)
        words = [
            f"{board.period.title}.",
            ngettext("{n} change.", "{n} changes.", n).format(n=n),
        ]
        if entry := board.find(self.chosen):
            words.append(_("Chosen: {entry}.").format(entry=entry.sentence(board.period.zone)))
        self.say(" ".join(words))


_ARROWS = {
    Qt.Key.Key_Left: -1,
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_Right: 1,
    Qt.Key.Key_Down: 1,
}


def shape_name(shape: Shape) -> str:
    """Return what a shape is called."""
    return {
        Shape.DAY: _("Day"),
        Shape.WEEK: _("Week"),
        Shape.MONTH: _("Month"),
        Shape.GANTT: _("Gantt"),
    }[shape]
