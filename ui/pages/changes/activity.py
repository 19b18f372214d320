"""The log entries of a change: filtered, searched, each with the hash that chains it."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Slot

from app.domain.event import Actor, Event
from app.i18n import _, ngettext
from app.wording import clock, count, day
from ui.cells import Cell, Column, Mini, Words
from ui.models.events import GROUPS, belongs, event_icon
from ui.models.rows import RowsModel
from ui.operations import changes
from ui.operations.changes import PAGE, ChangeView
from ui.pages.changes.editing import Editing
from ui.pages.changes.tab import Tab
from ui.tasks import Latest
from ui.widgets.buttons import Button, Tall
from ui.widgets.facts import SectionTitle
from ui.widgets.labels import Label
from ui.widgets.layout import card, column, row
from ui.widgets.search import FilterChips, SearchField
from ui.widgets.table import Table


class ActivityTab(Tab):
    """Newest first; older entries come on request."""

    def __init__(self, editing: Editing) -> None:
        super().__init__(editing, scrolls=False)
        self.body.setSpacing(10)
        self._view: ChangeView | None = None
        self._events: tuple[Event, ...] = ()
        self.title = SectionTitle(_("Activity"))
        self.chips = FilterChips([_(name) for name, _starts in GROUPS])
        self.search = SearchField(_("Text or person"), keys="")
        self.search.setMaximumWidth(220)
        self.table = Table(RowsModel(self._columns()), row_id=lambda event: event.seq)
        self.table.setAccessibleName(_("Log entries"))
        self.older = Button(_("Load older entries"), tall=Tall.COMPACT)
        self.detail = Label(wrap=True).make_selectable()
        self._card = card(column(self.detail, margins=(14, 10, 14, 10)))
        self.body.addWidget(self.title)
        self.body.addLayout(row(self.chips, None, self.search))
        self.body.addWidget(self.table, 1)
        self.body.addWidget(self._card)
        self.body.addLayout(row(self.older, None, margins=(0, 0, 0, 12)))
        self._older = Latest(editing.context.tasks, self)
        self._older.loaded.connect(self._append)
        self._older.failed.connect(editing.failed)
        self.chips.chosen.connect(self._filter)
        self.search.wanted.connect(self._filter)
        self.table.picked.connect(self._on_picked)
        self.older.clicked.connect(self._on_older)
        self.table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def show_view(self, view: ChangeView) -> None:
        """Show the entries of a change."""
        other = self._view is None or self._view.change.id != view.change.id
        self._view = view
        known = () if other else self._events
        oldest = view.events[-1].seq if view.events else 0
        self._events = (*view.events, *(event for event in known if event.seq < oldest))
        self.older.setVisible(len(view.events) == PAGE)
        self._filter()

    def _columns(self) -> tuple[Column[Event], ...]:
        return (
            Column[Event](_("Time"), self._time, width=172, tone="ink2"),
            Column[Event](_("What happened"), lambda event: event.text, cell=_what_cell),
            Column[Event](_("Who"), lambda event: event.by, cell=_who_cell, width=136),
            Column[Event](
                _("Hash"), lambda event: event.hash[:8], width=84, right=True, mono=True,
                tone="ink2",
            ),
        )  # fmt: skip

    def _time(self, event: Event) -> str:
        zone = self._view.zone if self._view else "UTC"
        return f"{day(event.at, zone)} {clock(event.at, zone, seconds=True)}"

    @Slot()
    def _filter(self) -> None:
        words = self.search.text().casefold().split()
        shown = [
            event
            for event in self._events
            if belongs(event, self.chips.current)
            and all(word in f"{event.text} {event.by}".casefold() for word in words)
        ]
        self.table.set_rows(shown)
        n = len(self._events)
        note = ngettext("{n} entry", "{n} entries", n).format(n=count(n))
        if len(shown) != n:
            note = _("{shown} of {all}").format(shown=count(len(shown)), all=note)
        self.title.set_note(note)
        self._on_picked(self.table.current)

    @Slot(object)
    def _on_picked(self, event: Event | None) -> None:
        self._card.setVisible(event is not None)
        if event is None:
            return
        lines = [event.text, *(f"{name}: {value}" for name, value in event.data)]
        lines.append(_("Entry {n}, hash {hash}").format(n=event.seq, hash=event.hash[:16]))
        self.detail.setText("\n".join(lines))

    @Slot()
    def _on_older(self) -> None:
        if self._view is not None and self._events:
            services, change = self.editing.context.services, self._view.change.id
            self._older.start(partial(changes.load_events, services, change, self._events[-1].seq))

    @Slot(object)
    def _append(self, older: Sequence[Event]) -> None:
        self._events = (*self._events, *older)
        self.older.setVisible(len(older) == PAGE)
        self._filter()


def _what_cell(event: Event) -> Cell:
    return Cell((Mini(event_icon(event)), event.text))


def _who_cell(event: Event) -> Cell:
    return Cell((Words(event.by, "ink" if event.actor is Actor.HUMAN else "ink2"),))
