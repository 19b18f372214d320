"""Whole programs with a window, as tests start and end them."""

from collections.abc import Iterable

from PySide6.QtWidgets import QApplication

from tests.patience import delete_now
from ui.application import Desktop


def take_down(application: QApplication, desktops: Iterable[Desktop]) -> None:
    """End programs whose application goes on with other tests; the caller holds them until then."""
    for one in desktops:
        application.aboutToQuit.disconnect(one.stop)
        one.stop()
        one.window.close()
        one.window.deleteLater()
        one.setParent(None)
        one.deleteLater()
    application.processEvents()
    delete_now()
