"""An area of equally high rows, of which only those in sight exist; scrolled and chosen."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QKeySequence, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame

from ui.paint import Style
from ui.theme import SMALL
from ui.widgets.dressed import dress_bars

TEXT = Style("ink", SMALL, mono=True)
PAD = 8
"""Above the first row."""
_MOST_STEPS = 2**30
"""What a scroll bar can count to; beyond it one step is several rows."""


class RowArea(QAbstractScrollArea):
    """Knows how many rows there are and which are in sight and chosen; a subclass draws them."""

    moved = Signal()
    """Other rows are in sight, or more are known."""
    copy_wanted = Signal()
    end_wanted = Signal()
    start_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.total = 0
        """How many rows there are."""
        self._width = 0
        self.chosen = (-1, -1)
        """Where choosing began, and the row it has come to; -1 for none."""
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setCursor(Qt.CursorShape.IBeamCursor)
        dress_bars(self)
        self.verticalScrollBar().valueChanged.connect(self._on_scrolled)
        self.horizontalScrollBar().valueChanged.connect(self.viewport().update)

    @property
    def top(self) -> int:
        """The first row in sight."""
        return self.verticalScrollBar().value() * self._step

    @property
    def fitting(self) -> int:
        """How many whole rows are in sight at once."""
        return max(1, (self.viewport().height() - PAD) // self.row_height)

    @property
    def row_height(self) -> int:
        """Pixels of one row."""
        return max(1, round(TEXT.metrics().lineSpacing()))

    def span(self) -> range:
        """Return the rows that are chosen."""
        first, last = sorted(self.chosen)
        return range(first, last + 1) if first >= 0 else range(0)

    def fit(self, total: int, width: int) -> None:
        """Give the bars the size of so many rows, the widest of which is so wide."""
        self.total, self._width = total, width
        bar, step = self.verticalScrollBar(), self._step
        bar.setRange(0, max(0, -(-(total - self.fitting) // step)))
        bar.setPageStep(max(1, self.fitting // step))
        across, room = self.horizontalScrollBar(), self.viewport().width()
        across.setRange(0, max(0, width - room))
        across.setPageStep(max(1, room))
        across.setSingleStep(40)

    def scroll_to(self, row: int) -> None:
        """Put a row at the top, as far as there are rows below it."""
        self.verticalScrollBar().setValue(max(0, row) // self._step)
        self.viewport().update()
        self.moved.emit()

    def choose(self, first: int, last: int) -> None:
        """Choose rows."""
        self.chosen = (first, last)
        self.viewport().update()

    @property
    def _step(self) -> int:
        return max(1, -(-self.total // _MOST_STEPS))

    @Slot()
    def _on_scrolled(self) -> None:
        self.viewport().update()
        self.moved.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the bars."""
        super().resizeEvent(event)
        self.fit(self.total, self._width)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose a row; with Shift all up to it."""
        row = self._row_at(event)
        if row is not None and event.button() is Qt.MouseButton.LeftButton:
            further = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
            self.choose(self.chosen[0] if further and self.chosen[0] >= 0 else row, row)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Choose rows by dragging over them, and beyond those in sight."""
        row = self._row_at(event)
        if row is None or not event.buttons() & Qt.MouseButton.LeftButton:
            return
        self.choose(self.chosen[0], row)
        if event.position().y() > self.viewport().height():
            self.scroll_to(self.top + 1)
        elif event.position().y() < 0:
            self.scroll_to(self.top - 1)

    def _row_at(self, event: QMouseEvent) -> int | None:
        row = self.top + int((event.position().y() - PAD) // self.row_height)
        return min(max(0, row), self.total - 1) if self.total else None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Scroll by rows and pages, go to both ends, copy."""
        page = max(1, self.fitting - 1)
        steps = {
            Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1,
            Qt.Key.Key_PageUp: -page, Qt.Key.Key_PageDown: page,
        }  # fmt: skip
        key = Qt.Key(event.key())
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_wanted.emit()
        elif key in steps:
            self.scroll_to(self.top + steps[key])
        elif key == Qt.Key.Key_Home:
            self.start_wanted.emit()
        elif key == Qt.Key.Key_End:
            self.end_wanted.emit()
        else:
            super().keyPressEvent(event)
