"""The list of changes: search as you type, saved filters, two-line rows, more rows on scrolling."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from app.domain.change import Change, ChangeState
from app.domain.filter import ChangeFilter
from app.i18n import _, ngettext
from app.services.rows import ChangeRow
from app.wording import count
from ui.models.changes import change_columns, row_of
from ui.models.rows import RowsModel
from ui.operations import changes
from ui.operations.changes import OPEN, ListPage
from ui.paint import Painted, Style, line_height, write
from ui.tasks import Latest
from ui.theme import SMALL
from ui.widgets.buttons import Button
from ui.widgets.empty import EmptyState
from ui.widgets.labels import Label, title
from ui.widgets.layout import Line, column, row
from ui.widgets.search import FilterChips, SearchField, draw_key
from ui.widgets.table import Rows, Table

if TYPE_CHECKING:
    from ui.context import UiContext
    from ui.widgets.page import Page

SIDE = 16


@dataclass(frozen=True, slots=True)
class Filter:
    """A saved filter: its name in refs, its word, and what it keeps."""

    id: str
    title: str
    states: tuple[ChangeState, ...] = ()
    mine: bool = False
    counted: bool = True


def filters() -> tuple[Filter, ...]:
    """Return the saved filters, in order."""
    return (
        Filter("mine", _("My open"), OPEN, mine=True),
        Filter("open", _("Open"), OPEN),
        Filter("approve", _("To approve"), (ChangeState.AUTHORIZE,)),
        Filter("closed", _("Closed"), (ChangeState.CLOSED,), counted=False),
        Filter("all", _("All"), counted=False),
    )


class ChangeList(QWidget):
    """The left side of the page; emits which change is wanted."""

    picked = Signal(str)  # id
    opened = Signal(str)  # id, at full width
    new_wanted = Signal()
    listed = Signal(bool)  # whether there is any change at all

    def __init__(self, context: "UiContext", page: "Page") -> None:
        super().__init__()
        self.context = context
        self._filters = filters()
        self._rows: list[ChangeRow] = []
        self._more = False
        self._wanted_id = ""
        self.new = Button(_("New"), icon="plus", keys="N")
        self.search = SearchField(_("Number, title, description"))
        self.chips = FilterChips([item.title for item in self._filters])
        self.found = Label(size=SMALL, tone="ink2")
        now = context.services.clock.now
        self.table = Table(
            RowsModel(change_columns(now)), rows=Rows.TWO_LINES, header=False, margin=SIDE
        )
        self.table.setAccessibleName(_("Changes"))
        self.hints = _KeyHints()
        self._empty = self._build_empty()
        self._stack = QStackedWidget()
        self._stack.addWidget(self.table)
        self._stack.addWidget(self._empty)
        self._blank = QWidget()
        self._stack.addWidget(self._blank)
        self._lay_out()
        self._first = Latest(context.tasks, self)
        self._next = Latest(context.tasks, self)
        self._connect(page)

    def _build_empty(self) -> EmptyState:
        return EmptyState(
            _("Nothing fits"),
            _("No change fits this search and filter."),
            Button(_("Show all changes")),
        )

    def _lay_out(self) -> None:
        head = row(title(_("Changes")), None, self.new)
        parts = column(
            head, self.search, self.chips, self.found, gap=8, margins=(SIDE, 16, SIDE, 8)
        )
        parts.setSpacing(10)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(parts)
        layout.addWidget(Line())
        layout.addWidget(self._stack, 1)
        layout.addWidget(Line())
        layout.addLayout(row(self.hints, margins=(SIDE, 8, SIDE, 8)))

    def _connect(self, page: "Page") -> None:
        self.new.clicked.connect(self.new_wanted)
        if self._empty.button:
            self._empty.button.clicked.connect(self._on_empty)
        self.search.wanted.connect(self.reload)
        self.chips.chosen.connect(self.reload)
        self.table.picked.connect(self._on_picked)
        self.table.opened.connect(self._on_opened)
        self.table.verticalScrollBar().valueChanged.connect(self._on_scrolled)
        self._first.loaded.connect(self._show)
        self._next.loaded.connect(self._append)
        for latest in (self._first, self._next):
            latest.failed.connect(page.show_error)

    @property
    def ready(self) -> bool:
        """Whether all that was asked for is shown."""
        return not self._first.busy and not self._next.busy

    @property
    def rows(self) -> Sequence[ChangeRow]:
        """What is listed."""
        return tuple(self._rows)

    @property
    def wanted(self) -> ChangeFilter:
        """What is searched for now."""
        chosen = self._filters[self.chips.current]
        text = self.search.text().strip()
        return ChangeFilter(text, chosen.states, mine=chosen.mine)

    @Slot()
    def reload(self) -> None:
        """Read the first page again."""
        self._next.drop()
        self._first.start(partial(changes.load_rows, self.context.services, self.wanted))

    def choose(self, filter_id: str) -> None:
        """Choose a saved filter by name."""
        for position, item in enumerate(self._filters):
            if item.id == filter_id and self.chips.current != position:
                self.chips.choose(position)

    def select(self, change_id: str) -> None:
        """Put the cursor on a change, now or when it is listed."""
        self._wanted_id = change_id
        if self.table.select(change_id, quiet=True):
            self._wanted_id = ""

    def follow(self, change: Change) -> None:
        """Show a change as it is now; when its state is another one, everything is read again."""
        fresh = row_of(change)
        for place, known in enumerate(self._rows):
            if known.id != change.id:
                continue
            if (known.state, known.on_hold) != (fresh.state, fresh.on_hold):
                self.reload()
            elif known != fresh:
                self._rows[place] = fresh
                self.table.set_rows(self._rows)
        self.select(change.id)

    @Slot(object)
    def _show(self, page: ListPage) -> None:
        self._rows, self._more = list(page.rows), page.more
        self.table.set_rows(self._rows)
        if self._wanted_id:
            self.select(self._wanted_id)
        open_ones = sum(page.counts[state] for state in OPEN)
        self.chips.set_counts([page.mine, open_ones, page.counts[ChangeState.AUTHORIZE]])
        self._say(sum(page.counts.values()))
        self.context.navigation.set_count("changes", count(open_ones) if open_ones else "")
        nothing = not self._rows and not sum(page.counts.values())
        shown = self.table if self._rows else self._blank if nothing else self._empty
        self._stack.setCurrentWidget(shown)
        self.listed.emit(not nothing)

    def _say(self, total: int) -> None:
        shown = len(self._rows)
        words = ngettext("{n} of {all} change", "{n} of {all} changes", total)
        text = words.format(n=count(shown) + ("+" if self._more else ""), all=count(total))
        self.found.setText(_("{what}, newest first").format(what=text))

    @Slot(object)
    def _append(self, page: ListPage) -> None:
        self._rows += page.rows
        self._more = page.more
        self.table.set_rows(self._rows)
        self._say(sum(page.counts.values()))

    @Slot(int)
    def _on_scrolled(self, value: int) -> None:
        bar = self.table.verticalScrollBar()
        if self._more and self._rows and not self._next.busy and value > bar.maximum() - 600:
            last = self._rows[-1].number
            self._next.start(partial(changes.load_rows, self.context.services, self.wanted, last))

    @Slot(object)
    def _on_picked(self, picked: ChangeRow | None) -> None:
        if picked is not None:
            self.picked.emit(picked.id)

    @Slot(object)
    def _on_opened(self, opened: ChangeRow) -> None:
        self.opened.emit(opened.id)

    @Slot()
    def _on_empty(self) -> None:
        self.search.clear()
        self.choose("all")
        self.reload()


class _KeyHints(Painted):
    """The keys of the list, below it."""

    def __init__(self) -> None:
        super().__init__()
        self._keys = ((("J", "K"), _("move")), (("Enter",), _("full width")), (("N",), _("new")))
        self.say(_("J and K move, Enter opens at full width, N begins a new change"))

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
