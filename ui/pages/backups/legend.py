"""What the five levels of proof mean, below the list of sets."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from app.domain.backup import Level
from app.i18n import _, later
from ui.cells import Rung
from ui.theme import MEDIUM, SMALL
from ui.widgets.labels import Label
from ui.widgets.layout import MARGIN
from ui.widgets.levels import LevelSquares

_MEANINGS = {
    Level.CAPTURED: later("the tool ended cleanly and said so"),
    Level.INTACT: later("every stored byte was read again, all sums match"),
    Level.READABLE: later("archives and dumps were read to their end"),
    Level.MATCHES_SOURCE: later("sums on the server equal the sums in the set"),
    Level.RESTORED: later("restored into a scratch place, compared, and timed"),
}


class LevelLegend(QWidget):
    """Squares, level, meaning; one line each."""

    def __init__(self) -> None:
        super().__init__()
        grid = QGridLayout(self)
        grid.setContentsMargins(MARGIN, 12, MARGIN, 16)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(2, 1)
        for line, (level, meaning) in enumerate(_MEANINGS.items()):
            rungs = [Rung.REACHED if other <= level else Rung.OPEN for other in Level]
            left = Qt.AlignmentFlag.AlignVCenter
            grid.addWidget(LevelSquares(rungs), line, 0, left)
            grid.addWidget(Label(_(level.label), size=SMALL, weight=MEDIUM), line, 1)
            grid.addWidget(Label(_(meaning), size=SMALL, tone="ink2", wrap=True), line, 2)
