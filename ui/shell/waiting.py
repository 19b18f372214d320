"""What stands in the place of pages while the store is being opened, or when it cannot be."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.i18n import _
from app.tasks import Progress
from ui.messages import Message
from ui.widgets.labels import Label


class WaitingPage(QWidget):
    """One quiet line; an error takes its place."""

    def __init__(self) -> None:
        super().__init__()
        self._line = Label(_("Opening the change log"), tone="ink2")
        self._line.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.addWidget(self._line, 1)

    def clear(self) -> None:
        """Go back to the quiet line."""
        from ui.widgets.banner import BannerStack  # noqa: PLC0415 - rarely needed, never at first

        self._line.setText(_("Opening the change log"))
        if banners := self.findChild(BannerStack):
            banners.clear()

    @Slot(object)
    def show_progress(self, progress: Progress) -> None:
        """Say what takes its time."""
        self._line.setText(progress.text)

    def show_message(self, message: Message) -> None:
        """Show why there are no pages."""
        from ui.widgets.banner import BannerStack  # noqa: PLC0415 - rarely needed, never at first

        self._line.setText(_("The change log is not open."))
        banners = self.findChild(BannerStack) or BannerStack()
        self._layout.insertWidget(0, banners)
        banners.show_message(message)
