"""The strip above everything that says, as long as the window is open, that its data is made up."""

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from app.i18n import _
from ui.cells import Badge, Mark
from ui.paint import Style, hline
from ui.theme import BOLD, mix, tokens
from ui.widgets.badges import StateBadge
from ui.widgets.buttons import Button, Tall
from ui.widgets.labels import Label


class ExampleBar(QWidget):
    """Cannot be closed; it offers to leave, and to make the examples anew."""

    left = Signal()
    renewed = Signal()

    def __init__(self, *, leads_away: bool) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        mark = StateBadge(Badge(Mark.WATCH, "", "watch"))
        mark.setFixedHeight(self.sizeHint().height())
        title = Label(_("Example data"), weight=BOLD, tone="watch")
        text = _("Hosts, people and figures are made up. Nothing here touches your own records.")
        words = Label(text, tone="ink2")
        words.setMinimumWidth(0)
        self.setAccessibleName(f"{title.text()}. {text}")
        self.anew = Button(_("Make anew"), icon="refresh", tall=Tall.COMPACT)
        self.leave = Button(_("Leave the examples"), icon="log-out", tall=Tall.COMPACT)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 0, 16, 1)
        layout.setSpacing(8)
        for widget in (mark, title, words):
            layout.addWidget(widget)
        layout.addStretch(1)
        for button in (self.anew, self.leave):
            layout.addWidget(button)
            button.setVisible(leads_away)
        self.leave.clicked.connect(self.left)
        self.anew.clicked.connect(self.renewed)

    def sizeHint(self) -> QSize:
        """As high as a row with a button."""
        return QSize(400, round(Style().metrics().height()) + 24)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Fill the strip with a tint of the colour for what wants attention."""
        painter, look = QPainter(self), tokens()
        painter.fillRect(self.rect(), mix(look.raised, look.watch, 0.18))
        hline(painter, 0, self.width(), self.height() - 1)
