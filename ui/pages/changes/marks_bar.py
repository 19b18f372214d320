"""What can be done with the marked rows, below the list while there are any."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.i18n import _, ngettext
from app.wording import count
from ui.theme import SMALL
from ui.widgets.buttons import Button, Tall
from ui.widgets.labels import Label
from ui.widgets.layout import row


class MarksBar(QWidget):
    """Says how many are marked; *Edit* and *None*."""

    edit_wanted = Signal()
    clear_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.number = Label(size=SMALL)
        self.edit = Button(_("Edit"), icon="pencil", tall=Tall.COMPACT)
        self.clear = Button(_("None"), keys="Esc", tall=Tall.COMPACT)
        self.setLayout(row(self.number, None, self.clear, self.edit))
        self.edit.clicked.connect(self.edit_wanted)
        self.clear.clicked.connect(self.clear_wanted)

    def say(self, number: int) -> None:
        """Show how many are marked."""
        text = ngettext("{n} selected", "{n} selected", number)
        self.number.setText(text.format(n=count(number)))
