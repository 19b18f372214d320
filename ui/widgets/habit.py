"""What somebody chose on a page and shall find again after the next start, beside widths."""

from collections.abc import Callable

from PySide6.QtCore import QObject


class Habit(QObject):
    """One line of text under a name; the shell keeps it and gives it back before there is data.

    ``read`` returns how it is now; ``follow`` takes what was kept and forgets what it cannot read.
    """

    def __init__(
        self, name: str, parent: QObject, read: Callable[[], str], follow: Callable[[str], None]
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.read, self.follow = read, follow
