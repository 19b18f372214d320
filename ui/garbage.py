"""Collects cyclic garbage on the UI thread only, and only between two of its tasks.

Python may otherwise start a collection on a worker thread and destroy Qt objects there; or, up to
Python 3.11, at any allocation: in the middle of a list of widgets that the binding hands over, and
the next of them is gone.
"""

import gc

from PySide6.QtCore import QObject, QTimer, Slot


class GarbageCollector(QObject):
    """Takes over from the automatic collector while it lives.

    It looks often, so that there is never much to look through at once, and never before all
    modules are loaded: they would hold the UI thread up, and hold no garbage.
    """

    INTERVAL_MS = 200
    START_MS = 15_000
    """When it begins at the latest."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._limits = gc.get_threshold()
        self._was_on = gc.isenabled()
        gc.disable()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.collect_due)
        self._timer.setInterval(self.INTERVAL_MS)
        self._start = QTimer(self)
        self._start.setSingleShot(True)
        self._start.timeout.connect(self.begin)
        self._start.start(self.START_MS)

    @Slot()
    def collect_due(self) -> None:
        """Collect the oldest generation that is due, as the automatic collector would."""
        counts = gc.get_count()
        for generation in (2, 1, 0):
            if counts[generation] > self._limits[generation]:
                gc.collect(generation)
                return

    @Slot()
    def begin(self) -> None:
        """Collect from now on, but never look through what is there: modules, classes, the window.

        A full collection would otherwise hold the UI thread up for a tenth of a second.
        """
        if not self._timer.isActive():
            self._start.stop()
            gc.freeze()
            self._timer.start()

    def stop(self) -> None:
        """Give the work back to whoever had it: Python's own collector, or another of this kind."""
        self._start.stop()
        self._timer.stop()
        gc.unfreeze()
        if self._was_on:
            gc.enable()
