"""How the page is shared: list and change side by side, or one of them alone."""

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QWidget

from ui.pages.changes.list_head import View
from ui.pages.changes.listing import ChangeList
from ui.widgets.buttons import Button


class Sides(QObject):
    """The table and the board take the whole width, and a change opens in their place."""

    def __init__(self, listing: ChangeList, right: QWidget, back: Button) -> None:
        super().__init__(listing)
        self._list, self._right, self._back = listing, right, back
        listing.view_changed.connect(self.unfold)

    @property
    def both(self) -> bool:
        """Whether a change is shown beside the list."""
        return self._list.view is View.LINES

    def make_room(self) -> None:
        """See that the right side can be seen."""
        if self._right.isHidden():
            self.fold()

    def fold(self) -> None:
        """Give the right side the whole width."""
        self._list.hide()
        self._right.show()
        self._back.show()

    @Slot()
    def unfold(self) -> None:
        """Show the list again."""
        self._list.show()
        self._right.setVisible(self.both)
        self._back.hide()
        self._list.table.setFocus()
