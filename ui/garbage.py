"""Collects cyclic garbage on the UI thread only.

Python may otherwise start a collection on a worker thread and destroy Qt objects there.
"""

import gc

from PySide6.QtCore import QObject, QTimer, Slot


class GarbageCollector(QObject):
    """Takes over from the automatic collector while it lives."""

    INTERVAL_MS = 1000

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._limits = gc.get_threshold()
        gc.disable()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.collect_due)
        self._timer.start(self.INTERVAL_MS)

    @Slot()
    def collect_due(self) -> None:
        """Collect the oldest generation that is due, as the automatic collector would."""
        counts = gc.get_count()
        for generation in (2, 1, 0):
            if counts[generation] > self._limits[generation]:
                gc.collect(generation)
                return

    def spare_what_is_loaded(self) -> None:
        """Never look again through what is there now: modules, classes, the window itself.

        A full collection would otherwise hold the UI thread up for a tenth of a second.
        """
        gc.freeze()

    def stop(self) -> None:
        """Give the work back to Python's own collector."""
        self._timer.stop()
        gc.enable()
