"""The command palette: pages, actions and changes by a few letters, all from the keyboard."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Slot
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from app.i18n import _
from app.services.search.spelling import folded
from ui.actions import PALETTE, Action
from ui.cells import Cell, Column, Mini, Words
from ui.models.rows import RowsModel
from ui.theme import tokens
from ui.widgets.labels import Label
from ui.widgets.search import SearchField
from ui.widgets.table import Rows, Table

LIMIT = 12
_WIDTH = 620


@dataclass(frozen=True, slots=True)
class Choice:
    """One line of the palette."""

    id: str
    text: str
    run: Callable[[], object]
    icon: str = ""
    note: str = ""


def matches(text: str, typed: str) -> bool:
    """Whether every typed word begins or is inside a word of the text."""
    low = folded(text)
    return all(word in low for word in folded(typed).split())


def choices(actions: Sequence[Action], typed: str) -> list[Choice]:
    """Return the actions that fit, those that begin with the typed text first."""
    fitting = [a for a in actions if a.id != PALETTE and matches(a.text, typed)]
    low = folded(typed)
    fitting.sort(key=lambda action: not folded(action.text).startswith(low))
    return [Choice(a.id, a.text, a.run, a.icon or "command", a.keys or a.hint) for a in fitting]


def _cell(choice: Choice) -> Cell:
    return Cell((Mini(choice.icon), Words(choice.text)), end=Words(choice.note, "ink2", size=11))


_COLUMNS = (Column[Choice]("", lambda row: f"{row.text} {row.note}".strip(), cell=_cell),)


class Palette(QFrame):
    """A field over a list, laid over the window; Escape or a click beside it closes it."""

    def __init__(
        self,
        window: QWidget,
        actions: Callable[[], Sequence[Action]],
        find: Callable[[str], object],
    ) -> None:
        super().__init__(window)
        self._window, self._actions, self._find = window, actions, find
        self._found: tuple[Choice, ...] = ()
        self._asked, self._answered = "", ""
        self.field = SearchField(_("Type a page, an action, a number or a title"), keys="")
        self.list = Table(RowsModel(_COLUMNS), rows=Rows.NORMAL, header=False)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.nothing = Label(tone="ink2", wrap=True)
        self.nothing.setContentsMargins(12, 4, 12, 8)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(9, 9, 9, 9)
        layout.setSpacing(8)
        layout.addWidget(self.field)
        layout.addWidget(self.list)
        layout.addWidget(self.nothing)
        self.field.textChanged.connect(self._fill)
        self.field.wanted.connect(self._ask)
        self.field.installEventFilter(self)
        self.list.clicked.connect(self._on_clicked)
        self.setAccessibleName(_("Command palette"))
        self.hide()

    def popup(self) -> None:
        """Open it, empty, in the upper middle of the window."""
        width = min(_WIDTH, self._window.width() - 48)
        self.setFixedWidth(width)
        self.move(QPoint((self._window.width() - width) // 2, 72))
        self.field.clear()
        self._ask(self.field.settle())
        self._fill()
        self.show()
        self.raise_()
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def set_found(self, found: Sequence[Choice]) -> None:
        """Show records that fit what was asked for last, below the actions."""
        self._found, self._answered = tuple(found), self._asked
        self._fill()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Up and down move in the list, Return runs, Escape and leaving close."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            event.accept()  # the window's own Escape must not win
            return False
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            return self._on_key(Qt.Key(event.key()))
        if event.type() == QEvent.Type.FocusOut and self.isVisible():
            self.hide()
        return super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the sheet."""
        painter, look = QPainter(self), tokens()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(look.ink3, 1))
        painter.setBrush(look.surface)
        painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), 8, 8)

    def _on_key(self, key: Qt.Key) -> bool:
        match key:
            case Qt.Key.Key_Down | Qt.Key.Key_Up:
                row = self.list.currentIndex().row() + (1 if key == Qt.Key.Key_Down else -1)
                count = self.list.rows_model.rowCount()
                self.list.selectRow(max(0, min(count - 1, row)))
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self._run(self.list.current)
            case Qt.Key.Key_Escape:
                self.hide()
            case _:
                return False
        return True

    @Slot()
    def _on_clicked(self) -> None:
        self._run(self.list.current)

    @Slot(str)
    def _ask(self, text: str) -> None:
        self._asked = text
        self._find(text)

    @Slot()
    def _fill(self) -> None:
        typed = self.field.text().strip()
        fitting = choices(self._actions(), typed)
        found = [one for one in self._found if self._answered == typed or matches(one.text, typed)]
        room = max(3, LIMIT - len(found))
        rows = [*fitting[:room], *found][:LIMIT]
        self.list.set_rows(rows)
        self.list.fit_height()
        if rows:
            self.list.selectRow(0)
        self.list.setVisible(bool(rows))
        self.nothing.setVisible(not rows)
        asked = _("No page, action or change has these words.")
        self.nothing.setText(asked if self._answered == typed else _("Looking among the changes…"))
        self._fit()

    def _fit(self) -> None:
        """Be as high as what is shown, so that no empty room covers the page."""
        if (layout := self.layout()) is not None:
            layout.activate()
            high = layout.totalHeightForWidth(self.width())  # -1 where no line wraps
            self.setFixedHeight(high if high > 0 else layout.totalSizeHint().height())

    def _run(self, choice: Choice | None) -> None:
        self.hide()
        if choice is not None:
            choice.run()
