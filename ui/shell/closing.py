"""What is said when the window is closed while work goes on; the second time it closes."""

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QWidget

from app.i18n import _
from ui.context import Tools
from ui.messages import Message, MessageAction, Tone


class Closing(QObject):
    """Keeps a window open until somebody knows what its end would stop."""

    def __init__(self, tools: Tools, window: QWidget) -> None:
        super().__init__(window)
        self._tools, self._window = tools, window
        self._told: tuple[str, ...] = ()
        self._sure = False

    def keeps_open(self) -> bool:
        """Say what still goes on instead of closing, unless that was said, or the system ends."""
        going = self._tools.tasks.titles
        if not going or going == self._told or self._sure:
            return False
        self._told = going
        self._tools.messages.post(
            Message(
                _("Work is still going on, so the window stayed open"),
                Tone.WARNING,
                step=", ".join(going),
                present=_(
                    "Closing stops it here. A command that was sent goes on on its host, but no"
                    " further step is sent. A backup or a copy that is not whole counts for"
                    " nothing."
                ),
                next=_(
                    "Let it end, or close: a run then waits for you, anything else is begun again."
                ),
                actions=(MessageAction(_("Close all the same"), self.close),),
            )
        )
        return True

    @Slot()
    def give_way(self) -> None:
        """Close without a word when the computer is shut down."""
        self._sure = True

    @Slot()
    def close(self) -> None:
        """Close the window whatever goes on."""
        self._sure = True
        self._window.close()
