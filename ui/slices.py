"""Work that only the UI thread can do, in pieces, so that keys and clicks get in between."""

from collections import deque
from collections.abc import Callable
from time import monotonic

from PySide6.QtCore import QObject, QTimer, Signal, Slot


class Slices(QObject):
    """Does pieces of work in their order, at each turn of the event loop as many as fit in it.

    Between two turns what was done is painted and everything else is answered. A piece should be a
    few milliseconds: building one part of a form, giving one widget another look.
    """

    SLICE_S = 0.005
    done = Signal()
    """Nothing is left to do."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._pieces: deque[Callable[[], object]] = deque()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._turn)

    @property
    def busy(self) -> bool:
        """Whether pieces are left."""
        return bool(self._pieces)

    def add(self, *pieces: Callable[[], object]) -> None:
        """Do these too, after those that wait, beginning with the next turn."""
        self._pieces.extend(pieces)
        if self._pieces:
            self._timer.start()

    def clear(self) -> None:
        """Forget what was not done yet."""
        self._pieces.clear()
        self._timer.stop()

    @Slot()
    def _turn(self) -> None:
        until_s = monotonic() + self.SLICE_S
        try:
            while self._pieces:
                self._pieces.popleft()()
                if monotonic() >= until_s:
                    break
        finally:
            if not self._pieces and self._timer.isActive():
                self._timer.stop()
                self.done.emit()
