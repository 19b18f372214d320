"""The list of shortcuts, on "?"."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QDialog, QGridLayout, QVBoxLayout, QWidget

from app.i18n import _
from ui.actions import GO, Action
from ui.paint import Painted, Style
from ui.theme import BOLD, SMALL
from ui.widgets.buttons import secondary
from ui.widgets.labels import Label, title
from ui.widgets.layout import add_layout, column, panel, row
from ui.widgets.search import draw_key


class KeyCaps(Painted):
    """A shortcut as key caps."""

    def __init__(self, keys: str) -> None:
        super().__init__()
        self._keys = keys.replace("+", " ").split()
        self.say(keys)

    def sizeHint(self) -> QSize:
        return QSize(round(sum(self._width(key) + 4 for key in self._keys)), 22)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, x = QPainter(self), 0.0
        for key in self._keys:
            draw_key(painter, QRectF(x, (self.height() - 18) / 2, self._width(key), 18), key)
            x += self._width(key) + 4

    def _width(self, key: str) -> float:
        return max(20.0, Style(size=SMALL).width(key) + 12)


class ShortcutList(QDialog):
    """Every key there is: what can be done, beside where one can go."""

    def __init__(self, parent: QWidget, actions: Sequence[Action]) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Shortcuts"))
        keyed = [action for action in actions if action.keys]
        deeds = [(one.keys, one.text) for one in keyed if not one.id.startswith(GO)]
        pages = [(one.keys, one.text) for one in keyed if one.id.startswith(GO)]
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 20)
        layout.setSpacing(16)
        layout.addWidget(title(_("Shortcuts")))
        left = column(*_group(_("Everywhere"), deeds), 8, *_group(_("In lists"), _in_lists()), None)
        sides = row(panel(left), panel(column(*_group(_("Pages"), pages), None)), gap=32)
        add_layout(layout, sides)
        close = secondary(_("Close"))
        close.clicked.connect(self.accept)
        add_layout(layout, row(None, close))


def _group(name: str, rows: Sequence[tuple[str, str]]) -> tuple[QWidget, QWidget]:
    grid = QWidget()
    grid.setLayout(_grid(rows))
    return Label(name, weight=BOLD), grid


def _in_lists() -> list[tuple[str, str]]:
    return [
        ("J", _("Next row")),
        ("K", _("Previous row")),
        ("Enter", _("Open the row")),
        ("Esc", _("Close what is open, then go back")),
    ]


def _grid(rows: Sequence[tuple[str, str]]) -> QGridLayout:
    grid = QGridLayout()
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(16)
    grid.setVerticalSpacing(2)
    grid.setColumnStretch(1, 1)
    for line, (keys, text) in enumerate(rows):
        grid.addWidget(KeyCaps(keys), line, 0, Qt.AlignmentFlag.AlignLeft)
        grid.addWidget(Label(text, tone="ink2"), line, 1)
    return grid
