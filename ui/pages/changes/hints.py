"""The keys of the list, drawn below it."""

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent

from app.i18n import _
from ui.paint import Painted, Style, line_height, write
from ui.theme import SMALL
from ui.widgets.search import draw_key


class KeyHints(Painted):
    """Caps and words; the caps are only drawn, the list itself answers the keys."""

    def __init__(self) -> None:
        super().__init__()
        self._keys = (
            (("J", "K"), _("move")),
            (("Enter",), _("open full width")),
            (("X",), _("select")),
        )
        self.say(_("J and K move, Enter opens at full width, X selects, N begins a new change"))

    def sizeHint(self) -> QSize:
        """One line of key caps."""
        return QSize(300, round(line_height(Style(size=SMALL))) + 6)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw caps and words."""
        painter, style, x = QPainter(self), Style("ink2", SMALL), 0.0
        top = (self.height() - 18) / 2
        for keys, word in self._keys:
            for key in keys:
                width = style.width(key) + 12
                draw_key(painter, QRectF(x, top, width, 18), key)
                x += width + 4
            used = write(painter, QRectF(x + 4, 0, self.width() - x, self.height()), word, style)
            x += used + 20
