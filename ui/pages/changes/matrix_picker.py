"""The risk matrix as a field: a cell is picked by click or by the arrow keys."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent

from app.domain.risk import Grade, RiskScore
from ui.paint import by_keyboard, focus_ring
from ui.widgets.risk_matrix import RiskMatrix

_MOVES = {
    Qt.Key.Key_Up: (1, 0),
    Qt.Key.Key_Down: (-1, 0),
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
}


class MatrixPicker(RiskMatrix):
    """The matrix, with a cell picked by click or by the arrow keys."""

    picked = Signal(object)  # RiskScore

    def __init__(self) -> None:
        super().__init__()
        self._locked = False
        self._active: RiskScore | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def set_active(self, score: RiskScore | None, *, locked: bool) -> None:
        """Say which score the arrow keys move."""
        self._active, self._locked = score, locked
        self.setCursor(Qt.CursorShape.ArrowCursor if locked else Qt.CursorShape.PointingHandCursor)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Pick the cell under the pointer."""
        score = self.score_at(event.position())
        if score is not None and not self._locked:
            self.picked.emit(score)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the score by one cell."""
        step = _MOVES.get(Qt.Key(event.key()))
        if step is None or self._locked:
            super().keyPressEvent(event)
            return
        now = self._active or RiskScore(Grade.MODERATE, Grade.MODERATE)
        moved = [
            Grade(max(1, min(5, grade + by)))
            for grade, by in zip((now.likelihood, now.impact), step, strict=True)
        ]
        self.picked.emit(RiskScore(*moved))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the matrix, and the ring when the keyboard is here."""
        super().paintEvent(event)
        if by_keyboard(self):
            focus_ring(QPainter(self), self.rect().toRectF())
