"""The board: a column for each state, each of any length; a drop asks, it never moves by itself."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QMimeData, QPoint, Qt, QTimer, Signal, Slot
from PySide6.QtGui import (
    QCursor,
    QDrag,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QApplication, QHBoxLayout, QVBoxLayout, QWidget

from app.domain.change import ChangeState
from app.domain.filter import ChangeFilter, ChangeSort, SortBy
from app.i18n import _, later
from app.services.change.process import transition
from app.services.search.rows import ChangeRow
from app.wording import count
from ui.cells import Cell, Column, Risk, Words
from ui.models.changes import row_badge, state_badge, when_text
from ui.models.marks import Marks
from ui.models.pages import PagedModel, Pages
from ui.operations.listing import Begun
from ui.pages.changes.loading import ListLoader
from ui.paint import HINT, scaled
from ui.theme import tokens
from ui.widgets.badges import StateBadge
from ui.widgets.labels import Label
from ui.widgets.layout import Line, add_layout, row, scrolling
from ui.widgets.long_table import LongTable
from ui.widgets.table import Rows

if TYPE_CHECKING:
    from ui.context import UiContext

MIME = "application/x-changedesk-change"
STATES = (
    ChangeState.DRAFT, ChangeState.ASSESS, ChangeState.AUTHORIZE, ChangeState.SCHEDULED,
    ChangeState.IMPLEMENT, ChangeState.TEST, ChangeState.MONITOR, ChangeState.REVIEW,
    ChangeState.CLOSED, ChangeState.BACKOUT, ChangeState.REJECTED, ChangeState.CANCELED,
)  # fmt: skip
_SIDE = (ChangeState.BACKOUT, ChangeState.REJECTED, ChangeState.CANCELED, ChangeState.CLOSED)
"""Columns that are only there when something is in them."""
WIDTH = 244
_EDGE = 48
"""So near the edge of the board a dragged card brings the columns behind it, at the design size."""
_EDGE_MS, _EDGE_SLOWNESS = 20, 3
_MEANS = {
    ChangeState.DRAFT: later("What is wrong is written down here."),
    ChangeState.ASSESS: later("Impact, risk and the plan are worked out here."),
    ChangeState.AUTHORIZE: later("Approvers decide on the plan as it stands."),
    ChangeState.SCHEDULED: later("Approved, and waiting for the window."),
    ChangeState.IMPLEMENT: later("A run moves changes here, and on."),
    ChangeState.TEST: later("Tests show whether it works."),
    ChangeState.MONITOR: later("Watched until the agreed days are over."),
    ChangeState.REVIEW: later("Lessons and the verdict are written here."),
}
"""What an empty column teaches; those at the side are not there when they are empty."""


def may_move(source: ChangeState, target: ChangeState) -> bool:
    """Whether a person can move a change between two states; what a run does, only the run does."""
    step = transition(source, target)
    return step is not None and not step.by_run


class Cards(LongTable):
    """The changes of one state; one can be dragged to another column."""

    moved = Signal(str, object)  # id, ChangeState: where it was dragged to, or sent by keys
    leave = Signal(int)  # to the next column, or the one before
    carrying = Signal(bool)  # whether a card is being dragged

    def __init__(self, state: ChangeState, model: PagedModel[ChangeRow]) -> None:
        super().__init__(model, rows=Rows.THREE_LINES, header=False, margin=12)
        self.column_state = state
        self._pressed: QPoint | None = None
        self._over = False
        self.empty = False
        self.setAcceptDrops(True)
        self.viewport().setAcceptDrops(True)
        self.setAccessibleName(state_badge(state).word)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Remember where a drag would begin: on a card, with the left button."""
        at = event.position().toPoint()
        left = event.button() is Qt.MouseButton.LeftButton
        self._pressed = at if left and self.indexAt(at).isValid() else None
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """It was a click: what the pointer does from now on drags nothing."""
        self._pressed = None
        super().mouseReleaseEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Begin to drag when the pointer went far enough."""
        pressed, here = self._pressed, event.position().toPoint()
        far = pressed is not None and (here - pressed).manhattanLength()
        if far and far >= QApplication.startDragDistance() and self.current is not None:
            self._pressed = None
            self._drag(self.current, here)

    def _drag(self, card: ChangeRow, at: QPoint) -> None:
        """Carry the card, as it looks, until it is let go somewhere."""
        place = self.visualRect(self.currentIndex())
        drag = QDrag(self)
        drag.setMimeData(card_of(card))
        drag.setPixmap(self.viewport().grab(place))
        drag.setHotSpot(at - place.topLeft())
        self.carrying.emit(True)
        drag.exec(Qt.DropAction.MoveAction)
        self.carrying.emit(False)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take only what may come here."""
        self._answer(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        """Take only what may come here."""
        self._answer(event)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """Forget the guest."""
        self._show_over(over=False)

    def dropEvent(self, event: QDropEvent) -> None:
        """Ask for the move; nothing has happened yet."""
        self._show_over(over=False)
        dropped = read_card(event.mimeData())
        if dropped is not None and may_move(dropped[1], self.column_state):
            event.acceptProposedAction()
            self.moved.emit(dropped[0], self.column_state)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and Right go to the next column; with Ctrl they ask for the move there."""
        step = {Qt.Key.Key_Right: 1, Qt.Key.Key_Left: -1}.get(Qt.Key(event.key()), 0)
        if not step:
            super().keyPressEvent(event)
        elif event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            target = next_state(self.column_state, step)
            if target is not None and self.current is not None:
                self.moved.emit(self.current.id, target)
        else:
            self.leave.emit(step)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Show that a change may be dropped here."""
        super().paintEvent(event)
        painter = QPainter(self.viewport())
        if self._over:
            painter.fillRect(self.viewport().rect(), tokens().selection)
        if self.empty and self.column_state in _MEANS:
            side = scaled(12)
            area = self.viewport().rect().adjusted(side, side, -side, 0)
            painter.setFont(HINT.font())
            painter.setPen(HINT.color)
            painter.drawText(area, Qt.TextFlag.TextWordWrap, _(_MEANS[self.column_state]))

    def _answer(self, event: QDragMoveEvent) -> None:
        dragged = read_card(event.mimeData())
        fits = dragged is not None and may_move(dragged[1], self.column_state)
        self._show_over(over=fits)
        if fits:
            event.acceptProposedAction()
        else:
            event.ignore()

    def _show_over(self, *, over: bool) -> None:
        self._over = over
        self.viewport().update()


def card_of(card: ChangeRow) -> QMimeData:
    """Return what is dragged: id and state, for this program only."""
    data = QMimeData()
    data.setData(MIME, f"{card.id}\n{card.state.value}".encode())
    return data


def read_card(data: QMimeData) -> tuple[str, ChangeState] | None:
    """Return id and state of what is dragged, None for anything else."""
    if not data.hasFormat(MIME):
        return None
    key, _break, state = bytes(data.data(MIME).data()).decode("utf-8", "replace").partition("\n")
    return (key, ChangeState(state)) if state in set(ChangeState) else None


def next_state(state: ChangeState, step: int) -> ChangeState | None:
    """Return the nearest column in a direction to which a person may move a change."""
    place = STATES.index(state)
    ahead: Sequence[ChangeState] = STATES[place + 1 :] if step > 0 else STATES[:place][::-1]
    return next((target for target in ahead if may_move(state, target)), None)


def edge_step(x: int, width: int, edge: int) -> int:
    """Return how far columns go while a card is held at ``x``: the nearer the edge, the farther."""
    if x < edge:
        return -max(1, (edge - max(0, x)) // _EDGE_SLOWNESS)
    if x > width - edge:
        return max(1, (min(x, width) - (width - edge)) // _EDGE_SLOWNESS)
    return 0


class BoardColumn(QWidget):
    """One state: its name, how many there are, the cards."""

    def __init__(self, context: "UiContext", state: ChangeState, marks: Marks) -> None:
        super().__init__()
        self.state = state
        self.pages = Pages(self, lambda card: card.id)
        self.loader = ListLoader(context, self.pages)
        now = context.services.clock.now

        def draw(card: ChangeRow) -> Cell:
            state = row_badge(card, now())
            told = state.tone or card.on_hold  # more than the column says already
            return Cell(
                (Words(card.title, weight=500),),
                (Words(card.number, "ink2"),),
                below_end=Risk(card.risk),
                foot=(
                    Words(when_text(card, now()), "ink2"),
                    state if told else Words(card.coordinator, "ink3"),
                ),
            )

        def speak(card: ChangeRow) -> str:
            return f"{card.number} {card.title}, {row_badge(card, now()).word}"

        columns = (Column[ChangeRow](state_badge(state).word, speak, cell=draw),)
        self.cards = Cards(state, PagedModel(columns, self.pages, marks))
        self.number = Label(tone="ink2")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        head = StateBadge(state_badge(state))
        add_layout(layout, row(head, None, self.number, margins=(12, 8, 12, 8)))
        layout.addWidget(Line())
        layout.addWidget(self.cards, 1)
        self.setMinimumWidth(scaled(WIDTH))
        self.loader.begun.connect(self._on_begun)
        self.loader.measured.connect(self._on_measured)

    def changeEvent(self, event: QEvent) -> None:
        """Be as wide as the size of the type asks for."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.ApplicationFontChange:
            self.setMinimumWidth(scaled(WIDTH))

    def start(self, wanted: ChangeFilter) -> None:
        """Show the changes of this state that fit a filter."""
        soonest = ChangeSort(SortBy.WINDOW, descending=False)
        self.loader.start(replace(wanted, states=(self.state,)), soonest)

    @Slot(object)
    def _on_begun(self, begun: Begun) -> None:
        self.number.setText(f"{count(len(begun.first.rows))}{'' if begun.outline else '+'}")
        self.cards.empty = not begun.first.rows
        self.setVisible(bool(begun.first.rows) or self.state not in _SIDE)

    @Slot(int)
    def _on_measured(self, total: int) -> None:
        self.number.setText(count(total))


class Board(QWidget):
    """All columns side by side; those the filter leaves out are not there."""

    opened = Signal(str)  # id
    moved = Signal(str, object)  # id, ChangeState
    failed = Signal(object)

    def __init__(self, context: "UiContext", marks: Marks) -> None:
        super().__init__()
        self._wanted: ChangeFilter | None = None
        self._look = False
        self._awaited: set[BoardColumn] = set()
        self._placing = QTimer(self)
        self._placing.setSingleShot(True)
        self._placing.timeout.connect(self._show_first)
        self._carrying = QTimer(self)
        self._carrying.setInterval(_EDGE_MS)
        self._carrying.timeout.connect(self._on_carried)
        self.columns = {state: BoardColumn(context, state, marks) for state in STATES}
        inner = QWidget()
        side = QHBoxLayout(inner)
        side.setContentsMargins(0, 0, 0, 0)
        side.setSpacing(0)
        for column in self.columns.values():
            side.addWidget(column, 1)
            side.addWidget(Line(Qt.Orientation.Vertical))
            column.cards.opened.connect(self._on_opened)
            column.cards.moved.connect(self.moved)
            column.cards.leave.connect(self._on_leave)
            column.cards.carrying.connect(self._on_carrying)
            column.loader.failed.connect(self.failed)
            column.loader.begun.connect(partial(self._on_begun, column))
        self._inner, self._side = inner, side
        area = scrolling(inner)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self._area = area
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(area)

    @property
    def ready(self) -> bool:
        """Whether every column is there."""
        busy = any(column.loader.busy for column in self.columns.values())
        return not (busy or self._placing.isActive())

    def start(self, wanted: ChangeFilter) -> None:
        """Show a filter as columns."""
        self._look = self._look or wanted != self._wanted
        self._wanted = wanted
        for state, column in self.columns.items():
            there = not wanted.states or state in wanted.states
            column.setVisible(there and state not in _SIDE)
            if there:
                self._awaited.add(column)
                column.start(wanted)
            else:
                self._awaited.discard(column)

    def carry_to(self, x: int) -> None:
        """Bring the columns behind the edge into sight while a card is held there."""
        bar = self._area.horizontalScrollBar()
        bar.setValue(bar.value() + edge_step(x, self._area.viewport().width(), scaled(_EDGE)))

    @Slot(bool)
    def _on_carrying(self, on: bool) -> None:
        if on:
            self._carrying.start()
        else:
            self._carrying.stop()

    @Slot()
    def _on_carried(self) -> None:
        self.carry_to(self._area.viewport().mapFromGlobal(QCursor.pos()).x())

    def focus_first(self) -> None:
        """Go to the first column that has a card."""
        for column in self.columns.values():
            if column.isVisible() and column.pages.total:
                column.cards.setFocus()
                column.cards.select_first()
                return

    def _on_begun(self, column: BoardColumn, _begun: Begun) -> None:
        self._awaited.discard(column)
        if self._look and not self._awaited:
            self._look = False
            self._placing.start()

    @Slot()
    def _show_first(self) -> None:
        """Begin another filter where its first card is, which may be far to the right."""
        filled = (column for column in self.columns.values() if not column.cards.empty)
        first = next((column for column in filled if column.isVisible()), None)
        if first is not None:
            self._side.activate()  # columns that have just come have no place yet
            room = self._area.viewport().size()
            self._inner.resize(room.expandedTo(self._inner.minimumSizeHint()))
            self._area.ensureWidgetVisible(first, 0, 0)

    @Slot(object)
    def _on_opened(self, card: ChangeRow) -> None:
        self.opened.emit(card.id)

    @Slot(int)
    def _on_leave(self, step: int) -> None:
        """Go to the next column that has a card."""
        shown = [column for column in self.columns.values() if column.isVisible()]
        here = next((n for n, column in enumerate(shown) if column.cards.hasFocus()), 0)
        ahead = shown[here + 1 :] if step > 0 else shown[:here][::-1]
        for column in ahead:
            if column.pages.total:
                column.cards.setFocus()
                column.cards.select_first()
                self._area.ensureWidgetVisible(column, 0, 0)
                return
