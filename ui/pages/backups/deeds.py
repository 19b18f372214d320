"""What the parts of the page have in common: they carry something out, and say how it went."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

if TYPE_CHECKING:
    from ui.context import UiContext


class Deeds(QObject):
    """Turns wishes into tasks; the page hears what failed, what to say, and what was altered."""

    failed = Signal(object)  # exception
    said = Signal(object)  # Message
    altered = Signal()

    def __init__(self, context: "UiContext", parent: QObject) -> None:
        super().__init__(parent)
        self._context = context
