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
        self._keys: tuple[tuple[tuple[str, ...], str], ...] = ()
        self.show_board(on=False)

    def show_board(self, *, on: bool) -> None:
        """Name the keys of the board, or those of a list."""
        more = (("Ctrl", "→"), _("ask for the next state, as a drag does"))
        keys = ((("J", "K"), _("move")), (("Enter",), _("open full width")), (("X",), _("select")))
        self._keys = (*keys, more) if on else keys
        words = _("J and K move, Enter opens at full width, X selects, N begins a new change")
        if on:
            words += _(", Ctrl with an arrow asks for the next state")
        self.say(words)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """One line of key caps."""
        return QSize(
            300 if len(self._keys) == len(("J", "Enter", "X")) else 640,
            round(line_height(Style(size=SMALL))) + 6,
        )

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
