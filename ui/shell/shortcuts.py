"""The list of shortcuts, on "?"."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QDialog, QGridLayout, QVBoxLayout, QWidget

from app.i18n import _
from ui.actions import Action
from ui.paint import Painted, Style
from ui.theme import BOLD, SMALL
from ui.widgets.buttons import secondary
from ui.widgets.labels import Label, title
from ui.widgets.layout import add_layout, row
from ui.widgets.search import draw_key


class KeyCaps(Painted):
    """A shortcut as key caps."""

    def __init__(self, keys: str) -> None:
        super().__init__()
        self._keys = keys.replace("+", " ").split()
        self.say(keys)

    def sizeHint(self) -> QSize:
        return QSize(round(sum(self._width(key) + 4 for key in self._keys)), 22)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, x = QPainter(self), 0.0
        for key in self._keys:
            draw_key(painter, QRectF(x, (self.height() - 18) / 2, self._width(key), 18), key)
            x += self._width(key) + 4

    def _width(self, key: str) -> float:
        return max(20.0, Style(size=SMALL).width(key) + 12)


class ShortcutList(QDialog):
    """Every key there is, in two groups."""

    def __init__(self, parent: QWidget, actions: Sequence[Action]) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Shortcuts"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 20)
        layout.setSpacing(12)
        layout.addWidget(title(_("Shortcuts")))
        layout.addWidget(Label(_("Everywhere"), weight=BOLD))
        add_layout(layout, _grid([(action.keys, action.text) for action in actions if action.keys]))
        layout.addWidget(Label(_("In lists"), weight=BOLD))
        add_layout(layout, _grid(_in_lists()))
        close = secondary(_("Close"))
        close.clicked.connect(self.accept)
        add_layout(layout, row(None, close))


def _in_lists() -> list[tuple[str, str]]:
    return [
        ("J", _("Next row")),
        ("K", _("Previous row")),
        ("Enter", _("Open the row")),
        ("Esc", _("Close what is open, then go back")),
    ]


def _grid(rows: Sequence[tuple[str, str]]) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(16)
    grid.setVerticalSpacing(2)
    grid.setColumnStretch(1, 1)
    grid.setColumnMinimumWidth(0, 110)
    for line, (keys, text) in enumerate(rows):
        grid.addWidget(KeyCaps(keys), line, 0, Qt.AlignmentFlag.AlignLeft)
        grid.addWidget(Label(text, tone="ink2"), line, 1)
    return grid
