"""Waiting for a window, as long as a busy machine needs, and taking it down by Qt's own hand."""

import time
from collections.abc import Callable

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import createdByPython

PATIENCE_MS = 20_000


def delete_now() -> None:
    """Delete what waits for it; outside of an event loop Qt would leave it to a later one."""
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def left_widgets() -> list[str]:
    """Delete the widgets that Python has made and that lie in no other; return what they were."""
    if QApplication.instance() is None:
        return []
    left = [
        widget for widget in QApplication.topLevelWidgets()
        if widget.parent() is None and createdByPython(widget)
    ]  # fmt: skip
    for widget in left:
        widget.deleteLater()
    names = [f"{type(widget).__qualname__} “{widget.accessibleName()}”" for widget in left]
    delete_now()
    return names


class PatientBot(QtBot):
    """Waits on conditions only; what never comes still fails, but a slow machine does not.

    It holds its widgets until Qt has deleted them. A window that is let go of before would be
    destroyed by Python's collector of garbage, from the middle of its parts: PySide 6.11 crashes.
    """

    def __init__(self, request: pytest.FixtureRequest) -> None:
        super().__init__(request)
        self._held: list[QWidget] = []

    def addWidget(
        self, widget: QWidget, *, before_close_func: Callable[[QWidget], None] | None = None
    ) -> None:
        """Have a widget closed and deleted after the test."""
        super().addWidget(widget, before_close_func=before_close_func)
        self._held.append(widget)

    def let_go(self) -> None:
        """Delete the widgets, which are closed by now, after what still comes for them has come."""
        QApplication.processEvents()
        delete_now()
        self._held.clear()

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
