"""Waiting for a window: as long as a busy machine needs, and until the screen shows it."""

import time
from collections.abc import Callable

from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

PATIENCE_MS = 20_000


class PatientBot(QtBot):
    """Waits on conditions only; what never comes still fails, but a slow machine does not."""

    def waitUntil(self, callback: Callable[[], bool | None], *, timeout: int = PATIENCE_MS) -> None:
        """Wait until a condition holds."""
        super().waitUntil(callback, timeout=timeout)

    def until_quiet(self, quiet: Callable[[], bool], *, timeout: int = PATIENCE_MS) -> None:
        """Wait until nothing is under way, and what came of it stands on the screen.

        Qt shows what was put into a visible layout, and saves begin when the keyboard leaves a
        field, only when the queue of events is worked off once more; that may start new work.
        """
        deadline_s = time.monotonic() + timeout / 1000
        while True:
            self.waitUntil(quiet, timeout=timeout)
            QApplication.processEvents()
            if quiet():
                return
            assert time.monotonic() < deadline_s, "It never came to rest."
