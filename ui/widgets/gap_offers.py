"""Times to take instead of one that the clocks skip, a button each."""

from datetime import datetime
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.domain.window import valid_times_near
from app.i18n import _
from ui.widgets.buttons import Button, Tall
from ui.widgets.labels import quiet
from ui.widgets.layout import clear


class GapOffers(QWidget):
    """Shown only while the typed time does not exist."""

    chosen = Signal(object)  # a wall time

    def __init__(self) -> None:
        super().__init__()
        self.buttons: list[Button] = []
        self._line = QHBoxLayout(self)
        self._line.setContentsMargins(0, 0, 0, 0)
        self._line.setSpacing(8)
        self.hide()

    def show_for(self, wall: datetime | None, zone: str) -> None:
        """Offer the valid times near a wall time; nothing for one that exists."""
        clear(self._line)
        offered = valid_times_near(wall, zone) if wall is not None else ()
        self.buttons = []
        self._line.addWidget(quiet(_("Take instead")))
        for time in offered:
            button = Button(f"{time:%H:%M}", tall=Tall.COMPACT)
            button.clicked.connect(partial(self.chosen.emit, time))
            self._line.addWidget(button)
            self.buttons.append(button)
        self._line.addStretch(1)
        self.setVisible(bool(offered))
